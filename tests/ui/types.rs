//! Types that do not fit or do not exist.
// covers: UnknownType, TypeForm, Mismatch, FloatLiteral, LiteralRange, NoneType, Branches, ConditionType

#[mimeo::instruction_set(value = i64)]
mod ops {
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct Pair {
        pub first: i64,
        pub second: bool,
    }

    impl String {
        fn helper(self) {}
    }

    fn unknown_type(a: Text) -> i64 {
        1
    }

    fn type_form(a: [u8; 4]) -> u128 {
        1
    }

    fn option_of_a_label(a: Option<Label>) {}

    #[vm_op]
    fn mismatch(a: i64, #[imm] small: u8) -> i64 {
        let wide: i64 = small;
        let inferred = 1;
        let sum = a.wrapping_add(inferred);
        let pair = Pair { first: true, second: small };
        a == small;
        sum
    }

    #[vm_op]
    fn no_value(a: i64) -> i64 {
        a.wrapping_add(1);
    }

    #[vm_op]
    fn returns_another(a: i64) -> i64 {
        if a == 0 {
            return true;
        }
        return;
    }

    #[vm_op]
    fn float_literal(#[imm] x: f64) -> i64 {
        (x + 1) as i64
    }

    #[vm_op]
    fn two_types_of_floats(#[imm] x: f64, #[imm] y: f32) -> i64 {
        let single: f32 = 1;
        (x + y * 0.5) as i64
    }

    #[vm_op]
    fn literal_range(#[imm] small: u8) -> i64 {
        let wide = 3_000_000_000;
        match small {
            256 => 1,
            _ => (small == 300) as i64,
        }
    }

    #[vm_op]
    fn literal_type(a: i64) -> i64 {
        let wide = 1u128;
        let narrow = 1.0f16;
        a
    }

    #[vm_op]
    fn none_type(a: i64) -> i64 {
        let nothing = None;
        match nothing {
            Some(x) => x,
            None => a,
        }
    }

    #[vm_op]
    fn branches(a: i64) -> i64 {
        let flag = if a == 0 { true } else { 1 };
        let other = match a {
            0 => 1u8,
            _ => 1u16,
        };
        a
    }

    #[vm_op]
    fn condition_type(a: i64) -> i64 {
        if a {
            return 1;
        }
        (a == 1 && a) as i64
    }
}

fn main() {}
