//! What can go wrong: in a module, in its imports, and while it runs.

use std::fmt;
use std::sync::Arc;

use mimeo::{Backtrace, Trap, TrapKind};

/// The reason of a trap, as the specification's tests name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrapCode {
    /// `unreachable` ran.
    Unreachable,
    /// An access was outside of the memory.
    OutOfBoundsMemory,
    /// An access was outside of a table.
    OutOfBoundsTable,
    /// A division by zero.
    DivideByZero,
    /// A result that its type cannot hold.
    IntegerOverflow,
    /// A NaN as an integer.
    InvalidConversion,
    /// An indirect call of an element that the table does not have.
    UndefinedElement,
    /// An indirect call of null.
    UninitializedElement,
    /// An indirect call of a function with another type.
    IndirectCallType,
    /// Calls were too deep.
    StackOverflow,
}

impl TrapCode {
    /// In the order of the codes that ops have.
    const ALL: [(TrapCode, &str); 10] = [
        (TrapCode::Unreachable, "unreachable"),
        (TrapCode::OutOfBoundsMemory, "out of bounds memory access"),
        (TrapCode::OutOfBoundsTable, "out of bounds table access"),
        (TrapCode::DivideByZero, "integer divide by zero"),
        (TrapCode::IntegerOverflow, "integer overflow"),
        (TrapCode::InvalidConversion, "invalid conversion to integer"),
        (TrapCode::UndefinedElement, "undefined element"),
        (TrapCode::UninitializedElement, "uninitialized element"),
        (TrapCode::IndirectCallType, "indirect call type mismatch"),
        (TrapCode::StackOverflow, "call stack exhausted"),
    ];

    pub(crate) fn from_number(number: u32) -> TrapCode {
        Self::ALL[number as usize].0
    }
}

impl fmt::Display for TrapCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL[*self as usize].1)
    }
}

/// What stops a program, apart from the machine's own reasons.
#[derive(Clone, Debug)]
pub enum Fault {
    /// A trap.
    Trap(TrapCode),
    /// An error of a function of the host's.
    Host(Arc<dyn std::error::Error + Send + Sync>),
}

impl From<TrapCode> for Fault {
    fn from(code: TrapCode) -> Fault {
        Fault::Trap(code)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Trap(code) => code.fmt(f),
            Fault::Host(error) => error.fmt(f),
        }
    }
}

/// An error.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Error {
    /// The module is malformed, invalid or beyond a limit: the message, and the offset in its bytes.
    Module(String, usize),
    /// The module cannot be instantiated with these imports, or the host used something in the wrong way.
    Link(String),
    /// The program trapped, or a function of the host's failed.
    Run(Box<RunError>),
}

/// An error of a program that ran.
#[derive(Clone, Debug)]
pub struct RunError {
    /// The reason.
    pub kind: TrapKind<Fault>,
    /// The functions that were active.
    pub backtrace: Backtrace,
}

impl Error {
    pub(crate) fn link(message: impl Into<String>) -> Error {
        Error::Link(message.into())
    }

    /// Returns the reason of the trap, if it is one.
    pub fn trap_code(&self) -> Option<TrapCode> {
        let Error::Run(error) = self else { return None };
        match &error.kind {
            TrapKind::Language(Fault::Trap(code)) => Some(*code),
            TrapKind::StackOverflow => Some(TrapCode::StackOverflow),
            _ => None,
        }
    }

    /// Returns the error of a function of the host's, if it is one of this type.
    pub fn host_error<E: std::error::Error + 'static>(&self) -> Option<&E> {
        let Error::Run(error) = self else { return None };
        match &error.kind {
            TrapKind::Language(Fault::Host(error)) => error.downcast_ref(),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Module(message, offset) => write!(f, "{message} (at offset {offset:#x})"),
            Error::Link(message) => f.write_str(message),
            Error::Run(error) => match self.trap_code() {
                Some(code) => code.fmt(f),
                None => error.kind.fmt(f),
            },
        }
    }
}

impl std::error::Error for Error {}

impl From<Trap<Fault>> for Error {
    fn from(trap: Trap<Fault>) -> Error {
        let mut backtrace = trap.backtrace;
        // The code between an instance and what calls it has no name.
        backtrace.frames.retain(|frame| !frame.function.is_empty());
        Error::Run(Box::new(RunError { kind: trap.kind, backtrace }))
    }
}

impl From<wasmparser::Error> for Error {
    fn from(error: wasmparser::Error) -> Error {
        Error::Module(error.message().to_owned(), error.offset() as usize)
    }
}

impl fmt::Display for RunError {
    /// Writes the functions that were active: for each the offset of the instruction in the module, and the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for frame in &self.backtrace.frames {
            match frame.position {
                Some(position) => writeln!(f, "  {:#8x} in `{}`", position.line, frame.function)?,
                None => writeln!(f, "           in `{}`", frame.function)?,
            }
        }
        Ok(())
    }
}
