//! Regions → the bytes of an ELF object that describes them, as a debugger wants to be shown it.
//!
//! The object holds no code: its `.text` sections (one for each region, as regions lie apart) are of type
//! `SHT_NOBITS` and at the code's address. The structs and numbers are those of the `object` crate; its writer
//! would bring six crates more, for a file of fixed shape.

use mimeo_def::stencil::Arch;
use object::elf::{
    ELFCLASS64, ELFDATA2LSB, ELFMAG, ELFOSABI_NONE, EM_AARCH64, EM_X86_64, ET_REL, EV_CURRENT, FileHeader64, Ident,
    SHF_ALLOC, SHF_EXECINSTR, SHT_NOBITS, SHT_PROGBITS, SHT_STRTAB, SHT_SYMTAB, STB_GLOBAL, STT_FUNC, SectionHeader64,
    Sym64,
};
use object::endian::{LittleEndian as LE, U16, U32, U64};
use object::pod::{bytes_of, bytes_of_slice};

use crate::observe::code_region::CodeRegion;

/// Sections behind those of the regions: `.eh_frame`, `.symtab`, `.strtab`.
const OTHER_SECTIONS: u16 = 3;

/// Regions in one object: the sections' numbers have 16 bits, and the upper ones are reserved.
pub(super) const MAX_REGIONS: usize = 0xff00 - 1 - OTHER_SECTIONS as usize;

const SYMBOL_BYTES: usize = size_of::<Sym64<LE>>();

/// The object; `eh_frame` goes into it as it is.
///
/// # Panics
///
/// If there are more than [`MAX_REGIONS`] (test `more_regions_than_an_object_can_number_are_refused`).
pub(super) fn object(regions: &[CodeRegion<'_>], eh_frame: &[u8], arch: Arch) -> Vec<u8> {
    assert!(regions.len() <= MAX_REGIONS, "{} regions are too many for one object", regions.len());
    let mut names = Names::new();
    let mut file = File { bytes: vec![0; size_of::<FileHeader64<LE>>()], sections: vec![section(0, 0)] };

    let text_name = names.add(".text");
    for region in regions {
        file.sections.push(SectionHeader64 {
            sh_flags: u64((SHF_ALLOC | SHF_EXECINSTR).into()),
            sh_addr: u64(region.start as u64),
            sh_size: u64(region.bytes.len() as u64),
            sh_addralign: u64(1),
            ..section(text_name, SHT_NOBITS)
        });
    }

    let mut symbols = vec![0; SYMBOL_BYTES];
    for (index, region) in regions.iter().enumerate() {
        symbols.extend(bytes_of(&Sym64::<LE> {
            st_name: u32(names.add(region.name)),
            st_info: STB_GLOBAL << 4 | STT_FUNC,
            st_other: 0,
            st_shndx: U16::new(LE, index as u16 + 1),
            // From the start of the section.
            st_value: u64(0),
            st_size: u64(region.bytes.len() as u64),
        }));
    }

    let frame = SectionHeader64 {
        sh_flags: u64(SHF_ALLOC.into()),
        sh_addralign: u64(8),
        ..section(names.add(".eh_frame"), SHT_PROGBITS)
    };
    file.push(frame, eh_frame);
    let strings = regions.len() as u32 + u32::from(OTHER_SECTIONS);
    let symbol_table = SectionHeader64 {
        sh_link: u32(strings),
        // Number of the first symbol that is not local.
        sh_info: u32(1),
        sh_addralign: u64(8),
        sh_entsize: u64(SYMBOL_BYTES as u64),
        ..section(names.add(".symtab"), SHT_SYMTAB)
    };
    file.push(symbol_table, &symbols);
    let string_table = section(names.add(".strtab"), SHT_STRTAB);
    file.push(string_table, &names.bytes);
    file.finish(arch)
}

fn u32(value: u32) -> U32<LE> {
    U32::new(LE, value)
}

fn u64(value: u64) -> U64<LE> {
    U64::new(LE, value)
}

/// A section of some type, with nothing in it.
fn section(name: u32, kind: u32) -> SectionHeader64<LE> {
    SectionHeader64 {
        sh_name: u32(name),
        sh_type: u32(kind),
        sh_flags: u64(0),
        sh_addr: u64(0),
        sh_offset: u64(0),
        sh_size: u64(0),
        sh_link: u32(0),
        sh_info: u32(0),
        sh_addralign: u64(0),
        sh_entsize: u64(0),
    }
}

/// The names of sections and symbols, each ended by a zero.
struct Names {
    bytes: Vec<u8>,
}

impl Names {
    fn new() -> Self {
        // Name 0 is the empty one.
        Names { bytes: vec![0] }
    }

    /// Where the name begins. What stands behind a zero is lost.
    fn add(&mut self, name: &str) -> u32 {
        let start = self.bytes.len();
        self.bytes.extend(name.bytes().take_while(|&byte| byte != 0));
        self.bytes.push(0);
        start as u32
    }
}

/// A file whose header is still to be written.
struct File {
    bytes: Vec<u8>,
    sections: Vec<SectionHeader64<LE>>,
}

impl File {
    /// Appends a section with its bytes.
    fn push(&mut self, header: SectionHeader64<LE>, content: &[u8]) {
        self.align();
        let sh_offset = u64(self.bytes.len() as u64);
        self.sections.push(SectionHeader64 { sh_offset, sh_size: u64(content.len() as u64), ..header });
        self.bytes.extend(content);
    }

    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
    }

    /// Writes the table of the sections and the header.
    fn finish(mut self, arch: Arch) -> Vec<u8> {
        self.align();
        let u16 = |value: u16| U16::new(LE, value);
        let last = self.sections.len() as u16 - 1;
        let header = FileHeader64::<LE> {
            e_ident: Ident {
                magic: ELFMAG,
                class: ELFCLASS64,
                data: ELFDATA2LSB,
                version: EV_CURRENT,
                os_abi: ELFOSABI_NONE,
                abi_version: 0,
                padding: [0; 7],
            },
            e_type: u16(ET_REL),
            e_machine: u16(match arch {
                Arch::X86_64 => EM_X86_64,
                Arch::Aarch64 => EM_AARCH64,
            }),
            e_version: u32(EV_CURRENT.into()),
            e_entry: u64(0),
            e_phoff: u64(0),
            e_shoff: u64(self.bytes.len() as u64),
            e_flags: u32(0),
            e_ehsize: u16(size_of::<FileHeader64<LE>>() as u16),
            e_phentsize: u16(0),
            e_phnum: u16(0),
            e_shentsize: u16(size_of::<SectionHeader64<LE>>() as u16),
            e_shnum: u16(last + 1),
            // The sections' names are in the last one, with those of the symbols.
            e_shstrndx: u16(last),
        };
        self.bytes.extend(bytes_of_slice(&self.sections));
        self.bytes[..size_of::<FileHeader64<LE>>()].copy_from_slice(bytes_of(&header));
        self.bytes
    }
}
