//! Handles and references are refused by other stores than their own.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wasm::{
    Bounds, Engine, Extern, ExternRef, Func, Global, Instance, Memory, MemoryType, Module, Store, Table, TableType,
    Val, ValType,
};

const MODULE: &str = r#"(module (func (export "f") (param externref)) (memory (export "m") 1))"#;

/// Checks that a use of a handle panics because the handle is of another store.
fn must_panic<T>(what: &str, run: impl FnOnce() -> T) {
    let panic = catch_unwind(AssertUnwindSafe(run)).err().unwrap_or_else(|| panic!("{what} accepts it"));
    let message = panic.downcast_ref::<String>().expect("it is a message");
    assert!(message.contains("of another store"), "{what}: {message}");
}

#[test]
fn handles_of_another_store_panic() {
    let engine = Engine::default();
    let (mut own, mut other) = (Store::new(&engine, ()), Store::new(&engine, ()));
    let module = Module::new(&engine, MODULE).expect("it is valid");
    let instance = Instance::new(&mut own, &module, &[]).expect("it needs nothing");
    let Some(Extern::Func(function)) = instance.get_export(&own, "f") else { panic!("it is exported") };
    let Some(Extern::Memory(memory)) = instance.get_export(&own, "m") else { panic!("it is exported") };
    let bounds = Bounds { min: 1, max: None };
    let table = TableType { element: ValType::FuncRef, bounds };
    let table = Table::new(&mut own, table, Val::FuncRef(Some(function))).expect("it fits");
    let global = Global::new(&mut own, Val::I32(1), true);
    let reference = ExternRef::new(&mut own, 7);

    must_panic("Func::ty", || function.ty(&other));
    must_panic("Func::typed", || function.typed::<(), ()>(&other));
    must_panic("Func::call", || function.call(&mut other, &[Val::ExternRef(None)]));
    must_panic("Memory::data", || memory.data(&other).len());
    must_panic("Memory::data_mut", || memory.data_mut(&mut other).len());
    must_panic("Memory::size", || memory.size(&other));
    must_panic("Memory::grow", || memory.grow(&mut other, 1));
    must_panic("Table::size", || table.size(&other));
    must_panic("Table::get", || table.get(&other, 0));
    must_panic("Global::get", || global.get(&other));
    must_panic("Global::set", || global.set(&mut other, Val::I32(1)));
    must_panic("Instance::get_export", || instance.get_export(&other, "f"));
    must_panic("Instance::exports", || instance.exports(&other));
    must_panic("Instance::get_typed_func", || instance.get_typed_func::<(), ()>(&other, "f"));
    must_panic("Extern::ty", || Extern::Memory(memory).ty(&other));
    let importing = Module::new(&engine, r#"(module (memory (import "" "") 1))"#).expect("it is valid");
    must_panic("Instance::new", || Instance::new(&mut other, &importing, &[Extern::Memory(memory)]));

    // References are values.
    let bounds = TableType { element: ValType::FuncRef, bounds };
    must_panic("Table::new", || Table::new(&mut other, bounds, Val::FuncRef(Some(function))));
    must_panic("Global::new", || Global::new(&mut other, Val::ExternRef(Some(reference)), true));
    let theirs = Instance::new(&mut other, &module, &[]).expect("it needs nothing");
    let function = theirs.get_typed_func::<Option<ExternRef>, ()>(&other, "f").expect("it is exported");
    must_panic("TypedFunc::call", || function.call(&mut other, Some(reference)));
    assert!(function.call(&mut other, None).is_ok(), "the store can still be used");

    let memory = Memory::new(&mut own, MemoryType { bounds: Bounds { min: 1, max: Some(1) } }).expect("it fits");
    assert!(memory.grow(&mut own, 1).is_err(), "it may not be larger");
    assert_eq!(
        Func::wrap(&mut own, |_, value: i32| Ok(value + 1))
            .and_then(|f| f.call(&mut own, &[Val::I32(1)]))
            .expect("it returns"),
        [Val::I32(2)]
    );
}
