//! The same tests on stacks that move at every call: whatever keeps an address of a frame too long fails them.

use mimeo::jit::WithJit as _;
use mimeo::{FiberExit, FiberLimits};

use super::*;
use crate::machines::with_moving_stacks;

macro_rules! moving {
    ($($module:ident::$test:ident,)*) => {$(
        #[test]
        fn $test() {
            with_moving_stacks($module::$test);
        }
    )*};
}

moving! {
    callbacks::runtime_functions_call_back_in_every_configuration,
    callbacks::an_error_in_a_callback_is_placed_where_it_happened_and_can_be_caught,
    callbacks::too_many_nested_runs_are_an_error_that_can_be_caught,
    callbacks::a_panic_passes_through_nested_runs_and_leaves_the_machine_usable,
    control::handlers_catch_what_functions_under_them_throw,
    control::tail_calls_take_no_stack,
    control::runtime_functions_see_windows_and_frames,
    fibers::fibers_stop_and_go_on,
    fibers::code_goes_while_fibers_are_suspended_in_it,
    fiber_errors::an_error_arrives_at_the_op_that_suspended_the_fiber,
    fiber_errors::an_error_keeps_its_place_when_it_is_thrown_into_a_fiber,
    requests::what_an_op_asks_for_is_its_result_or_decides_where_it_goes,
    requests::requests_are_as_deep_as_calls,
    requests::an_error_of_what_was_asked_for_is_caught_around_the_op,
    requests::a_fiber_can_be_suspended_in_what_was_asked_for_and_dropped,
    suspension::what_is_thrown_behind_the_wish_to_be_suspended_takes_its_place,
    suspension::runs_between_the_wish_to_be_suspended_and_the_ops_end_are_not_suspended,
    suspension::a_fiber_can_be_suspended_in_its_own_run_only,
    code::code_goes_while_frames_return_into_it,
    reload::a_program_is_replaced_by_another_under_a_loop_that_calls_it,
    reload::programs_load_programs_on_top_of_each_other_and_unload_them_on_the_way_back,
}

/// `down(n)` is n, by a call in each of its frames, of which each is 4 slots above the last.
const DOWN: FunctionIndex = FunctionIndex(0);
const STEP: u32 = 4;

fn descent() -> Program {
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

/// A machine whose stacks begin with this size.
fn growing(config: Option<JitConfig>, limits: Limits, size: FiberLimits) -> (Machine<Ops>, Linked) {
    let builder = Machine::builder(Context::default(), Host::default()).limits(limits).first_size(size);
    let mut machine = match config {
        Some(config) => builder.jit(config).build(),
        None => builder.build(),
    };
    let linked = machine.load(&descent()).expect("it has the spaces");
    (machine, linked)
}

#[test]
fn small_stacks_grow_as_far_as_large_ones_go() {
    for config in configs() {
        for (slots, depth) in [(200, 1000), (201, 1000), (1 << 14, 30), (1 << 14, 31), (1 << 14, 64)] {
            let limits = Limits::default().with_slots(slots).with_depth(depth);
            // The deepest call that fits: each frame has its slots above those of its callers, and a record.
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
