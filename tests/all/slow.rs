//! Slots that an op reads can change while it runs. Its slow path, which is a separate function
//! in native code, uses the values from the op's start.

use mimeo::asm::FunctionIndex;
use mimeo::def::Slot;
use mimeo::jit::{JitConfig, Mode};
use mimeo::{Limits, Machine, VerifyError};
use mimeo_tests::slow::Host;
use mimeo_tests::slow::slow_ops::{Assembler, Context, Ops, Program, ProgramBuilder};

use mimeo_tests::machines::machine;

/// Verifies a program of one function.
fn lone(code: Assembler) -> Result<Program, VerifyError> {
    let mut builder = ProgramBuilder::new();
    let function = builder.declare("lone");
    builder.define(function, code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify()
}

/// Returns a function that calls the host's function with a window of `len` slots.
fn calling(len: u16) -> Assembler {
    let mut code = Assembler::new("lone", 1, 3);
    code.number(Slot(1), 20);
    code.call_given(Slot(1), len);
    code.add(Slot(0), Slot(0), Slot(1));
    code.ret(Slot(0));
    code
}

#[test]
fn the_verifier_checks_a_fixed_number_of_arguments() {
    let refusal = |code| lone(code).expect_err("the number is wrong").to_string();
    let mut code = Assembler::new("lone", 2, 2);
    code.ret(Slot(0));
    assert_eq!(
        refusal(code),
        "function `lone`, 0000 `ret`: it takes 2 arguments, but every function of the instruction set takes 1"
    );
    assert_eq!(
        refusal(calling(0)),
        "function `lone`, 0006 `call_given`: `args` has 0 slots, but every function takes 1 arguments"
    );
    // A window that is not passed to a call can be empty.
    let mut code = Assembler::new("lone", 1, 1);
    code.erase_and_note(Slot(0), Slot(0), Slot(0), 0);
    code.ret(Slot(0));
    assert!(lone(code).is_ok());
    let erased = FunctionIndex(0);
    for config in [None, Some(JitConfig::new(Mode::On))] {
        for len in [1, 2] {
            let state = (Context::default(), Host::default());
            let mut machine: Machine<Ops> = machine(state, Limits::default(), config.clone());
            let callee = machine.load(&program()).expect("it has the spaces").function(erased);
            let caller = machine.load(&lone(calling(len)).expect("it is sound")).expect("it has the spaces");
            machine.vm_mut().host.given = Some(callee);
            assert_eq!(machine.call(caller.function(FunctionIndex(0)), &[3]), Ok(23), "{config:?}");
        }
    }
}

fn program() -> Program {
    let mut builder = ProgramBuilder::new();
    let [erased, written, assigned] = ["erased", "written", "assigned"].map(|name| builder.declare(name));
    let mut code = Assembler::new("erased", 1, 2);
    code.erase_and_note(Slot(1), Slot(0), Slot(0), 1);
    code.ret(Slot(1));
    builder.define(erased, code.finish().expect("it is whole"));
    let mut code = Assembler::new("written", 1, 3);
    code.number(Slot(1), 99);
    code.set_escaping(Slot(0));
    code.point(Slot(0), 1);
    code.write_and_note(Slot(2), Slot(0), Slot(1));
    code.add(Slot(0), Slot(0), Slot(2));
    code.ret(Slot(0));
    builder.define(written, code.finish().expect("it is whole"));
    let mut code = Assembler::new("assigned", 1, 2);
    code.decrement_and_note(Slot(1), Slot(0));
    code.ret(Slot(1));
    builder.define(assigned, code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

#[test]
fn operands_keep_their_values_from_the_start_of_the_op() {
    let [erased, written, assigned] = [0, 1, 2].map(FunctionIndex);
    for config in [None, Some(JitConfig::new(Mode::On))] {
        let state = (Context::default(), Host::default());
        let mut machine: Machine<Ops> = machine(state, Limits::default(), config.clone());
        let linked = machine.load(&program()).expect("it has the spaces");
        for (function, arg, result, noted) in [
            (erased, 5, 5, None),
            (erased, -5, -5, Some(-5)),
            (written, 5, 104, None),
            (written, -5, 94, Some(-5)),
            (assigned, 5, 4, None),
            (assigned, -5, -6, Some(-6)),
        ] {
            assert_eq!(machine.call(linked.function(function), &[arg]), Ok(result), "{config:?}");
            assert_eq!(machine.vm_mut().host.noted.pop(), noted, "{config:?}");
        }
    }
}
