//! A key → the only object with this key: [`Table`], an open-addressing hash table that keeps no object alive.
//!
//! The numbers in `SAFETY` comments are those of the [contract](crate).

use std::hash::{BuildHasher as _, RandomState};
use std::ptr::{NonNull, null_mut};

use mimeo_interp::OutOfMemory;

use crate::Managed;
use crate::object::{Gc, Header};
use crate::trace::WHITE;

/// A type of objects that can be [interned](crate::Heap::intern), such as strings.
///
/// ```
/// use mimeo_doc_ops::objects::{Heap, text};
/// use mimeo_heap::Interned as _;
///
/// let mut heap = Heap::default();
/// let one = heap.intern(b"one", || text("one"))?;
/// assert_eq!(heap[one].key(), b"one");
/// # Ok::<(), mimeo::OutOfMemory>(())
/// ```
pub trait Interned: Managed {
    /// Returns what makes an object the same as another one. It never changes. See [`Interned`] for an example.
    fn key(&self) -> &[u8];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    hash: u64,
    /// Null for a place without an object.
    object: *mut Header,
}

/// A place that never had an object.
const EMPTY: Place = Place { hash: 0, object: null_mut() };
/// A place whose object was freed.
const FREED: Place = Place { hash: 1, object: null_mut() };

/// The interned objects of a heap.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Their number is a power of two, or 0.
    places: Vec<Place>,
    /// The number of places that are not [`EMPTY`].
    filled: usize,
    /// Made with the first places.
    hasher: Option<RandomState>,
}

/// The least number of places.
const LEAST: usize = 16;

impl Table {
    pub(crate) fn hash(&mut self, key: &[u8]) -> u64 {
        self.hasher.get_or_insert_with(RandomState::new).hash_one(key)
    }

    /// Returns the indices at which an object with this hash can be.
    fn probe(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let mask = self.places.len().wrapping_sub(1);
        (0..self.places.len()).map(move |step| (hash as usize).wrapping_add(step) & mask)
    }

    pub(crate) fn find<T: Interned>(&self, key: &[u8], hash: u64) -> Option<Gc<T>> {
        for index in self.probe(hash) {
            let place = self.places[index];
            if place == EMPTY {
                return None;
            }
            // SAFETY: (1): a collection removes the objects that it frees; (2) an object of this kind is a `T`.
            unsafe {
                if place.hash == hash && !place.object.is_null() && (*place.object).kind == T::KIND {
                    let object = place.object.cast::<T>();
                    // (4): the heap is borrowed.
                    if (&*object).key() == key {
                        return Some(Gc::from_ptr(object));
                    }
                }
            }
        }
        None
    }

    /// Returns how many bytes [`grow`](Self::grow) allocates before the next object can be inserted, if it has to.
    pub(crate) fn growth(&self) -> Option<usize> {
        // At most three quarters are filled.
        (4 * (self.filled + 1) > 3 * self.places.len()).then(|| self.next_len() * size_of::<Place>())
    }

    /// Returns the number of places after the next growth: twice the objects, at least.
    fn next_len(&self) -> usize {
        let objects = self.places.iter().filter(|place| !place.object.is_null()).count();
        (2 * (objects + 1)).next_power_of_two().max(LEAST)
    }

    /// Makes room for another object.
    pub(crate) fn grow(&mut self) -> Result<(), OutOfMemory> {
        let len = self.next_len();
        let mut places = Vec::new();
        places.try_reserve_exact(len)?;
        places.resize(len, EMPTY);
        let old = std::mem::replace(&mut self.places, places);
        self.filled = 0;
        for place in old.iter().filter(|place| !place.object.is_null()) {
            self.fill(*place);
        }
        Ok(())
    }

    /// Adds an object. There is room for it.
    pub(crate) fn insert(&mut self, hash: u64, object: NonNull<Header>) {
        self.fill(Place { hash, object: object.as_ptr() });
    }

    fn fill(&mut self, place: Place) {
        let index = self.probe(place.hash).find(|&index| self.places[index] == EMPTY);
        self.places[index.expect("a quarter is empty")] = place;
        self.filled += 1;
    }

    /// Removes the objects that are about to be freed.
    pub(crate) fn remove_white(&mut self) {
        for place in self.places.iter_mut().filter(|place| !place.object.is_null()) {
            // SAFETY: (1): it is live until the sweep.
            if unsafe { (*place.object).mark } == WHITE {
                *place = FREED;
            }
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.places.capacity() * size_of::<Place>()
    }
}
