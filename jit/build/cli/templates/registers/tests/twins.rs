//! Every op does the same in the interpreter and in native code, on random and edge-case states.

use mimeo_shell::Output;
use mimeo_twins::{Language, Random, twins};
use my_lang::glue::runtime::Host;
use my_lang::language::heap::{Heap, Object};
use my_lang::language::ops::ops::{Ops, Value, Vm};

/// Objects of a state, and those that an op creates.
const OBJECTS: u32 = 8;

struct Twins;

// SAFETY: values have no addresses, so all are valid.
#[expect(unsafe_code, reason = "only the language knows which values are valid")]
unsafe impl Language<Ops> for Twins {
    /// What ops can change outside of their frame: the output, the globals, and the objects.
    type Snapshot = (Vec<u8>, Vec<Value>, Vec<String>);

    fn state(&self, random: &mut Random) -> ((), Host) {
        let mut heap = Heap::default();
        heap.add(Object::Text("a".to_owned()));
        heap.add(Object::Text("b".to_owned()));
        heap.add(Object::Array(Vec::new()));
        heap.add(Object::Array(vec![Value::int(random.edge_u64() as i32), Value::object(0)]));
        let globals = vec![Value::NIL, Value::float(random.edge_f64())];
        ((), Host { output: Output::memory(), heap, globals })
    }

    fn snapshot(&self, vm: &Vm) -> Self::Snapshot {
        let Host { output, heap, globals } = &vm.host;
        let describe = |number| match heap.get(Value::object(number)) {
            Some(Object::Function(function)) => {
                format!("function of {} {:?}", function.arity, function.captured)
            }
            other => format!("{other:?}"),
        };
        (output.written().to_vec(), globals.clone(), (0..OBJECTS).map(describe).collect())
    }

    /// The simplest first.
    fn edges(&self) -> Vec<Value> {
        let mut edges: Vec<Value> = [0, 1, -1, 2, i32::MAX, i32::MIN].map(Value::int).into();
        edges.extend([0.0, -0.0, 1.5, 1e300, f64::INFINITY, f64::NAN].map(Value::float));
        edges.extend([Value::NIL, Value::FALSE, Value::TRUE]);
        edges.extend((0..OBJECTS).map(Value::object));
        edges
    }

    fn value(&self, random: &mut Random) -> Value {
        match random.below(4) {
            0 => Value::int(random.edge_u64() as i32),
            1 => Value::float(random.edge_f64()),
            2 => Value::object(random.below(u64::from(OBJECTS)) as u32),
            _ => Value(random.edge_bits()),
        }
    }
}

#[test]
fn every_op_does_the_same_in_both_tiers() {
    let report = twins::<Ops>(Twins);
    assert_eq!(report.skipped, []);
}
