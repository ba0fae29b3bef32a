//! [`Function`]: the runtime record of a verified function in a machine.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use mimeo_def::Pc;
use mimeo_def::frame::{CodeAddr, FunctionHeader};

use crate::asm::{FunctionBody, FunctionIndex};
use crate::facts::Facts;
use crate::places::Key;
use crate::program::{Program, Verified};
use crate::{Charge, FunctionRef, Linked, OutOfMemory};

/// The runtime record of a function. Both tiers refer to it by address, which does not change while its program is
/// loaded.
///
/// Hosts and runtime functions get it from [`Machine::functions`](crate::Machine::functions) and
/// [`FrameView`](crate::FrameView) to read its bytecode. The other methods are for native tiers. It is neither `Send`
/// nor `Sync`, because the tiers modify it without a lock.
///
/// ```
/// use mimeo_doc_ops::sample_machine;
///
/// let (machine, linked) = sample_machine();
/// let sum = machine.functions(linked).next().expect("the program has functions");
/// assert_eq!((sum.body().name.as_str(), sum.facts().slots), ("sum", 4));
/// ```
///
/// The header comes first, because it is the only part that stencils access.
#[repr(C)]
#[derive(Debug)]
pub struct Function {
    pub(crate) header: FunctionHeader,
    pub(crate) code: *const u16,
    pub(crate) constants: *const u64,
    pub(crate) labels: *const Pc,
    /// The functions of its program, by index.
    pub(crate) functions: *const *const Function,
    pub(crate) caches: *mut u64,
    /// The depths of the operand stack, by code unit, if the function has one.
    pub(crate) depths: *const u16,
    pub(crate) locals: u32,
    /// Calls and loop iterations in the interpreter before the driver consults the native tier again.
    pub(crate) countdown: Cell<i32>,
    pub(crate) id: u32,
    word: u64,
    /// Its program, and its index there: an untyped [`FunctionRef`].
    program: Key,
    index: FunctionIndex,
    body: *const FunctionBody,
    facts: *const Facts,
    /// By the index in [`Facts::polls`].
    counts: Box<[Counts]>,
    /// By the place after the call.
    callees: RefCell<BTreeMap<Pc, SampledCallee>>,
}

impl Function {
    /// Returns the function's id, which no other loaded function of the machine has. Ids start at 0 and are reused once
    /// a program is unloaded.
    ///
    /// ```
    /// use mimeo_doc_ops::sample_machine;
    ///
    /// let (machine, linked) = sample_machine();
    /// let mut ids: Vec<u32> = machine.functions(linked).map(|function| function.id()).collect();
    /// ids.sort();
    /// ids.dedup();
    /// assert_eq!(ids.len(), machine.functions(linked).count());
    /// ```
    #[inline]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Returns the word that the host gave the function when it [loaded](crate::Machine::load_with_word) its program: 0 if
    /// it gave none. It never changes, so native code contains it.
    ///
    /// ```
    /// use mimeo_doc_ops::{new_machine, sum_program};
    ///
    /// let mut machine = new_machine();
    /// let linked = machine.load_with_word(&sum_program(), 7)?;
    /// assert!(machine.functions(linked).all(|function| function.word() == 7));
    /// # Ok::<(), mimeo::LoadError>(())
    /// ```
    #[inline]
    pub fn word(&self) -> u64 {
        self.word
    }

    /// Returns its address, by which stencils call it.
    pub(crate) fn header(&self) -> *const FunctionHeader {
        std::ptr::from_ref(self).cast()
    }

    /// Returns the host's handle to the function.
    pub(crate) fn reference<I>(&self) -> FunctionRef<I> {
        Linked::new(self.program).function(self.index)
    }

    /// Returns the address at which native code enters the function. For native tiers.
    #[inline]
    pub fn entry(&self) -> CodeAddr {
        self.header.entry.get()
    }

    /// Makes native callers enter at `entry`. For native tiers.
    ///
    /// # Safety
    ///
    /// `entry` is code of the stencil convention that runs this function, or the tier's call marker.
    pub unsafe fn set_entry(&self, entry: CodeAddr) {
        self.header.entry.set(entry);
    }

    /// Sets the number of calls and loop iterations in the interpreter before the tier is consulted again. For native
    /// tiers.
    #[inline]
    pub fn set_countdown(&self, events: i32) {
        self.countdown.set(events.max(1));
    }

    /// Returns the number of calls and loop iterations in the interpreter that remain before the tier is consulted. For
    /// native tiers.
    #[inline]
    pub fn countdown(&self) -> i32 {
        self.countdown.get()
    }

    /// Returns the address of a word of the function's inline-cache cells. For native tiers.
    pub fn cache_address(&self, word: u32) -> *mut u64 {
        self.caches.wrapping_add(word as usize)
    }

    /// Returns the contents of the function's inline-cache cells, as 64-bit words. For tests and tools; it allocates
    /// the result.
    ///
    /// ```
    /// use mimeo_doc_ops::sample_machine;
    ///
    /// let (machine, linked) = sample_machine();
    /// // No op of the examples has a cache.
    /// assert!(machine.functions(linked).all(|function| function.cache_words().is_empty()));
    /// ```
    pub fn cache_words(&self) -> Vec<u64> {
        (0..self.facts().cache_words).map(|word| self.cache_word(word)).collect()
    }

    /// Returns a word of the function's inline-cache cells.
    pub(crate) fn cache_word(&self, word: u32) -> u64 {
        assert!(word < self.facts().cache_words, "the function has such a word");
        // SAFETY: (1), (2): the cells have this many words, and all references to them are in this thread.
        unsafe { *self.caches.add(word as usize) }
    }

    /// Returns the function's verified bytecode.
    ///
    /// ```
    /// use mimeo_doc_ops::in_op;
    ///
    /// let result = in_op([3, 4], |vm, _| {
    ///     let frame = vm.frames().next().expect("a function is running");
    ///     assert_eq!(frame.function.body().arity, 2);
    ///     Ok(0)
    /// });
    /// assert_eq!(result, Ok(0));
    /// ```
    #[inline]
    pub fn body(&self) -> &FunctionBody {
        // SAFETY: (2).
        unsafe { &*self.body }
    }

    /// Returns the verifier's facts about the function.
    ///
    /// ```
    /// use mimeo_doc_ops::{DOUBLE, sample_machine};
    ///
    /// let (machine, linked) = sample_machine();
    /// let double = machine.functions(linked).nth(DOUBLE.0 as usize).expect("the program has it");
    /// assert_eq!(double.facts().ops, 2);
    /// ```
    #[inline]
    pub fn facts(&self) -> &Facts {
        // SAFETY: (2).
        unsafe { &*self.facts }
    }

    /// Returns where samples were taken, in the order of the bytecode: the first op and each loop head, with the number
    /// of samples. There is one for each thousand calls and backward jumps of a program, on average, in both tiers.
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// machine.call(linked.function(SUM), &[100_000])?;
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// let (head, samples) = sum.samples().last().expect("it has a loop");
    /// assert_eq!(samples, 97);
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn samples(&self) -> impl Iterator<Item = (Pc, u32)> {
        self.facts().polls.iter().zip(&self.counts).map(|(&pc, counts)| (pc, counts.samples.get()))
    }

    /// Notes that the function was found at `pc`. Returns how often it was found there, if `pc` is its first op or a loop
    /// head.
    pub(crate) fn add_sample(&self, pc: Pc) -> Option<u32> {
        let counts = self.counts_at(pc)?;
        counts.samples.set(counts.samples.get().saturating_add(1));
        Some(counts.samples.get())
    }

    fn counts_at(&self, pc: Pc) -> Option<&Counts> {
        Some(&self.counts[self.facts().polls.binary_search(&pc).ok()?])
    }

    /// Returns the number of times that optimized code was entered at `pc`, which that code counts, or `None` if `pc` is
    /// neither the first op nor a loop head. For native tiers.
    ///
    /// ```
    /// use mimeo::def::Pc;
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (machine, linked) = sample_machine();
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// assert_eq!(sum.optimized_entries(Pc(0)).map(|entries| entries.get()), Some(0));
    /// assert!(sum.optimized_entries(Pc(1)).is_none());
    /// ```
    pub fn optimized_entries(&self, pc: Pc) -> Option<&Cell<u64>> {
        Some(&self.counts_at(pc)?.optimized_entries)
    }

    /// Returns the number of times that the optimized code of the loop at `pc` was left where it lacks a path of an op,
    /// because a cell of the op was empty when it was made. That code counts it. `None` means that `pc` is neither the first
    /// op nor a loop head. For native tiers. See [`optimized_entries`](Self::optimized_entries) for an example.
    pub fn optimized_misses(&self, pc: Pc) -> Option<&Cell<u64>> {
        Some(&self.counts_at(pc)?.optimized_misses)
    }

    /// Returns a number that no other function ever has. Optimized code that contains a copy of the function compares it
    /// before it runs the copy. For native tiers.
    ///
    /// ```
    /// use mimeo_doc_ops::sample_machine;
    ///
    /// let (machine, linked) = sample_machine();
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// let before = sum.serial();
    /// sum.renew_serial();
    /// assert_ne!(sum.serial(), before);
    /// ```
    pub fn serial(&self) -> u64 {
        self.header.serial.get()
    }

    /// Gives the function another [serial](Self::serial), so that no copy of it runs any more. For native tiers. See
    /// [`serial`](Self::serial) for an example.
    pub fn renew_serial(&self) {
        self.header.serial.set(next_serial());
    }

    /// Returns the function that the call before `after` called most often, as far as samples tell. For native tiers.
    ///
    /// ```
    /// use mimeo::def::Pc;
    /// use mimeo_doc_ops::sample_machine;
    ///
    /// let (machine, linked) = sample_machine();
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// assert!(sum.sampled_callee(Pc(0)).is_none());
    /// ```
    pub fn sampled_callee(&self, after: Pc) -> Option<SampledCallee> {
        self.callees.borrow().get(&after).copied()
    }

    /// Notes that the call before `after` was found to have called a function.
    pub(crate) fn add_sampled_callee(&self, after: Pc, callee: &Function) {
        let (id, serial) = (callee.id, callee.serial());
        let mut callees = self.callees.borrow_mut();
        let sampled = callees.entry(after).or_insert(SampledCallee { id, serial, votes: 0, samples: 0 });
        sampled.samples = sampled.samples.saturating_add(1);
        // Boyer and Moore's majority vote.
        if sampled.serial == serial {
            sampled.votes = sampled.votes.saturating_add(1);
        } else if sampled.votes > 1 {
            sampled.votes -= 1;
        } else {
            *sampled = SampledCallee { id, serial, votes: 1, samples: sampled.samples };
        }
    }

    /// Returns the header of another function of the program. For native tiers.
    ///
    /// # Safety
    ///
    /// `index` is a function of the program.
    pub unsafe fn sibling(&self, index: u32) -> *const FunctionHeader {
        // SAFETY: `functions` has an element for each function of the program.
        unsafe { (*self.functions.add(index as usize)).cast() }
    }
}

impl<I> Program<I, Verified> {
    /// Returns about how many bytes a machine that has loaded the program takes for it.
    ///
    /// ```
    /// use mimeo::MemoryKind;
    /// use mimeo_doc_ops::{new_machine, sum_program};
    ///
    /// let mut machine = new_machine();
    /// let before = machine.memory().used_by(MemoryKind::Programs);
    /// machine.load(&sum_program())?;
    /// assert!(machine.memory().used_by(MemoryKind::Programs) >= before + sum_program().size_bytes());
    /// # Ok::<(), mimeo::LoadError>(())
    /// ```
    pub fn size_bytes(&self) -> usize {
        let functions = self.functions().iter().zip(self.facts());
        let sizes = functions.map(|(body, facts)| {
            let changing = facts.cache_words as usize * size_of::<u64>() + facts.polls.len() * size_of::<Counts>();
            body.size_bytes() + facts.size_bytes() + size_of::<Function>() + changing
        });
        sizes.sum()
    }
}

impl FunctionBody {
    fn size_bytes(&self) -> usize {
        let FunctionBody { name, code, constants, labels, positions, handlers, .. } = self;
        let pools = size_of_val(&**constants) + size_of_val(&**labels);
        let lists = size_of_val(&**code) + pools + size_of_val(&**positions);
        size_of::<FunctionBody>() + name.len() + lists + size_of_val(&**handlers)
    }
}

/// The memory of the functions of a program that is about to be loaded.
pub(crate) struct Tables {
    functions: Vec<*const Function>,
    caches: Vec<*mut [u64]>,
    /// For each function.
    cells: Vec<Cells>,
}

/// The memory of a function that it changes while it runs.
struct Cells {
    /// Those of its inline caches.
    cells: Box<[u64]>,
    counts: Box<[Counts]>,
}

/// A function that samples found to have been called. See [`Function::sampled_callee`] for an example.
#[derive(Clone, Copy, Debug)]
pub struct SampledCallee {
    /// The function.
    pub id: u32,
    /// Its serial.
    pub serial: u64,
    /// How many more samples of the call found this function than another one.
    pub votes: u32,
    /// How many samples found that the call had called a function.
    pub samples: u32,
}

/// Returns a number that was never returned before.
fn next_serial() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// What is counted where calls or backward jumps arrive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    samples: Cell<u32>,
    /// Entries to optimized code.
    optimized_entries: Cell<u64>,
    optimized_misses: Cell<u64>,
}

impl Tables {
    /// Allocates the memory.
    pub(crate) fn new<I>(program: &Program<I, Verified>) -> Result<Self, OutOfMemory> {
        let count = program.functions().len();
        let mut tables = Tables { functions: Vec::new(), caches: Vec::new(), cells: Vec::new() };
        tables.functions.try_reserve_exact(count)?;
        tables.caches.try_reserve_exact(count)?;
        tables.cells.try_reserve_exact(count)?;
        for facts in program.facts() {
            let (cells, counts) = (zeros(facts.cache_words as usize)?, zeros(facts.polls.len())?);
            tables.cells.push(Cells { cells, counts });
        }
        Ok(tables)
    }
}

/// Allocates this many zeros.
fn zeros<T: Clone + Default>(len: usize) -> Result<Box<[T]>, OutOfMemory> {
    let mut zeros = Vec::new();
    zeros.try_reserve_exact(len)?;
    zeros.resize(len, T::default());
    Ok(zeros.into_boxed_slice())
}

/// The records of one loaded program and the memory that they point to.
///
/// Contract of this island: (1) `functions` and what it points to live until `self` is dropped and never
/// move; (2) `code`, `constants`, `depths`, `body` and `facts`
/// point into `program`, which is immutable.
#[derive(Debug)]
pub(crate) struct Loaded<I> {
    pub(crate) program: Program<I, Verified>,
    functions: Vec<*const Function>,
    caches: Vec<*mut [u64]>,
    /// The size of the program and of all records.
    _charge: Charge,
}

impl<I> Loaded<I> {
    pub(crate) fn new(
        program: Program<I, Verified>,
        (key, word): (Key, u64),
        mut next_id: impl FnMut() -> u32,
        entry: CodeAddr,
        countdown: i32,
        Tables { mut functions, mut caches, cells }: Tables,
        charge: Charge,
    ) -> Self {
        // They have room for all functions, so neither moves.
        let table = functions.as_ptr();
        let bodies = program.functions().iter().zip(program.facts());
        for (index, ((body, facts), Cells { cells, counts })) in bodies.zip(cells).enumerate() {
            let cells = Box::into_raw(cells);
            caches.push(cells);
            let function = Function {
                header: FunctionHeader {
                    entry: Cell::new(entry),
                    frame_bytes: u64::from(facts.slots) * 8,
                    arity: u64::from(body.arity),
                    serial: Cell::new(next_serial()),
                },
                code: body.code.as_ptr(),
                constants: body.constants.as_ptr(),
                labels: body.labels.as_ptr(),
                functions: table,
                caches: cells.cast(),
                depths: facts.depths.as_ptr(),
                locals: u32::from(body.locals),
                countdown: Cell::new(countdown.max(1)),
                id: next_id(),
                word,
                program: key,
                index: FunctionIndex(index as u32),
                body,
                facts,
                counts,
                callees: RefCell::default(),
            };
            functions.push(Box::into_raw(Box::new(function)).cast_const());
        }
        Loaded { program, functions, caches, _charge: charge }
    }

    /// Returns the function with this index, if it exists.
    pub(crate) fn function(&self, index: FunctionIndex) -> Option<&Function> {
        // SAFETY: (1).
        self.functions.get(index.0 as usize).map(|&function| unsafe { &*function })
    }

    pub(crate) fn functions(&self) -> impl Iterator<Item = &Function> {
        // SAFETY: (1).
        self.functions.iter().map(|&function| unsafe { &*function })
    }
}

impl<I> Drop for Loaded<I> {
    fn drop(&mut self) {
        for &function in &self.functions {
            // SAFETY: it was made by `Box::into_raw` in `new` and is freed only here.
            drop(unsafe { Box::from_raw(function.cast_mut()) });
        }
        for &cells in &self.caches {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(cells) });
        }
    }
}
