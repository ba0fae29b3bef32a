//! A program that no compiler made.

// ANCHOR: by_hand
use first::ops::ops::{Assembler, Machine, ProgramBuilder};
use first::runtime::Host;
use mimeo_shell::Output;

#[test]
fn forty_two() {
    let mut asm = Assembler::new("main", 0, 0);
    asm.push(40);
    asm.push(2);
    asm.add();
    asm.ret();
    let mut program = ProgramBuilder::new();
    let main = program.declare("main");
    program.define(main, asm.finish().expect("it is short enough"));
    let program = program.finish().expect("all functions are defined").verify().expect("it breaks no rule");

    let mut machine = Machine::builder((), Host { output: Output::memory() }).build();
    let linked = machine.load(&program).expect("it needs no index space");
    assert_eq!(machine.call(linked.function(main), &[]), Ok(42));
}
// ANCHOR_END: by_hand

// ANCHOR: refused
#[test]
fn a_program_that_takes_too_much_is_refused() {
    let mut asm = Assembler::new("main", 0, 0);
    asm.push(40);
    asm.add();
    asm.ret();
    let mut program = ProgramBuilder::new();
    let main = program.declare("main");
    program.define(main, asm.finish().expect("it is short enough"));
    let refused = program.finish().expect("all functions are defined").verify().expect_err("`add` needs two values");
    let reason = "function `main`, 0005 `add`: pops 2 values, but the operand stack has 1";
    assert_eq!(refused.to_string(), reason);
}
// ANCHOR_END: refused
