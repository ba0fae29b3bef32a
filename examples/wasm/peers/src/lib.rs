//! The bytes of a module → a [`Runner`] of each engine, for the benchmarks.

use std::error::Error;

use mimeo::jit::JitConfig;

/// A result whose errors are only shown.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// An engine with a program, ready to run: its function `run`.
pub type Runner = Box<dyn FnMut(i32) -> Result<i64>>;

/// mimeo-wasm, with these settings of its native tier.
pub fn mimeo_wasm(bytes: &[u8], jit: JitConfig) -> Result<Runner> {
    let engine = wasm::Engine::new(wasm::Config::default().with_jit(jit));
    let module = wasm::Module::new(&engine, bytes)?;
    let mut store = wasm::Store::new(&engine, ());
    let instance = wasm::Linker::new().instantiate(&mut store, &module)?;
    let run = instance.get_typed_func::<i32, i64>(&store, "run")?;
    Ok(Box::new(move |n| Ok(run.call(&mut store, n)?)))
}

/// The newest wasmi.
pub fn wasmi(bytes: &[u8]) -> Result<Runner> {
    let engine = wasmi::Engine::default();
    let module = wasmi::Module::new(&engine, bytes)?;
    let mut store = wasmi::Store::new(&engine, ());
    let instance = wasmi::Linker::new(&engine).instantiate_and_start(&mut store, &module)?;
    let run = instance.get_typed_func::<i32, i64>(&store, "run")?;
    Ok(Box::new(move |n| Ok(run.call(&mut store, n)?)))
}

/// wasmi 0.51.
pub fn older_wasmi(bytes: &[u8]) -> Result<Runner> {
    let engine = wasmi_0_51::Engine::default();
    let module = wasmi_0_51::Module::new(&engine, bytes)?;
    let mut store = wasmi_0_51::Store::new(&engine, ());
    let instance = wasmi_0_51::Linker::new(&engine).instantiate_and_start(&mut store, &module)?;
    let run = instance.get_typed_func::<i32, i64>(&store, "run")?;
    Ok(Box::new(move |n| Ok(run.call(&mut store, n)?)))
}

/// wasmtime, with this compiler.
pub fn wasmtime(bytes: &[u8], strategy: wasmtime::Strategy) -> Result<Runner> {
    let mut config = wasmtime::Config::new();
    config.strategy(strategy);
    let engine = wasmtime::Engine::new(&config)?;
    let module = wasmtime::Module::new(&engine, bytes)?;
    let mut store = wasmtime::Store::new(&engine, ());
    let instance = wasmtime::Linker::new(&engine).instantiate(&mut store, &module)?;
    let run = instance.get_typed_func::<i32, i64>(&mut store, "run")?;
    Ok(Box::new(move |n| Ok(run.call(&mut store, n)?)))
}
