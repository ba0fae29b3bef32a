//! The runtime that an embedder relies on: callbacks, control between functions, code that is discarded while frames
//! return into it, limits that change, programs that are loaded and unloaded, machines in many threads.

mod accounts;
mod budget;
mod callbacks;
mod calls;
mod code;
mod control;
mod debugger;
mod fiber_errors;
mod fibers;
mod hooks;
mod limits;
mod moving;
mod programs;
mod reclaim;
mod refusal;
mod regions;
mod reload;
mod requests;
mod spending;
mod stacks;
mod stepping;
mod stored;
mod suspension;
mod tracing;
mod unwinding;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use mimeo::asm::FunctionIndex;
use mimeo::def::Slot;
use mimeo::jit::{Control, Gaps, HasJit, JitConfig, Mode, Stats};
use mimeo::{Limits, Machine, Thrown, TrapKind, Window};
use mimeo_tests::callbacks::programs::{CAUTIOUS, SUM, TWICE, many_functions, program};
use mimeo_tests::callbacks::{Host, callback_ops};

use callback_ops::{Assembler, Context, FiberRef, Linked, Ops, Program, ProgramBuilder, Trap, Vm};

use mimeo_tests::machines::machine;

fn on() -> JitConfig {
    JitConfig::new(Mode::On)
}

fn configs() -> Vec<Option<JitConfig>> {
    let configs = vec![
        None,
        Some(on()),
        Some(JitConfig::default().with_threshold(3)),
        Some(on().with_gaps(Gaps::everywhere())),
        Some(on().with_gaps(Gaps::at(["call"]))),
        Some(on().with_gaps(Gaps::default().without_reentry())),
        Some(on().with_code_limit(16 << 10)),
    ];
    let optimized = mimeo_corpus::Mode::grafted().into_iter().chain(mimeo_corpus::Mode::optimized());
    configs.into_iter().chain(optimized.map(|mode| mode.jit)).collect()
}

/// Returns the configurations in which samples are as far apart as in any machine.
fn configs_with_few_samples() -> Vec<Option<JitConfig>> {
    let [.., inlined, inlined_leaving] = mimeo_corpus::Mode::optimized();
    configs().into_iter().filter(|config| *config != inlined.jit && *config != inlined_leaving.jit).collect()
}

fn loaded(config: Option<JitConfig>, limits: Limits) -> (Machine<Ops>, Linked) {
    let mut machine = machine::<Ops>((Context::default(), Host::default()), limits, config);
    let linked = machine.load(&program()).expect("it has the spaces");
    (machine, linked)
}

/// Creates a machine with a program whose op `ask` calls this function.
fn asking(
    config: Option<JitConfig>,
    limits: Limits,
    program: &Program,
    ask: impl Fn(&mut Vm, Window) -> Result<i64, Thrown> + 'static,
) -> (Machine<Ops>, Linked) {
    let host = Host { ask: Some(Rc::new(ask)), ..Host::default() };
    let mut machine = machine::<Ops>((Context::default(), host), limits, config);
    let linked = machine.load(program).expect("it has the spaces");
    (machine, linked)
}

/// Adds a function to a program; the first has index 0.
pub(crate) fn define(
    builder: &mut ProgramBuilder,
    name: &str,
    arity: u16,
    locals: u16,
    ops: impl FnOnce(&mut Assembler),
) {
    let function = builder.declare(name);
    let mut code = Assembler::new(name, arity, locals);
    ops(&mut code);
    builder.define(function, code.finish().expect("it is whole"));
}

pub(crate) fn verified(builder: ProgramBuilder) -> Program {
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

/// Returns the function whose op threw.
fn function_of(trap: &Trap) -> &str {
    &trap.backtrace.frames[0].function
}

/// Asserts that `run` panics; returns the message.
pub(crate) fn panic_of<T>(run: impl FnOnce() -> T) -> String {
    let panicked = catch_unwind(AssertUnwindSafe(|| drop(run())));
    let payload = panicked.expect_err("it panics");
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned())).expect("the panic is a text")
}

fn stats(machine: &Machine<Ops>) -> Stats {
    machine.jit().expect("it has a tier").stats()
}

fn control(machine: &Machine<Ops>) -> Control {
    machine.jit().expect("it has a tier").control().clone()
}
