//! Ranges of an object's sections → pieces of a draft: what was taken along, and where it went.

use mimeo_def::stencil::Arch;

use crate::isa;
use crate::object_file::{Place, SectionIndex};
use crate::stencil::Part;

/// A range of a section.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) section: SectionIndex,
    pub(super) start: usize,
    pub(super) len_bytes: usize,
    /// Padding may be at its end.
    pub(super) is_bounded: bool,
}

impl Span {
    pub(super) fn end(&self) -> usize {
        self.start.saturating_add(self.len_bytes)
    }

    pub(super) fn contains(&self, place: Place) -> bool {
        self.section == place.section && (self.start..self.end()).contains(&place.offset_bytes)
    }

    pub(super) fn contains_all(&self, other: Span) -> bool {
        self.section == other.section && self.start <= other.start && other.end() <= self.end()
    }
}

/// Code that is carried along, and where it went.
#[derive(Clone, Copy)]
pub(super) struct CodePiece {
    pub(super) span: Span,
    pub(super) part: Part,
    /// Its start in the part.
    pub(super) at: usize,
}

/// Constants that are carried along, and where they went.
#[derive(Clone, Copy)]
pub(super) struct ConstantPiece {
    pub(super) span: Span,
    /// Its start in the stencil's constants.
    pub(super) at: usize,
}

/// Length of code without the padding at its end: what nothing can run on into.
pub(super) fn unpadded(arch: Arch, bytes: &[u8]) -> usize {
    let Ok(mut code) = isa::decode(arch, bytes) else { return bytes.len() };
    while let [.., before, last] = code.as_slice()
        && last.is_padding
        && (before.is_padding || before.flow.ends())
    {
        code.pop();
    }
    code.last().map_or(bytes.len(), |last| last.end() as usize)
}
