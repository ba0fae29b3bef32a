//! Findings of the probe → [`Unusable`], one sentence that says why there is no table.

use std::fmt;

use crate::refusal::Refusal;

/// The reason why a machine's C compiler cannot build stencils.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the sentences of the `Display` impl say what each field is")]
pub enum Unusable {
    Target { triple: String },
    NotFound { message: String },
    Msvc { program: String },
    Broken { message: String },
    Unknown { program: String },
    TooOld { compiler: &'static str, version: u32, minimum: u32 },
    WrongArch { compiler: String, wanted: &'static str },
    Format { compiler: String },
    Flags { message: String },
    Support { symbol: String, reason: SupportFailure },
}

/// The reason why a stencil that every table needs could not be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SupportFailure {
    /// The C does not compile.
    Compile(String),
    /// The machine code cannot be copied.
    Refused(Refusal),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unusable::Target { triple } => {
                write!(f, "there are no stencils for `{triple}`, only for x86-64 and aarch64")
            }
            Unusable::NotFound { message } => write!(f, "no C compiler was found: {message}"),
            Unusable::Msvc { program } => {
                write!(f, "`{program}` uses MSVC's flags and cannot make stencils; set CC to gcc or clang")
            }
            Unusable::Broken { message } => write!(f, "the C compiler does not work: {message}"),
            Unusable::Unknown { program } => write!(f, "`{program}` is neither gcc nor clang"),
            Unusable::TooOld { compiler, version, minimum } => {
                write!(f, "{compiler} {version} is too old: stencils need {compiler} {minimum} or later")
            }
            Unusable::WrongArch { compiler, wanted } => write!(f, "{compiler} does not compile for {wanted}"),
            Unusable::Format { compiler } => {
                write!(f, "{compiler} writes objects in a format other than ELF, Mach-O and COFF")
            }
            Unusable::Flags { message } => {
                write!(f, "the C compiler does not accept a flag that stencils need: {message}")
            }
            Unusable::Support { symbol, reason: SupportFailure::Compile(message) } => {
                write!(f, "the stencil `{symbol}` does not compile: {message}")
            }
            Unusable::Support { symbol, reason: SupportFailure::Refused(refusal) } => {
                write!(f, "the stencil `{symbol}` cannot be copied: {refusal}")
            }
        }
    }
}

impl std::error::Error for Unusable {}
