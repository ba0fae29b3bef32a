//! Names → slots, for all tables that got the same names in the same order: [`Shape`].

use super::Gc;
use super::trace::traced;
use crate::ops::ops::{Object, Text};

/// Which named fields a table has, and in which of its slots. The names never change; with one more name it is another
/// shape, which this one leads to.
#[derive(Debug)]
#[repr(C)]
pub struct Shape {
    pub(super) object: Object,
    /// No other shape has or had it.
    pub(super) id: u32,
    /// The shape with one name less; a live shape keeps it alive.
    pub(super) parent: Option<Gc<Shape>>,
    /// By slot. A live shape keeps them alive.
    pub(super) names: Box<[Gc<Text>]>,
    /// Slots by the hash of the names, open addressing, when there are many.
    index: Box<[u8]>,
    /// Shapes with one name more, by its address. They are not kept alive.
    pub(super) next: Vec<(Gc<Text>, Gc<Shape>)>,
}

traced!(Shape { parent, names } not { object, id, index, next });

/// An entry of `index` that has no slot.
const NONE: u8 = u8::MAX;

impl Shape {
    /// Names that a table can have before they all go to the hash part.
    pub const MAX_NAMES: usize = 250;
    /// Names that a table gets as long as it gets them by keys that the program has computed.
    pub const MAX_COMPUTED_NAMES: usize = 16;
    /// Shapes that one leads to.
    pub(super) const MAX_NEXT: usize = 128;
    /// So many names are looked through one by one.
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

    /// Bytes that it takes, its way to other shapes not counted.
    pub(super) fn size(&self) -> usize {
        size_of::<Shape>() + size_of_val::<[Gc<Text>]>(&self.names) + self.index.len()
    }

    /// Number of names.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The slot of a name.
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

    /// Where in `next` a name is, or where it would be.
    pub(super) fn find_next(&self, name: Gc<Text>) -> Result<usize, usize> {
        self.next.binary_search_by_key(&name.as_ptr(), |(name, _)| name.as_ptr())
    }
}
