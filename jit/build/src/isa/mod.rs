//! Machine code → [`Instruction`]s: where they lie, where control goes, what happens to the stack pointer,
//! and which of their fields a hole may fill.

mod aarch64;
mod x86_64;

use std::fmt;

use mimeo_def::stencil::{Arch, PatchKind};
use mimeo_def::{CodeOffset, Feature};

pub use aarch64::NOP as AARCH64_NOP;

/// One instruction, as far as the audit is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Its first byte.
    pub at: CodeOffset,
    /// Its length.
    pub len_bytes: u32,
    /// Where control goes.
    pub flow: Flow,
    /// What happens to the stack pointer.
    pub stack: Stack,
    /// What it reads or writes at a fixed distance from the stack pointer, pushes and pops apart.
    pub stack_access: Option<StackAccess>,
    /// What it does with an address relative to itself, branches apart.
    pub relative: Relative,
    /// What it needs of the processor beyond the architecture's base; mostly nothing.
    pub needs: Vec<Need>,
    /// It does nothing, and compilers fill the room between functions with it.
    pub is_padding: bool,
    /// Operand fields.
    pub fields: Vec<Field>,
}

impl Instruction {
    /// The byte behind it.
    pub fn end(&self) -> u32 {
        self.at.0 + self.len_bytes
    }

    /// A hole at `at`, patched as `kind` says, fills one of its fields exactly.
    pub fn has_field(&self, at: CodeOffset, kind: PatchKind) -> bool {
        self.fields.iter().any(|field| field.at == at && field.form == FieldForm::of(kind))
    }
}

/// What an instruction needs of the processor beyond the architecture's base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// A feature that an author can ask for.
    Feature(Feature),
    /// One that an author cannot ask for, by its name.
    Other(String),
    /// An AArch64 word that is not listed: it is unallocated, or of an extension.
    Unlisted(u32),
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Need::Feature(feature) => f.write_str(feature.name()),
            Need::Other(name) => f.write_str(name),
            Need::Unlisted(word) => write!(f, "{word:#010x} is no instruction of Armv8.0-A that stencils have"),
        }
    }
}

/// Where control goes after an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// To the next one.
    Next,
    /// To the target, an offset from the start of the code that is wrong where a hole says otherwise.
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
    /// leave alone.
    Forbidden,
}

impl Flow {
    /// Control never goes on to the next instruction.
    pub fn ends(self) -> bool {
        matches!(self, Flow::Jump(_) | Flow::IndirectJump | Flow::Return | Flow::Trap)
    }
}

/// What an instruction does to the stack pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// Adds this to the bytes on the stack (pushes are positive); mostly 0.
    Grows(i64),
    /// Sets it to something else.
    Lost,
}

/// Memory at a fixed distance from the stack pointer, as that is before the instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackAccess {
    /// Its first byte, from the stack pointer.
    pub offset_bytes: i64,
    /// Its length.
    pub len_bytes: u32,
}

/// What an instruction other than a branch does with an address relative to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relative {
    /// It has none.
    No,
    /// It computes the address (`lea` of `rip`, `adr`, `adrp`).
    Address,
    /// It reads or writes so many bytes there; 0 when that is not known.
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
    /// Scaled loads are [`PatchKind::A64LoadOffset`], whatever is loaded.
    Word(PatchKind),
}

impl FieldForm {
    /// The form that a patch kind fills.
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
/// The offset at which there is no valid instruction.
pub fn decode(arch: Arch, code: &[u8]) -> Result<Vec<Instruction>, CodeOffset> {
    match arch {
        Arch::X86_64 => x86_64::decode(code),
        Arch::Aarch64 => aarch64::decode(code),
    }
}

/// The kind of a hole in 32 bits of x86-64 code that the file says no more of: signed, unless it is an immediate
/// that is not extended.
pub fn absolute32(code: &[u8], instruction: &Instruction, at: CodeOffset) -> PatchKind {
    x86_64::absolute32(code, instruction, at)
}

/// The kind of the 12 bits that an AArch64 instruction has for a part of an address, if it has any.
pub fn aarch64_low12(word: u32) -> Option<PatchKind> {
    aarch64::patched_by(word)
        .filter(|kind| matches!(kind, PatchKind::A64AddPageOffset | PatchKind::A64LoadOffset { .. }))
}

/// Fills a relative branch within one part, whose distance is known at build time; false when the kind is
/// none, or the distance too large.
pub fn fill_branch(kind: PatchKind, code: &mut [u8], at: CodeOffset, distance_bytes: i64) -> bool {
    match kind {
        PatchKind::X86Rel32 => x86_64::fill_relative(code, at, distance_bytes),
        PatchKind::A64Branch26 | PatchKind::A64Branch19 | PatchKind::A64Branch14 => {
            aarch64::fill_branch(kind, code, at, distance_bytes)
        }
        _ => false,
    }
}
