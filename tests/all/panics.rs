//! Panics that are documented and that no other test covers.

use std::rc::Rc;

use mimeo::asm::{FunctionBody, FunctionIndex};
use mimeo::def::frame::Exit;
use mimeo::def::op::OpInfo;
use mimeo::def::stencil::Table;
use mimeo::def::{Pc, Slot};
use mimeo::{FiberExit, FiberLimits, InstructionSet, Limits, Operands, StackMove, Vm};
use mimeo_doc_ops::{
    ASK, Assembler, Context, DIVIDE, Host, Machine, Ops, Program, ProgramBuilder, SUM, sample_machine, sample_program,
};
use mimeo_twins::{Language, Random, twins};

use crate::runtime::panic_of;

#[test]
fn a_function_of_another_builder_cannot_be_defined() {
    let mut other = ProgramBuilder::new();
    let function = other.declare("f");
    let panic = panic_of(|| ProgramBuilder::new().define(function, FunctionBody::default()));
    assert!(panic.contains("out of bounds"), "{panic}");
}

#[test]
fn an_index_space_that_no_op_uses_is_a_mistake() {
    let expected = "no op of `ops` has an index into `globls`; its index spaces are {\"globals\"}";
    assert_eq!(panic_of(|| ProgramBuilder::new().set_space("globls", 1)), expected);
    let machine = || Machine::builder(Context::default(), Host::default());
    assert_eq!(panic_of(|| machine().space("globls", 1)), expected);
    assert!(machine().space("globals", 1).build().load(&sample_program()).is_ok());
}

#[test]
fn an_operand_beyond_the_code_cannot_be_read() {
    let body = FunctionBody { code: vec![0, 1], ..FunctionBody::default() };
    assert_eq!(body.read(Pc(0), 1, 1), 1);
    let panic = panic_of(|| body.read(Pc(0), 1, 2));
    assert!(panic.contains("out of range"), "{panic}");
}

#[test]
fn an_op_that_cannot_run_alone_panics() {
    let (mut machine, linked) = sample_machine();
    let divide = linked.function(DIVIDE);
    let mut run = |function, pc, slots: &[i64]| panic_of(|| machine.run_op(function, Pc(pc), false, slots));
    assert_eq!(run(divide, 1, &[0; 2]), "no reachable op starts at 0001");
    assert_eq!(run(divide, 0, &[0; 1]), "the frame has more slots");
    assert_eq!(run(divide, 0, &vec![0; Limits::default().slots as usize]), "the slots do not fit");
    let (_, elsewhere) = sample_machine();
    assert!(run(elsewhere.function(SUM), 0, &[0; 4]).starts_with("the function is loaded"));
    machine.vm_mut().host.ask = Some(Rc::new(|_, _| panic!("on purpose")));
    let ask = linked.function(ASK);
    assert_eq!(panic_of(|| machine.run_op(ask, Pc(0), false, &[0; 3])), "on purpose");
}

/// `waits()` suspends its fiber, and then calls the host's function, even if an error is thrown into the fiber.
fn waits() -> Program {
    let mut code = Assembler::new("waits", 0, 1);
    let (from, to, handler) = (code.label(), code.label(), code.label());
    code.bind(from);
    code.suspend(Slot(0), Slot(0));
    code.bind(to);
    code.ask_host(Slot(0), Slot(0), 1);
    code.ret(Slot(0));
    code.bind(handler);
    code.take_error(Slot(0));
    code.ask_host(Slot(0), Slot(0), 1);
    code.ret(Slot(0));
    code.catch(from, to, handler);
    let mut builder = ProgramBuilder::new();
    let function = builder.declare("waits");
    builder.define(function, code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

#[test]
fn a_panic_in_a_fiber_reaches_the_host() {
    let (mut machine, sample) = sample_machine();
    let waits = machine.load(&waits()).expect("it has the spaces").function(FunctionIndex(0));
    let vm = machine.vm_mut();
    vm.host.ask = Some(Rc::new(|_, _| panic!("on purpose")));
    let fibers = [(); 3].map(|()| vm.new_fiber(FiberLimits::new()).expect("there is memory"));
    let started = panic_of(|| vm.start_fiber(fibers[0], sample.function(ASK), &[1, 2]).is_ok());
    assert_eq!(started, "on purpose");
    for &fiber in &fibers[1..] {
        assert!(matches!(vm.start_fiber(fiber, waits, &[]), Ok(FiberExit::Suspended)));
    }
    assert_eq!(panic_of(|| vm.resume_fiber(fibers[1]).is_ok()), "on purpose");
    let old = vm.throw("old");
    let new = vm.throw("new");
    let stale = panic_of(|| vm.throw_into_fiber(fibers[2], old).is_ok());
    assert!(stale.contains("a `Thrown` that belongs to another error"), "{stale}");
    assert_eq!(panic_of(|| vm.throw_into_fiber(fibers[2], new).is_ok()), "on purpose");
}

#[test]
fn picking_from_an_empty_slice_panics() {
    let panic = panic_of(|| Random::new(0).pick::<u8>(&[]));
    assert!(panic.contains("out of bounds"), "{panic}");
}

/// The first ops of the examples' set. None of them ends a function.
#[derive(Debug)]
enum Endless {}

// SAFETY: the ops belong to a real set, and none of them runs.
unsafe impl InstructionSet for Endless {
    type Value = i64;
    type Context = ();
    type Host = ();
    type Error = String;
    const NAME: &'static str = "endless";
    const OPERANDS: Operands = Operands::Registers;
    const ARITY: Option<u16> = None;
    const OPS: &'static [OpInfo] = Ops::OPS.split_at(3).0;
    const RUNTIME: &'static [mimeo::__private::RuntimeFn] = Ops::RUNTIME;
    const STENCILS: &'static Table = &Table { ops: Ops::STENCILS.ops.split_at(3).0, ..*Ops::STENCILS };
    const C: &'static str = "";
    const IR: &'static [u8] = &[];
    const STACK_MOVED: Option<fn(&mut Vm<Endless>, &StackMove)> = None;

    unsafe fn interpret<const SINGLE: bool>(_: &mut Vm<Endless>) -> Exit {
        unreachable!("nothing is run")
    }
}

struct Nothing;

// SAFETY: the values are integers.
unsafe impl Language<Endless> for Nothing {
    type Snapshot = ();

    fn state(&self, _: &mut Random) -> ((), ()) {
        ((), ())
    }

    fn snapshot(&self, _: &Vm<Endless>) {}
}

#[test]
fn bodies_are_needed() {
    let panic = panic_of(mimeo_twins::Evaluator::<Endless>::new);
    assert_eq!(panic, "the bodies of `endless`: the bytes are not those of an instruction set");
}

#[test]
fn a_set_needs_an_op_that_ends_a_function() {
    let panic = panic_of(|| twins::<Endless>(Nothing));
    assert!(panic.starts_with("the ops of `endless` cannot be tested one by one"), "{panic}");
}
