//! The plain types in the header of every language: numbers and texts, with pointers to text only.
//!
//! Their documentation goes into the header, with the language's prefix on each name, so it is written for C.

use std::ffi::c_int;

use mimeo_interp::TrapKind;

use crate::Failure;

/// The result of a call.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The call succeeded.
    Ok = 0,
    /// A pointer that must not be null is null.
    NullPointer = 1,
    /// A number is not a valid value of the parameter.
    BadValue = 2,
    /// An environment variable has an invalid value.
    BadSetting = 3,
    /// The program's text is not UTF-8.
    NotUtf8 = 4,
    /// The program cannot be compiled. There can be several errors.
    CompileError = 5,
    /// The program ended with an error. Earlier output has been written.
    RuntimeError = 6,
    /// No program is loaded.
    NoProgram = 7,
    /// The handle's program is running: the call came from its own output function.
    Busy = 8,
    /// A defect of the language, or a panic of an output function written in Rust. The handle remains usable; a program
    /// that was running has been dropped.
    Panic = 9,
    /// The program was interrupted, or its hook ended it.
    Interrupted = 10,
    /// The program has used its fuel.
    OutOfFuel = 11,
    /// The program has reached its limit on memory, or there is not enough.
    OutOfMemory = 12,
    /// The program's calls are nested too deeply.
    StackOverflow = 13,
}

impl<E> From<&TrapKind<E>> for Status {
    fn from(kind: &TrapKind<E>) -> Status {
        match kind {
            TrapKind::Interrupted => Status::Interrupted,
            TrapKind::OutOfFuel => Status::OutOfFuel,
            TrapKind::OutOfMemory => Status::OutOfMemory,
            TrapKind::StackOverflow | TrapKind::Nesting => Status::StackOverflow,
            _ => Status::RuntimeError,
        }
    }
}

/// When functions are compiled to native code.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// When they have been called often: see the threshold.
    Auto = 0,
    /// At their first call.
    On = 1,
    /// Never.
    Off = 2,
}

impl From<mimeo_jit::Mode> for Mode {
    fn from(mode: mimeo_jit::Mode) -> Mode {
        match mode {
            mimeo_jit::Mode::Auto => Mode::Auto,
            mimeo_jit::Mode::On => Mode::On,
            mimeo_jit::Mode::Off => Mode::Off,
        }
    }
}

impl Mode {
    /// Converts a number from C to a mode.
    pub(crate) fn from_c(value: c_int) -> Result<mimeo_jit::Mode, Failure> {
        let known = mimeo_jit::Mode::ALL.into_iter().find(|&mode| Mode::from(mode) as c_int == value);
        known.ok_or_else(|| {
            Failure::new(Status::BadValue, format!("the mode must be 0 (auto), 1 (on) or 2 (off), not {value}"))
        })
    }
}

/// A form of the statistics.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatsFormat {
    /// No statistics.
    Off = 0,
    /// A table for people.
    Summary = 1,
    /// A line for each event, if recording was on when the program was loaded.
    Trace = 2,
    /// JSON, for programs.
    Json = 3,
}

impl From<Option<mimeo_jit::StatsFormat>> for StatsFormat {
    fn from(format: Option<mimeo_jit::StatsFormat>) -> StatsFormat {
        match format {
            None => StatsFormat::Off,
            Some(mimeo_jit::StatsFormat::Summary) => StatsFormat::Summary,
            Some(mimeo_jit::StatsFormat::Trace) => StatsFormat::Trace,
            Some(mimeo_jit::StatsFormat::Json) => StatsFormat::Json,
        }
    }
}

impl StatsFormat {
    /// Converts a number from C to a form other than `Off`.
    pub(crate) fn from_c(value: c_int) -> Result<mimeo_jit::StatsFormat, Failure> {
        use mimeo_jit::StatsFormat::{Json, Summary, Trace};

        let known =
            [Summary, Trace, Json].into_iter().find(|&format| StatsFormat::from(Some(format)) as c_int == value);
        known.ok_or_else(|| {
            let message = format!("the form of the statistics must be 1 (summary), 2 (trace) or 3 (JSON), not {value}");
            Failure::new(Status::BadValue, message)
        })
    }
}

/// Text in UTF-8, followed by a zero byte that `len` does not count. It is valid until the next call with the handle
/// that it came from.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// The first byte. Never null.
    pub bytes: *const std::ffi::c_char,
    /// Number of bytes.
    pub len: usize,
}

impl Text {
    /// An empty text.
    pub const EMPTY: Text = Text { bytes: c"".as_ptr(), len: 0 };
}

/// An error, and its position in the program.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Error {
    /// The status of the call. If it is that of success, the message is empty.
    pub status: Status,
    /// The line in the program's text, starting at 1; 0 if the error has no position.
    pub line: u32,
    /// The character in the line, starting at 1; 0 if the error has no position.
    pub column: u32,
    /// What is wrong.
    pub message: Text,
}

/// The capability of the native tier on this machine, with the reason if native code is unavailable.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Capability {
    /// Whether native code is available. The mode decides whether functions are compiled.
    pub available: bool,
    /// When functions are compiled.
    pub mode: Mode,
    /// Number of the call at which a function is compiled in mode auto.
    pub threshold: u32,
    /// Version of the convention between native code and the machine.
    pub stencil_abi: u32,
    /// Number of the language's ops that have native code.
    pub ops_with_stencil: u32,
    /// Number of ops that have none, and are interpreted.
    pub ops_without_stencil: u32,
    /// Stable code of the reason why native code is unavailable. Empty if it is available.
    pub reason_code: Text,
    /// The same code, followed by a sentence.
    pub reason: Text,
    /// The architecture that the library was built for.
    pub arch: Text,
    /// The operating system that the library was built for.
    pub os: Text,
    /// The name of the language's instruction set.
    pub instruction_set: Text,
    /// All of the above and the names of the ops without native code, for people.
    pub text: Text,
}
