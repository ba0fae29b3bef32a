//! [`Places`]: what a machine keeps under keys that it never gives out twice.

use std::fmt;

/// Names a thing of one machine for as long as it is there. No two things of a process ever have the same key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// The machine's number, which no other machine of the process has.
    machine: u64,
    index: u32,
    /// How many things had the place before.
    generation: u32,
}

impl Key {
    /// The place, which others may have later.
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
    thing: Option<T>,
}

/// Things of one machine, by [`Key`]. Places are used again, so that adding and removing for ever takes no more room than
/// what is there at once.
#[derive(Debug)]
pub(crate) struct Places<T> {
    machine: u64,
    places: Vec<Place<T>>,
    free: Vec<u32>,
}

impl<T> Places<T> {
    pub(crate) fn new(machine: u64) -> Self {
        Places { machine, places: Vec::new(), free: Vec::new() }
    }

    /// Adds what is made for the key.
    pub(crate) fn add(&mut self, make: impl FnOnce(Key) -> T) -> Key {
        let index = self.free.pop().unwrap_or(self.places.len() as u32);
        if index as usize == self.places.len() {
            self.places.push(Place { generation: 0, thing: None });
        }
        let place = &mut self.places[index as usize];
        let key = Key { machine: self.machine, index, generation: place.generation };
        place.thing = Some(make(key));
        key
    }

    /// Takes out what the key names, if it is there.
    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        self.get(key)?;
        let place = &mut self.places[key.index as usize];
        // A place whose generations are used up stays empty, so that no old key fits a new thing.
        if let Some(next) = place.generation.checked_add(1) {
            place.generation = next;
            self.free.push(key.index);
        }
        place.thing.take()
    }

    /// What the key names, if it is there.
    pub(crate) fn get(&self, key: Key) -> Option<&T> {
        let place = self.places.get(key.index as usize)?;
        place.thing.as_ref().filter(|_| (key.machine, key.generation) == (self.machine, place.generation))
    }

    /// What is in a place now.
    pub(crate) fn at(&self, index: u32) -> Option<&T> {
        self.places[index as usize].thing.as_ref()
    }

    /// What is in a place now.
    pub(crate) fn at_mut(&mut self, index: u32) -> Option<&mut T> {
        self.places[index as usize].thing.as_mut()
    }

    /// All that is there, with its place.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(&self.places).filter_map(|(index, place)| Some((index, place.thing.as_ref()?)))
    }
}
