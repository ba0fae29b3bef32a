//! Memory that is never writable and executable, a native stack that does not grow, and panics that leave
//! native code intact.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use calc::ops::ops as calc_ops;
use calc::{Options, Session};
use mimeo::asm::{FunctionIndex, Place};
use mimeo::def::Slot;
use mimeo::jit::{Gaps, HasJit, JitConfig, Mode};
use mimeo::{Limits, Machine};
#[cfg(target_os = "linux")]
use mimeo_corpus::memory::{Mapping, mappings};
use mimeo_tests::registers::{self, register_ops};
use register_ops::{Assembler, ProgramBuilder, Value};

use mimeo_tests::machines;

fn on() -> JitConfig {
    JitConfig::new(Mode::On)
}

fn jit(config: JitConfig) -> Options {
    Options { jit: Some(config), ..Options::default() }
}

// Writable or executable.

/// The output of a program. Each write also checks the mappings.
#[derive(Clone, Default)]
struct Watch(Arc<Mutex<(Vec<u8>, usize)>>);

impl Write for Watch {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut watched = self.0.lock().expect("no test panics in here");
        watched.0.extend(bytes);
        #[cfg(target_os = "linux")]
        {
            let both = |mapping: &&Mapping| mapping.is_writable && mapping.is_executable;
            watched.1 += mappings().expect("Linux says it").iter().filter(both).count();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(target_os = "linux")]
#[test]
fn no_memory_is_writable_and_executable() {
    // Functions that are compiled one after the other, while earlier ones run.
    let text = "
        fn a(n) { print n; return b(n + 1); }
        fn b(n) { print n; return c(n + 1); }
        fn c(n) { print n; return n + 1; }
        print a(1); print b(1); print a(2);
    ";
    let program = calc::compile(text).expect("it compiles");
    let watch = Watch::default();
    // SAFETY: they go into one machine.
    let state = unsafe { calc::state(Vec::new(), Box::new(watch.clone())) };
    let mut machine = machines::machine::<calc_ops::Ops>(state, Limits::default(), Some(on()));
    let linked = machine.load(&program).expect("it has the spaces");
    machine.call(linked.function(FunctionIndex(3)), &[]).expect("it runs");
    let entries: Vec<usize> = machine.functions(linked).map(mimeo::Function::entry).collect();
    let jit = machine.jit().expect("there is a native tier");
    assert_eq!(jit.stats().functions.ok, 4);
    let (support, bytes) = jit.support_code().expect("there are stencils");
    assert!(!bytes.is_empty());
    let mappings = mappings().expect("Linux says it");
    for address in entries.into_iter().chain([support]) {
        let code = mappings.iter().find(|mapping| mapping.range.contains(&address)).expect("code is mapped");
        assert!(code.is_readable && code.is_executable && !code.is_writable, "{code:?}");
    }
    let (output, both) = watch.0.lock().expect("the run is over").clone();
    assert_eq!(String::from_utf8(output).as_deref(), Ok("1\n2\n3\n4\n1\n2\n3\n2\n3\n4\n5\n"));
    assert_eq!(both, 0);
}

// The native stack.

/// Runs a program in a thread with a small stack; returns its output and its result.
fn on_a_small_stack(text: String, options: Options) -> (String, Result<(), String>) {
    const STACK_BYTES: usize = 256 << 10;
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
        let program = calc::compile(&text).expect("it compiles");
        let watch = Watch::default();
        let mut session = Session::new(&program, options, Box::new(watch.clone()));
        let result = session.run().map_err(|error| error.message);
        let output = watch.0.lock().expect("the run is over").0.clone();
        (String::from_utf8(output).expect("calc prints text"), result)
    });
    thread.expect("a thread can be made").join().expect("it does not overflow its stack")
}

fn count_to(n: u64) -> String {
    format!("let i = 0; let sum = 0; while i < {n} {{ i = i + 1; sum = sum + i % 7; }} print sum; print i;")
}

fn deep_to(n: u64) -> String {
    format!("fn down(n) {{ if n == 0 {{ return 0; }} return 1 + down(n - 1); }} print down({n});")
}

#[test]
fn long_loops_do_not_grow_the_native_stack() {
    // Fewer iterations in builds without optimisation, which are slow.
    let long = if cfg!(debug_assertions) { 300_000 } else { 10_000_000 };
    let runs = [
        (10_000_000, jit(on())),
        (long, Options::default()),
        (long, jit(JitConfig::default())),
        (100_000, jit(on().with_gaps(Gaps::everywhere()))),
    ];
    for (n, options) in runs {
        let sum: u64 = (1..=n).map(|i| i % 7).sum();
        let expected = (format!("{sum}\n{n}\n"), Ok(()));
        assert_eq!(on_a_small_stack(count_to(n), options.clone()), expected, "{options:?}");
    }
}

#[test]
fn deep_recursion_does_not_grow_the_native_stack() {
    let limits = Limits::default();
    let depth = u64::from(limits.depth);
    let configs = [
        None,
        Some(on()),
        Some(JitConfig::default()),
        Some(on().with_gaps(Gaps::everywhere())),
        Some(on().with_gaps(Gaps::at(["call"]))),
        Some(on().with_gaps(Gaps::at(["ret"]))),
    ];
    for config in configs {
        let options = Options { jit: config.clone(), limits, ..Options::default() };
        // The main program is also a call.
        let fits = depth - 2;
        let expected = (format!("{fits}\n"), Ok(()));
        assert_eq!(on_a_small_stack(deep_to(fits), options.clone()), expected, "{config:?}");
        let (output, result) = on_a_small_stack(deep_to(fits + 1), options);
        assert_eq!(output, "", "{config:?}");
        assert!(result.is_err_and(|error| error == "stack overflow"), "{config:?}");
    }
}

// Panics.

/// `f(a)` calls `g(a)` and returns its result; `g` runs the op that panics on nil.
fn program(op: fn(&mut Assembler, Slot, Slot)) -> register_ops::Program {
    let mut builder = ProgramBuilder::new();
    let (f, g) = (builder.declare("f"), builder.declare("g"));
    let mut code = Assembler::new("f", 1, 2);
    code.copy(Slot(1), Slot(0));
    code.call(g, Slot(1), 1);
    code.ret(Place::Slot(Slot(1)));
    builder.define(f, code.finish().expect("it is whole"));
    let mut code = Assembler::new("g", 1, 2);
    op(&mut code, Slot(1), Slot(0));
    code.ret(Place::Slot(Slot(1)));
    builder.define(g, code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

fn machine(
    program: &register_ops::Program,
    config: Option<JitConfig>,
) -> (Machine<register_ops::Ops>, register_ops::Linked) {
    let mut machine = machines::machine(registers::Host::new(|| 0), Limits::default(), config);
    let linked = machine.load(program).expect("it has the spaces");
    (machine, linked)
}

#[test]
fn a_panic_reaches_the_host_from_both_tiers() {
    let ops: [fn(&mut Assembler, Slot, Slot); 4] = [
        |code, dst, a| code.panic_at_end(dst, a),
        |code, dst, a| code.panic_inside(dst, a),
        |code, dst, a| code.panic_on_one_way(dst, a, false),
        |code, dst, a| code.throw_and_panic(dst, a),
    ];
    let deopted = on().with_gaps(Gaps::everywhere());
    let configs = [None, Some(on()), Some(JitConfig::default().with_threshold(2)), Some(deopted.clone())];
    for (index, op) in ops.into_iter().enumerate() {
        let program = program(op);
        for config in configs.clone() {
            let native = config.as_ref().is_some_and(|config| *config != deopted);
            let what = format!("op {index}, {config:?}");
            let (mut machine, linked) = machine(&program, config);
            let mut traces = Vec::new();
            for _ in 0..4 {
                machine.vm_mut().host.trace.clear();
                let call = AssertUnwindSafe(|| machine.call(linked.function(FunctionIndex(0)), &[Value::NIL]));
                let payload = catch_unwind(call).expect_err(&what);
                assert_eq!(payload.downcast_ref(), Some(&"nil"), "{what}");
                // No part of the op runs after the panic.
                assert_eq!(machine.vm().context.top, Value(0), "{what}");
                traces.push(machine.vm().host.trace.clone());
                // The machine still works.
                let value = machine.call(linked.function(FunctionIndex(0)), &[Value(8)]).expect(&what);
                assert!(value == Value(8) || value == Value(9), "{what}");
                machine.vm_mut().context.top = Value(0);
            }
            assert!(traces.windows(2).all(|pair| pair[0] == pair[1]), "{what}: {traces:?}");
            if let Some(jit) = machine.jit().filter(|_| native) {
                assert!(jit.stats().switches.left_by(mimeo::def::frame::Exit::Throw) > 0, "{what}");
            }
        }
    }
}

#[test]
fn an_error_before_a_panic_is_not_reported_after_it() {
    let program = program(|code, dst, a| code.throw_and_panic(dst, a));
    for config in [None, Some(on())] {
        let (mut machine, linked) = machine(&program, config);
        for _ in 0..3 {
            let trap = machine.call(linked.function(FunctionIndex(0)), &[Value::TRUE]).expect_err("it throws");
            assert_eq!(
                (trap.kind.to_string().as_str(), trap.backtrace.frames[0].function.as_str(), trap.backtrace.depth()),
                ("true", "g", 2)
            );
            let panicked =
                catch_unwind(AssertUnwindSafe(|| machine.call(linked.function(FunctionIndex(0)), &[Value::NIL])));
            assert!(panicked.is_err());
        }
    }
}
