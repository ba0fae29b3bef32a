//! Texts: interning, hashes, and sharing.

use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Held, text};
use crate::heap::{Gc, Heap};
use crate::ops::ops::{Text, Value};

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
    assert_eq!((one.hash, other.hash), (0, 0), "no hash was requested");
    assert!(one.is_same(other) && Value::from(one).is_same(other.into()));
    assert!(!one.is_same(third));
    assert_eq!(one.hash(), other.hash());
}

#[test]
fn unreachable_texts_are_freed_and_their_table_shrinks() {
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
fn a_text_of_one_byte_is_made_anew_after_it_was_freed() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    let kept = text(&mut heap, "k");
    held.hold(kept);
    let lost = heap.text(b"x");
    assert_eq!(heap.text(b"x"), lost);
    held.collect(&mut heap);
    let before = heap.texts.len;
    assert_eq!(text(&mut heap, "k"), kept);
    assert_eq!(heap.texts.len, before);
    assert_eq!(heap.text(b"x").bytes(), b"x");
    assert_eq!(heap.texts.len, before + 1, "the first one is gone");
}

#[test]
fn a_dead_text_is_revived_by_interning() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    heap.set_step_multiplier(100);
    for iteration in 0..200 {
        // Whatever the sweep is doing: the text is found, or created anew.
        let lost = heap.text(format!("text {}", iteration % 7).as_bytes());
        assert_eq!(lost.bytes(), format!("text {}", iteration % 7).as_bytes());
        held.values = vec![lost.into()];
        held.step(&mut heap, 1);
        let again: Gc<_> = heap.text(format!("text {}", iteration % 7).as_bytes());
        assert_eq!(Value::from(again), held.values[0]);
        held.values.clear();
        held.step(&mut heap, 0);
    }
}

/// Appends to a text.
fn append(heap: &mut Heap, text: Gc<Text>, more: &[u8]) -> Gc<Text> {
    heap.append(text, more, &|| true).expect("there is memory")
}

/// Returns a text of 256 bytes that was appended to twice: its buffer has room.
fn with_room(heap: &mut Heap) -> Gc<Text> {
    let long = heap.text(&[b'.'; 254]);
    let long = append(heap, long, b"1");
    let copied = append(heap, long, b"2");
    let again = append(heap, copied, b"3");
    assert_ne!(copied.bytes().as_ptr(), again.bytes().as_ptr());
    append(heap, again, b"4")
}

#[test]
fn appended_texts_share_their_bytes() {
    let mut heap = Heap::default();
    let first = with_room(&mut heap);
    let (second, third) = (append(&mut heap, first, b"56"), append(&mut heap, first, b""));
    assert_eq!(first.bytes(), [&[b'.'; 254][..], b"1234"].concat());
    assert_eq!(second.bytes(), [&[b'.'; 254][..], b"123456"].concat());
    assert_eq!(first.bytes().as_ptr(), second.bytes().as_ptr());
    assert_eq!(third, first);
    // They behave like all other texts.
    let plain = heap.text(second.bytes());
    assert!(plain.is_same(second) && !plain.is_same(first));
    assert_eq!(plain.hash(), second.hash());
}

#[test]
fn only_the_longest_text_in_a_buffer_grows_there() {
    let mut heap = Heap::default();
    let stem = with_room(&mut heap);
    let (one, other) = (append(&mut heap, stem, b"one"), append(&mut heap, stem, b"other"));
    assert_eq!(one.bytes().as_ptr(), stem.bytes().as_ptr());
    assert_ne!(other.bytes().as_ptr(), stem.bytes().as_ptr());
    let (one, other) = (append(&mut heap, one, b"!"), append(&mut heap, other, b"?"));
    assert!(one.bytes().ends_with(b"4one!") && other.bytes().ends_with(b"4other?") && stem.bytes().ends_with(b"34"));
}

#[test]
fn building_a_text_takes_memory_in_proportion_to_its_length() {
    const ROUNDS: usize = 200_000;
    const TEXT: usize = 40;
    let mut heap = Heap::default();
    let mut held = Held::default();
    let mut built = heap.text(b"");
    // Nothing is collected: the total at the end is all that was ever allocated.
    for _ in 0..ROUNDS {
        built = append(&mut heap, built, b"x");
    }
    assert_eq!(built.bytes(), vec![b'x'; ROUNDS]);
    let made = heap.accounts.live;
    assert!(made < ROUNDS * TEXT + 5 * ROUNDS + (1 << 18), "{made} bytes for {ROUNDS} texts");
    held.hold(built);
    held.collect(&mut heap);
    let kept = heap.accounts.live;
    assert!(kept < 2 * ROUNDS + (1 << 14), "{kept} bytes for a text of {ROUNDS}");
    held.values.clear();
    held.collect(&mut heap);
    assert!(heap.accounts.live < 1 << 14, "{} bytes are left", heap.accounts.live);
}

#[test]
fn a_short_beginning_of_a_long_text_keeps_no_more_than_twice_its_length() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    held.collect(&mut heap);
    let before = heap.accounts.live;
    let mut built = heap.text(&[b'x'; 255]);
    let mut wanted = built;
    while built.len < 1 << 20 {
        built = append(&mut heap, built, b"x");
        if built.len == 5000 {
            wanted = built;
        }
    }
    held.hold(wanted);
    held.collect(&mut heap);
    let kept = heap.accounts.live - before;
    assert!((5000..10_200).contains(&kept), "{kept} bytes for a text of 5000");
    assert_eq!(wanted.bytes(), [b'x'; 5000]);
}

#[test]
fn large_vectors_become_texts_without_a_copy() {
    let mut heap = Heap::default();
    let (mut few, mut many) = (vec![b'x'; 100], vec![b'y'; 100_000]);
    let address = many.as_ptr();
    let (short, long) = (heap.text_of(&mut few), heap.text_of(&mut many));
    assert_eq!((few.len(), many.len()), (100, 0));
    assert_eq!(short.bytes(), few);
    assert_eq!((long.bytes(), long.bytes().as_ptr()), (&[b'y'; 100_000][..], address));
}

#[test]
fn random_appends_give_the_expected_texts() {
    let mut heap = Heap::default();
    let mut held = Held::default();
    let mut models: Vec<Vec<u8>> = Vec::new();
    let mut random = 0x1234_5678_9abc_def1_u64;
    let mut below = |limit: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % limit as u64) as usize
    };
    for iteration in 0..6000 {
        match below(10) {
            0 | 1 => {
                let bytes = vec![b'a' + (iteration % 26) as u8; below(400)];
                held.hold(heap.text(&bytes));
                models.push(bytes);
            }
            2 if !models.is_empty() => {
                let index = below(models.len());
                held.values.swap_remove(index);
                models.swap_remove(index);
            }
            _ if !models.is_empty() => {
                let index = below(models.len().min(20));
                let more = vec![b'A' + (iteration % 26) as u8; below(40)];
                let old = held.values[index].to_text().expect("all are texts");
                let new = append(&mut heap, old, &more);
                let model = [&models[index][..], &more].concat();
                // Keeps the old one, or only the new one.
                if below(3) == 0 {
                    held.hold(new);
                    models.push(model);
                } else {
                    held.values[index] = new.into();
                    models[index] = model;
                }
            }
            _ => {}
        }
        held.step(&mut heap, below(4) as u32);
        if iteration % 100 == 0 {
            for (value, model) in held.values.iter().zip(&models) {
                assert_eq!(value.to_text().expect("all are texts").bytes(), model);
            }
        }
    }
    assert!(models.iter().filter(|model| model.len() > 1000).count() > 10, "some have grown");
}

#[test]
fn texts_that_are_too_long_panic() {
    let mut heap = Heap::default();
    // The bytes are never touched, so they take no memory.
    let mut bytes = vec![0; Text::MAX_LEN + 1];
    assert!(catch_unwind(AssertUnwindSafe(|| heap.text(&bytes).len)).is_err());
    let one = heap.text(b"a");
    assert!(catch_unwind(AssertUnwindSafe(|| heap.append(one, &bytes[1..], &|| true).is_some())).is_err());
    // This heap has taken over the bytes and lost them, which its drop would notice.
    let mut heap = ManuallyDrop::new(Heap::default());
    assert!(catch_unwind(AssertUnwindSafe(|| heap.text_of(&mut bytes).len)).is_err());
}
