//! Limits, allocations that the system refuses, and blocks that are freed.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null_mut;

use mimeo::{Account, OutOfMemory};
use mimeo_doc_ops::objects::objects::{Items, List, Object, Value};
use mimeo_doc_ops::objects::{Heap, Text, pair, text};
use mimeo_heap::Gc;

use crate::world::{ROUNDS, Random, STEPS, World};

/// The system's allocator, which can refuse, and counts bytes.
struct Allocator;

thread_local! {
    /// How many allocations succeed. The next ones are refused.
    static ALLOWED: Cell<usize> = const { Cell::new(usize::MAX) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
    static REFUSED: Cell<usize> = const { Cell::new(0) };
}

impl Allocator {
    /// Returns whether an allocation of so many bytes may happen, and counts it.
    fn admits(bytes: usize) -> bool {
        let allowed = ALLOWED.get();
        if allowed == 0 {
            REFUSED.set(REFUSED.get() + 1);
            return false;
        }
        if allowed < usize::MAX {
            ALLOWED.set(allowed - 1);
        }
        BYTES.set(BYTES.get().wrapping_add(bytes));
        true
    }
}

// SAFETY: it passes everything on to the system's allocator, or returns null.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        if Allocator::admits(layout.size()) { unsafe { System.alloc(layout) } } else { null_mut() }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.set(BYTES.get().wrapping_sub(layout.size()));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !Allocator::admits(size.wrapping_sub(layout.size())) {
            return null_mut();
        }
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Runs something while so many allocations succeed.
fn with<T>(allowed: usize, run: impl FnOnce() -> T) -> T {
    ALLOWED.set(allowed);
    let result = run();
    ALLOWED.set(usize::MAX);
    result
}

fn list(heap: &mut Heap, items: &[Value]) -> Result<Gc<List>, OutOfMemory> {
    let items = heap.vector(items)?.into();
    heap.add(List { object: Object::default(), items })
}

/// Every way to allocate.
fn allocate_all(heap: &mut Heap) -> Result<(), OutOfMemory> {
    heap.add(pair(Value::int(1), Value::int(2)))?;
    let list = list(heap, &[Value::int(1)])?;
    for item in 0..10 {
        heap.push(list, |list| &mut list.items, Value::int(item))?;
    }
    for _ in 0..2 {
        for name in ["a", "b", "c"] {
            heap.intern(name.as_bytes(), || text(name))?;
        }
    }
    heap.add(List { object: Object::default(), items: Items::default() })?;
    Ok(())
}

/// Frees all objects.
fn collect_all(heap: &mut Heap) {
    // SAFETY: (1): no object is used afterwards.
    unsafe { heap.collect(|_| {}) };
}

#[test]
fn refused_allocations_are_errors_and_leave_nothing_behind() {
    let before = BYTES.get();
    let mut failures = 0;
    for allowed in 0.. {
        let mut heap = Heap::default();
        // `text` boxes its text, which the system does not refuse if it is empty.
        let result = with(allowed, || {
            let list = list(&mut heap, &[Value::int(1)])?;
            for item in 0..10 {
                heap.push(list, |list| &mut list.items, Value::int(item))?;
            }
            heap.intern(b"", || text(""))?;
            heap.add(pair(list.value(), list.value()))
        });
        failures += usize::from(result.is_err());
        collect_all(&mut heap);
        let left = heap.used();
        drop(heap);
        assert_eq!(BYTES.get(), before, "{allowed} allocations");
        if result.is_ok() {
            // The table of interned objects is left.
            assert_eq!(left, 16 * 16);
            break;
        }
    }
    // The list's items and the list, three growths, the table, the text, and the pair.
    assert_eq!(failures, 8);
}

#[test]
fn a_limit_is_an_error_and_leaves_nothing_behind() {
    let before = BYTES.get();
    let account = Account::new(None);
    let mut heap = Heap::default();
    heap.attach(&account).expect("there are no objects");
    allocate_all(&mut heap).expect("there is no limit");
    let needed = heap.used();
    assert_eq!(account.used(), needed);
    drop(heap);
    for limit in (0..needed).step_by(if cfg!(miri) { 50 } else { 1 }) {
        let account = Account::new(Some(limit));
        let mut heap = Heap::default();
        heap.attach(&account).expect("there are no objects");
        assert_eq!(allocate_all(&mut heap), Err(OutOfMemory), "{limit} bytes of {needed}");
        assert_eq!(account.used(), heap.used());
        collect_all(&mut heap);
        assert_eq!(account.used(), heap.used());
        drop(heap);
        assert_eq!(account.used(), 0);
    }
    drop(account);
    assert_eq!(BYTES.get(), before);
}

#[test]
fn what_an_object_owns_is_charged() {
    let account = Account::new(None);
    let mut heap = Heap::default();
    heap.attach(&account).expect("there are no objects");
    let long = "long".repeat(100);
    heap.add(text(&long).expect("there is memory")).expect("there is no limit");
    assert_eq!(account.used(), size_of::<Text>() + 400);
    let list = list(&mut heap, &[Value::int(1); 100]).expect("there is no limit");
    assert_eq!(account.used(), size_of::<Text>() + 400 + size_of::<List>() + 800);
    account.set_limit(Some(account.used() + 799));
    // Twice the items do not fit.
    assert_eq!(heap.push(list, |list| &mut list.items, Value::int(1)), Err(OutOfMemory));
    assert_eq!(heap[list].items.len(), 100);
    assert!(heap.vector(&[0u8; 800]).is_err());
    assert!(heap.vector(&[0u8; 799]).is_ok());
}

#[test]
fn a_collection_needs_no_memory() {
    let before = BYTES.get();
    for seed in 0..if cfg!(miri) { 1 } else { 20 } {
        let (mut random, mut world) = (Random::new(seed + 100), World::default());
        for round in 0..ROUNDS {
            world.run(&mut random, STEPS).expect("there is no limit");
            let refused = REFUSED.get();
            world.collect(|begins| ALLOWED.set(if begins { round } else { usize::MAX }));
            assert!(round > 0 || REFUSED.get() > refused, "the list of grey objects needs memory");
        }
    }
    assert_eq!(BYTES.get(), before, "every block is freed");
}
