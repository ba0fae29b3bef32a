//! Numbers that stand for objects → the objects of a machine, and a description of them without addresses.

use std::fmt::Write as _;

use lua::heap::{Gc, Roots, Tracer};
use lua::ops::ops::{
    BUILTIN_TAG, CLOSURE_TAG, Machine, TABLE_TAG, TAG_SHIFT, TEXT_TAG, THREAD_TAG, Table, USERDATA_TAG, Value, Vm,
};
use lua::runtime::Error;
use lua::{Libraries, Scope, furnish};

/// The chunk that creates the objects.
const CHUNK: &str = include_str!("world.lua");

/// The tags of the objects. Their numbers start at 1.
const TAGS: [(u64, std::ops::RangeInclusive<u64>); 6] = [
    (TABLE_TAG, 1..=10),
    (TEXT_TAG, 11..=16),
    (CLOSURE_TAG, 17..=19),
    (BUILTIN_TAG, 20..=23),
    (THREAD_TAG, 24..=24),
    (USERDATA_TAG, 25..=25),
];

/// Number of objects.
pub const OBJECTS: u64 = 25;

/// The limit of numbers that stand for objects, and are not addresses.
const NUMBERS: u64 = 100;

/// Returns the value that stands for an object.
pub fn stand_in(number: u64) -> Value {
    let (tag, _) = TAGS.iter().find(|(_, numbers)| numbers.contains(&number)).expect("an object has this number");
    Value(tag << TAG_SHIFT | number)
}

/// Returns the number of the object that a value stands for, if it stands for one.
pub fn number_of(value: Value) -> Option<u64> {
    Some(value.address() as u64).filter(|&number| value.is_object() && number < NUMBERS)
}

/// Creates the objects in a machine. `is_marking` leaves the collector in the marking phase.
pub fn create(machine: &mut Machine, is_marking: bool) {
    furnish(machine, Libraries::ALL);
    let vm = machine.vm_mut();
    let mut scope = Scope::new(vm);
    let chunk = scope.load(CHUNK, "=world").unwrap_or_else(|error| panic!("{error}"));
    scope.call(&chunk, &[]).unwrap_or_else(|error| panic!("{error}"));
    drop(chunk);
    if is_marking {
        let mut roots = Held([vm.host.globals, vm.host.registry]);
        // SAFETY: nothing is freed before the marking ends.
        let has_ended = unsafe { vm.host.heap.step_by(8, &mut roots) };
        assert!(!has_ended, "a cycle is longer than that");
    }
}

/// The roots of all objects.
struct Held([Gc<Table>; 2]);

impl Roots for Held {
    fn trace(&mut self, tracer: &mut Tracer) {
        assert!(!tracer.is_final(), "the marking has not ended");
        self.0.iter().for_each(|&table| tracer.object(table));
    }

    fn trace_fiber(&mut self, _fiber: u32, _tracer: &mut Tracer) -> usize {
        0
    }
}

fn objects(vm: &mut Vm) -> Gc<Table> {
    let (globals, name) = (vm.host.globals, vm.host.heap.text(b"WORLD"));
    globals.get_text(name).to_table().expect("the chunk has made it")
}

/// Returns the object that a value stands for, or the value itself.
pub fn localize(vm: &mut Vm, value: Value) -> Value {
    match number_of(value) {
        Some(number) => objects(vm).get_index(number as u32),
        None => value,
    }
}

/// A description of values without addresses.
#[derive(Default)]
pub struct Description {
    pub text: String,
    seen: Vec<Value>,
}

impl Description {
    pub fn add(&mut self, value: Value) {
        self.put(value, 0);
        self.text.push(' ');
    }

    fn put(&mut self, value: Value, depth: u32) {
        if let Some(number) = value.to_number() {
            // All NaNs have the same bits.
            let bits = number.to_bits();
            write!(self.text, "{number:?}{}", if number.is_nan() { format!("/{bits:x}") } else { String::new() })
                .expect("writing to a string never fails");
        } else if let Some(text) = value.to_text() {
            write!(self.text, "{:?}", String::from_utf8_lossy(text.bytes())).expect("writing to a string never fails");
        } else if !value.is_object() {
            self.text.push_str(if value.is_nil() {
                "nil"
            } else if value.truth() {
                "true"
            } else {
                "false"
            });
        } else if let Some(builtin) = value.to_builtin() {
            self.text.push_str(builtin.name);
        } else if let Some(seen) = self.seen.iter().position(|&seen| seen == value) {
            write!(self.text, "#{seen}").expect("writing to a string never fails");
        } else if depth > 20 {
            self.text.push_str("deep");
        } else {
            write!(self.text, "#{}=", self.seen.len()).expect("writing to a string never fails");
            self.seen.push(value);
            self.inside(value, depth + 1);
        }
    }

    fn inside(&mut self, value: Value, depth: u32) {
        if let Some(table) = value.to_table() {
            write!(self.text, "{}[{}]{{", table.shape_id, table.array_len).expect("writing to a string never fails");
            // The order of objects as keys depends on their addresses.
            let mut fields: Vec<_> = fields(table).into_iter().map(|(key, value)| (rank(key), key, value)).collect();
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            for (_, key, value) in fields {
                self.put(key, depth);
                self.text.push(':');
                self.put(value, depth);
                self.text.push(',');
            }
            self.text.push('}');
            if let Some(metatable) = table.metatable() {
                self.put(metatable.into(), depth);
            }
        } else if let Some(closure) = value.to_closure() {
            write!(self.text, "function:{}(", closure.prototype().line).expect("writing to a string never fails");
            for upvalue in closure.upvalues() {
                self.put(if upvalue.is_open() { Value::NIL } else { upvalue.value() }, depth);
                self.text.push(',');
            }
            self.text.push(')');
        } else {
            self.text.push_str(value.type_name());
        }
    }
}

/// Describes the state of a machine.
pub fn description(vm: &Vm) -> String {
    let mut description = Description::default();
    let context = &vm.context;
    write!(description.text, "arguments {} results {} ", context.arguments, context.results)
        .expect("writing to a string never fails");
    match vm.pending_error() {
        Some(Error::Value { value, .. }) => description.add(*value),
        _ => description.add(Value::NIL),
    }
    // Only the globals that are not from the library.
    for (key, value) in fields(vm.host.globals) {
        let is_world = key.to_text().is_some_and(|name| name.bytes() == b"WORLD");
        if is_world || !value.is_builtin() && !value.is_table() {
            description.add(key);
            description.add(value);
        }
    }
    description.text
}

fn fields(table: Gc<Table>) -> Vec<(Value, Value)> {
    let mut fields = Vec::new();
    let mut key = Value::NIL;
    while let Some(field) = table.next(key).expect("it was there") {
        fields.push(field);
        key = field.0;
    }
    fields
}

fn text_of(value: Value) -> String {
    let mut description = Description::default();
    description.add(value);
    description.text
}

/// Returns the position of a key in a description.
fn rank(key: Value) -> String {
    if let Some(table) = key.to_table() {
        let metatable = table.metatable().map_or(0, |metatable| metatable.shape_id);
        format!("table {} {} {metatable}", table.shape_id, table.array_len)
    } else if let Some(closure) = key.to_closure() {
        format!("function {}", closure.prototype().line)
    } else {
        text_of(key)
    }
}

/// Returns `true` if two values of two machines look the same.
pub fn look_the_same(one: Value, other: Value) -> bool {
    text_of(one) == text_of(other)
}
