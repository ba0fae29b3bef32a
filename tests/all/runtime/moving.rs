//! The same tests on stacks that move at every call: keeping an address of a frame for too long fails them.

use mimeo::jit::WithJit as _;
use mimeo::{FiberError, FiberExit, FiberLimits};

use super::*;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use mimeo_corpus::alone::is_alone;
use mimeo_tests::machines::with_moving_stacks;

macro_rules! moving {
    ($($module:ident::$test:ident,)*) => {$(
        #[test]
        fn $test() {
            with_moving_stacks($module::$test);
        }
    )*};
}

moving! {
    budget::fuel_is_used_up_at_the_same_event_in_every_configuration,
    budget::a_fiber_of_the_host_waits_for_fuel_at_any_event,
    budget::a_run_inside_another_traps_instead_of_waiting_for_fuel,
    budget::an_interruption_ends_loops_and_recursion_in_eight_threads_at_once,
    callbacks::runtime_functions_call_back_in_every_configuration,
    callbacks::an_error_in_a_callback_keeps_its_position_and_can_be_caught,
    callbacks::too_many_nested_runs_are_an_error_that_can_be_caught,
    callbacks::a_panic_passes_through_nested_runs_and_leaves_the_machine_usable,
    control::handlers_catch_errors_of_called_functions,
    control::tail_calls_take_no_stack,
    control::a_tail_call_whose_frame_does_not_fit_is_an_error,
    control::runtime_functions_see_windows_and_frames,
    debugger::a_breakpoint_at_any_op_stops_at_the_same_places_in_every_configuration,
    debugger::steps_are_the_same_in_every_configuration,
    debugger::a_native_loop_can_be_paused_inspected_changed_and_stopped,
    fibers::fibers_suspend_and_resume,
    fibers::code_is_discarded_while_fibers_are_suspended_in_it,
    fiber_errors::an_error_is_thrown_at_the_op_that_suspended_the_fiber,
    fiber_errors::an_error_keeps_its_position_when_it_is_thrown_into_a_fiber,
    requests::a_requested_call_gives_the_result_of_the_op_or_decides_its_jump,
    requests::requests_are_as_deep_as_calls,
    requests::the_error_of_a_requested_call_is_caught_by_a_handler_around_the_op,
    requests::a_fiber_can_be_suspended_in_a_requested_call_and_dropped,
    requests::an_op_gets_the_result_of_its_own_call_after_errors_and_panics_in_others,
    suspension::an_error_thrown_after_a_suspension_request_replaces_it,
    suspension::runs_after_a_suspension_request_are_not_suspended,
    suspension::a_run_is_not_suspended_by_the_request_of_another,
    suspension::a_panic_after_a_suspension_request_is_not_lost,
    suspension::a_fiber_can_only_be_suspended_in_its_own_run,
    code::code_is_discarded_while_frames_return_into_it,
    reload::a_loop_calls_programs_that_replace_each_other,
    reload::nested_runs_load_programs_and_unload_them_when_they_return,
}

/// `down(n)` is n, by n nested calls. Each frame starts 4 slots after its caller's.
pub(super) const DOWN: FunctionIndex = FunctionIndex(0);
const STEP: u32 = 4;

pub(super) fn descent() -> Program {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "down", 1, STEP as u16 + 1, |code| {
        let (more, n, zero, less) = (code.label(), Slot(0), Slot(1), Slot(STEP as u16));
        code.number(zero, 0);
        code.jump_if_less(zero, n, more);
        code.ret(zero);
        code.bind(more);
        code.number(less, -1);
        code.add(less, less, n);
        code.call(DOWN, less, 1);
        code.number(zero, 1);
        code.add(less, less, zero);
        code.ret(less);
    });
    verified(builder)
}

/// Creates a machine whose stacks start with this size.
fn growing(config: Option<JitConfig>, limits: Limits, size: FiberLimits) -> (Machine<Ops>, Linked) {
    growing_with(&descent(), config, limits, size)
}

fn growing_with(
    program: &Program,
    config: Option<JitConfig>,
    limits: Limits,
    size: FiberLimits,
) -> (Machine<Ops>, Linked) {
    let builder = Machine::builder(Context::default(), Host::default()).limits(limits).first_size(size);
    let mut machine = match config {
        Some(config) => builder.jit(config).build(),
        None => builder.build(),
    };
    let linked = machine.load(program).expect("it has the spaces");
    (machine, linked)
}

#[test]
fn small_stacks_grow_to_the_same_limits_as_large_ones() {
    for config in configs() {
        for (slots, depth) in [(200, 1000), (201, 1000), (1 << 14, 30), (1 << 14, 31), (1 << 14, 64)] {
            let limits = Limits::default().with_slots(slots).with_depth(depth);
            // The deepest call that fits: each frame takes slots after its caller's, and a record.
            let deepest = ((slots - (STEP + 1)) / STEP).min(depth - 1);
            for size in [
                FiberLimits::new().with_slots(1).with_depth(1),
                FiberLimits::new().with_slots(7).with_depth(3),
                FiberLimits::new().with_slots(slots).with_depth(depth),
            ] {
                let what = format!("{limits:?}, {size:?}, {config:?}");
                let (mut machine, linked) = growing(config.clone(), limits, size);
                for _ in 0..2 {
                    let down =
                        |machine: &mut Machine<Ops>, n: u32| machine.call(linked.function(DOWN), &[i64::from(n)]);
                    assert_eq!(down(&mut machine, 2), Ok(2), "{what}");
                    assert_eq!(down(&mut machine, deepest), Ok(i64::from(deepest)), "{what}");
                    let trap = down(&mut machine, deepest + 1).expect_err(&what);
                    assert_eq!(
                        (trap.kind, trap.backtrace.depth()),
                        (TrapKind::StackOverflow, deepest as usize + 1),
                        "{what}"
                    );
                }
            }
        }
    }
}

#[test]
fn slots_beyond_a_small_stack_are_zeros_until_they_are_set() {
    let limits = Limits::default().with_slots(100);
    let (mut machine, _) = growing(None, limits, FiberLimits::new().with_slots(5).with_depth(1));
    let vm = machine.vm_mut();
    assert_eq!((vm.room(), vm.slot(4), vm.slot(5), vm.slot(99)), (100, 0, 0, 0));
    let at_first = vm.slot_ptr(0);
    vm.set_slot(4, 44);
    assert_eq!(vm.slot_ptr(0), at_first, "it has the slot");
    vm.set_slot(5, 55);
    assert_ne!(vm.slot_ptr(0), at_first, "it had no such slot");
    vm.set_slot(99, 99);
    assert_eq!([4, 5, 6, 98, 99].map(|slot| vm.slot(slot)), [44, 55, 0, 0, 99]);
    assert_eq!(panic_of(|| vm.slot(100)), "the value stack has no slot 100");
    assert_eq!(panic_of(|| vm.set_slot(100, 1)), "the value stack has no slot 100");
}

#[test]
fn fibers_begin_small_and_grow() {
    let (mut machine, linked) = growing(None, Limits::default(), FiberLimits::new().with_slots(8).with_depth(2));
    let vm = machine.vm_mut();
    for (slots, fits) in [(STEP * 40 + STEP + 1, true), (STEP * 40 + STEP, false)] {
        let fiber = vm.new_fiber(FiberLimits::new().with_slots(slots).with_depth(100)).expect("there is memory");
        match vm.start_fiber(fiber, linked.function(DOWN), &[40]) {
            Ok(exit) => assert_eq!((exit, fits), (FiberExit::Done(40), true)),
            Err(thrown) => assert_eq!((vm.catch(thrown).kind, fits), (TrapKind::StackOverflow, false)),
        }
        assert_eq!(vm.drop_fiber(fiber), Ok(()));
    }
}

#[test]
fn setting_a_slot_of_a_suspended_fiber_grows_its_stack() {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "yielding", 1, 2, |code| {
        code.yields(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    let program = verified(builder);
    for config in configs() {
        let size = FiberLimits::new().with_slots(4).with_depth(2);
        let (mut machine, linked) = growing_with(&program, config.clone(), Limits::default(), size);
        let vm = machine.vm_mut();
        let fiber = vm.new_fiber(FiberLimits::new().with_slots(1000).with_depth(3)).expect("there is memory");
        assert!(matches!(vm.start_fiber(fiber, linked.function(FunctionIndex(0)), &[5]), Ok(FiberExit::Suspended)));
        let kept = vm.fiber_stack(fiber).expect("it is suspended").as_ptr().cast_mut();
        vm.host.kept = vec![kept];
        assert_eq!([3, 4, 999].map(|slot| vm.fiber_slot(fiber, slot)), [Ok(0); 3], "{config:?}");
        assert_eq!(vm.set_fiber_slot(fiber, 3, 33), Ok(()));
        assert_eq!(vm.host.kept, [kept], "the stack has this slot");
        assert_eq!(vm.set_fiber_slot(fiber, 999, 99), Ok(()));
        let moved = vm.fiber_stack(fiber).expect("it is suspended").as_ptr().cast_mut();
        assert_ne!(moved, kept, "the stack had no such slot");
        assert_eq!(vm.host.kept, [moved], "{config:?}");
        assert_eq!([0, 3, 4, 999].map(|slot| vm.fiber_slot(fiber, slot)), [Ok(5), Ok(33), Ok(0), Ok(99)]);
        assert_eq!(vm.set_fiber_slot(fiber, 1000, 1), Err(FiberError::NoSuchSlot(1000)));
        assert_eq!(vm.set_fiber_slot(fiber, 1, 6), Ok(()));
        assert!(matches!(vm.resume_fiber(fiber), Ok(FiberExit::Done(6))), "{config:?}");
    }
}

/// Calls a function, and returns `true` if the call moves the machine's stack.
fn moves(machine: &mut Machine<Ops>, linked: Linked, function: FunctionIndex, arg: i64, result: i64) -> bool {
    let before = machine.vm().slot_ptr(0);
    assert_eq!(machine.call(linked.function(function), &[arg]), Ok(result));
    machine.vm().slot_ptr(0) != before
}

#[test]
fn calls_move_the_stack_only_if_they_do_not_fit() {
    let depth = 100;
    for config in configs() {
        let what = format!("{config:?}");
        // A call by the host, and one by a function, with exactly enough slots and records or one too few.
        for calls in 0..2 {
            let (slots, records) = (STEP + 1 + STEP * calls, 1 + calls);
            for (size, expected) in [
                (FiberLimits::new().with_slots(slots).with_depth(depth), false),
                (FiberLimits::new().with_slots(100).with_depth(records), false),
                (FiberLimits::new().with_slots(slots).with_depth(records), false),
                (FiberLimits::new().with_slots(slots - 1).with_depth(depth), true),
                (FiberLimits::new().with_slots(100).with_depth(records - 1), true),
            ] {
                let (mut machine, linked) = growing(config.clone(), Limits::default(), size);
                let calls = i64::from(calls);
                assert_eq!(moves(&mut machine, linked, DOWN, calls, calls), expected, "{calls} in {size:?}, {what}");
                assert!(!moves(&mut machine, linked, DOWN, calls, calls), "{calls} in {size:?}, {what}");
            }
        }
    }
}

/// `small(n)` tail-calls `large(7)`, which is 42. `caller(n)` is `small(n)` plus `n`.
fn tail_calling() -> Program {
    let mut builder = ProgramBuilder::new();
    let [small, large] = [0, 1].map(FunctionIndex);
    define(&mut builder, "small", 1, 2, |code| {
        code.number(Slot(1), 7);
        code.tail_call(large, Slot(1), 1);
        // An ordinary call would return to this op.
        code.number(Slot(0), 99);
        code.ret(Slot(0));
    });
    define(&mut builder, "large", 1, LARGE as u16, |code| {
        let last = Slot(LARGE as u16 - 1);
        code.number(last, 35);
        code.add(Slot(0), Slot(0), last);
        code.ret(Slot(0));
    });
    define(&mut builder, "caller", 1, 2, |code| {
        code.number(Slot(1), 0);
        code.call(small, Slot(1), 1);
        code.add(Slot(0), Slot(0), Slot(1));
        code.ret(Slot(0));
    });
    verified(builder)
}

/// The number of slots of a large frame.
const LARGE: u32 = 40;

#[test]
fn a_tail_call_moves_the_stack_only_if_its_frame_does_not_fit_and_takes_no_record() {
    let [small, caller] = [0, 2].map(FunctionIndex);
    for config in configs() {
        for (function, result, records, slots) in [(small, 42, 1, LARGE), (caller, 45, 2, LARGE + 1)] {
            let limits = Limits::default().with_slots(slots).with_depth(records);
            for (first_slots, expected) in [(3, true), (slots - 1, true), (slots, false)] {
                let size = FiberLimits::new().with_slots(first_slots).with_depth(records);
                let (mut machine, linked) = growing_with(&tail_calling(), config.clone(), limits, size);
                assert_eq!(moves(&mut machine, linked, function, 3, result), expected, "{size:?}, {config:?}");
                assert!(!moves(&mut machine, linked, function, 3, result), "{size:?}, {config:?}");
            }
        }
    }
}

#[test]
fn a_callee_that_needs_a_larger_stack_is_compiled_and_returns_like_any_other() {
    let mut builder = ProgramBuilder::new();
    let [caller, callee] = [0, 1].map(FunctionIndex);
    define(&mut builder, "caller", 1, 2, |code| {
        code.number(Slot(1), 3);
        code.call(callee, Slot(1), 1);
        code.add(Slot(0), Slot(0), Slot(1));
        code.ret(Slot(0));
    });
    define(&mut builder, "callee", 1, 2, |code| code.ret(Slot(0)));
    let program = verified(builder);
    // The callee is compiled at its first call.
    let config = JitConfig::default().with_threshold(1);
    let size = FiberLimits::new().with_slots(2).with_depth(1);
    let (mut machine, linked) = growing_with(&program, Some(config), Limits::default(), size);
    assert_eq!(machine.compile(linked.function(caller)), Ok(true));
    assert!(moves(&mut machine, linked, caller, 4, 7));
    assert_eq!(stats(&machine).functions.compiled(), 2);
    // Once into the caller, and once into the callee, which returns to the caller's code directly.
    assert_eq!(stats(&machine).switches.entered.iter().sum::<u64>(), 2);
}

#[test]
fn kept_addresses_follow_the_stack_that_moved() {
    let mut builder = ProgramBuilder::new();
    let [asking, wide] = [0, 1].map(FunctionIndex);
    define(&mut builder, "asking", 1, 2, |code| {
        code.set_escaping(Slot(0));
        code.ask(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    define(&mut builder, "wide", 1, 300, |code| code.ret(Slot(0)));
    let program = verified(builder);
    for config in configs() {
        let size = FiberLimits::new().with_slots(8).with_depth(10);
        let (mut machine, linked) = growing_with(&program, config.clone(), Limits::default(), size);
        let ask = move |vm: &mut Vm, values: Window| {
            let (mine, elsewhere) = (vm.slot_ptr(values.start()), std::ptr::from_mut(&mut vm.context.nothing));
            vm.host.kept = vec![mine, elsewhere];
            // The stack of a fiber moves, and then this one.
            let wide = linked.function(wide);
            let fiber = vm.new_fiber(FiberLimits::new().with_slots(1000).with_depth(10))?;
            assert_eq!(vm.start_fiber(fiber, wide, &[5])?, FiberExit::Done(5));
            assert_eq!((vm.slot_ptr(values.start()), &vm.host.kept[..]), (mine, &[mine, elsewhere][..]));
            let result = vm.run(wide, &[6])?;
            let moved = vm.slot_ptr(values.start());
            assert_ne!(moved, mine, "the frame of `wide` does not fit");
            assert_eq!(vm.host.kept, [moved, elsewhere]);
            Ok(result)
        };
        machine.vm_mut().host.ask = Some(Rc::new(ask));
        assert_eq!(machine.call(linked.function(asking), &[1]), Ok(6), "{config:?}");
    }
}

#[test]
fn stacks_set_to_move_at_every_call_move_while_they_are_small() {
    for (slots, expected) in [(1 << 12, true), ((1 << 12) + 1, false)] {
        let limits = Limits::default().with_slots(slots);
        let builder = Machine::builder(Context::default(), Host::default());
        let mut machine: Machine<Ops> = builder.limits(limits).build();
        machine.move_stacks_at_calls();
        let linked = machine.load(&descent()).expect("it has the spaces");
        assert!(moves(&mut machine, linked, DOWN, 0, 0), "it starts small");
        // At its largest size.
        machine.vm_mut().set_slot(slots - 1, 1);
        assert_eq!(moves(&mut machine, linked, DOWN, 0, 0), expected, "{slots} slots");
    }
}

/// Runs in a separate process with 2 GiB of address space, which emulators do not support.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn stacks_are_unchanged_if_growing_them_fails() {
    if !is_alone("runtime::moving::stacks_are_unchanged_if_growing_them_fails", "ulimit -v 2097152") {
        return;
    }
    // 8 GiB.
    let slots = 1 << 30;
    let limits = Limits::default().with_slots(slots);
    let (mut machine, linked) = growing(None, limits, FiberLimits::new().with_slots(8).with_depth(2));
    let vm = machine.vm_mut();
    vm.set_slot(3, 33);
    let last = slots - 1;
    let panic = panic_of(|| vm.set_slot(last, 1));
    assert_eq!(panic, format!("not enough memory for slot {last} of the value stack"));
    assert_eq!((vm.slot(3), vm.slot(last)), (33, 0));
    assert_eq!(machine.call(linked.function(DOWN), &[40]), Ok(40));
    // The stack of a suspended fiber is unchanged, too.
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "yielding", 1, 2, |code| {
        code.yields(Slot(1), Slot(0), 1);
        code.ret(Slot(1));
    });
    let linked = machine.load(&verified(builder)).expect("it has the spaces");
    let vm = machine.vm_mut();
    let fiber = vm.new_fiber(FiberLimits::new().with_slots(slots)).expect("a small stack fits");
    assert!(matches!(vm.start_fiber(fiber, linked.function(FunctionIndex(0)), &[5]), Ok(FiberExit::Suspended)));
    assert_eq!(vm.set_fiber_slot(fiber, last, 1), Err(FiberError::NoSuchSlot(last)));
    assert_eq!(vm.set_fiber_slot(fiber, 1, 6), Ok(()));
    assert!(matches!(vm.resume_fiber(fiber), Ok(FiberExit::Done(6))));
    // Fibers that start with their largest size cannot be made.
    let builder = Machine::builder(Context::default(), Host::default());
    let mut machine: Machine<Ops> = builder.first_size(FiberLimits::new().with_slots(slots)).build();
    let vm = machine.vm_mut();
    let thrown = vm.new_fiber(FiberLimits::new().with_slots(slots).with_depth(1)).expect_err("there is no memory");
    assert_eq!(vm.catch(thrown).kind, TrapKind::OutOfMemory);
    let linked = machine.load(&descent()).expect("it has the spaces");
    assert_eq!(machine.call(linked.function(DOWN), &[40]), Ok(40));
}
