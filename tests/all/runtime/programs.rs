//! Programs are loaded and unloaded, and each thread has its own machine.

use calc::{Options, Session};

use mimeo::NotLoaded;

use super::*;
use mimeo_corpus::Captured;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use mimeo_corpus::{alone::is_alone, memory::Size};

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn a_hundred_thousand_functions_leak_no_memory() {
    if !is_alone("runtime::programs::a_hundred_thousand_functions_leak_no_memory", "true") {
        return;
    }
    const FUNCTIONS: usize = 50;
    let program = many_functions(FUNCTIONS);
    let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), Some(on()));
    let mut before = Size::default();
    for iteration in 0..100_000 / FUNCTIONS {
        let linked = machine.load(&program).expect("it has the spaces");
        for index in 0..FUNCTIONS {
            let result = machine.call(linked.function(FunctionIndex(index as u32)), &[1]);
            assert_eq!(result, Ok(1 + 20 * index as i64));
        }
        // SAFETY: nothing keeps a callee.
        unsafe { machine.unload(linked) }.expect("it is loaded");
        if iteration == 100 {
            before = Size::now().expect("Linux says it");
        }
    }
    let stats = stats(&machine);
    assert_eq!(stats.functions.compiled(), 100_000);
    assert_eq!((stats.code.live_bytes, stats.code.retired_bytes), (0, 0));
    assert!(stats.code.reclaimed_bytes > 100_000 * 20);
    let grown = Size::now().expect("Linux says it").growth_since(before).resident_bytes;
    assert!(grown < 64 << 20, "{grown} bytes more than after the first iterations");
}

#[test]
fn references_to_an_unloaded_program_are_refused() {
    for config in [None, Some(on())] {
        let (mut machine, first) = loaded(config, Limits::default());
        assert_eq!(machine.call(first.function(SUM), &[4]), Ok(10));
        // SAFETY: nothing keeps a callee.
        unsafe { machine.unload(first) }.expect("it is loaded");
        let second = machine.load(&program()).expect("it has the spaces");
        assert_ne!(first, second);
        assert_eq!(machine.call(second.function(SUM), &[4]), Ok(10));
        let stale = machine.call(first.function(SUM), &[4]).expect_err("it is gone");
        assert_eq!(stale.kind, TrapKind::NotLoaded);
        assert_eq!(machine.program(first).err(), Some(NotLoaded));
        assert_eq!(machine.functions(first).count(), 0);
        // SAFETY: it is refused.
        assert_eq!(unsafe { machine.unload(first) }, Err(NotLoaded));
    }
}

#[test]
fn each_thread_has_its_own_machine() {
    let text = include_str!("../../../examples/calc/programs/primes.calc");
    let run = |config: Option<JitConfig>| {
        let out = Captured::default();
        let program = calc::compile(text).expect("it compiles");
        let options = Options { jit: config, ..Options::default() };
        Session::new(&program, options, Box::new(out.clone())).run().expect("it runs");
        out.text()
    };
    let expected = run(None);
    assert!(!expected.is_empty());
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..10).map(|_| scope.spawn(|| run(Some(on())))).collect();
        for thread in threads {
            assert_eq!(thread.join().expect("it runs"), expected);
        }
    });
}
