//! Two values that are no numbers → which comes first, or whether they are equal.

use mimeo::Thrown;

use super::index::metatable_of;
use super::{error, run};
use crate::heap::Event;
use crate::ops::ops::{Value, Vm};

pub(crate) fn is_less(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown> {
    if let (Some(a), Some(b)) = (a.to_text(), b.to_text()) {
        return Ok(a.bytes() < b.bytes());
    }
    if let (Some(a), Some(b)) = (a.to_number(), b.to_number()) {
        return Ok(a < b);
    }
    match shared_method(vm, Event::Lt, a, b) {
        Some(method) => Ok(run(vm, method, &[a, b])?.truth()),
        None => Err(no_order(vm, a, b)),
    }
}

pub(crate) fn is_less_equal(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown> {
    if let (Some(a), Some(b)) = (a.to_text(), b.to_text()) {
        return Ok(a.bytes() <= b.bytes());
    }
    if let (Some(a), Some(b)) = (a.to_number(), b.to_number()) {
        return Ok(a <= b);
    }
    if let Some(method) = shared_method(vm, Event::Le, a, b) {
        return Ok(run(vm, method, &[a, b])?.truth());
    }
    match shared_method(vm, Event::Lt, b, a) {
        Some(method) => Ok(!run(vm, method, &[b, a])?.truth()),
        None => Err(no_order(vm, a, b)),
    }
}

pub(crate) fn is_equal(vm: &mut Vm, a: Value, b: Value) -> Result<bool, Thrown> {
    if a.is_same(b) {
        return Ok(true);
    }
    match shared_method(vm, Event::Eq, a, b) {
        Some(method) => Ok(run(vm, method, &[a, b])?.truth()),
        None => Ok(false),
    }
}

/// The metamethod that two values of one type have in common: both must have the same.
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
