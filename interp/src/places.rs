//! [`Places`]: a generational arena, whose keys are never reused.

use std::fmt;

use crate::{Account, Charge, MemoryKind, OutOfMemory};

/// The key of an element in the arena of one machine. No two elements of a process ever have the same key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// The machine's number, which no other machine of the process has.
    machine: u64,
    index: u32,
    /// The number of elements that were in this place before.
    generation: u32,
}

impl Key {
    /// Returns the index of the place, which later elements may reuse.
    pub(crate) fn index(self) -> u32 {
        self.index
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}.{}", self.machine, self.index, self.generation)
    }
}

#[derive(Debug)]
struct Place<T> {
    generation: u32,
    element: Option<T>,
}

/// The elements of one machine, by [`Key`]. Places are reused, so the arena grows only with the number of elements that
/// exist at the same time.
#[derive(Debug)]
pub(crate) struct Places<T> {
    machine: u64,
    places: Vec<Place<T>>,
    /// The places without an element. It has room for all places.
    free: Vec<u32>,
    /// The size of both lists.
    charge: Charge,
}

impl<T> Places<T> {
    /// Creates an arena without elements, whose lists are charged as this kind.
    pub(crate) fn new(machine: u64, account: &Account, kind: MemoryKind) -> Self {
        Places { machine, places: Vec::new(), free: Vec::new(), charge: account.empty_charge(kind) }
    }

    /// Adds the element that `make` creates for its key.
    pub(crate) fn add(&mut self, make: impl FnOnce(Key) -> T) -> Result<Key, OutOfMemory> {
        if self.free.is_empty() && self.places.len() == self.places.capacity() {
            self.grow()?;
        }
        let index = self.free.pop().unwrap_or(self.places.len() as u32);
        if index as usize == self.places.len() {
            self.places.push(Place { generation: 0, element: None });
        }
        let place = &mut self.places[index as usize];
        let key = Key { machine: self.machine, index, generation: place.generation };
        place.element = Some(make(key));
        Ok(key)
    }

    /// Doubles the capacity of both lists.
    #[cold]
    fn grow(&mut self) -> Result<(), OutOfMemory> {
        let len = self.places.len();
        let capacity = (2 * len).max(4);
        self.charge.resize(capacity * (size_of::<Place<T>>() + size_of::<u32>()))?;
        self.free.try_reserve_exact(capacity)?;
        Ok(self.places.try_reserve_exact(capacity - len)?)
    }

    /// Removes and returns the element with this key, if it exists.
    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        self.get(key)?;
        let place = &mut self.places[key.index as usize];
        // A place that has used up its generations stays empty, so that no old key matches a new element.
        if let Some(next) = place.generation.checked_add(1) {
            place.generation = next;
            self.free.push(key.index);
        }
        place.element.take()
    }

    /// Returns the element with this key, if it exists.
    #[inline]
    pub(crate) fn get(&self, key: Key) -> Option<&T> {
        let place = self.places.get(key.index as usize)?;
        place.element.as_ref().filter(|_| (key.machine, key.generation) == (self.machine, place.generation))
    }

    /// Returns the element that is in a place now.
    pub(crate) fn at(&self, index: u32) -> Option<&T> {
        self.places[index as usize].element.as_ref()
    }

    /// Returns the element that is in a place now.
    #[inline]
    pub(crate) fn at_mut(&mut self, index: u32) -> Option<&mut T> {
        self.places[index as usize].element.as_mut()
    }

    /// Visits all elements.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.places.iter_mut().filter_map(|place| place.element.as_mut())
    }

    /// Returns all elements with the indices of their places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(&self.places).filter_map(|(index, place)| Some((index, place.element.as_ref()?)))
    }
}
