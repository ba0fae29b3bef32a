//! Limits of code and compile time, modes and thresholds, which can change while the machine runs.

use std::time::Duration;

use super::*;

#[test]
fn a_full_cache_evicts_the_oldest_and_never_exceeds_its_limit() {
    let limit = 40 << 10;
    let config = on().with_code_limit(limit);
    let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), Some(config));
    let linked = machine.load(&many_functions(100)).expect("it has the spaces");
    for iteration in 0..3 {
        for index in 0..100 {
            let expected = Ok(iteration + 20 * i64::from(index));
            assert_eq!(machine.call(linked.function(FunctionIndex(index)), &[iteration]), expected);
            let code = stats(&machine).code;
            assert!(code.live_bytes + code.retired_bytes <= limit as u64);
        }
    }
    let functions = stats(&machine).functions;
    assert!(functions.evicted >= 90 && functions.blocked == 0, "{functions:?}");
}

#[test]
fn functions_larger_than_the_cache_are_interpreted_until_the_limit_rises() {
    let config = on().with_code_limit(100);
    let (mut machine, linked) = loaded(Some(config), Limits::default());
    for _ in 0..3 {
        assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
    }
    let functions = stats(&machine).functions;
    assert_eq!((functions.compiled(), functions.blocked), (0, 1));
    assert_eq!(functions.first_blocked[0].diagnostic.code(), "JIT_CODE_CACHE");
    control(&machine).set_code_limit(None);
    assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
    assert_eq!(stats(&machine).functions.compiled(), 1);
}

#[test]
fn a_function_over_the_budget_is_interpreted_until_the_budget_rises() {
    let config = on().with_latency_budget(Duration::from_nanos(1));
    let (mut machine, linked) = loaded(Some(config), Limits::default());
    assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
    let functions = stats(&machine).functions;
    assert_eq!((functions.compiled(), functions.blocked), (0, 1));
    assert_eq!(functions.first_blocked[0].diagnostic.code(), "JIT_LATENCY_BUDGET");
    control(&machine).set_latency_budget(None);
    assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
    assert_eq!(stats(&machine).functions.compiled(), 1);
}

#[test]
fn modes_and_thresholds_can_change_between_calls() {
    let (mut machine, linked) = loaded(Some(on().with_mode(Mode::Off)), Limits::default());
    let call = |machine: &mut Machine<Ops>, times: usize| {
        for _ in 0..times {
            assert_eq!(machine.call(linked.function(TWICE), &[3]), Ok(12));
        }
        let stats = stats(machine);
        (stats.functions.compiled(), stats.switches.entered.iter().sum::<u64>())
    };
    assert_eq!(call(&mut machine, 20), (0, 0));
    let handle = control(&machine);
    handle.set_threshold(100);
    handle.set_mode(Mode::Auto);
    assert_eq!(call(&mut machine, 1).0, 0);
    let (compiled, entered) = call(&mut machine, 100);
    assert_eq!(compiled, 2);
    assert!(entered > 0);
    // From another thread.
    let elsewhere = handle.clone();
    std::thread::spawn(move || elsewhere.set_mode(Mode::Off)).join().expect("it only sets the mode");
    assert_eq!(call(&mut machine, 20), (2, entered));
    handle.set_mode(Mode::On);
    let (compiled, again) = call(&mut machine, 1);
    assert_eq!(compiled, 2, "the code was kept");
    assert!(again > entered);
    assert_eq!(machine.jit().expect("it has a tier").config().mode, Mode::On);
}

#[test]
fn settings_changed_in_a_callback_apply_at_once() {
    let (mut machine, linked) = loaded(Some(on()), Limits::default());
    let handle = control(&machine);
    machine.vm_mut().host.on_callback = Some(Box::new(move |a| {
        let mode = if a % 2 == 0 { Mode::Off } else { Mode::On };
        handle.set_mode(mode);
    }));
    for _ in 0..5 {
        assert_eq!(machine.call(linked.function(TWICE), &[21]), Ok(462));
    }
}
