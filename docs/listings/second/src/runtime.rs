//! What ops call: the unusual cases of arithmetic, and output.

use std::io::Write as _;

use mimeo::Thrown;
use mimeo_shell::Output;

use crate::ops::ops::{Value, Vm};

/// What only Rust accesses, as `vm.host`.
pub struct Host {
    pub output: Output,
}

// ANCHOR: arithmetic
fn number(value: Value) -> Option<f64> {
    value.as_float().or(value.as_int().map(f64::from))
}

/// Calculates with operands of different kinds. Integers whose result is too large become floats.
pub(crate) fn arithmetic(vm: &mut Vm, a: Value, b: Value, operator: u8) -> Result<Value, Thrown> {
    let (Some(x), Some(y)) = (number(a), number(b)) else {
        return Err(vm.throw(format!("`{}` needs numbers", char::from(operator))));
    };
    Ok(Value::float(match operator {
        b'+' => x + y,
        b'-' => x - y,
        _ => x * y,
    }))
}
// ANCHOR_END: arithmetic

pub(crate) fn ordered(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown> {
    match (number(a), number(b)) {
        (Some(x), Some(y)) => Ok(x < y),
        _ => Err(vm.throw("`<` needs numbers")),
    }
}

pub(crate) fn print_value(vm: &mut Vm, value: Value) -> Result<(), Thrown> {
    let text = match (value.as_int(), value.as_float(), value.as_bool()) {
        (Some(int), ..) => int.to_string(),
        (_, Some(float), _) => format!("{float:?}"),
        (.., Some(truth)) => truth.to_string(),
        _ => "nil".to_owned(),
    };
    writeln!(vm.host.output, "{text}").map_err(|error| vm.throw(format!("cannot print: {error}")))
}
