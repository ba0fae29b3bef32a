//! Machine code → [`Instruction`]s: their positions, control flow, effects on the stack pointer, and the fields that a
//! hole may fill.

mod aarch64;
mod x86_64;

use std::fmt;

use mimeo_def::stencil::{Arch, PatchKind};
use mimeo_def::{CodeOffset, Feature};

pub use aarch64::NOP as AARCH64_NOP;

/// The properties of an instruction that the audit checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Position of its first byte.
    pub at: CodeOffset,
    /// Its length.
    pub len_bytes: u32,
    /// Where control goes next.
    pub flow: Flow,
    /// Its effect on the stack pointer.
    pub stack: Stack,
    /// Memory that it accesses at a fixed distance from the stack pointer, except by a push or pop.
    pub stack_access: Option<StackAccess>,
    /// How it uses an address relative to itself, except as the target of a branch.
    pub relative: Relative,
    /// What it requires of the processor beyond the architecture's base; usually nothing.
    pub needs: Vec<Need>,
    /// Whether compilers use it as padding between functions.
    pub is_padding: bool,
    /// Operand fields.
    pub fields: Vec<Field>,
}

impl Instruction {
    /// Returns the position after its last byte.
    pub fn end(&self) -> u32 {
        self.at.0 + self.len_bytes
    }

    /// Whether a hole at `at` with this patch kind fills exactly one of the fields.
    pub fn has_field(&self, at: CodeOffset, kind: PatchKind) -> bool {
        self.fields.iter().any(|field| field.at == at && field.form == FieldForm::of(kind))
    }
}

/// A requirement on the processor beyond the architecture's base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// A feature that an author can allow.
    Feature(Feature),
    /// The name of a feature that an author cannot allow.
    Other(String),
    /// An AArch64 word that is not listed because it is unallocated or part of an extension.
    Unlisted(u32),
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Need::Feature(feature) => f.write_str(feature.name()),
            Need::Other(name) => f.write_str(name),
            Need::Unlisted(word) => write!(f, "{word:#010x} is not an Armv8.0-A instruction that stencils may use"),
        }
    }
}

/// Where control goes after an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// To the next one.
    Next,
    /// To the target, an offset from the start of the code. A hole overrides it.
    Jump(i64),
    /// To the target or to the next one.
    Branch(i64),
    /// To the target, and then to the next one.
    Call(i64),
    /// To an address in a register or in memory.
    IndirectJump,
    /// To an address in a register or in memory, and then to the next one.
    IndirectCall,
    /// To the caller.
    Return,
    /// Nowhere: it traps.
    Trap,
    /// Out of the program or to an abort handler, or it uses state of the thread or of the processor that stencils must
    /// not access.
    Forbidden,
}

impl Flow {
    /// Whether control never reaches the next instruction.
    pub fn ends(self) -> bool {
        matches!(self, Flow::Jump(_) | Flow::IndirectJump | Flow::Return | Flow::Trap)
    }
}

/// The effect of an instruction on the stack pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// Adds this number to the bytes on the stack; positive for a push, usually 0.
    Grows(i64),
    /// Sets it to an unknown value.
    Lost,
}

/// Memory at a fixed distance from the value of the stack pointer before the instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackAccess {
    /// Distance of its first byte from the stack pointer.
    pub offset_bytes: i64,
    /// Its length.
    pub len_bytes: u32,
}

/// How an instruction other than a branch uses an address relative to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relative {
    /// It has no such address.
    No,
    /// It computes the address (`lea` of `rip`, `adr`, `adrp`).
    Address,
    /// It reads or writes this number of bytes there; 0 if unknown.
    Memory(u32),
}

/// An operand field that a hole may fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// First byte of the field; on AArch64 of the instruction.
    pub at: CodeOffset,
    /// Its form.
    pub form: FieldForm,
}

/// The form of an operand field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldForm {
    /// A displacement or immediate of whole bytes.
    Bytes(u32),
    /// A field inside an AArch64 instruction, and the kind that patches it.
    ///
    /// All scaled loads are [`PatchKind::A64LoadOffset`].
    Word(PatchKind),
}

impl FieldForm {
    /// Returns the form that a patch kind fills.
    fn of(kind: PatchKind) -> FieldForm {
        match kind {
            _ if kind.arch() == Arch::X86_64 => FieldForm::Bytes(kind.len_bytes()),
            PatchKind::A64LoadPageOffset { shift } => FieldForm::Word(PatchKind::A64LoadOffset { shift }),
            _ => FieldForm::Word(kind),
        }
    }
}

/// Decodes all of `code`.
///
/// # Errors
///
/// The offset of the first invalid instruction.
pub fn decode(arch: Arch, code: &[u8]) -> Result<Vec<Instruction>, CodeOffset> {
    match arch {
        Arch::X86_64 => x86_64::decode(code),
        Arch::Aarch64 => aarch64::decode(code),
    }
}

/// Returns the patch kind of an absolute 32-bit field of x86-64 code. It is signed unless the field is an immediate
/// that is not sign-extended.
pub fn absolute32(code: &[u8], instruction: &Instruction, at: CodeOffset) -> PatchKind {
    x86_64::absolute32(code, instruction, at)
}

/// Returns the patch kind of the 12 bits of an address in an AArch64 instruction, if it has such a field.
pub fn aarch64_low12(word: u32) -> Option<PatchKind> {
    aarch64::patched_by(word)
        .filter(|kind| matches!(kind, PatchKind::A64AddPageOffset | PatchKind::A64LoadOffset { .. }))
}

/// Fills a relative branch within one part, whose distance is known at build time. Returns `false` if the kind is not
/// that of a branch, or if the distance is too large.
pub fn fill_branch(kind: PatchKind, code: &mut [u8], at: CodeOffset, distance_bytes: i64) -> bool {
    match kind {
        PatchKind::X86Rel32 => x86_64::fill_relative(code, at, distance_bytes),
        PatchKind::A64Branch26 | PatchKind::A64Branch19 | PatchKind::A64Branch14 => {
            aarch64::fill_branch(kind, code, at, distance_bytes)
        }
        _ => false,
    }
}
