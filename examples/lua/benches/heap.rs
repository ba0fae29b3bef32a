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

const ITERATIONS: u32 = 1_000_000;

/// Prints the fastest of five runs.
fn measure(what: &str, mut run: impl FnMut(u32)) {
    let best = (0..5)
        .map(|_| {
            let start = Instant::now();
            for iteration in 0..ITERATIONS {
                run(iteration);
            }
            start.elapsed()
        })
        .min()
        .unwrap_or_default();
    println!("{what:<58} {:>7.1} ns", best.as_secs_f64() * 1e9 / f64::from(ITERATIONS));
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
    let number = |iteration: u32| Value::number(f64::from(iteration % 1000 + 1));
    let store = |heap: &mut Heap, table: Gc<Table>, key: Value, value: Value| {
        heap.set(table, key, value).expect("it is a key");
    };

    measure("set, an element of the array part", |iteration| store(&mut heap, table, number(iteration), Value::TRUE));
    measure("get, an element of the array part", |iteration| {
        black_box(table.get(black_box(number(iteration))));
    });
    measure("get, one of 4 names by shape", |iteration| {
        black_box(black_box(record).get_text(names[iteration as usize % 4]));
    });
    measure("get, one of 40 names by shape", |iteration| {
        black_box(black_box(wide).get_text(names[iteration as usize % 40]));
    });
    measure("get, one of 40 names in the hash part", |iteration| {
        black_box(black_box(dictionary).get_text(names[iteration as usize % 40]));
    });
    measure("get, a name that fills the cache", |iteration| {
        let cache = FieldCache::default();
        black_box(black_box(record).get_cached(names[iteration as usize % 4], &cache));
    });
    measure("set, one of 4 names by shape", |iteration| {
        heap.set_field(record, names[iteration as usize % 4], Value::FALSE);
    });
    measure("set, one of 40 names in the hash part", |iteration| {
        heap.set_field(dictionary, names[iteration as usize % 40], Value::FALSE);
    });
    measure("set, any of 1000 fractions", |iteration| {
        store(&mut heap, dictionary, Value::number(f64::from(iteration % 1000) + 0.5), Value::TRUE);
    });
    measure("length of 1000 elements", |_| {
        black_box(black_box(table).length());
    });
    measure("next, from an element of the array part", |iteration| {
        black_box(table.next(black_box(number(iteration)))).expect("it exists");
    });
    measure("an existing text of 8 bytes", |iteration| {
        let bytes = [b'a' + (iteration % 16) as u8; 8];
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
    measure("a new text of 12 bytes", |iteration| {
        step(&mut heap, &mut held);
        let [a, b, c, d] = iteration.to_le_bytes();
        black_box(heap.text(&[a, 0, 0, b, 0, 0, c, 0, 0, d, 0, 0]));
    });
    measure("an element of a growing array", |iteration| {
        step(&mut heap, &mut held);
        if iteration == 0 {
            let table = heap.new_table(0, 0, 0);
            held.0[0] = table.into();
        }
        if let Some(table) = held.0[0].to_table() {
            heap.set_index(table, iteration + 1, Value::TRUE);
        }
    });
    println!("{:.0} KiB at the end", heap.count());
}
