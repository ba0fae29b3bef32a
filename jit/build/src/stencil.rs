//! The parts of a stencil → [`OwnedStencil`], which [`emit`](crate::emit) writes as a
//! [`Stencil`](mimeo_def::stencil::Stencil) of the author's program.

use mimeo_def::stencil::{Hole, HoleValue};

/// The two parts of a stencil's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Code that runs every time. The hot parts of consecutive ops are adjacent.
    Hot,
    /// Code of slow paths, placed at the end of the function.
    Cold,
}

impl Part {
    /// Returns the name of the part.
    pub fn name(self) -> &'static str {
        match self {
            Part::Hot => "hot",
            Part::Cold => "cold",
        }
    }

    /// Returns the hole value for the start of the part.
    pub fn value(self) -> HoleValue {
        match self {
            Part::Hot => HoleValue::Hot,
            Part::Cold => HoleValue::Cold,
        }
    }
}

/// A [`Stencil`](mimeo_def::stencil::Stencil) that owns its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedStencil {
    /// Code that runs every time.
    pub hot: Vec<u8>,
    /// Code of slow paths.
    pub cold: Vec<u8>,
    /// Constants that the code reads, aligned to 16 bytes.
    pub rodata: Vec<u8>,
    /// Holes in the hot part, sorted by position.
    pub hot_holes: Vec<Hole>,
    /// Holes in the cold part, sorted by position.
    pub cold_holes: Vec<Hole>,
    /// Length in bytes of the jump to the continuation at the end of the hot part; 0 if there is none.
    pub tail_jump: u8,
}

impl OwnedStencil {
    /// Returns all holes, starting with those of the hot part.
    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.hot_holes.iter().chain(&self.cold_holes)
    }

    /// Whether execution can fall through to the next op.
    pub fn falls_through(&self) -> bool {
        self.tail_jump > 0
    }
}
