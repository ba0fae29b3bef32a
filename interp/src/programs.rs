//! [`Programs`]: the programs that a machine has loaded, and the numbers by which it knows them and their functions.

use mimeo_def::frame::CodeAddr;

use crate::Function;
use crate::function::Loaded;
use crate::program::{Program, Verified};

/// A program that was loaded into a machine. Of no use for another machine, or once the program is unloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linked {
    index: u32,
    /// How many programs had the index before.
    generation: u32,
}

#[derive(Debug)]
struct Place<I> {
    generation: u32,
    loaded: Option<Loaded<I>>,
}

/// The loaded programs of one machine. Places and the ids of functions are used again, so that loading and
/// unloading for ever takes no more room than what is loaded at once.
#[derive(Debug)]
pub(crate) struct Programs<I> {
    places: Vec<Place<I>>,
    free_places: Vec<u32>,
    free_ids: Vec<u32>,
    /// Every id below was given to a function once.
    ids: u32,
}

impl<I> Programs<I> {
    pub(crate) fn new() -> Self {
        Programs { places: Vec::new(), free_places: Vec::new(), free_ids: Vec::new(), ids: 0 }
    }

    /// Loads a program whose functions have this entry, and this countdown.
    pub(crate) fn add(&mut self, program: &Program<I, Verified>, entry: CodeAddr, countdown: i32) -> Linked {
        let (free_ids, ids) = (&mut self.free_ids, &mut self.ids);
        let next_id = || {
            free_ids.pop().unwrap_or_else(|| {
                *ids += 1;
                *ids - 1
            })
        };
        let loaded = Loaded::new(program.clone(), next_id, entry, countdown);
        let index = self.free_places.pop().unwrap_or(self.places.len() as u32);
        if index as usize == self.places.len() {
            self.places.push(Place { generation: 0, loaded: None });
        }
        let place = &mut self.places[index as usize];
        place.loaded = Some(loaded);
        Linked { index, generation: place.generation }
    }

    /// Unloads a program; its functions are gone when what is returned is dropped.
    ///
    /// # Panics
    ///
    /// When it is not loaded.
    pub(crate) fn remove(&mut self, linked: Linked) -> Loaded<I> {
        self.get(linked);
        let place = &mut self.places[linked.index as usize];
        place.generation = place.generation.wrapping_add(1);
        self.free_places.push(linked.index);
        let loaded = place.loaded.take().expect("`get` found it");
        self.free_ids.extend(loaded.functions().map(Function::id));
        loaded
    }

    /// A loaded program.
    ///
    /// # Panics
    ///
    /// When it is not loaded.
    pub(crate) fn get(&self, linked: Linked) -> &Loaded<I> {
        let place = self.places.get(linked.index as usize).filter(|place| place.generation == linked.generation);
        place.and_then(|place| place.loaded.as_ref()).expect("the program is loaded in this machine")
    }

    /// Number of loaded programs.
    pub(crate) fn len(&self) -> usize {
        self.places.len() - self.free_places.len()
    }
}
