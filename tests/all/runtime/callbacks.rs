//! Callbacks from runtime functions into the program → their results, errors, limits and panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

#[test]
pub(super) fn runtime_functions_call_back_in_every_configuration() {
    for config in configs() {
        let (mut machine, linked) = loaded(config.clone(), Limits::default());
        for _ in 0..5 {
            assert_eq!(machine.call(linked.function(SUM), &[100]), Ok(5050), "{config:?}");
            assert_eq!(machine.call(linked.function(TWICE), &[10]), Ok(110), "{config:?}");
        }
    }
}

#[test]
pub(super) fn nested_runs_of_an_op_share_its_cell() {
    let mut builder = ProgramBuilder::new();
    define(&mut builder, "nested", 1, 3, |code| {
        let (depth, less, result) = (Slot(0), Slot(1), Slot(2));
        let deeper = code.label();
        code.number(less, 0);
        code.jump_if_less(less, depth, deeper);
        code.ret(less);
        code.bind(deeper);
        code.number(less, -1);
        code.add(less, less, depth);
        code.call_back_counting(result, FunctionIndex(0), less);
        code.ret(result);
    });
    let program = verified(builder);
    for config in configs() {
        let mut machine = machine::<Ops>((Context::default(), Host::default()), Limits::default(), config.clone());
        let linked = machine.load(&program).expect("it has the spaces");
        for runs in [3, 6, 9] {
            assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[3]), Ok(3 * 1000 * runs), "{config:?}");
        }
    }
}

#[test]
pub(super) fn an_error_in_a_callback_keeps_its_position_and_can_be_caught() {
    for config in configs() {
        let (mut machine, linked) = loaded(config.clone(), Limits::default());
        for _ in 0..3 {
            let trap = machine.call(linked.function(SUM), &[1001]).expect_err("it is too much");
            assert_eq!(
                (trap.kind.to_string().as_str(), function_of(&trap), trap.backtrace.depth()),
                ("no more than 1000", "sum", 1)
            );
            assert_eq!(machine.call(linked.function(CAUTIOUS), &[1001]), Ok(-1), "{config:?}");
            assert_eq!(machine.vm_mut().host.caught.pop().as_deref(), Some("no more than 1000 in sum"));
            assert_eq!(machine.call(linked.function(CAUTIOUS), &[4]), Ok(10), "{config:?}");
        }
    }
}

#[test]
pub(super) fn too_many_nested_runs_are_an_error_that_can_be_caught() {
    for config in configs() {
        let limits = Limits::default().with_nesting(50);
        let (mut machine, linked) = loaded(config.clone(), limits);
        assert_eq!(machine.call(linked.function(SUM), &[48]), Ok(48 * 49 / 2), "{config:?}");
        let trap = machine.call(linked.function(SUM), &[60]).expect_err("it is too deep");
        assert_eq!(
            (trap.kind.to_string().as_str(), trap.backtrace.depth()),
            ("too many nested runs", 50),
            "{config:?}"
        );
        assert_eq!(machine.call(linked.function(CAUTIOUS), &[60]), Ok(-1), "{config:?}");
        // The value stack and the frame records have separate limits.
        let limits = Limits::default().with_slots(40);
        let (mut machine, linked) = loaded(config.clone(), limits);
        assert_eq!(machine.call(linked.function(SUM), &[8]), Ok(36), "{config:?}");
        assert_eq!(
            machine.call(linked.function(SUM), &[10]).expect_err("no room").kind.to_string(),
            "stack overflow",
            "{config:?}"
        );
        let limits = Limits::default().with_depth(20);
        let (mut machine, linked) = loaded(config.clone(), limits);
        assert_eq!(machine.call(linked.function(SUM), &[9]), Ok(45), "{config:?}");
        assert_eq!(
            machine.call(linked.function(SUM), &[30]).expect_err("no room").kind.to_string(),
            "stack overflow",
            "{config:?}"
        );
    }
}

#[test]
pub(super) fn a_panic_passes_through_nested_runs_and_leaves_the_machine_usable() {
    for config in configs() {
        // A run that a panic does not end would be one fewer.
        let (mut machine, linked) = loaded(config.clone(), Limits::default().with_nesting(20));
        machine.vm_mut().host.on_callback = Some(Box::new(|a| assert_ne!(a, 3, "three")));
        for _ in 0..20 {
            let panicked = catch_unwind(AssertUnwindSafe(|| machine.call(linked.function(TWICE), &[6])));
            assert!(panicked.is_err(), "{config:?}");
            assert_eq!(machine.call(linked.function(SUM), &[2]), Ok(3), "{config:?}");
        }
    }
}
