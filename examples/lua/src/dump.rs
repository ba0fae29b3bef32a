//! A function → bytes that can be loaded again, and those bytes → its chunk's text and its place there.
//!
//! The bytes hold the text of the chunk instead of code, which would have to be verified and would depend on the
//! version of the instruction set.

use crate::heap::{Closure, Gc};

/// The first bytes of a dumped function. Standard Lua's bytecode starts with the same byte.
const SIGNATURE: &[u8] = b"\x1bLuaM1";

/// The parts of a dumped function.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dumped<'a> {
    /// Index of the function in its chunk.
    pub(crate) prototype: u32,
    /// The name with which the chunk was loaded.
    pub(crate) name: &'a [u8],
    /// The chunk's text.
    pub(crate) text: &'a [u8],
}

/// Returns the bytes of a function.
pub(crate) fn dump(closure: Gc<Closure>) -> Vec<u8> {
    let chunk = closure.prototype().chunk();
    let parts = chunk.parts();
    let prototype = parts.prototypes.iter().position(|prototype| std::ptr::eq(prototype, closure.prototype()));
    let mut bytes = SIGNATURE.to_vec();
    for number in [prototype.unwrap_or_default(), parts.source.len()] {
        bytes.extend_from_slice(&(number as u32).to_le_bytes());
    }
    bytes.extend_from_slice(&parts.source);
    bytes.extend_from_slice(&parts.text);
    bytes
}

/// Returns the parts of a dumped function, or `None` if the bytes are not one.
pub(crate) fn parse(bytes: &[u8]) -> Option<Dumped<'_>> {
    let rest = bytes.strip_prefix(SIGNATURE)?;
    let (prototype, rest) = rest.split_first_chunk()?;
    let (name_len, rest) = rest.split_first_chunk()?;
    let (name, text) = rest.split_at_checked(u32::from_le_bytes(*name_len) as usize)?;
    Some(Dumped { prototype: u32::from_le_bytes(*prototype), name, text })
}

#[cfg(test)]
mod tests {
    use super::{SIGNATURE, parse};

    #[test]
    fn invalid_dumps_are_refused() {
        let whole = [SIGNATURE, &[2, 0, 0, 0, 3, 0, 0, 0], b"=ab", b"return 1"].concat();
        let dumped = parse(&whole).expect("it is whole");
        assert_eq!((dumped.prototype, dumped.name, dumped.text), (2, &b"=ab"[..], &b"return 1"[..]));
        for len in 0..SIGNATURE.len() + 11 {
            assert_eq!(parse(&whole[..len]), None, "{len} bytes");
        }
        assert_eq!(parse(b"\x1bLuaQ and the rest of a chunk of PUC Lua"), None);
    }
}
