//! Random programs on tables, compared with a hash map and an ordered list.

use std::collections::HashMap;

use mimeo_twins::Random;

use super::{Held, fields};
use crate::heap::{Gc, Heap};
use crate::ops::ops::{Table, Value};

/// A table and its expected contents by the bits of the keys. Equal long texts have the bits of the first one.
struct Model {
    table: Gc<Table>,
    fields: HashMap<u64, Value>,
}

impl Model {
    fn set(&mut self, heap: &mut Heap, key: Key, value: Value) {
        // A name is a literal in the program, or is computed.
        match key.value.to_text() {
            Some(name) if key.is_name => heap.set_field(self.table, name, value),
            _ => heap.set(self.table, key.value, value).expect("it is a key"),
        }
        if value.is_nil() {
            self.fields.remove(&key.normal);
        } else {
            self.fields.insert(key.normal, value);
        }
    }

    fn get(&self, key: Key) -> Value {
        self.fields.get(&key.normal).copied().unwrap_or(Value::NIL)
    }

    fn check(&self, keys: &[Key]) {
        for &key in keys {
            assert_eq!(self.table.get(key.value), self.get(key), "{key:?}");
        }
        let all = fields(self.table);
        assert_eq!(all.len(), self.fields.len());
        let length = self.table.length();
        let is_there = |index: u64| self.fields.contains_key(&Value::number(index as f64).0);
        assert!((length == 0 || is_there(length)) && !is_there(length + 1), "{length} is not a border");
    }

    /// Walks through the table and assigns the values that it finds: the order must not change.
    fn traverse(&mut self, heap: &mut Heap, random: &mut Random, normal: impl Fn(Value) -> Key) {
        let before = fields(self.table);
        let mut seen = Vec::new();
        let mut key = Value::NIL;
        while let Some((next, value)) = self.table.next(key).expect("it was there") {
            seen.push((next, value));
            match random.below(3) {
                0 => self.set(heap, normal(next), Value::NIL),
                1 => self.set(heap, normal(next), Value::number(random.below(9) as f64)),
                _ => {}
            }
            key = next;
        }
        assert_eq!(seen, before);
    }
}

#[derive(Clone, Copy, Debug)]
struct Key {
    value: Value,
    normal: u64,
    is_name: bool,
}

fn keys(heap: &mut Heap, random: &mut Random) -> Vec<Key> {
    let plain = |value: Value| Key { value, normal: value.0, is_name: false };
    let mut keys = Vec::new();
    let names = random.pick(&[3, 20, 100]);
    for name in 0..names {
        let value = heap.text(format!("name{name}").as_bytes()).into();
        keys.push(Key { value, normal: plain(value).normal, is_name: random.once_in(2) });
    }
    for index in 0..random.pick(&[0, 10, 70]) {
        keys.push(plain(Value::number(index as f64)));
    }
    for _ in 0..random.below(30) {
        let number = random.edge_f64();
        if !number.is_nan() {
            keys.push(plain(Value::number(number + 0.0)));
        }
    }
    keys.push(Key { value: Value::number(-0.0), normal: Value::number(0.0).0, is_name: false });
    keys.extend([Value::TRUE, Value::FALSE].map(plain));
    for _ in 0..random.below(10) {
        keys.push(plain(heap.new_table(0, 0, 0).into()));
    }
    for letter in [b'a', b'b'] {
        let long = heap.text(&[letter; 50]).into();
        let same = heap.text(&[letter; 50]).into();
        keys.extend([plain(long), Key { value: same, ..plain(long) }]);
    }
    keys
}

#[test]
fn tables_are_maps_whose_order_is_stable() {
    let mut random = Random::new(0x7ab1e5);
    for iteration in 0..300 {
        let mut heap = Heap::default();
        let mut held = Held::default();
        let keys = keys(&mut heap, &mut random);
        for key in &keys {
            held.hold(key.value);
        }
        let table = heap.new_table(random.below(5) as u32, random.below(5) as u32, random.below(5) as u32);
        held.hold(table);
        let mut model = Model { table, fields: HashMap::new() };
        let nils = 1 + random.below(4);
        for _ in 0..random.pick(&[20, 300]) {
            let key = random.pick(&keys);
            let value = match random.below(4) {
                choice if choice < nils => Value::NIL,
                _ => Value::number(random.below(1000) as f64),
            };
            model.set(&mut heap, key, value);
            if random.once_in(20) {
                // Sequences of integers, ascending or descending.
                let from = random.below(40) as i64;
                let step = random.pick(&[1, -1, 2]);
                for index in 0..random.below(40) as i64 {
                    let value = Value::number((from + index * step) as f64);
                    model.set(&mut heap, Key { value, normal: value.0, is_name: false }, Value::TRUE);
                }
            }
            if random.once_in(10) {
                model.check(&keys);
                held.collect(&mut heap);
            }
        }
        let normal = |value: Value| {
            let is_same = |key: &&Key| key.value.is_same(value);
            keys.iter().find(is_same).copied().unwrap_or(Key { value, normal: value.0, is_name: false })
        };
        model.traverse(&mut heap, &mut random, normal);
        model.check(&keys);
        assert_eq!(fields(table).len(), model.fields.len(), "iteration {iteration}");
    }
}
