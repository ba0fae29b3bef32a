//! The collector: weak tables, accounting, steps, options.

use super::{Held, fields, number, set, text};
use crate::heap::{Event, Gc, Heap};
use crate::ops::ops::{Table, Value};

fn weak(heap: &mut Heap, mode: &str) -> Gc<Table> {
    let (table, metatable) = (heap.new_table(0, 0, 0), heap.new_table(0, 0, 0));
    let name = heap.event_name(Event::Mode);
    let mode = text(heap, mode);
    heap.set_field(metatable, name, mode);
    heap.set_metatable(table, Some(metatable));
    table
}

#[test]
fn weak_tables_lose_what_nothing_else_holds() {
    for (mode, left) in [("k", 5), ("v", 5), ("kv", 3), ("", 7)] {
        let mut heap = Heap::default();
        let mut held = Held::default();
        let table = weak(&mut heap, mode);
        let kept = heap.new_table(0, 0, 0);
        held.hold(table);
        held.hold(kept);
        let [name, long] = ["name".to_owned(), "x".repeat(60)].map(|name| text(&mut heap, &name));
        let [lost_key, lost_value, lost_long] = [(); 3].map(|()| heap.new_table(0, 0, 0));
        // Strings count as values.
        set(&mut heap, table, name, long);
        set(&mut heap, table, kept.into(), kept.into());
        set(&mut heap, table, long, name);
        set(&mut heap, table, lost_key.into(), kept.into());
        set(&mut heap, table, lost_long.into(), name);
        set(&mut heap, table, kept.into(), kept.into());
        set(&mut heap, table, number(1.0), lost_value.into());
        let other = text(&mut heap, "other");
        set(&mut heap, table, other, lost_value.into());
        for _ in 0..2 {
            held.collect(&mut heap);
        }
        assert_eq!(fields(table).len(), left, "{mode}");
        assert_eq!(table.get(kept.into()), kept.into());
        assert_eq!(table.get(name).to_text().expect("a text").bytes(), "x".repeat(60).as_bytes());
    }
}

#[test]
fn a_finalised_userdata_leaves_weak_values_at_once_and_weak_keys_later() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    let (keys, values, metatable) = (weak(&mut heap, "k"), weak(&mut heap, "v"), heap.new_table(0, 0, 0));
    for table in [keys, values, metatable] {
        held.hold(table);
    }
    let gc = heap.event_name(Event::Gc);
    heap.set_field(metatable, gc, Value::TRUE);
    let userdata = heap.new_userdata(None);
    heap.set_userdata_metatable(userdata, Some(metatable));
    set(&mut heap, keys, userdata.into(), Value::TRUE);
    set(&mut heap, values, number(1.0), userdata.into());
    held.collect(&mut heap);
    assert_eq!((fields(keys).len(), fields(values).len()), (1, 0));
    assert_eq!(heap.next_finalizer(), Some((userdata, Value::TRUE)));
    held.collect(&mut heap);
    assert_eq!(fields(keys).len(), 0);
}

#[test]
fn the_accounts_match_the_objects() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    // The shape without names and the names of metamethods stay.
    heap.new_table(0, 0, 0);
    held.collect(&mut heap);
    let empty = heap.count();
    let keeper = heap.new_table(0, 0, 0);
    held.hold(keeper);
    for index in 1..=1000 {
        let table = heap.new_table(2, 1, 1);
        set(&mut heap, keeper, number(f64::from(index)), table.into());
        let long = text(&mut heap, &"long".repeat(20));
        set(&mut heap, table, long, number(1.0));
    }
    held.collect(&mut heap);
    assert!(heap.count() > empty + 200.0);
    held.values.clear();
    held.collect(&mut heap);
    assert_eq!(heap.count(), empty, "everything is freed");
}

#[test]
fn steps_are_due_after_allocations_and_complete_cycles() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    let (mut steps, mut cycles, mut most) = (0, 0, 0.0_f64);
    let keeper = heap.new_table(0, 0, 0);
    held.hold(keeper);
    for index in 0..200_000 {
        if heap.needs_step() {
            steps += 1;
            // SAFETY: only what is held is used.
            cycles += u32::from(unsafe { heap.step(&mut held) });
            most = most.max(heap.count());
        }
        let table = heap.new_table(4, 0, 0);
        set(&mut heap, keeper, number(f64::from(index % 1000 + 1)), table.into());
    }
    assert!(cycles > 10 && steps > cycles * 4, "{steps} steps of {cycles} cycles");
    assert!(most < 1000.0, "{most} KiB for 130 KiB that live");
}

#[test]
fn the_options_take_effect() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    assert_eq!((heap.set_pause(300), heap.set_pause(200)), (200, 300));
    assert_eq!((heap.set_step_multiplier(400), heap.set_step_multiplier(200)), (200, 400));
    heap.stop();
    for _ in 0..10_000 {
        heap.new_table(0, 0, 0);
    }
    assert!(!heap.needs_step());
    heap.restart();
    assert!(heap.needs_step());
    assert!(held.step(&mut heap, 100_000), "that is enough for a cycle");
    assert!(heap.count() < 64.0);
    assert!(!heap.needs_step());
    heap.set_eager(1);
    assert!(heap.needs_step());
}

#[test]
fn a_collection_during_a_cycle_frees_all_garbage() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    heap.new_table(0, 0, 0);
    held.collect(&mut heap);
    let empty = heap.count();
    let mut list = heap.new_table(1, 0, 0);
    for _ in 0..1000 {
        let next = heap.new_table(1, 0, 0);
        heap.set_index(next, 1, list.into());
        list = next;
    }
    held.hold(list);
    for steps in 1..20 {
        for _ in 0..steps {
            held.step(&mut heap, 0);
        }
        held.collect(&mut heap);
        assert!(heap.count() > empty + 50.0);
    }
    // The marking has started when the list becomes unreachable.
    held.step(&mut heap, 0);
    held.values.clear();
    held.collect(&mut heap);
    assert_eq!(heap.count(), empty);
}

#[cfg(debug_assertions)]
#[test]
#[should_panic(expected = "no live object at")]
fn a_dangling_value_is_found() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    let lost = heap.new_table(0, 0, 0);
    held.collect(&mut heap);
    // It was freed, but its memory is kept in quarantine.
    held.hold(lost);
    held.collect(&mut heap);
}
