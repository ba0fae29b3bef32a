//! A hole that could not be filled → [`PatchError`], the problem with a stable code and a sentence.

use std::fmt;

use mimeo_def::CodeOffset;
use mimeo_def::stencil::PatchKind;

use crate::errors::diagnostic::Diagnostic;

/// The reason why a hole could not be filled.
///
/// ```
/// use mimeo::def::CodeOffset;
/// use mimeo::def::stencil::PatchKind;
/// use mimeo::jit::{Diagnostic, PatchError};
///
/// let error = PatchError::Outside { at: CodeOffset(7), kind: PatchKind::X86Rel32, part_bytes: 5 };
/// assert_eq!(error.code(), Diagnostic::StencilSource);
/// assert!(error.to_string().starts_with("JIT_STENCIL_SOURCE: "));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatchError {
    /// The number, or the distance, does not fit the field.
    OutOfRange {
        /// Offset of the hole in its part.
        at: CodeOffset,
        /// The patch kind of the hole.
        kind: PatchKind,
        /// The number, or the distance in bytes (for `adrp` in pages).
        value: i64,
    },
    /// The field holds only multiples of a unit, and the number is not one.
    Misaligned {
        /// Offset of the hole in its part.
        at: CodeOffset,
        /// The patch kind of the hole.
        kind: PatchKind,
        /// The number, or the distance in bytes.
        value: i64,
        /// The unit.
        unit_bytes: u32,
    },
    /// The hole is not inside its part of the stencil.
    Outside {
        /// Offset of the hole in its part.
        at: CodeOffset,
        /// The patch kind of the hole.
        kind: PatchKind,
        /// Length of the part.
        part_bytes: usize,
    },
    /// The bytes at the hole are not those of an unfilled field of this kind.
    Unexpected {
        /// Offset of the hole in its part.
        at: CodeOffset,
        /// The patch kind of the hole.
        kind: PatchKind,
        /// The bytes, as a little-endian number.
        found: u64,
    },
}

impl PatchError {
    /// Returns the stable diagnostic. See [`PatchError`] for an example.
    pub fn code(&self) -> Diagnostic {
        match self {
            PatchError::OutOfRange { kind, .. } if is_branch(*kind) => Diagnostic::BranchTarget,
            PatchError::OutOfRange { .. } | PatchError::Misaligned { .. } => Diagnostic::PatchOverflow,
            PatchError::Outside { .. } | PatchError::Unexpected { .. } => Diagnostic::StencilSource,
        }
    }

    /// Returns the message without the code.
    pub(crate) fn sentence(&self) -> String {
        match *self {
            PatchError::OutOfRange { at, kind, value } => {
                format!("{value} does not fit {} at byte {}", field(kind), at.0)
            }
            PatchError::Misaligned { at, kind, value, unit_bytes } => {
                format!("{value} is not a multiple of {unit_bytes}, as {} at byte {} requires", field(kind), at.0)
            }
            PatchError::Outside { at, kind, part_bytes } => {
                format!("{} at byte {} is outside its part of {part_bytes} bytes", field(kind), at.0)
            }
            PatchError::Unexpected { at, kind, found } => {
                format!("the bytes {found:#x} at byte {} are not {} to be filled", at.0, field(kind))
            }
        }
    }
}

/// Returns `true` if the field is the distance of a jump or call. On x86-64 it may also be that of data.
fn is_branch(kind: PatchKind) -> bool {
    matches!(kind, PatchKind::X86Rel32 | PatchKind::A64Branch26 | PatchKind::A64Branch19 | PatchKind::A64Branch14)
}

/// Returns the instruction or field that a patch kind writes, in words.
fn field(kind: PatchKind) -> &'static str {
    match kind {
        PatchKind::X86Abs32Signed => "a signed 32-bit field",
        PatchKind::X86Abs32 => "an unsigned 32-bit field",
        PatchKind::X86Abs64 => "a 64-bit field",
        PatchKind::X86Rel32 => "a 32-bit distance",
        PatchKind::A64Branch26 => "the 26-bit distance of `b` or `bl`",
        PatchKind::A64Branch19 => "the 19-bit distance of `b.cond` or `cbz`",
        PatchKind::A64Branch14 => "the 14-bit distance of `tbz`",
        PatchKind::A64Adr21 => "the 21-bit distance of `adr`",
        PatchKind::A64AdrPage21 => "the 21-bit page distance of `adrp`",
        PatchKind::A64AddPageOffset => "the page offset of `add`",
        PatchKind::A64LoadPageOffset { .. } => "the page offset of `ldr` or `str`",
        PatchKind::A64LoadOffset { .. } => "the scaled 12-bit offset of `ldr` or `str`",
        PatchKind::A64MovWide { .. } => "the 16 bits of `movz` or `movk`",
    }
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.sentence())
    }
}

impl std::error::Error for PatchError {}
