//! Limits of the host's: on memory, fuel and depth, and interruption.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use mimeo::{Limits, TrapKind};
use mimeo_corpus::Mode;
use wasm::{Caller, Config, Engine, Error, Func, FuncType, Linker, Module, Store, TrapCode, Val, ValType};

const MODULE: &str = r#"(module
    (memory (export "memory") 1)
    (table 1 externref)
    (func (export "grow_memory") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "grow_table") (param i32) (result i32) (table.grow (ref.null extern) (local.get 0)))
    (global $n (export "n") (mut i64) (i64.const 0))
    (func (export "forever") (loop (global.set $n (i64.add (global.get $n) (i64.const 1))) (br 0)))
    (func $deeper (export "deeper") (global.set $n (i64.add (global.get $n) (i64.const 1))) (call $deeper))
    (func (export "count") (result i64) (global.get $n)))"#;

fn store(config: Config) -> (Store<()>, wasm::Instance) {
    let engine = Engine::new(config);
    let module = Module::new(&engine, MODULE).expect("it is valid");
    let mut store = Store::new(&engine, ());
    let instance = Linker::new().instantiate(&mut store, &module).expect("it needs nothing");
    (store, instance)
}

fn modes() -> Vec<Mode> {
    let mut modes = vec![Mode::off()];
    if cfg!(feature = "jit") {
        modes.extend([Mode::on(), Mode::after(2)]);
        #[cfg(feature = "jit")]
        modes.extend(Mode::optimized());
    }
    modes
}

fn config(mode: &Mode) -> Config {
    Config::default().with_jit(mode.jit.clone().expect("the mode has a native tier"))
}

#[test]
fn memory_and_tables_grow_up_to_the_limit() {
    let limits = Limits::default().with_memory(Some(16 << 20));
    let (mut store, instance) = store(Config::default().with_limits(limits));
    let memory = instance.get_typed_func::<i32, i32>(&store, "grow_memory").expect("it is exported");
    let table = instance.get_typed_func::<i32, i32>(&store, "grow_table").expect("it is exported");
    assert_eq!(memory.call(&mut store, 300).expect("it does not trap"), -1, "300 pages are 19 MB");
    assert_eq!(table.call(&mut store, 3_000_000).expect("it does not trap"), -1, "3 million references are 24 MB");
    assert_eq!(memory.call(&mut store, 100).expect("it does not trap"), 1);
    assert_eq!(table.call(&mut store, 1_000_000).expect("it does not trap"), 1);
    assert_eq!(table.call(&mut store, 1_000_000).expect("it does not trap"), -1, "both count");

    let engine = Engine::new(Config::default().with_limits(limits));
    for large in ["(module (memory 1000))", "(module (table 3000000 funcref))"] {
        let module = Module::new(&engine, large).expect("it is valid");
        let error = Linker::new().instantiate(Store::new(&engine, ()), &module).expect_err("there is no room");
        assert_eq!(error.to_string(), "not enough memory");
    }
}

thread_local! {
    /// The largest number of bytes that the thread can allocate at once.
    static LARGEST: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// The system's allocator, which refuses large blocks.
struct Allocator;

// SAFETY: a refusal is a null pointer, and everything else is the system's.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() > LARGEST.get() {
            return std::ptr::null_mut();
        }
        // SAFETY: what is required of this one is required of the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as in `alloc`.
        unsafe { System.dealloc(block, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

#[test]
fn elements_that_the_system_refuses_are_not_charged() {
    let limits = Limits::default().with_memory(Some(16 << 20));
    let (mut store, instance) = store(Config::default().with_limits(limits));
    let table = instance.get_typed_func::<i32, i32>(&store, "grow_table").expect("it is exported");
    LARGEST.set(4 << 20);
    let refused = table.call(&mut store, 1_000_000);
    LARGEST.set(usize::MAX);
    assert_eq!(refused.expect("it does not trap"), -1);
    assert_eq!(table.call(&mut store, 1_500_000).expect("it does not trap"), 1, "12 of 16 MB are left");
}

#[test]
fn a_function_with_too_many_slots_is_refused() {
    let with_stack = |height| {
        let push = "(call $f) ".repeat(height);
        let drop = "(drop) ".repeat(height);
        let local = "i32 ".repeat(50_000);
        format!("(module (func $f (result i32) (i32.const 1)) (func (local {local}) {push} {drop}))")
    };
    let engine = Engine::default();
    assert!(Module::new(&engine, with_stack(15_535)).is_ok());
    let error = Module::new(&engine, with_stack(15_536)).expect_err("that is 65,536 slots");
    assert!(error.to_string().contains("the function needs too many slots"), "{error}");
}

#[test]
fn functions_of_the_hosts_have_at_most_1000_results() {
    let mut store = Store::new(&Engine::default(), ());
    let ty = |count| FuncType::new([], vec![ValType::I32; count]);
    let call = |count| move |_: Caller<'_, ()>, _: &[Val]| Ok(vec![Val::I32(7); count]);
    let function = Func::new(&mut store, ty(1000), call(1000)).expect("it has not too many");
    assert_eq!(function.call(&mut store, &[]).expect("it returns"), vec![Val::I32(7); 1000]);
    let error = Func::new(&mut store, ty(1001), call(1001)).expect_err("it has too many");
    assert_eq!(error.to_string(), "a function has at most 1000 parameters and results");
}

#[test]
fn fuel_ends_a_loop_at_the_same_iteration_in_every_mode() {
    let counts = modes().into_iter().map(|mode| {
        let (mut store, instance) = store(config(&mode));
        let forever = instance.get_typed_func::<(), ()>(&store, "forever").expect("it is exported");
        store.set_fuel(Some(100_000));
        match forever.call(&mut store, ()) {
            Err(Error::Run(error)) => assert_eq!(error.kind.to_string(), "out of fuel"),
            other => panic!("{mode}: {other:?}"),
        }
        assert_eq!(store.fuel(), Some(0));
        store.set_fuel(None);
        let count = instance.get_typed_func::<(), i64>(&store, "count").expect("it is exported");
        count.call(&mut store, ()).expect("the store can still be used")
    });
    let counts: Vec<i64> = counts.collect();
    assert!(counts.iter().all(|&count| count == counts[0] && count > 90_000), "{counts:?}");
}

#[test]
fn an_interruption_ends_a_loop() {
    for mode in modes() {
        let (mut store, instance) = store(config(&mode));
        let forever = instance.get_typed_func::<(), ()>(&store, "forever").expect("it is exported");
        let control = store.control().clone();
        let interrupting = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            control.interrupt();
        });
        match forever.call(&mut store, ()) {
            Err(Error::Run(error)) => assert!(matches!(error.kind, TrapKind::Interrupted), "{mode}: {error}"),
            other => panic!("{mode}: {other:?}"),
        }
        interrupting.join().expect("it does not panic");
    }
}

#[test]
fn calls_end_at_the_same_depth_in_every_mode() {
    let depths = modes().into_iter().map(|mode| {
        let (mut store, instance) = store(config(&mode).with_limits(Limits::default().with_depth(5_000)));
        let deeper = instance.get_typed_func::<(), ()>(&store, "deeper").expect("it is exported");
        let error = deeper.call(&mut store, ()).expect_err("it has no end");
        assert_eq!(error.trap_code(), Some(TrapCode::StackOverflow), "{mode}");
        let count = instance.get_typed_func::<(), i64>(&store, "count").expect("it is exported");
        count.call(&mut store, ()).expect("the store can still be used")
    });
    let depths: Vec<i64> = depths.collect();
    assert!(depths.iter().all(|&depth| depth == depths[0] && (4_900..=5_000).contains(&depth)), "{depths:?}");
}
