//! A stack machine for the tests, written by hand as the macro would: ops, handlers, and tables of stencils that a
//! C compiler made. `sub` has no stencil.
//!
//! The tables are checked in, so that every test sees the same code. A test of `mimeo-build` makes them again from
//! `stencils.c` and compares; `CI=1 UPDATE_EXPECT=1 cargo test -p mimeo-build tiny` writes them.
//!
//! Contract of this island: that of [`mimeo_interp::Cursor`], as verified code and `OPS` keep it.

pub(crate) mod programs;

use mimeo_def::Fingerprint;
use mimeo_def::frame::{Exit, Outcome};
use mimeo_def::op::{Control, OpInfo, OperandInfo, OperandKind, Scalar};
use mimeo_def::stencil::{Stencil, Table};
use mimeo_interp::{Cursor, Flow, InstructionSet, Operands, RuntimeFn, StackMove, Thrown, Vm, guard};

pub(crate) use programs::{Op, machine, machine_with};

/// The table of stencils.
#[cfg(target_arch = "x86_64")]
pub(crate) const TABLE: Table = include!("x86_64.table");
#[cfg(target_arch = "aarch64")]
pub(crate) const TABLE: Table = include!("aarch64.table");

/// Returns the table with another stencil for one op.
pub(crate) fn with_stencil(op: Op, stencil: Stencil) -> Table {
    let mut ops = TABLE.ops.to_vec();
    ops[op as usize].stencil = Ok(stencil);
    Table { ops: Vec::leak(ops), ..TABLE }
}

/// Returns the table with a stencil of 64 MiB for `scale`, so that functions of 16 ops may exceed any code buffer.
pub(crate) fn oversized() -> Table {
    let scale = TABLE.ops[Op::Scale as usize].stencil.expect("it has one");
    with_stencil(Op::Scale, Stencil { rodata: vec![0; 64 << 20].leak(), ..scale })
}

/// The instruction set.
#[derive(Debug)]
pub(crate) struct Tiny;

/// The counts of the runtime functions.
#[derive(Debug, Default)]
pub(crate) struct Host {
    pub(crate) checks: u32,
}

const NEXT: Control = Control { falls_through: true, jumps: false, calls: false, tail_calls: false, returns: false };

const fn info(op: Op, name: &'static str, len_units: u16, pops: u16, pushes: u16, control: Control) -> OpInfo {
    let fingerprint = Fingerprint { operands: 1, body: op as u32, reached: 3, layout: 4 };
    OpInfo { name, doc: "", operands: &[], len_units, pops, pushes, control, fingerprint }
}

const fn operand(name: &'static str, kind: OperandKind, unit: u16) -> OperandInfo {
    OperandInfo { name, kind, unit }
}

const fn popped(index: u16) -> OperandInfo {
    operand("a", OperandKind::Stack { index, output: false }, 0)
}

const PUSHED: OperandInfo = operand("dst", OperandKind::Stack { index: 0, output: true }, 0);
const TO: OperandInfo = operand("to", OperandKind::Label, 1);

const fn immediate(scalar: Scalar) -> OperandInfo {
    operand("k", OperandKind::Immediate { scalar, space: None }, 1)
}

/// The ops, in the order of [`Op`].
pub(crate) const OPS: &[OpInfo] = &[
    OpInfo { operands: &[PUSHED, immediate(Scalar::I64)], ..info(Op::Push, "push", 5, 0, 1, NEXT) },
    OpInfo { operands: &[PUSHED, immediate(Scalar::I16)], ..info(Op::PushSmall, "push_small", 2, 0, 1, NEXT) },
    OpInfo {
        operands: &[PUSHED, operand("k", OperandKind::Constant, 1)],
        ..info(Op::PushConstant, "push_constant", 2, 0, 1, NEXT)
    },
    OpInfo {
        operands: &[PUSHED, operand("from", OperandKind::Slot { output: false }, 1)],
        ..info(Op::Get, "get", 2, 0, 1, NEXT)
    },
    OpInfo {
        operands: &[operand("dst", OperandKind::Slot { output: true }, 1), popped(0)],
        ..info(Op::Set, "set", 2, 1, 0, NEXT)
    },
    OpInfo { operands: &[PUSHED, popped(0), popped(1)], ..info(Op::Add, "add", 1, 2, 1, NEXT) },
    OpInfo { operands: &[PUSHED, popped(0)], ..info(Op::Scale, "scale", 1, 1, 1, NEXT) },
    OpInfo {
        operands: &[TO],
        ..info(Op::Jump, "jump", 3, 0, 0, Control { falls_through: false, jumps: true, ..NEXT })
    },
    OpInfo { operands: &[popped(0), TO], ..info(Op::JumpIf, "jump_if", 3, 1, 0, Control { jumps: true, ..NEXT }) },
    OpInfo { operands: &[PUSHED, popped(0)], ..info(Op::Check, "check", 1, 1, 1, NEXT) },
    OpInfo {
        operands: &[PUSHED, operand("callee", OperandKind::Function, 1), operand("args", OperandKind::StackWindow, 3)],
        ..info(Op::Call, "call", 4, 0, 1, Control { falls_through: false, calls: true, ..NEXT })
    },
    OpInfo {
        operands: &[popped(0)],
        ..info(Op::Ret, "ret", 1, 1, 0, Control { falls_through: false, returns: true, ..NEXT })
    },
    OpInfo { operands: &[PUSHED, popped(0), popped(1)], ..info(Op::Sub, "sub", 1, 2, 1, NEXT) },
];

/// Runtime function 0: 0 becomes 7, a negative value is an error.
fn check(vm: &mut Vm<Tiny>, value: i64) -> Result<i64, Thrown> {
    vm.host.checks += 1;
    match value {
        0 => Ok(7),
        -1 => panic!("check panicked"),
        value if value < 0 => Err(vm.throw("negative")),
        value => Ok(value),
    }
}

macro_rules! shim {
    ($name:ident, ($($arg:ident),*), |$vm:ident| $body:expr) => {
        #[cfg(target_arch = "x86_64")]
        unsafe extern "sysv64" fn $name(vm: *mut (), $($arg: u64),*) -> Outcome {
            // SAFETY: stencils pass their machine.
            unsafe { guard(vm, |$vm: &mut Vm<Tiny>| $body) }
        }
        #[cfg(not(target_arch = "x86_64"))]
        unsafe extern "C" fn $name(vm: *mut (), $($arg: u64),*) -> Outcome {
            // SAFETY: stencils pass their machine.
            unsafe { guard(vm, |$vm: &mut Vm<Tiny>| $body) }
        }
    };
}

shim!(check_shim, (value), |vm| check(vm, value as i64).map(|value| value as u64));
shim!(overflow_shim, (), |vm| Err(vm.throw("stack overflow")));

// SAFETY: `OPS` describes what `interpret` does.
unsafe impl InstructionSet for Tiny {
    type Value = i64;
    type Context = ();
    type Host = Host;
    type Error = String;

    const NAME: &'static str = "tiny";
    const OPERANDS: Operands = Operands::Stack;
    const ARITY: Option<u16> = None;
    const OPS: &'static [OpInfo] = OPS;
    const RUNTIME: &'static [RuntimeFn] = &[
        RuntimeFn { name: "check", shim: check_shim as *const () },
        RuntimeFn { name: "overflow", shim: overflow_shim as *const () },
    ];
    const STENCILS: &'static Table = &TABLE;
    const C: &'static str = include_str!("stencils.c");
    const IR: &'static [u8] = &[];

    const STACK_MOVED: Option<fn(&mut Vm<Tiny>, &StackMove)> = None;

    unsafe fn interpret<const SINGLE: bool>(vm: &mut Vm<Self>) -> Exit {
        // SAFETY: verified code, whose ops are those of `OPS`.
        unsafe {
            let mut cursor = Cursor::resume(vm);
            loop {
                let (flow, len) = match cursor.opcode() {
                    0 => (cursor.pushed(cursor.unit4(1) as i64), 5),
                    1 => (cursor.pushed(i64::from(cursor.unit(1) as i16)), 2),
                    2 => (cursor.pushed(cursor.constant::<i64>(1)), 2),
                    3 => (cursor.pushed(cursor.slot::<i64>(1)), 2),
                    4 => {
                        let value: i64 = cursor.peek(1);
                        cursor.drop(1);
                        cursor.set_slot(1, value);
                        (Flow::Next, 2)
                    }
                    op @ (5 | 12) => {
                        let (a, b): (i64, i64) = (cursor.peek(2), cursor.peek(1));
                        cursor.drop(2);
                        (cursor.pushed(if op == 5 { a.wrapping_add(b) } else { a.wrapping_sub(b) }), 1)
                    }
                    6 => {
                        let value: i64 = cursor.peek(1);
                        cursor.drop(1);
                        (cursor.pushed((value as f64 * 2.5) as i64), 1)
                    }
                    7 => (cursor.label(1).jump(), 3),
                    8 => {
                        let value: i64 = cursor.peek(1);
                        cursor.drop(1);
                        (if value != 0 { cursor.label(1).jump() } else { Flow::Next }, 3)
                    }
                    9 => {
                        let value: i64 = cursor.peek(1);
                        cursor.sync(vm);
                        let Ok(value) = check(vm, value) else { return cursor.exit(vm, Exit::Throw) };
                        cursor.drop(1);
                        (cursor.pushed(value), 1)
                    }
                    10 => (vm.call(cursor.callee(1), cursor.stack_window(3)), 4),
                    11 => (vm.ret(cursor.peek(1)), 1),
                    _ => unreachable!("verified"),
                };
                if let Some(exit) = cursor.finish::<Self, SINGLE>(vm, flow, len) {
                    return exit;
                }
            }
        }
    }
}

/// Pushing as an expression.
trait Pushed {
    unsafe fn pushed(&mut self, value: i64) -> Flow<Tiny>;
}

impl Pushed for Cursor {
    unsafe fn pushed(&mut self, value: i64) -> Flow<Tiny> {
        // SAFETY: the caller's promise.
        unsafe { self.push(value) };
        Flow::Next
    }
}
