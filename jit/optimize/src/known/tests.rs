//! What follows from conditions, and what does not.

use super::*;

/// Defines values in order.
#[derive(Default)]
struct Defined {
    defs: Definitions,
    known: Known,
}

impl Defined {
    /// Returns a value of which nothing is known.
    fn fresh(&mut self) -> Value {
        self.define(Expr::Context)
    }

    fn define(&mut self, expr: Expr) -> Value {
        let value = Value::from_u32(self.defs.len() as u32);
        self.defs.insert(value, expr);
        value
    }

    fn constant(&mut self, bits: u64) -> Value {
        self.define(Expr::Const(Type::I64, bits))
    }

    fn binary(&mut self, op: Binary, a: Value, b: Value) -> Value {
        self.define(Expr::Binary(op, Type::I64, a, b))
    }

    fn range(&self, value: Value) -> (u64, u64) {
        let Range { lo, hi } = self.known.range(&self.defs, value);
        (lo, hi)
    }

    fn learn(&mut self, condition: Value, holds: bool) {
        self.known.learn(&self.defs, condition, holds);
    }

    /// Returns whether a comparison is known to hold.
    fn holds(&mut self, op: Binary, a: Value, b: Value) -> Option<bool> {
        self.known.decide(&self.defs, &Expr::Binary(op, Type::I64, a, b)).map(|bits| bits != 0)
    }
}

#[test]
fn a_tag_says_in_which_range_the_word_is() {
    let mut d = Defined::default();
    let (word, by, tag) = (d.fresh(), d.constant(48), d.constant(0xfffb));
    let shifted = d.binary(Binary::ShrUnsigned, word, by);
    let is_table = d.binary(Binary::Equal, shifted, tag);
    let first_tag = d.constant(0xfff9 << 48);
    assert_eq!(d.holds(Binary::LessUnsigned, word, first_tag), None);
    let before = d.known.clone();
    d.learn(is_table, true);
    assert_eq!(d.range(word), (0xfffb << 48, (0xfffc << 48) - 1));
    // Neither a number nor of another type.
    assert_eq!(d.holds(Binary::LessUnsigned, word, first_tag), Some(false));
    let other = d.constant(0xfffa);
    assert_eq!(d.holds(Binary::Equal, shifted, other), Some(false));
    assert_eq!(d.holds(Binary::Equal, shifted, tag), Some(true));
    // Of another tag, nothing follows.
    d.known = before;
    d.learn(is_table, false);
    assert_eq!(d.range(word), (0, u64::MAX));
}

#[test]
fn bounds_follow_from_comparisons_on_both_sides() {
    let mut d = Defined::default();
    let (a, ten) = (d.fresh(), d.constant(10));
    let less = d.binary(Binary::LessUnsigned, a, ten);
    let at_most = d.binary(Binary::LessEqualUnsigned, a, ten);
    for (condition, holds, expected) in [
        (less, true, (0, 9)),
        (less, false, (10, u64::MAX)),
        (at_most, true, (0, 10)),
        (at_most, false, (11, u64::MAX)),
    ] {
        d.known = Known::default();
        d.learn(condition, holds);
        assert_eq!(d.range(a), expected);
    }
    let b = d.fresh();
    let equal = d.binary(Binary::Equal, a, b);
    d.known = Known::default();
    d.learn(less, true);
    d.learn(equal, true);
    assert_eq!(d.range(b), (0, 9));
    let nine = d.constant(9);
    let is_nine = d.binary(Binary::Equal, b, nine);
    d.learn(is_nine, false);
    assert_eq!(d.range(b), (0, 8));
}

#[test]
fn signed_comparisons_say_nothing_of_integers_that_may_be_negative() {
    let mut d = Defined::default();
    let (a, b) = (d.fresh(), d.constant(10));
    let less = d.binary(Binary::LessSigned, a, b);
    d.learn(less, true);
    assert_eq!(d.range(a), (0, u64::MAX));
    // From 0 up, it is below 10.
    let zero = d.constant(0);
    let not_negative = d.binary(Binary::LessEqualSigned, zero, a);
    d.learn(not_negative, true);
    assert_eq!(d.range(a), (0, i64::MAX as u64));
    let again = d.binary(Binary::LessSigned, a, b);
    d.learn(again, true);
    assert_eq!(d.range(a), (0, 9));
    assert_eq!(d.holds(Binary::AddOverflowsSigned, a, b), Some(false));
    let most = d.constant(i64::MAX as u64);
    assert_eq!(d.holds(Binary::AddOverflowsSigned, a, most), None);
    // 32 bits with the upper one set are negative.
    let (c, minus_one) = (d.define(Expr::Const(Type::I32, 5)), d.define(Expr::Const(Type::I32, 0xffff_ffff)));
    let expr = Expr::Binary(Binary::LessSigned, Type::I32, minus_one, c);
    assert_eq!(d.known.decide(&d.defs, &expr), Some(1));
    let wide = d.fresh();
    d.known.assume_range(wide, Range { lo: 0, hi: 0xffff_ffff });
    let expr = Expr::Binary(Binary::LessSigned, Type::I32, wide, c);
    assert_eq!(d.known.decide(&d.defs, &expr), None);
}

#[test]
fn a_double_that_was_compared_is_a_number() {
    let mut d = Defined::default();
    let (x, y) = (d.fresh(), d.fresh());
    let float = |d: &mut Defined, op, a, b| d.define(Expr::Binary(op, Type::F64, a, b));
    let bits = d.define(Expr::Unary(Unary::FloatToBits, Type::F64, Type::I64, x));
    let tag = d.constant(0xfff9 << 48);
    for (op, holds, is_number) in [
        (Binary::FloatLess, true, true),
        (Binary::FloatLess, false, false),
        (Binary::FloatLessEqual, true, true),
        (Binary::FloatEqual, true, true),
        (Binary::FloatEqual, false, false),
        (Binary::FloatNotEqual, false, true),
        (Binary::FloatNotEqual, true, false),
    ] {
        d.known = Known::default();
        let condition = float(&mut d, op, x, y);
        d.learn(condition, holds);
        assert_eq!(d.known.is_number(&d.defs, x), is_number, "{op:?} {holds}");
        let expr = Expr::Binary(Binary::FloatNotEqual, Type::F64, x, x);
        assert_eq!(d.known.decide(&d.defs, &expr), is_number.then_some(0));
        assert_eq!(d.holds(Binary::LessUnsigned, bits, tag), is_number.then_some(true));
    }
}

#[test]
fn after_two_paths_only_what_holds_on_both_is_known() {
    let mut d = Defined::default();
    let (a, b, x) = (d.fresh(), d.fresh(), d.fresh());
    let [sum, product] = [Binary::Add, Binary::Mul].map(|op| Expr::Binary(op, Type::I64, a, b));
    let value = d.fresh();
    let mut one = Known::default();
    one.define(sum, value);
    one.define(product, value);
    one.assume_range(a, Range { lo: 1, hi: 2 });
    one.assume_range(b, Range { lo: 1, hi: 2 });
    one.assume_number(x);
    let mut other = Known::default();
    other.define(sum, value);
    other.define(product, x);
    other.assume_range(a, Range { lo: 5, hi: 6 });
    one.meet(&other);
    assert_eq!((one.value(&sum), one.value(&product)), (Some(value), None));
    assert_eq!((one.ranges.get(&a), one.ranges.get(&b)), (Some(&Range { lo: 1, hi: 6 }), None));
    assert!(!one.is_number(&d.defs, x));
}

#[test]
fn operations_that_trap_are_not_computed_early() {
    let mut d = Defined::default();
    let (six, zero) = (d.constant(6), d.constant(0));
    let decide = |d: &Defined, op| d.known.decide(&d.defs, &Expr::Binary(op, Type::I64, six, zero));
    assert_eq!(decide(&d, Binary::DivUnsigned), None);
    assert_eq!(decide(&d, Binary::Sub), Some(6));
}
