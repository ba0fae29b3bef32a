//! [`Evaluator`]: the tier as the driver and a test see it.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use mimeo::def::frame::{CodeAddr, Exit};
use mimeo::def::{OpIndex, Pc};
use mimeo::{Account, Function, InstructionSet, OutOfMemory};
use mimeo_interp::tier::{Caller, Markers, NativeEntry, NativeTier, References};
use mimeo_ir::Set;

use super::memory::Memory;
use super::run::{Shared, enter};
use super::site::{Code, Site};

/// A native tier that evaluates the bodies of ops instead of running native code: the reference for compilers of
/// bodies. It runs every function from the first call, some hundred times as slowly as native code.
///
/// ```
/// use mimeo::Machine;
/// use mimeo_doc_ops::{Context, Host, Ops, SUM, sample_program};
/// use mimeo_twins::Evaluator;
///
/// let tier = Evaluator::<Ops>::new();
/// let mut machine = Machine::builder(Context::default(), Host::default()).tier(Box::new(tier)).build();
/// let linked = machine.load(&sample_program())?;
/// assert_eq!(machine.call(linked.function(SUM), &[10]).unwrap(), 55);
/// let tier: &Evaluator<Ops> = machine.tier().expect("the builder got it");
/// assert_eq!(tier.hidden_accesses(), [""; 0]);
/// # Ok::<(), mimeo::LoadError>(())
/// ```
pub struct Evaluator<I> {
    shared: Rc<Shared>,
    /// The sites that leave native code, in the order of [`Exit::ALL`].
    exits: Box<[Site]>,
    /// By the function's id.
    functions: BTreeMap<u32, Entry>,
    marker: PhantomData<fn() -> I>,
}

/// A function that the tier runs, or must not run.
#[derive(Default)]
struct Entry {
    code: Option<Box<Code>>,
    is_excluded: bool,
}

impl<I> fmt::Debug for Evaluator<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evaluator").field("functions", &self.functions.len()).finish_non_exhaustive()
    }
}

impl<I: InstructionSet> Default for Evaluator<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: InstructionSet> Evaluator<I> {
    /// Creates a tier for one machine. See [`Evaluator`] for an example.
    ///
    /// # Panics
    ///
    /// If the instruction set has no bodies, because its macro reported errors (test `bodies_are_needed`).
    pub fn new() -> Self {
        Self::with_exits(0)
    }

    /// Creates a tier that leaves every `every`-th op to the interpreter, or none if `every` is 0.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new) (test `bodies_are_needed`).
    ///
    /// ```
    /// let tier = mimeo_twins::Evaluator::<mimeo_doc_ops::Ops>::with_exits(3);
    /// assert!(tier.conflicts().is_empty());
    /// ```
    pub fn with_exits(every: u32) -> Self {
        Self::with(every, None)
    }

    /// Creates a tier that evaluates only ops at this place in functions.
    #[cfg(feature = "jit")]
    pub(crate) fn at(pc: Pc) -> Self {
        Self::with(0, Some(pc))
    }

    fn with(every: u32, only: Option<Pc>) -> Self {
        let set = Set::from_bytes(I::IR).unwrap_or_else(|error| panic!("the bodies of `{}`: {error}", I::NAME));
        let shared = Shared {
            ops: I::OPS,
            set,
            shims: I::RUNTIME.iter().map(|function| function.shim).collect(),
            memory: Memory::new(),
            until_exit: Cell::new(every.saturating_sub(1)),
            exit_every: every,
            only,
        };
        Evaluator {
            shared: Rc::new(shared),
            exits: Exit::ALL.into_iter().map(Site::exit).collect(),
            functions: BTreeMap::new(),
            marker: PhantomData,
        }
    }

    /// Returns the accesses of ops to slots of active frames that do not escape, in words. A compiler keeps such slots
    /// in registers, so that there must be none. See [`Evaluator`] for an example.
    pub fn hidden_accesses(&self) -> Vec<String> {
        self.shared.memory.hidden()
    }

    /// Returns the places in memory that ops accessed under two descriptions between two calls of runtime functions, at
    /// least once to write: as two fields, or as two types. See [`with_exits`](Self::with_exits) for an example.
    pub fn conflicts(&self) -> Vec<String> {
        self.shared.memory.conflicts()
    }

    fn exit(&self, exit: Exit) -> CodeAddr {
        self.exits[exit as usize - 1].address()
    }

    /// Returns the code of a function, after making it if necessary, unless the function is excluded.
    fn code(&mut self, function: &Function) -> Option<&Code> {
        let entry = self.functions.entry(function.id()).or_default();
        if entry.is_excluded {
            return None;
        }
        let code = entry.code.get_or_insert_with(|| Code::new(function, &self.shared));
        // SAFETY: the entry is a site that runs the function.
        unsafe { function.set_entry(code.entry()) };
        // The interpreter cannot enter native code: each of its calls goes through the driver.
        function.set_countdown(1);
        Some(code)
    }

    /// Returns the code of a function that is called or loops. In the test of one op, only functions that the test compiles
    /// have code.
    fn hot(&mut self, function: &Function) -> Option<&Code> {
        let is_compiled = self.functions.get(&function.id()).is_some_and(|entry| entry.code.is_some());
        if is_compiled || self.shared.only.is_none() { self.code(function) } else { None }
    }

    /// Returns the site of an op of a function that has sites.
    fn known(&self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        let entry = self.functions.get(&function.id()).filter(|entry| !entry.is_excluded)?;
        entry.code.as_ref()?.op_at(pc)
    }
}

// SAFETY: the addresses are those of sites, which `enter` follows as stencils follow code, and which keep frame and
// records as the interpreter does. Sites live until their function is unloaded or the tier is dropped.
unsafe impl<I: InstructionSet> NativeTier<I> for Evaluator<I> {
    fn native_entry(&self) -> Option<NativeEntry> {
        let markers = Markers {
            call: self.exit(Exit::Call),
            ret: self.exit(Exit::Return),
            finish: self.exit(Exit::Finish),
            stop: self.exit(Exit::Poll),
        };
        Some(NativeEntry { enter, markers })
    }

    fn attach(&mut self, _: &Account) {}

    fn reserve(&mut self, _: usize) -> Result<(), OutOfMemory> {
        Ok(())
    }

    unsafe fn called(&mut self, function: &Function, _: Caller, _: References<'_>) -> Option<CodeAddr> {
        self.hot(function)?.op_at(Pc(0))
    }

    unsafe fn looped(&mut self, function: &Function, pc: Pc, _: References<'_>) -> Option<CodeAddr> {
        self.hot(function)?.op_at(pc)
    }

    unsafe fn resumed(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        self.known(function, pc)
    }

    unsafe fn return_address(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        self.known(function, pc)
    }

    unsafe fn compile(&mut self, function: &Function, _: References<'_>) -> bool {
        self.code(function).is_some()
    }

    unsafe fn exclude(&mut self, function: &Function, excluded: bool) {
        self.functions.entry(function.id()).or_default().is_excluded = excluded;
        // SAFETY: the call marker.
        unsafe { function.set_entry(self.exit(Exit::Call)) };
        function.set_countdown(1);
    }

    fn left(&mut self, _: Exit, _: Option<OpIndex>) -> bool {
        self.shared.memory.forget();
        false
    }

    fn idle(&mut self) -> bool {
        false
    }

    unsafe fn safepoint(&mut self, _: References<'_>) {}

    unsafe fn unload(&mut self, function: &Function) {
        self.functions.remove(&function.id());
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
