//! Programs that use the ops, assembled by hand.

mod caches;
mod collector;
mod control;
mod twins;

use mimeo::asm::FunctionIndex;
use mimeo::def::Slot;
use mimeo::jit::{Gaps, JitConfig, Mode, WithJit as _};

use crate::ops::ops::{Assembler, Linked, Machine, ProgramBuilder, Trap, Value};
use crate::runtime::{Host, reclaim};

const S: [Slot; 8] = [Slot(0), Slot(1), Slot(2), Slot(3), Slot(4), Slot(5), Slot(6), Slot(7)];

/// Returns a function that takes itself and `arity` arguments, and has eight slots.
fn function(name: &str, arity: u16) -> Assembler {
    Assembler::new(name, arity + 1, 8)
}

/// Loads a program into a new machine. A collection runs before each new object, if it is eager.
fn load(functions: Vec<Assembler>, jit: JitConfig, is_eager: bool) -> (Machine, Linked) {
    let mut program = ProgramBuilder::new();
    for function in functions {
        let body = function.finish().expect("it is short enough");
        let index = program.declare(&body.name);
        program.define(index, body);
    }
    let program = program.finish().expect("all functions are defined").verify().expect("it breaks no rule");
    // ANCHOR: attach
    let mut machine = Machine::builder((), Host::default()).jit(jit).build();
    let account = machine.memory().clone();
    let vm = machine.vm_mut();
    vm.host.heap.attach(&account).expect("there is memory");
    vm.set_reclaim(reclaim);
    // ANCHOR_END: attach
    vm.host.heap.set_eager(is_eager);
    let linked = machine.load(&program).expect("it needs no index space");
    (machine, linked)
}

/// Runs the first function of a program in every mode, and returns its result.
#[track_caller]
fn run(functions: impl Fn() -> Vec<Assembler>) -> Result<Value, Trap> {
    let native = || JitConfig::new(Mode::On);
    let modes = [JitConfig::new(Mode::Off), native(), native().with_gaps(Gaps::everywhere())];
    let mut results = modes.into_iter().flat_map(|jit| {
        [false, true].map(|is_eager| {
            let (mut machine, linked) = load(functions(), jit.clone(), is_eager);
            let result = machine.call(linked.function(FunctionIndex(0)), &[Value::NIL]);
            (result, machine.vm().host.messages.clone())
        })
    });
    let first = results.next().expect("there are modes");
    for other in results {
        assert_eq!(other, first);
    }
    first.0
}
