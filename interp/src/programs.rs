//! [`Programs`]: the programs that a machine has loaded, with the keys of programs and the ids of functions.

use std::cell::Cell;

use mimeo_def::frame::{CodeAddr, FunctionHeader};
use rustc_hash::FxHashSet;

use crate::function::{Loaded, Tables};
use crate::places::Places;
use crate::program::{Program, Verified};
use crate::{Account, Callee, Function, FunctionRef, Linked, MemoryKind, NotLoaded, OutOfMemory};

/// The loaded programs of one machine. The ids of functions are reused, like the places of programs.
#[derive(Debug)]
pub(crate) struct Programs<I> {
    loaded: Places<Loaded<I>>,
    /// Addresses of the loaded functions. Any other [`Callee`] is refused.
    headers: FxHashSet<*const FunctionHeader>,
    /// The one of `headers` that was found last: a callback is often called many times.
    found: Cell<Option<*const FunctionHeader>>,
    free_ids: Vec<u32>,
    /// The number of ids that have been given to functions.
    ids: u32,
    account: Account,
}

/// About the bytes that the lists of a machine take for each function: an address in a hash set, and an id.
const LISTED_BYTES: usize = 32;

impl<I> Programs<I> {
    pub(crate) fn new(machine: u64, account: &Account) -> Self {
        Programs {
            loaded: Places::new(machine, account, MemoryKind::Programs),
            headers: FxHashSet::default(),
            found: Cell::new(None),
            free_ids: Vec::new(),
            ids: 0,
            account: account.clone(),
        }
    }

    /// Returns the number of ids that are given out once this program is loaded, too.
    pub(crate) fn ids_with(&self, program: &Program<I, Verified>) -> usize {
        self.ids as usize + program.functions().len().saturating_sub(self.free_ids.len())
    }

    /// Loads a program whose functions have this word and start with this entry and countdown.
    pub(crate) fn add(
        &mut self,
        program: &Program<I, Verified>,
        word: u64,
        entry: CodeAddr,
        countdown: i32,
    ) -> Result<Linked<I>, OutOfMemory> {
        let Programs { loaded, headers, free_ids, ids, account, .. } = self;
        let functions = program.functions().len();
        let charge = account.charge(MemoryKind::Programs, program.size_bytes() + functions * LISTED_BYTES)?;
        headers.try_reserve(functions).map_err(|_| OutOfMemory)?;
        // For all ids, so that unloading allocates nothing.
        free_ids.try_reserve(*ids as usize + functions)?;
        let tables = Tables::new(program)?;
        let next_id = || {
            free_ids.pop().unwrap_or_else(|| {
                *ids += 1;
                *ids - 1
            })
        };
        let key = loaded.add(|key| {
            let loaded = Loaded::new(program.clone(), (key, word), next_id, entry, countdown, tables, charge);
            headers.extend(loaded.functions().map(Function::header));
            loaded
        })?;
        Ok(Linked::new(key))
    }

    /// Unloads a program. Dropping the result frees its functions.
    pub(crate) fn remove(&mut self, linked: Linked<I>) -> Result<Loaded<I>, NotLoaded> {
        let loaded = self.loaded.remove(linked.key).ok_or(NotLoaded)?;
        self.found.set(None);
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
    #[inline]
    pub(crate) fn callee(&self, callee: Callee<I>) -> Result<&Function, NotLoaded> {
        if self.found.get() != Some(callee.header) {
            self.find(callee.header)?;
        }
        // SAFETY: (1) of `Loaded`: the headers are those of its functions.
        Ok(unsafe { &*callee.header.cast::<Function>() })
    }

    /// Notes this address as the one found last, if it is that of a loaded function.
    fn find(&self, header: *const FunctionHeader) -> Result<(), NotLoaded> {
        if !self.headers.contains(&header) {
            return Err(NotLoaded);
        }
        self.found.set(Some(header));
        Ok(())
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
