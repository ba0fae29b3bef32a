//! [`Programs`]: the programs that a machine has loaded, and the numbers by which it knows them and their functions.

use mimeo_def::frame::{CodeAddr, FunctionHeader};
use rustc_hash::FxHashSet;

use crate::function::Loaded;
use crate::program::{Program, Verified};
use crate::{Callee, Function, FunctionRef, Linked, NotLoaded};

#[derive(Debug)]
struct Place<I> {
    generation: u32,
    loaded: Option<Loaded<I>>,
}

/// The loaded programs of one machine. Places and the ids of functions are used again, so that loading and
/// unloading for ever takes no more room than what is loaded at once.
#[derive(Debug)]
pub(crate) struct Programs<I> {
    /// The machine's number, which no other machine of the process has.
    machine: u64,
    /// Addresses of the loaded functions: a [`Callee`] is one of them, or is refused.
    headers: FxHashSet<*const FunctionHeader>,
    places: Vec<Place<I>>,
    free_places: Vec<u32>,
    /// Places that are empty for ever: see [`remove`](Self::remove).
    used_up: usize,
    free_ids: Vec<u32>,
    /// Every id below was given to a function once.
    ids: u32,
}

impl<I> Programs<I> {
    pub(crate) fn new(machine: u64) -> Self {
        Programs {
            machine,
            headers: FxHashSet::default(),
            places: Vec::new(),
            free_places: Vec::new(),
            used_up: 0,
            free_ids: Vec::new(),
            ids: 0,
        }
    }

    /// Loads a program whose functions have this entry, and this countdown.
    pub(crate) fn add(&mut self, program: &Program<I, Verified>, entry: CodeAddr, countdown: i32) -> Linked<I> {
        let (free_ids, ids) = (&mut self.free_ids, &mut self.ids);
        let next_id = || {
            free_ids.pop().unwrap_or_else(|| {
                *ids += 1;
                *ids - 1
            })
        };
        let index = self.free_places.pop().unwrap_or(self.places.len() as u32);
        if index as usize == self.places.len() {
            self.places.push(Place { generation: 0, loaded: None });
        }
        let place = &mut self.places[index as usize];
        let linked = Linked::new(self.machine, index, place.generation);
        let loaded = Loaded::new(program.clone(), linked, next_id, entry, countdown);
        self.headers.extend(loaded.functions().map(Function::header));
        place.loaded = Some(loaded);
        linked
    }

    /// Unloads a program; its functions are gone when what is returned is dropped.
    pub(crate) fn remove(&mut self, linked: Linked<I>) -> Result<Loaded<I>, NotLoaded> {
        self.get(linked)?;
        let place = &mut self.places[linked.index as usize];
        // A place whose generations are used up stays empty, so that no old reference fits a new program.
        if let Some(next) = place.generation.checked_add(1) {
            place.generation = next;
            self.free_places.push(linked.index);
        } else {
            self.used_up += 1;
        }
        let loaded = place.loaded.take().expect("`get` found it");
        for function in loaded.functions() {
            self.headers.remove(&function.header());
            self.free_ids.push(function.id());
        }
        Ok(loaded)
    }

    /// A loaded program.
    pub(crate) fn get(&self, linked: Linked<I>) -> Result<&Loaded<I>, NotLoaded> {
        let place = self.places.get(linked.index as usize).filter(|place| place.generation == linked.generation);
        let loaded = place.filter(|_| linked.machine == self.machine).and_then(|place| place.loaded.as_ref());
        loaded.ok_or(NotLoaded)
    }

    /// A function of a loaded program.
    pub(crate) fn function(&self, function: FunctionRef<I>) -> Result<&Function, NotLoaded> {
        self.get(function.program)?.function(function.index).ok_or(NotLoaded)
    }

    /// The function that a callee is, if it is one that is loaded here.
    pub(crate) fn callee(&self, callee: Callee<I>) -> Result<&Function, NotLoaded> {
        if !self.headers.contains(&callee.header) {
            return Err(NotLoaded);
        }
        // SAFETY: (1) of `Loaded`: the headers are those of its functions.
        Ok(unsafe { &*callee.header.cast::<Function>() })
    }

    /// Number of loaded programs.
    pub(crate) fn len(&self) -> usize {
        self.places.len() - self.free_places.len() - self.used_up
    }
}
