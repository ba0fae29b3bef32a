//! The account of a machine's memory: each kind is counted, refused, and released.

use mimeo::jit::WithJit as _;
use mimeo::{Account, FiberExit, FiberLimits, LoadError, MemoryKind, OutOfMemory};

use super::moving::{DOWN, descent};
use super::requests::{SUM_UP, program as requesting};
use super::*;

/// Creates a machine with a limit on memory, which is the reason that its stacks begin small.
fn limited(bytes: usize, config: Option<JitConfig>, program: &Program) -> (Machine<Ops>, Linked) {
    let limits = Limits::default().with_memory(Some(bytes)).with_nesting(20);
    let builder = Machine::builder(Context::default(), Host::default()).limits(limits);
    let mut machine = match config {
        Some(config) => builder.jit(config).build(),
        None => builder.build(),
    };
    let linked = machine.load(program).expect("there is memory");
    (machine, linked)
}

/// Forbids every further charge. Returns the account.
fn exhaust(machine: &Machine<Ops>) -> Account {
    let account = machine.memory().clone();
    account.set_limit(Some(account.used()));
    account
}

/// A program whose function 0 suspends the fiber that runs it.
fn yielding() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "yielding", 1, 2, |code| {
        code.yields(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    verified(builder)
}

const MIB: usize = 1 << 20;

#[test]
fn every_kind_of_memory_is_counted() {
    let (mut machine, down) = limited(64 * MIB, Some(on()), &descent());
    let account = machine.memory().clone();
    let used = |kind| account.used_by(kind);
    let before = MemoryKind::ALL.map(used);
    assert!(used(MemoryKind::Stacks) > 1024 * 8 && used(MemoryKind::Stacks) < 64 << 10);
    assert!(used(MemoryKind::Programs) >= descent().size_bytes());

    machine.compile(down.function(DOWN)).expect("it is loaded");
    assert!(used(MemoryKind::Code) >= before[3] + 4096, "a page");
    assert!(used(MemoryKind::Tables) > before[4]);

    assert_eq!(machine.call(down.function(DOWN), &[10_000]), Ok(10_000));
    assert!(used(MemoryKind::Stacks) >= 10_000 * (4 * 8 + 32));

    let fiber = machine.vm_mut().new_fiber(FiberLimits::new()).expect("there is memory");
    let small = used(MemoryKind::Fibers);
    assert!(small > before[1] + 64 * 8 + 8 * 32);
    let exit = machine.vm_mut().start_fiber(fiber, down.function(DOWN), &[1000]).expect("it returns");
    assert_eq!(exit, FiberExit::Done(1000));
    assert!(used(MemoryKind::Fibers) > small + 1000 * (4 * 8 + 32), "a fiber's stack that has grown");

    let charge = account.charge(MemoryKind::Heap, 12_345).expect("there is memory");
    assert_eq!((used(MemoryKind::Heap), charge.kind()), (12_345, MemoryKind::Heap));
    assert_eq!(account.used(), MemoryKind::ALL.map(used).into_iter().sum::<usize>());
    assert_eq!(account.available(), 64 * MIB - account.used());
}

#[test]
fn a_call_that_needs_a_larger_stack_is_refused() {
    for config in configs() {
        let (mut machine, linked) = limited(64 * MIB, config.clone(), &descent());
        assert_eq!(machine.call(linked.function(DOWN), &[20]), Ok(20));
        let account = exhaust(&machine);
        let before = account.used();
        for _ in 0..3 {
            let trap = machine.call(linked.function(DOWN), &[10_000]).unwrap_err();
            assert_eq!(trap.kind, TrapKind::OutOfMemory, "{config:?}");
            assert!(trap.to_string().ends_with("not enough memory") && trap.backtrace.depth() > 50, "{trap}");
            assert_eq!(machine.call(linked.function(DOWN), &[20]), Ok(20), "{config:?}");
        }
        assert!(account.used() <= before, "native code may be evicted");
        account.set_limit(None);
        assert_eq!(machine.call(linked.function(DOWN), &[10_000]), Ok(10_000), "{config:?}");
    }
}

#[test]
fn a_requested_call_is_refused_and_the_refusal_is_caught() {
    for config in configs() {
        let (mut machine, linked) = limited(64 * MIB, config.clone(), &requesting());
        assert_eq!(machine.call(linked.function(SUM_UP), &[20]), Ok(210));
        exhaust(&machine);
        let trap = machine.call(linked.function(SUM_UP), &[10_000]).unwrap_err();
        assert_eq!(trap.kind, TrapKind::OutOfMemory, "{config:?}");
        let catch = linked.function(FunctionIndex(2));
        machine.call(catch, &[10_000]).expect("the handler caught it");
        assert_eq!(machine.call(linked.function(SUM_UP), &[20]), Ok(210), "{config:?}");
    }
}

#[test]
fn a_callback_that_needs_a_larger_stack_is_refused() {
    for config in configs() {
        let (mut machine, _) = limited(64 * MIB, config.clone(), &program());
        let down = machine.load(&descent()).expect("there is memory");
        let ask = move |vm: &mut Vm, values: Window| vm.run(down.function(DOWN), &[vm.slot(values.start())]);
        machine.vm_mut().host.ask = Some(Rc::new(ask));
        let mut builder = ProgramBuilder::new();
        define(&mut builder, "asking", 1, 1, |code| {
            code.ask(Slot(0), Slot(0), 1);
            code.ret(Slot(0));
        });
        let linked = machine.load(&verified(builder)).expect("there is memory");
        let asking = linked.function(FunctionIndex(0));
        assert_eq!(machine.call(asking, &[10]), Ok(10));
        exhaust(&machine);
        let trap = machine.call(asking, &[10_000]).unwrap_err();
        assert_eq!((function_of(&trap), &trap.kind), ("down", &TrapKind::OutOfMemory));
        assert_eq!(machine.call(asking, &[10]), Ok(10), "{config:?}");
    }
}

#[test]
fn slots_after_the_frame_are_refused() {
    let (mut machine, _) = limited(64 * MIB, None, &descent());
    let vm = machine.vm_mut();
    vm.memory().set_limit(Some(0));
    let thrown = vm.ensure_slots(100_000).expect_err("the stack has fewer");
    assert_eq!(vm.catch(thrown).kind, TrapKind::OutOfMemory);
    vm.memory().set_limit(None);
    assert!(vm.ensure_slots(100_000).is_ok());
    vm.set_slot(99_999, 5);
    assert_eq!(vm.slot(99_999), 5);
}

#[test]
fn fibers_are_refused_and_released() {
    let (mut machine, linked) = limited(64 * MIB, None, &yielding());
    let account = exhaust(&machine);
    let vm = machine.vm_mut();
    let thrown = vm.new_fiber(FiberLimits::new()).expect_err("there is no memory");
    assert_eq!(vm.catch(thrown).kind, TrapKind::OutOfMemory);
    account.set_limit(Some(8 * MIB));
    let mut used = Vec::new();
    for _ in 0..3 {
        let mut fibers = Vec::new();
        while let Ok(fiber) = vm.new_fiber(FiberLimits::new()).map_err(|thrown| vm.catch(thrown)) {
            vm.start_fiber(fiber, linked.function(FunctionIndex(0)), &[1]).expect("it is suspended");
            fibers.push(fiber);
        }
        assert!(fibers.len() > 4000 && account.used() > 4 * MIB && account.used() <= 8 * MIB, "{}", fibers.len());
        fibers.into_iter().for_each(|fiber| vm.drop_fiber(fiber).expect("it is suspended"));
        used.push(account.used());
    }
    assert_eq!((used[0], used[1]), (used[1], used[2]), "places are reused");
}

#[test]
fn programs_are_refused_and_released() {
    let (mut machine, _) = limited(64 * MIB, Some(on()), &descent());
    let program = many_functions(100);
    let account = exhaust(&machine);
    assert_eq!(machine.load(&program).unwrap_err(), LoadError::OutOfMemory);
    assert_eq!(LoadError::OutOfMemory.to_string(), "not enough memory");
    account.set_limit(None);
    let mut used = Vec::new();
    for _ in 0..4 {
        let linked = machine.load(&program).expect("there is no limit");
        assert_eq!(machine.compile_all(linked), Ok(100));
        assert!(account.used_by(MemoryKind::Code) > 100 * 4096);
        // SAFETY: nothing runs, and there are no callees.
        unsafe { machine.unload(linked) }.expect("it is loaded");
        used.push(MemoryKind::ALL.map(|kind| account.used_by(kind)));
    }
    assert_eq!(used[1], used[3]);
}

#[test]
fn native_code_is_refused_and_the_program_is_interpreted() {
    let (mut machine, linked) = limited(64 * MIB, Some(on()), &descent());
    let account = exhaust(&machine);
    assert_eq!(machine.call(linked.function(DOWN), &[20]), Ok(20));
    assert_eq!(machine.compile(linked.function(DOWN)), Ok(false));
    let functions = stats(&machine).functions;
    assert_eq!((functions.compiled(), functions.blocked), (0, 1));
    assert_eq!(functions.first_blocked[0].diagnostic.code(), "JIT_CODE_CACHE");
    // There is memory for the tables, but not for a page.
    account.set_limit(Some(account.used() + 2000));
    let linked = machine.load(&descent());
    assert!(linked.is_err() || !machine.compile(linked.expect("it is loaded").function(DOWN)).expect("it is loaded"));
    account.set_limit(None);
    control(&machine).set_threshold(1);
    let linked = machine.load(&descent()).expect("there is no limit");
    assert_eq!(machine.call(linked.function(DOWN), &[20]), Ok(20));
    assert!(stats(&machine).functions.compiled() >= 1);
}

#[test]
fn the_limit_holds_for_every_kind_together() {
    let limit = MIB;
    let (mut machine, linked) = limited(limit, Some(on()), &many_functions(10));
    let account = machine.memory().clone();
    let mut held = Vec::new();
    for round in 0..100 {
        let _ignored = machine.load(&many_functions(10)).map(|linked| machine.compile_all(linked));
        held.extend(account.charge(MemoryKind::Heap, 10_000));
        let vm = machine.vm_mut();
        let _fiber = vm.new_fiber(FiberLimits::new()).map_err(|thrown| vm.catch(thrown));
        assert_eq!(machine.call(linked.function(FunctionIndex(1)), &[round]), Ok(round + 20));
        assert!(account.used() <= limit);
    }
    assert!(account.available() < 20_000);
    assert_eq!(account.charge(MemoryKind::Heap, 20_000).unwrap_err(), OutOfMemory);
    drop(held);
    assert!(account.charge(MemoryKind::Heap, 20_000).is_ok());
}

#[test]
fn a_dropped_machine_releases_everything() {
    let (mut machine, linked) = limited(64 * MIB, Some(on()), &descent());
    let account = machine.memory().clone();
    let fiber = machine.vm_mut().new_fiber(FiberLimits::new()).expect("there is memory");
    machine.vm_mut().start_fiber(fiber, linked.function(DOWN), &[100]).expect("it returns");
    assert_eq!(machine.call(linked.function(DOWN), &[5000]), Ok(5000));
    drop(machine);
    assert_eq!(MemoryKind::ALL.map(|kind| account.used_by(kind)), [0; 6]);
}

#[test]
fn a_stack_shrinks_while_functions_run_on_it() {
    for config in configs() {
        let (mut machine, _) = limited(64 * MIB, config.clone(), &descent());
        let down = machine.load(&descent()).expect("there is memory");
        let account = machine.memory().clone();
        let ask = move |vm: &mut Vm, values: Window| {
            let n = vm.slot(values.start());
            let result = vm.run(down.function(DOWN), &[10_000])?;
            let before = vm.memory().used_by(MemoryKind::Stacks);
            vm.shrink_stack();
            assert!(vm.memory().used_by(MemoryKind::Stacks) < before / 4);
            assert_eq!(vm.slot(values.start()), n);
            Ok(result + n)
        };
        machine.vm_mut().host.ask = Some(Rc::new(ask));
        let mut builder = ProgramBuilder::new();
        define(&mut builder, "asking", 2, 3, |code| {
            code.ask(Slot(2), Slot(0), 1);
            code.add(Slot(2), Slot(2), Slot(1));
            code.ret(Slot(2));
        });
        let linked = machine.load(&verified(builder)).expect("there is memory");
        assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[5, 100]), Ok(10_105), "{config:?}");
        assert!(account.used_by(MemoryKind::Stacks) < 200 << 10);
    }
}
