//! Operators, casts and methods of numbers.
// covers: PlainArithmetic, PlainShift, PlainNegate, DivisionMayPanic, FloatRemainder, CompareStructs, Operator
// covers: CastForm, UnknownMethod, MinOfFloats

#[mimeo::instruction_set(value = i64)]
mod ops {
    #[repr(C)]
    #[derive(Clone, Copy, PartialEq)]
    pub struct Pair {
        pub first: i64,
        pub second: i64,
    }

    #[vm_op]
    fn plain(a: i64, b: i64) -> i64 {
        let sum = a + b;
        let difference = a - 1;
        let product = a * b;
        let quotient = a / b;
        let remainder = a % b;
        let left = a << 3;
        let right = a >> b;
        let negated = -a;
        let mut counter = a;
        counter += 1;
        counter <<= 1;
        a.wrapping_div(b)
    }

    #[vm_op]
    fn methods(a: i64, b: i64) -> i64 {
        let remainder = a.overflowing_rem(b);
        let power = a.pow(2);
        let absolute = a.abs();
        a.wrapping_add(1).is_positive() as i64
    }

    #[vm_op]
    fn floats(#[imm] x: f64, #[imm] y: f64) -> i64 {
        let remainder = x % y;
        let both = x & y;
        let not = !x;
        let shifted = x << 1;
        let power = x.powi(2);
        let smaller = x.min(y);
        1
    }

    #[vm_op]
    fn others(a: i64) -> i64 {
        let sum = true + false;
        let negative = -true;
        let pair = Pair { first: a, second: a };
        let same = pair == pair;
        let both = pair & pair;
        let order = Some(a) < None;
        let method = pair.sum();
        (true as f64) as i64
    }

    #[vm_op]
    fn casts(a: i64) -> i64 {
        let pair = a as Pair;
        let pointer = 1i32 as *const u8;
        let flag = a as bool;
        let letter = a as char;
        a
    }
}

fn main() {}
