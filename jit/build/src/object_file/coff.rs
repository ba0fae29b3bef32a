//! A COFF object file for x86-64 → [`Object`].
//!
//! The format has no symbol sizes and no flag for mergeable constants, and stores addends in the code. Code refers to
//! symbols of other modules through `.refptr.<name>`, a constant in the object that holds the address. Other formats
//! use the global offset table.

use mimeo_def::stencil::{Arch, PatchKind};
use object::pe::*;
use object::read::coff::CoffFile;
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, RelocationFlags, RelocationTarget, SymbolKind};

use super::{
    Format, Object, Place, Relocation, RelocationKind, Section, SectionIndex, SectionKind, Symbol, SymbolIndex,
};

/// Prefix of the name of a constant that holds the address of a symbol.
const REFERENCE: &str = ".refptr.";

/// GNU's type for a displacement or immediate that the processor sign-extends.
const GNU_SIGNED32: u16 = 17;

/// Reads a COFF object file. The error is a clause.
pub(super) fn parse(bytes: &[u8]) -> Result<Object, String> {
    let file = CoffFile::<&[u8]>::parse(bytes).map_err(|error| format!("it is not COFF ({error})"))?;
    let section_numbers: Vec<_> = file.sections().map(|section| section.index()).collect();
    let section_at = |number| section_numbers.iter().position(|n| *n == number).map(SectionIndex);
    let symbol_numbers: Vec<_> = file.symbols().map(|symbol| symbol.index()).collect();

    let mut symbols = Vec::new();
    for symbol in file.symbols() {
        let is_section = symbol.kind() == SymbolKind::Section;
        // Sections in objects start at 0, so the address is the offset.
        let place = symbol.section_index().and_then(section_at).map(|section| {
            let offset_bytes =
                if is_section { 0 } else { symbol.coff_symbol().value.get(object::LittleEndian) as usize };
            Place { section, offset_bytes }
        });
        let name = symbol.name().unwrap_or_default().to_owned();
        let is_bounded = place.is_some() && !is_section;
        symbols.push(Symbol { name, place, len_bytes: 0, is_bounded, is_section });
    }

    let mut sections = Vec::new();
    for section in file.sections() {
        let mut bytes = section.data().unwrap_or_default().to_vec();
        let mut relocations = Vec::new();
        for (offset, relocation) in section.relocations() {
            let RelocationFlags::Coff { typ } = relocation.flags() else {
                return Err("a relocation has no COFF type".to_owned());
            };
            let RelocationTarget::Symbol(number) = relocation.target() else {
                return Err("a relocation has no symbol".to_owned());
            };
            let symbol =
                symbol_numbers.binary_search_by_key(&number.0, |n| n.0).map_err(|_| "a relocation has no symbol")?;
            // Positions are relative to the section's address, which is 0 in objects.
            let offset_bytes = offset as usize;
            let (kind, bias) = classify_relocation(typ);
            let addend = kind.take_addend(&mut bytes, offset_bytes)?.wrapping_add(bias);
            relocations.push(Relocation { offset_bytes, kind, symbol: SymbolIndex(symbol), addend });
        }
        relocations.sort_by_key(|relocation| relocation.offset_bytes);
        sections.push(Section {
            name: section.name().unwrap_or_default().to_owned(),
            kind: classify(
                section.coff_section().characteristics.get(object::LittleEndian),
                section.name().unwrap_or_default(),
            ),
            align_bytes: section.align().max(1) as usize,
            entry_bytes: None,
            bytes,
            relocations,
        });
    }
    let mut object = Object { format: Format::Coff, arch: Arch::X86_64, sections, symbols };
    resolve_references(&mut object);
    Ok(object)
}

/// Turns references through `.refptr.<name>` into references to the symbol through a table of addresses.
fn resolve_references(object: &mut Object) {
    let meant: Vec<Option<SymbolIndex>> = object.symbols.iter().map(|symbol| reference(object, symbol)).collect();
    for relocation in object.sections.iter_mut().flat_map(|section| &mut section.relocations) {
        if let (RelocationKind::Patch(PatchKind::X86Rel32), Some(symbol)) =
            (relocation.kind, meant[relocation.symbol.0])
        {
            relocation.kind = RelocationKind::GotDistance;
            relocation.symbol = symbol;
        }
    }
}

/// Returns the symbol whose address is in `symbol`, if that is a `.refptr` constant.
fn reference(object: &Object, symbol: &Symbol) -> Option<SymbolIndex> {
    let name = symbol.name.strip_prefix(REFERENCE)?;
    let is_it = |index: SymbolIndex| object.symbol(index).name == name;
    let Some(place) = symbol.place else {
        // The constant is in another object, but this object may also name the symbol.
        return (0..object.symbols.len()).map(SymbolIndex).find(|index| is_it(*index));
    };
    let relocations = &object.section(place.section).relocations;
    let there = relocations.iter().find(|relocation| relocation.offset_bytes == place.offset_bytes)?;
    let whole = there.kind == RelocationKind::Patch(PatchKind::X86Abs64) && there.addend == 0;
    (whole && is_it(there.symbol)).then_some(there.symbol)
}

/// Returns the kind of a section from its characteristics.
fn classify(flags: u32, name: &str) -> SectionKind {
    let has = |flag: u32| flags & flag != 0;
    if has(IMAGE_SCN_MEM_DISCARDABLE | IMAGE_SCN_LNK_INFO | IMAGE_SCN_LNK_REMOVE) {
        SectionKind::Other
    } else if name.starts_with(".tls") {
        SectionKind::ThreadLocal
    } else if has(IMAGE_SCN_MEM_WRITE) {
        SectionKind::Writable
    } else if has(IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE) {
        SectionKind::Code
    } else if has(IMAGE_SCN_MEM_READ) {
        SectionKind::Constant
    } else {
        SectionKind::Other
    }
}

/// Returns the patch kind of a relocation type, or the reason to refuse it, and the number that the type adds to the
/// field's value.
fn classify_relocation(number: u16) -> (RelocationKind, i64) {
    let patch = RelocationKind::Patch;
    match number {
        IMAGE_REL_AMD64_ADDR64 => (patch(PatchKind::X86Abs64), 0),
        IMAGE_REL_AMD64_ADDR32 => (RelocationKind::Absolute32, 0),
        GNU_SIGNED32 => (patch(PatchKind::X86Abs32Signed), 0),
        IMAGE_REL_AMD64_REL32..=IMAGE_REL_AMD64_REL32_5 => {
            (patch(PatchKind::X86Rel32), -4 - i64::from(number - IMAGE_REL_AMD64_REL32))
        }
        // Used only for thread-local variables.
        IMAGE_REL_AMD64_SECREL => (RelocationKind::ThreadLocal, 0),
        _ => (RelocationKind::Unknown(number.into()), 0),
    }
}
