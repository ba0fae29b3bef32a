//! `reference_ops`: the ops that `docs/op-language.md` and `docs/op-expressions.md` quote, each as small as its subject
//! allows.

use mimeo::Thrown;

use self::reference_ops::{Callee, Context, Vm};

/// The state that only Rust accesses.
#[derive(Debug, Default)]
pub struct Host {
    /// The arguments of runtime functions.
    pub trace: Vec<i64>,
    /// The memory that [`Context::globals`] points to.
    pub globals: Vec<i64>,
}

/// Elements of the space `globals`.
pub const GLOBALS: u32 = 8;

impl Host {
    /// Creates a state for ops to run on, with contents from `word`.
    pub fn new(mut word: impl FnMut() -> i64) -> (Context, Host) {
        let mut host = Host { trace: Vec::new(), globals: (0..GLOBALS).map(|_| word()).collect() };
        let origin = reference_ops::Point { x: word() as i32, y: word() as i32 };
        let (globals, ratio) = (host.globals.as_mut_ptr(), f64::from_bits(word() as u64));
        (Context { globals, ticks: word() as u64, ratio, origin }, host)
    }
}

fn note(vm: &mut Vm, value: i64) {
    vm.host.trace.push(value);
}

fn ask(vm: &mut Vm, question: i64) -> Result<i64, Thrown> {
    vm.host.trace.push(question);
    if question % 3 == 0 { Err(vm.throw("no answer")) } else { Ok(question / 3) }
}

fn negative(vm: &mut Vm, value: i64) -> Thrown {
    vm.throw(format!("{value} is negative"))
}

fn target(vm: &mut Vm, _name: i64) -> Result<Callee, Thrown> {
    Err(vm.throw("no function has this name"))
}

// SAFETY: the context's pointer points to `GLOBALS` numbers, which is the size of the space `globals`; the ops mask other
// indices to fewer. No runtime function returns a callee, and no callee is in the data.
unsafe impl mimeo::TrustedOps for reference_ops::Ops {}

/// See the module's documentation.
#[mimeo::instruction_set(value = i64, context = Context, host = super::Host)]
#[expect(clippy::undocumented_unsafe_blocks, reason = "the implementation of `TrustedOps` says why they are sound")]
#[allow(clippy::all, reason = "some ops show forms that have a shorter one")]
pub mod reference_ops {
    /// The part of the language's state that stencils access.
    #[repr(C)]
    pub struct Context {
        /// `GLOBALS` numbers.
        pub globals: *mut i64,
        /// A counter.
        pub ticks: u64,
        /// A float.
        pub ratio: f64,
        /// A struct in a struct.
        pub origin: Point,
    }

    /// A struct of the module.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Point {
        /// The first.
        pub x: i32,
        /// The second.
        pub y: i32,
    }

    /// An inline-cache cell.
    #[repr(C)]
    pub struct Counter {
        /// How often the op ran.
        pub hits: Cell<i64>,
    }

    const MASK: i64 = 7;

    impl Point {
        const ZERO: Point = Point { x: 0, y: 0 };

        fn mirrored(self) -> Point {
            Point { x: self.y, y: self.x }
        }
    }

    unsafe extern "Rust" {
        fn note(vm: &mut Vm, value: i64);
        fn ask(vm: &mut Vm, question: i64) -> Result<i64, Thrown>;
        fn target(vm: &mut Vm, name: i64) -> Result<Callee, Thrown>;
        #[cold]
        fn negative(vm: &mut Vm, value: i64) -> Thrown;
    }

    // Operands.

    /// `dst = a & b`
    #[vm_op]
    fn and(a: i64, b: i64) -> i64 {
        a & b
    }

    /// `dst = value`
    #[vm_op]
    fn number(#[imm] value: i32) -> i64 {
        value as i64
    }

    /// `dst = globals[index]`
    #[vm_op]
    fn get_global(vm: &mut Vm, #[imm(in = globals)] index: u16) -> i64 {
        unsafe { *vm.context.globals.add(index as usize) }
    }

    /// `dst = value`
    #[vm_op]
    fn constant(#[constant] value: i64) -> i64 {
        value
    }

    /// `dst = a | b`
    #[vm_op]
    fn or(a: i64, #[place(slot, constant)] b: i64) -> i64 {
        a | b
    }

    /// `dst` = how often this op ran before, at this place in the function
    #[vm_op]
    fn count(#[cache] counter: &Counter) -> i64 {
        let before = counter.hits.get();
        counter.hits.set(before.wrapping_add(1));
        before
    }

    /// Jumps to `to` if `a < b`.
    #[vm_op]
    fn jump_if_less(a: i64, b: i64, to: Label) -> Flow {
        if a < b { to.jump() } else { Flow::Next }
    }

    /// Jumps to the label with this index, or to the last one.
    #[vm_op]
    fn jump_to_one(index: i64, to: Labels) -> Flow {
        to.jump(index as u64)
    }

    /// `dst` = the number of slots in the window
    #[vm_op]
    fn window_len(args: Window) -> i64 {
        args.len() as i64
    }

    /// Jumps to `to` if the window has no slot with this index; `dst` = that slot, or 0.
    #[vm_op]
    fn window_get(vm: &mut Vm, index: i64, values: Window, to: Label) -> (i64, Flow) {
        match vm.slot_of(values, index as u64) {
            Some(value) => (value, Flow::Next),
            None => (0, to.jump()),
        }
    }

    /// Sets all slots of the window to 0.
    #[vm_op]
    fn window_clear(vm: &mut Vm, values: Window) {
        vm.fill(values, 0);
    }

    /// Sets a slot of the window and returns all of them.
    #[vm_op]
    fn window_ret(vm: &mut Vm, index: i64, value: i64, values: Window) -> Flow {
        vm.set_slot_of(values, index as u64, value);
        vm.ret_window(values)
    }

    /// Calls a function; its result is in the first slot of the window.
    #[vm_op]
    fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        vm.call(callee, args)
    }

    /// `dst` = the word of the function
    #[vm_op]
    fn function_word(vm: &mut Vm) -> i64 {
        vm.function_word() as i64
    }

    /// Counts.
    #[vm_op]
    fn tick(vm: &mut Vm) {
        vm.context.ticks = vm.context.ticks.wrapping_add(1);
    }

    // Results.

    /// `(one, other) = (b, a)`
    #[vm_op]
    fn swap(a: i64, b: i64) -> (i64, i64) {
        (b, a)
    }

    /// `dst = n - 1`; jumps to `to` if that is more than 0.
    #[vm_op]
    fn count_down(n: i64, to: Label) -> (i64, Flow) {
        let next = n.wrapping_sub(1);
        if next > 0 { (next, to.jump()) } else { (next, Flow::Next) }
    }

    /// Throws if `a` is negative.
    #[vm_op]
    fn check(vm: &mut Vm, a: i64) -> Result<(), Thrown> {
        if a < 0 { Err(negative(vm, a)) } else { Ok(()) }
    }

    /// `dst` = the runtime's answer; counts.
    #[vm_op]
    fn ask_and_tick(vm: &mut Vm, question: i64) -> Result<i64, Thrown> {
        let answer = ask(vm, question)?;
        vm.context.ticks = vm.context.ticks.wrapping_add(1);
        Ok(answer)
    }

    /// Calls the function with this name.
    #[vm_op]
    fn call_by_name(vm: &mut Vm, name: i64, args: Window) -> Result<Flow, Thrown> {
        let callee = target(vm, name)?;
        Ok(vm.call(callee, args))
    }

    /// Calls a function that replaces the running one, with the arguments in its first slots.
    #[vm_op]
    fn tail_call(vm: &mut Vm, callee: Callee) -> Flow {
        vm.tail_call(callee)
    }

    /// Returns `value`.
    #[vm_op]
    fn ret(vm: &mut Vm, value: i64) -> Flow {
        vm.ret(value)
    }

    /// Lets the interpreter run the next op.
    #[vm_op]
    fn leave(vm: &mut Vm) -> Flow {
        vm.deopt()
    }

    /// Has no native code.
    #[vm_op(stencil = none)]
    fn rare(a: i64) -> i64 {
        a
    }

    /// The build fails if it has none.
    #[vm_op(stencil = required)]
    fn hot(a: i64) -> i64 {
        a.wrapping_add(1)
    }

    /// Whether `a` is more than 0.
    #[vm_op(branches)]
    fn positive(a: i64) -> bool {
        a > 0
    }

    // Types and literals.

    /// Conversions between numbers.
    #[vm_op]
    fn casts(a: i64, #[imm] ratio: f64) -> i64 {
        let bits: u16 = a as i8 as i16 as u16;
        let whole: u32 = ratio as u32;
        let sign: isize = (a < 0) as isize;
        (bits as i64) ^ (whole as i64) ^ (sign as i64) ^ (a as f64 as i64)
    }

    /// Floats of 32 bits.
    #[vm_op]
    fn singles(vm: &mut Vm, a: i64, #[imm] ratio: f32) -> i64 {
        let single: f32 = a as f32 * ratio + 0.1;
        vm.context.ratio = (single as f64).quiet();
        (single as f64 * 0.1) as f32 as i64
    }

    /// Literals, which have the type that is expected of them.
    #[vm_op]
    fn literals(a: i64) -> i64 {
        let letter: u8 = b'+';
        let (mask, half, negated) = (0xff_i16, 0.5, true);
        let whole = (letter as f64 * half) as i64 ^ (a & mask as i64);
        if negated { whole ^ -1 } else { whole }
    }

    /// Constants of the module and of Rust.
    #[vm_op]
    fn constants(a: i64) -> i64 {
        (a & MASK) ^ i64::MIN ^ (Point::ZERO.x as i64) ^ (i64::BITS as i64)
    }

    /// `dst = x`; mirrors the point.
    #[vm_op]
    fn mirror(vm: &mut Vm) -> i64 {
        let mut point: Point = vm.context.origin.mirrored();
        point.x = point.x.wrapping_neg();
        vm.context.origin = Point { x: point.y, y: point.x };
        point.x as i64
    }

    /// An `Option`.
    #[vm_op]
    fn optional(a: i64) -> i64 {
        let found: Option<i64> = if a == 0 { None } else { Some(a ^ MASK) };
        match found {
            Some(value) => value,
            None => 1,
        }
    }

    /// A tuple.
    #[vm_op]
    fn tuple(a: i64) -> i64 {
        let pair: (i64, bool) = (a ^ MASK, a > MASK);
        if pair.1 { pair.0 } else { a }
    }

    // Expressions.

    /// Operators of integers and of `bool`.
    #[vm_op]
    fn operators(a: i64, b: i64) -> i64 {
        let mut bits = !a & b | a ^ b;
        bits ^= 1;
        bits |= 2;
        bits &= MASK;
        let equal = a == b || !(a != b && a <= b);
        bits ^ (equal as i64)
    }

    /// Operators of floats.
    #[vm_op]
    fn average(vm: &mut Vm, a: i64, b: i64) -> i64 {
        let mut sum = a as f64 + b as f64;
        sum -= -1.0;
        sum *= 3.0;
        sum /= 2.0;
        sum += 1.0;
        vm.context.ratio = (sum / 4.0 - sum * 0.1).quiet();
        (sum >= 0.0) as i64
    }

    /// `let … else`
    #[vm_op]
    fn difference(a: i64, b: i64) -> i64 {
        let Some(difference) = a.checked_sub(b) else { return 0 };
        difference
    }

    /// `let` with a tuple, and without a value; a block.
    #[vm_op]
    fn variables(a: i64) -> i64 {
        let (next, _) = a.overflowing_add(1);
        let result: i64;
        {
            let next = next ^ MASK;
            result = next;
        }
        result
    }

    /// `if let`, with further conditions.
    #[vm_op]
    fn sum_or_zero(a: i64, b: i64) -> i64 {
        if let Some(sum) = a.checked_add(b)
            && sum > 0
        {
            sum
        } else {
            0
        }
    }

    /// Branches that are expected to be taken, and not to be taken.
    #[vm_op]
    fn expectations(a: i64, b: i64) -> i64 {
        if unlikely(b == 0) {
            return a.wrapping_mul(a) ^ MASK;
        }
        if likely(a > 0) { a.wrapping_add(b) } else { a.wrapping_sub(b).wrapping_mul(b) }
    }

    /// Patterns of numbers.
    #[vm_op]
    fn kind(a: i64) -> i64 {
        match a {
            MASK | i64::MAX => 0,
            (10..=99) | -1 => 1,
            other @ ..0 => other ^ 1,
            _ => 2,
        }
    }

    /// Patterns with parts, and a guard.
    #[vm_op]
    fn product(a: i64, b: i64) -> i64 {
        match (a.checked_mul(b), a < b) {
            (Some(product), less) if less => product,
            (None, _) => 0,
            _ => 1,
        }
    }

    /// `dst` = the number of bits of `a` that are set
    #[vm_op]
    fn ones(a: i64) -> i64 {
        let (mut ones, mut i) = (0i64, 0u32);
        while i < 64 {
            if a.wrapping_shr(i) == 0 {
                break;
            }
            ones = ones.wrapping_add(a.wrapping_shr(i) & 1);
            i = i.wrapping_add(1);
        }
        ones
    }

    fn clamped(a: i64) -> i64 {
        if a > MASK {
            return MASK;
        }
        a
    }

    /// Calls a helper and the runtime.
    #[vm_op]
    fn note_clamped(vm: &mut Vm, a: i64) {
        note(vm, clamped(a))
    }

    // Methods.

    /// Methods that wrap around.
    #[vm_op]
    fn wrapping(a: i64, b: i64) -> i64 {
        let n = b as u32;
        let sum = a.wrapping_add(b).wrapping_sub(1).wrapping_mul(b);
        sum.wrapping_neg().wrapping_abs() ^ a.wrapping_shl(n) ^ b.wrapping_shr(n)
    }

    /// Methods that result in `None` when the operator would panic.
    #[vm_op]
    fn checked(a: i64, b: i64) -> i64 {
        if let Some(sum) = a.checked_add(b)
            && let Some(difference) = sum.checked_sub(1)
            && let Some(product) = difference.checked_mul(b)
            && let Some(negated) = product.checked_neg()
        {
            negated
        } else {
            0
        }
    }

    /// The others.
    #[vm_op]
    fn checked_too(a: i64, b: i64) -> i64 {
        if let Some(quotient) = a.checked_div(b)
            && let Some(remainder) = quotient.checked_rem(b)
            && let Some(left) = remainder.checked_shl(b as u32)
            && let Some(right) = left.checked_shr(1)
        {
            right
        } else {
            0
        }
    }

    /// Methods that result in a pair: the wrapped number, and whether it overflowed.
    #[vm_op]
    fn overflowing(a: i64, b: i64) -> i64 {
        let (sum, _) = a.overflowing_add(b);
        let (difference, _) = sum.overflowing_sub(1);
        let (product, lost) = difference.overflowing_mul(b);
        if lost { 0 } else { product }
    }

    /// Methods that result in the nearest number.
    #[vm_op]
    fn saturating(a: i64, b: i64) -> i64 {
        a.saturating_add(b) ^ a.saturating_sub(b) ^ a.saturating_mul(b)
    }

    /// Methods of bits, and the others of integers.
    #[vm_op]
    fn bits(a: i64, b: i64) -> i64 {
        let n = a.leading_zeros() ^ b.trailing_zeros() ^ a.count_ones();
        a.rotate_left(n) ^ b.rotate_right(n) ^ a.min(b) ^ a.max(b) ^ a.swap_bytes() ^ (a.unsigned_abs() as i64)
    }

    /// Methods of floats.
    #[vm_op]
    fn floats(#[imm] a: f64, #[imm] b: f64) -> i64 {
        let root = (a.abs() + b.floor() + a.ceil() + b.trunc()).sqrt();
        if root.is_nan() { 0 } else { root.to_bits() as i64 }
    }

    /// The smaller and the larger of two floats.
    #[vm_op]
    fn extremes(vm: &mut Vm, a: i64, b: i64) -> i64 {
        let (x, y) = (f32::from_bits(a as u32), f32::from_bits(b as u32));
        vm.context.ratio = (x.minimum_number(y) as f64).maximum_number(0.5).quiet();
        x.minimum(1.0).maximum(y).canonical_bits() as i64
    }

    /// The nearest integer, and signs, which the one quiet NaN has as well.
    #[vm_op]
    fn signs(a: i64, b: i64) -> i64 {
        let (x, y) = (f64::from_bits(a as u64), f64::from_bits(b as u64));
        let sum = (x.round_ties_even() + y).quiet();
        let signs = x.copysign(sum).to_bits() ^ sum.copysign(y).to_bits().rotate_left(1);
        if y.is_sign_negative() {
            signs as i64
        } else {
            (-sum).to_bits() as i64 ^ (sum.abs().to_bits().rotate_left(1) as i64)
        }
    }

    /// The same bits for every NaN.
    #[vm_op]
    fn sum_of_floats(vm: &mut Vm, #[imm] a: f64, #[imm] b: f64) -> i64 {
        vm.context.ratio = (a + b).quiet();
        (a - b).canonical_bits() as i64
    }

    /// The float with these bits.
    #[vm_op]
    fn from_bits(a: i64) -> i64 {
        let single = f32::from_bits(a as u32).sqrt();
        f64::from_bits(a as u64).floor() as i64 ^ (single.canonical_bits() as i64)
    }

    /// Methods of raw pointers.
    #[vm_op]
    fn pointers(vm: &mut Vm, a: i64) -> i64 {
        let list: *mut i64 = vm.context.globals;
        let index = (a & 3) as usize;
        unsafe {
            let here = list.add(index).offset(1);
            let there = list.wrapping_add(5).sub(index).wrapping_sub(1).wrapping_offset(0);
            here.write(there.read());
            if here.is_null() { 0 } else { *here.cast::<u8>() as i64 }
        }
    }

    /// Numbers at any address.
    #[vm_op]
    fn unaligned(vm: &mut Vm, a: i64) -> i64 {
        let bytes = vm.context.globals.cast::<u8>();
        unsafe {
            let here = bytes.add((a & 31) as usize);
            let number = here.cast::<u32>().read_unaligned();
            here.add(5).cast::<i64>().write_unaligned(a);
            number as i64
        }
    }
}
