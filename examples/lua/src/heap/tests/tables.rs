//! Tables: the sizes of their parts, keys, lengths, orders, shapes and caches.

use super::{Held, fields, number, set, text};
use crate::heap::{BadKey, Event, Heap, Shape};
use crate::ops::ops::{AddCache, FieldCache, NO_SHAPE, Value};

#[test]
fn a_cleared_table_has_no_fields_and_keeps_its_memory() {
    let mut heap = Heap::default();
    let table = heap.new_table(0, 0, 0);
    let name = text(&mut heap, "name");
    for key in [number(1.0), number(2.0), number(2.5), name, Value::TRUE] {
        set(&mut heap, table, key, Value::TRUE);
    }
    let before = (table.array_len, table.slots_len, heap.count());
    heap.clear(table);
    assert_eq!((fields(table).len(), table.length()), (0, 0));
    assert_eq!((table.array_len, table.slots_len, heap.count()), before);
    set(&mut heap, table, name, Value::FALSE);
    assert_eq!((fields(table).len(), table.get(name)), (1, Value::FALSE));
}

#[test]
fn the_array_part_grows_when_more_than_half_of_it_is_used() {
    let mut heap = Heap::default();
    let table = heap.new_table(0, 0, 0);
    for (count, len) in [(1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (8, 8), (9, 16)] {
        while table.length() < count {
            let next = number((table.length() + 1) as f64);
            set(&mut heap, table, next, Value::TRUE);
        }
        assert_eq!(table.array_len, len, "with {count}");
    }
    assert!(table.hash.is_null());
    let sparse = heap.new_table(0, 0, 0);
    for index in [1, 2, 4, 1000, 2000] {
        set(&mut heap, sparse, number(f64::from(index)), Value::TRUE);
    }
    assert_eq!(sparse.array_len, 4);
    assert_eq!(fields(sparse).len(), 5);
    // In descending order, all keys are in the hash part until they are moved.
    let down = heap.new_table(0, 0, 0);
    for index in (1..=1000).rev() {
        set(&mut heap, down, number(f64::from(index)), number(f64::from(index)));
    }
    assert_eq!(down.length(), 1000);
    assert!(down.array_len >= 512);
    assert!((1..=1000).all(|index| down.get_index(index) == number(f64::from(index))));
}

#[test]
fn new_tables_have_the_requested_sizes() {
    let mut heap = Heap::default();
    let table = heap.new_table(3, 2, 5);
    assert_eq!((table.array_len, table.slots_len), (3, 2));
    assert!(!table.hash.is_null());
    assert!(fields(table).is_empty() && table.length() == 0);
    let many = heap.new_table(0, Shape::MAX_NAMES as u32 + 1, 1);
    assert!(many.is_dictionary());
}

#[test]
fn integers_are_one_key_whatever_part_they_are_in() {
    let mut heap = Heap::default();
    let table = heap.new_table(0, 0, 0);
    for (key, same) in [(1.0, 1.0), (0.0, -0.0), (-0.0, 0.0), (1e15, 1e15), (0.5, 0.5), (-1.0, -1.0), (1e300, 1e300)] {
        set(&mut heap, table, number(key), text_of(key));
        assert_eq!(table.get(number(same)), text_of(key));
    }
    assert_eq!(table.array_len, 1);
    assert_eq!(heap.set(table, Value::NIL, Value::TRUE), Err(BadKey::Nil));
    assert_eq!(heap.set(table, number(f64::NAN), Value::TRUE), Err(BadKey::NaN));
    assert_eq!((table.get(Value::NIL), table.get(number(f64::NAN))), (Value::NIL, Value::NIL));
    assert_eq!(table.next(number(f64::NAN)), Err(BadKey::Unknown));
    // The key that `next` gives for 0 is 0.
    assert!(fields(table).iter().all(|(key, _)| key.0 != (-0.0_f64).to_bits()));
}

/// Returns a different value for each key.
fn text_of(key: f64) -> Value {
    number(key.abs() + 7.0)
}

#[test]
fn long_texts_are_keys_by_their_bytes() {
    let mut heap = Heap::default();
    let table = heap.new_table(0, 0, 0);
    let (one, other) = (text(&mut heap, &"x".repeat(50)), text(&mut heap, &"x".repeat(50)));
    set(&mut heap, table, one, Value::TRUE);
    assert_eq!(table.get(other), Value::TRUE);
    set(&mut heap, table, other, Value::FALSE);
    assert_eq!(fields(table).len(), 1);
    set(&mut heap, table, one, Value::NIL);
    assert_eq!((table.get(one), table.get(other)), (Value::NIL, Value::NIL));
    assert_eq!(table.next(one), Ok(None), "the iteration can continue from a removed key");
}

/// The lengths are what `lua5.1` prints for the same constructors. (LuaJIT makes some array parts longer.)
#[test]
fn the_length_is_the_border_that_lua_finds() {
    let mut heap = Heap::default();
    for (values, length) in [
        (&[1, 1, 1][..], 3),
        (&[1, 0, 1], 3),
        (&[0, 0, 1], 3),
        (&[1, 0, 0], 1),
        (&[1, 1, 0, 1, 0], 2),
        (&[1, 1, 0, 0, 1, 0], 2),
        (&[0, 0], 0),
        (&[], 0),
    ] {
        let table = heap.new_table(values.len() as u32, 0, 0);
        for (at, &value) in values.iter().enumerate().filter(|(_, value)| **value != 0) {
            heap.set_index(table, at as u32 + 1, number(f64::from(value)));
        }
        assert_eq!(table.length(), length, "{values:?}");
    }
    // Beyond the array part.
    let table = heap.new_table(0, 0, 8);
    for index in [2.0, 3.0, 4.0] {
        set(&mut heap, table, number(index), Value::TRUE);
    }
    assert_eq!((table.array_len, table.length()), (0, 0));
    set(&mut heap, table, number(1.0), Value::TRUE);
    assert_eq!(table.length(), 4);
}

#[test]
fn tables_with_the_same_names_in_the_same_order_have_one_shape() {
    let mut heap = Heap::default();
    let [x, y] = ["x", "y"].map(|name| heap.text(name.as_bytes()));
    let tables = [(); 3].map(|()| heap.new_table(0, 0, 0));
    for (table, names) in tables.iter().zip([[x, y], [x, y], [y, x]]) {
        for name in names {
            heap.set_field(*table, name, name.into());
        }
    }
    assert_eq!(tables[0].shape_id, tables[1].shape_id);
    assert_ne!(tables[0].shape_id, tables[2].shape_id);
    assert!(tables.iter().all(|table| table.get_text(x) == x.into() && table.get_text(y) == y.into()));
    let order: Vec<Value> = fields(tables[2]).into_iter().map(|(key, _)| key).collect();
    assert_eq!(order, [y.into(), x.into()]);
}

#[test]
fn a_table_with_many_written_names_keeps_its_shape_for_a_computed_one() {
    let mut heap = Heap::default();
    let globals = heap.new_table(0, 0, 0);
    for count in 0..=Shape::MAX_COMPUTED_NAMES {
        let name = heap.text(format!("name {count}").as_bytes());
        heap.set_field(globals, name, Value::TRUE);
    }
    for count in 0..20 {
        let name = text(&mut heap, &format!("computed {count}"));
        set(&mut heap, globals, name, Value::TRUE);
        assert!(!globals.is_dictionary(), "after {count} more");
    }
}

#[test]
fn many_names_go_to_the_hash_part() {
    let mut heap = Heap::default();
    let written = heap.new_table(0, 0, 0);
    let computed = heap.new_table(0, 0, 0);
    for count in 1..=Shape::MAX_NAMES + 1 {
        let name = heap.text(format!("name {count}").as_bytes());
        heap.set_field(written, name, number(count as f64));
        set(&mut heap, computed, name.into(), number(count as f64));
        assert_eq!(written.is_dictionary(), count > Shape::MAX_NAMES);
        assert_eq!(computed.is_dictionary(), count > Shape::MAX_COMPUTED_NAMES);
    }
    for table in [written, computed] {
        assert_eq!(fields(table).len(), Shape::MAX_NAMES + 1);
        assert_eq!((table.shape_id, table.slots_len), (NO_SHAPE, 0));
        for count in 1..=Shape::MAX_NAMES + 1 {
            let name = heap.text(format!("name {count}").as_bytes());
            assert_eq!(table.get_text(name), number(count as f64));
        }
    }
}

#[test]
fn shapes_are_bounded_and_freed() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    let keeper = heap.new_table(0, 0, 0);
    held.hold(keeper);
    // Every table has another first name, and the shape without names has a limited number of successors.
    for count in 0..1000 {
        let table = heap.new_table(0, 0, 0);
        let name = text(&mut heap, &format!("name {count}"));
        set(&mut heap, table, name, Value::TRUE);
        set(&mut heap, keeper, number(f64::from(count) + 1.0), table.into());
        assert_eq!(table.is_dictionary(), count >= Shape::MAX_NEXT as i32);
    }
    held.collect(&mut heap);
    assert_eq!(heap.shapes.all.len(), Shape::MAX_NEXT + 1);
    assert_eq!(heap.shapes_freed(), 0);
    for count in 0..1000 {
        set(&mut heap, keeper, number(f64::from(count) + 1.0), Value::NIL);
    }
    held.collect(&mut heap);
    assert_eq!((heap.shapes.all.len(), heap.shapes_freed()), (1, 1));
    let table = heap.new_table(0, 0, 0);
    let name = text(&mut heap, "another");
    set(&mut heap, table, name, Value::TRUE);
    assert!(!table.is_dictionary(), "there is room again");
}

#[test]
fn caches_record_lookups() {
    let mut heap = Heap::default();
    let [x, y, index] = ["x", "y", "__index"].map(|name| heap.text(name.as_bytes()));
    let (field, add) = (FieldCache::default(), AddCache::default());
    let [one, other] = [(); 2].map(|()| heap.new_table(0, 0, 0));
    let empty = one.shape_id;
    assert_eq!(one.get_cached(x, &field), Value::NIL);
    assert_eq!(field.shape_id.get(), 0, "nothing was found");
    heap.set_cached(one, x, Value::NIL, &field, &add);
    assert_eq!(one.next(Value::NIL), Ok(None), "nil is not a value, although it has a slot");
    assert_eq!(
        (field.shape_id.get(), add.shape_id.get(), add.next_id.get(), add.slot.get()),
        (0, empty, one.shape_id, 0)
    );
    assert_eq!((add.next.get(), add.shapes_freed.get()), (one.shape, heap.shapes_freed()));
    heap.set_cached(other, x, Value::TRUE, &field, &add);
    heap.set_cached(other, x, Value::FALSE, &field, &add);
    assert_eq!((field.shape_id.get(), field.slot.get()), (one.shape_id, 0));
    heap.set_cached(other, y, Value::FALSE, &field, &add);
    let found = FieldCache::default();
    assert_eq!(other.get_cached(y, &found), Value::FALSE);
    assert_eq!((found.shape_id.get(), found.slot.get()), (other.shape_id, 1));
    // Names of metamethods must not be stored without the heap noticing.
    let before = (field.shape_id.get(), add.shape_id.get());
    heap.set_cached(one, index, Value::TRUE, &field, &add);
    heap.set_cached(one, index, Value::FALSE, &field, &add);
    assert_eq!((field.shape_id.get(), add.shape_id.get()), before);
}

#[test]
fn a_missing_metamethod_is_remembered_until_a_name_is_set() {
    let mut heap = Heap::default();
    let metatable = heap.new_table(0, 0, 0);
    assert_eq!(heap.metamethod(metatable, Event::Index), Value::NIL);
    assert_eq!(metatable.missing, Event::Index.bit());
    let index = heap.event_name(Event::Index);
    heap.set_field(metatable, index, Value::TRUE);
    assert_eq!(heap.metamethod(metatable, Event::Index), Value::TRUE);
    assert_eq!(metatable.missing, 0);
    let bits = Event::ALL.iter().fold(0, |bits, event| bits | event.bit());
    assert_eq!(bits.count_ones() as usize, Event::ALL.len());
}

#[test]
fn a_queue_does_not_grow() {
    let mut heap = Heap::default();
    let table = heap.new_table(0, 0, 0);
    for index in 1..100_000 {
        set(&mut heap, table, number(f64::from(index)), Value::TRUE);
        set(&mut heap, table, number(f64::from(index) - 10.0), Value::NIL);
    }
    assert_eq!(fields(table).len(), 10);
    assert!(table.size() < 4096, "{} bytes for ten fields", table.size());
}
