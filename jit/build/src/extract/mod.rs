//! An object file and the name of a function in it → [`Draft`]: the function's code with holes, extracted
//! from the file but not audited.

mod piece;
mod relaxing;
mod reread;

use std::collections::{HashMap, HashSet};

use mimeo_def::CodeOffset;
use mimeo_def::stencil::{Arch, Hole, HoleValue, PatchKind};
use mimeo_lower::Symbol;

use crate::audit::{self, Declared, Role};
use crate::baseline::Baseline;
use crate::isa::{self, Flow, Instruction, Relative};
use crate::object_file::{Object, Place, Relocation, RelocationKind, SectionIndex, SectionKind, relocation_name};
use crate::refusal::Refusal;
use crate::stencil::{OwnedStencil, Part};
pub use reread::reread;

use piece::{CodePiece, ConstantPiece, Span, unpadded};

/// Limit on the constant data of a stencil. It is large enough for the tables that compilers generate for small
/// `switch`es, and too small to copy a language's own tables with every use of an op.
pub const CONSTANTS_LIMIT_BYTES: usize = 512;

/// A stencil that has not been audited.
#[derive(Debug)]
pub struct Draft {
    /// Name of the function.
    pub symbol: String,
    /// Architecture of the code.
    pub arch: Arch,
    /// Code that runs every time.
    pub hot: DraftPart,
    /// Code of slow paths.
    pub cold: DraftPart,
    /// Constants.
    pub rodata: Vec<u8>,
}

impl Draft {
    /// Returns one part of the code.
    pub fn part(&self, part: Part) -> &DraftPart {
        match part {
            Part::Hot => &self.hot,
            Part::Cold => &self.cold,
        }
    }
}

/// One part of a draft's code.
#[derive(Debug, Default)]
pub struct DraftPart {
    /// Machine code.
    pub bytes: Vec<u8>,
    /// The decoded instructions of `bytes`.
    pub instructions: Vec<Instruction>,
    /// Holes, sorted by position.
    pub holes: Vec<DraftHole>,
}

/// A hole with the symbol it came from.
#[derive(Debug)]
pub struct DraftHole {
    /// The hole.
    pub hole: Hole,
    /// Name of the symbol in the object file.
    pub symbol: String,
}

/// Extracts `symbol` from an object file and audits it as the stencil of an op that declares `symbols`. The op may
/// call and return.
///
/// # Errors
///
/// The reason why the code cannot be a stencil.
pub fn stencil(object: &[u8], symbol: &str, symbols: &[Symbol], baseline: &Baseline) -> Result<OwnedStencil, Refusal> {
    let role = Role::Op { transfers: true };
    audit::check(draft(&Object::parse(object)?, symbol, symbols)?, &Declared { symbols, role, baseline })
}

/// Extracts `symbol` from an object file.
///
/// # Errors
///
/// If the code needs something that a copy of it would lack.
pub fn draft(object: &Object, symbol: &str, symbols: &[Symbol]) -> Result<Draft, Refusal> {
    let function = object.symbols.iter().find(|s| s.name == symbol && s.place.is_some() && !s.is_section);
    let place = function.and_then(|function| function.place);
    let Some(place) = place.filter(|place| object.section(place.section).kind == SectionKind::Code) else {
        return Err(Refusal::NoFunction { symbol: symbol.to_owned() });
    };
    let (len_bytes, is_bounded) = function.map_or((0, false), |function| (function.len_bytes, function.is_bounded));
    if len_bytes == 0 {
        return Err(Refusal::EmptyCode { symbol: symbol.to_owned() });
    }
    let mut extractor = Extractor {
        object,
        declared: symbols.iter().map(|symbol| (symbol.name.as_str(), symbol.value)).collect(),
        code: Vec::new(),
        constants: Vec::new(),
        hot: DraftPart::default(),
        cold: DraftPart::default(),
        rodata: Vec::new(),
        done: HashSet::new(),
    };
    extractor.add_code(Part::Hot, Span { section: place.section, start: place.offset_bytes, len_bytes, is_bounded })?;
    // Resolving the relocations of one piece can append other pieces.
    let mut next = 0;
    while let Some(piece) = extractor.code.get(next).copied() {
        extractor.resolve_piece(piece)?;
        next += 1;
    }
    // By now, branches within a part have been filled in and instructions replaced.
    extractor.decode(Part::Hot)?;
    extractor.decode(Part::Cold)?;
    let Extractor { mut hot, mut cold, rodata, .. } = extractor;
    hot.holes.sort_by_key(|hole| hole.hole.at);
    cold.holes.sort_by_key(|hole| hole.hole.at);
    Ok(Draft { symbol: symbol.to_owned(), arch: object.arch, hot, cold, rodata })
}

struct Extractor<'a> {
    object: &'a Object,
    declared: HashMap<&'a str, HoleValue>,
    code: Vec<CodePiece>,
    constants: Vec<ConstantPiece>,
    hot: DraftPart,
    cold: DraftPart,
    rodata: Vec<u8>,
    /// Positions in the file of the second instructions of replaced pairs.
    done: HashSet<(SectionIndex, usize)>,
}

/// A relocation and its position in the draft.
#[derive(Clone, Copy)]
struct Field<'a> {
    part: Part,
    at: CodeOffset,
    piece: CodePiece,
    relocation: &'a Relocation,
}

impl<'a> Extractor<'a> {
    fn part(&self, part: Part) -> &DraftPart {
        match part {
            Part::Hot => &self.hot,
            Part::Cold => &self.cold,
        }
    }

    fn part_mut(&mut self, part: Part) -> &mut DraftPart {
        match part {
            Part::Hot => &mut self.hot,
            Part::Cold => &mut self.cold,
        }
    }

    /// Appends code to a part. Code needs no alignment, so pieces are adjacent.
    fn add_code(&mut self, part: Part, span: Span) -> Result<CodePiece, Refusal> {
        let section = self.object.section(span.section);
        let Some(mut bytes) = section.bytes.get(span.start..span.end()) else {
            return Err(Refusal::Object { reason: format!("code reaches beyond section `{}`", section.name) });
        };
        if span.is_bounded {
            bytes = &bytes[..unpadded(self.object.arch, bytes)];
        }
        let target = self.part_mut(part);
        let at = target.bytes.len();
        target.bytes.extend_from_slice(bytes);
        let len_bytes = self.hot.bytes.len() + self.cold.bytes.len();
        if len_bytes > audit::BUDGET_BYTES {
            return Err(Refusal::TooLarge { len_bytes, budget_bytes: audit::BUDGET_BYTES });
        }
        self.decode(part)?;
        let piece = CodePiece { span, part, at };
        self.code.push(piece);
        Ok(piece)
    }

    /// Decodes a part again after its bytes have changed.
    fn decode(&mut self, part: Part) -> Result<(), Refusal> {
        let arch = self.object.arch;
        let part = self.part_mut(part);
        part.instructions = isa::decode(arch, &part.bytes).map_err(|at| Refusal::InvalidInstruction { at })?;
        Ok(())
    }

    /// Turns the relocations of a piece into holes.
    fn resolve_piece(&mut self, piece: CodePiece) -> Result<(), Refusal> {
        let section = piece.span.section;
        let object = self.object;
        for relocation in &object.section(section).relocations {
            let inside = piece.span.contains(Place { section, offset_bytes: relocation.offset_bytes });
            if inside && !self.done.contains(&(section, relocation.offset_bytes)) {
                let at = CodeOffset((relocation.offset_bytes - piece.span.start + piece.at) as u32);
                self.resolve(Field { part: piece.part, at, piece, relocation })?;
            }
        }
        Ok(())
    }

    /// Turns one relocation into a hole.
    fn resolve(&mut self, field: Field<'a>) -> Result<(), Refusal> {
        let Field { part, at, relocation, .. } = field;
        let symbol = self.object.symbol(relocation.symbol);
        let name = symbol.name.clone();
        match relocation.kind {
            RelocationKind::GlobalOffsetTable => return Err(Refusal::GlobalOffsetTable { symbol: name }),
            RelocationKind::ThreadLocal => return Err(Refusal::ThreadLocal { symbol: name }),
            RelocationKind::Unknown(number) => {
                let relocation = relocation_name(self.object.format, self.object.arch, number);
                return Err(Refusal::UnknownRelocation { name: relocation, symbol: name });
            }
            _ => {}
        }
        let addend = relocation.addend;
        // This prevents overflow in sums with the addend, here and in the audit.
        if i32::try_from(addend).is_err() {
            return Err(Refusal::Object { reason: format!("`{name}` is referred to at a distance of {addend} bytes") });
        }
        let (value, addend) = match symbol.place {
            None => match self.declared.get(name.as_str()) {
                Some(value) => (*value, addend),
                None if self.is_call(part, at) => return Err(Refusal::UndeclaredCall { symbol: name }),
                None => return Err(Refusal::UndeclaredSymbol { symbol: name }),
            },
            Some(place) => {
                let start = place.offset_bytes as i64;
                // A section symbol does not identify the target; the resulting address does.
                let meant = match symbol.is_section {
                    true => start + addend + self.pc_bias(field),
                    false => start,
                };
                let offset_bytes = usize::try_from(meant)
                    .map_err(|_| Refusal::Object { reason: format!("`{name}` is referred to before its start") })?;
                let place = Place { section: place.section, offset_bytes };
                let (value, moved) = self.carry(place, self.accessed_bytes(part, at), &name)?;
                (value, start + addend + moved)
            }
        };
        if self.relax(field, value, addend) {
            return Ok(());
        }
        let kind = match relocation.kind {
            RelocationKind::Patch(kind) => kind,
            RelocationKind::Absolute32 => match self.instruction(part, at) {
                Some(instruction) => isa::absolute32(&self.part(part).bytes, instruction, at),
                None => PatchKind::X86Abs32Signed,
            },
            RelocationKind::LoadLow12 { shift } if value == HoleValue::Rodata => PatchKind::A64LoadPageOffset { shift },
            RelocationKind::LoadLow12 { shift } => PatchKind::A64LoadOffset { shift },
            _ => return Err(Refusal::GlobalOffsetTable { symbol: name }),
        };
        // Within one part the distance is known. Anything but a branch remains a hole, which the audit refuses.
        let distance_bytes = addend - i64::from(at.0);
        if value != part.value() || !isa::fill_branch(kind, &mut self.part_mut(part).bytes, at, distance_bytes) {
            self.add_hole(field, at, kind, value, addend);
        }
        Ok(())
    }

    fn add_hole(&mut self, field: Field<'_>, at: CodeOffset, kind: PatchKind, value: HoleValue, addend: i64) {
        let symbol = self.object.symbol(field.relocation.symbol).name.clone();
        self.part_mut(field.part).holes.push(DraftHole { hole: Hole { at, kind, value, addend }, symbol });
    }

    /// Copies the code or data at `place`. Returns the part that contains the copy, and the number to add to an offset
    /// in the section to get an offset in that part.
    fn carry(&mut self, place: Place, accessed_bytes: usize, symbol: &str) -> Result<(HoleValue, i64), Refusal> {
        let section = self.object.section(place.section);
        match section.kind {
            SectionKind::Code => {
                let known = self.code.iter().find(|piece| piece.span.contains(place)).copied();
                let piece = match known {
                    Some(piece) => piece,
                    None => self.add_code(Part::Cold, self.span_around(place, 0, symbol)?)?,
                };
                Ok((piece.part.value(), piece.at as i64 - piece.span.start as i64))
            }
            SectionKind::Constant => {
                let span = self.span_around(place, accessed_bytes, symbol)?;
                let known = self.constants.iter().find(|piece| piece.span.contains_all(span)).copied();
                let piece = match known {
                    Some(piece) => piece,
                    None => self.add_constants(span, symbol)?,
                };
                Ok((HoleValue::Rodata, piece.at as i64 - piece.span.start as i64))
            }
            SectionKind::ThreadLocal => Err(Refusal::ThreadLocal { symbol: symbol.to_owned() }),
            SectionKind::Writable | SectionKind::Other => Err(Refusal::WritableData { symbol: symbol.to_owned() }),
        }
    }

    /// Returns the range to copy for `place`: an entry of mergeable constants, a symbol's range, the bytes that the
    /// instruction accesses, or the whole section.
    fn span_around(&self, place: Place, accessed_bytes: usize, symbol: &str) -> Result<Span, Refusal> {
        let section = self.object.section(place.section);
        let span = |start, len_bytes, is_bounded| Span { section: place.section, start, len_bytes, is_bounded };
        let span = match (section.entry_bytes, self.object.covering(place)) {
            (Some(entry_bytes), _) => span(place.offset_bytes - place.offset_bytes % entry_bytes, entry_bytes, false),
            (None, Some((start, symbol))) => span(start, symbol.len_bytes, symbol.is_bounded),
            (None, None) if accessed_bytes > 0 => span(place.offset_bytes, accessed_bytes, false),
            (None, None) => span(0, section.bytes.len(), false),
        };
        match span.contains(place) {
            true => Ok(span),
            false => Err(Refusal::Object { reason: format!("`{symbol}` is referred to past its end") }),
        }
    }

    /// Appends constants with the alignment of their section, up to 16 bytes.
    fn add_constants(&mut self, span: Span, symbol: &str) -> Result<ConstantPiece, Refusal> {
        let section = self.object.section(span.section);
        let symbol = || symbol.to_owned();
        let range = span.start..span.end();
        if section.relocations.iter().any(|relocation| range.contains(&relocation.offset_bytes)) {
            return Err(Refusal::JumpTable { symbol: symbol() });
        }
        let len_bytes = self.rodata.len().saturating_add(span.len_bytes);
        if len_bytes > CONSTANTS_LIMIT_BYTES {
            return Err(Refusal::ConstantsTooLarge { symbol: symbol(), len_bytes, limit_bytes: CONSTANTS_LIMIT_BYTES });
        }
        let Some(bytes) = section.bytes.get(range) else {
            return Err(Refusal::Object { reason: format!("`{}` reaches beyond its section", symbol()) });
        };
        let at = self.rodata.len().next_multiple_of(section.align_bytes.min(16));
        self.rodata.resize(at, 0);
        self.rodata.extend_from_slice(bytes);
        let piece = ConstantPiece { span, at };
        self.constants.push(piece);
        Ok(piece)
    }

    /// Whether the instruction with the field at `at` is a call.
    fn is_call(&self, part: Part, at: CodeOffset) -> bool {
        self.instruction(part, at).is_some_and(|instruction| matches!(instruction.flow, Flow::Call(_)))
    }

    /// Returns how many bytes the instruction with the field at `at` reads or writes relative to itself; 0 if unknown.
    fn accessed_bytes(&self, part: Part, at: CodeOffset) -> usize {
        match self.instruction(part, at).map(|instruction| instruction.relative) {
            Some(Relative::Memory(len_bytes)) => len_bytes as usize,
            _ => 0,
        }
    }

    /// Returns the distance from the field, which is the base of the relocation, to the end of the instruction, which
    /// is the processor's base. It exceeds the field's length if an immediate follows.
    fn pc_bias(&self, field: Field<'_>) -> i64 {
        let is_distance =
            matches!(field.relocation.kind, RelocationKind::Patch(PatchKind::X86Rel32) | RelocationKind::GotDistance);
        match self.instruction(field.part, field.at) {
            Some(instruction) if is_distance => i64::from(instruction.end() - field.at.0),
            _ => 0,
        }
    }

    /// Returns the instruction that contains the byte at `at`.
    fn instruction(&self, part: Part, at: CodeOffset) -> Option<&Instruction> {
        let code = &self.part(part).instructions;
        let after = code.partition_point(|instruction| instruction.at <= at);
        code.get(after.checked_sub(1)?).filter(|instruction| at.0 < instruction.end())
    }
}
