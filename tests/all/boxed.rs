//! Values that `nan_box` makes: their encoding, and that all tiers agree about them.

use mimeo::asm::FunctionIndex;
use mimeo::def::Slot;
use mimeo::jit::HasJit;
use mimeo::{Limits, Value as _};
use mimeo_corpus::Mode;
use mimeo_tests::boxed::boxed_ops::{Assembler, Ops, ProgramBuilder, Value, Vm};
use mimeo_tests::boxed::{Handle, from_bits, handle, text, texts};
use mimeo_tests::machines::machine;
use mimeo_twins::{Language, Random, twins};

use crate::charges::measured;
use crate::nans::FLOATS;

/// Returns values of every kind: ends of their ranges, and doubles that look like other kinds.
fn edges() -> Vec<Value> {
    let mut edges: Vec<Value> = [0, 1, -1, i32::MAX, i32::MIN].map(Value::int).into();
    edges.extend([0.0, -0.0, 1.5, f64::MAX, f64::MIN, f64::INFINITY, f64::NEG_INFINITY, f64::NAN].map(Value::number));
    edges.extend(FLOATS.map(|bits| Value::number(f64::from_bits(bits))));
    edges.extend((0xfff0..=0xffff).map(|tag: u64| Value::number(f64::from_bits(tag << 48 | 2))));
    edges.extend([Value::TRUE, Value::FALSE, Value::NIL, Value::MISSING]);
    edges.extend(texts().map(text));
    edges.extend([0, 1, u32::MAX].map(Value::id));
    edges.extend([0usize, 1, (1 << 48) - 1].map(|address| handle(std::ptr::without_provenance(address))));
    edges
}

struct Boxed;

// SAFETY: values of the kind `text` are the addresses of texts.
unsafe impl Language<Ops> for Boxed {
    type Snapshot = ();

    fn state(&self, _: &mut Random) -> ((), ()) {
        ((), ())
    }

    fn snapshot(&self, _: &Vm) {}

    fn edges(&self) -> Vec<Value> {
        edges()
    }

    fn value(&self, random: &mut Random) -> Value {
        let any = from_bits(match random.below(3) {
            0 => FLOATS[random.below(FLOATS.len() as u64) as usize],
            1 => (0xfff0 | random.below(16)) << 48 | random.edge_bits() >> 16,
            _ => random.edge_bits(),
        });
        if any.is_text() { text(texts()[random.below(3) as usize]) } else { any }
    }
}

#[test]
fn every_op_does_the_same_in_both_tiers() {
    let report = twins::<Ops>(Boxed);
    assert_eq!(report.unavailable, None);
    assert_eq!(report.without_stencil, []);
    assert_eq!(report.skipped, []);
}

#[test]
fn every_value_is_of_one_kind() {
    for value in edges() {
        let is = [
            value.is_int(),
            value.is_number(),
            value.is_bool(),
            value.is_nil(),
            value.is_missing(),
            value.is_text(),
            value.is_id(),
            value.is_handle(),
        ];
        assert_eq!(is.into_iter().filter(|&is| is).count(), 1, "{value:?}");
        let has = [
            value.as_int().is_some(),
            value.as_number().is_some(),
            value.as_bool().is_some(),
            value.is_nil(),
            value.is_missing(),
            value.as_text().is_some(),
            value.as_id().is_some(),
            value.as_handle().is_some(),
        ];
        assert_eq!(has, is, "{value:?}");
    }
}

#[test]
fn what_is_put_into_a_value_comes_out() {
    for int in [0, 1, -1, i32::MAX, i32::MIN] {
        assert_eq!(Value::int(int).as_int(), Some(int));
    }
    for id in [0, 1, u32::MAX] {
        assert_eq!(Value::id(id).as_id(), Some(id));
    }
    for truth in [false, true] {
        assert_eq!(Value::bool(truth).as_bool(), Some(truth));
        assert_eq!(Value::bool(truth), if truth { Value::TRUE } else { Value::FALSE });
    }
    for pointer in texts() {
        assert_eq!(text(pointer).as_text(), Some(pointer));
    }
    for address in [0, 1, (1 << 48) - 1] {
        let pointer = std::ptr::without_provenance::<Handle>(address);
        assert_eq!(handle(pointer).as_handle().map(<*const Handle>::addr), Some(address));
    }
    for bits in FLOATS {
        let number = f64::from_bits(bits);
        let found = Value::number(number).as_number().map(f64::to_bits);
        assert_eq!(found, Some(if number.is_nan() { 0x7ff8_0000_0000_0000 } else { bits }));
    }
}

/// Programs and checked-in tables contain these bits.
#[test]
fn the_encoding_is_the_documented_one() {
    let pointer = handle(std::ptr::without_provenance(0x1234));
    let bits = [
        (Value::int(-2), 0xffff_0000_ffff_fffe),
        (Value::number(-0.0), 0x8000_0000_0000_0000),
        (Value::number(f64::NEG_INFINITY), 0xfff0_0000_0000_0000),
        (Value::FALSE, 0xfff1_0000_0000_0000),
        (Value::TRUE, 0xfff1_0000_0000_0001),
        (Value::NIL, 0xfff1_0000_0000_0002),
        (Value::MISSING, 0xfff1_0000_0000_0003),
        (text(std::ptr::null_mut()), 0xfffe_0000_0000_0000),
        (Value::id(7), 0xfffd_0000_0000_0007),
        (pointer, 0xfffc_0000_0000_1234),
    ];
    for (value, bits) in bits {
        assert_eq!(value.to_bits(), bits, "{value:?}");
    }
    let (values, _) = Ops::REFERENCE.split_once("\nOps:\n").expect("the reference begins with the values");
    for row in ["| `int` | `i32` | from `0xffff_0000_0000_0000` |", "| `missing` | `()` | `0xfff1_0000_0000_0003` |"] {
        assert!(values.contains(row), "{values}");
    }
}

#[test]
fn values_are_shown_by_their_kinds() {
    let pointer = handle(std::ptr::without_provenance(0x10));
    let values = [Value::int(-5), Value::number(-0.0), Value::TRUE, Value::NIL, Value::id(9), pointer];
    let shown = values.map(|value| format!("{value:?}"));
    assert_eq!(shown, ["int(-5)", "number(-0.0)", "bool(true)", "nil", "id(9)", "handle(0x10)"]);
    assert_eq!(format!("{:?}", from_bits(0xfff2 << 48)), "Value(0xfff2000000000000)");
}

/// The arguments: two operands, and the number of iterations.
const A: Slot = Slot(0);
const B: Slot = Slot(1);
const N: Slot = Slot(2);

/// Runs a loop with an op on two values. Returns the result, and whether the loop was optimized.
fn looped(mode: &Mode, op: impl Fn(&mut Assembler, Slot), a: Value, b: Value) -> (Result<Value, String>, bool) {
    let (mut builder, result) = (ProgramBuilder::new(), Slot(3));
    let function = builder.declare("loop");
    let mut code = Assembler::new("loop", 3, 4);
    let head = code.label();
    code.bind(head);
    op(&mut code, result);
    code.count_down(N, N, head);
    code.ret(result);
    builder.define(function, code.finish().expect("it is whole"));
    let program = builder.finish().expect("it is whole").verify().expect("it is sound");
    let mut machine = machine::<Ops>(((), ()), Limits::default(), mode.jit.clone());
    let linked = machine.load(&program).expect("it needs no space");
    let result = machine.call(linked.function(FunctionIndex(0)), &[a, b, Value::int(5)]);
    let is_optimized = machine.jit().is_some_and(|jit| jit.stats().optimized.loops > 0);
    (result.map_err(|trap| trap.kind.to_string()), is_optimized)
}

#[test]
fn optimized_loops_do_the_same() {
    let ops: [fn(&mut Assembler, Slot); 6] = [
        |code, result| code.add(result, A, B),
        |code, result| code.quotient(result, A, B),
        |code, result| code.length(result, A),
        |code, result| code.kind(result, A),
        |code, result| code.again(result, A),
        |code, result| code.falsy(result, A),
    ];
    for (index, op) in ops.into_iter().enumerate() {
        let mut optimized = 0;
        for (a, b) in edges().into_iter().zip(edges().into_iter().skip(1).step_by(2).cycle()) {
            let (expected, _) = looped(&Mode::interpreter(), op, a, b);
            for mode in &measured()[..2] {
                let (found, is_optimized) = looped(mode, op, a, b);
                assert_eq!(found, expected, "op {index} of {a:?} and {b:?}, {mode}");
                optimized += usize::from(is_optimized);
            }
        }
        assert!(optimized > 10, "{optimized} loops with the op {index} were optimized");
    }
}
