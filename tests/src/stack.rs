//! `stack_ops`: a stack machine of raw 64-bit words. It has every method of numbers for every integer type, all
//! casts and comparisons, and everything that only stack machines have.
//!
//! An op here computes a whole family of results from the same operands and pushes them all: a difference between
//! the tiers shows which of them it is.

use mimeo::{After, Thrown};

use self::stack_ops::{FunctionRef, Vm};

/// State that only Rust accesses.
#[derive(Debug, Default)]
pub struct Host {
    /// The calls of runtime functions, with their arguments.
    pub trace: Vec<String>,
    /// The memory that [`Context::cells`](stack_ops::Context::cells) points to.
    pub cells: Vec<u64>,
    /// The slot of the running op's frame that `log` sets; each time, the distance grows tenfold. Setting a slot beyond
    /// the stack moves the stack.
    pub logged_in: Option<u32>,
    /// The function that the op `run_given` requests.
    pub given: Option<FunctionRef>,
}

fn log(vm: &mut Vm, value: u64) {
    vm.host.trace.push(format!("log {value:#x}"));
    if let Some(slot) = vm.host.logged_in {
        vm.host.logged_in = Some(slot * 10);
        vm.set_slot(slot, value);
    }
}

fn checked_log(vm: &mut Vm, value: u64) -> Result<u64, Thrown> {
    vm.host.trace.push(format!("checked_log {value:#x}"));
    if value.is_multiple_of(3) { Err(vm.throw(format!("{value:#x} is divisible by 3"))) } else { Ok(value / 3) }
}

fn want_given(vm: &mut Vm) -> Result<(), Thrown> {
    match vm.host.given {
        Some(given) => Err(vm.request(given, &[], |_, _| After::Next)),
        None => Err(vm.throw("no function is given")),
    }
}

fn zero_divisor(vm: &mut Vm) -> Thrown {
    vm.throw("division by zero")
}

// SAFETY: only tests use the ops, and none makes a program or a value that the ops do not expect.
unsafe impl mimeo::TrustedOps for stack_ops::Ops {}

/// See the module's documentation.
///
/// Contract of its unsafe blocks: the context's pointer points to as many words as the space `cells` has elements.
#[mimeo::instruction_set(value = u64, context = Context, host = super::Host, operands = stack)]
#[expect(clippy::undocumented_unsafe_blocks, reason = "the module's contract says why they are sound")]
#[expect(clippy::unnecessary_cast, reason = "an op looks the same for each type")]
#[expect(clippy::eq_op, reason = "only a NaN is not equal to itself")]
pub mod stack_ops {
    /// The part of the runtime that stencils access.
    #[repr(C)]
    pub struct Context {
        /// Words, one for each element of the space `cells`.
        pub cells: *mut u64,
        /// A counter.
        pub count: u32,
    }

    /// What an op remembers from its last run.
    #[repr(C)]
    pub struct Memo {
        /// The operand of the last run.
        pub key: Cell<u64>,
        /// The result of the last run.
        pub value: core::cell::Cell<u64>,
        /// Whether the op has run before.
        pub filled: ::std::cell::Cell<bool>,
    }

    /// Stands for a result that is `None`.
    const NONE: u64 = 0x6e6f_6e65;

    unsafe extern "Rust" {
        fn log(vm: &mut Vm, value: u64);
        #[cold]
        fn checked_log(vm: &mut Vm, value: u64) -> Result<u64, Thrown>;
        fn want_given(vm: &mut Vm) -> Result<(), Thrown>;
        #[cold]
        fn zero_divisor(vm: &mut Vm) -> Thrown;
    }

    // Places: the operand stack, locals, constants, immediates.

    /// Pushes an immediate.
    #[vm_op]
    fn push(#[imm] value: u64) -> u64 {
        value
    }

    /// Pushes a constant.
    #[vm_op]
    fn push_constant(#[constant] value: u64) -> u64 {
        value
    }

    /// Drops the top.
    #[vm_op]
    fn pop(_value: u64) {}

    /// Pushes a copy of the top.
    #[vm_op]
    fn duplicate(value: u64) -> (u64, u64) {
        (value, value)
    }

    /// Exchanges the two values on top.
    #[vm_op]
    fn swap(a: u64, b: u64) -> (u64, u64) {
        (b, a)
    }

    /// Takes three values, the lowest first.
    #[vm_op]
    fn rotate(a: u64, b: u64, c: u64) -> (u64, u64, u64) {
        (b, c, a)
    }

    /// Pushes a local.
    #[vm_op]
    fn get_local(#[place(slot)] local: u64) -> u64 {
        local
    }

    /// Pops into a local.
    #[vm_op(result = slot)]
    fn set_local(value: u64) -> u64 {
        value
    }

    /// Adds to a local, or a constant, and leaves the sum in a local.
    #[vm_op(result = slot)]
    fn add_to(#[place(slot, constant)] a: u64, b: u64) -> u64 {
        a.wrapping_add(b)
    }

    /// Three operands, two of which have two possible places: four encodings.
    #[vm_op]
    fn select(condition: u64, #[place(slot, constant)] yes: u64, #[place(slot, constant)] no: u64) -> u64 {
        if condition != 0 { yes } else { no }
    }

    /// Pushes a cell.
    #[vm_op]
    fn get_cell(vm: &mut Vm, #[imm(in = cells)] index: u16) -> u64 {
        unsafe { *vm.context.cells.add(index as usize) }
    }

    /// Pops into a cell.
    #[vm_op]
    fn set_cell(vm: &mut Vm, value: u64, #[imm(in = cells)] index: u8) {
        unsafe { vm.context.cells.add(index as usize).write(value) }
    }

    /// The operand and the result of the last run, which an inline cache remembers.
    #[vm_op]
    fn remember(a: u64, #[cache] memo: &Memo) -> (u64, u64) {
        let last = if memo.filled.get() { (memo.key.get(), memo.value.get()) } else { (NONE, NONE) };
        if !memo.filled.get() || memo.key.get() != a {
            memo.key.set(a);
            memo.value.set(a.wrapping_mul(a));
            memo.filled.set(true);
        }
        last
    }

    // Control.

    /// Jumps to `to`.
    #[vm_op]
    fn jump(to: Label) -> Flow {
        to.jump()
    }

    /// Jumps to one of several places, none of which has the popped value.
    #[vm_op]
    fn jump_to_one(a: u64, to: Labels) -> Flow {
        to.jump(a & 3)
    }

    // Conditions, as values and as branches.

    /// `a {compare} b`, of `{ty}`
    #[vm_op(branches, each(ty, compare): less(i64, <), less_unsigned(u64, <), same_half(u32, ==))]
    fn order(a: u64, b: u64) -> bool {
        compare(a as ty, b as ty)
    }

    /// Whether `a`, a local or a constant, is `b` or an immediate.
    #[vm_op(branches(if = jump_if_known, unless = jump_unless_known, value = known))]
    fn is_known(#[place(slot, constant)] a: u64, b: u64, #[imm] more: u64) -> bool {
        if a == more {
            return true;
        }
        match b {
            0 => false,
            _ if b == more => return a != NONE,
            _ => {
                let both = a ^ b;
                both == 0
            }
        }
    }

    /// Whether the inline cache remembers `a`, which it then does.
    #[vm_op(branches)]
    fn remembered(a: u64, #[cache] memo: &Memo) -> bool {
        let is_hit = memo.filled.get() && memo.key.get() == a;
        memo.key.set(a);
        memo.filled.set(true);
        is_hit
    }

    /// Whether the runtime's answer is odd; it throws for some questions.
    #[vm_op(branches)]
    fn odd(vm: &mut Vm, a: u64, #[imm] mask: u64) -> Result<bool, Thrown> {
        if a & mask == 0 {
            return Ok(a == 0);
        }
        if a == mask {
            return Err(zero_divisor(vm));
        }
        match checked_log(vm, a)? {
            0 => Ok(true),
            answer => Ok(answer & 1 == 1),
        }
    }

    /// Whether the context counts an even number; logs the result that the branch is taken for.
    #[vm_op(branches(if, unless, when))]
    fn even(vm: &mut Vm) -> bool {
        log(vm, when as u64);
        vm.context.count & 1 == 0
    }

    /// Jumps to `less` or `more`, or continues with the next op.
    #[vm_op]
    fn jump_three_ways(a: u64, b: u64, less: Label, more: Label) -> Flow {
        if a < b {
            less.jump()
        } else if a > b {
            more.jump()
        } else {
            Flow::Next
        }
    }

    /// Calls a function with the values on top.
    #[vm_op]
    fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        vm.call(callee, args)
    }

    /// Calls a function that replaces the running one, with its locals.
    #[vm_op]
    fn tail_call(vm: &mut Vm, callee: Callee) -> Flow {
        vm.tail_call(callee)
    }

    /// Calls one of two functions, so the number of arguments is known only at run time.
    #[vm_op]
    fn call_either(vm: &mut Vm, #[place(slot)] which: u64, odd: Callee, even: Callee, args: Window) -> Flow {
        if which & 1 == 1 { vm.call(odd, args) } else { vm.call(even, args) }
    }

    /// Calls one of two functions, which replaces the running one.
    #[vm_op]
    fn tail_call_either(vm: &mut Vm, #[place(slot)] which: u64, odd: Callee, even: Callee) -> Flow {
        if which & 1 == 1 { vm.tail_call(odd) } else { vm.tail_call(even) }
    }

    /// Requests a call of the function that the test has set, and drops its result. The op has no operands.
    #[vm_op]
    fn run_given(vm: &mut Vm) -> Result<(), Thrown> {
        want_given(vm)
    }

    /// Returns the top.
    #[vm_op]
    fn ret(vm: &mut Vm, value: u64) -> Flow {
        vm.ret(value)
    }

    /// Continues in the interpreter if the top is odd.
    #[vm_op]
    fn leave_if_odd(vm: &mut Vm, value: u64) -> Flow {
        if value & 1 == 1 { vm.deopt() } else { Flow::Next }
    }

    /// Operands whose names are also used elsewhere.
    #[vm_op]
    fn names(
        dst: u64,
        #[imm] pc: u16,
        #[imm] next_pc: u32,
        #[imm] base: u8,
        #[imm] frame: u64,
        #[imm] callee: i8,
    ) -> (u64, u64) {
        (dst ^ pc as u64, (next_pc as u64).wrapping_sub(base as u64) ^ frame ^ callee as u64)
    }

    /// The same for a window and a label, and a parameter without a name.
    #[vm_op]
    fn more_names(#[imm] args_len: i16, pc: Label, r#type: u64, größe: u64, _: u64, args: Window) -> Flow {
        if (args_len as u64).wrapping_sub(args.len()) & 7 == r#type.wrapping_sub(größe) & 7 {
            pc.jump()
        } else {
            Flow::Next
        }
    }

    /// A result and an operand with the same name.
    #[vm_op]
    fn same_name(below: u64, dst: u64) -> u64 {
        below.wrapping_sub(dst)
    }

    /// The number of values in a window.
    #[vm_op]
    fn window_len(args: Window) -> u64 {
        args.len()
    }

    /// Exchanges the ends of a window that stays nowhere, and pushes the difference.
    #[vm_op]
    fn window_ends(vm: &mut Vm, values: Window) -> u64 {
        let last = values.len().wrapping_sub(1);
        match vm.slot_of(values, last) {
            Some(value) => {
                let first = vm.slot_of(values, 0);
                vm.set_slot_of(values, 0, value);
                match first {
                    Some(first) => first.wrapping_sub(value),
                    None => 1,
                }
            }
            None => 2,
        }
    }

    // Runtime functions.

    /// Notes the top.
    #[vm_op]
    fn note(vm: &mut Vm, value: u64) {
        log(vm, value)
    }

    /// Notes a number, and returns the next one.
    fn logged(vm: &mut Vm, value: u64) -> u64 {
        log(vm, value);
        value.wrapping_add(1)
    }

    /// Notes the top in a helper that does not end the op, and pushes twice the next number.
    #[vm_op]
    fn note_by_helper(vm: &mut Vm, value: u64) -> u64 {
        logged(vm, value).wrapping_mul(2)
    }

    /// Notes the top, and may throw.
    #[vm_op]
    fn third(vm: &mut Vm, value: u64) -> Result<u64, Thrown> {
        checked_log(vm, value)
    }

    /// Two results after a call that may throw.
    #[vm_op]
    fn third_and_count(vm: &mut Vm, value: u64) -> Result<(u64, u64), Thrown> {
        let third = checked_log(vm, value)?;
        vm.context.count = vm.context.count.wrapping_add(1);
        Ok((third, vm.context.count as u64))
    }

    /// Quotient and remainder, or an error.
    #[vm_op]
    fn divide(vm: &mut Vm, a: u64, b: u64) -> Result<(u64, u64), Thrown> {
        let Some(quotient) = a.checked_div(b) else { return Err(zero_divisor(vm)) };
        match a.checked_rem(b) {
            Some(remainder) => Ok((quotient, remainder)),
            None => Err(zero_divisor(vm)),
        }
    }

    // Wrapping arithmetic, each: sum, difference, product, negation, absolute value, shifts.

    /// Of `{ty}`.
    #[vm_op(each(ty):
        wrapping_i8(i8), wrapping_i16(i16), wrapping_i32(i32), wrapping_i64(i64), wrapping_isize(isize))]
    fn wrapping_signed(a: u64, b: u64) -> (u64, u64, u64, u64, u64, u64, u64) {
        let n = b as u32;
        let (a, b) = (a as ty, b as ty);
        (
            a.wrapping_add(b) as u64,
            a.wrapping_sub(b) as u64,
            a.wrapping_mul(b) as u64,
            a.wrapping_neg() as u64,
            a.wrapping_abs() as u64,
            a.wrapping_shl(n) as u64,
            a.wrapping_shr(n) as u64,
        )
    }

    /// Of `{ty}`.
    #[vm_op(each(ty):
        wrapping_u8(u8), wrapping_u16(u16), wrapping_u32(u32), wrapping_u64(u64), wrapping_usize(usize))]
    fn wrapping_unsigned(a: u64, b: u64) -> (u64, u64, u64, u64, u64, u64) {
        let n = b as u32;
        let (a, b) = (a as ty, b as ty);
        (
            a.wrapping_add(b) as u64,
            a.wrapping_sub(b) as u64,
            a.wrapping_mul(b) as u64,
            a.wrapping_neg() as u64,
            a.wrapping_shl(n) as u64,
            a.wrapping_shr(n) as u64,
        )
    }

    // Checked arithmetic, each: sum, difference, product, negation, quotient, remainder, shifts.

    /// Of `{ty}`.
    #[vm_op(each(ty):
        checked_i8(i8), checked_i16(i16), checked_i32(i32), checked_i64(i64), checked_isize(isize),
        checked_u8(u8), checked_u16(u16), checked_u32(u32), checked_u64(u64), checked_usize(usize))]
    fn checked(a: u64, b: u64) -> (u64, u64, u64, u64, u64, u64, u64, u64) {
        let n = b as u32;
        let (a, b) = (a as ty, b as ty);
        (
            match a.checked_add(b) {
                Some(x) => x as u64,
                None => NONE,
            },
            match a.checked_sub(b) {
                Some(x) => x as u64,
                None => NONE,
            },
            match a.checked_mul(b) {
                Some(x) => x as u64,
                None => NONE,
            },
            match a.checked_neg() {
                Some(x) => x as u64,
                None => NONE,
            },
            match a.checked_div(b) {
                Some(x) => x as u64,
                None => NONE,
            },
            match a.checked_rem(b) {
                Some(x) => x as u64,
                None => NONE,
            },
            match a.checked_shl(n) {
                Some(x) => x as u64,
                None => NONE,
            },
            match a.checked_shr(n) {
                Some(x) => x as u64,
                None => NONE,
            },
        )
    }

    // Overflowing and saturating arithmetic.

    /// Of `{ty}`.
    #[vm_op(each(ty):
        overflowing_i8(i8), overflowing_i16(i16), overflowing_i32(i32), overflowing_i64(i64), overflowing_isize(isize),
        overflowing_u8(u8), overflowing_u16(u16), overflowing_u32(u32), overflowing_u64(u64), overflowing_usize(usize))]
    fn overflowing(a: u64, b: u64) -> (u64, u64, u64, u64, u64, u64, u64, u64, u64) {
        let (a, b) = (a as ty, b as ty);
        let (sum, sum_over) = a.overflowing_add(b);
        let (difference, difference_over) = a.overflowing_sub(b);
        let product = a.overflowing_mul(b);
        (
            sum as u64,
            sum_over as u64,
            difference as u64,
            difference_over as u64,
            product.0 as u64,
            product.1 as u64,
            a.saturating_add(b) as u64,
            a.saturating_sub(b) as u64,
            a.saturating_mul(b) as u64,
        )
    }

    // Bits, each: rotations, zeros at both ends, the smaller, the larger, and, or, xor, not.

    /// Of `{ty}`.
    #[vm_op(each(ty):
        bits_i8(i8), bits_i16(i16), bits_i32(i32), bits_i64(i64), bits_isize(isize))]
    fn bits_signed(a: u64, b: u64) -> (u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64) {
        let n = b as u32;
        let (a, b) = (a as ty, b as ty);
        (
            a.rotate_left(n) as u64,
            a.rotate_right(n) as u64,
            a.leading_zeros() as u64,
            a.trailing_zeros() as u64,
            a.min(b) as u64,
            a.max(b) as u64,
            (a & b) as u64,
            (a | b) as u64,
            (a ^ b) as u64,
            !a as u64,
            a.unsigned_abs() as u64,
        )
    }

    /// Of `{ty}`.
    #[vm_op(each(ty):
        bits_u8(u8), bits_u16(u16), bits_u32(u32), bits_u64(u64), bits_usize(usize))]
    fn bits_unsigned(a: u64, b: u64) -> (u64, u64, u64, u64, u64, u64, u64, u64, u64, u64) {
        let n = b as u32;
        let (a, b) = (a as ty, b as ty);
        (
            a.rotate_left(n) as u64,
            a.rotate_right(n) as u64,
            a.leading_zeros() as u64,
            a.trailing_zeros() as u64,
            a.min(b) as u64,
            a.max(b) as u64,
            (a & b) as u64,
            (a | b) as u64,
            (a ^ b) as u64,
            !a as u64,
        )
    }

    /// Ones of `{ty}`, and its bytes in reverse.
    #[vm_op(each(ty):
        ones_i8(i8), ones_i16(i16), ones_i32(i32), ones_i64(i64), ones_isize(isize),
        ones_u8(u8), ones_u16(u16), ones_u32(u32), ones_u64(u64), ones_usize(usize))]
    fn ones_and_bytes(a: u64) -> (u64, u64) {
        let a = a as ty;
        (a.count_ones() as u64, a.swap_bytes() as u64)
    }

    // Comparisons, each: ==, !=, <, <=, >, >=.

    /// Of `{ty}`.
    #[vm_op(each(ty):
        compare_i8(i8), compare_i16(i16), compare_i32(i32), compare_i64(i64), compare_isize(isize),
        compare_u8(u8), compare_u16(u16), compare_u32(u32), compare_u64(u64), compare_usize(usize))]
    fn compare(a: u64, b: u64) -> (u64, u64, u64, u64, u64, u64) {
        let (a, b) = (a as ty, b as ty);
        ((a == b) as u64, (a != b) as u64, (a < b) as u64, (a <= b) as u64, (a > b) as u64, (a >= b) as u64)
    }

    /// Of `{float}`.
    #[vm_op(each(float, bits): compare_f32(f32, u32), compare_f64(f64, u64))]
    fn compare_floats(a: u64, b: u64) -> (u64, u64, u64, u64, u64, u64) {
        let (a, b) = (float::from_bits(a as bits), float::from_bits(b as bits));
        ((a == b) as u64, (a != b) as u64, (a < b) as u64, (a <= b) as u64, (a > b) as u64, (a >= b) as u64)
    }

    // Casts, each to every other type.

    /// From `{ty}`.
    #[vm_op(each(ty):
        cast_i8(i8), cast_i16(i16), cast_i32(i32), cast_i64(i64), cast_isize(isize),
        cast_u8(u8), cast_u16(u16), cast_u32(u32), cast_u64(u64), cast_usize(usize))]
    fn cast(a: u64) -> (u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64) {
        let a = a as ty;
        (
            a as i8 as u64,
            a as i16 as u64,
            a as i32 as u64,
            a as i64 as u64,
            a as isize as u64,
            a as u8 as u64,
            a as u16 as u64,
            a as u32 as u64,
            a as u64 as u64,
            a as usize as u64,
            (a as f32).to_bits() as u64,
            (a as f64).to_bits(),
        )
    }

    /// From `{float}`: it saturates, and a NaN is 0.
    #[vm_op(each(float, bits): cast_f32(f32, u32), cast_f64(f64, u64))]
    fn cast_float(a: u64) -> (u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64) {
        let a = float::from_bits(a as bits);
        (
            a as i8 as u64,
            a as i16 as u64,
            a as i32 as u64,
            a as i64 as u64,
            a as isize as u64,
            a as u8 as u64,
            a as u16 as u64,
            a as u32 as u64,
            a as u64 as u64,
            a as usize as u64,
            (a as f32).canonical_bits() as u64,
            (a as f64).canonical_bits(),
        )
    }

    /// From `bool`.
    #[vm_op]
    fn cast_bool(a: u64) -> (u64, u64, u64, u64, u64, u64, u64, u64, u64, u64) {
        let a = a & 1 == 1;
        (
            a as i8 as u64,
            a as i16 as u64,
            a as i32 as u64,
            a as i64 as u64,
            a as isize as u64,
            a as u8 as u64,
            a as u16 as u64,
            a as u32 as u64,
            a as u64 as u64,
            a as usize as u64,
        )
    }

    // Immediates of every type.

    /// `{ty}`
    #[vm_op(each(ty):
        imm_i8(i8), imm_i16(i16), imm_i32(i32), imm_i64(i64), imm_u8(u8),
        imm_u16(u16), imm_u32(u32), imm_u64(u64), imm_bool(bool))]
    fn immediate(#[imm] value: ty) -> u64 {
        value as u64
    }

    /// `{float}`
    #[vm_op(each(float): imm_f32(f32), imm_f64(f64))]
    fn imm_float(#[imm] value: float) -> u64 {
        value.to_bits() as u64
    }

    /// All of them at once.
    #[vm_op]
    #[expect(clippy::too_many_arguments, reason = "every kind of immediate in one instruction")]
    fn imm_all(
        #[imm] a: i8,
        #[imm] b: u8,
        #[imm] c: i16,
        #[imm] d: u16,
        #[imm] e: i32,
        #[imm] f: u32,
        #[imm] g: i64,
        #[imm] h: u64,
        #[imm] i: bool,
        #[imm] j: f32,
        #[imm] k: f64,
    ) -> (u64, u64) {
        let small = (a as u64) ^ (b as u64).wrapping_shl(8) ^ (c as u64).wrapping_shl(16) ^ (d as u64).wrapping_shl(32);
        let large = (e as u64) ^ (f as u64).wrapping_mul(3) ^ (g as u64).wrapping_mul(5) ^ h.wrapping_mul(7);
        (small ^ i as u64 ^ j.to_bits() as u64, large ^ k.to_bits())
    }

    // Floats.

    /// Sum, difference, product, quotient, negation.
    #[vm_op(each(float, bits): float_arithmetic(f64, u64), single_arithmetic(f32, u32))]
    fn arithmetic_of_floats(a: u64, b: u64) -> (u64, u64, u64, u64, u64) {
        let (a, b) = (float::from_bits(a as bits), float::from_bits(b as bits));
        (
            (a + b).canonical_bits() as u64,
            (a - b).canonical_bits() as u64,
            (a * b).canonical_bits() as u64,
            (a / b).canonical_bits() as u64,
            (-a).to_bits() as u64,
        )
    }

    /// Absolute value, square root, roundings, and whether it is a NaN.
    #[vm_op(each(float, bits): float_methods(f64, u64), single_methods(f32, u32))]
    fn methods_of_floats(a: u64) -> (u64, u64, u64, u64, u64, u64) {
        let a = float::from_bits(a as bits);
        (
            a.abs().to_bits() as u64,
            a.sqrt().canonical_bits() as u64,
            a.floor().canonical_bits() as u64,
            a.ceil().canonical_bits() as u64,
            a.trunc().canonical_bits() as u64,
            a.is_nan() as u64,
        )
    }

    /// The smaller and the larger, with a NaN passed on and dropped.
    #[vm_op(each(float, bits): float_extremes(f64, u64), single_extremes(f32, u32))]
    fn extremes(a: u64, b: u64) -> (u64, u64, u64, u64) {
        let (a, b) = (float::from_bits(a as bits), float::from_bits(b as bits));
        (
            a.minimum(b).canonical_bits() as u64,
            a.maximum(b).canonical_bits() as u64,
            a.minimum_number(b).canonical_bits() as u64,
            a.maximum_number(b).canonical_bits() as u64,
        )
    }

    /// The nearest integer, a sign, and whether there is one.
    #[vm_op(each(float, bits): float_signs(f64, u64), single_signs(f32, u32))]
    fn signs(a: u64, b: u64) -> (u64, u64, u64) {
        let (a, b) = (float::from_bits(a as bits), float::from_bits(b as bits));
        let rounded = a.round_ties_even().canonical_bits() as u64;
        (rounded, a.copysign(b).to_bits() as u64, a.is_sign_negative() as u64)
    }

    /// Every NaN becomes the same one, even if a compiler drops the sum.
    #[vm_op(each(float, bits): float_quiet(f64, u64), single_quiet(f32, u32))]
    fn quiet_floats(a: u64, b: u64) -> (u64, u64, u64, u64) {
        let (a, b) = (float::from_bits(a as bits), float::from_bits(b as bits));
        (
            a.quiet().to_bits() as u64,
            a.canonical_bits() as u64,
            ((a + 0.0).quiet().to_bits() ^ (1.0 * b).canonical_bits()) as u64,
            (-(a - b).quiet()).abs().to_bits() as u64,
        )
    }

    /// Variables, branches and helpers preserve the bits of a NaN; signs change only one bit.
    #[vm_op]
    fn float_passes(a: u64, b: u64) -> (u64, u64, u64, u64) {
        let (a, b) = (f64::from_bits(a), f64::from_bits(b));
        let larger = if a > b { a } else { b };
        let chosen = if a == a { b } else { -(-a) };
        (larger.to_bits(), chosen.to_bits(), (-a).abs().to_bits(), same(Some(-b)).to_bits())
    }

    fn same(x: Option<f64>) -> f64 {
        match x {
            Some(x) if x.is_nan() => x,
            Some(x) => x,
            None => f64::NAN,
        }
    }

    /// The bits of a float that is known not to be a NaN on one of two paths.
    #[vm_op]
    fn float_paths(a: u64, b: u64) -> (u64, u64, u64) {
        let (a, b) = (f64::from_bits(a), f64::from_bits(b));
        let (sum, product) = (a + b, a * b);
        let by_test = if sum.is_nan() { 1u64 } else { sum.to_bits() };
        let by_helper = if is_between(product, a, b) { product.to_bits() } else { 2u64 };
        let root = a.sqrt();
        let mut last: u64 = 3;
        if let Some(quotient) = quotient(root, b)
            && root >= 1.0
        {
            last = quotient.to_bits() ^ root.to_bits();
        }
        (by_test, by_helper, last)
    }

    fn is_between(x: f64, low: f64, high: f64) -> bool {
        if low > high { x <= low } else { low <= x && x < high }
    }

    fn quotient(a: f64, b: f64) -> Option<f64> {
        let quotient = a / b;
        if quotient != quotient { None } else { Some(quotient) }
    }

    /// A product and a sum that must not be fused.
    #[vm_op(each(float, bits): float_multiply_add(f64, u64), single_multiply_add(f32, u32))]
    fn multiply_add(a: u64, b: u64, c: u64) -> u64 {
        let product = float::from_bits(a as bits) * float::from_bits(b as bits);
        (product + float::from_bits(c as bits)).canonical_bits() as u64
    }

    /// Constants of floats.
    #[vm_op(each(float, bits, zero): float_constants(f64, u64, -0.0f64), single_constants(f32, u32, -0f32))]
    fn constants_of_floats(a: u64) -> (u64, u64, u64, u64, u64) {
        let a = float::from_bits(a as bits);
        (
            (a + float::INFINITY).canonical_bits() as u64,
            (a * float::EPSILON).canonical_bits() as u64,
            (a == float::MAX) as u64,
            (a < float::MIN) as u64,
            (zero).to_bits() as u64,
        )
    }
}
