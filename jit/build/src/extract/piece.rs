//! Ranges of an object's sections → pieces of a draft: what was copied, and where.

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
    /// Whether it may end with padding.
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

/// Copied code and its position.
#[derive(Clone, Copy)]
pub(super) struct CodePiece {
    pub(super) span: Span,
    pub(super) part: Part,
    /// Start within the part.
    pub(super) at: usize,
}

/// Copied constants and their position.
#[derive(Clone, Copy)]
pub(super) struct ConstantPiece {
    pub(super) span: Span,
    /// Start within the stencil's constants.
    pub(super) at: usize,
}

/// Returns the length of code without the unreachable padding at its end.
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
