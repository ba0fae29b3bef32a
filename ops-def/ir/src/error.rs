//! [`InvalidIr`]: why bytes are not the bodies of an instruction set.

use std::fmt;

/// Why bytes are not the bodies of an instruction set.
///
/// ```
/// use mimeo_ir::{InvalidIr, Set};
///
/// assert_eq!(Set::from_bytes(&[0xff]), Err(InvalidIr::Bytes));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidIr {
    /// They end too early or too late, or contain a number that means nothing.
    Bytes,
    /// A name refers to a value, block, parameter, struct, field or body that does not exist.
    Unknown,
    /// A value is defined more than once, or used where it is not defined.
    Undefined,
    /// An operation has operands or a result of the wrong type.
    Type,
    /// An edge passes too few or too many values.
    Arity,
}

impl fmt::Display for InvalidIr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            InvalidIr::Bytes => "the bytes are not those of an instruction set",
            InvalidIr::Unknown => "a name refers to nothing",
            InvalidIr::Undefined => "a value is used where it is not defined, or defined twice",
            InvalidIr::Type => "an operation has a wrong type",
            InvalidIr::Arity => "an edge passes a wrong number of values",
        })
    }
}

impl std::error::Error for InvalidIr {}
