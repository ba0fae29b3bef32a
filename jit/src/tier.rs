//! [`Jit`]: the native tier, which decides what is compiled, owns the code, and is entered by the driver.
//!
//! Contract of this island: (1) a function whose id has [`State::Compiled`] is the one that was compiled,
//! because ids are unique in the machine that owns the tier; (2) its code is of the stencil convention, keeps
//! frame and records as the interpreter does at every op boundary, and lives until the tier is dropped.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;

use mimeo_def::frame::{CodeAddr, Exit};
use mimeo_def::stencil::Arch;
use mimeo_def::{OpIndex, Pc};
use mimeo_interp::tier::{Markers, NativeTier};
use mimeo_interp::{Function, InstructionSet, Vm};

use crate::compiler::{Compiled, Compiler, Cost};
use crate::inspect::CodeView;
use crate::island::Island;
use crate::recipe::Recipes;
use crate::stats::Stats;
use crate::support::Support;
use crate::validate::{Expectation, validate};
use crate::{JitConfig, Mode, Unavailable};

/// What became of a function.
#[derive(Debug)]
enum State {
    /// Called this many times so far.
    Counting(u32),
    Compiled(Compiled),
    /// It could not be compiled, and is not tried again.
    Blocked,
}

/// The native tier of one machine.
pub struct Jit<I> {
    config: JitConfig,
    support: Support,
    compiler: Compiler,
    /// By the function's id.
    functions: Vec<State>,
    stats: Stats,
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
        let unknown = config.without.iter().find(|name| I::OPS.iter().all(|op| op.name != **name));
        if let Some(name) = unknown {
            return Err(Unavailable::NoSuchOp { name: name.clone(), instruction_set: I::NAME });
        }
        let recipes = Recipes::new(I::STENCILS, &expectation::<I>(), &config).map_err(Unavailable::Table)?;
        let support = Support::new(I::STENCILS)?;
        let exits = Exit::ALL.into_iter().map(|exit| support.exit(exit));
        let targets = exits.chain(I::RUNTIME.iter().map(|function| function.shim as CodeAddr)).collect();
        Ok(Jit {
            config,
            support,
            compiler: Compiler::new(recipes, Island::new(targets)),
            functions: Vec::new(),
            stats: Stats::new(I::OPS.iter().map(|op| op.name)),
            called_by_native: false,
            marker: PhantomData,
        })
    }

    /// How the tier was configured.
    pub fn config(&self) -> &JitConfig {
        &self.config
    }

    /// What it did so far.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Native code of a function of the tier's machine, if it was compiled.
    pub fn code_of(&self, function: &Function) -> Option<CodeView<'_>> {
        match self.functions.get(function.id() as usize)? {
            State::Compiled(compiled) => CodeView::new(function, compiled, &self.compiler),
            State::Counting(_) | State::Blocked => None,
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
        let State::Compiled(compiled) = &self.functions[id] else {
            function.set_countdown(i32::MAX);
            return None;
        };
        // The interpreter does not know native code: each of its calls goes through the driver.
        function.set_countdown(1);
        Some(compiled.entry())
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
        self.stats.add_cost(&cost);
        match result {
            Ok(compiled) => {
                self.stats.add_compiled(self.compiler.op_count(), &compiled.layout, self.compiler.deopts(&compiled));
                // SAFETY: (2).
                unsafe { function.set_entry(compiled.entry()) };
                State::Compiled(compiled)
            }
            Err(error) => {
                self.stats.add_blocked(function.body().name.clone(), error.to_string());
                State::Blocked
            }
        }
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
        let threshold = match self.config.mode {
            Mode::Off => {
                function.set_countdown(i32::MAX);
                return None;
            }
            // A caller that was worth compiling calls nothing but hot functions.
            Mode::Auto if !by_native => self.config.threshold,
            Mode::Auto | Mode::On => 1,
        };
        if let State::Counting(calls) = self.state(function.id() as usize) {
            *calls += 1;
            if *calls < threshold {
                // Calls are counted here and not by the countdown, which calls of host and native code bypass.
                function.set_countdown(1);
                return None;
            }
        }
        self.compile(function)
    }

    fn resume(&mut self, function: &Function, pc: Pc) -> Option<CodeAddr> {
        match self.functions.get(function.id() as usize)? {
            State::Compiled(compiled) => compiled.address(pc),
            State::Counting(_) | State::Blocked => None,
        }
    }

    unsafe fn enter(&mut self, vm: *mut Vm<I>, code: CodeAddr) -> Exit {
        // SAFETY: support (2): `Vm` is `repr(C)` and begins with its core; the rest is the caller's promise.
        unsafe { self.support.enter(vm.cast(), code) }
    }

    fn left(&mut self, exit: Exit, op: Option<OpIndex>) {
        self.called_by_native = exit == Exit::Call;
        self.stats.add_exit(exit, op);
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiny::programs::{Run, checked, endless, fib, scaled, sum};
    use crate::tiny::{OPS, Op, Tiny, machine};
    use crate::{CodeBytes, NoStencil};

    const SUM: u32 = 0;
    const SUM_SUB: u32 = 1;
    const FIB: u32 = 2;
    const CHECKED: u32 = 3;
    const SCALED: u32 = 4;
    const ENDLESS: u32 = 5;

    fn run(config: Option<JitConfig>) -> Run {
        let functions = vec![sum(Op::Add), sum(Op::Sub), fib(FIB), checked(SCALED), scaled(), endless(ENDLESS)];
        machine(functions, config)
    }

    fn mode(mode: Mode) -> JitConfig {
        JitConfig { mode, ..JitConfig::default() }
    }

    /// Everything that the programs do, several times so that tiers change in between.
    fn transcript(run: &mut Run) -> Vec<Result<i64, String>> {
        let calls: &[(u32, i64)] = &[
            (SUM, 100),
            (SUM_SUB, 100),
            (FIB, 15),
            (CHECKED, 4),
            (CHECKED, 0),
            (CHECKED, -5),
            (SCALED, 0),
            (ENDLESS, 1),
            (SUM, 1),
        ];
        (0..4).flat_map(|_| calls).map(|&(function, arg)| run.call(function, &[arg])).collect()
    }

    #[test]
    fn every_mode_gives_the_same_results() {
        let expected = transcript(&mut run(None));
        assert_eq!(
            expected[..9],
            [
                Ok(5050),
                Ok(5050),
                Ok(610),
                Ok(1010),
                Ok(1017),
                Err("negative in scaled at 2, 2 deep".to_owned()),
                Ok(17),
                Err("stack overflow in endless at 2, 2000 deep".to_owned()),
                Ok(1),
            ]
        );
        let mut configs = vec![mode(Mode::On), mode(Mode::Off), mode(Mode::Auto)];
        configs.extend([0, 1, 2, 3, 7].map(|threshold| JitConfig { threshold, ..JitConfig::default() }));
        configs.push(JitConfig { deopt_everywhere: true, ..mode(Mode::On) });
        configs.extend(OPS.iter().flat_map(|op| {
            let without = [op.name.to_owned()].into();
            let on = JitConfig { without, ..mode(Mode::On) };
            [JitConfig { threshold: 5, mode: Mode::Auto, ..on.clone() }, on]
        }));
        for config in configs {
            let mut machine = run(Some(config.clone()));
            assert_eq!(transcript(&mut machine), expected, "{config:?}");
            assert_eq!(machine.machine.vm().host.checks > 0, true);
        }
    }

    #[test]
    fn native_code_runs_without_leaving() {
        let mut run = run(Some(mode(Mode::On)));
        assert_eq!(run.call(SUM, &[1000]), Ok(500_500));
        let stats = run.jit().stats();
        assert_eq!((stats.ok, stats.ok_with_deopt), (1, 0));
        assert_eq!(stats.exits, [0, 0, 0, 0, 1, 0]);
        // 16 ops, of which two cannot be reached.
        assert_eq!(stats.ops, 15);
    }

    #[test]
    fn a_side_exit_runs_one_op_and_comes_back() {
        let mut run = run(Some(mode(Mode::On)));
        assert_eq!(run.call(SUM_SUB, &[1000]), Ok(500_500));
        let stats = run.jit().stats();
        assert_eq!((stats.ok, stats.ok_with_deopt), (0, 1));
        assert_eq!(stats.exits_for(Exit::Deopt), 1000);
        assert_eq!(stats.side_exits_by_count(), [("sub", 1000)]);
        let reason = NoStencil::Build("the body has 300 bytes, the budget is 256");
        assert_eq!(stats.deopts, [(("sub", reason), 1)].into());
    }

    #[test]
    fn native_functions_call_each_other_directly() {
        let mut run = run(Some(JitConfig { without: ["check".to_owned()].into(), ..mode(Mode::On) }));
        assert_eq!(run.call(CHECKED, &[4]), Ok(1010));
        // The first call finds the callee without native code; the second does not leave for it.
        assert_eq!(run.jit().stats().exits_for(Exit::Call), 1);
        assert_eq!(run.call(CHECKED, &[4]), Ok(1010));
        assert_eq!(run.jit().stats().exits_for(Exit::Call), 1);
        assert_eq!(run.jit().stats().exits_for(Exit::Return), 0);
    }

    #[test]
    fn auto_compiles_at_the_threshold_and_what_native_code_calls_at_once() {
        let mut run = run(Some(JitConfig { threshold: 3, ..JitConfig::default() }));
        for compiled in [0, 0, 2, 2] {
            assert_eq!(run.call(CHECKED, &[4]), Ok(1010));
            assert_eq!(run.jit().stats().compiled(), compiled);
            run.call(SUM, &[1]).unwrap_or_default();
            if compiled == 0 {
                continue;
            }
            break;
        }
    }

    #[test]
    fn off_compiles_nothing() {
        let mut run = run(Some(mode(Mode::Off)));
        assert_eq!(run.call(FIB, &[10]), Ok(55));
        assert_eq!(run.jit().stats().compiled(), 0);
    }

    #[test]
    fn a_panic_of_a_runtime_function_comes_out_of_the_machine() {
        let mut run = run(Some(mode(Mode::On)));
        let call = std::panic::AssertUnwindSafe(|| run.call(SCALED, &[-1]));
        let payload = std::panic::catch_unwind(call).unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"check panicked"));
        assert_eq!(run.call(SCALED, &[2]), Ok(5));
    }

    #[test]
    fn an_unknown_op_in_the_configuration_is_an_error() {
        let config = JitConfig { without: ["adc".to_owned()].into(), ..JitConfig::default() };
        let error = Jit::<Tiny>::new(config).unwrap_err();
        assert_eq!(error.to_string(), "`without` names `adc`, which is no op of `tiny`");
        assert!(availability::<Tiny>().is_ok());
    }

    #[test]
    fn the_code_can_be_looked_at() {
        let mut run = run(Some(mode(Mode::On)));
        run.call(CHECKED, &[4]).unwrap();
        let linked = run.linked;
        // The tier and its machine are borrowed one after the other.
        let function: *const Function = run.machine.functions(linked).nth(CHECKED as usize).unwrap();
        // SAFETY: the record lives as long as the machine.
        let function = unsafe { &*function };
        let jit = run.jit();
        let view = jit.code_of(function).unwrap();
        assert_eq!(view.start, function.entry());
        let pcs: Vec<_> = view.ops.iter().map(|op| op.pc.0).collect();
        assert_eq!(pcs, [0, 5, 7, 11, 12, 13]);
        assert!(view.ops.windows(2).all(|ops| ops[0].hot.end == ops[1].hot.start));
        assert_eq!(view.op_at(view.ops[2].hot.start).unwrap().op, OpIndex(Op::Call as u16));
        assert_eq!(view.island.end.0 as usize, view.bytes.len());
        assert!(jit.stats().bytes != CodeBytes::default());
        let text = jit.stats().to_string();
        assert!(text.starts_with("functions            2  2 ok, 0 ok-with-deopt\nblocked              0\n"), "{text}");
    }
}
