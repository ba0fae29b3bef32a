//! Where temporaries are read, and where they are dead.

use mimeo::InstructionSet as _;
use mimeo::asm::FunctionIndex;
use mimeo::def::Slot;
use mimeo_def::Pc;
use mimeo_doc_ops::{Assembler, Ops, ProgramBuilder, new_machine};

use super::Live;

/// Loads a function and returns for each of the places which of its slots 0 to 5 are live.
fn live(places: &[Pc], code: Assembler) -> Vec<Vec<u32>> {
    let mut builder = ProgramBuilder::new();
    let index = builder.declare("f");
    builder.define(index, code.finish().expect("its labels are bound"));
    let mut machine = new_machine();
    let program = builder.finish().expect("it is defined").verify().expect("it is right");
    let linked = machine.load(&program).expect("it needs no space");
    let function = machine.functions(linked).next().expect("it was loaded");
    let live = Live::of(function, Ops::OPS).expect("it has temporaries");
    let at = |&pc: &Pc| (0..6).filter(|&slot| !live.is_dead(pc, slot)).collect();
    places.iter().map(at).collect()
}

fn function() -> Assembler {
    let mut code = Assembler::new("f", 1, 6);
    code.set_temporaries(Slot(2));
    code
}

#[test]
fn what_is_read_in_the_next_iteration_is_live() {
    let mut code = function();
    code.number(Slot(2), 0);
    code.number(Slot(4), 1);
    let (before, head) = (code.pc(), code.label());
    code.bind(head);
    code.add(Slot(3), Slot(2), Slot(4));
    let between = code.pc();
    code.add(Slot(2), Slot(3), Slot(2));
    let jump = code.pc();
    code.jump_if_less(Slot(2), Slot(0), head);
    let after = code.pc();
    code.ret(Slot(1));
    // Slots 0 and 1 are no temporaries.
    let expected = vec![vec![0, 1, 2, 4], vec![0, 1, 2, 3, 4], vec![0, 1, 2, 4], vec![0, 1]];
    assert_eq!(live(&[before, between, jump, after], code), expected);
}

#[test]
fn what_a_handler_reads_is_live_in_its_range() {
    let mut code = function();
    let [from, to, handler] = [(); 3].map(|()| code.label());
    code.bind(from);
    let inside = code.pc();
    code.divide(Slot(1), Slot(0), Slot(0));
    code.bind(to);
    let outside = code.pc();
    code.ret(Slot(1));
    code.bind(handler);
    code.ret(Slot(4));
    code.catch(from, to, handler);
    assert_eq!(live(&[inside, outside], code), [vec![0, 1, 4], vec![0, 1]]);
}

#[test]
fn all_slots_from_a_window_on_are_read() {
    let mut code = function();
    let window = code.pc();
    code.ask_host(Slot(2), Slot(4), 1);
    code.ret(Slot(2));
    assert_eq!(live(&[window], code), [vec![0, 1, 4, 5]]);

    let mut code = function();
    code.call(FunctionIndex(0), Slot(3), 1);
    code.ret(Slot(2));
    assert_eq!(live(&[Pc(0)], code), [vec![0, 1, 2, 3, 4, 5]]);
}

#[test]
fn a_function_that_replaces_this_one_reads_all_slots() {
    let mut code = function();
    code.tail_call(FunctionIndex(0));
    assert_eq!(live(&[Pc(0)], code), [vec![0, 1, 2, 3, 4, 5]]);
}
