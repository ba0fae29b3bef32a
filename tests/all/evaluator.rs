//! The tier that evaluates the bodies of ops: what it notices, and that its exits change nothing.

use mimeo::asm::FunctionIndex;
use mimeo::def::Slot;
use mimeo::{Machine, TrapKind};
use mimeo_doc_ops::{DEPTH, DIVIDE, SUM, sample_program};
use mimeo_tests::loops::loop_ops;
use mimeo_tests::slow::Host;
use mimeo_tests::slow::slow_ops::{Assembler, Context, Ops, ProgramBuilder};
use mimeo_twins::Evaluator;

/// Runs a function that writes 5 to its slot 0 through a pointer. Returns what it returns, and the accesses to slots that
/// do not escape.
fn written_through_a_pointer(escaping: &[Slot]) -> (i64, Vec<String>) {
    let mut code = Assembler::new("writes", 1, 3);
    code.number(Slot(1), 5);
    code.write_and_note(Slot(2), Slot(1), Slot(1));
    code.ret(Slot(0));
    let mut body = code.finish().expect("it is whole");
    body.escaping = escaping.to_vec();
    let mut builder = ProgramBuilder::new();
    let writes = builder.declare("writes");
    builder.define(writes, body);
    let program = builder.finish().expect("it is whole").verify().expect("it is sound");
    let builder = Machine::builder(Context::default(), Host::default());
    let mut machine = builder.tier(Box::new(Evaluator::<Ops>::new())).build();
    let linked = machine.load(&program).expect("it needs no space");
    // The frame of a function that the host calls begins where the stack does.
    machine.vm_mut().context.pointer = machine.vm().slot_ptr(0).cast();
    let result = machine.call(linked.function(FunctionIndex(0)), &[3]).expect("it throws nothing");
    let tier: &Evaluator<Ops> = machine.tier().expect("the machine has it");
    (result, tier.hidden_accesses())
}

#[test]
fn an_access_to_a_slot_that_does_not_escape_is_noticed() {
    let place = "`write_and_note` accesses slot 0 of `writes`, which does not escape".to_owned();
    assert_eq!(written_through_a_pointer(&[]), (5, vec![place]));
    assert_eq!(written_through_a_pointer(&[Slot(0)]), (5, vec![]));
}

#[test]
fn an_access_to_bytes_is_noticed_in_both_slots_that_it_reaches() {
    let hidden = |escaping: &[Slot]| {
        let mut code = loop_ops::Assembler::new("writes", 0, 3);
        code.number(Slot(2), 5);
        code.point(Slot(0), 1);
        code.write_across(Slot(2));
        code.ret(Slot(2));
        let mut body = code.finish().expect("it is whole");
        body.escaping = escaping.to_vec();
        let mut builder = loop_ops::ProgramBuilder::new();
        let writes = builder.declare("writes");
        builder.define(writes, body);
        let program = builder.finish().expect("it is whole").verify().expect("it is sound");
        let builder = Machine::builder(loop_ops::Context::default(), ());
        let mut machine = builder.tier(Box::new(Evaluator::<loop_ops::Ops>::new())).build();
        let linked = machine.load(&program).expect("it needs no space");
        machine.call(linked.function(writes), &[]).expect("it throws nothing");
        machine.tier::<Evaluator<loop_ops::Ops>>().expect("the machine has it").hidden_accesses()
    };
    assert_eq!(hidden(&[Slot(0), Slot(1)]), [""; 0]);
    assert_eq!(hidden(&[Slot(0)]), ["`write_across` accesses slot 1 of `writes`, which does not escape"]);
}

#[test]
fn errors_calls_and_exits_are_those_of_the_interpreter() {
    for every in [0, 1, 2, 3, 7] {
        let builder = Machine::builder(mimeo_doc_ops::Context::default(), mimeo_doc_ops::Host::default());
        let tier = Evaluator::<mimeo_doc_ops::Ops>::with_exits(every);
        let mut machine = builder.tier(Box::new(tier)).build();
        let linked = machine.load(&sample_program()).expect("it needs no space");
        machine.vm_mut().set_fuel(Some(1_000_000));
        assert_eq!(machine.call(linked.function(SUM), &[1000]), Ok(500_500), "{every}");
        assert_eq!(machine.call(linked.function(DEPTH), &[1000]), Ok(1000), "{every}");
        let trap = machine.call(linked.function(DIVIDE), &[84, 0]).expect_err("nothing is divided by 0");
        assert_eq!(trap.to_string(), "sample:3:5: cannot divide 84 by 0", "{every}");
        // The same events are counted, whatever runs the ops.
        assert_eq!(machine.vm().fuel(), Some(997_997), "{every}");
        machine.vm_mut().set_fuel(Some(10));
        let trap = machine.call(linked.function(SUM), &[1000]).expect_err("there is not enough fuel");
        assert_eq!(trap.kind, TrapKind::OutOfFuel, "{every}");
    }
}

#[test]
fn a_program_can_be_unloaded_and_another_loaded() {
    let builder = Machine::builder(mimeo_doc_ops::Context::default(), mimeo_doc_ops::Host::default());
    let mut machine = builder.tier(Box::new(Evaluator::<mimeo_doc_ops::Ops>::new())).build();
    let linked = machine.load(&sample_program()).expect("it needs no space");
    assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
    // SAFETY: no value refers to the program.
    unsafe { machine.unload(linked) }.expect("nothing runs");
    let linked = machine.load(&sample_program()).expect("it needs no space");
    assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
}
