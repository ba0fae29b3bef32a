//! Accesses to memory: whether a store can change what a load reads.
//!
//! Memory of the language's has no types unless the set says so, and then a store can change everything, except other
//! bytes next to the same address, and except what only the machine points to: the cells of ops and the context.

use cranelift_codegen::ir::MemFlags;
use cranelift_codegen::ir::Value;
use mimeo_ir::{Block, Body, Description, Inst, Type, ValueId};

/// What an address points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The language's context.
    Context,
    /// The cell of an op.
    Cell,
    /// What the machine says of a function, which only it changes.
    Machine,
    /// Memory of the language's.
    Language,
    /// One of these.
    Unknown,
}

impl Origin {
    /// Returns the origin of an address computed from two values.
    pub(crate) fn with(self, other: Origin) -> Origin {
        match (self, other) {
            (Origin::Language, origin) | (origin, Origin::Language) => origin,
            (a, b) if a == b => a,
            _ => Origin::Unknown,
        }
    }

    /// Returns whether addresses of these origins can be equal.
    fn meets(self, other: Origin) -> bool {
        self == other || self == Origin::Unknown || other == Origin::Unknown
    }
}

/// A kind of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) origin: Origin,
    /// What is there, or `None` for anything.
    pub(crate) content: Option<(Type, Description)>,
}

impl Kind {
    fn new(origin: Origin, ty: Type, description: Description) -> Kind {
        Kind { origin, content: Some((ty, description)).filter(|_| description != Description::Bytes) }
    }

    /// Returns whether memory of these kinds can overlap. In typed memory, each byte has one description.
    pub(crate) fn meets(self, other: Kind, is_typed: bool) -> bool {
        let is_other = is_typed && self.content.is_some() && other.content.is_some() && self.content != other.content;
        self.origin.meets(other.origin) && !is_other
    }
}

/// An access to memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Access {
    pub(crate) ty: Type,
    pub(crate) description: Description,
    pub(crate) address: Value,
    pub(crate) offset: u32,
}

impl Access {
    /// Returns the kind of memory, given the origin of the address.
    pub(crate) fn kind(&self, origin: Origin) -> Kind {
        Kind::new(origin, self.ty, self.description)
    }

    /// Returns what Cranelift may assume of the address.
    pub(crate) fn flags(&self) -> MemFlags {
        match self.description {
            Description::Bytes => MemFlags::new().with_notrap(),
            Description::Plain | Description::Field { .. } => MemFlags::trusted(),
        }
    }

    /// Returns whether accesses to the same address overlap.
    pub(crate) fn overlaps(&self, other: &Access) -> bool {
        self.offset < other.offset + other.ty.bytes() && other.offset < self.offset + self.ty.bytes()
    }
}

/// Returns the kinds of memory to which a block of a body stores, as far as the body tells. `cells` are its parameters
/// that are cells.
pub(crate) fn stores_of<'a>(body: &'a Body, block: &'a Block, cells: &'a [ValueId]) -> impl Iterator<Item = Kind> + 'a {
    block.insts.iter().filter_map(move |inst| match *inst {
        Inst::Store { address, description, value, .. } => {
            Some(Kind::new(origin_of(body, address, cells), body.ty(value), description))
        }
        _ => None,
    })
}

fn origin_of(body: &Body, address: ValueId, cells: &[ValueId]) -> Origin {
    if cells.contains(&address) {
        return Origin::Cell;
    }
    if body.blocks[0].params.contains(&address) {
        return Origin::Language;
    }
    let mut insts = body.blocks.iter().flat_map(|block| &block.insts);
    match insts.find(|inst| inst.result() == Some(address)) {
        Some(Inst::Context { .. }) => Origin::Context,
        Some(Inst::Load { .. } | Inst::Const { .. } | Inst::FunctionWord { .. }) => Origin::Language,
        Some(&Inst::Unary { of, .. }) => origin_of(body, of, cells),
        Some(&Inst::Binary { a, b, .. }) => origin_of(body, a, cells).with(origin_of(body, b, cells)),
        _ => Origin::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mimeo_ir::FieldId;

    const ORIGINS: [Origin; 5] = [Origin::Context, Origin::Cell, Origin::Machine, Origin::Language, Origin::Unknown];

    #[test]
    fn only_known_addresses_of_different_things_are_different() {
        for a in ORIGINS {
            for b in ORIGINS {
                let [x, y] = [a, b].map(|origin| Kind { origin, content: None });
                let expected = a == b || a == Origin::Unknown || b == Origin::Unknown;
                assert_eq!(x.meets(y, true), expected, "{a:?} and {b:?}");
            }
            // An offset does not change it.
            assert_eq!((a.with(Origin::Language), Origin::Language.with(a), a.with(a)), (a, a, a));
        }
        assert_eq!(Origin::Cell.with(Origin::Context), Origin::Unknown);
    }

    #[test]
    fn descriptions_matter_in_typed_memory_only() {
        let field = |index| Description::Field { field: FieldId { of: 0, index } };
        let kind = |ty, description| Kind::new(Origin::Language, ty, description);
        let one = kind(Type::I64, field(1));
        for other in [kind(Type::I64, field(2)), kind(Type::I64, Description::Plain), kind(Type::F64, field(1))] {
            assert!(!one.meets(other, true) && one.meets(other, false), "{other:?}");
        }
        assert!(one.meets(one, true));
        assert!(one.meets(kind(Type::I8, Description::Bytes), true));
    }

    #[test]
    fn accesses_overlap_by_their_bytes() {
        let at = |offset, ty| Access { ty, description: Description::Plain, address: Value::from_u32(0), offset };
        assert!(at(8, Type::I32).overlaps(&at(11, Type::I8)) && at(11, Type::I8).overlaps(&at(8, Type::I32)));
        assert!(!at(8, Type::I32).overlaps(&at(12, Type::I8)) && !at(12, Type::I8).overlaps(&at(8, Type::I32)));
    }
}
