//! The sample program, and machines in which it is loaded.

use std::rc::Rc;

use mimeo::asm::{FunctionBody, FunctionIndex};
use mimeo::def::Slot;
use mimeo::jit::{JitConfig, Mode, WithJit};
use mimeo::{Position, Thrown, Window};

use crate::ops::ops::{Assembler, Context, Linked, Machine, Program, ProgramBuilder, Trap, Vm};
use crate::runtime::Host;

/// `sum(n)` returns 1 + 2 + … + `n`, computed in a loop.
pub const SUM: FunctionIndex = FunctionIndex(0);
/// `double(n)` returns `n + n`.
pub const DOUBLE: FunctionIndex = FunctionIndex(1);
/// `divide(a, b)` returns `a / b`. It is on line 3 of the file `sample`.
pub const DIVIDE: FunctionIndex = FunctionIndex(2);
/// `safe_divide(a, b)` returns `divide(a, b)`, or -1 if that throws.
pub const SAFE_DIVIDE: FunctionIndex = FunctionIndex(3);
/// `depth(n)` returns `n`, computed with `n` recursive calls.
pub const DEPTH: FunctionIndex = FunctionIndex(4);
/// `double_later(n)` tail-calls `double(n)`.
pub const DOUBLE_LATER: FunctionIndex = FunctionIndex(5);
/// `ask(a, b)` returns the result of [`Host::ask`] for a window with both.
pub const ASK: FunctionIndex = FunctionIndex(6);
/// `choose(a, b)` returns 1 if [`Host::ask`] makes the op jump, and 0 otherwise.
pub const CHOOSE: FunctionIndex = FunctionIndex(7);
/// `yield(n)` suspends its fiber with `n`, and returns the value that slot 1 is set to.
pub const YIELD: FunctionIndex = FunctionIndex(8);
/// `leave(n)` returns `n`, always in the interpreter.
pub const LEAVE: FunctionIndex = FunctionIndex(9);

/// Returns a program with only [`SUM`].
#[must_use]
pub fn sum_program() -> Program {
    let mut builder = ProgramBuilder::new();
    let sum = builder.declare("sum");
    builder.define(sum, finish(sum_code()));
    sound(builder)
}

/// Returns the program with all functions named here.
#[must_use]
pub fn sample_program() -> Program {
    let mut builder = ProgramBuilder::new();
    for code in [
        sum_code(),
        double_code(),
        divide_code(),
        safe_divide_code(),
        depth_code(),
        double_later_code(),
        ask_code(),
        choose_code(),
        yield_code(),
        leave_code(),
    ] {
        let body = finish(code);
        let index = builder.declare(&body.name);
        builder.define(index, body);
    }
    sound(builder)
}

/// Returns a machine that only interprets, with nothing loaded.
#[must_use]
pub fn new_machine() -> Machine {
    Machine::builder(Context::default(), Host::default()).build()
}

/// Returns a machine that only interprets, with the sample program loaded.
#[must_use]
pub fn sample_machine() -> (Machine, Linked) {
    with_sample(new_machine())
}

/// Returns a machine whose native tier compiles every function at its first call, with the sample program loaded.
#[must_use]
pub fn jit_machine() -> (Machine, Linked) {
    let builder = Machine::builder(Context::default(), Host::default());
    let machine = builder.jit(JitConfig::new(Mode::On)).build();
    with_sample(machine)
}

fn with_sample(mut machine: Machine) -> (Machine, Linked) {
    let linked = machine.load(&sample_program()).expect("the program needs no index space");
    machine.vm_mut().host.sample = Some(linked);
    (machine, linked)
}

/// Runs `function` as the runtime function of an op whose window has `args`, and returns the result of [`ASK`].
///
/// # Errors
///
/// The error that the op throws.
pub fn in_op(args: [i64; 2], function: impl Fn(&mut Vm, Window) -> Result<i64, Thrown> + 'static) -> Result<i64, Trap> {
    let (mut machine, linked) = sample_machine();
    machine.vm_mut().host.ask = Some(Rc::new(function));
    machine.call(linked.function(ASK), &args)
}

fn finish(code: Assembler) -> FunctionBody {
    code.finish().expect("its labels are bound")
}

fn sound(builder: ProgramBuilder) -> Program {
    builder.finish().expect("its functions are defined").verify().expect("its bytecode is sound")
}

fn sum_code() -> Assembler {
    let mut code = Assembler::new("sum", 1, 4);
    let (n, i, total, one) = (Slot(0), Slot(1), Slot(2), Slot(3));
    let (head, body) = (code.label(), code.label());
    code.number(i, 0);
    code.number(total, 0);
    code.number(one, 1);
    code.bind(head);
    code.jump_if_less(i, n, body);
    code.ret(total);
    code.bind(body);
    code.add(i, i, one);
    code.add(total, total, i);
    code.jump(head);
    code
}

fn double_code() -> Assembler {
    let mut code = Assembler::new("double", 1, 1);
    code.add(Slot(0), Slot(0), Slot(0));
    code.ret(Slot(0));
    code
}

fn divide_code() -> Assembler {
    let mut code = Assembler::new("divide", 2, 2);
    code.set_file("sample");
    code.at(Position { line: 3, column: 5 });
    code.divide(Slot(0), Slot(0), Slot(1));
    code.ret(Slot(0));
    code
}

fn safe_divide_code() -> Assembler {
    let mut code = Assembler::new("safe_divide", 2, 2);
    let (from, to, handler) = (code.label(), code.label(), code.label());
    code.bind(from);
    code.call(DIVIDE, Slot(0), 2);
    code.bind(to);
    code.ret(Slot(0));
    code.bind(handler);
    code.take_error(Slot(0));
    code.ret(Slot(0));
    code.catch(from, to, handler);
    code
}

fn depth_code() -> Assembler {
    let mut code = Assembler::new("depth", 1, 4);
    let (n, zero, less, one) = (Slot(0), Slot(1), Slot(2), Slot(3));
    let more = code.label();
    code.number(zero, 0);
    code.jump_if_less(zero, n, more);
    code.ret(zero);
    code.bind(more);
    code.number(one, -1);
    code.add(less, n, one);
    code.call(DEPTH, less, 1);
    code.number(one, 1);
    code.add(less, less, one);
    code.ret(less);
    code
}

fn double_later_code() -> Assembler {
    let mut code = Assembler::new("double_later", 1, 1);
    code.tail_call(DOUBLE);
    code
}

fn ask_code() -> Assembler {
    let mut code = Assembler::new("ask", 2, 3);
    code.set_escaping(Slot(0));
    code.ask_host(Slot(2), Slot(0), 2);
    code.ret(Slot(2));
    code
}

fn choose_code() -> Assembler {
    let mut code = Assembler::new("choose", 2, 2);
    let jumped = code.label();
    code.jump_if_asked(Slot(0), 2, jumped);
    code.number(Slot(0), 0);
    code.ret(Slot(0));
    code.bind(jumped);
    code.number(Slot(0), 1);
    code.ret(Slot(0));
    code
}

fn yield_code() -> Assembler {
    let mut code = Assembler::new("yield", 1, 2);
    code.suspend(Slot(1), Slot(0));
    code.ret(Slot(1));
    code
}

fn leave_code() -> Assembler {
    let mut code = Assembler::new("leave", 1, 1);
    code.leave();
    code.ret(Slot(0));
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "the sample program is loaded")]
    fn a_host_without_the_sample_program_has_no_functions() {
        let _nothing = new_machine().vm().host.function(SUM);
    }

    #[test]
    fn the_functions_do_what_their_names_say() {
        let (mut machine, linked) = sample_machine();
        let mut call =
            |index, args: &[i64]| machine.call(linked.function(index), args).map_err(|trap| trap.to_string());
        assert_eq!(call(SUM, &[10]), Ok(55));
        assert_eq!(call(DOUBLE, &[21]), Ok(42));
        assert_eq!(call(DIVIDE, &[7, 2]), Ok(3));
        assert_eq!(call(DIVIDE, &[7, 0]), Err("sample:3:5: cannot divide 7 by 0".to_owned()));
        assert_eq!(call(SAFE_DIVIDE, &[7, 0]), Ok(-1));
        assert_eq!(call(DEPTH, &[100]), Ok(100));
        assert_eq!(call(DOUBLE_LATER, &[21]), Ok(42));
        assert_eq!(call(LEAVE, &[7]), Ok(7));
        assert_eq!(call(ASK, &[1, 2]), Err("the host has no function to ask".to_owned()));
        assert_eq!(call(YIELD, &[1]), Err("no fiber is running".to_owned()));
        assert_eq!(machine.vm().host.caught, ["sample:3:5: cannot divide 7 by 0"]);
    }
}
