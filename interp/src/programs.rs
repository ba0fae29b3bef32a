//! [`Programs`]: the programs that a machine has loaded, with the keys of programs and the ids of functions.

use mimeo_def::frame::{CodeAddr, FunctionHeader};
use rustc_hash::FxHashSet;

use crate::function::Loaded;
use crate::places::Places;
use crate::program::{Program, Verified};
use crate::{Callee, Function, FunctionRef, Linked, NotLoaded};

/// The loaded programs of one machine. The ids of functions are reused, like the places of programs.
#[derive(Debug)]
pub(crate) struct Programs<I> {
    loaded: Places<Loaded<I>>,
    /// Addresses of the loaded functions. Any other [`Callee`] is refused.
    headers: FxHashSet<*const FunctionHeader>,
    free_ids: Vec<u32>,
    /// The number of ids that have been given to functions.
    ids: u32,
}

impl<I> Programs<I> {
    pub(crate) fn new(machine: u64) -> Self {
        Programs { loaded: Places::new(machine), headers: FxHashSet::default(), free_ids: Vec::new(), ids: 0 }
    }

    /// Loads a program whose functions start with this entry and countdown.
    pub(crate) fn add(&mut self, program: &Program<I, Verified>, entry: CodeAddr, countdown: i32) -> Linked<I> {
        let Programs { loaded, headers, free_ids, ids } = self;
        let next_id = || {
            free_ids.pop().unwrap_or_else(|| {
                *ids += 1;
                *ids - 1
            })
        };
        let key = loaded.add(|key| {
            let loaded = Loaded::new(program.clone(), key, next_id, entry, countdown);
            headers.extend(loaded.functions().map(Function::header));
            loaded
        });
        Linked::new(key)
    }

    /// Unloads a program. Dropping the result frees its functions.
    pub(crate) fn remove(&mut self, linked: Linked<I>) -> Result<Loaded<I>, NotLoaded> {
        let loaded = self.loaded.remove(linked.key).ok_or(NotLoaded)?;
        for function in loaded.functions() {
            self.headers.remove(&function.header());
            self.free_ids.push(function.id());
        }
        Ok(loaded)
    }

    /// Returns a loaded program.
    pub(crate) fn get(&self, linked: Linked<I>) -> Result<&Loaded<I>, NotLoaded> {
        self.loaded.get(linked.key).ok_or(NotLoaded)
    }

    /// Returns a function of a loaded program.
    pub(crate) fn function(&self, function: FunctionRef<I>) -> Result<&Function, NotLoaded> {
        self.get(function.program)?.function(function.index).ok_or(NotLoaded)
    }

    /// Returns the function of a callee, if it is loaded in this machine.
    pub(crate) fn callee(&self, callee: Callee<I>) -> Result<&Function, NotLoaded> {
        if !self.headers.contains(&callee.header) {
            return Err(NotLoaded);
        }
        // SAFETY: (1) of `Loaded`: the headers are those of its functions.
        Ok(unsafe { &*callee.header.cast::<Function>() })
    }

    /// Returns the functions of all loaded programs.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &Function> {
        self.loaded.iter().flat_map(|(_, loaded)| loaded.functions())
    }

    /// Returns the number of loaded programs.
    pub(crate) fn len(&self) -> usize {
        self.loaded.iter().count()
    }
}
