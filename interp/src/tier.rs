//! [`NativeTier`]: the interface of a tier that runs native code, and what the driver passes to it.
//!
//! This module is for authors of native tiers, of which `mimeo-jit` is one. A language and its host use `mimeo::jit`.

use mimeo_def::frame::{CodeAddr, Core, Exit, Frame};
use mimeo_def::{OpIndex, Pc};

pub use crate::op_at::{OpAt, Word};
use crate::{Account, Function, InstructionSet, OutOfMemory};

/// Runs native code, given the machine's core, slot 0 and record of the top frame, and the address to enter. Returns
/// the code of an [`Exit`].
#[cfg(target_arch = "x86_64")]
pub type Enter = unsafe extern "sysv64" fn(*mut Core, *mut u64, *mut Frame, CodeAddr) -> u64;
/// Runs native code, given the machine's core, slot 0 and record of the top frame, and the address to enter. Returns
/// the code of an [`Exit`].
#[cfg(not(target_arch = "x86_64"))]
pub type Enter = unsafe extern "C" fn(*mut Core, *mut u64, *mut Frame, CodeAddr) -> u64;

/// Addresses that represent the interpreter where native code jumps to another function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Markers {
    /// [`Function::entry`] of a function without native code; leaves with [`Exit::Call`].
    pub call: CodeAddr,
    /// Return address in a frame that the interpreter runs; leaves with [`Exit::Return`].
    pub ret: CodeAddr,
    /// Return address in the host's record; leaves with [`Exit::Finish`].
    pub finish: CodeAddr,
    /// Return address in a frame that the driver runs op by op; leaves with [`Exit::Poll`].
    pub stop: CodeAddr,
}

impl Markers {
    /// Markers for a machine without native code.
    pub const INTERPRETER: Markers = Markers { call: 1, ret: 2, finish: 3, stop: 4 };
}

/// The entry to native code and the addresses that leave it.
#[derive(Clone, Copy, Debug)]
pub struct NativeEntry {
    /// The function that enters native code.
    pub enter: Enter,
    /// The addresses that represent the interpreter.
    pub markers: Markers,
}

/// The caller of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The host, or a runtime function.
    Host,
    /// The interpreter.
    Interpreter,
    /// Native code.
    Native,
}

/// A tier that runs functions as native code.
///
/// # Safety
///
/// The addresses that the tier returns are code of the stencil convention, which at every op boundary keeps frame and
/// records exactly as the interpreter does. They stay valid until the next method call. The tier frees no code that the
/// last [`References`] passed to it name. The [`NativeEntry`] is valid as long as the tier.
///
/// Only the driver of the machine that owns the tier calls its methods. They share one safety contract: functions are
/// loaded functions of that machine, and references are its current ones.
#[expect(clippy::missing_safety_doc, reason = "the contract is that of the trait")]
pub unsafe trait NativeTier<I: InstructionSet> {
    /// Returns how native code is entered and left, or `None` if there will never be any. The result does not change.
    fn native_entry(&self) -> Option<NativeEntry>;

    /// Charges everything that the tier allocates to the machine's account from now on, and what it has allocated so
    /// far. The driver calls this once, before anything else, and the account has no limit then.
    fn attach(&mut self, account: &Account);

    /// Returns the mean number of events between samples, as far as the tier wants another one than the machine.
    fn events_per_sample(&self) -> Option<u32> {
        None
    }

    /// Makes room in the tier's tables for functions with [ids](Function::id) below `ids`, because a program is about to be
    /// loaded.
    ///
    /// # Errors
    ///
    /// If there is not enough memory.
    fn reserve(&mut self, ids: usize) -> Result<(), OutOfMemory>;

    /// Returns where to enter a function that the driver calls, if that is known at once because it has native code.
    /// `None` has the driver consult [`called`](Self::called).
    unsafe fn entered_at(&mut self, function: &Function) -> Option<CodeAddr> {
        let _ = function;
        None
    }

    /// Returns where to enter a function that was called when its countdown was over or it had no native code. Compiles
    /// the function if that is worthwhile. `None` leaves it to the interpreter.
    unsafe fn called(&mut self, function: &Function, caller: Caller, references: References<'_>) -> Option<CodeAddr>;

    /// Returns where native code takes over from the interpreter at the head of a loop, when the function's countdown
    /// is over. Compiles the function if that is worthwhile. `None` leaves it to the interpreter.
    unsafe fn looped(&mut self, function: &Function, pc: Pc, references: References<'_>) -> Option<CodeAddr>;

    /// Returns where native code resumes a function at an op boundary, after a side exit or a call. `None` leaves it to
    /// the interpreter.
    unsafe fn resumed(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr>;

    /// Returns where native code resumes a function when its callee returns.
    unsafe fn return_address(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr>;

    /// Compiles a function now, whatever the mode, and returns `true` if it then has native code.
    unsafe fn compile(&mut self, function: &Function, references: References<'_>) -> bool;

    /// Notes that a loop of a function was found running for the `samples`th time at its head, or the function for the
    /// `samples`th time at its first op.
    unsafe fn sampled(&mut self, function: &Function, head: Pc, samples: u32, references: References<'_>) {
        let _ = (function, head, samples, references);
    }

    /// Excludes a function from native code: its code is not entered any more, and none is compiled. Or ends that.
    unsafe fn exclude(&mut self, function: &Function, excluded: bool);

    /// Notes that native code was left; `op` is the cause of an [`Exit::Deopt`]. Returns `true` if the tier wants a
    /// [`safepoint`](Self::safepoint) now.
    fn left(&mut self, exit: Exit, op: Option<OpIndex>) -> bool;

    /// Notes that nothing runs any more. Returns `true` if the tier wants a [`safepoint`](Self::safepoint) now.
    fn idle(&mut self) -> bool;

    /// Frees native code that nothing refers to any more. The driver calls this when the tier wants it, and when a
    /// program is unloaded.
    unsafe fn safepoint(&mut self, references: References<'_>);

    /// Forgets a function that is about to be unloaded. No frame refers to it.
    unsafe fn unload(&mut self, function: &Function);

    /// Returns the tier as `Any`, for a caller that knows the concrete type.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// Everything that refers to native code while the innermost driver runs none: the frame records.
#[derive(Clone, Copy)]
pub struct References<'a> {
    /// The records of the current stacks, from the first host's to the top one.
    records: &'a [Frame],
    others: &'a dyn Others,
}

impl std::fmt::Debug for References<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("References").field("records", &self.records.len()).finish_non_exhaustive()
    }
}

/// The records of all other stacks: those left for a fiber, and those of suspended fibers.
pub(crate) trait Others {
    /// Visits the records of each stack.
    fn visit(&self, visit: &mut dyn FnMut(&[Frame]));
}

impl<'a> References<'a> {
    pub(crate) fn new(records: &'a [Frame], others: &'a dyn Others) -> Self {
        References { records, others }
    }

    /// Visits the records of all stacks. The flag is `true` for the current one.
    fn stacks(&self, mut visit: impl FnMut(&[Frame], bool)) {
        visit(self.records, true);
        self.others.visit(&mut |records| visit(records, false));
    }

    /// Returns the number of records.
    pub fn count(&self) -> usize {
        let mut count = 0;
        self.stacks(|records, _| count += records.len());
        count
    }

    /// Visits the addresses at which native code resumes when active functions return.
    pub fn returns(&self, mut visit: impl FnMut(CodeAddr)) {
        self.stacks(|records, _| records.iter().for_each(|record| visit(record.ret)));
    }

    /// Visits the ids of functions whose code may be active in an outer driver, below a runtime function that called
    /// back: the native stack refers to that code.
    pub fn running(&self, mut visit: impl FnMut(u32)) {
        // SAFETY: a record that is not a host's names a loaded function.
        let mut id = |record: &Frame| visit(unsafe { (*record.function.cast::<Function>()).id() });
        self.stacks(|records, is_current| {
            // Below each host's record but the first is the frame of the op that called the runtime function.
            records.windows(2).filter(|pair| pair[1].function.is_null()).for_each(|pair| id(&pair[0]));
            // Stacks that were left for a fiber were left during the op of their top frame.
            if let Some(top) = records.last().filter(|top| !is_current && !top.function.is_null()) {
                id(top);
            }
        });
    }
}
