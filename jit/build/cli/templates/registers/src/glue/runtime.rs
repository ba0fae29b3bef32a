//! What ops call: slow paths, objects, errors, output, and the variables that a session keeps.

use std::io::Write;

use mimeo::{Thrown, Window};
use mimeo_shell::Output;

use crate::language::heap::{Function, Heap, Object};
use crate::language::ops::ops::{Callee, Ops, Value, Vm};

/// The state of the language that only Rust accesses, as `vm.host`.
pub struct Host {
    pub output: Output,
    pub heap: Heap,
    pub globals: Vec<Value>,
}

// SAFETY: (1) values have no addresses: the number of an object is checked at each use. (2) There are
// no unsafe blocks, (3) pointers or (4) cells. (5) Callees are only in the heap, which belongs to one
// machine, and programs stay loaded. (6) No slot's address is taken. (7) The collector frees only
// objects, whose numbers are checked. (8) No runtime function calls back. (9) Nothing is shared.
#[expect(unsafe_code, reason = "ops get callees from the heap")]
unsafe impl mimeo::TrustedOps for Ops {}

/// The functions that are written in Rust: their names, and how many arguments they take. The last one shows results in
/// a session.
pub const NATIVES: [(&str, u16); 4] = [("print", 1), ("len", 1), ("push", 2), ("", 1)];

pub(crate) fn run_native(vm: &mut Vm, index: u32, arguments: Window) -> Result<Value, Thrown> {
    let arguments = slots(vm, arguments);
    let Host { output, heap, .. } = &mut vm.host;
    let shown = arguments.first().map(|&first| heap.show(first)).unwrap_or_default();
    let result = match (index, &arguments[..]) {
        (3, [Value::NIL]) => Ok(()),
        (0 | 3, [_]) => writeln!(output, "{shown}").map_err(|error| format!("cannot print: {error}")),
        (1, &[value]) => match heap.get(value) {
            Some(Object::Array(items)) => return Ok(Value::int(items.len() as i32)),
            Some(Object::Text(text)) => return Ok(Value::int(text.chars().count() as i32)),
            _ => Err(format!("{shown} has no length")),
        },
        (2, &[array, item]) => match heap.get_mut(array) {
            Some(Object::Array(items)) => {
                items.push(item);
                Ok(())
            }
            _ => Err(format!("cannot push to {shown}")),
        },
        _ => Err("there is no such function".to_owned()),
    };
    result.map(|()| Value::NIL).map_err(|message| vm.throw(message))
}

fn number(value: Value) -> Option<f64> {
    value.as_int().map(f64::from).or(value.as_float())
}

/// Creates an object. What it consists of must be in slots: a collection frees everything else.
fn allocate(vm: &mut Vm, object: Object) -> Value {
    if vm.host.heap.is_full() {
        let mut roots: Vec<Value> = vm.active_stacks().flatten().map(|&bits| Value(bits)).collect();
        roots.extend(&vm.host.globals);
        vm.host.heap.collect(roots);
    }
    vm.host.heap.add(object)
}

fn slots(vm: &Vm, window: Window) -> Vec<Value> {
    (0..window.len() as u32).map(|at| vm.slot(window.start() + at)).collect()
}

pub(crate) fn arithmetic(vm: &mut Vm, a: Value, b: Value, operator: u8) -> Result<Value, Thrown> {
    let heap = &vm.host.heap;
    let message = match (operator, number(a), number(b), heap.text(a), heap.text(b)) {
        (b'+', Some(a), Some(b), ..) => return Ok(Value::float(a + b)),
        (b'-', Some(a), Some(b), ..) => return Ok(Value::float(a - b)),
        (b'*', Some(a), Some(b), ..) => return Ok(Value::float(a * b)),
        (b'/', Some(_), Some(_), ..) if a.is_int() && b == Value::int(0) => "division by zero".to_owned(),
        (b'/', Some(a), Some(b), ..) => return Ok(Value::float(a / b)),
        (b'+', .., Some(a), Some(b)) => {
            let text = Object::Text([a, b].concat());
            return Ok(allocate(vm, text));
        }
        _ => format!("`{}` needs numbers, not {} and {}", char::from(operator), heap.show(a), heap.show(b)),
    };
    Err(vm.throw(message))
}

/// Returns how `a` compares with `b`, as a number that compares with 0 in the same way.
pub(crate) fn order(vm: &mut Vm, a: Value, b: Value) -> Result<i32, Thrown> {
    let heap = &vm.host.heap;
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        Ok(a.partial_cmp(&b).map_or(0, |order| order as i32))
    } else if let (Some(a), Some(b)) = (heap.text(a), heap.text(b)) {
        Ok(a.cmp(b) as i32)
    } else {
        let message = format!("cannot compare {} with {}", heap.show(a), heap.show(b));
        Err(vm.throw(message))
    }
}

pub(crate) fn equals(vm: &mut Vm, a: Value, b: Value) -> bool {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a == b || vm.host.heap.text(a).is_some_and(|a| vm.host.heap.text(b) == Some(a)),
    }
}

pub(crate) fn make_array(vm: &mut Vm, items: Window) -> Value {
    let items = slots(vm, items);
    allocate(vm, Object::Array(items))
}

fn place(heap: &mut Heap, array: Value, index: Value) -> Option<&mut Value> {
    let Object::Array(items) = heap.get_mut(array)? else { return None };
    // A negative index becomes a large one.
    items.get_mut(index.as_int()? as usize)
}

fn no_item(vm: &mut Vm, array: Value, index: Value) -> Thrown {
    let message = format!("{} has no item {}", vm.host.heap.show(array), vm.host.heap.show(index));
    vm.throw(message)
}

pub(crate) fn item(vm: &mut Vm, array: Value, index: Value) -> Result<Value, Thrown> {
    let item = place(&mut vm.host.heap, array, index).copied();
    item.ok_or_else(|| no_item(vm, array, index))
}

pub(crate) fn store_item(vm: &mut Vm, array: Value, index: Value, item: Value) -> Result<(), Thrown> {
    match place(&mut vm.host.heap, array, index) {
        Some(place) => *place = item,
        None => return Err(no_item(vm, array, index)),
    }
    Ok(())
}

pub(crate) fn global(vm: &mut Vm, index: u32) -> Value {
    vm.host.globals.get(index as usize).copied().unwrap_or(Value::NIL)
}

pub(crate) fn store_global(vm: &mut Vm, index: u32, value: Value) {
    if let Some(global) = vm.host.globals.get_mut(index as usize) {
        *global = value;
    }
}

pub(crate) fn make_function(vm: &mut Vm, callee: Callee, arity: u32, captures: Window) -> Value {
    let captured = slots(vm, captures);
    allocate(vm, Object::Function(Function { callee, arity, captured }))
}

pub(crate) fn captured_value(vm: &mut Vm, function: Value, index: u32) -> Value {
    let Some(Object::Function(function)) = vm.host.heap.get(function) else { return Value::NIL };
    function.captured.get(index as usize).copied().unwrap_or(Value::NIL)
}

/// Returns what to call for a function, which is the first of the arguments that are given.
pub(crate) fn target(vm: &mut Vm, function: Value, given: u64) -> Result<Callee, Thrown> {
    let message = match vm.host.heap.get(function) {
        Some(Object::Function(function)) if u64::from(function.arity) + 1 == given => return Ok(function.callee),
        Some(Object::Function(function)) => {
            format!("the function takes {} arguments, not {}", function.arity, given.saturating_sub(1))
        }
        _ => format!("cannot call {}", vm.host.heap.show(function)),
    };
    Err(vm.throw(message))
}
