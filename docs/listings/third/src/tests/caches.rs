//! Fields of records, through inline caches.

use mimeo::asm::FunctionIndex;
use mimeo::jit::{JitConfig, Mode};

use super::{S, function, load, run};
use crate::ops::ops::{Assembler, Value};

const X: u32 = 1;
const Y: u32 = 2;

// ANCHOR: shapes
/// Reads `x` of two records in turn, at one place in the program, and returns the sum.
fn sum_of_fields(names: [[u32; 2]; 2]) -> Vec<Assembler> {
    let mut main = function("main", 0);
    for (record, names) in [S[1], S[2]].into_iter().zip(names) {
        main.record(record);
        for name in names {
            main.load(S[3], Value::int(name as i32));
            main.set_field(record, name, S[3]);
        }
    }
    let head = main.label();
    main.load(S[4], Value::int(0));
    main.load(S[5], Value::int(0));
    main.load(S[6], Value::int(100));
    main.bind(head);
    main.get_field(S[3], S[1], X);
    main.add(S[5], S[5], S[3]);
    // The records change places.
    main.copy(S[3], S[1]);
    main.copy(S[1], S[2]);
    main.copy(S[2], S[3]);
    main.add(S[4], S[4], Value::int(1));
    main.jump_if_less(S[4], S[6], head);
    main.ret(S[5]);
    vec![main]
}

#[test]
fn records_of_one_shape_and_of_two() {
    assert_eq!(run(|| sum_of_fields([[X, Y], [X, Y]])), Ok(Value::int(100)));
    assert_eq!(run(|| sum_of_fields([[X, Y], [Y, X]])), Ok(Value::int(100)));
}
// ANCHOR_END: shapes

#[test]
fn a_field_that_does_not_exist_is_nil() {
    let result = run(|| {
        let mut main = function("main", 0);
        main.record(S[1]);
        main.get_field(S[1], S[1], X);
        main.ret(S[1]);
        vec![main]
    });
    assert_eq!(result, Ok(Value::NIL));
}

// ANCHOR: misses
#[test]
fn a_place_that_sees_one_shape_looks_once() {
    for (names, searches) in [([[X, Y], [X, Y]], 1), ([[X, Y], [Y, X]], 100)] {
        for mode in [Mode::Off, Mode::On] {
            let (mut machine, linked) = load(sum_of_fields(names), JitConfig::new(mode), false);
            machine.call(linked.function(FunctionIndex(0)), &[Value::NIL]).expect("it throws nothing");
            assert_eq!(machine.vm().host.searches, searches);
        }
    }
}
// ANCHOR_END: misses
