//! `each`: one function that is several ops.
// covers: EachForm, EachRows, EachLength, EachUnused, EachEntry, TwoArguments, TwoOps

#[mimeo::instruction_set(value = i64)]
mod forms {
    #[vm_op(each)]
    fn nothing(a: i64) {}

    #[vm_op(each: less(<))]
    fn no_names(a: i64, b: i64) {}

    #[vm_op(each(): less(), equal())]
    fn empty_names(a: i64, b: i64) {}

    #[vm_op(each(<): less(<))]
    fn name_of_an_operator(a: i64, b: i64) {}

    #[vm_op(each(compare))]
    fn no_colon(a: i64, b: i64) {}

    #[vm_op(each[compare]: less(<), equal(==))]
    fn brackets(a: i64, b: i64) {}

    #[vm_op(each(compare) = [less(<), equal(==)])]
    fn list(a: i64, b: i64) {}

    #[vm_op(each(compare): (<), (==))]
    fn rows_without_names(a: i64, b: i64) {}

    #[vm_op(each(compare): less, equal)]
    fn names_without_rows(a: i64, b: i64) {}

    #[vm_op(each(compare): less(<) equal(==))]
    fn no_commas(a: i64, b: i64) {}

    #[vm_op(each(compare, by): less(<, 1), equal(, 1))]
    fn nothing_for_a_name(a: i64, b: i64) {}

    #[vm_op(each(compare): less(<), stencil = none)]
    fn arguments_after_it(a: i64, b: i64) {}
}

#[mimeo::instruction_set(value = i64)]
mod rows {
    #[vm_op(stencil = required, each(compare):)]
    fn none(a: i64, b: i64) {}

    #[vm_op(each(compare): less(<), equal(), more(>, >=))]
    fn length(a: i64, b: i64) {}

    #[vm_op(each(compare, by): less(<, 1), equal(==), less_equal(<=, 2, 3))]
    fn length_of_two(a: i64, b: i64) {}

    #[vm_op(each(by, compare, by): one(1, <, 2))]
    fn name_twice(a: i64, b: i64) {}

    #[vm_op(each(amount): two(1), two(2))]
    fn op_twice(a: i64) -> i64 {
        a.wrapping_add(amount)
    }

    #[vm_op(each(one): three(1))]
    #[vm_op(each(other): four(1))]
    fn two_of_them(a: i64, b: i64) {}

    /// Adds {amonut}.
    #[vm_op(each(amount, compare): five(5, <), six(6, >))]
    fn unused(a: i64, b: i64) -> i64 {
        compare(a, b) as i64
    }
}

#[mimeo::instruction_set(value = i64)]
mod entries {
    #[vm_op(each(compare): equal(==), alike(is_equal), less(<))]
    fn operator(a: i64, b: i64) -> i64 {
        compare(a, b, 0) as i64
    }

    #[vm_op(each(ty): add_narrow(u8), add_wide(64))]
    fn of_type(a: i64, b: i64) -> i64 {
        (a as ty).wrapping_add(b as ty) as i64
    }

    #[vm_op(each(method): add(wrapping_add), subtract(-))]
    fn with(a: i64, b: i64) -> i64 {
        a.method(b)
    }

    #[vm_op(each(found): find_some(1..=9), find_sum(1 + 2))]
    fn find(a: i64) -> i64 {
        match a {
            found => 1,
            _ => 0,
        }
    }
}

#[mimeo::instruction_set(value = i64)]
mod bodies {
    #[vm_op(each(by): all_of_them_a(1), all_of_them_b(2))]
    fn all_of_them(a: i64) -> i64 {
        a.wrapping_add(by) + missing(a)
    }

    #[vm_op(each(by): some_a(1), some_b(true), some_c(2.0), some_d(false))]
    fn some_of_them(a: i64) -> i64 {
        a.wrapping_add(by)
    }

    #[vm_op(each(ty): signature_a(i64), signature_b(bool))]
    fn signature(a: ty) {}

    #[vm_op(stencil = native, each(native): argument_a(none), argument_b(fast))]
    fn argument(a: i64) {}

    #[vm_op(each(by): helper(1), finish(2))]
    fn name(a: i64) -> i64 {
        a.wrapping_mul(by)
    }

    fn helper() {}
}

fn main() {}
