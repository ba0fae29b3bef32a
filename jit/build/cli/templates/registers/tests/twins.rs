//! Every op does the same in the interpreter and in native code, on random and edge-case states.

use mimeo::OutOfMemory;
use mimeo_heap::Managed as _;
use mimeo_shell::Output;
use mimeo_twins::{Language, Random, twins};
use my_lang::glue::runtime::Host;
use my_lang::language::heap::{Function, Heap, Text, text};
use my_lang::language::ops::ops::{ARRAY, Array, Object, Ops, Value, Vm};

/// The number of objects of a state, which are its first globals.
const OBJECTS: u64 = 4;

/// In a case, the integers from this one on stand for the objects: a value with an address would be that of no machine.
const STAND_IN: i32 = 0x5eed_0000;

struct Twins;

// SAFETY: objects are those of the state, by `localize`.
#[expect(unsafe_code, reason = "only the language knows which values are valid")]
unsafe impl Language<Ops> for Twins {
    /// What ops can change outside of their frame: the output, and the globals with what they refer to.
    type Snapshot = (Vec<u8>, Vec<String>);

    fn state(&self, random: &mut Random) -> ((), Host) {
        let mut host = Host::new(Output::memory());
        let mut globals = objects(&mut host.heap, random).expect("there is memory");
        globals.extend([Value::NIL, Value::float(random.edge_f64())]);
        host.heap[host.globals].items = host.heap.vector(&globals).expect("there is memory").into();
        ((), host)
    }

    fn localize(&self, vm: &mut Vm, value: Value) -> Value {
        let globals = &vm.host.heap[vm.host.globals].items;
        let index = value.as_int().map_or(OBJECTS, |int| u64::from(int.wrapping_sub(STAND_IN) as u32));
        if index < OBJECTS { globals[index as usize] } else { value }
    }

    fn snapshot(&self, vm: &Vm) -> Self::Snapshot {
        let globals = &vm.host.heap[vm.host.globals].items;
        (vm.host.output.written().to_vec(), globals.iter().map(|&value| describe(value, 4)).collect())
    }

    fn same(&self, interpreted: Value, native: Value) -> bool {
        describe(interpreted, 3) == describe(native, 3)
    }

    /// The simplest first.
    fn edges(&self) -> Vec<Value> {
        let mut edges: Vec<Value> = [0, 1, -1, 2, i32::MAX, i32::MIN].map(Value::int).into();
        edges.extend([0.0, -0.0, 1.5, 1e300, f64::INFINITY, f64::NAN].map(Value::float));
        edges.extend([Value::NIL, Value::FALSE, Value::TRUE]);
        edges.extend((0..OBJECTS).map(stand_in));
        edges
    }

    fn value(&self, random: &mut Random) -> Value {
        match random.below(4) {
            0 => Value::int(random.edge_u64() as i32),
            1 => Value::float(random.edge_f64()),
            2 => Value::int(random.below(3) as i32),
            _ => stand_in(random.below(OBJECTS)),
        }
    }
}

fn stand_in(index: u64) -> Value {
    Value::int(STAND_IN + index as i32)
}

fn objects(heap: &mut Heap, random: &mut Random) -> Result<Vec<Value>, OutOfMemory> {
    let [a, b] = [text(heap, "a")?, text(heap, "b")?];
    let items = [&[][..], &[Value::int(random.edge_u64() as i32), a]];
    let mut objects = vec![a, b];
    for items in items {
        let items = heap.vector(items)?.into();
        objects.push(heap.add(Array { object: Object::default(), items })?.value());
    }
    Ok(objects)
}

/// Returns what a value is, without addresses, and what it refers to, up to a depth.
#[expect(unsafe_code, reason = "there is no heap at hand")]
fn describe(value: Value, depth: u32) -> String {
    let Some(object) = value.as_object() else { return format!("{value:?}") };
    if depth == 0 {
        return "…".to_owned();
    }
    let all = |values: &[Value]| values.iter().map(|&value| describe(value, depth - 1)).collect::<Vec<_>>();
    // SAFETY: it is an object of a state that exists, which has a type according to its kind.
    unsafe {
        match (*object).kind {
            ARRAY => format!("{:?}", all(&(*object.cast::<Array>()).items)),
            Text::KIND => format!("text {}", (*object.cast::<Text>()).text),
            _ => {
                let function = &*object.cast::<Function>();
                format!("function of {} {:?}", function.arity, all(&function.captured))
            }
        }
    }
}

#[test]
fn every_op_does_the_same_in_both_tiers() {
    let report = twins::<Ops>(Twins);
    assert_eq!(report.skipped, []);
}
