//! Arrays whose values move while the collector runs, compared with a vector.

use mimeo_twins::Random;

use super::{Held, fields};
use crate::heap::mark::PART;
use crate::heap::{Gc, Heap};
use crate::ops::ops::{Table, Value};

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

/// A long array part is traced in parts. Values move from the part that was not traced yet.
#[test]
fn values_that_move_while_a_part_is_traced_stay_alive() {
    type Change = fn(&mut Heap, Gc<Table>, u32);
    let changes: [(&str, Change); 4] = [
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
        ("moves most to the hash part", |heap, table, len| {
            for index in 2..len - 100 {
                heap.set_index(table, index, Value::NIL);
            }
            for key in 0..200 {
                heap.set(table, Value::number(f64::from(key) + 0.5), Value::TRUE).expect("it is a key");
            }
        }),
    ];
    const LEN: u32 = 4 * PART as u32;
    for (name, change) in changes {
        for parts in 1..4 {
            let mut heap = Heap::default();
            let mut held = Held::default();
            let table = heap.new_table(LEN, 0, 0);
            held.hold(table);
            for index in 1..=LEN {
                let text = heap.text(format!("a text that only the table has, number {index}").as_bytes());
                heap.set_index(table, index, text.into());
            }
            held.collect(&mut heap);
            let is_at = |heap: &Heap| heap.tracer.partial.last().is_some_and(|&(_, from)| from == parts * PART);
            while !is_at(&heap) {
                assert!(!held.step(&mut heap, 1), "{name}: the array part was not traced in parts");
            }
            change(&mut heap, table, LEN);
            while !held.step(&mut heap, 1) {}
            let texts = fields(table).into_iter().filter_map(|(_, value)| value.to_text());
            let count = texts.inspect(|text| assert!(text.bytes().starts_with(b"a text that only"), "{name}")).count();
            assert!(count > 100, "{name}: {count} texts are left");
        }
    }
}
