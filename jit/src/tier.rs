//! [`Jit`]: the native tier, which decides what is compiled, owns the code, and is entered by the driver.
//!
//! Contract of this island: (1) a function whose id has [`State::Compiled`] is the one that was compiled,
//! because ids are unique in the machine that owns the tier; (2) its code is of the stencil convention, keeps
//! frame and records as the interpreter does at every op boundary, and lives until the tier is dropped.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;

use mimeo_def::frame::{CodeAddr, Exit};
use mimeo_def::stencil::{Arch, Table};
use mimeo_def::{OpIndex, Pc};
use mimeo_interp::tier::{Markers, NativeTier};
use mimeo_interp::{Function, InstructionSet, Vm};

use crate::compiler::{Compiled, Compiler};
use crate::inspect::CodeView;
use crate::island::Island;
use crate::pages::CodePool;
use crate::recipe::Recipes;
use crate::stats::{Compilation, Cost, Entry, Named, Recorder, Settings, Stats, Watch};
use crate::support::Support;
use crate::validate::{Expectation, validate};
use crate::{JitConfig, Mode, Unavailable};

/// What became of a function.
#[derive(Debug)]
enum State {
    /// So many calls and ways back to a loop's head so far.
    Counting(u32),
    Compiled(Compiled),
    /// It could not be compiled, and is not tried again.
    Blocked(Watch),
}

/// The native tier of one machine.
pub struct Jit<I> {
    config: JitConfig,
    support: Support,
    compiler: Compiler,
    /// By the function's id.
    functions: Vec<State>,
    stats: Recorder,
    /// Native code was left for the call that the driver is about to tell of.
    called_by_native: bool,
    marker: PhantomData<fn() -> I>,
}

impl<I> fmt::Debug for Jit<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jit").field("config", &self.config).field("stats", &self.stats).finish_non_exhaustive()
    }
}

fn expectation<I: InstructionSet>() -> Expectation {
    Expectation { ops: I::OPS, runtime_len: I::RUNTIME.len(), host: Arch::host() }
}

/// Says whether an instruction set has stencils that this machine can run, without making anything.
///
/// # Errors
///
/// Why there can be no [`Jit`].
pub fn availability<I: InstructionSet>() -> Result<(), Unavailable> {
    validate(I::STENCILS, &expectation::<I>()).map_err(Unavailable::Table)
}

impl<I: InstructionSet> Jit<I> {
    /// A tier for one machine: validates the table, and seals the code that belongs to no op.
    ///
    /// # Errors
    ///
    /// When there are no stencils for this machine, the table is not sound, the configuration names an op that
    /// does not exist, or the operating system gives no executable memory.
    pub fn new(config: JitConfig) -> Result<Self, Unavailable> {
        Self::with_table(config, I::STENCILS)
    }

    /// A tier with a table that may be another than the instruction set's.
    pub(crate) fn with_table(config: JitConfig, table: &Table) -> Result<Self, Unavailable> {
        let unknown = config.without.iter().find(|name| I::OPS.iter().all(|op| op.name != **name));
        if let Some(name) = unknown {
            return Err(Unavailable::NoSuchOp { name: name.clone(), instruction_set: I::NAME });
        }
        let recipes = Recipes::new(table, &expectation::<I>(), &config).map_err(Unavailable::Table)?;
        let mut pool = CodePool::default();
        let support = Support::new(table, &mut pool)?;
        let exits = Exit::ALL.into_iter().map(|exit| support.exit(exit));
        let targets = exits.chain(I::RUNTIME.iter().map(|function| function.shim as CodeAddr)).collect();
        let settings = Settings { trace: config.trace, ..Settings::default() };
        Ok(Jit {
            config,
            support,
            compiler: Compiler::new(recipes, pool, Island::new(targets)),
            functions: Vec::new(),
            stats: Recorder::new(I::OPS.iter().map(|op| op.name), settings),
            called_by_native: false,
            marker: PhantomData,
        })
    }

    /// How the tier was configured.
    pub fn config(&self) -> &JitConfig {
        &self.config
    }

    /// What it did so far.
    pub fn stats(&self) -> Stats {
        self.stats.snapshot()
    }

    /// Native code of a function of the tier's machine, if it was compiled.
    pub fn code_of(&self, function: &Function) -> Option<CodeView<'_>> {
        match self.functions.get(function.id() as usize)? {
            State::Compiled(compiled) => CodeView::new(function, compiled, &self.compiler),
            State::Counting(_) | State::Blocked(_) => None,
        }
    }

    /// Start and bytes of the code that belongs to no op: the way in, and the ways out.
    pub fn support_code(&self) -> (CodeAddr, &[u8]) {
        let code = self.support.code();
        (code.address(mimeo_def::CodeOffset(0)), code.bytes())
    }

    /// Compiles a function now, whatever the mode; says where to enter it. A function that was blocked stays so.
    pub fn compile(&mut self, function: &Function) -> Option<CodeAddr> {
        let id = function.id() as usize;
        if let State::Counting(_) = self.state(id) {
            self.functions[id] = self.compile_new(function);
        }
        let State::Compiled(compiled) = &self.functions[id] else { return None };
        // The interpreter does not know native code: each of its calls goes through the driver.
        function.set_countdown(1);
        Some(compiled.entry())
    }

    /// Counts a call or a way back to a loop's head; says whether the function is to be compiled, or is already.
    fn count(&mut self, function: &Function, threshold: u32) -> bool {
        let threshold = match self.config.mode {
            Mode::Off => {
                function.set_countdown(i32::MAX);
                return false;
            }
            Mode::Auto => threshold,
            Mode::On => 1,
        };
        if let State::Counting(events) = self.state(function.id() as usize) {
            *events += 1;
            if *events < threshold {
                // Counted here and not by the countdown, which calls of host and native code bypass.
                function.set_countdown(1);
                return false;
            }
        }
        true
    }

    fn state(&mut self, id: usize) -> &mut State {
        if id >= self.functions.len() {
            self.functions.resize_with(id + 1, || State::Counting(0));
        }
        &mut self.functions[id]
    }

    fn compile_new(&mut self, function: &Function) -> State {
        let mut cost = Cost::default();
        let result = self.compiler.compile(function, &mut cost);
        match result {
            Ok(compiled) => {
                let made = Compilation {
                    cost,
                    ops: self.compiler.op_count() as u64,
                    regions: compiled.layout.into(),
                    gap_bytes: u64::from(self.compiler.deopt_bytes()),
                };
                self.stats.compiled(Named::from(function), &made, self.compiler.deopts(&compiled));
                // SAFETY: (2).
                unsafe { function.set_entry(compiled.entry()) };
                State::Compiled(compiled)
            }
            Err(error) => {
                let op = error.pc().map(|pc| OpIndex(function.body().code[pc.0 as usize]));
                State::Blocked(self.stats.blocked(function, error.code(), error.sentence(), op, &cost))
            }
        }
    }

    /// Where native code of a function can be entered at an op boundary.
    fn address(&self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        match self.functions.get(function.id() as usize)? {
            State::Compiled(compiled) => compiled.address(pc),
            State::Counting(_) | State::Blocked(_) => None,
        }
    }

    /// A function was called or is at the head of a loop: compiles it if it is time.
    fn count_and_compile(&mut self, function: &Function, threshold: u32) -> Option<CodeAddr> {
        if !self.count(function, threshold) {
            return None;
        }
        let code = self.compile(function);
        if let State::Blocked(watch) = &mut self.functions[function.id() as usize] {
            self.stats.left_to_interpreter(function, watch);
        }
        code
    }
}

// SAFETY: (1), (2).
unsafe impl<I: InstructionSet> NativeTier<I> for Jit<I> {
    fn markers(&self) -> Markers {
        Markers {
            call: self.support.exit(Exit::Call),
            ret: self.support.exit(Exit::Return),
            finish: self.support.exit(Exit::Finish),
        }
    }

    fn called(&mut self, function: &Function) -> Option<CodeAddr> {
        let by_native = std::mem::take(&mut self.called_by_native);
        // A caller that was worth compiling calls nothing but hot functions.
        let threshold = if by_native { 1 } else { self.config.threshold };
        self.stats.coming(Entry::Call);
        self.count_and_compile(function, threshold)
    }

    fn looped(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        self.count_and_compile(function, self.config.threshold)?;
        self.stats.coming(Entry::Loop);
        self.address(function, pc)
    }

    fn resume(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        self.stats.resuming();
        self.address(function, pc)
    }

    unsafe fn enter(&mut self, vm: *mut Vm<I>, code: CodeAddr) -> Exit {
        self.stats.entered();
        // SAFETY: support (2): `Vm` is `repr(C)` and begins with its core; the rest is the caller's promise.
        unsafe { self.support.enter(vm.cast(), code) }
    }

    fn left(&mut self, exit: Exit, op: Option<OpIndex>) {
        self.called_by_native = exit == Exit::Call;
        self.stats.left(exit, op);
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

#[cfg(test)]
mod tests;
