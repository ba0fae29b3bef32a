//! Bytecode that no compiler made → whether the verifier refuses it. Runs what it accepts, the same in all tiers.

use std::panic::{AssertUnwindSafe, catch_unwind};

use calc::ops::ops as calc_ops;
use mimeo::asm::{FunctionBody, FunctionIndex};
use mimeo::jit::{Gaps, HasJit, JitConfig, Mode};
use mimeo::program::{Program, Verified};
use mimeo::{InstructionSet, Limits, Value};
use mimeo_twins::Random;

use crate::machines::{machine_with, with_moving_stacks};
use crate::registers::{self, register_ops};
use crate::stack::{self, stack_ops};

/// Names and sizes of index spaces.
pub type Spaces = &'static [(&'static str, u32)];

/// An instruction set for hostile programs.
pub trait Hostile: InstructionSet {
    /// The index spaces.
    const SPACES: Spaces;

    /// Creates the state on which a program runs.
    fn state() -> (Self::Context, Self::Host);

    /// Returns the part of the state that programs can change.
    fn snapshot(vm: &mimeo::Vm<Self>) -> String;
}

impl Hostile for calc_ops::Ops {
    const SPACES: Spaces = &[("globals", 4)];

    fn state() -> (calc_ops::Context, calc::Host) {
        // SAFETY: they go into one machine.
        unsafe { calc::state(vec![1, -1, i64::MAX, 7], Box::new(std::io::sink())) }
    }

    fn snapshot(vm: &calc_ops::Vm) -> String {
        format!("{:?}", vm.host.globals())
    }
}

impl Hostile for register_ops::Ops {
    const SPACES: Spaces = &[("globals", registers::LEN), ("nodes", registers::LEN), ("bytes", registers::LEN)];

    fn state() -> (register_ops::Context, registers::Host) {
        let mut random = Random::new(5);
        registers::Host::new(|| random.edge_u64() & 0xffff_ffff)
    }

    fn snapshot(vm: &register_ops::Vm) -> String {
        format!("{:?} {:?} {:?}", vm.host.trace, vm.host.globals, vm.host.bytes)
    }
}

impl Hostile for stack_ops::Ops {
    const SPACES: Spaces = &[("cells", 8)];

    fn state() -> (stack_ops::Context, stack::Host) {
        let mut host = stack::Host { cells: (0..8).collect(), ..stack::Host::default() };
        (stack_ops::Context { cells: host.cells.as_mut_ptr(), count: 0 }, host)
    }

    fn snapshot(vm: &stack_ops::Vm) -> String {
        format!("{:?} {:?} {}", vm.host.trace, vm.host.cells, vm.context.count)
    }
}

/// What became of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The verifier refused it.
    Refused,
    /// It did the same in both tiers. The flag says whether a loop of it was optimized.
    Run {
        /// Whether a loop of it was optimized.
        optimized: bool,
    },
}

/// Verifies a program. Runs it in each configuration until it ends or has no fuel left, and asserts that all do the same.
/// `name` appears in the messages.
pub fn check<I: Hostile>(functions: Vec<FunctionBody>, name: &str) -> Fate {
    let program = match Program::<I, _>::new(functions, I::SPACES.to_vec()).verify() {
        Ok(program) => program,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return Fate::Refused;
        }
    };
    let (interpreted, _) = run(&program, None);
    let native = JitConfig::new(Mode::On);
    let deopt = native.clone().with_gaps(Gaps::everywhere());
    let optimized = || native.clone().with_optimize(Mode::On);
    let optimizing =
        [optimized().optimized_by(mimeo_optimize::open), optimized().optimized_by(mimeo_optimize::open_leaving::<5>)];
    let mut loops = 0;
    for config in [native.clone(), deopt].into_iter().chain(optimizing) {
        let (outcome, found) = run(&program, Some(config.clone()));
        loops += found;
        assert_eq!(interpreted, outcome, "{name}, {config:?}\n{}", listing(&program));
        let (moved, _) = with_moving_stacks(|| run(&program, Some(config.clone())));
        assert_eq!(interpreted, moved, "{name}, {config:?}, moving stacks\n{}", listing(&program));
    }
    let (moved, _) = with_moving_stacks(|| run(&program, None));
    assert_eq!(interpreted, moved, "{name}, moving stacks\n{}", listing(&program));
    Fate::Run { optimized: loops > 0 }
}

/// The calls and backward jumps of one call by the host.
const FUEL: u64 = 100;

fn listing<I: Hostile>(program: &Program<I, Verified>) -> String {
    program.functions().iter().map(|body| mimeo::Disassembly::<I>::new(body).to_string()).collect()
}

fn value<V: Value>(bits: u64) -> V {
    // SAFETY: the values of these sets hold no addresses.
    unsafe { V::from_bits(bits) }
}

/// Runs each function in one machine, and returns all observable results, and the number of optimized loops.
fn run<I: Hostile>(program: &Program<I, Verified>, config: Option<JitConfig>) -> (Vec<String>, u64) {
    let limits = Limits::default().with_slots(1 << 17).with_depth(20);
    let mut outcomes = Vec::new();
    let mut machine = machine_with::<I>(I::state(), limits, I::SPACES, config);
    let linked = machine.load(program).expect("it has the spaces");
    for (index, body) in program.functions().iter().enumerate().rev().filter(|(_, body)| body.arity < 100) {
        let args: Vec<I::Value> = (0..body.arity).map(|i| value(u64::from(i) + 1)).collect();
        // Twice, so that inline caches are filled, and slots that the program has not written hold what it left there.
        for _ in 0..2 {
            machine.vm_mut().set_fuel(Some(FUEL));
            let call = AssertUnwindSafe(|| machine.call(linked.function(FunctionIndex(index as u32)), &args));
            let result = catch_unwind(call);
            outcomes.push(match result {
                Ok(Ok(value)) => format!("{:#x}", value.to_bits()),
                Ok(Err(trap)) => format!("{trap:?}"),
                Err(_) => "panic".to_owned(),
            });
        }
        outcomes.push(I::snapshot(machine.vm()));
    }
    (outcomes, machine.jit().map_or(0, |jit| jit.stats().optimized.loops))
}
