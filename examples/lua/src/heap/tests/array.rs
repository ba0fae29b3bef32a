//! Arrays whose values move while the collector runs, compared with a vector.

use mimeo_twins::Random;

use super::{Held, fields};
use crate::heap::mark::PART;
use crate::heap::{Gc, Heap};
use crate::ops::ops::{Table, Text, Value};

/// Returns the values from 1 on.
fn values(table: Gc<Table>) -> Vec<Value> {
    (1..=table.length() as u32).map(|index| table.get_index(index)).collect()
}

#[test]
fn values_move_as_in_a_vector_and_stay_alive() {
    let mut random = Random::new(7);
    let mut heap = Heap::default();
    let mut held = Held::default();
    let table = heap.new_table(0, 0, 0);
    held.hold(table);
    let mut model: Vec<u32> = Vec::new();
    for step in 0..20_000_u32 {
        let len = model.len() as u32;
        if random.below(100) < 52 {
            let at = random.below(u64::from(len) + 1) as u32 + 1;
            let text = heap.text(format!("a text that is made in step {step}, and nowhere else").as_bytes());
            heap.insert_index(table, at, len, text.into());
            model.insert(at as usize - 1, step);
        } else if len > 0 {
            let at = random.below(u64::from(len)) as u32 + 1;
            heap.remove_index(table, at, len);
            model.remove(at as usize - 1);
        }
        held.step(&mut heap, 1);
    }
    let found = values(table);
    assert_eq!(found.len(), model.len());
    for (value, step) in found.iter().zip(&model) {
        let expected = format!("a text that is made in step {step}, and nowhere else");
        assert_eq!(value.to_text().expect("it is a text").bytes(), expected.as_bytes());
    }
}

#[test]
fn values_outside_of_the_array_part_move_too() {
    let mut heap = Heap::default();
    let table = heap.new_table(0, 0, 0);
    let number = |number: u32| Value::number(f64::from(number));
    // Few keys of a large range: they are in the hash part.
    for index in [101, 102, 103] {
        heap.set_index(table, index, number(index));
    }
    heap.insert_index(table, 102, 103, number(0));
    let get = |index| table.get_index(index);
    assert_eq!([101, 102, 103, 104].map(get), [101, 0, 102, 103].map(number));
    heap.remove_index(table, 101, 104);
    assert_eq!([101, 102, 103].map(get), [0, 102, 103].map(number));
    assert!(get(104).is_nil());
}

/// Long tables are traced in parts. Values move from the part that was not traced yet.
#[test]
fn values_that_move_while_a_table_is_traced_in_parts_stay_alive() {
    type Change = fn(&mut Heap, Gc<Table>, u32);
    let changes: [(&str, Change); 6] = [
        ("nothing", |_, _, _| ()),
        ("removes the first ones", |heap, table, len| {
            for removed in 0..10 {
                heap.remove_index(table, 1, len - removed);
            }
        }),
        ("inserts at the beginning", |heap, table, len| {
            for inserted in 0..10 {
                heap.insert_index(table, 1, len + inserted, Value::TRUE);
            }
        }),
        ("moves values to the hash part", |heap, table, len| {
            for index in 2..len - 100 {
                heap.set_index(table, index, Value::NIL);
            }
            for key in 0..20_000 {
                heap.set(table, Value::number(f64::from(key) + 0.25), Value::TRUE).expect("it is a key");
            }
        }),
        ("makes another hash part", |heap, table, _| {
            for key in 0..20_000 {
                heap.set(table, Value::number(f64::from(key) + 0.25), Value::TRUE).expect("it is a key");
            }
        }),
        ("moves values from the hash part", |heap, table, len| {
            for key in 0..3 * len {
                heap.set_index(table, len + key + 1, Value::TRUE);
            }
        }),
    ];
    const LEN: u32 = 4 * PART as u32;
    for (name, change) in changes {
        for parts in 1..10 {
            let mut heap = Heap::default();
            let mut held = Held::default();
            let table = heap.new_table(LEN, 0, 0);
            held.hold(table);
            let keys = (1..=LEN).map(f64::from);
            // Later, these belong to the array part.
            let later = (0..20).map(|key| f64::from(2 * LEN + key));
            let others = (0..LEN / 2).map(|key| f64::from(key) + 0.5);
            for key in keys.chain(later).chain(others) {
                let text = heap.text(format!("a text that only the table has, of key {key}").as_bytes());
                heap.set(table, Value::number(key), text.into()).expect("it is a key");
            }
            held.collect(&mut heap);
            let is_at = |heap: &Heap| heap.tracer.partial.last().is_some_and(|&(_, from)| from == parts * PART);
            while !is_at(&heap) {
                assert!(!held.step(&mut heap, 1), "{name}: the table was not traced in {parts} parts");
            }
            let texts = |table: Gc<Table>| fields(table).into_iter().filter_map(|(_, value)| value.to_text());
            change(&mut heap, table, LEN);
            let expected = texts(table).count();
            while !held.step(&mut heap, 1) {}
            // Others take the memory of those that were freed.
            for number in 0..LEN {
                heap.text(format!("another text of about the same length, {number}").as_bytes());
            }
            let is_whole = |text: &Gc<Text>| text.bytes().starts_with(b"a text that only the table has");
            assert_eq!(texts(table).filter(is_whole).count(), expected, "{name} after {parts} parts");
        }
    }
}
