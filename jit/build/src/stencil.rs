//! A stencil of this build, with its parts in vectors → what [`emit`](crate::emit) writes as a
//! [`Stencil`](mimeo_def::stencil::Stencil) of the author's program.

use mimeo_def::stencil::{Hole, HoleValue};

/// The two parts of a stencil's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Code that runs every time; consecutive ops lie back to back.
    Hot,
    /// Code of slow paths, at the end of the function.
    Cold,
}

impl Part {
    /// The part in words.
    pub fn name(self) -> &'static str {
        match self {
            Part::Hot => "hot",
            Part::Cold => "cold",
        }
    }

    /// What stands for the part's start in a hole.
    pub fn value(self) -> HoleValue {
        match self {
            Part::Hot => HoleValue::Hot,
            Part::Cold => HoleValue::Cold,
        }
    }
}

/// [`Stencil`](mimeo_def::stencil::Stencil) that owns its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedStencil {
    /// Code that runs every time.
    pub hot: Vec<u8>,
    /// Code of slow paths.
    pub cold: Vec<u8>,
    /// Constants that the code reads, to be aligned to 16 bytes.
    pub rodata: Vec<u8>,
    /// Holes in the hot part, sorted by position.
    pub hot_holes: Vec<Hole>,
    /// Holes in the cold part, sorted by position.
    pub cold_holes: Vec<Hole>,
    /// Bytes at the end of the hot part that jump to the continuation; 0 if none.
    pub tail_jump: u8,
}

impl OwnedStencil {
    /// Every hole, the hot ones first.
    pub fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.hot_holes.iter().chain(&self.cold_holes)
    }

    /// It can go on to the next op by running into it.
    pub fn falls_through(&self) -> bool {
        self.tail_jump > 0
    }
}
