//! Places → the numbers of a variable, or memory.

use std::ops::Range;

use mimeo_ir::{Description, FieldId, ValueId};

use super::leaves::Leaves;
use super::lowerer::Lowerer;
use crate::ir::{Expr, Kind, LocalId};
use crate::ty::{self, Ty};

/// Where a value is.
pub(super) enum Place {
    Leaves(Leaves),
    Memory(Memory),
}

/// A place in memory.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    address: ValueId,
    offset: u32,
    description: Description,
}

impl Memory {
    fn plain(address: ValueId) -> Memory {
        Memory { address, offset: 0, description: Description::Plain }
    }
}

impl Lowerer<'_> {
    /// Evaluates a place.
    pub(super) fn place(&mut self, expr: &Expr) -> Place {
        match &expr.kind {
            Kind::Deref(pointer) => {
                let address = self.one(pointer);
                Place::Memory(Memory::plain(address))
            }
            Kind::DerefUnaligned(pointer) => {
                let address = self.one(pointer);
                Place::Memory(Memory { description: Description::Bytes, ..Memory::plain(address) })
            }
            Kind::Context => Place::Memory(Memory::plain(self.out.context())),
            Kind::Field(base, index) => match &base.ty {
                Ty::Cell(name) => {
                    let address = self.one(base);
                    Place::Memory(self.field_of(Memory::plain(address), name, *index))
                }
                base_ty => match (self.place(base), base_ty) {
                    (Place::Memory(memory), Ty::Struct(name)) => Place::Memory(self.field_of(memory, name, *index)),
                    (Place::Leaves(leaves), base_ty) => {
                        let range = self.part_range(base_ty, *index);
                        Place::Leaves(leaves[range].to_vec())
                    }
                    (Place::Memory(_), _) => unreachable!("memory contains structs and numbers"),
                },
            },
            _ => Place::Leaves(self.expr(expr)),
        }
    }

    /// Returns a field of a struct in memory. A struct of one field is that field: an access to it is an access to what
    /// contains it. A field of a struct that is read as bytes is bytes.
    fn field_of(&self, memory: Memory, name: &str, index: usize) -> Memory {
        let of = &self.module.structs[name];
        let (_, offsets) = ty::struct_layout(of, &self.module.structs).expect("the struct can be in memory");
        let is_whole = of.fields.len() == 1 && !of.is_cell || memory.description == Description::Bytes;
        let field = FieldId { of: self.struct_ids[name], index: index as u32 };
        let description = if is_whole { memory.description } else { Description::Field { field } };
        Memory { address: memory.address, offset: memory.offset + offsets[index], description }
    }

    /// Returns which of the numbers of a struct or tuple belong to one of its parts.
    fn part_range(&self, ty: &Ty, index: usize) -> Range<usize> {
        let parts: Vec<&Ty> = match ty {
            Ty::Struct(name) => self.module.structs[name].fields.iter().map(|(_, ty)| ty).collect(),
            Ty::Tuple(parts) => parts.iter().collect(),
            _ => unreachable!("only structs and tuples have fields"),
        };
        let len = |ty: &Ty| self.leaf_types(ty).len();
        let start = parts[..index].iter().map(|ty| len(ty)).sum();
        start..start + len(parts[index])
    }

    /// Reads a value from memory.
    pub(super) fn load(&mut self, memory: Memory, ty: &Ty) -> Leaves {
        let Ty::Struct(name) = ty else {
            let number = self.number_type(ty);
            return vec![self.out.load(number, memory.address, memory.offset, memory.description)];
        };
        let fields = self.module.structs[name].fields.iter().enumerate();
        fields.flat_map(|(index, (_, ty))| self.load(self.field_of(memory, name, index), ty)).collect()
    }

    /// Writes a value to memory.
    fn store(&mut self, memory: Memory, ty: &Ty, leaves: &mut impl Iterator<Item = ValueId>) {
        let Ty::Struct(name) = ty else {
            let value = leaves.next().expect("a value has all its numbers");
            return self.out.store(memory.address, memory.offset, memory.description, value);
        };
        for (index, (_, ty)) in self.module.structs[name].fields.iter().enumerate() {
            self.store(self.field_of(memory, name, index), ty, leaves);
        }
    }

    /// Writes a value to a place.
    pub(super) fn assign(&mut self, place: &Expr, value: Leaves) {
        if let Some((local, range)) = self.local_part(place) {
            debug_assert_eq!(range.len(), value.len(), "a value has all its numbers");
            match &mut self.env[local.0] {
                Some(leaves) => leaves[range].copy_from_slice(&value),
                whole @ None => *whole = Some(value),
            }
            return;
        }
        if let Kind::WindowSlot(window, index) = &place.kind {
            let (window, index) = (self.local(*window)[0], self.one(index));
            let word = self.word_of_leaf(value[0], &place.ty);
            return self.out.window_store(window, index, word);
        }
        match self.place(place) {
            Place::Memory(memory) => self.store(memory, &place.ty, &mut value.into_iter()),
            Place::Leaves(_) => unreachable!("the checker lets only variables and memory be assigned"),
        }
    }

    /// Returns the variable that a place is or is a part of, and which of its numbers.
    fn local_part(&self, place: &Expr) -> Option<(LocalId, Range<usize>)> {
        match &place.kind {
            Kind::Local(local) => Some((*local, 0..self.leaf_types(&place.ty).len())),
            Kind::Field(base, index) if !matches!(base.ty, Ty::Cell(_)) => {
                let (local, whole) = self.local_part(base)?;
                let part = self.part_range(&base.ty, *index);
                Some((local, whole.start + part.start..whole.start + part.end))
            }
            _ => None,
        }
    }
}
