//! Every op does the same in both tiers, on values of every kind.

use mimeo_shell::Output;
use mimeo_twins::{Language, Random, twins};
use second::ops::ops::{Ops, Value, Vm};
use second::runtime::Host;

struct Twins;

// ANCHOR: values
// SAFETY: no value is a pointer.
unsafe impl Language<Ops> for Twins {
    type Snapshot = Vec<u8>;

    fn state(&self, _: &mut Random) -> ((), Host) {
        ((), Host { output: Output::memory() })
    }

    fn snapshot(&self, vm: &Vm) -> Vec<u8> {
        vm.host.output.written().to_vec()
    }

    fn edges(&self) -> Vec<Value> {
        let ints = [0, 1, -1, i32::MAX, i32::MIN].map(Value::int);
        let floats = [0.0, -0.0, 1.5, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN].map(Value::float);
        [&ints[..], &floats, &[Value::TRUE, Value::FALSE, Value::NIL]].concat()
    }

    fn value(&self, random: &mut Random) -> Value {
        match random.below(4) {
            0 => Value::float(f64::from_bits(random.bits())),
            1 => Value::bool(random.below(2) == 0),
            _ => Value::int(random.bits() as i32),
        }
    }
}
// ANCHOR_END: values

#[test]
fn every_op_does_the_same_in_both_tiers() {
    assert_eq!(twins::<Ops>(Twins).skipped, []);
}
