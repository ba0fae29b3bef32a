//! Every op does the same in both tiers, on values that are not objects; the programs test the rest.

use mimeo_twins::{Language, Random, twins};

use crate::ops::ops::{Ops, Value, Vm};
use crate::runtime::Host;

struct Twins;

// SAFETY: no value is an object, unless an op has made it.
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
        [0, 1, -1, i32::MAX, i32::MIN].map(Value::int).into()
    }

    fn value(&self, random: &mut Random) -> Value {
        if random.below(3) == 0 { Value::NIL } else { Value::int(random.bits() as i32) }
    }

    fn same(&self, interpreted: Value, native: Value) -> bool {
        interpreted == native || interpreted.is_object() && native.is_object()
    }
}

#[test]
fn every_op_does_the_same_in_both_tiers() {
    assert_eq!(twins::<Ops>(Twins).skipped, []);
}
