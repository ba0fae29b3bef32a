//! Tests of the heap, in part random programs compared with simple models.

mod array;
mod collector;
mod functions;
mod graph;
mod memory;
mod tables;
mod tables_random;
mod texts;

use mimeo::Thrown;

use super::{Gc, Heap, Roots, Tracer};
use crate::ops::ops::{Callee, Table, Upvalue, Value};
use crate::runtime::Call;

/// Returns the code of functions that are never called.
fn no_code() -> Callee {
    // SAFETY: it is never called.
    unsafe { Callee::from_word(8) }
}

/// A builtin that is never called.
fn nothing(_: &mut Call<'_>) -> Result<(), Thrown> {
    Ok(())
}

/// The roots of a test: values, stacks of fibers by number, and lists of open upvalues.
#[derive(Debug)]
struct Held {
    values: Vec<Value>,
    fibers: Vec<Vec<Value>>,
    open: *mut Upvalue,
}

impl Default for Held {
    fn default() -> Held {
        Held { values: Vec::new(), fibers: Vec::new(), open: std::ptr::null_mut() }
    }
}

impl Roots for Held {
    fn trace(&mut self, tracer: &mut Tracer) {
        for &value in &self.values {
            tracer.value(value);
        }
        // SAFETY: the tests close what they open.
        unsafe { tracer.open_upvalues(self.open) };
    }

    fn trace_fiber(&mut self, fiber: u32, tracer: &mut Tracer) -> usize {
        let stack = &self.fibers[fiber as usize];
        let bits: Vec<u64> = stack.iter().map(|value| value.0).collect();
        tracer.bits(&bits);
        stack.len()
    }
}

impl Held {
    fn hold(&mut self, value: impl Into<Value>) {
        self.values.push(value.into());
    }

    /// Runs a step as if `kilobytes` had been allocated. Returns `true` if a cycle ended.
    fn step(&mut self, heap: &mut Heap, kilobytes: u32) -> bool {
        // SAFETY: the tests use only what they hold.
        unsafe { heap.step_by(kilobytes, self) }
    }

    /// Runs a full cycle.
    fn collect(&mut self, heap: &mut Heap) {
        // SAFETY: the tests use only what they hold.
        unsafe { heap.collect(self) };
    }
}

fn number(number: f64) -> Value {
    Value::number(number)
}

fn text(heap: &mut Heap, text: &str) -> Value {
    heap.text(text.as_bytes()).into()
}

fn set(heap: &mut Heap, table: Gc<Table>, key: Value, value: Value) {
    heap.set(table, key, value).expect("it is a key");
}

/// Returns all fields, in order.
fn fields(table: Gc<Table>) -> Vec<(Value, Value)> {
    let mut fields = Vec::new();
    let mut key = Value::NIL;
    while let Some(field) = table.next(key).expect("it was there") {
        fields.push(field);
        key = field.0;
    }
    fields
}
