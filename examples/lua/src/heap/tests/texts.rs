//! Texts: interned or not, their hashes, and what becomes of them.

use super::{Held, text};
use crate::heap::{Gc, Heap};
use crate::ops::ops::Value;

#[test]
fn short_texts_with_the_same_bytes_are_one() {
    let mut heap = Heap::default();
    for len in [0, 1, 7, 8, 9, 40] {
        let bytes = vec![b'x'; len];
        let (one, other) = (heap.text(&bytes), heap.text(&bytes));
        assert_eq!(one, other);
        assert_eq!(one.bytes(), bytes);
        assert_ne!(one.hash(), 0);
    }
    assert_ne!(heap.text(b"a\0"), heap.text(b"a"));
    assert_ne!(heap.text(b"a\0").hash(), heap.text(b"a").hash());
}

#[test]
fn long_texts_are_equal_by_their_bytes() {
    let mut heap = Heap::default();
    let (one, other, third) = (heap.text(&[b'x'; 41]), heap.text(&[b'x'; 41]), heap.text(&[b'y'; 41]));
    assert_ne!(one, other);
    assert_eq!((one.hash, other.hash), (0, 0), "nobody has asked");
    assert!(one.is_same(other) && Value::from(one).is_same(other.into()));
    assert!(!one.is_same(third));
    assert_eq!(one.hash(), other.hash());
}

#[test]
fn texts_go_and_their_table_shrinks() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    let kept = text(&mut heap, "kept");
    held.hold(kept);
    for i in 0..5000 {
        text(&mut heap, &format!("number {i}"));
    }
    let grown = heap.texts.buckets.len();
    assert!(heap.texts.len > 5000 && grown >= 4096);
    for _ in 0..8 {
        held.collect(&mut heap);
    }
    assert!(heap.texts.len < 100 && heap.texts.buckets.len() < grown);
    assert_eq!(text(&mut heap, "kept"), kept);
}

#[test]
fn a_dead_text_that_is_wanted_again_lives() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    heap.set_step_multiplier(100);
    for round in 0..200 {
        // Whatever the sweep does just then: the text is found, or made anew.
        let lost = heap.text(format!("text {}", round % 7).as_bytes());
        assert_eq!(lost.bytes(), format!("text {}", round % 7).as_bytes());
        held.values = vec![lost.into()];
        held.step(&mut heap, 1);
        let again: Gc<_> = heap.text(format!("text {}", round % 7).as_bytes());
        assert_eq!(Value::from(again), held.values[0]);
        held.values.clear();
        held.step(&mut heap, 0);
    }
}
