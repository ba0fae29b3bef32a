//! Names → slots, shared by all tables that got the same names in the same order: [`Shape`].

use super::Gc;
use super::trace::traced;
use crate::ops::ops::{Object, Text};

/// The names of a table's fields and their slots. The names never change: with one more name, a table gets another
/// shape, which this one refers to.
#[derive(Debug)]
#[repr(C)]
pub struct Shape {
    pub(super) object: Object,
    /// The id, which no other shape has or had.
    pub(super) id: u32,
    /// The shape without the last name. A live shape keeps it alive.
    pub(super) parent: Option<Gc<Shape>>,
    /// The names by slot. A live shape keeps them alive.
    pub(super) names: Box<[Gc<Text>]>,
    /// An open-addressing table of slots by the hash of the names, if there are many.
    index: Box<[u8]>,
    /// The shapes with one more name, sorted by its address. They are not kept alive.
    pub(super) next: Vec<(Gc<Text>, Gc<Shape>)>,
}

traced!(Shape { parent, names } not { object, id, index, next });

/// An empty entry of `index`.
const NONE: u8 = u8::MAX;

impl Shape {
    /// Number of names that a table can have before they all go to the hash part.
    pub const MAX_NAMES: usize = 250;
    /// The same limit while names are added by computed keys.
    pub const MAX_COMPUTED_NAMES: usize = 16;
    /// Maximal number of entries in `next`.
    pub(super) const MAX_NEXT: usize = 128;
    /// Up to this number, names are searched linearly.
    const FEW: usize = 8;

    pub(super) fn new(object: Object, id: u32, parent: Option<Gc<Shape>>, names: Box<[Gc<Text>]>) -> Shape {
        let mut index = Box::default();
        if names.len() > Shape::FEW {
            index = vec![NONE; (names.len() * 2).next_power_of_two()].into_boxed_slice();
            for (slot, name) in names.iter().enumerate() {
                let mut at = name.hash as usize & (index.len() - 1);
                while index[at] != NONE {
                    at = (at + 1) & (index.len() - 1);
                }
                index[at] = slot as u8;
            }
        }
        Shape { object, id, parent, names, index, next: Vec::new() }
    }

    /// Returns its size in bytes, without `next`.
    pub(super) fn size(&self) -> usize {
        size_of::<Shape>() + size_of_val::<[Gc<Text>]>(&self.names) + self.index.len()
    }

    /// Returns the number of names.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Returns the slot of a name.
    #[inline]
    pub(super) fn find(&self, name: Gc<Text>) -> Option<usize> {
        if self.index.is_empty() {
            return self.names.iter().position(|&other| other == name);
        }
        let mut at = name.hash as usize & (self.index.len() - 1);
        loop {
            match self.index[at] {
                NONE => return None,
                slot if self.names[usize::from(slot)] == name => return Some(usize::from(slot)),
                _ => at = (at + 1) & (self.index.len() - 1),
            }
        }
    }

    /// Returns the index of a name in `next`, or as an error where to insert it.
    pub(super) fn find_next(&self, name: Gc<Text>) -> Result<usize, usize> {
        self.next.binary_search_by_key(&name.as_ptr(), |(name, _)| name.as_ptr())
    }
}
