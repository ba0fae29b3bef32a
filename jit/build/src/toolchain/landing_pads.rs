//! A [`Toolchain`] → the same one whose functions begin with landing pads, or [`NoPads`], the reason why it cannot make
//! them.

use std::fmt;

use mimeo_def::stencil::{Arch, HoleValue};
use mimeo_lower::Symbol;

use super::{CompileError, Toolchain, Unit, flags};
use crate::extract;

/// A stencil that only continues, with the convention that the probe selected.
const PROGRAM: &str = "
#ifdef MIMEO_PRESERVE_NONE
#define CONVENTION __attribute__((preserve_none))
#else
#define CONVENTION
#endif
typedef CONVENTION void Continuation(void *vm, void *base, void *frame);
extern Continuation CONTINUE;
CONVENTION void op_probe(void *vm, void *base, void *frame) { return CONTINUE(vm, base, frame); }
";

/// The reason why a compiler makes no landing pads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPads {
    /// It does not accept the flag, or does not compile with it.
    Refused {
        /// The flag.
        flag: &'static str,
        /// The compiler's first error.
        error: CompileError,
    },
    /// It accepts the flag, and functions begin without a pad.
    Missing {
        /// The flag.
        flag: &'static str,
    },
}

impl fmt::Display for NoPads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoPads::Refused { flag, error } => write!(f, "the C compiler does not accept `{flag}`: {error}"),
            NoPads::Missing { flag } => write!(f, "with `{flag}` the C compiler makes functions without a landing pad"),
        }
    }
}

impl std::error::Error for NoPads {}

/// Returns the flag with which functions begin with landing pads.
pub(crate) fn flag(arch: Arch) -> &'static str {
    flags::landing_pads(arch).1
}

impl Toolchain {
    /// Compiles with landing pads from now on, if a probe succeeds whose function begins with one.
    ///
    /// # Errors
    ///
    /// The reason why the compiler makes none. The toolchain is then as before.
    pub fn add_landing_pads(&mut self) -> Result<(), NoPads> {
        let (without, flag) = flags::landing_pads(self.arch);
        let before = self.flags.clone();
        match self.flags.iter_mut().find(|text| *text == without) {
            Some(text) => *text = flag.to_owned(),
            None => self.flags.push(flag.to_owned()),
        }
        let probed = self.probe_landing_pads(flag);
        match &probed {
            Ok(()) => self.landing_pads = true,
            Err(_) => self.flags = before,
        }
        probed
    }

    /// Returns `true` if stencils must begin with landing pads.
    pub fn has_landing_pads(&self) -> bool {
        self.landing_pads
    }

    fn probe_landing_pads(&self, flag: &'static str) -> Result<(), NoPads> {
        let unit = Unit { stem: "mimeo_probe", text: PROGRAM, include: None };
        let object = self.compile(unit).map_err(|error| NoPads::Refused { flag, error })?;
        let symbols = [Symbol { name: "CONTINUE".to_owned(), value: HoleValue::Continue, required: true }];
        match extract::stencil(&object, "op_probe", &symbols, &self.baseline) {
            Ok(stencil) if self.arch.begins_with_landing_pad(&stencil.hot) => Ok(()),
            _ => Err(NoPads::Missing { flag }),
        }
    }
}
