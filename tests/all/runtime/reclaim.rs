//! Memory for a stack is refused → the language's function that frees some.

use std::cell::RefCell;

use mimeo::{Charge, FiberExit, FiberLimits, MemoryKind};

use super::moving::{DOWN, descent};
use super::requests::{SUM_UP, program as requesting};
use super::*;

/// What [`free`] can free, and its calls: the slot that it got, and the last value of the active stacks.
#[derive(Default)]
struct Freed {
    held: Option<Charge>,
    calls: Vec<(Option<u32>, u64)>,
}

thread_local! {
    static FREED: RefCell<Freed> = RefCell::default();
}

/// Frees memory, and does everything else that could confuse the driver.
fn free(vm: &mut Vm, start: Option<u32>) {
    let last = vm.active_stacks().flatten().copied().last();
    let held = FREED.with_borrow_mut(|freed| {
        freed.calls.push((start, last.unwrap_or(0)));
        freed.held.take()
    });
    drop(held.expect("there is something to free"));
    let down = vm.host.given.expect("it is loaded");
    assert_eq!(vm.run(down, &[3]).ok(), Some(3));
    let failed = vm.run(down, &[]).expect_err("an argument is missing");
    drop(vm.catch(failed));
    if vm.frames().next().is_some() {
        // SAFETY: the request is never made.
        let callee = unsafe { vm.callee(down) }.expect("it is loaded");
        let _forgotten = vm.request(callee, &[3], |_, _| unreachable!("it was not made"));
    }
    vm.shrink_stack();
    vm.clear_after_stacks();
}

/// Takes all memory but 100 KiB.
fn fill(vm: &Vm) {
    let account = vm.memory();
    let held = account.charge(MemoryKind::Heap, account.available() - (100 << 10)).expect("it is available");
    FREED.set(Freed { held: Some(held), calls: Vec::new() });
}

/// Returns the calls of [`free`] since the last call of [`fill`].
fn calls() -> Vec<(Option<u32>, u64)> {
    FREED.take().calls
}

/// Asserts that nothing is left of the calls of [`free`].
fn assert_idle(machine: &Machine<Ops>) {
    assert_eq!((machine.vm().level(), machine.vm().active_stacks().flatten().count()), ((0, 0), 0));
}

/// Creates a machine whose memory is full and whose stacks are small.
fn filled(config: Option<JitConfig>, program: &Program) -> (Machine<Ops>, Linked) {
    let limits = Limits::default().with_memory(Some(4 << 20));
    let mut machine = machine::<Ops>((Context::default(), Host::default()), limits, config);
    let down = machine.load(&descent()).expect("there is memory").function(DOWN);
    let linked = machine.load(program).expect("there is memory");
    let vm = machine.vm_mut();
    vm.host.given = Some(down);
    vm.set_reclaim(free);
    fill(vm);
    (machine, linked)
}

/// The number of slots of [`WIDE`], which takes more memory than there is.
const SLOTS: u16 = 40_000;
const WIDE: FunctionIndex = FunctionIndex(0);
const TAIL: FunctionIndex = FunctionIndex(1);
const BACK: FunctionIndex = FunctionIndex(2);

/// `wide(n)` is `n` and has many slots; `tail(n)` is `wide(n)`, by a tail call; `back(n)` is `wide(n)`, by a callback.
fn wide() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "wide", 1, SLOTS, |code| code.ret(Slot(0)));
    define(&mut builder, "tail", 1, 2, |code| {
        code.number(Slot(1), 7);
        code.tail_call(WIDE, Slot(0), 1);
    });
    define(&mut builder, "back", 1, 2, |code| {
        code.call_back(Slot(1), WIDE, Slot(0));
        code.ret(Slot(1));
    });
    verified(builder)
}

#[test]
fn a_call_of_an_op_frees_memory() {
    for config in configs() {
        let (mut machine, linked) = filled(config.clone(), &descent());
        assert_eq!(machine.call(linked.function(DOWN), &[10_000]), Ok(10_000), "{config:?}");
        assert!(matches!(calls()[..], [(Some(4), 1..10_000)]), "{config:?}");

        let (mut machine, linked) = filled(config.clone(), &wide());
        assert_eq!(machine.call(linked.function(TAIL), &[5]), Ok(5), "{config:?}");
        assert_eq!(calls(), [(Some(0), 7)], "{config:?}");
    }
}

#[test]
fn a_call_that_no_op_makes_frees_memory_and_keeps_its_arguments() {
    for config in configs() {
        let (mut machine, linked) = filled(config.clone(), &wide());
        assert_eq!(machine.call(linked.function(WIDE), &[5]), Ok(5), "{config:?}");
        assert_eq!(calls(), [(None, 5)], "by the host: {config:?}");
        assert_idle(&machine);

        let (mut machine, linked) = filled(config.clone(), &wide());
        assert_eq!(machine.call(linked.function(BACK), &[15]), Ok(15), "{config:?}");
        assert_eq!(calls(), [(None, 15)], "by a runtime function: {config:?}");
        assert_idle(&machine);

        let (mut machine, linked) = filled(config.clone(), &requesting());
        assert_eq!(machine.call(linked.function(SUM_UP), &[4000]), Ok(4000 * 4001 / 2), "{config:?}");
        assert!(matches!(calls()[..], [(None, 1..4000)]), "by a request: {config:?}");
        assert_idle(&machine);
    }
}

#[test]
fn a_request_frees_memory_even_if_the_stack_is_large_enough() {
    for config in configs() {
        let (mut machine, linked) = filled(config.clone(), &requesting());
        let account = machine.memory().clone();
        account.set_limit(Some(account.used()));
        assert_eq!(machine.call(linked.function(SUM_UP), &[2]), Ok(3), "{config:?}");
        assert_eq!(calls(), [(None, 1)], "the op that requests has to be noted: {config:?}");
        assert_idle(&machine);
    }
}

#[test]
fn a_fiber_frees_memory() {
    for config in configs() {
        let (mut machine, linked) = filled(config.clone(), &descent());
        let vm = machine.vm_mut();
        let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
        let exit = vm.start_fiber(fiber, linked.function(DOWN), &[10_000]);
        assert_eq!(exit.ok(), Some(FiberExit::Done(10_000)), "{config:?}");
        assert!(matches!(calls()[..], [(Some(4), 1..10_000)]), "{config:?}");
    }
}

#[test]
fn a_fiber_is_created_after_memory_was_freed() {
    for config in configs() {
        let (mut machine, linked) = filled(config.clone(), &descent());
        let account = machine.memory().clone();
        account.set_limit(Some(account.used()));
        let vm = machine.vm_mut();
        let fiber = vm.new_fiber(FiberLimits::new()).expect("some memory is freed");
        assert_eq!(calls(), [(None, 0)], "{config:?}");
        assert_eq!(vm.start_fiber(fiber, linked.function(DOWN), &[9]).ok(), Some(FiberExit::Done(9)), "{config:?}");
        let nothing = account.charge(MemoryKind::Heap, 0).expect("it is nothing");
        FREED.with_borrow_mut(|freed| freed.held = Some(nothing));
        account.set_limit(Some(account.used()));
        let thrown = vm.new_fiber(FiberLimits::new()).expect_err("nothing is freed");
        assert_eq!((vm.catch(thrown).kind, calls().len()), (TrapKind::OutOfMemory, 1), "{config:?}");
    }
}

/// `ask(n)` is what the test answers. It has two slots.
fn asking() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "ask", 1, 2, |code| {
        code.ask(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    verified(builder)
}

#[test]
fn slots_are_added_after_memory_was_freed_and_the_others_stay() {
    let last = u32::from(SLOTS) - 1;
    for config in configs() {
        let (mut machine, linked) = filled(config.clone(), &asking());
        machine.vm_mut().host.ask = Some(Rc::new(move |vm, _| {
            vm.set_slot(2, 11);
            vm.set_slot(20, 12);
            vm.ensure_slots(last + 1)?;
            vm.set_slot(last, 13);
            Ok([2, 20, last].into_iter().fold(0, |all, slot| 100 * all + vm.slot(slot)))
        }));
        assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[5]), Ok(11_12_13), "{config:?}");
        // They were reachable meanwhile.
        assert!(matches!(calls()[..], [(None, _)]), "{config:?}");
        assert_idle(&machine);
    }
}

#[test]
fn a_fiber_gets_a_slot_after_memory_was_freed() {
    let last = u32::from(SLOTS) - 1;
    for config in configs() {
        let (mut machine, linked) = filled(config.clone(), &asking());
        let vm = machine.vm_mut();
        vm.host.ask = Some(Rc::new(|vm, _| Err(vm.suspend().expect("a fiber is running"))));
        let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
        let exit = vm.start_fiber(fiber, linked.function(FunctionIndex(0)), &[5]);
        assert_eq!(exit.ok(), Some(FiberExit::Suspended), "{config:?}");
        assert_eq!(vm.set_fiber_slot(fiber, 9, 11), Ok(()), "{config:?}");
        assert_eq!(vm.set_fiber_slot(fiber, last, 13), Ok(()), "{config:?}");
        assert_eq!([9, last].map(|slot| vm.fiber_slot(fiber, slot)), [Ok(11), Ok(13)], "{config:?}");
        assert_eq!(calls().len(), 1, "{config:?}");
        assert_eq!(vm.set_fiber_slot(fiber, 1, 17), Ok(()));
        assert_eq!(vm.resume_fiber(fiber).ok(), Some(FiberExit::Done(17)), "{config:?}");
    }
}

#[test]
fn a_call_fails_if_nothing_is_freed() {
    for config in configs() {
        let (mut machine, linked) = filled(config.clone(), &descent());
        machine.vm_mut().set_reclaim(|_, start| FREED.with_borrow_mut(|freed| freed.calls.push((start, 0))));
        for _ in 0..3 {
            let trap = machine.call(linked.function(DOWN), &[10_000]).unwrap_err();
            assert_eq!(trap.kind, TrapKind::OutOfMemory, "{config:?}");
        }
        assert_eq!(calls(), [(Some(4), 0); 3], "once for each call: {config:?}");
    }
}

#[test]
fn a_panic_while_memory_is_freed_leaves_the_machine_usable() {
    for config in configs() {
        let (mut machine, linked) = filled(config.clone(), &descent());
        let held = FREED.take();
        let down = linked.function(DOWN);
        assert_eq!(panic_of(|| machine.call(down, &[10_000])), "there is something to free");
        assert_eq!(calls().len(), 1);
        FREED.set(held);
        assert_eq!(machine.call(down, &[10_000]), Ok(10_000), "{config:?}");
        assert_eq!(calls().len(), 1, "{config:?}");
    }
}
