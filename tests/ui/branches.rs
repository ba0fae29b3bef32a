//! `branches`: a condition that is a value and two jumps.
// covers: BranchesForm, BranchesNone, BranchesWhen, BranchesValue, BranchesOperands, BranchesLabel, BranchesResult
// covers: TwoArguments, ReservedName, TwoOps, EachUnused, ResultSlot

#[mimeo::instruction_set(value = i64)]
mod forms {
    #[vm_op(branches = less)]
    fn assigned(a: i64) -> bool {
        a == 0
    }

    #[vm_op(branches(if, els))]
    fn unknown_word(a: i64) -> bool {
        a == 0
    }

    #[vm_op(branches(if = "jump"))]
    fn name_as_text(a: i64) -> bool {
        a == 0
    }

    #[vm_op(branches(if unless))]
    fn no_comma(a: i64) -> bool {
        a == 0
    }

    #[vm_op(branches[if])]
    fn brackets(a: i64) -> bool {
        a == 0
    }

    #[vm_op(branches(if, unless, if = jump))]
    fn word_twice(a: i64) -> bool {
        a == 0
    }

    #[vm_op(branches, stencil = none, branches(if))]
    fn two_of_them(a: i64) -> bool {
        a == 0
    }

    #[vm_op(branches())]
    fn nothing(a: i64) -> bool {
        a == 0
    }

    #[vm_op(branches(value))]
    fn value_only(a: i64) -> bool {
        a == 0
    }

    #[vm_op(branches(value, if, when))]
    fn value_with_when(a: i64) -> bool {
        when && a == 0
    }

    #[vm_op(branches(if, when = jumps_for))]
    fn unused(a: i64) -> bool {
        a == 0
    }
}

#[mimeo::instruction_set(value = i64)]
mod signatures {
    #[vm_op(branches)]
    fn number(a: i64, b: i64) -> i64 {
        (a < b) as i64
    }

    #[vm_op(branches)]
    fn no_result(a: i64) {}

    #[vm_op(branches)]
    fn flow(a: i64, other: Label) -> Flow {
        if a == 0 { other.jump() } else { Flow::Next }
    }

    #[vm_op(branches)]
    fn lists(a: i64, list: Labels) -> bool {
        a == 0
    }

    #[vm_op(branches)]
    fn constant() -> bool {
        true
    }

    #[vm_op(branches)]
    fn named_like_the_label(from: i64, to: i64) -> bool {
        from < to
    }

    #[vm_op(branches)]
    fn variable_like_the_label(a: i64) -> bool {
        let to = a.wrapping_add(1);
        to < a
    }

    #[vm_op(branches, each(compare): less(<), equal(==))]
    fn family(a: i64, b: i64) -> i64 {
        compare(a, b) as i64
    }
}

#[mimeo::instruction_set(value = Value, operands = stack)]
mod values {
    #[repr(transparent)]
    pub struct Value(u64);

    #[vm_op(branches)]
    fn zero(a: Value) -> bool {
        a.0 == 0
    }

    #[vm_op(result = slot, branches(if))]
    fn to_a_local(a: Value) -> bool {
        a.0 == 0
    }
}

#[mimeo::instruction_set(value = Value, boolean = Value::of_bool, boolean = &Value)]
mod arguments {
    #[repr(transparent)]
    pub struct Value(u64);

    #[vm_op(branches)]
    fn zero(a: Value) -> bool {
        a.0 == 0
    }
}

#[mimeo::instruction_set(value = Value, boolean = Value::of_bool)]
mod functions {
    #[repr(transparent)]
    pub struct Value(u64);

    #[vm_op(branches)]
    fn zero(a: Value) -> bool {
        a.0 == 0
    }
}

#[mimeo::instruction_set(value = i64)]
mod names {
    #[vm_op(branches)]
    fn less(a: i64, b: i64) -> bool {
        a < b
    }

    #[vm_op]
    fn jump_if_less(a: i64, b: i64, to: Label) -> Flow {
        if a < b { to.jump() } else { Flow::Next }
    }

    #[vm_op(branches(if = go, unless = go))]
    fn equal(a: i64, b: i64) -> bool {
        a == b
    }

    #[vm_op(branches(if = bind, unless = r#try))]
    fn not_equal(a: i64, b: i64) -> bool {
        a != b
    }
}

#[mimeo::instruction_set(value = i64)]
mod bodies {
    #[vm_op(branches)]
    fn not_a_bool(a: i64) -> bool {
        a.wrapping_add(1)
    }

    #[vm_op(branches)]
    fn not_a_result(vm: &mut Vm, a: i64) -> Result<bool, Thrown> {
        if a == 1 {
            return a == 2;
        }
        Ok(a)
    }

    #[vm_op(branches, each(by): one(1), two(true), three(3))]
    fn some_of_them(a: i64) -> bool {
        a < by
    }

    #[vm_op(branches)]
    fn all_of_them(a: i64) -> bool {
        a + missing(a) == 0
    }
}

fn main() {}
