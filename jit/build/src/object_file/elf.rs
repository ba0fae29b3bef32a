//! A relocatable ELF file for x86-64 or AArch64 → [`Object`].

use mimeo_def::stencil::{Arch, PatchKind};
use object::elf::*;
use object::read::elf::{ElfFile64, SectionHeader};
use object::{Endianness, Object as _, ObjectSection as _, ObjectSymbol as _, RelocationFlags, RelocationTarget};

use super::{
    Format, Object, Place, Relocation, RelocationKind, Section, SectionIndex, SectionKind, Symbol, SymbolIndex,
};

/// Reads a relocatable ELF file. The error is a clause.
pub(super) fn parse(bytes: &[u8]) -> Result<Object, String> {
    let file = ElfFile64::<Endianness>::parse(bytes).map_err(|error| format!("it is not 64-bit ELF ({error})"))?;
    let arch = match file.architecture() {
        object::Architecture::X86_64 => Arch::X86_64,
        object::Architecture::Aarch64 => Arch::Aarch64,
        other => return Err(format!("there are no stencils for {other:?}")),
    };
    // The file's numbers have gaps (0 is not used); positions in the model do not.
    let section_numbers: Vec<_> = file.sections().map(|section| section.index()).collect();
    let symbol_numbers: Vec<_> = file.symbols().map(|symbol| symbol.index()).collect();
    let section_at = |number| section_numbers.iter().position(|n| *n == number).map(SectionIndex);
    let symbol_at =
        |number: object::SymbolIndex| symbol_numbers.binary_search_by_key(&number.0, |n| n.0).ok().map(SymbolIndex);

    let mut sections = Vec::new();
    for section in file.sections() {
        let header = section.elf_section_header();
        let endian = file.endian();
        let (kind, entry_bytes) = classify(header.sh_flags(endian), header.sh_entsize(endian));
        let mut relocations = Vec::new();
        for (offset, relocation) in section.relocations() {
            let RelocationFlags::Elf { r_type } = relocation.flags() else {
                return Err("a relocation has no ELF type".to_owned());
            };
            if relocation.has_implicit_addend() {
                return Err("a relocation has its addend in the code".to_owned());
            }
            let target = match relocation.target() {
                RelocationTarget::Symbol(number) => symbol_at(number),
                _ => None,
            };
            relocations.push(Relocation {
                offset_bytes: offset as usize,
                kind: classify_relocation(arch, r_type),
                symbol: target.ok_or("a relocation has no symbol")?,
                addend: relocation.addend(),
            });
        }
        relocations.sort_by_key(|relocation| relocation.offset_bytes);
        sections.push(Section {
            name: section.name().unwrap_or_default().to_owned(),
            kind,
            align_bytes: section.align().max(1) as usize,
            entry_bytes,
            // A section without contents in the file (`.bss`) is writable, and refused as such.
            bytes: section.data().unwrap_or_default().to_vec(),
            relocations,
        });
    }

    let mut symbols = Vec::new();
    for symbol in file.symbols() {
        let place = symbol
            .section_index()
            .and_then(section_at)
            .map(|section| Place { section, offset_bytes: symbol.address() as usize });
        let is_section = symbol.kind() == object::SymbolKind::Section;
        let name = match (is_section, place) {
            (true, Some(place)) => sections[place.section.0].name.clone(),
            _ => symbol.name().unwrap_or_default().to_owned(),
        };
        // Symbols of assembly code have no size unless their author set one. Mapping symbols are ignored.
        let is_mark = symbol.elf_symbol().st_type() != STT_NOTYPE || name.is_empty() || name.starts_with('$');
        let is_bounded = symbol.size() == 0 && !is_mark;
        symbols.push(Symbol { name, place, len_bytes: symbol.size() as usize, is_bounded, is_section });
    }
    Ok(Object { format: Format::Elf, arch, sections, symbols })
}

/// Returns the kind of a section from its flags, and the size of its entries if they are mergeable constants.
fn classify(flags: u64, entry_bytes: u64) -> (SectionKind, Option<usize>) {
    let has = |flag: u32| flags & u64::from(flag) != 0;
    let kind = if !has(SHF_ALLOC) {
        SectionKind::Other
    } else if has(SHF_TLS) {
        SectionKind::ThreadLocal
    } else if has(SHF_WRITE) {
        SectionKind::Writable
    } else if has(SHF_EXECINSTR) {
        SectionKind::Code
    } else {
        SectionKind::Constant
    };
    let entries = has(SHF_MERGE) && !has(SHF_STRINGS) && entry_bytes > 0;
    (kind, entries.then_some(entry_bytes as usize))
}

/// Returns the patch kind of a relocation type, or the reason to refuse it.
fn classify_relocation(arch: Arch, number: u32) -> RelocationKind {
    use PatchKind::*;
    let patch = match (arch, number) {
        (Arch::X86_64, R_X86_64_64) => X86Abs64,
        (Arch::X86_64, R_X86_64_32) => X86Abs32,
        (Arch::X86_64, R_X86_64_32S) => X86Abs32Signed,
        (Arch::X86_64, R_X86_64_PC32 | R_X86_64_PLT32) => X86Rel32,
        (Arch::X86_64, R_X86_64_GOTPCREL | R_X86_64_GOTPCRELX | R_X86_64_REX_GOTPCRELX) => {
            return RelocationKind::GotDistance;
        }
        (Arch::X86_64, R_X86_64_GOT32 | R_X86_64_GOTOFF64..=R_X86_64_GOTPC32) => {
            return RelocationKind::GlobalOffsetTable;
        }
        (Arch::X86_64, R_X86_64_DTPMOD64..=R_X86_64_TPOFF32) => return RelocationKind::ThreadLocal,
        (Arch::Aarch64, R_AARCH64_JUMP26 | R_AARCH64_CALL26) => A64Branch26,
        (Arch::Aarch64, R_AARCH64_CONDBR19) => A64Branch19,
        (Arch::Aarch64, R_AARCH64_TSTBR14) => A64Branch14,
        (Arch::Aarch64, R_AARCH64_ADR_PREL_LO21) => A64Adr21,
        (Arch::Aarch64, R_AARCH64_ADR_PREL_PG_HI21 | R_AARCH64_ADR_PREL_PG_HI21_NC) => A64AdrPage21,
        (Arch::Aarch64, R_AARCH64_ADD_ABS_LO12_NC) => A64AddPageOffset,
        (Arch::Aarch64, R_AARCH64_LDST8_ABS_LO12_NC) => return RelocationKind::LoadLow12 { shift: 0 },
        (Arch::Aarch64, R_AARCH64_LDST16_ABS_LO12_NC) => return RelocationKind::LoadLow12 { shift: 1 },
        (Arch::Aarch64, R_AARCH64_LDST32_ABS_LO12_NC) => return RelocationKind::LoadLow12 { shift: 2 },
        (Arch::Aarch64, R_AARCH64_LDST64_ABS_LO12_NC) => return RelocationKind::LoadLow12 { shift: 3 },
        (Arch::Aarch64, R_AARCH64_LDST128_ABS_LO12_NC) => return RelocationKind::LoadLow12 { shift: 4 },
        (Arch::Aarch64, R_AARCH64_MOVW_UABS_G0 | R_AARCH64_MOVW_UABS_G0_NC) => A64MovWide { shift: 0 },
        (Arch::Aarch64, R_AARCH64_MOVW_UABS_G1 | R_AARCH64_MOVW_UABS_G1_NC) => A64MovWide { shift: 16 },
        (Arch::Aarch64, R_AARCH64_MOVW_UABS_G2 | R_AARCH64_MOVW_UABS_G2_NC) => A64MovWide { shift: 32 },
        (Arch::Aarch64, R_AARCH64_MOVW_UABS_G3) => A64MovWide { shift: 48 },
        (Arch::Aarch64, R_AARCH64_ADR_GOT_PAGE) => return RelocationKind::GotPage,
        (Arch::Aarch64, R_AARCH64_LD64_GOT_LO12_NC) => return RelocationKind::GotPageOffset,
        (Arch::Aarch64, R_AARCH64_MOVW_GOTOFF_G0..=R_AARCH64_LD64_GOTPAGE_LO15) => {
            return RelocationKind::GlobalOffsetTable;
        }
        (Arch::Aarch64, R_AARCH64_TLSGD_ADR_PREL21..=R_AARCH64_TLSLD_LDST128_DTPREL_LO12_NC) => {
            return RelocationKind::ThreadLocal;
        }
        _ => return RelocationKind::Unknown(number),
    };
    RelocationKind::Patch(patch)
}
