//! Sums in every mode, and every op in both tiers.

use mimeo::jit::{Gaps, JitConfig, Mode};
use mimeo_twins::{Language, Random, twins};

use crate::pairs::pairs::{FLOAT, INT};
use crate::{Number, Objects, Slots, Sum, longs, pairs};

/// Runs a loop in each language and mode, and returns the sum.
#[track_caller]
fn sum<T>(number: fn(T) -> Number, numbers: [T; 4]) -> Result<Number, String> {
    let numbers = numbers.map(number);
    let native = || JitConfig::new(Mode::On);
    let mut results = Vec::new();
    for jit in [JitConfig::new(Mode::Off), native(), native().with_gaps(Gaps::everywhere())] {
        for is_eager in [false, true] {
            let mut objects = Objects::new(jit.clone());
            objects.0.vm_mut().host.heap.set_eager(is_eager);
            results.push(objects.run(numbers));
        }
        results.push(Slots::new(jit).run(numbers));
    }
    assert!(results.iter().all(|result| *result == results[0]), "{results:?}");
    results.remove(0)
}

#[test]
fn integers_have_64_bits() {
    assert_eq!(sum(Number::Int, [0, 0, 1, 10]), Ok(Number::Int(45)));
    // The sum needs more than 32 bits, and then the index too.
    let expected = (0..8).map(|index| index << 30).sum();
    assert_eq!(sum(Number::Int, [0, 0, 1 << 30, 1 << 33]), Ok(Number::Int(expected)));
    let step = i64::from(i32::MAX);
    assert_eq!(sum(Number::Int, [1 << 62, 0, step, i64::MAX]), Err("the sum is too large".to_owned()));
}

#[test]
fn floats_are_floats_in_both() {
    assert_eq!(sum(Number::Float, [0.25, 0.0, 0.5, 10.0]), Ok(Number::Float(100.0)));
}

struct ObjectTwins;

// SAFETY: objects are made by `localize` and by ops.
unsafe impl Language<longs::Ops> for ObjectTwins {
    type Snapshot = usize;

    fn state(&self, _: &mut Random) -> ((), longs::Host) {
        ((), longs::Host::default())
    }

    fn snapshot(&self, vm: &longs::longs::Vm) -> usize {
        vm.host.heap.used()
    }

    fn edges(&self) -> Vec<longs::longs::Value> {
        let ints = [0, 1, -1, i32::MAX, i32::MIN].map(longs::longs::Value::int);
        [&ints[..], &[0.5, -0.0, f64::NAN, 1.0, 2.0].map(longs::longs::Value::float)].concat()
    }

    fn value(&self, random: &mut Random) -> longs::longs::Value {
        match random.below(2) {
            0 => longs::longs::Value::int(random.bits() as i32),
            _ => longs::longs::Value::float(random.below(4) as f64),
        }
    }

    /// Some floats stand for large integers.
    fn localize(&self, vm: &mut longs::longs::Vm, value: longs::longs::Value) -> longs::longs::Value {
        let number = match value.as_float() {
            Some(1.0) => 1 << 40,
            Some(2.0) => i64::MAX,
            _ => return value,
        };
        longs::integer(&mut vm.host.heap, number).expect("there is memory")
    }

    fn same(&self, interpreted: longs::longs::Value, native: longs::longs::Value) -> bool {
        interpreted == native || interpreted.is_object() && native.is_object()
    }
}

struct SlotTwins;

// SAFETY: no value is a pointer.
unsafe impl Language<pairs::pairs::Ops> for SlotTwins {
    type Snapshot = ();

    fn state(&self, _: &mut Random) -> ((), ()) {
        ((), ())
    }

    fn snapshot(&self, _: &pairs::pairs::Vm) {}

    fn edges(&self) -> Vec<i64> {
        vec![INT, FLOAT, -1, i64::MAX, i64::MIN, 0.5_f64.to_bits() as i64, f64::NAN.to_bits() as i64]
    }

    fn value(&self, random: &mut Random) -> i64 {
        if random.below(2) == 0 { random.below(3) as i64 } else { random.bits() as i64 }
    }
}

#[test]
fn every_op_does_the_same_in_both_tiers() {
    assert_eq!(twins::<longs::Ops>(ObjectTwins).skipped, []);
    assert_eq!(twins::<pairs::pairs::Ops>(SlotTwins).skipped, []);
}
