//! A relocatable Mach-O file for x86-64 or AArch64 → [`Object`].
//!
//! The format has no symbol sizes, puts an underscore before names, stores addends in the code, and on AArch64 has one
//! relocation type for the low bits in all instructions.

use mimeo_def::stencil::{Arch, PatchKind};
use object::macho::*;
use object::read::macho::{MachOFile64, MachOSection64};
use object::{Endianness, Object as _, ObjectSection as _, ObjectSymbol as _, RelocationFlags, RelocationTarget};

use super::{
    Format, Object, Place, Relocation, RelocationKind, Section, SectionIndex, SectionKind, Symbol, SymbolIndex,
};

/// Reads a relocatable Mach-O file. The error is a clause.
pub(super) fn parse(bytes: &[u8]) -> Result<Object, String> {
    let file = MachOFile64::<Endianness>::parse(bytes).map_err(|error| format!("it is not Mach-O ({error})"))?;
    check_commands(&file).map_err(|error| format!("its load commands are damaged ({error})"))?;
    let arch = match file.architecture() {
        object::Architecture::X86_64 => Arch::X86_64,
        object::Architecture::Aarch64 => Arch::Aarch64,
        other => return Err(format!("there are no stencils for {other:?}")),
    };
    // Addresses of sections are relative to the start of the file, as in an executable.
    let section_numbers: Vec<_> = file.sections().map(|section| (section.index(), section.address())).collect();
    let section_at = |number| section_numbers.iter().position(|(n, _)| *n == number).map(SectionIndex);
    let symbol_numbers: Vec<_> = file.symbols().map(|symbol| symbol.index()).collect();

    let mut symbols = Vec::new();
    for symbol in file.symbols() {
        let place = match symbol.section_index().and_then(section_at) {
            None => None,
            Some(section) => {
                let offset = symbol.address().checked_sub(section_numbers[section.0].1);
                let offset_bytes = offset.and_then(|offset| usize::try_from(offset).ok());
                Some(Place { section, offset_bytes: offset_bytes.ok_or("a symbol lies before its section")? })
            }
        };
        let name = symbol.name().unwrap_or_default();
        let name = name.strip_prefix('_').unwrap_or(name).to_owned();
        symbols.push(Symbol { name, place, len_bytes: 0, is_bounded: place.is_some(), is_section: false });
    }
    // A relocation can refer to a section where others refer to a symbol.
    let first_section = symbols.len();
    for (index, section) in file.sections().enumerate() {
        let place = Some(Place { section: SectionIndex(index), offset_bytes: 0 });
        let name = section.name().unwrap_or_default().to_owned();
        symbols.push(Symbol { name, place, len_bytes: 0, is_bounded: false, is_section: true });
    }
    let symbol_at = |target| match target {
        RelocationTarget::Symbol(number) => {
            symbol_numbers.binary_search_by_key(&number.0, |n| n.0).ok().map(SymbolIndex)
        }
        RelocationTarget::Section(number) => section_at(number).map(|index| SymbolIndex(first_section + index.0)),
        _ => None,
    };

    let mut sections = Vec::new();
    for section in file.sections() {
        let mut bytes = section.data().unwrap_or_default().to_vec();
        let mut relocations = Vec::new();
        for (offset, relocation) in section.relocations() {
            let RelocationFlags::MachO { r_type, r_length, .. } = relocation.flags() else {
                return Err("a relocation has no Mach-O type".to_owned());
            };
            let offset_bytes = offset as usize;
            let target = relocation.target();
            let symbol = symbol_at(target).ok_or("a relocation has no symbol")?;
            let (kind, addend) = match arch {
                Arch::Aarch64 => {
                    let word = bytes.get(offset_bytes..).and_then(|rest| rest.first_chunk()).copied();
                    (classify_aarch64(r_type, word.map_or(0, u32::from_le_bytes)), relocation.addend())
                }
                Arch::X86_64 => {
                    let kind = classify_x86_64(r_type, r_length);
                    let stored = kind.take_addend(&mut bytes, offset_bytes)?;
                    let addend = match (kind, target) {
                        // The field has the distance to the target, in the addresses of the file.
                        (RelocationKind::Patch(PatchKind::X86Rel32), RelocationTarget::Section(number)) => {
                            let start = section_at(number).map_or(0, |index| section_numbers[index.0].1);
                            let from_start = section.address().wrapping_add(offset).wrapping_sub(start);
                            stored.wrapping_add(from_start as i64)
                        }
                        (RelocationKind::Patch(PatchKind::X86Rel32) | RelocationKind::GotDistance, _) => stored - 4,
                        _ => stored,
                    };
                    (kind, addend)
                }
            };
            relocations.push(Relocation { offset_bytes, kind, symbol, addend });
        }
        relocations.sort_by_key(|relocation| relocation.offset_bytes);
        let (kind, entry_bytes) = classify(&section);
        sections.push(Section {
            name: section.name().unwrap_or_default().to_owned(),
            kind,
            align_bytes: section.align().max(1) as usize,
            entry_bytes,
            bytes,
            relocations,
        });
    }
    Ok(Object { format: Format::MachO, arch, sections, symbols })
}

/// Reads all load commands, because a truncated list would otherwise be accepted as a shorter one.
fn check_commands(file: &MachOFile64<'_, Endianness>) -> object::Result<()> {
    let mut commands = file.macho_load_commands()?;
    while commands.next()?.is_some() {}
    Ok(())
}

/// Returns the kind of a section from its flags, and the size of its entries if they are mergeable constants.
fn classify(section: &MachOSection64<'_, '_>) -> (SectionKind, Option<usize>) {
    let flags = section.macho_section().flags.get(Endianness::Little);
    let segment = section.segment_name().ok().flatten().unwrap_or_default();
    let entry_bytes = match flags & SECTION_TYPE {
        S_4BYTE_LITERALS => Some(4),
        S_8BYTE_LITERALS => Some(8),
        S_16BYTE_LITERALS => Some(16),
        _ => None,
    };
    let kind = match flags & SECTION_TYPE {
        S_THREAD_LOCAL_REGULAR..=S_THREAD_LOCAL_INIT_FUNCTION_POINTERS => SectionKind::ThreadLocal,
        _ if flags & S_ATTR_DEBUG != 0 => SectionKind::Other,
        _ if flags & (S_ATTR_PURE_INSTRUCTIONS | S_ATTR_SOME_INSTRUCTIONS) != 0 => SectionKind::Code,
        S_ZEROFILL | S_GB_ZEROFILL => SectionKind::Writable,
        _ if segment == "__TEXT" => SectionKind::Constant,
        _ if segment == "__DATA" => SectionKind::Writable,
        _ => SectionKind::Other,
    };
    (kind, entry_bytes)
}

/// Returns the patch kind of a relocation type, or the reason to refuse it.
fn classify_x86_64(number: u8, log2_bytes: u8) -> RelocationKind {
    match (number, log2_bytes) {
        (X86_64_RELOC_UNSIGNED, 3) => RelocationKind::Patch(PatchKind::X86Abs64),
        // Only the linker needs to distinguish instructions with an immediate after the field.
        (X86_64_RELOC_SIGNED | X86_64_RELOC_SIGNED_1 | X86_64_RELOC_SIGNED_2 | X86_64_RELOC_SIGNED_4, 2)
        | (X86_64_RELOC_BRANCH, 2) => RelocationKind::Patch(PatchKind::X86Rel32),
        (X86_64_RELOC_GOT_LOAD | X86_64_RELOC_GOT, 2) => RelocationKind::GotDistance,
        (X86_64_RELOC_TLV, _) => RelocationKind::ThreadLocal,
        _ => RelocationKind::Unknown(number.into()),
    }
}

/// Returns the patch kind of a relocation type in an instruction, or the reason to refuse it.
fn classify_aarch64(number: u8, word: u32) -> RelocationKind {
    use PatchKind::*;
    match number {
        ARM64_RELOC_BRANCH26 => RelocationKind::Patch(A64Branch26),
        ARM64_RELOC_PAGE21 => RelocationKind::Patch(A64AdrPage21),
        ARM64_RELOC_PAGEOFF12 => match crate::isa::aarch64_low12(word) {
            Some(A64AddPageOffset) => RelocationKind::Patch(A64AddPageOffset),
            Some(A64LoadOffset { shift }) => RelocationKind::LoadLow12 { shift },
            _ => RelocationKind::Unknown(number.into()),
        },
        ARM64_RELOC_GOT_LOAD_PAGE21 => RelocationKind::GotPage,
        ARM64_RELOC_GOT_LOAD_PAGEOFF12 => RelocationKind::GotPageOffset,
        ARM64_RELOC_POINTER_TO_GOT => RelocationKind::GlobalOffsetTable,
        ARM64_RELOC_TLVP_LOAD_PAGE21 | ARM64_RELOC_TLVP_LOAD_PAGEOFF12 => RelocationKind::ThreadLocal,
        _ => RelocationKind::Unknown(number.into()),
    }
}
