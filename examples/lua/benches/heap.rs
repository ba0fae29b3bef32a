//! Prints how many nanoseconds operations on objects take. It asserts nothing.
//!
//! `cargo bench -p mimeo-lua --bench heap`

use std::hint::black_box;
use std::time::Instant;

use lua::heap::{Gc, Heap, Roots, Tracer};
use lua::ops::ops::{AddCache, FieldCache, Table, Value};

#[derive(Default)]
struct Held(Vec<Value>);

impl Roots for Held {
    fn trace(&mut self, tracer: &mut Tracer) {
        for &value in &self.0 {
            tracer.value(value);
        }
    }

    fn trace_fiber(&mut self, _fiber: u32, _tracer: &mut Tracer) -> usize {
        0
    }
}

const ROUNDS: u32 = 1_000_000;

/// Prints the fastest of five runs.
fn measure(what: &str, mut run: impl FnMut(u32)) {
    let best = (0..5)
        .map(|_| {
            let start = Instant::now();
            for round in 0..ROUNDS {
                run(round);
            }
            start.elapsed()
        })
        .min()
        .unwrap_or_default();
    println!("{what:<58} {:>7.1} ns", best.as_secs_f64() * 1e9 / f64::from(ROUNDS));
}

fn step(heap: &mut Heap, held: &mut Held) {
    if heap.needs_step() {
        // SAFETY: everything used afterwards is held, or created afterwards.
        unsafe { heap.step(held) };
    }
}

fn main() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    let table = heap.new_table(1000, 0, 0);
    held.0.push(table.into());
    let names: Vec<_> = (0..40).map(|name| heap.text(format!("name{name}").as_bytes())).collect();
    held.0.extend(names.iter().map(|&name| Value::from(name)));
    let record = heap.new_table(0, 4, 0);
    let wide = heap.new_table(0, 40, 0);
    let dictionary = heap.new_table(0, 100, 0);
    held.0.extend([record, wide, dictionary].map(Value::from));
    for (index, &name) in names.iter().enumerate() {
        if index < 4 {
            heap.set_field(record, name, Value::TRUE);
        }
        heap.set_field(wide, name, Value::TRUE);
        heap.set_field(dictionary, name, Value::TRUE);
    }
    let number = |round: u32| Value::number(f64::from(round % 1000 + 1));
    let store = |heap: &mut Heap, table: Gc<Table>, key: Value, value: Value| {
        heap.set(table, key, value).expect("it is a key");
    };

    measure("set, an element of the array part", |round| store(&mut heap, table, number(round), Value::TRUE));
    measure("get, an element of the array part", |round| {
        black_box(table.get(black_box(number(round))));
    });
    measure("get, one of 4 names by shape", |round| {
        black_box(black_box(record).get_text(names[round as usize % 4]));
    });
    measure("get, one of 40 names by shape", |round| {
        black_box(black_box(wide).get_text(names[round as usize % 40]));
    });
    measure("get, one of 40 names in the hash part", |round| {
        black_box(black_box(dictionary).get_text(names[round as usize % 40]));
    });
    measure("get, a name that fills the cache", |round| {
        let cache = FieldCache::default();
        black_box(black_box(record).get_cached(names[round as usize % 4], &cache));
    });
    measure("set, one of 4 names by shape", |round| {
        heap.set_field(record, names[round as usize % 4], Value::FALSE);
    });
    measure("set, one of 40 names in the hash part", |round| {
        heap.set_field(dictionary, names[round as usize % 40], Value::FALSE);
    });
    measure("set, any of 1000 fractions", |round| {
        store(&mut heap, dictionary, Value::number(f64::from(round % 1000) + 0.5), Value::TRUE);
    });
    measure("length of 1000 elements", |_| {
        black_box(black_box(table).length());
    });
    measure("next, from an element of the array part", |round| {
        black_box(table.next(black_box(number(round)))).expect("it is there");
    });
    measure("an existing text of 8 bytes", |round| {
        let bytes = [b'a' + (round % 16) as u8; 8];
        black_box(heap.text(&bytes));
    });
    println!("with the collector:");
    measure("a new table {}", |_| {
        step(&mut heap, &mut held);
        black_box(heap.new_table(0, 0, 0));
    });
    measure("a new table { a, b }", |_| {
        step(&mut heap, &mut held);
        let table = heap.new_table(2, 0, 0);
        heap.set_index(table, 1, Value::TRUE);
        heap.set_index(table, 2, Value::TRUE);
    });
    measure("a new table { x = a, y = b }", |_| {
        step(&mut heap, &mut held);
        let table = heap.new_table(0, 2, 0);
        heap.set_field(table, names[0], Value::TRUE);
        heap.set_field(table, names[1], Value::TRUE);
    });
    let (field, add) = (FieldCache::default(), AddCache::default());
    measure("a new table, and a name that fills the cache", |_| {
        step(&mut heap, &mut held);
        let table = heap.new_table(0, 0, 0);
        heap.set_cached(table, names[0], Value::TRUE, &field, &add);
    });
    measure("a new text of 12 bytes", |round| {
        step(&mut heap, &mut held);
        let [a, b, c, d] = round.to_le_bytes();
        black_box(heap.text(&[a, 0, 0, b, 0, 0, c, 0, 0, d, 0, 0]));
    });
    measure("an element of a growing array", |round| {
        step(&mut heap, &mut held);
        if round == 0 {
            let table = heap.new_table(0, 0, 0);
            held.0[0] = table.into();
        }
        if let Some(table) = held.0[0].to_table() {
            heap.set_index(table, round + 1, Value::TRUE);
        }
    });
    println!("{:.0} KiB at the end", heap.count());
}
