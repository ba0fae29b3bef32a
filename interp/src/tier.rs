//! [`NativeTier`]: the plug for a tier that runs native code, and what the driver tells it.
//!
//! This module is for authors of native tiers, of which `mimeo-jit` is one. A language and its host use `mimeo::jit`.

use mimeo_def::frame::{CodeAddr, Core, Exit, Frame};
use mimeo_def::{OpIndex, Pc};

use crate::{Function, InstructionSet};

/// Runs native code: the machine's core, slot 0 and record of the top frame, where to go. Returns the [`Exit`]'s number.
#[cfg(target_arch = "x86_64")]
pub type Enter = unsafe extern "sysv64" fn(*mut Core, *mut u64, *mut Frame, CodeAddr) -> u64;
/// Runs native code: the machine's core, slot 0 and record of the top frame, where to go. Returns the [`Exit`]'s number.
#[cfg(not(target_arch = "x86_64"))]
pub type Enter = unsafe extern "C" fn(*mut Core, *mut u64, *mut Frame, CodeAddr) -> u64;

/// Addresses that stand for "the interpreter" where native code jumps to another function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Markers {
    /// [`Function::entry`] of a function without native code; leaves with [`Exit::Call`].
    pub call: CodeAddr,
    /// Return address in a frame that the interpreter runs; leaves with [`Exit::Return`].
    pub ret: CodeAddr,
    /// Return address in the host's record; leaves with [`Exit::Finish`].
    pub finish: CodeAddr,
}

impl Markers {
    /// Markers for a machine without native code.
    pub const INTERPRETER: Markers = Markers { call: 1, ret: 2, finish: 3 };
}

/// How native code is entered, and the addresses that lead out of it.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// How native code is entered.
    pub enter: Enter,
    /// The addresses that stand for the interpreter.
    pub markers: Markers,
}

/// Who called a function.
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
/// The addresses handed out are code of the stencil convention, which keeps frame and records exactly as the
/// interpreter does at every op boundary. They stay valid until the tier is asked for something else. It frees no
/// code that the [`References`] name which it was given last. The gate is valid as long as the tier.
///
/// Its methods are called by the driver of the machine that owns the tier, and by nobody else. The safety contract of
/// each is the same: functions are loaded functions of that machine, and references are those of that machine now.
#[expect(clippy::missing_safety_doc, reason = "the contract is that of the trait")]
pub unsafe trait NativeTier<I: InstructionSet> {
    /// How native code is entered and left; `None` when there will never be any. It does not change.
    fn gate(&self) -> Option<Gate>;

    /// A function was called and its countdown is over or it has no native code.
    /// Says where to enter it, compiling it if it is worth it; `None` leaves it to the interpreter.
    unsafe fn called(&mut self, function: &Function, caller: Caller, references: References<'_>) -> Option<CodeAddr>;

    /// The interpreter is at the head of a loop of a function whose countdown is over. Says where native code takes
    /// over, compiling the function if it is worth it; `None` leaves it to the interpreter.
    unsafe fn looped(&mut self, function: &Function, pc: Pc, references: References<'_>) -> Option<CodeAddr>;

    /// A function resumes at an op boundary, after a side exit or a call. Says where, natively; `None` leaves it to
    /// the interpreter.
    unsafe fn resumed(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr>;

    /// Where a function will resume natively when what it calls returns.
    unsafe fn return_address(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr>;

    /// Compiles a function now, whatever the mode; returns whether it has native code then.
    unsafe fn compile(&mut self, function: &Function, references: References<'_>) -> bool;

    /// Native code was left; for [`Exit::Deopt`], because of this op. Returns whether the tier wants a
    /// [`safepoint`](Self::safepoint) now.
    fn left(&mut self, exit: Exit, op: Option<OpIndex>) -> bool;

    /// Nothing runs any more. Returns whether the tier wants a [`safepoint`](Self::safepoint) now.
    fn idle(&mut self) -> bool;

    /// Native code that nothing refers to any more can be freed. The driver calls this when the tier wants it, and when
    /// a program is unloaded.
    unsafe fn safepoint(&mut self, references: References<'_>);

    /// A function is about to be unloaded. No frame refers to it.
    unsafe fn unload(&mut self, function: &Function);

    /// For a caller that knows the concrete tier.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// Everything that refers to native code while none runs in the innermost driver: the frame records.
#[derive(Clone, Copy)]
pub struct References<'a> {
    /// Those of the current stacks, from the first host's to the top one.
    records: &'a [Frame],
    others: &'a dyn Others,
}

impl std::fmt::Debug for References<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("References").field("records", &self.records.len()).finish_non_exhaustive()
    }
}

/// The records of stacks that are not the current ones: what was left for a fiber, and fibers that are suspended.
pub(crate) trait Others {
    /// Visits the records of each.
    fn visit(&self, visit: &mut dyn FnMut(&[Frame]));
}

impl<'a> References<'a> {
    pub(crate) fn new(records: &'a [Frame], others: &'a dyn Others) -> Self {
        References { records, others }
    }

    /// Visits the records of all stacks, and says of each whether it is the current one.
    fn stacks(&self, mut visit: impl FnMut(&[Frame], bool)) {
        visit(self.records, true);
        self.others.visit(&mut |records| visit(records, false));
    }

    /// Number of records.
    pub fn count(&self) -> usize {
        let mut count = 0;
        self.stacks(|records, _| count += records.len());
        count
    }

    /// Visits where native code goes on when functions that are under way return.
    pub fn returns(&self, mut visit: impl FnMut(CodeAddr)) {
        self.stacks(|records, _| records.iter().for_each(|record| visit(record.ret)));
    }

    /// Visits the ids of functions whose code may be under way in an outer driver, below a runtime function that
    /// called back: the native stack refers to it.
    pub fn running(&self, mut visit: impl FnMut(u32)) {
        // SAFETY: a record that is not a host's names a loaded function.
        let mut id = |record: &Frame| visit(unsafe { (*record.function.cast::<Function>()).id() });
        self.stacks(|records, is_current| {
            // Under each host's record but the first is the frame of the op that called the runtime function.
            records.windows(2).filter(|pair| pair[1].function.is_null()).for_each(|pair| id(&pair[0]));
            // Stacks that were left for a fiber were left in the middle of their top frame's op.
            if let Some(top) = records.last().filter(|top| !is_current && !top.function.is_null()) {
                id(top);
            }
        });
    }
}
