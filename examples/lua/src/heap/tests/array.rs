//! Arrays whose values move while the collector runs, compared with a vector.

use mimeo_twins::Random;

use super::Held;
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
