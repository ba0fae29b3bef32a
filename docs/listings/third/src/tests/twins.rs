//! Every op does the same in both tiers, on values and objects.

use mimeo_twins::{Language, Random, twins};

use crate::ops::ops::{Object, Ops, Record, Value, Vm};
use crate::runtime::Host;

struct Twins;

// ANCHOR: objects
// SAFETY: objects are made by `localize` and by ops.
unsafe impl Language<Ops> for Twins {
    type Snapshot = usize;

    fn state(&self, _: &mut Random) -> ((), Host) {
        ((), Host::default())
    }

    /// The bytes of all objects: both tiers must have created the same.
    fn snapshot(&self, vm: &Vm) -> usize {
        vm.host.heap.used()
    }

    fn edges(&self) -> Vec<Value> {
        let ints = [0, 1, -1, i32::MAX, i32::MIN].map(Value::int);
        [&ints[..], &[Value::NIL, Value::float(0.5), Value::float(-0.0)]].concat()
    }

    fn value(&self, random: &mut Random) -> Value {
        match random.below(3) {
            0 => Value::NIL,
            1 => Value::int(random.bits() as i32),
            _ => Value::float(random.below(4) as f64),
        }
    }

    /// The floats from 1.0 to 3.0 stand for records, whose field with the name 1 has this number.
    fn localize(&self, vm: &mut Vm, value: Value) -> Value {
        let Some(number) = value.as_float().filter(|number| [1.0, 2.0, 3.0].contains(number)) else { return value };
        let shape = vm.host.shapes.with(&[1]);
        let fields = vm.host.heap.vector(&[Value::float(number)]).expect("there is memory").into();
        let record = vm.host.heap.add(Record { object: Object::default(), shape, fields });
        record.expect("there is memory").value()
    }

    fn same(&self, interpreted: Value, native: Value) -> bool {
        interpreted == native || interpreted.is_object() && native.is_object()
    }
}
// ANCHOR_END: objects

#[test]
fn every_op_does_the_same_in_both_tiers() {
    assert_eq!(twins::<Ops>(Twins).skipped, []);
}
