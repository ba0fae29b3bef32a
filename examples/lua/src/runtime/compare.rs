//! Two values that are not both numbers → their order, or whether they are equal.

use mimeo::{After, Thrown};

use super::index::metatable_of;
use super::run::{request, run};
use super::{compare, error};
use crate::heap::{Event, Gc};
use crate::ops::ops::{Text, Value, Vm};

/// The result of a comparison.
enum Decision {
    Known(bool),
    /// The first result of a metamethod, or its opposite.
    Method {
        method: Value,
        args: [Value; 2],
        is_opposite: bool,
    },
}

/// Computes `a < b` for an op that jumps if the result is `when`.
pub(crate) fn is_less(vm: &mut Vm, a: Value, b: Value, when: bool) -> Result<bool, Thrown> {
    let decision = less(vm, a, b)?;
    decide(vm, decision, when)
}

/// Computes `a <= b` for an op that jumps if the result is `when`.
pub(crate) fn is_less_equal(vm: &mut Vm, a: Value, b: Value, when: bool) -> Result<bool, Thrown> {
    let decision = less_equal(vm, a, b)?;
    decide(vm, decision, when)
}

/// Computes `a == b` for an op that jumps if the result is `when`.
pub(crate) fn is_equal(vm: &mut Vm, a: Value, b: Value, when: bool) -> Result<bool, Thrown> {
    if let (Some(one), Some(other)) = (a.to_text(), b.to_text()) {
        let is_same = are_same(vm, one, other)?;
        return decide(vm, Decision::Known(is_same), when);
    }
    // Values of other types are equal only if they are the same, whatever their metatable says.
    let has_method = a.is_table() || a.is_userdata();
    let decision = if a.is_same(b) {
        Decision::Known(true)
    } else {
        match has_method.then(|| shared_method(vm, Event::Eq, a, b)).flatten() {
            Some(method) => Decision::Method { method, args: [a, b], is_opposite: false },
            None => Decision::Known(false),
        }
    };
    decide(vm, decision, when)
}

/// Returns `true` if two texts have the same bytes, and pays for the comparison.
///
/// # Errors
///
/// If the host stops the program.
pub fn are_same(vm: &mut Vm, a: Gc<Text>, b: Gc<Text>) -> Result<bool, Thrown> {
    Ok(a == b || a.len == b.len && !a.is_interned() && compare(vm, a, b)?.is_eq())
}

/// Computes `a < b` for a builtin.
///
/// # Errors
///
/// If the values cannot be compared, or a metamethod throws an error.
pub fn is_before(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown> {
    match less(vm, a, b)? {
        Decision::Known(is_so) => Ok(is_so),
        Decision::Method { method, args, .. } => Ok(run(vm, method, &args)?.truth()),
    }
}

fn less(vm: &mut Vm, a: Value, b: Value) -> Result<Decision, Thrown> {
    if let (Some(a), Some(b)) = (a.to_text(), b.to_text()) {
        return Ok(Decision::Known(compare(vm, a, b)?.is_lt()));
    }
    if let (Some(a), Some(b)) = (a.to_number(), b.to_number()) {
        return Ok(Decision::Known(a < b));
    }
    match shared_method(vm, Event::Lt, a, b) {
        Some(method) => Ok(Decision::Method { method, args: [a, b], is_opposite: false }),
        None => Err(no_order(vm, a, b)),
    }
}

fn less_equal(vm: &mut Vm, a: Value, b: Value) -> Result<Decision, Thrown> {
    if let (Some(a), Some(b)) = (a.to_text(), b.to_text()) {
        return Ok(Decision::Known(compare(vm, a, b)?.is_le()));
    }
    if let (Some(a), Some(b)) = (a.to_number(), b.to_number()) {
        return Ok(Decision::Known(a <= b));
    }
    if let Some(method) = shared_method(vm, Event::Le, a, b) {
        return Ok(Decision::Method { method, args: [a, b], is_opposite: false });
    }
    match shared_method(vm, Event::Lt, b, a) {
        Some(method) => Ok(Decision::Method { method, args: [b, a], is_opposite: true }),
        None => Err(no_order(vm, a, b)),
    }
}

/// Returns the result, or requests the call of the metamethod on behalf of the op.
fn decide(vm: &mut Vm, decision: Decision, when: bool) -> Result<bool, Thrown> {
    match decision {
        Decision::Known(is_so) => Ok(is_so),
        Decision::Method { method, args, is_opposite } => Err(if when != is_opposite {
            request(vm, method, &args, |_, result| jump(result.truth()))
        } else {
            request(vm, method, &args, |_, result| jump(!result.truth()))
        }),
    }
}

fn jump(jumps: bool) -> After {
    if jumps { After::Jump } else { After::Next }
}

/// Returns the metamethod that two values of the same type share, if there is one.
fn shared_method(vm: &mut Vm, event: Event, a: Value, b: Value) -> Option<Value> {
    if a.type_name() != b.type_name() {
        return None;
    }
    let (one, other) = (metatable_of(vm, a)?, metatable_of(vm, b)?);
    let method = vm.host.heap.metamethod(one, event);
    if method.is_nil() {
        return None;
    }
    let same = one == other || vm.host.heap.metamethod(other, event).is_same(method);
    same.then_some(method)
}

fn no_order(vm: &mut Vm, a: Value, b: Value) -> Thrown {
    let (one, other) = (a.type_name(), b.type_name());
    let message = if one == other {
        format!("attempt to compare two {one} values")
    } else {
        format!("attempt to compare {one} with {other}")
    };
    error::raise_text(vm, message)
}
