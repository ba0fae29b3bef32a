//! A failure to get memory for code → [`CodeBufError`].

use std::fmt;
use std::io;

/// The reason why there is no memory for code.
///
/// ```
/// use mimeo::jit::CodeBufError;
///
/// assert_eq!(CodeBufError::Empty.to_string(), "a code buffer cannot be empty");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum CodeBufError {
    /// The requested buffer was empty.
    Empty,
    /// The operating system provided no memory.
    Map(io::Error),
    /// The operating system refused to make the memory executable.
    Seal(io::Error),
}

impl fmt::Display for CodeBufError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CodeBufError::Empty => f.write_str("a code buffer cannot be empty"),
            CodeBufError::Map(error) => write!(f, "no memory for code: {error}"),
            CodeBufError::Seal(error) => write!(f, "the memory for code cannot be made executable: {error}"),
        }
    }
}

impl std::error::Error for CodeBufError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CodeBufError::Empty => None,
            CodeBufError::Map(error) | CodeBufError::Seal(error) => Some(error),
        }
    }
}
