//! What a host does with a machine: limits, interruptions, errors, settings.

use std::thread;
use std::time::Duration;

use first::compile::compile;
use first::ops::ops::{Linked, Machine};
use first::runtime::Host;
use mimeo::asm::FunctionIndex;
use mimeo::jit::{HasJit as _, JitConfig, Mode, WithJit as _};
use mimeo::{Limits, TrapKind};
use mimeo_shell::{Output, Text};

const ENDLESS: &str = "begin 1 while repeat";

// ANCHOR: load
fn machine(text: &str) -> (Machine, Linked) {
    let text = Text { name: "text".to_owned(), text: text.to_owned() };
    let program = compile(&text).expect("it has no mistakes");
    let limits = Limits::default().with_memory(Some(1 << 20));
    let mut machine =
        Machine::builder((), Host { output: Output::memory() }).limits(limits).jit(JitConfig::new(Mode::On)).build();
    let linked = machine.load(&program).expect("it fits into a megabyte");
    (machine, linked)
}
// ANCHOR_END: load

// ANCHOR: call
#[test]
fn a_function_is_called_with_values() {
    let (mut machine, linked) = machine(": area ( width height ) width height * ;");
    let area = linked.function(FunctionIndex(1));
    assert_eq!(machine.call(area, &[6, 7]), Ok(42));
    let trap = machine.call(area, &[i64::MAX, 2]).expect_err("it overflows");
    assert_eq!(trap.kind, TrapKind::Language("integer overflow in `*`".to_owned()));
    let position = trap.position().expect("the compiler said where");
    assert_eq!((position.line, position.column), (1, 38));
}
// ANCHOR_END: call

// ANCHOR: fuel
#[test]
fn fuel_ends_an_endless_loop() {
    let (mut machine, linked) = machine(ENDLESS);
    machine.vm_mut().set_fuel(Some(1_000_000));
    let trap = machine.call(linked.function(FunctionIndex(0)), &[]).expect_err("it has no end");
    assert_eq!(trap.kind, TrapKind::OutOfFuel);
}
// ANCHOR_END: fuel

// ANCHOR: interrupt
#[test]
fn another_thread_ends_an_endless_loop() {
    let (mut machine, linked) = machine(ENDLESS);
    let control = machine.control().clone();
    let other = thread::spawn(move || {
        thread::sleep(Duration::from_millis(10));
        control.interrupt();
    });
    let trap = machine.call(linked.function(FunctionIndex(0)), &[]).expect_err("it has no end");
    assert_eq!(trap.kind, TrapKind::Interrupted);
    other.join().expect("it only sets a flag");
}
// ANCHOR_END: interrupt

// ANCHOR: recursion
#[test]
fn endless_recursion_is_an_error() {
    let (mut machine, linked) = machine(": f ( n ) n 1 + f ;");
    let trap = machine.call(linked.function(FunctionIndex(1)), &[0]).expect_err("it has no end");
    assert!(matches!(trap.kind, TrapKind::StackOverflow | TrapKind::OutOfMemory), "{:?}", trap.kind);
    // The machine can be used as before.
    assert_eq!(machine.call(linked.function(FunctionIndex(0)), &[]), Ok(0));
}
// ANCHOR_END: recursion

// ANCHOR: settings
#[test]
fn the_jit_is_controlled_while_a_program_is_loaded() {
    let (mut machine, linked) = machine(": twice ( n ) n 2 * ;");
    let jit = machine.jit().expect("the machine was built with one");
    assert!(jit.unavailable().is_none(), "this machine has native code");
    jit.control().set_mode(Mode::Off);
    assert_eq!(machine.call(linked.function(FunctionIndex(1)), &[21]), Ok(42));
    assert_eq!(machine.jit().expect("as before").stats().functions.ok, 0);
}
// ANCHOR_END: settings
