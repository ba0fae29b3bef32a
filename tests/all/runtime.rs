//! The runtime that an embedder relies on: callbacks, control between functions, code that goes while frames return
//! into it, limits that change, programs that come and go, machines in many threads

mod callbacks;
mod code;
mod control;
mod fibers;
mod limits;
mod programs;

use mimeo::asm::FunctionIndex;
use mimeo::def::Slot;
use mimeo::jit::{Control, HasJit, JitConfig, Mode, Stats};
use mimeo::{Limits, Linked, Machine};
use mimeo_tests::callbacks::{Host, callback_ops};

use callback_ops::{Assembler, Context, Ops, Program, ProgramBuilder};

use crate::machines::machine;

const SUM: FunctionIndex = FunctionIndex(0);
const CAUTIOUS: FunctionIndex = FunctionIndex(1);
const TWICE: FunctionIndex = FunctionIndex(2);

fn program() -> Program {
    let mut builder = ProgramBuilder::new();
    let functions = ["sum", "cautious", "twice"].map(|name| builder.declare(name));
    // sum(n): n + sum(n - 1) by a callback, and 0 below 1; it throws above 1000.
    let mut code = Assembler::new("sum", 1, 4);
    let more = code.label();
    let (n, one, less, result) = (Slot(0), Slot(1), Slot(2), Slot(3));
    code.check(n, 1000);
    code.number(one, 0);
    code.jump_if_less(one, n, more);
    code.ret(one);
    code.bind(more);
    code.number(one, -1);
    code.add(less, n, one);
    code.call_back(result, SUM, less);
    code.add(result, result, n);
    code.ret(result);
    builder.define(functions[0], code.finish().expect("it is whole"));
    // cautious(n): sum(n), or -1 when that throws.
    let mut code = Assembler::new("cautious", 1, 2);
    code.call_back_safely(Slot(1), SUM, Slot(0));
    code.ret(Slot(1));
    builder.define(functions[1], code.finish().expect("it is whole"));
    // twice(n): 2 * sum(n), by direct calls and with an op that only the interpreter runs.
    let mut code = Assembler::new("twice", 1, 4);
    let (n, first, second) = (Slot(0), Slot(1), Slot(2));
    code.number(second, 0);
    code.add(first, n, second);
    code.call(SUM, first, 1);
    code.negate(first, first);
    code.number(Slot(3), 0);
    code.add(second, n, Slot(3));
    code.call(SUM, second, 1);
    code.negate(first, first);
    code.add(first, first, second);
    code.ret(first);
    builder.define(functions[2], code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

fn on() -> JitConfig {
    JitConfig { mode: Mode::On, ..JitConfig::default() }
}

fn configs() -> Vec<Option<JitConfig>> {
    vec![
        None,
        Some(on()),
        Some(JitConfig { threshold: 3, ..JitConfig::default() }),
        Some(JitConfig { deopt_everywhere: true, ..on() }),
        Some(JitConfig { without: ["call".to_owned()].into(), ..on() }),
        Some(JitConfig { reenter: false, ..on() }),
        Some(JitConfig { code_limit: Some(16 << 10), ..on() }),
    ]
}

fn loaded(config: Option<JitConfig>, limits: Limits) -> (Machine<Ops>, Linked) {
    let mut machine = machine::<Ops>((Context::default(), Host::default()), limits, config);
    let linked = machine.load(&program());
    (machine, linked)
}

fn stats(machine: &Machine<Ops>) -> Stats {
    machine.jit().expect("it has a tier").stats()
}

fn control(machine: &Machine<Ops>) -> Control {
    machine.jit().expect("it has a tier").control().clone()
}

/// So many functions of 23 ops.
fn functions(count: usize) -> Program {
    let mut builder = ProgramBuilder::new();
    for index in 0..count {
        let function = builder.declare(format!("f{index}"));
        let mut code = Assembler::new(format!("f{index}"), 1, 2);
        code.number(Slot(1), index as i64);
        for _ in 0..20 {
            code.add(Slot(0), Slot(0), Slot(1));
        }
        code.ret(Slot(0));
        builder.define(function, code.finish().expect("it is whole"));
    }
    builder.finish().expect("it is whole").verify().expect("it is sound")
}
