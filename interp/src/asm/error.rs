//! [`AssembleError`]: why a function could not be assembled.

use std::fmt;

use mimeo_def::Pc;

/// The reason why a function could not be assembled.
///
/// ```
/// use mimeo::asm::AssembleError;
/// use mimeo::def::Pc;
/// use mimeo_doc_ops::Assembler;
///
/// let mut code = Assembler::new("lost", 0, 1);
/// let nowhere = code.label();
/// code.jump(nowhere);
/// let error = code.finish().unwrap_err();
/// assert_eq!(error, AssembleError::UnboundLabel { function: "lost".to_owned(), used_at: Pc(0) });
/// assert_eq!(error.to_string(), "function `lost`: the label used at 0000 is never bound; call `bind` for it");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssembleError {
    /// A label was used but never bound.
    UnboundLabel {
        /// The function.
        function: String,
        /// The first use.
        used_at: Pc,
    },
    /// A label was bound twice.
    LabelBoundTwice {
        /// The function.
        function: String,
        /// The second place.
        at: Pc,
    },
    /// A label of another function was used.
    ForeignLabel {
        /// The function.
        function: String,
        /// The place.
        at: Pc,
    },
    /// A list of labels is empty, or has more than 65,535.
    LabelCount {
        /// The function.
        function: String,
        /// The place.
        at: Pc,
        /// The number of labels.
        count: usize,
    },
    /// More than 65,536 constants.
    TooManyConstants {
        /// The function.
        function: String,
    },
    /// A function was declared but never defined.
    Undefined {
        /// The function.
        function: String,
    },
    /// The code has more than 2^31 units.
    TooLong {
        /// The function.
        function: String,
    },
}

impl fmt::Display for AssembleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AssembleError::UnboundLabel { function, used_at } => {
                write!(f, "function `{function}`: the label used at {used_at} is never bound; call `bind` for it")
            }
            AssembleError::LabelBoundTwice { function, at } => {
                write!(f, "function `{function}`: a label is bound again at {at}")
            }
            AssembleError::ForeignLabel { function, at } => {
                write!(
                    f,
                    "function `{function}`: the label used at {at} belongs to another function; make one with `label`"
                )
            }
            AssembleError::LabelCount { function, at, count } => {
                write!(f, "function `{function}`: the list of labels at {at} has {count}; pass 1 to 65535")
            }
            AssembleError::TooManyConstants { function } => {
                write!(f, "function `{function}` has more than 65536 constants; split it")
            }
            AssembleError::Undefined { function } => {
                write!(f, "function `{function}` is declared but never defined; call `define` for it")
            }
            AssembleError::TooLong { function } => write!(f, "function `{function}` is too long; split it"),
        }
    }
}

impl std::error::Error for AssembleError {}
