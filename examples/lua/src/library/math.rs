//! The table `math`.

mod float;
mod random;

use std::cell::RefCell;

use mimeo::Thrown;

use super::{Functions, define_module, define_with, set};
use crate::ops::ops::{Value, Vm};
use crate::runtime::Call;

use random::Random;

/// Functions of one number.
macro_rules! of_number {
    ($($name:ident: $function:expr;)*) => {
        $(fn $name(call: &mut Call<'_>) -> Result<(), Thrown> {
            let function: fn(f64) -> f64 = $function;
            let number = call.number(0)?;
            call.give(Value::number(function(number)))
        })*

        /// The functions of one number.
        pub(super) const FLOATS: &[(&str, fn(f64) -> f64)] = &[$((stringify!($name), $function),)* ("log", f64::ln)];
    };
}

of_number! {
    abs: f64::abs;
    acos: f64::acos;
    asin: f64::asin;
    atan: f64::atan;
    ceil: f64::ceil;
    cos: f64::cos;
    cosh: f64::cosh;
    // LuaJIT's factors.
    deg: |x| x * 57.295_779_513_082_32;
    exp: f64::exp;
    floor: f64::floor;
    log10: f64::log10;
    rad: |x| x * 0.017_453_292_519_943_295;
    sin: f64::sin;
    sinh: f64::sinh;
    sqrt: f64::sqrt;
    tan: f64::tan;
    tanh: f64::tanh;
}

const FUNCTIONS: Functions = &[
    ("abs", abs),
    ("acos", acos),
    ("asin", asin),
    ("atan", atan),
    ("atan2", atan2),
    ("ceil", ceil),
    ("cos", cos),
    ("cosh", cosh),
    ("deg", deg),
    ("exp", exp),
    ("floor", floor),
    ("fmod", fmod),
    ("frexp", frexp),
    ("ldexp", ldexp),
    ("log", log),
    ("log10", log10),
    ("max", max),
    ("min", min),
    ("modf", modf),
    ("pow", pow),
    ("rad", rad),
    ("sin", sin),
    ("sinh", sinh),
    ("sqrt", sqrt),
    ("tan", tan),
    ("tanh", tanh),
];

pub(super) fn open(vm: &mut Vm) {
    let table = define_module(vm, "math", FUNCTIONS);
    set(&mut vm.host.heap, table, "pi", Value::number(std::f64::consts::PI));
    set(&mut vm.host.heap, table, "huge", Value::number(f64::INFINITY));
    let generator = vm.host.heap.new_userdata(Some(Box::new(RefCell::new(Random::default()))));
    define_with(vm, table, "random", random, &[generator.into()]);
    define_with(vm, table, "randomseed", randomseed, &[generator.into()]);
}

/// Returns the arguments of a function of two numbers.
fn pair(call: &mut Call<'_>) -> Result<(f64, f64), Thrown> {
    Ok((call.number(0)?, call.number(1)?))
}

fn atan2(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (y, x) = pair(call)?;
    call.give(Value::number(y.atan2(x)))
}

fn fmod(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (a, b) = pair(call)?;
    call.give(Value::number(a % b))
}

fn pow(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (base, exponent) = pair(call)?;
    call.give(Value::number(base.powf(exponent)))
}

fn ldexp(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (fraction, exponent) = pair(call)?;
    call.give(Value::number(float::scale(fraction, exponent)))
}

fn frexp(call: &mut Call<'_>) -> Result<(), Thrown> {
    let (fraction, exponent) = float::split(call.number(0)?);
    call.give_all(&[Value::number(fraction), Value::number(f64::from(exponent))])
}

fn modf(call: &mut Call<'_>) -> Result<(), Thrown> {
    let number = call.number(0)?;
    let integer = number.trunc();
    // The remainder has the sign of the number, even if it is 0.
    let rest = if number.is_infinite() { 0.0 } else { number - integer };
    call.give_all(&[Value::number(integer), Value::number(rest.copysign(number))])
}

fn log(call: &mut Call<'_>) -> Result<(), Thrown> {
    let number = call.number(0)?;
    if call.len() < 2 {
        return call.give(Value::number(number.ln()));
    }
    let base = call.number(1)?;
    // The same formula as LuaJIT's, for the same digits.
    call.give(Value::number(number.log2() * (1.0 / base.log2())))
}

fn max(call: &mut Call<'_>) -> Result<(), Thrown> {
    // If one of them is NaN, the later one is taken.
    fold(call, |a, b| if a > b { a } else { b })
}

fn min(call: &mut Call<'_>) -> Result<(), Thrown> {
    fold(call, |a, b| if a < b { a } else { b })
}

fn fold(call: &mut Call<'_>, choose: impl Fn(f64, f64) -> f64) -> Result<(), Thrown> {
    let mut chosen = call.number(0)?;
    for index in 1..call.len() {
        chosen = choose(chosen, call.number(index)?);
    }
    call.give(Value::number(chosen))
}

/// Uses the generator that `random` and `randomseed` share, which is a userdata as in LuaJIT.
fn with_generator<T>(call: &Call<'_>, work: impl FnOnce(&mut Random) -> T) -> T {
    let userdata = call.builtin().captured()[0].to_userdata().expect("both functions capture it");
    work(&mut userdata.payload::<RefCell<Random>>().expect("it holds the generator").borrow_mut())
}

fn random(call: &mut Call<'_>) -> Result<(), Thrown> {
    let fraction = with_generator(call, Random::fraction);
    let number = match call.len() {
        0 => fraction,
        1 => (fraction * call.number(0)?).floor() + 1.0,
        _ => {
            let (from, to) = pair(call)?;
            (fraction * (to - from + 1.0)).floor() + from
        }
    };
    call.give(Value::number(number))
}

fn randomseed(call: &mut Call<'_>) -> Result<(), Thrown> {
    let seed = call.number(0)?;
    with_generator(call, |generator| *generator = Random::new(seed));
    call.give_all(&[])
}
