//! Turns a line and an error into the message for the program.

use std::fmt;

use super::chunk::shown_name;

/// A line of a chunk, counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line(pub u32);

impl Line {
    /// The first line of a chunk.
    pub const FIRST: Line = Line(1);

    /// The line of the function of a whole chunk.
    pub const NONE: Line = Line(0);

    /// Returns the next line.
    pub(crate) fn next(self) -> Line {
        Line(self.0.saturating_add(1))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The error in a chunk. Lua stops at the first one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line that the parser has reached.
    pub line: Line,
    /// The message, without the position. It is bytes because it quotes the source.
    pub message: Vec<u8>,
}

impl SyntaxError {
    /// Creates an error in `line`.
    pub(crate) fn new(line: Line, message: impl Into<Vec<u8>>) -> SyntaxError {
        SyntaxError { line, message: message.into() }
    }

    /// Creates an error for a function, which begins in line `function`, that exceeds a limit.
    pub(crate) fn too_many(line: Line, function: Line, limit: u32, what: &str) -> SyntaxError {
        let function =
            if function == Line::NONE { "main function".into() } else { format!("function at line {function}") };
        SyntaxError::new(line, format!("{function} has more than {limit} {what}"))
    }

    /// Returns the whole message for a chunk of this name: `chunk:1: what`.
    #[must_use]
    pub fn in_chunk(&self, name: &[u8]) -> Vec<u8> {
        let mut text = shown_name(name);
        text.extend_from_slice(format!(":{}: ", self.line).as_bytes());
        text.extend_from_slice(&self.message);
        text
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, String::from_utf8_lossy(&self.message))
    }
}

impl std::error::Error for SyntaxError {}
