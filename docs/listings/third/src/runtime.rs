//! What ops call: closures, records, coroutines, and an operator that programs can define.

use mimeo::{After, FiberExit, FiberLimits, Thrown, Window};
use mimeo_heap::Weak;

use crate::objects::{Heap, add, collect};
use crate::ops::ops::{Callee, Closure, FiberRef, FieldCache, Object, Record, Value, Vm};

/// What only Rust accesses.
#[derive(Debug)]
pub struct Host {
    pub heap: Heap,
    pub shapes: Shapes,
    /// The value that a coroutine gives out, on its way to the code that has resumed it.
    pub passed: Value,
    /// The slot in which that coroutine receives the next value.
    pub slot: u32,
    /// The coroutines with a fiber.
    pub coroutines: Vec<(Weak<Coroutine>, FiberRef)>,
    pub messages: Vec<String>,
    /// How often the place of a field was searched for.
    pub searches: u32,
}

impl Default for Host {
    fn default() -> Host {
        let (heap, shapes) = (Heap::default(), Shapes::default());
        Host { heap, shapes, passed: Value::NIL, slot: 0, coroutines: Vec::new(), messages: Vec::new(), searches: 0 }
    }
}

/// The name of the field with the function for `+`.
pub const PLUS: u32 = 0;

/// Returns what a value is, without the address of an object, which is never the same.
fn described(value: Value) -> String {
    if value.is_object() { "an object".to_owned() } else { format!("{value:?}") }
}

// ANCHOR: make_closure
pub(crate) fn make_closure(vm: &mut Vm, callee: Callee, arity: u32, captures: Window) -> Result<Value, Thrown> {
    let closure = add(vm, |vm| {
        let captured = vm.host.heap.vector(&vm.values_of(captures).collect::<Vec<_>>())?.into();
        Ok(Closure { object: Object::default(), callee, arity, captured })
    });
    Ok(closure?.value())
}
// ANCHOR_END: make_closure

pub(crate) fn not_callable(vm: &mut Vm, function: Value) -> Thrown {
    vm.throw(format!("{} is not a function with so many parameters", described(function)))
}

// ANCHOR: request
/// Adds what are not integers: if `a` is a record with a function for it, that is called with both operands.
pub(crate) fn add_other(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
    if let (Some(x), Some(y)) = (number(a), number(b)) {
        return Ok(Value::float(x + y));
    }
    let plus = field(vm, a, PLUS).unwrap_or(Value::NIL);
    let Some(closure) = vm.host.heap.get::<Closure>(plus).filter(|closure| closure.arity == 2) else {
        return Err(vm.throw(format!("cannot add {} and {}", described(a), described(b))));
    };
    let callee = closure.callee;
    Err(vm.request(callee, &[plus, a, b], |vm, result| {
        vm.set_result(0, result);
        After::Next
    }))
}
// ANCHOR_END: request

fn number(value: Value) -> Option<f64> {
    value.as_float().or(value.as_int().map(f64::from))
}

// ANCHOR: shapes
/// All shapes. A shape has a number, from 1 on, that is never given out again.
#[derive(Debug, Default)]
pub struct Shapes {
    /// The names of each shape. The index of a name is that of the field.
    names: Vec<Vec<u32>>,
}

impl Shapes {
    /// Returns the shape with these names.
    pub fn with(&mut self, names: &[u32]) -> u32 {
        let known = self.names.iter().position(|known| known == names);
        let index = known.unwrap_or_else(|| {
            self.names.push(names.to_vec());
            self.names.len() - 1
        });
        index as u32 + 1
    }

    /// Returns the index of a field.
    fn index(&self, shape: u32, name: u32) -> Option<usize> {
        self.names[shape as usize - 1].iter().position(|known| *known == name)
    }
}
// ANCHOR_END: shapes

pub(crate) fn make_record(vm: &mut Vm) -> Result<Value, Thrown> {
    let shape = vm.host.shapes.with(&[]);
    let record = add(vm, |_| Ok(Record { object: Object::default(), shape, fields: Default::default() }));
    Ok(record?.value())
}

fn field(vm: &Vm, record: Value, name: u32) -> Option<Value> {
    let record = vm.host.heap.get::<Record>(record)?;
    Some(record.fields[vm.host.shapes.index(record.shape, name)?])
}

// ANCHOR: find_field
/// Finds a field whose place is not in the cache, and notes it there. A field that does not exist is nil.
pub(crate) fn find_field(vm: &mut Vm, record: Value, name: u32, cache: &FieldCache) -> Result<Value, Thrown> {
    let Some(found) = vm.host.heap.get::<Record>(record) else {
        return Err(vm.throw(format!("{} has no fields", described(record))));
    };
    vm.host.searches += 1;
    let Some(index) = vm.host.shapes.index(found.shape, name) else { return Ok(Value::NIL) };
    cache.shape.set(found.shape);
    cache.index.set(index as u32);
    Ok(found.fields[index])
}
// ANCHOR_END: find_field

pub(crate) fn store_field(vm: &mut Vm, record: Value, name: u32, value: Value) -> Result<(), Thrown> {
    let Host { heap, shapes, .. } = &mut vm.host;
    let Some(record) = heap.find::<Record>(record) else {
        return Err(vm.throw(format!("{} has no fields", described(record))));
    };
    let shape = heap[record].shape;
    if let Some(index) = shapes.index(shape, name) {
        heap[record].fields[index] = value;
        return Ok(());
    }
    if heap.push(record, |record| &mut record.fields, value).is_err() {
        return Err(vm.throw("not enough memory"));
    }
    let names = [&shapes.names[shape as usize - 1][..], &[name]].concat();
    heap[record].shape = shapes.with(&names);
    Ok(())
}

// ANCHOR: coroutine
/// A function that can be suspended and resumed.
#[repr(C)]
#[derive(Debug)]
pub struct Coroutine {
    pub object: Object,
    pub function: Value,
    pub fiber: FiberRef,
    /// The slot in which it receives the next value.
    pub slot: u32,
    pub state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    New,
    Running,
    Suspended,
    Done,
}

pub(crate) fn make_coroutine(vm: &mut Vm, function: Value) -> Result<Value, Thrown> {
    drop_unreachable(vm);
    let fiber = vm.new_fiber(FiberLimits::new())?;
    let coroutine =
        add(vm, |_| Ok(Coroutine { object: Object::default(), function, fiber, slot: 0, state: State::New }))?;
    vm.host.coroutines.push((Weak::new(coroutine), fiber));
    Ok(coroutine.value())
}
// ANCHOR_END: coroutine

// ANCHOR: resume
pub(crate) fn resume_coroutine(vm: &mut Vm, coroutine: Value, value: Value) -> Result<Value, Thrown> {
    let Some(object) = vm.host.heap.find::<Coroutine>(coroutine) else {
        return Err(vm.throw(format!("{} is no coroutine", described(coroutine))));
    };
    let Coroutine { function, fiber, slot, state, .. } = vm.host.heap[object];
    vm.host.heap[object].state = State::Running;
    let exit = match state {
        State::New => match vm.host.heap.get::<Closure>(function).filter(|closure| closure.arity == 1) {
            Some(&Closure { callee, .. }) => vm.start_fiber(fiber, callee, &[function, value]),
            None => Err(not_callable(vm, function)),
        },
        State::Suspended => {
            vm.set_fiber_slot(fiber, slot, value).expect("it is suspended");
            vm.resume_fiber(fiber)
        }
        State::Running | State::Done => {
            vm.host.heap[object].state = state;
            return Err(vm.throw("the coroutine is not suspended"));
        }
    };
    // The coroutine is in a slot of the op that resumes it, so it is still there.
    let object = &mut vm.host.heap[object];
    match exit {
        Ok(FiberExit::Suspended) => {
            object.state = State::Suspended;
            object.slot = vm.host.slot;
            Ok(std::mem::replace(&mut vm.host.passed, Value::NIL))
        }
        Ok(FiberExit::Done(result)) => {
            object.state = State::Done;
            Ok(result)
        }
        Err(thrown) => {
            object.state = State::Done;
            Err(thrown)
        }
    }
}

pub(crate) fn give_out(vm: &mut Vm, value: Window) -> Result<(), Thrown> {
    vm.host.passed = vm.slot(value.start());
    vm.host.slot = value.start();
    match vm.suspend() {
        Some(suspended) => Err(suspended),
        None => Err(vm.throw("no coroutine is running")),
    }
}
// ANCHOR_END: resume

// ANCHOR: weak
/// Frees memory when a stack or a fiber is refused. A machine calls it: see `Vm::set_reclaim`.
pub(crate) fn reclaim(vm: &mut Vm, _: Option<u32>) {
    collect(vm);
    drop_unreachable(vm);
}

/// Drops the fibers of coroutines that are done, or that no program can reach any more.
fn drop_unreachable(vm: &mut Vm) {
    let coroutines = std::mem::take(&mut vm.host.coroutines);
    for (coroutine, fiber) in coroutines {
        match coroutine.get().map(|coroutine| vm.host.heap[coroutine].state) {
            Some(State::New | State::Running | State::Suspended) => vm.host.coroutines.push((coroutine, fiber)),
            // A fiber that is running is dropped another time.
            _ => match vm.drop_fiber(fiber) {
                Ok(()) => {}
                Err(_) => vm.host.coroutines.push((coroutine, fiber)),
            },
        }
    }
}
// ANCHOR_END: weak

// ANCHOR: take_message
pub(crate) fn take_message(vm: &mut Vm) -> Value {
    let caught = vm.take_error().map(|trap| trap.to_string());
    vm.host.messages.extend(caught);
    Value::NIL
}
// ANCHOR_END: take_message
