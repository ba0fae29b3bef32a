//! An object file of any format → the sections, symbols and relocations of which stencils are cut.
//!
//! Only `elf` reads files so far. A reader for Mach-O or COFF fills the same model: it strips the
//! underscore from names, gives every function a size, and makes addends explicit.

mod elf;

use mimeo_def::stencil::{Arch, PatchKind};

use crate::refusal::Refusal;

/// The contents of an object file.
#[derive(Debug)]
pub struct Object {
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
    /// What it holds.
    pub kind: SectionKind,
    /// Alignment in bytes, at least 1.
    pub align_bytes: usize,
    /// Size of an entry when the section is a set of mergeable constants of one size.
    pub entry_bytes: Option<usize>,
    /// Contents.
    pub bytes: Vec<u8>,
    /// Relocations, sorted by position.
    pub relocations: Vec<Relocation>,
}

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// Instructions.
    Code,
    /// Data that nobody writes.
    Constant,
    /// Data that someone may write, or that the loader must relocate.
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
    /// Where it is defined, unless it is not.
    pub place: Option<Place>,
    /// Size in bytes, 0 when unknown.
    pub len_bytes: usize,
    /// It stands for the section as a whole.
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
    /// What it would fill it with.
    pub symbol: SymbolIndex,
    /// What it would add.
    pub addend: i64,
}

/// How the linker would fill a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelocationKind {
    /// As the patch kind says.
    Patch(PatchKind),
    /// Low 12 bits in an AArch64 load or store, scaled by `1 << shift`: of an address, or of a slot's offset.
    LoadLow12 {
        /// log₂ of the access size in bytes.
        shift: u8,
    },
    /// Through the global offset table.
    GlobalOffsetTable,
    /// In the thread's own data.
    ThreadLocal,
    /// Any other; the number is the format's.
    Unknown(u32),
}

impl Object {
    /// Reads an object file.
    ///
    /// # Errors
    ///
    /// [`Refusal::Object`] when it is damaged, or of a format or an architecture that is not supported.
    pub fn parse(bytes: &[u8]) -> Result<Object, Refusal> {
        elf::parse(bytes).map_err(|reason| Refusal::Object { reason })
    }

    /// The section with this index.
    pub fn section(&self, index: SectionIndex) -> &Section {
        &self.sections[index.0]
    }

    /// The symbol with this index.
    pub fn symbol(&self, index: SymbolIndex) -> &Symbol {
        &self.symbols[index.0]
    }

    /// Start and length in bytes of the sized symbol whose range contains a place; the shortest when they nest.
    pub fn covering(&self, place: Place) -> Option<(usize, usize)> {
        self.symbols
            .iter()
            .filter_map(|symbol| {
                let start = symbol.place.filter(|start| start.section == place.section)?.offset_bytes;
                (start..start + symbol.len_bytes).contains(&place.offset_bytes).then_some((start, symbol.len_bytes))
            })
            .min_by_key(|(_, len_bytes)| *len_bytes)
    }
}
