//! A combined error → [`Mistake`]s: positions and messages, for those who have no compiler to show them.

use std::fmt;

use proc_macro2::Span;

/// An error in a source file, as `#[instruction_set]` and rustc report it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Line in the source file, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, then `help:` with what to write instead on the next line.
    pub message: String,
}

impl Mistake {
    /// Splits a combined error. Errors without a token of their own are reported at `whole`.
    pub(crate) fn list(error: syn::Error, whole: Span) -> Vec<Mistake> {
        let mistake = |error: syn::Error| {
            // The span of the macro's call, which a file does not have.
            let span = if error.span().byte_range() == (0..0) { whole } else { error.span() };
            let start = span.start();
            Mistake { line: start.line, column: start.column + 1, message: error.to_string() }
        };
        error.into_iter().map(mistake).collect()
    }
}

/// `line:column: message`, as it follows the name of a file.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}
