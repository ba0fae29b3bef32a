//! The system has no memory → errors of the program, or functions that are interpreted; the process is not aborted.

use mimeo::{After, LoadError};
use mimeo_tests::refusal::refusing;

use super::*;

/// The largest block that can be allocated: all lists below are larger.
const LARGEST: usize = 4096;

/// `add(n)` is `n + 10_000`, by as many ops.
fn long() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "add", 1, 2, |code| {
        code.number(Slot(1), 1);
        (0..10_000).for_each(|_| code.add(Slot(0), Slot(0), Slot(1)));
        code.ret(Slot(0));
    });
    verified(builder)
}

#[test]
fn the_cells_of_a_function_that_is_loaded_are_refused() {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "caching", 1, 2, |code| {
        (0..2000).for_each(|_| code.call_back_counting(Slot(1), FunctionIndex(0), Slot(0)));
        code.ret(Slot(1));
    });
    let caching = verified(builder);
    let (mut machine, _) = loaded(None, Limits::default());
    let used = machine.memory().used();
    assert_eq!(refusing(LARGEST, || machine.load(&caching)).unwrap_err(), LoadError::OutOfMemory);
    assert_eq!(machine.memory().used(), used, "nothing is charged");
    machine.load(&caching).expect("there is memory");
}

#[test]
fn a_long_function_is_interpreted_if_its_tables_are_refused() {
    let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), Some(on()));
    let add = machine.load(&long()).expect("there is memory").function(FunctionIndex(0));
    assert_eq!(refusing(LARGEST, || machine.call(add, &[5])), Ok(10_005));
    let functions = stats(&machine).functions;
    assert_eq!((functions.compiled(), functions.blocked), (0, 1));
    assert_eq!(functions.first_blocked[0].diagnostic.code(), "JIT_CODE_CACHE");
    control(&machine).set_threshold(1);
    assert_eq!(machine.call(add, &[5]), Ok(10_005));
    assert_eq!(stats(&machine).functions.compiled(), 1, "there is memory again");
}

#[test]
fn programs_are_unloaded_and_code_is_freed_without_memory() {
    let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), Some(on()));
    let linked = machine.load(&many_functions(3000)).expect("there is memory");
    assert_eq!(machine.compile_all(linked), Ok(3000));
    // SAFETY: nothing runs, and there are no callees.
    refusing(LARGEST, || unsafe { machine.unload(linked) }).expect("it is loaded");
    assert_eq!((machine.functions(linked).count(), stats(&machine).code.live_bytes), (0, 0));
    assert_eq!(stats(&machine).code.retired_bytes, 0);
    let again = machine.load(&many_functions(3000)).expect("there is memory");
    assert_eq!(machine.call(again.function(FunctionIndex(2)), &[1]), Ok(41));
}

#[test]
fn a_request_with_many_arguments_is_refused() {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "first", 1, 1, |code| {
        code.set_variadic();
        code.ret(Slot(0));
    });
    define(&mut builder, "asking", 1, 2, |code| {
        code.ask(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    let program = verified(builder);
    for config in configs() {
        let given = std::cell::Cell::new(LARGEST);
        let ask = move |vm: &mut Vm, _: Window| {
            let first = vm.host.given.expect("it is loaded");
            let arguments = [7; 10_000];
            Err(refusing(given.replace(usize::MAX), || {
                vm.request(first, &arguments, |vm, result| {
                    vm.set_result(0, result);
                    After::Next
                })
            }))
        };
        let (mut machine, linked) = asking(config.clone(), Limits::default(), &program, ask);
        machine.vm_mut().host.given = Some(linked.function(FunctionIndex(0)));
        let asking = linked.function(FunctionIndex(1));
        assert_eq!(machine.call(asking, &[1]).unwrap_err().kind, TrapKind::OutOfMemory, "{config:?}");
        assert_eq!(machine.call(asking, &[1]), Ok(7), "{config:?}");
    }
}
