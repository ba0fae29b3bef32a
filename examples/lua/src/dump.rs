//! A function → bytes that can be loaded again, and those bytes → its chunk's text and its place there.
//!
//! The bytes hold the text of the chunk instead of code, which would have to be verified and would depend on the
//! version of the instruction set.

use crate::heap::{Closure, Gc};

/// The first bytes of a dumped function. Standard Lua's bytecode starts with the same byte.
const SIGNATURE: &[u8] = b"\x1bLuaM2";

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
    bytes(closure, &chunk.parts().source, &chunk.parts().text)
}

/// Returns the bytes of a function with this name and text of its chunk.
pub(crate) fn bytes(closure: Gc<Closure>, name: &[u8], text: &[u8]) -> Vec<u8> {
    let chunk = closure.prototype().chunk();
    let prototypes = &chunk.parts().prototypes;
    let prototype = prototypes.iter().position(|prototype| std::ptr::eq(prototype, closure.prototype()));
    let mut content = Vec::new();
    for number in [prototype.unwrap_or_default(), name.len()] {
        content.extend_from_slice(&(number as u32).to_le_bytes());
    }
    content.extend_from_slice(name);
    content.extend_from_slice(text);
    [SIGNATURE, &checksum(&content).to_le_bytes(), &content].concat()
}

/// Returns a number that depends on each byte and on their number: FNV-1a.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Returns the parts of a dumped function, or `None` if the bytes are not one, because they were cut off or altered.
pub(crate) fn parse(bytes: &[u8]) -> Option<Dumped<'_>> {
    let rest = bytes.strip_prefix(SIGNATURE)?;
    let (sum, rest) = rest.split_first_chunk()?;
    if u64::from_le_bytes(*sum) != checksum(rest) {
        return None;
    }
    let (prototype, rest) = rest.split_first_chunk()?;
    let (name_len, rest) = rest.split_first_chunk()?;
    let (name, text) = rest.split_at_checked(u32::from_le_bytes(*name_len) as usize)?;
    Some(Dumped { prototype: u32::from_le_bytes(*prototype), name, text })
}

#[cfg(test)]
mod tests {
    use super::{SIGNATURE, checksum, parse};

    #[test]
    fn invalid_dumps_are_refused() {
        let content = [&[2, 0, 0, 0, 3, 0, 0, 0], &b"=ab"[..], b"return 1"].concat();
        let whole = [SIGNATURE, &checksum(&content).to_le_bytes(), &content].concat();
        let dumped = parse(&whole).expect("it is whole");
        assert_eq!((dumped.prototype, dumped.name, dumped.text), (2, &b"=ab"[..], &b"return 1"[..]));
        for at in 0..whole.len() {
            assert_eq!(parse(&whole[..at]), None, "{at} bytes");
            let mut altered = whole.clone();
            altered[at] ^= 0x10;
            assert_eq!(parse(&altered), None, "byte {at}");
        }
        assert_eq!(parse(&[&whole[..], b" "].concat()), None);
        assert_eq!(parse(b"\x1bLuaQ and the rest of a chunk of PUC Lua"), None);
    }
}
