//! Every value takes two slots: its kind, and its bits.

// ANCHOR: pairs
#[mimeo::instruction_set(value = i64)]
pub mod pairs {
    pub const INT: i64 = 0;
    pub const FLOAT: i64 = 1;

    #[runtime(super)]
    unsafe extern "Rust" {
        #[cold]
        fn add_mixed(vm: &mut Vm, a_kind: i64, a: i64, b_kind: i64, b: i64) -> Result<i64, Thrown>;
    }

    /// The value in the window `to` becomes `a + b`.
    #[vm_op]
    fn add(vm: &mut Vm, a_kind: i64, a: i64, b_kind: i64, b: i64, to: Window) -> Result<(), Thrown> {
        if a_kind == INT
            && b_kind == INT
            && let Some(sum) = a.checked_add(b)
        {
            vm.set_slot_of(to, 0, INT);
            vm.set_slot_of(to, 1, sum);
            return Ok(());
        }
        let sum = if a_kind == FLOAT && b_kind == FLOAT {
            (f64::from_bits(a as u64) + f64::from_bits(b as u64)).canonical_bits() as i64
        } else {
            add_mixed(vm, a_kind, a, b_kind, b)?
        };
        vm.set_slot_of(to, 0, FLOAT);
        vm.set_slot_of(to, 1, sum);
        Ok(())
    }
    // ANCHOR_END: pairs

    /// Goes to `to` if `a < b`.
    #[vm_op]
    fn jump_if_less(a_kind: i64, a: i64, b_kind: i64, b: i64, to: Label) -> Flow {
        let is_less = if a_kind == INT && b_kind == INT { a < b } else { number(a_kind, a) < number(b_kind, b) };
        if is_less { to.jump() } else { Flow::Next }
    }

    /// Returns the number that a value is.
    fn number(kind: i64, bits: i64) -> f64 {
        if kind == INT { bits as f64 } else { f64::from_bits(bits as u64) }
    }

    /// `dst = half`, which is a kind or the bits of a value
    #[vm_op]
    fn load(#[imm] half: i64) -> i64 {
        half
    }

    /// Returns the bits of a value.
    #[vm_op]
    fn ret(vm: &mut Vm, bits: i64) -> Flow {
        vm.ret(bits)
    }
}

use mimeo::Thrown;
use mimeo::asm::AssembleError;
use mimeo::def::Slot;

use pairs::{Assembler, INT, Program, ProgramBuilder, Vm};

/// Adds an integer and a float, or integers whose sum is too large.
pub(crate) fn add_mixed(vm: &mut Vm, a_kind: i64, a: i64, b_kind: i64, b: i64) -> Result<i64, Thrown> {
    if a_kind == INT && b_kind == INT {
        return Err(vm.throw("the sum is too large"));
    }
    let number = |kind, bits: i64| if kind == INT { bits as f64 } else { f64::from_bits(bits as u64) };
    Ok((number(a_kind, a) + number(b_kind, b)).to_bits() as i64)
}

/// Returns a program whose function takes an index, a sum, a step and an end, each as a kind and bits, adds the index
/// to the sum and the step to the index until that is the end, and returns the bits of the sum.
pub(crate) fn sum() -> Result<Program, AssembleError> {
    let [index, sum, step, end] = [0, 2, 4, 6].map(|kind| [Slot(kind), Slot(kind + 1)]);
    let mut asm = Assembler::new("sum", 8, 8);
    let head = asm.label();
    asm.bind(head);
    asm.add(sum[0], sum[1], index[0], index[1], sum[0], 2);
    asm.add(index[0], index[1], step[0], step[1], index[0], 2);
    asm.jump_if_less(index[0], index[1], end[0], end[1], head);
    asm.ret(sum[1]);
    let mut program = ProgramBuilder::new();
    let function = program.declare("sum");
    program.define(function, asm.finish()?);
    Ok(program.finish()?.verify().expect("it breaks no rule"))
}
