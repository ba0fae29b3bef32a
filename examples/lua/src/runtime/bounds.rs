//! [`Bounds`]: what a program may make the runtime do.

use crate::ops::ops::Text;

/// Limits on what a program can do with the library. A program that exceeds one gets an error, which it can catch.
///
/// ```
/// use lua::{Bounds, Lua, Options};
///
/// let bounds = Bounds { string_bytes: Some(1000), ..Bounds::default() };
/// let mut lua = Lua::new(Options { bounds, ..Options::default() });
/// let function = lua.load("local s = ('x'):rep(1001)", "=example")?;
/// let failure = lua.call(&function, &[]).unwrap_err();
/// assert_eq!(failure.to_string(), "example:1: string is longer than the limit of 1000 bytes");
/// # Ok::<(), lua::Failure>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The number of coroutines that have started and not ended. Unreachable ones are collected before one is refused.
    pub coroutines: Option<u32>,
    /// The length of a string that `..` or a function of the library makes. Without a limit it is that of LuaJIT, 2 GiB.
    pub string_bytes: Option<u32>,
    /// The steps of one search for a pattern. A step takes a few nanoseconds.
    pub pattern_steps: Option<u64>,
}

impl Bounds {
    /// Returns the maximal length of a string.
    pub(crate) fn text_len(&self) -> usize {
        self.string_bytes.map_or(Text::MAX_LEN, |bytes| (bytes as usize).min(Text::MAX_LEN))
    }
}
