//! The roots that a machine has, and collections while it runs.

use mimeo::asm::FunctionIndex;
use mimeo::def::Slot;
use mimeo::{FiberExit, FiberLimits, OutOfMemory};
use mimeo_doc_ops::objects::objects::{Assembler, Linked, Machine, ProgramBuilder, Value};
use mimeo_doc_ops::objects::{Host, Pair, pair};
use mimeo_heap::{allocate, collect};

const FUNCTION: FunctionIndex = FunctionIndex(0);

/// Loads a program of one function, of three slots.
fn load(machine: &mut Machine, arity: u16, write: impl FnOnce(&mut Assembler)) -> Linked {
    let mut code = Assembler::new("function", arity, 3);
    write(&mut code);
    let mut program = ProgramBuilder::new();
    let index = program.declare("function");
    program.define(index, code.finish().expect("it is complete"));
    let program = program.finish().expect("it is defined").verify().expect("it is sound");
    machine.load(&program).expect("there is memory")
}

/// Returns a machine with a small stack, because a collection clears what is free of it.
fn machine() -> Machine {
    let small = FiberLimits::new().with_slots(64).with_depth(8);
    Machine::builder((), Host::default()).first_size(small).build()
}

fn used(machine: &Machine) -> usize {
    machine.vm().host.heap.used() / size_of::<Pair>()
}

fn add(machine: &mut Machine, second: Value) -> Value {
    let pair = machine.vm_mut().host.heap.add(pair(Value::int(7), second));
    pair.expect("there is no limit").value()
}

fn collect_all(machine: &mut Machine) {
    // SAFETY: (1): the tests use only what is reachable.
    unsafe { collect(machine.vm_mut()) };
}

#[test]
fn slots_of_a_running_function_are_roots() {
    let mut machine = machine();
    let linked = load(&mut machine, 1, |code| {
        // The first argument of `cons` is only in its slot while the second one is made.
        code.cons(Slot(1), Slot(0), Slot(0));
        code.cons(Slot(2), Slot(0), Slot(0));
        code.cons(Slot(2), Slot(1), Slot(2));
        code.first(Slot(2), Slot(2));
        code.give(Slot(2));
    });
    let argument = add(&mut machine, Value::int(1));
    machine.vm_mut().host.heap.set_eager(true);
    let result = machine.call(linked.function(FUNCTION), &[argument]).expect("it has no error");
    let heap = &machine.vm().host.heap;
    let inner = heap.get::<Pair>(heap.get::<Pair>(result).expect("a pair").first).expect("a pair");
    assert_eq!(inner.first, Value::int(7));
    collect_all(&mut machine);
    assert_eq!(used(&machine), 0);
}

#[test]
fn stacks_of_idle_fibers_are_roots() {
    let mut machine = machine();
    let linked = load(&mut machine, 1, |code| {
        code.suspend();
        code.give(Slot(0));
    });
    let kept = add(&mut machine, Value::int(1));
    let freed = add(&mut machine, Value::int(2));
    let vm = machine.vm_mut();
    let fiber = vm.new_fiber(FiberLimits::new()).expect("there is memory");
    let function = linked.function(FUNCTION);
    assert_eq!(vm.start_fiber(fiber, function, &[kept]).expect("it has no error"), FiberExit::Suspended);
    // Beyond the frame.
    vm.set_fiber_slot(fiber, 9, freed).expect("it is idle");
    collect_all(&mut machine);
    assert_eq!(used(&machine), 1);
    let vm = machine.vm_mut();
    assert_eq!(mimeo::Value::to_bits(vm.fiber_slot(fiber, 9).expect("it is idle")), 0);
    assert_eq!(vm.resume_fiber(fiber).expect("it has no error"), FiberExit::Done(kept));
    vm.drop_fiber(fiber).expect("it is idle");
    collect_all(&mut machine);
    assert_eq!(used(&machine), 0);
}

#[test]
fn constants_and_globals_are_roots() {
    let mut machine = machine();
    let inner = add(&mut machine, Value::int(1));
    let constant = add(&mut machine, inner);
    let global = add(&mut machine, Value::int(3));
    add(&mut machine, Value::int(4));
    machine.vm_mut().host.globals.push(global);
    let linked = load(&mut machine, 0, |code| {
        code.constant(Slot(0), constant);
        code.give(Slot(0));
    });
    collect_all(&mut machine);
    assert_eq!(used(&machine), 3);
    let result = machine.call(linked.function(FUNCTION), &[]).expect("it has no error");
    assert_eq!(machine.vm().host.heap.get::<Pair>(result).map(|pair| pair.second), Some(inner));
    // SAFETY: nothing runs or refers to the function.
    unsafe { machine.unload(linked) }.expect("it is loaded");
    collect_all(&mut machine);
    assert_eq!(used(&machine), 1);
}

#[test]
fn a_collection_that_frees_little_does_not_count() {
    const ROOM: usize = 100;
    for (garbage, is_enough) in [(3, false), (10, true)] {
        let mut machine = machine();
        let vm = machine.vm_mut();
        let memory = vm.memory().clone();
        vm.host.heap.attach(&memory).expect("there is no limit");
        memory.set_limit(Some(memory.used() + ROOM * size_of::<Pair>()));
        for number in 0..ROOM {
            let pair = vm.host.heap.add(pair(Value::int(7), Value::int(7))).expect("there is room");
            if number >= garbage {
                vm.host.globals.push(pair.value());
            }
        }
        // SAFETY: (1): only what the globals refer to is used afterwards.
        let made = unsafe { allocate(vm, |vm| vm.host.heap.add(pair(Value::int(7), Value::int(7)))) };
        assert_eq!(made.is_ok(), is_enough, "{garbage} of {ROOM} objects are garbage");
    }
}

#[test]
fn memory_that_runs_out_is_collected_once() {
    const ROOM: usize = 100;
    let mut machine = machine();
    let vm = machine.vm_mut();
    let memory = vm.memory().clone();
    vm.host.heap.attach(&memory).expect("there is no limit");
    vm.host.globals.reserve(ROOM);
    memory.set_limit(Some(memory.used() + ROOM * size_of::<Pair>()));
    // Garbage is no problem.
    for number in 0..10 * ROOM as u32 {
        // SAFETY: (1): only what the globals refer to is used afterwards.
        let made = unsafe { allocate(vm, |vm| vm.host.heap.add(pair(Value::int(number), Value::int(0)))) };
        assert!(made.is_ok());
    }
    let mut runs = 0;
    let kept = (0..).map_while(|number| {
        // SAFETY: (1): as above.
        let made = unsafe {
            allocate(vm, |vm| {
                runs += 1;
                vm.host.heap.add(pair(Value::int(number), Value::int(0)))
            })
        };
        let pair = made.ok()?;
        vm.host.globals.push(pair.value());
        Some(pair)
    });
    let kept = kept.count();
    assert_eq!(kept, ROOM);
    // The last one runs once, because a collection did not help; the first one runs again after it.
    assert!(runs <= kept + 2, "{runs} attempts to make {kept} objects");
    vm.host.globals.clear();
    // SAFETY: (1): as above.
    let made = unsafe { allocate(vm, |vm| vm.host.heap.add(pair(Value::int(0), Value::int(0)))) };
    assert!(made.is_ok());
    // SAFETY: (1): as above.
    let refused = unsafe { allocate(vm, |_| Err::<(), _>(OutOfMemory)) };
    assert_eq!(refused, Err(OutOfMemory));
}
