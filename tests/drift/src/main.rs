//! A minimal program that runs ops in both tiers. It prints their results to standard output, and the report of the
//! native tier to standard error. With the argument `twins` it compares the ops one by one. With `listing` it also shows
//! machine code.

mod ops;

use mimeo::def::Slot;
use mimeo::jit::{HasJit, JitConfig, Mode, StatsFormat, WithJit};
use mimeo::listing::Listing;
use ops::ops::{Assembler, Context, Machine, Ops, Program, ProgramBuilder};

/// A type from outside the ops, which only handle pointers to it.
#[expect(dead_code, reason = "only the type matters")]
pub struct Text(str);

/// A runtime function that counts its calls.
pub fn note(vm: &mut ops::ops::Vm, value: i64) -> i64 {
    vm.host += 1;
    value
}

/// Runs a function with `depth - 1` unless `depth` is at most 1. Returns -1 for an error.
pub fn run_again(vm: &mut ops::ops::Vm, callee: ops::ops::Callee, depth: i64) -> i64 {
    if depth <= 1 {
        return 0;
    }
    vm.run(callee, &[depth.min(4) - 1]).unwrap_or_else(|thrown| {
        vm.catch(thrown);
        -1
    })
}

// SAFETY: values are integers, nothing is read through the pointer, and callees are used by the ops that name them.
unsafe impl mimeo::TrustedOps for ops::ops::Ops {}

fn main() {
    let argument = std::env::args().nth(1);
    if argument.as_deref() == Some("twins") {
        return twins();
    }
    let program = program();
    for native in [false, true] {
        let config = JitConfig::new(Mode::On);
        let builder = Machine::builder(Context { bias: 100, r#fn: 6, names: std::ptr::null() }, 0);
        let mut machine = if native { builder.jit(config).build() } else { builder.build() };
        let linked = machine.load(&program).expect("it has the spaces");
        let main = program.function("main").expect("it is declared");
        let result = machine.call(linked.function(main), &[]).expect("nothing throws");
        let nested = program.function("nested").expect("it is declared");
        let runs = machine.call(linked.function(nested), &[3]).expect("nothing throws");
        println!("{result} after {} call, {runs} from 3 runs", machine.vm().host);
        if let Some(jit) = machine.jit() {
            eprint!("{}{}", jit.capability(), jit.report(StatsFormat::Summary));
            let function = machine.functions(linked).next().expect("the program has functions");
            if let (Some("listing"), Some(code)) = (argument.as_deref(), jit.code_of(function)) {
                eprint!("{}", Listing::<Ops>::new(function.body(), &code));
            }
        }
    }
}

fn program() -> Program {
    let mut assembler = Assembler::new("main", 0, 3);
    assembler.number(Slot(0), 3);
    assembler.number(Slot(1), 4);
    assembler.number(Slot(2), 1 << 32);
    assembler.add(Slot(2), Slot(0), Slot(1));
    assembler.double(Slot(2), Slot(2));
    assembler.tell(Slot(2), Slot(2));
    assembler.r#loop(Slot(2), Slot(2), Slot(1), Slot(0), 5);
    assembler.ret(Slot(2));
    let mut builder = ProgramBuilder::new();
    let [main, nested] = ["main", "nested"].map(|name| builder.declare(name));
    let mut runs = Assembler::new("nested", 1, 2);
    runs.nested(Slot(1), nested, Slot(0));
    runs.ret(Slot(1));
    builder.define(nested, runs.finish().expect("it has no labels"));
    builder.define(main, assembler.finish().expect("it has no labels"));
    builder.finish().expect("it is defined").verify().expect("it is sound")
}

#[cfg(not(feature = "jit"))]
fn twins() {}

#[cfg(feature = "jit")]
fn twins() {
    use mimeo_twins::{Language, Random};

    struct Drift;

    // SAFETY: the values are numbers.
    unsafe impl Language<Ops> for Drift {
        type Snapshot = (u32, i64, i64);

        fn state(&self, random: &mut Random) -> (Context, u32) {
            (Context { bias: random.edge_i64(), r#fn: random.edge_i64(), names: std::ptr::null() }, 0)
        }

        fn snapshot(&self, vm: &ops::ops::Vm) -> Self::Snapshot {
            (vm.host, vm.context.bias, vm.context.r#fn)
        }
    }

    let report = mimeo_twins::twins::<Ops>(Drift);
    println!("{} ops are the same in both tiers", report.ops);
}
