//! An object file of any format → the sections, symbols and relocations that stencils are extracted from.
//!
//! One reader for each format fills the same model: names as in C, addends in the relocations and not in the code, and
//! x86-64 distances relative to the field, as in ELF. `bounds` establishes for all formats that places lie inside their
//! sections and that symbols have an end.

mod bounds;
mod coff;
mod elf;
mod mach_o;
mod names;

use mimeo_def::stencil::{Arch, PatchKind};

use crate::refusal::Refusal;

pub use names::relocation_name;

/// Formats of object files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Linux and most other systems.
    Elf,
    /// Darwin.
    MachO,
    /// Windows.
    Coff,
}

impl Format {
    /// Returns the name of the format.
    pub fn name(self) -> &'static str {
        match self {
            Format::Elf => "ELF",
            Format::MachO => "Mach-O",
            Format::Coff => "COFF",
        }
    }
}

/// The contents of an object file.
#[derive(Debug)]
pub struct Object {
    /// Format of the file.
    pub format: Format,
    /// Architecture of the code.
    pub arch: Arch,
    /// Sections, in the file's order.
    pub sections: Vec<Section>,
    /// Symbols, in the file's order.
    pub symbols: Vec<Symbol>,
}

/// Position of a section in [`Object::sections`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionIndex(pub usize);

/// Position of a symbol in [`Object::symbols`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SymbolIndex(pub usize);

/// A section with its relocations.
#[derive(Debug)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// The kind of its contents.
    pub kind: SectionKind,
    /// Alignment in bytes, at least 1.
    pub align_bytes: usize,
    /// Size of an entry, if the section consists of mergeable constants of one size.
    pub entry_bytes: Option<usize>,
    /// Contents.
    pub bytes: Vec<u8>,
    /// Relocations, sorted by position.
    pub relocations: Vec<Relocation>,
}

/// The kind of contents of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// Instructions.
    Code,
    /// Read-only data.
    Constant,
    /// Data that is written, or that the loader must relocate.
    Writable,
    /// One copy for each thread.
    ThreadLocal,
    /// Not loaded: notes, symbol tables.
    Other,
}

/// A symbol.
#[derive(Debug)]
pub struct Symbol {
    /// Its name; a section symbol has the section's.
    pub name: String,
    /// Where it is defined; `None` for an undefined symbol.
    pub place: Option<Place>,
    /// Size in bytes; 0 for an empty or undefined symbol.
    pub len_bytes: usize,
    /// Whether the file gives no size, so that the symbol extends to the next one, including padding.
    pub is_bounded: bool,
    /// Whether it stands for a whole section.
    pub is_section: bool,
}

/// A place in an object file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The section.
    pub section: SectionIndex,
    /// Distance from the section's start, in bytes.
    pub offset_bytes: usize,
}

/// A field that the linker would fill.
#[derive(Debug)]
pub struct Relocation {
    /// Distance of the field (on AArch64 of the instruction) from the section's start, in bytes.
    pub offset_bytes: usize,
    /// How the linker would fill it.
    pub kind: RelocationKind,
    /// The symbol whose address it would insert.
    pub symbol: SymbolIndex,
    /// The number that it would add.
    pub addend: i64,
}

/// How the linker would fill a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelocationKind {
    /// As described by the patch kind.
    Patch(PatchKind),
    /// An absolute 32-bit field. The x86-64 instruction determines whether it is signed; the format does not.
    Absolute32,
    /// Low 12 bits in an AArch64 load or store, scaled by `1 << shift`: of an address, or of a slot's offset.
    LoadLow12 {
        /// log₂ of the access size in bytes.
        shift: u8,
    },
    /// Distance to a place that holds the symbol's address, in 32 bits of an x86-64 instruction.
    GotDistance,
    /// Page of a place that holds the symbol's address, in an AArch64 `adrp`.
    GotPage,
    /// Offset in the page of a place that holds the symbol's address, in an AArch64 `ldr`.
    GotPageOffset,
    /// Through the global offset table, by any other instruction.
    GlobalOffsetTable,
    /// With the position of thread-local data.
    ThreadLocal,
    /// Another type, with the format's number for it.
    Unknown(u32),
}

impl RelocationKind {
    /// Returns the number of bytes that the linker would change, as far as it is known.
    fn len_bytes(self) -> usize {
        match self {
            RelocationKind::Patch(kind) => kind.len_bytes() as usize,
            RelocationKind::Absolute32 | RelocationKind::LoadLow12 { .. } => 4,
            RelocationKind::GotDistance | RelocationKind::GotPage | RelocationKind::GotPageOffset => 4,
            RelocationKind::GlobalOffsetTable | RelocationKind::ThreadLocal | RelocationKind::Unknown(_) => 1,
        }
    }

    /// Returns the addend in a field of x86-64 code and sets the field to 0, as if addends were stored elsewhere.
    fn take_addend(self, bytes: &mut [u8], offset_bytes: usize) -> Result<i64, String> {
        let field = offset_bytes.checked_add(self.len_bytes()).and_then(|end| bytes.get_mut(offset_bytes..end));
        let field = field.ok_or("a relocation lies outside its section")?;
        let addend = match *field {
            [a, b, c, d] => i64::from(i32::from_le_bytes([a, b, c, d])),
            [a, b, c, d, e, f, g, h] => i64::from_le_bytes([a, b, c, d, e, f, g, h]),
            // Fields of such a length belong to kinds that are refused.
            _ => return Ok(0),
        };
        field.fill(0);
        Ok(addend)
    }
}

impl Object {
    /// Reads an object file.
    ///
    /// # Errors
    ///
    /// [`Refusal::Object`] if the file is damaged, or if its format or architecture is not supported.
    pub fn parse(bytes: &[u8]) -> Result<Object, Refusal> {
        let object = match bytes {
            [0x7f, b'E', b'L', b'F', ..] => elf::parse(bytes),
            [0xcf, 0xfa, 0xed, 0xfe, ..] => mach_o::parse(bytes),
            [0xce, 0xfa, 0xed, 0xfe, ..] | [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] => {
                Err("it is a Mach-O file, but not for a 64-bit little-endian machine".to_owned())
            }
            [0xca, 0xfe, 0xba, 0xbe | 0xbf, ..] => {
                Err("it is a universal Mach-O file; extract one architecture first".to_owned())
            }
            [0x64, 0x86, ..] => coff::parse(bytes),
            _ => Err("it is not an ELF, Mach-O or COFF file for x86-64 or aarch64".to_owned()),
        };
        object.and_then(bounds::settle).map_err(|reason| Refusal::Object { reason })
    }

    /// Returns the section with this index.
    pub fn section(&self, index: SectionIndex) -> &Section {
        &self.sections[index.0]
    }

    /// Returns the symbol with this index.
    pub fn symbol(&self, index: SymbolIndex) -> &Symbol {
        &self.symbols[index.0]
    }

    /// Returns the shortest symbol whose range contains a place, and its start.
    pub fn covering(&self, place: Place) -> Option<(usize, &Symbol)> {
        self.symbols
            .iter()
            .filter_map(|symbol| {
                let start = symbol.place.filter(|start| start.section == place.section)?.offset_bytes;
                let range = start..start.saturating_add(symbol.len_bytes);
                range.contains(&place.offset_bytes).then_some((start, symbol))
            })
            .min_by_key(|(_, symbol)| symbol.len_bytes)
    }
}
