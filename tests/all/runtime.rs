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
use mimeo_tests::callbacks::programs::{CAUTIOUS, SUM, TWICE, many_functions, program};
use mimeo_tests::callbacks::{Host, callback_ops};

use callback_ops::{Assembler, Context, Ops, Program, ProgramBuilder};

use crate::machines::machine;

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
