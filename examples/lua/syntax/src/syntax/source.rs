//! The parts of a chunk as they arrive → its text: [`Source`].

use std::fmt;

/// Appends the next part of a chunk. Returns `false` if there is none.
type Read<'a> = &'a mut dyn FnMut(&mut Vec<u8>) -> bool;

/// The text of a chunk, of which the lexer reads no more than it needs.
///
/// ```
/// use lua_syntax::Steps;
/// use lua_syntax::parse::{Memory, parse_chunk};
/// use lua_syntax::syntax::Source;
///
/// let mut parts = ["x = ", "1 +", "* 2 ", "y = 3"].into_iter();
/// let mut read = |text: &mut Vec<u8>| match parts.next() {
///     Some(part) => {
///         text.extend_from_slice(part.as_bytes());
///         true
///     }
///     None => false,
/// };
/// let mut source = Source::parts(Vec::new(), &mut read);
/// let error = parse_chunk(&mut source, Steps::unlimited(), &mut Memory::default(), &mut |_, _| Ok(())).expect_err("it is wrong");
/// assert_eq!(error.to_string(), "1: unexpected symbol near '*'");
/// assert_eq!(source.into_text(), b"x = 1 +* 2 ");
/// assert_eq!(parts.next(), Some("y = 3"));
/// ```
pub struct Source<'a> {
    pub(super) text: Vec<u8>,
    read: Option<Read<'a>>,
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("text", &self.text).finish_non_exhaustive()
    }
}

impl<'a> Source<'a> {
    /// Creates a source that is the whole chunk.
    #[must_use]
    pub fn whole(text: Vec<u8>) -> Source<'a> {
        Source { text, read: None }
    }

    /// Creates a source that begins with `text`, and to which `read` appends the next part. It returns `false` if there is
    /// none.
    #[must_use]
    pub fn parts(text: Vec<u8>, read: &'a mut dyn FnMut(&mut Vec<u8>) -> bool) -> Source<'a> {
        Source { text, read: Some(read) }
    }

    /// Returns the text that was read.
    #[must_use]
    pub fn into_text(self) -> Vec<u8> {
        self.text
    }

    /// Returns `true` if this is all of it.
    pub(super) fn is_whole(&self) -> bool {
        self.read.is_none()
    }

    /// Reads more. For a long token, which is read again from its start, that is as much again. Returns `false` if there
    /// is nothing.
    pub(super) fn read_more(&mut self, token: usize) -> bool {
        /// A token up to this length is read again for each part.
        const SHORT: usize = 64;
        let before = self.text.len();
        let wanted = if token > SHORT { before + token } else { before + 1 };
        while self.text.len() < wanted {
            let Some(read) = &mut self.read else { break };
            if !read(&mut self.text) {
                self.read = None;
            }
        }
        self.text.len() > before
    }
}
