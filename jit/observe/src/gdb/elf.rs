//! Regions → the bytes of an ELF object that describes them to a debugger.
//!
//! The object contains no code: its `.text` sections, one for each region, have the type `SHT_NOBITS` and the address of
//! the code.

use mimeo_def::stencil::Arch;
use mimeo_jit::CodeRegion;
use object::Endianness;
use object::elf::{
    ELFOSABI_NONE, EM_AARCH64, EM_X86_64, ET_REL, SHF_ALLOC, SHF_EXECINSTR, SHT_NOBITS, SHT_PROGBITS, STB_GLOBAL,
    STT_FUNC,
};
use object::write::elf::{FileHeader, SectionHeader, Sym, Writer};
use object::write::{Error, StringId};

/// The sections after those of the regions: `.eh_frame`, `.symtab`, `.strtab`, `.shstrtab`.
const OTHER_SECTIONS: usize = 4;

/// The largest number of regions in one object: section numbers have 16 bits, and the upper ones are reserved.
pub(super) const MAX_REGIONS: usize = 0xff00 - 1 - OTHER_SECTIONS;

/// Alignment of everything in the file.
const ALIGN: usize = 8;

/// Returns the object, with `eh_frame` as the contents of that section.
///
/// # Errors
///
/// If the writer cannot describe the regions. It can, up to [`MAX_REGIONS`].
///
/// # Panics
///
/// If there are more than [`MAX_REGIONS`] (test `more_regions_than_an_object_can_number_are_refused`).
pub(super) fn object(regions: &[CodeRegion<'_>], eh_frame: &[u8], arch: Arch) -> Result<Vec<u8>, Error> {
    assert!(regions.len() <= MAX_REGIONS, "{} regions are too many for one object", regions.len());
    let mut bytes = Vec::new();
    let mut file = Writer::new(Endianness::Little, true, &mut bytes);

    // The layout is decided before anything is written.
    file.reserve_file_header();
    file.reserve_null_section_index();
    let text_name = file.add_section_name(b".text");
    let mut symbols = Vec::with_capacity(regions.len());
    file.reserve_null_symbol_index();
    for region in regions {
        let section = file.reserve_section_index();
        let name = file.add_string(c_string(region.name));
        file.reserve_symbol_index(Some(section));
        symbols.push(Sym {
            name: Some(name),
            section: Some(section),
            st_info: STB_GLOBAL << 4 | STT_FUNC,
            st_other: 0,
            st_shndx: 0,
            // The offset from the start of the section.
            st_value: 0,
            st_size: region.bytes.len() as u64,
        });
    }
    let frame_name = file.add_section_name(b".eh_frame");
    file.reserve_section_index();
    let frame_offset = file.reserve(eh_frame.len(), ALIGN);
    file.reserve_symtab_section_index();
    file.reserve_symtab();
    file.reserve_strtab_section_index();
    file.reserve_strtab();
    file.reserve_shstrtab_section_index();
    file.reserve_shstrtab();
    file.reserve_section_headers();

    file.write_file_header(&FileHeader {
        os_abi: ELFOSABI_NONE,
        abi_version: 0,
        e_type: ET_REL,
        e_machine: match arch {
            Arch::X86_64 => EM_X86_64,
            Arch::Aarch64 => EM_AARCH64,
        },
        e_entry: 0,
        e_flags: 0,
    })?;
    file.write_align(ALIGN);
    file.write(eh_frame);
    file.write_null_symbol();
    for symbol in &symbols {
        file.write_symbol(symbol);
    }
    file.write_strtab();
    file.write_shstrtab();
    file.write_null_section_header();
    for region in regions {
        file.write_section_header(&SectionHeader {
            sh_flags: (SHF_ALLOC | SHF_EXECINSTR).into(),
            sh_addr: region.start as u64,
            sh_size: region.bytes.len() as u64,
            sh_addralign: 1,
            ..section(text_name, SHT_NOBITS)
        });
    }
    file.write_section_header(&SectionHeader {
        sh_flags: SHF_ALLOC.into(),
        sh_offset: frame_offset as u64,
        sh_size: eh_frame.len() as u64,
        sh_addralign: ALIGN as u64,
        ..section(frame_name, SHT_PROGBITS)
    });
    // Only the first symbol is local.
    file.write_symtab_section_header(1);
    file.write_strtab_section_header();
    file.write_shstrtab_section_header();
    Ok(bytes)
}

/// Returns the header of an empty section.
fn section(name: StringId, kind: u32) -> SectionHeader {
    SectionHeader {
        name: Some(name),
        sh_type: kind,
        sh_flags: 0,
        sh_addr: 0,
        sh_offset: 0,
        sh_size: 0,
        sh_link: 0,
        sh_info: 0,
        sh_addralign: 0,
        sh_entsize: 0,
    }
}

/// Returns the bytes of a name up to its first zero, where readers end it.
fn c_string(name: &str) -> &[u8] {
    name.split('\0').next().unwrap_or_default().as_bytes()
}
