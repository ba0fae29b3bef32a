//! The plain types that the header of every language has: numbers, texts, and no pointers to anything but text.
//!
//! Their documentation goes into the header, with the language's prefix on each name, and so is written for C.

use std::ffi::c_int;

use crate::Failure;

/// What became of a call.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It did what it should.
    Ok = 0,
    /// A pointer is null that must not be.
    NullPointer = 1,
    /// A number is none of those that the parameter can have.
    BadValue = 2,
    /// An environment variable has a value that it cannot have.
    BadSetting = 3,
    /// The program's text is not UTF-8.
    NotUtf8 = 4,
    /// The program is wrong: see the errors, of which there may be several.
    CompileError = 5,
    /// The program ended with an error. What it wrote before is written.
    RuntimeError = 6,
    /// No program is loaded.
    NoProgram = 7,
    /// The handle's program is running: the call came from its own output function.
    Busy = 8,
    /// A defect of the language, or a panic of an output function written in Rust. The handle can be used further; a
    /// program that was running is gone.
    Panic = 9,
}

/// When functions are compiled to native code.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// When they are called often: see the threshold.
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
    /// The mode that a number from C is.
    pub(crate) fn from_c(value: c_int) -> Result<mimeo_jit::Mode, Failure> {
        let known = mimeo_jit::Mode::ALL.into_iter().find(|&mode| Mode::from(mode) as c_int == value);
        known.ok_or_else(|| {
            Failure::new(Status::BadValue, format!("a mode is 0 (auto), 1 (on) or 2 (off), not {value}"))
        })
    }
}

/// A form of the statistics.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatsFormat {
    /// None: no statistics are asked for.
    Off = 0,
    /// A table for people.
    Summary = 1,
    /// A line for each event of a function's life, if recording was on when the program was loaded.
    Trace = 2,
    /// For programs.
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
    /// The form that a number from C is. `Off` is none.
    pub(crate) fn from_c(value: c_int) -> Result<mimeo_jit::StatsFormat, Failure> {
        use mimeo_jit::StatsFormat::{Json, Summary, Trace};

        let known =
            [Summary, Trace, Json].into_iter().find(|&format| StatsFormat::from(Some(format)) as c_int == value);
        known.ok_or_else(|| {
            let message = format!("a form of the statistics is 1 (summary), 2 (trace) or 3 (JSON), not {value}");
            Failure::new(Status::BadValue, message)
        })
    }
}

/// Text in UTF-8. A zero byte follows it, which is not counted. It is valid until the next call with the handle that
/// it came from.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// The first byte. Never null.
    pub bytes: *const std::ffi::c_char,
    /// How many bytes.
    pub len: usize,
}

impl Text {
    /// No bytes.
    pub const EMPTY: Text = Text { bytes: c"".as_ptr(), len: 0 };
}

/// An error, and where in the program it is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Error {
    /// What became of the call. With the status for success the message is empty.
    pub status: Status,
    /// The line in the program's text, counted from 1; 0 when the error is in none.
    pub line: u32,
    /// The character in the line, counted from 1; 0 when the error is in none.
    pub column: u32,
    /// What is wrong.
    pub message: Text,
}

/// What the native tier can do here, and why not more.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Capability {
    /// There is native code to be had. Whether functions are compiled is up to the mode.
    pub available: bool,
    /// When functions are compiled.
    pub mode: Mode,
    /// In mode auto, the call at which a function is compiled.
    pub threshold: u32,
    /// Version of the convention between native code and the machine.
    pub stencil_abi: u32,
    /// How many of the language's ops have native code.
    pub ops_with_stencil: u32,
    /// How many have none, and are interpreted.
    pub ops_without_stencil: u32,
    /// Why there is no native code: the diagnostic's stable code. Empty when there is.
    pub reason_code: Text,
    /// The code again, and a sentence.
    pub reason: Text,
    /// The architecture that the library was built for.
    pub arch: Text,
    /// The operating system that the library was built for.
    pub os: Text,
    /// The name of the language's instruction set.
    pub instruction_set: Text,
    /// All of this and the names of the ops without native code, for people.
    pub text: Text,
}
