//! The heap and the account of a machine: what is charged, refused and released.

use mimeo::{Account, MemoryKind, OutOfMemory};

use super::{Held, number, set};
use crate::heap::Heap;

/// The bytes that the heap leaves to others below the limit.
const HEADROOM: usize = 16 << 10;
/// The bytes that the heap charges in advance.
const ADVANCE: usize = 64 << 10;

fn attached(limit: Option<usize>) -> (Heap, Account) {
    let account = Account::new(None);
    let mut heap = Heap::default();
    heap.attach(&account).expect("there is no limit");
    account.set_limit(limit);
    (heap, account)
}

#[test]
fn objects_are_charged_in_advance_and_released_after_a_cycle() {
    let (mut heap, account) = attached(None);
    let mut held = Held::default();
    heap.new_table(0, 0, 0);
    held.collect(&mut heap);
    heap.settle(false).expect("there is no limit");
    let before = account.used_by(MemoryKind::Heap);
    assert!(before > ADVANCE && before < ADVANCE + 8192);
    let keeper = heap.new_table(1000, 0, 0);
    held.hold(keeper);
    for index in 1..=1000 {
        let table = heap.new_table(10, 0, 0);
        set(&mut heap, keeper, number(f64::from(index)), table.into());
    }
    assert!(heap.needs_attention() && account.used_by(MemoryKind::Heap) == before, "more than the advance is in use");
    heap.settle(false).expect("there is no limit");
    assert!(account.used_by(MemoryKind::Heap) > before + 1000 * (48 + 80));
    held.values.clear();
    held.collect(&mut heap);
    heap.settle(true).expect("there is no limit");
    assert_eq!(account.used_by(MemoryKind::Heap), before);
    drop(heap);
    assert_eq!(account.used(), 0);
}

#[test]
fn the_advance_becomes_smaller_where_the_limit_is_near() {
    let (mut heap, account) = attached(None);
    heap.stop();
    let text = [b'x'; 100];
    account.set_limit(Some(account.used() + HEADROOM + 10_000));
    let mut made = 0;
    while heap.settle(false).is_ok() {
        while !heap.needs_attention() {
            heap.text(&text);
            made += text.len();
        }
        assert!(account.used() <= account.limit().expect("it was set"));
    }
    // Each text takes 24 bytes more.
    assert!(made > ADVANCE * 100 / 124, "the advance is used up after {made} bytes");
    assert!(account.available() >= HEADROOM && account.available() < HEADROOM + 8192);
    // After a cycle, so little would not be worth the next one.
    assert_eq!(heap.settle(true), Err(OutOfMemory));
}

#[test]
fn claims_are_refused_without_a_change() {
    let (mut heap, account) = attached(None);
    account.set_limit(Some(account.used() + 1_000_000));
    let before = account.used();
    assert_eq!(heap.claim(2_000_000), Err(OutOfMemory));
    assert_eq!(heap.claim(usize::MAX), Err(OutOfMemory));
    assert_eq!(account.used(), before);
    heap.claim(900_000).expect("the limit allows it");
    let used = account.used();
    heap.text_of(&mut vec![b'x'; 900_000]);
    assert_eq!(account.used(), used, "it was charged before");
    assert_eq!(heap.claim(900_000), Err(OutOfMemory));
    assert!(heap.claim(100).is_ok());
}

#[test]
fn appending_is_refused_only_if_it_needs_memory() {
    let (mut heap, account) = attached(None);
    let text = heap.text(&[b'x'; 100_000]);
    let text = heap.append(text, b"y", &|| true).expect("there is no limit");
    let text = heap.append(text, b"y", &|| true).expect("there is no limit");
    heap.settle(false).expect("there is no limit");
    account.set_limit(Some(account.used()));
    // The buffer has room for twice the length.
    let text = heap.append(text, &[b'z'; 90_000], &|| true).expect("there is room");
    assert_eq!(heap.append(text, &[b'z'; 90_000], &|| true), None);
    account.set_limit(None);
    let text = heap.append(text, &[b'z'; 90_000], &|| true).expect("there is no limit");
    assert_eq!(text.len, 280_002);
}

#[test]
fn the_bounds_of_what_a_store_allocates_are_right() {
    let mut heap = Heap::default();
    let mut random = 1_u32;
    for case in 0..200 {
        let table = heap.new_table(0, 0, 0);
        for index in 1..=400_u32 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = match case % 4 {
                0 => f64::from(index),
                1 => f64::from(index) + 0.5,
                2 => f64::from(random >> 24),
                _ => f64::from(random >> 16) * if random & 256 == 0 { 1.0 } else { 0.5 },
            };
            let (growth, before) = (table.growth(number(key)), table.size());
            set(&mut heap, table, number(key), number(1.0));
            // What is allocated replaces parts of at most the same size.
            assert!(table.size() <= before + growth + 64, "{case}, {index}: {before} {growth} {}", table.size());
        }
    }
}
