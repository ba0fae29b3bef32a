//! Programs of `callback_ops` for several checks.

use mimeo::asm::FunctionIndex;
use mimeo::def::Slot;

use super::callback_ops::{Assembler, Program, ProgramBuilder};

/// `sum(n)` is `n + sum(n - 1)` by a callback, or 0 below 1. It throws above 1000.
pub const SUM: FunctionIndex = FunctionIndex(0);
/// `cautious(n)` is `sum(n)`, or -1 if that throws.
pub const CAUTIOUS: FunctionIndex = FunctionIndex(1);
/// `twice(n)` is `2 * sum(n)`, by direct calls and an op that only the interpreter runs.
pub const TWICE: FunctionIndex = FunctionIndex(2);

/// Returns a program with these three functions.
#[must_use]
pub fn program() -> Program {
    let mut builder = ProgramBuilder::new();
    let functions = ["sum", "cautious", "twice"].map(|name| builder.declare(name));
    let mut code = Assembler::new("sum", 1, 4);
    let more = code.label();
    let (n, one, less, result) = (Slot(0), Slot(1), Slot(2), Slot(3));
    code.check(n, 1000);
    code.number(one, 0);
    code.jump_if_less(one, n, more);
    code.ret(one);
    code.bind(more);
    code.number(one, -1);
    code.add(less, n, one);
    code.call_back(result, SUM, less);
    code.add(result, result, n);
    code.ret(result);
    builder.define(functions[0], code.finish().expect("it is whole"));
    let mut code = Assembler::new("cautious", 1, 2);
    code.call_back_safely(Slot(1), SUM, Slot(0));
    code.ret(Slot(1));
    builder.define(functions[1], code.finish().expect("it is whole"));
    let mut code = Assembler::new("twice", 1, 4);
    let (n, first, second) = (Slot(0), Slot(1), Slot(2));
    code.number(second, 0);
    code.add(first, n, second);
    code.call(SUM, first, 1);
    code.negate(first, first);
    code.number(Slot(3), 0);
    code.add(second, n, Slot(3));
    code.call(SUM, second, 1);
    code.negate(first, first);
    code.add(first, first, second);
    code.ret(first);
    builder.define(functions[2], code.finish().expect("it is whole"));
    builder.finish().expect("it is whole").verify().expect("it is sound")
}

/// Returns a program with `count` functions of 22 ops without calls. Each adds 20 times its index to the argument.
#[must_use]
pub fn many_functions(count: usize) -> Program {
    let mut builder = ProgramBuilder::new();
    for index in 0..count {
        let function = builder.declare(format!("f{index}"));
        let mut code = Assembler::new(format!("f{index}"), 1, 2);
        code.number(Slot(1), index as i64);
        for _ in 0..20 {
            code.add(Slot(0), Slot(0), Slot(1));
        }
        code.ret(Slot(0));
        builder.define(function, code.finish().expect("it is whole"));
    }
    builder.finish().expect("it is whole").verify().expect("it is sound")
}
