//! A position in the source text and a sentence about it → the error line that a user reads.

use std::fmt;

/// The position of a character in the source text. Positions are ordered as in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, counted from 1.
    pub line: u32,
    /// The character in its line, counted from 1. A tab is one character.
    pub column: u32,
}

impl Position {
    /// The first character of a file.
    pub const START: Position = Position { line: 1, column: 1 };

    /// Returns the position after `character`, which is at this position.
    #[must_use]
    pub fn after(self, character: char) -> Position {
        if character == '\n' {
            Position { line: self.line.saturating_add(1), column: 1 }
        } else {
            Position { line: self.line, column: self.column.saturating_add(1) }
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// An error in a program: its position, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The first character of the token that the message is about.
    pub position: Position,
    /// What is wrong and, where it is not obvious, what to write instead.
    pub message: String,
}

impl Diagnostic {
    /// Creates an error at `position`.
    pub fn new(position: Position, message: impl Into<String>) -> Diagnostic {
        Diagnostic { position, message: message.into() }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: error: {}", self.position, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_starts_with_line_and_column() {
        let diagnostic = Diagnostic::new(Position { line: 3, column: 14 }, "division by zero");
        assert_eq!(diagnostic.to_string(), "3:14: error: division by zero");
    }

    #[test]
    fn columns_count_characters_and_restart_on_each_line() {
        let position = "aé\nß\t".chars().fold(Position::START, Position::after);
        assert_eq!(position, Position { line: 2, column: 3 });
    }
}
