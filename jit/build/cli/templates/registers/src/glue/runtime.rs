//! What ops call: slow paths, objects, errors, output, and the variables that a session keeps.

#![expect(unsafe_code, reason = "values have addresses")]

use std::io::Write;

use mimeo::{OutOfMemory, Thrown, Window};
use mimeo_heap::{Collected, Gc, Trace, Tracer};
use mimeo_shell::Output;

use crate::language::heap::{Function, Heap, Text, show, text};
use crate::language::ops::ops::{Array, Callee, Items, Object, Ops, Value, Vm};

/// The state of the language that only Rust accesses, as `vm.host`.
pub struct Host {
    pub output: Output,
    pub heap: Heap,
    pub globals: Gc<Array>,
}

impl Host {
    pub fn new(output: Output) -> Host {
        let mut heap = Heap::default();
        let globals = Array { object: Object::default(), items: Items::default() };
        let globals = heap.add(globals).expect("there is no limit");
        Host { output, heap, globals }
    }
}

// SAFETY: (1) a value has the address of an object only if the heap made it. (2) Ops check the kind of an object, and
// indices. (3) The context has no pointers, (4) and there are no cells. (5) Callees are only in the heap, which belongs
// to one machine, and programs stay loaded. (6) No slot's address is taken. (7) The collector traces all roots. (8) No
// runtime function calls back. (9) Nothing is shared.
unsafe impl mimeo::TrustedOps for Ops {}

// SAFETY: (1): only the globals refer to objects.
unsafe impl Collected for Ops {
    fn heap(host: &mut Host) -> &mut Heap {
        &mut host.heap
    }

    fn trace(vm: &Vm, tracer: &mut Tracer) {
        vm.host.globals.trace(tracer);
    }
}

/// Creates an object. A collection before that frees what is not in slots, constants and globals.
fn create(vm: &mut Vm, make: impl FnMut(&mut Vm) -> Result<Value, OutOfMemory>) -> Result<Value, Thrown> {
    // SAFETY: (1): what ops pass is in slots and constants, and `make` reads it again.
    unsafe { mimeo_heap::allocate(vm, make) }.map_err(|error| vm.throw(error.to_string()))
}

/// The functions that are written in Rust: their names, and how many arguments they take. The last one shows results in
/// a session.
pub const NATIVES: [(&str, u16); 4] = [("print", 1), ("len", 1), ("push", 2), ("", 1)];

pub(crate) fn run_native(vm: &mut Vm, index: u32, arguments: Window) -> Result<Value, Thrown> {
    let arguments: Vec<Value> = vm.values_of(arguments).collect();
    let Host { output, heap, .. } = &mut vm.host;
    let shown = arguments.first().map(|&first| show(heap, first)).unwrap_or_default();
    let message = match (index, &arguments[..]) {
        (3, [Value::NIL]) => return Ok(Value::NIL),
        (0 | 3, [_]) => match writeln!(output, "{shown}") {
            Ok(()) => return Ok(Value::NIL),
            Err(error) => format!("cannot print: {error}"),
        },
        (1, &[value]) => match (heap.get::<Array>(value), heap.get::<Text>(value)) {
            (Some(array), _) => return Ok(Value::int(array.items.len() as i32)),
            (_, Some(text)) => return Ok(Value::int(text.text.chars().count() as i32)),
            _ => format!("{shown} has no length"),
        },
        (2, &[array, item]) => match heap.find::<Array>(array) {
            Some(array) => {
                let push = |vm: &mut Vm| vm.host.heap.push(array, |array| &mut array.items, item);
                return create(vm, |vm| push(vm).map(|()| Value::NIL));
            }
            None => format!("cannot push to {shown}"),
        },
        _ => "there is no such function".to_owned(),
    };
    Err(vm.throw(message))
}

fn texts(heap: &Heap, a: Value, b: Value) -> Option<[&str; 2]> {
    Some([&heap.get::<Text>(a)?.text, &heap.get::<Text>(b)?.text])
}

pub(crate) fn arithmetic(vm: &mut Vm, a: Value, b: Value, operator: u8) -> Result<Value, Thrown> {
    let heap = &vm.host.heap;
    let message = match (operator, texts(heap, a, b)) {
        (b'+', Some(texts)) => {
            let joined = texts.concat();
            return create(vm, |vm| text(&mut vm.host.heap, &joined));
        }
        _ if a.is_number() && b.is_number() => "division by zero".to_owned(),
        _ => format!("`{}` needs numbers, not {} and {}", char::from(operator), show(heap, a), show(heap, b)),
    };
    Err(vm.throw(message))
}

/// Returns how texts compare, as a number that compares with 0 in the same way.
pub(crate) fn order(vm: &mut Vm, a: Value, b: Value) -> Result<i32, Thrown> {
    let heap = &vm.host.heap;
    if let Some([a, b]) = texts(heap, a, b) {
        return Ok(a.cmp(b) as i32);
    }
    let message = format!("cannot compare {} with {}", show(heap, a), show(heap, b));
    Err(vm.throw(message))
}

pub(crate) fn make_array(vm: &mut Vm, items: Window) -> Result<Value, Thrown> {
    create(vm, |vm| {
        let items = vm.host.heap.vector(&vm.values_of(items).collect::<Vec<_>>())?.into();
        Ok(vm.host.heap.add(Array { object: Object::default(), items })?.value())
    })
}

pub(crate) fn no_item(vm: &mut Vm, array: Value, index: Value) -> Thrown {
    let heap = &vm.host.heap;
    let message = format!("{} has no item {}", show(heap, array), show(heap, index));
    vm.throw(message)
}

pub(crate) fn make_function(vm: &mut Vm, callee: Callee, arity: u32, captures: Window) -> Result<Value, Thrown> {
    create(vm, |vm| {
        let captured = vm.values_of(captures).collect();
        Ok(vm.host.heap.add(Function { object: Object::default(), callee, arity, captured })?.value())
    })
}

pub(crate) fn captured_value(vm: &mut Vm, function: Value, index: u32) -> Value {
    let function = vm.host.heap.get::<Function>(function);
    function.and_then(|function| function.captured.get(index as usize)).copied().unwrap_or(Value::NIL)
}

/// Returns what to call for a function, which is the first of the arguments that are given.
pub(crate) fn target(vm: &mut Vm, function: Value, given: u64) -> Result<Callee, Thrown> {
    let message = match vm.host.heap.get::<Function>(function) {
        Some(found) if u64::from(found.arity) + 1 == given => return Ok(found.callee),
        Some(found) => format!("the function takes {} arguments, not {}", found.arity, given.saturating_sub(1)),
        None => format!("cannot call {}", show(&vm.host.heap, function)),
    };
    Err(vm.throw(message))
}
