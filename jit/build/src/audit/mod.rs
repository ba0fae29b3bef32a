//! [`Draft`] → [`OwnedStencil`], or the [`Refusal`] that says why a copy of the code would not behave like the
//! original.

mod frame;

use mimeo_def::CodeOffset;
use mimeo_def::stencil::{Arch, Hole, HoleValue, PatchKind};
use mimeo_lower::Symbol;

use crate::baseline::Baseline;
use crate::extract::{Draft, DraftHole, DraftPart};
use crate::isa::{self, Flow, Instruction, Need, Relative};
use crate::refusal::Refusal;
use crate::stencil::{OwnedStencil, Part};

/// Limit on the hot and cold code of one op together. Copying a longer op gains nothing, and the code cache holds one
/// copy for every use.
pub const BUDGET_BYTES: usize = 4096;

/// The purpose of a stencil, which determines what its code may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An op or its replacement: it jumps to the continuation or an exit.
    Op {
        /// Whether it calls, returns or jumps to one of several labels, and so may jump to addresses that it reads.
        transfers: bool,
    },
    /// An exit: it returns to the entry stencil.
    Exit,
    /// The entry: it calls native code, and returns.
    Enter,
}

/// What a stencil's code may use and do.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'a> {
    /// Symbols outside the code.
    pub symbols: &'a [Symbol],
    /// The purpose of the stencil.
    pub role: Role,
    /// What the code may require of the processor.
    pub baseline: &'a Baseline,
}

/// Checks a draft against what a stencil may use and do. The same audit applies to freshly compiled and to checked-in
/// code.
///
/// # Errors
///
/// The first reason why a copy of the code would be wrong.
pub fn check(draft: Draft, declared: &Declared<'_>) -> Result<OwnedStencil, Refusal> {
    let len_bytes = draft.hot.bytes.len() + draft.cold.bytes.len();
    if len_bytes > BUDGET_BYTES {
        return Err(Refusal::TooLarge { len_bytes, budget_bytes: BUDGET_BYTES });
    }
    for part in [Part::Hot, Part::Cold] {
        check_fields(draft.part(part))?;
        for instruction in &draft.part(part).instructions {
            check_instruction(&draft, part, instruction, declared)?;
        }
    }
    frame::check(&draft)?;
    let used = |symbol: &Symbol| draft.hot.holes.iter().chain(&draft.cold.holes).any(|hole| hole.symbol == symbol.name);
    if let Some(unused) = declared.symbols.iter().find(|symbol| symbol.required && !used(symbol)) {
        return Err(Refusal::UnusedSymbol { symbol: unused.name.clone() });
    }
    Ok(seal(draft))
}

/// Checks that every hole fills exactly one operand field, and that holes do not overlap.
fn check_fields(part: &DraftPart) -> Result<(), Refusal> {
    let mut end = 0;
    for DraftHole { hole, symbol } in &part.holes {
        if hole.at.0 < end {
            return Err(Refusal::OverlappingHoles { symbol: symbol.clone(), at: hole.at });
        }
        end = hole.at.0 + hole.kind.len_bytes();
        if !part.instructions.iter().any(|instruction| instruction.has_field(hole.at, hole.kind)) {
            return Err(Refusal::BadField { symbol: symbol.clone(), at: hole.at });
        }
    }
    Ok(())
}

/// Checks one instruction and its holes.
fn check_instruction(
    draft: &Draft,
    part: Part,
    instruction: &Instruction,
    declared: &Declared<'_>,
) -> Result<(), Refusal> {
    let (at, role) = (instruction.at, declared.role);
    if instruction.flow == Flow::Forbidden {
        return Err(Refusal::ForbiddenInstruction { at });
    }
    let is_missing = |need: &&Need| !matches!(need, Need::Feature(feature) if declared.baseline.has(*feature));
    if let Some(need) = instruction.needs.iter().find(is_missing) {
        return Err(Refusal::OutsideBaseline { at, need: need.clone(), baseline: declared.baseline.to_string() });
    }
    let mut bare = true;
    for hole in holes_of(draft.part(part), instruction) {
        check_hole(draft, part, instruction, hole)?;
        bare &= !is_relative(hole.hole.kind);
    }
    let symbol = || draft.symbol.clone();
    match instruction.flow {
        Flow::Return if matches!(role, Role::Op { .. }) => Err(Refusal::Return { at }),
        Flow::IndirectJump if role != (Role::Op { transfers: true }) => Err(Refusal::IndirectJump { at }),
        Flow::IndirectCall if role != Role::Enter => Err(Refusal::IndirectCall { at }),
        Flow::Call(_) if bare => Err(Refusal::LocalCall { at }),
        // Without a hole, a relative address can only refer to the stencil's own code.
        _ if bare && instruction.relative != Relative::No => Err(Refusal::AbsoluteCode { symbol: symbol() }),
        _ => Ok(()),
    }
}

/// Checks that one hole is used as its value allows.
fn check_hole(draft: &Draft, part: Part, instruction: &Instruction, hole: &DraftHole) -> Result<(), Refusal> {
    let symbol = || hole.symbol.clone();
    let DraftHole { hole: inner, .. } = hole;
    let jumps = matches!(instruction.flow, Flow::Jump(_) | Flow::Branch(_));
    let calls = matches!(instruction.flow, Flow::Call(_));
    match target(hole) {
        Target::Number => match inner.kind {
            // The processor would sign-extend numbers from 2^31 on.
            PatchKind::X86Abs32
                if isa::absolute32(&draft.part(part).bytes, instruction, inner.at) != PatchKind::X86Abs32 =>
            {
                Err(Refusal::BadField { symbol: symbol(), at: inner.at })
            }
            PatchKind::X86Abs32 | PatchKind::X86Abs32Signed | PatchKind::X86Abs64 => Ok(()),
            PatchKind::A64LoadOffset { .. } | PatchKind::A64MovWide { .. } => Ok(()),
            _ if calls => Err(Refusal::UndeclaredCall { symbol: symbol() }),
            _ => Err(Refusal::RelativeData { symbol: symbol() }),
        },
        Target::Code if calls => Err(Refusal::CallsTarget { symbol: symbol() }),
        Target::Code => {
            let takes_return_address = inner.value == HoleValue::Continue && instruction.relative == Relative::Address;
            if !is_relative(inner.kind) || !(jumps || takes_return_address) {
                return Err(Refusal::NotAJump { symbol: symbol() });
            }
            match inner.addend + i64::from(pc_distance(draft.arch, instruction, inner.at)) {
                0 => Ok(()),
                distance_bytes => Err(Refusal::OffTarget { symbol: symbol(), distance_bytes }),
            }
        }
        Target::Function if calls => Ok(()),
        Target::Function => Err(Refusal::NotACall { symbol: symbol() }),
        Target::OwnCode if calls => Err(Refusal::LocalCall { at: instruction.at }),
        Target::OwnCode if jumps => Ok(()),
        Target::OwnCode => Err(Refusal::AbsoluteCode { symbol: symbol() }),
        Target::OwnConstants if !is_in_constants(draft, instruction, inner) => {
            Err(Refusal::OutsideConstants { at: instruction.at })
        }
        Target::OwnConstants => match inner.kind {
            PatchKind::X86Rel32 | PatchKind::A64Adr21 | PatchKind::A64AdrPage21 if !jumps && !calls => Ok(()),
            PatchKind::A64AddPageOffset | PatchKind::A64LoadPageOffset { .. } => Ok(()),
            _ => Err(Refusal::AbsoluteConstants { symbol: symbol() }),
        },
    }
}

/// Whether the memory that an instruction reads, or takes the address of, lies in the stencil's constants.
fn is_in_constants(draft: &Draft, instruction: &Instruction, hole: &Hole) -> bool {
    let distance = if is_relative(hole.kind) { pc_distance(draft.arch, instruction, hole.at) } else { 0 };
    let len_bytes = match (hole.kind, instruction.relative) {
        (PatchKind::A64LoadPageOffset { shift }, _) => 1 << shift,
        (_, Relative::Memory(len_bytes)) => i64::from(len_bytes.max(1)),
        _ => 1,
    };
    let start = hole.addend + i64::from(distance);
    start >= 0 && start + len_bytes <= draft.rodata.len() as i64
}

/// The kind of value that fills a hole.
enum Target {
    /// A number that the code computes with.
    Number,
    /// Code outside the stencil, where execution continues.
    Code,
    /// A runtime function.
    Function,
    /// The stencil's own code.
    OwnCode,
    /// The stencil's own constants.
    OwnConstants,
}

/// Returns the kind of value that fills a hole.
fn target(hole: &DraftHole) -> Target {
    match hole.hole.value {
        value if is_number(value, &hole.symbol) => Target::Number,
        HoleValue::Continue | HoleValue::Exit(_) => Target::Code,
        HoleValue::Operand(_) | HoleValue::WindowLen(_) | HoleValue::Pc | HoleValue::NextPc => Target::Code,
        HoleValue::FunctionWord | HoleValue::RegionExits => Target::Code,
        HoleValue::Runtime(_) | HoleValue::Region => Target::Function,
        HoleValue::Hot | HoleValue::Cold => Target::OwnCode,
        HoleValue::Rodata => Target::OwnConstants,
    }
}

/// Whether a hole is filled with a number. Labels are operands too, and differ by the name of the symbol.
pub(crate) fn is_number(value: HoleValue, symbol: &str) -> bool {
    match value {
        HoleValue::Operand(_) => !symbol.starts_with("JUMP_"),
        HoleValue::WindowLen(_) | HoleValue::Pc | HoleValue::NextPc => true,
        HoleValue::FunctionWord | HoleValue::RegionExits => true,
        _ => false,
    }
}

/// Whether the kind is filled with a distance from the instruction.
fn is_relative(kind: PatchKind) -> bool {
    matches!(
        kind,
        PatchKind::X86Rel32
            | PatchKind::A64Branch26
            | PatchKind::A64Branch19
            | PatchKind::A64Branch14
            | PatchKind::A64Adr21
            | PatchKind::A64AdrPage21
    )
}

/// Returns the distance from the field to the place from which the processor counts distances.
fn pc_distance(arch: Arch, instruction: &Instruction, at: CodeOffset) -> u32 {
    match arch {
        Arch::X86_64 => instruction.end() - at.0,
        Arch::Aarch64 => 0,
    }
}

/// Returns the holes in an instruction.
fn holes_of<'a>(part: &'a DraftPart, instruction: &Instruction) -> impl Iterator<Item = &'a DraftHole> {
    let range = instruction.at.0..instruction.end();
    part.holes.iter().filter(move |hole| range.contains(&hole.hole.at.0))
}

/// Converts a draft to a stencil: drops the names of symbols, and measures the jump at the end.
fn seal(draft: Draft) -> OwnedStencil {
    let tail_jump = match draft.hot.instructions.last() {
        Some(last) if matches!(last.flow, Flow::Jump(_)) => {
            let continues = holes_of(&draft.hot, last).any(|hole| hole.hole.value == HoleValue::Continue);
            if continues { last.len_bytes as u8 } else { 0 }
        }
        _ => 0,
    };
    let holes = |part: &DraftPart| part.holes.iter().map(|hole| hole.hole).collect();
    OwnedStencil {
        hot_holes: holes(&draft.hot),
        cold_holes: holes(&draft.cold),
        hot: draft.hot.bytes,
        cold: draft.cold.bytes,
        rodata: draft.rodata,
        tail_jump,
    }
}
