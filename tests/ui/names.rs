//! Names that are not known, and calls with the wrong number of arguments.
// covers: UnknownName, UnknownFunction, OpCall, UnknownField, ArgumentCount, PatternName

pub const LIMIT: i64 = 3;

pub struct Marker;

pub fn elsewhere(a: i64) -> i64 {
    a
}

#[mimeo::instruction_set(value = i64)]
mod ops {
    use super::{LIMIT, Marker, elsewhere};

    #[repr(C)]
    pub struct Pair {
        pub first: i64,
    }

    fn helper(a: i64) -> i64 {
        a
    }

    #[vm_op]
    fn names(a: i64) -> i64 {
        let one = missing;
        let two = LIMIT;
        let three = Pair::MISSING;
        let four = std::f64::consts::PI;
        let uses_of_a_broken_variable_are_not_reported = one;
        two.wrapping_add(three)
    }

    #[vm_op]
    fn functions(a: i64) -> i64 {
        missing(a).wrapping_add(elsewhere(a))
    }

    #[vm_op]
    fn calls_an_op(a: i64) -> i64 {
        names(a)
    }

    #[vm_op]
    fn fields(a: i64) -> i64 {
        let pair = Pair { second: a };
        let other = Pair { first: a };
        other.second
    }

    #[vm_op]
    fn arguments(a: i64, to: Label) -> Flow {
        helper(a, a);
        Some(a, a);
        a.wrapping_add();
        to.jump(1)
    }

    #[vm_op]
    fn imported_constant(a: i64) -> i64 {
        match a {
            LIMIT => 1,
            Marker => 2,
            _ => 3,
        }
    }
}

fn main() {}
