//! Code and relocations in a common form → an object file of a format.

use std::collections::HashMap;

use mimeo_build::object_file::Format;
use mimeo_def::stencil::Arch;
use object::write::{Object, Relocation, SectionId, StandardSection, Symbol, SymbolId, SymbolSection};
use object::{Architecture, BinaryFormat, Endianness, RelocationFlags, SymbolFlags, SymbolKind, SymbolScope};
use object::{elf, macho, pe};

/// How the linker would fill a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fix {
    /// x86-64: distance of a jump or call.
    Jump,
    /// x86-64: distance of data.
    Distance,
    /// x86-64: distance of the place with the address, for a `mov`.
    TableLoad,
    /// The same for any other instruction.
    Table,
    /// x86-64: 32 bits of the address.
    Absolute32,
    /// x86-64: all of the address.
    Absolute64,
    /// AArch64: `b` or `bl`.
    Branch,
    /// AArch64: branch on a condition.
    BranchIf,
    /// AArch64: `adr`.
    Near,
    /// AArch64: page in `adrp`.
    Page,
    /// AArch64: low bits in `add`.
    AddLow,
    /// AArch64: low bits in a load or store of 8 bytes.
    LoadLow,
    /// AArch64: page of the place with the address.
    TablePage,
    /// AArch64: low bits of the place with the address.
    TableLow,
    /// AArch64: 16 bits of the address from bit 0.
    Wide0,
    /// AArch64: 16 bits of the address from bit 16.
    Wide16,
    /// A thread's own variable.
    Thread,
    /// A relocation without a patch kind.
    Unknown,
}

/// A relocation: position from the instruction's start, how to fill the field, symbol, and addend.
pub type FixAt<'a> = (u64, Fix, &'a str, i64);

/// An object file under construction.
pub struct Sample {
    /// Its format.
    pub format: Format,
    object: Object<'static>,
    arch: Arch,
    text: SectionId,
    symbols: HashMap<String, SymbolId>,
    /// Code of the current function, and its relocations.
    code: Vec<u8>,
    open: Vec<Placed>,
    fixes: Vec<(SectionId, Placed)>,
}

/// A relocation with its position in the function or section.
struct Placed {
    at: u64,
    fix: Fix,
    symbol: String,
    addend: i64,
}

impl Sample {
    /// Creates an empty object.
    pub fn new(format: Format, arch: Arch) -> Sample {
        let binary = match format {
            Format::Elf => BinaryFormat::Elf,
            Format::MachO => BinaryFormat::MachO,
            Format::Coff => BinaryFormat::Coff,
        };
        let architecture = match arch {
            Arch::X86_64 => Architecture::X86_64,
            Arch::Aarch64 => Architecture::Aarch64,
        };
        let mut object = Object::new(binary, architecture, Endianness::Little);
        let text = object.section_id(StandardSection::Text);
        Sample {
            format,
            object,
            arch,
            text,
            symbols: HashMap::new(),
            code: Vec::new(),
            open: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Appends one or more instructions, with the fields to fill.
    pub fn code(&mut self, bytes: &[u8], fixes: &[FixAt<'_>]) -> &mut Sample {
        let start = self.code.len() as u64;
        for &(at, fix, symbol, addend) in fixes {
            self.open.push(Placed { at: start + at, fix, symbol: symbol.to_owned(), addend });
        }
        self.code.extend_from_slice(bytes);
        self
    }

    /// Appends AArch64 instructions.
    pub fn words(&mut self, words: &[u32], fixes: &[FixAt<'_>]) -> &mut Sample {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.code(&bytes, fixes)
    }

    /// Ends the current function. Its size in ELF excludes the last `padding` bytes.
    pub fn end(&mut self, name: &str, padding: usize) -> &mut Sample {
        let start = self.object.section(self.text).data().len() as u64;
        let code = std::mem::take(&mut self.code);
        let placed = self.open.drain(..).map(|placed| (self.text, Placed { at: placed.at + start, ..placed }));
        self.fixes.extend(placed);
        self.object.append_section_data(self.text, &code, 1);
        self.define(name, self.text, start, (code.len() - padding) as u64, SymbolKind::Text);
        self
    }

    /// Adds constant data that can contain addresses.
    pub fn constant(&mut self, name: &str, bytes: &[u8], addresses: &[(u64, &str)]) -> &mut Sample {
        self.data(StandardSection::ReadOnlyData, name, bytes, addresses)
    }

    /// Adds writable data.
    pub fn variable(&mut self, name: &str, bytes: &[u8]) -> &mut Sample {
        self.data(StandardSection::Data, name, bytes, &[])
    }

    fn data(&mut self, section: StandardSection, name: &str, bytes: &[u8], addresses: &[(u64, &str)]) -> &mut Sample {
        let section = self.object.section_id(section);
        let start = self.object.append_section_data(section, bytes, 16);
        for (at, symbol) in addresses {
            let symbol = (*symbol).to_owned();
            self.fixes.push((section, Placed { at: start + at, fix: Fix::Absolute64, symbol, addend: 0 }));
        }
        self.define(name, section, start, bytes.len() as u64, SymbolKind::Data);
        self
    }

    fn define(&mut self, name: &str, section: SectionId, value: u64, size: u64, kind: SymbolKind) {
        let id = self.symbol(name);
        let symbol = self.object.symbol_mut(id);
        symbol.section = SymbolSection::Section(section);
        (symbol.value, symbol.size, symbol.kind) = (value, size, kind);
    }

    fn symbol(&mut self, name: &str) -> SymbolId {
        if let Some(id) = self.symbols.get(name) {
            return *id;
        }
        let id = self.object.add_symbol(Symbol {
            name: name.as_bytes().to_vec(),
            value: 0,
            size: 0,
            kind: SymbolKind::Unknown,
            scope: SymbolScope::Linkage,
            weak: false,
            section: SymbolSection::Undefined,
            flags: SymbolFlags::None,
        });
        self.symbols.insert(name.to_owned(), id);
        id
    }

    /// Returns the file, or `None` if the format has no relocation of a kind that the object needs.
    pub fn finish(mut self) -> Option<Vec<u8>> {
        for (section, Placed { at, fix, symbol, addend }) in std::mem::take(&mut self.fixes) {
            let flags = flags(self.format, self.arch, fix)?;
            let mut id = self.symbol(&symbol);
            if self.format == Format::Coff && matches!(fix, Fix::Table | Fix::TableLoad) {
                id = self.symbol(&format!(".refptr.{symbol}"));
            }
            let is_distance = matches!(fix, Fix::Jump | Fix::Distance | Fix::Table | Fix::TableLoad);
            let addend = if is_distance { addend - 4 } else { addend };
            self.object.add_relocation(section, Relocation { offset: at, symbol: id, addend, flags }).ok()?;
        }
        self.object.write().ok()
    }
}

/// Returns the relocation type of a format.
fn flags(format: Format, arch: Arch, fix: Fix) -> Option<RelocationFlags> {
    Some(match (format, arch) {
        (Format::Elf, arch) => RelocationFlags::Elf { r_type: elf_type(arch, fix)? },
        (Format::MachO, arch) => {
            let (r_type, r_pcrel, r_length) = mach_o_type(arch, fix)?;
            RelocationFlags::MachO { r_type, r_pcrel, r_length }
        }
        (Format::Coff, _) => RelocationFlags::Coff { typ: coff_type(fix)? },
    })
}

fn elf_type(arch: Arch, fix: Fix) -> Option<u32> {
    Some(match (arch, fix) {
        (Arch::X86_64, Fix::Jump) => elf::R_X86_64_PLT32,
        (Arch::X86_64, Fix::Distance) => elf::R_X86_64_PC32,
        (Arch::X86_64, Fix::TableLoad) => elf::R_X86_64_REX_GOTPCRELX,
        (Arch::X86_64, Fix::Table) => elf::R_X86_64_GOTPCREL,
        (Arch::X86_64, Fix::Absolute32) => elf::R_X86_64_32S,
        (Arch::X86_64, Fix::Absolute64) => elf::R_X86_64_64,
        (Arch::X86_64, Fix::Thread) => elf::R_X86_64_TPOFF32,
        (Arch::X86_64, Fix::Unknown) => elf::R_X86_64_8,
        (Arch::Aarch64, Fix::Branch) => elf::R_AARCH64_CALL26,
        (Arch::Aarch64, Fix::BranchIf) => elf::R_AARCH64_CONDBR19,
        (Arch::Aarch64, Fix::Near) => elf::R_AARCH64_ADR_PREL_LO21,
        (Arch::Aarch64, Fix::Page) => elf::R_AARCH64_ADR_PREL_PG_HI21,
        (Arch::Aarch64, Fix::AddLow) => elf::R_AARCH64_ADD_ABS_LO12_NC,
        (Arch::Aarch64, Fix::LoadLow) => elf::R_AARCH64_LDST64_ABS_LO12_NC,
        (Arch::Aarch64, Fix::TablePage) => elf::R_AARCH64_ADR_GOT_PAGE,
        (Arch::Aarch64, Fix::TableLow) => elf::R_AARCH64_LD64_GOT_LO12_NC,
        (Arch::Aarch64, Fix::Wide0) => elf::R_AARCH64_MOVW_UABS_G0_NC,
        (Arch::Aarch64, Fix::Wide16) => elf::R_AARCH64_MOVW_UABS_G1_NC,
        (Arch::Aarch64, Fix::Absolute64) => elf::R_AARCH64_ABS64,
        (Arch::Aarch64, Fix::Thread) => elf::R_AARCH64_TLSLE_ADD_TPREL_LO12,
        (Arch::Aarch64, Fix::Unknown) => elf::R_AARCH64_PREL32,
        _ => return None,
    })
}

/// Type, whether it counts from the field, and log₂ of the field's length.
fn mach_o_type(arch: Arch, fix: Fix) -> Option<(u8, bool, u8)> {
    Some(match (arch, fix) {
        (Arch::X86_64, Fix::Jump) => (macho::X86_64_RELOC_BRANCH, true, 2),
        (Arch::X86_64, Fix::Distance) => (macho::X86_64_RELOC_SIGNED, true, 2),
        (Arch::X86_64, Fix::TableLoad) => (macho::X86_64_RELOC_GOT_LOAD, true, 2),
        (Arch::X86_64, Fix::Table) => (macho::X86_64_RELOC_GOT, true, 2),
        (Arch::X86_64, Fix::Absolute64) => (macho::X86_64_RELOC_UNSIGNED, false, 3),
        (Arch::X86_64, Fix::Thread) => (macho::X86_64_RELOC_TLV, true, 2),
        (Arch::X86_64, Fix::Unknown) => (macho::X86_64_RELOC_SUBTRACTOR, false, 2),
        (Arch::Aarch64, Fix::Branch) => (macho::ARM64_RELOC_BRANCH26, true, 2),
        (Arch::Aarch64, Fix::Page) => (macho::ARM64_RELOC_PAGE21, true, 2),
        (Arch::Aarch64, Fix::AddLow | Fix::LoadLow) => (macho::ARM64_RELOC_PAGEOFF12, false, 2),
        (Arch::Aarch64, Fix::TablePage) => (macho::ARM64_RELOC_GOT_LOAD_PAGE21, true, 2),
        (Arch::Aarch64, Fix::TableLow) => (macho::ARM64_RELOC_GOT_LOAD_PAGEOFF12, false, 2),
        (Arch::Aarch64, Fix::Absolute64) => (macho::ARM64_RELOC_UNSIGNED, false, 3),
        (Arch::Aarch64, Fix::Thread) => (macho::ARM64_RELOC_TLVP_LOAD_PAGEOFF12, false, 2),
        (Arch::Aarch64, Fix::Unknown) => (macho::ARM64_RELOC_SUBTRACTOR, false, 2),
        _ => return None,
    })
}

fn coff_type(fix: Fix) -> Option<u16> {
    Some(match fix {
        Fix::Jump | Fix::Distance | Fix::Table | Fix::TableLoad => pe::IMAGE_REL_AMD64_REL32,
        Fix::Absolute32 => pe::IMAGE_REL_AMD64_ADDR32,
        Fix::Absolute64 => pe::IMAGE_REL_AMD64_ADDR64,
        Fix::Thread => pe::IMAGE_REL_AMD64_SECREL,
        Fix::Unknown => pe::IMAGE_REL_AMD64_ADDR32NB,
        _ => return None,
    })
}
