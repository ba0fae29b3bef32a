//! Times how long a module of 1 MB takes from its bytes to the result of its first call, in mimeo-wasm, wasmi and wasmtime.
//!
//! `cargo run --release --bin start [-- ROUNDS]`. The engines take turns; each figure is the median of the rounds, in
//! elapsed time, since wasmtime compiles in several threads.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Returns a module of about 1 MB: 5,000 functions with loops, branches and memory, of which the export `run` calls one.
fn module() -> Result<Vec<u8>> {
    let mut text = "(module (memory 1)".to_owned();
    for index in 0..5_000 {
        write!(text, "(func $f{index} (param i32) (result i32) (local i32 i64 f64) (local.set 1 (i32.const {index}))")?;
        text += "(block (loop (br_if 1 (i32.eqz (local.get 0)))";
        for step in 0..12 {
            let constant = (index * 31 + step * 7) % 1000;
            write!(text, "(i32.store offset={constant} (i32.and (local.get 1) (i32.const 1023)) (local.get 0))")?;
            write!(text, "(local.set 1 (i32.add (local.get 1) (i32.mul (local.get 0) (i32.const {constant}))))")?;
            text += "(local.set 2 (i64.add (local.get 2) (i64.extend_i32_u (local.get 1))))";
        }
        text += "(local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br 0))) (local.get 1))";
    }
    text += "(func (export \"run\") (param i32) (result i32) (call $f17 (local.get 0))))";
    Ok(wat::parse_str(&text)?)
}

fn mimeo_wasm(bytes: &[u8]) -> Result<i32> {
    let engine = wasm::Engine::new(wasm::Config::default());
    let module = wasm::Module::new(&engine, bytes)?;
    let mut store = wasm::Store::new(&engine, ());
    let instance = wasm::Linker::new().instantiate(&mut store, &module)?;
    Ok(instance.get_typed_func::<i32, i32>(&store, "run")?.call(&mut store, 3)?)
}

fn wasmi(bytes: &[u8]) -> Result<i32> {
    let engine = wasmi::Engine::default();
    let module = wasmi::Module::new(&engine, bytes)?;
    let mut store = wasmi::Store::new(&engine, ());
    let instance = wasmi::Linker::new(&engine).instantiate_and_start(&mut store, &module)?;
    Ok(instance.get_typed_func::<i32, i32>(&store, "run")?.call(&mut store, 3)?)
}

fn wasmtime(bytes: &[u8], strategy: wasmtime::Strategy) -> Result<i32> {
    let mut config = wasmtime::Config::new();
    config.strategy(strategy);
    let engine = wasmtime::Engine::new(&config)?;
    let module = wasmtime::Module::new(&engine, bytes)?;
    let mut store = wasmtime::Store::new(&engine, ());
    let instance = wasmtime::Linker::new(&engine).instantiate(&mut store, &module)?;
    Ok(instance.get_typed_func::<i32, i32>(&mut store, "run")?.call(&mut store, 3)?)
}

/// An engine: from the bytes of a module to the result of its function.
type Start = fn(&[u8]) -> Result<i32>;

const ENGINES: [(&str, Start); 4] = [
    ("mimeo-wasm", mimeo_wasm),
    ("wasmi", wasmi),
    ("wasmtime, Winch", |bytes| wasmtime(bytes, wasmtime::Strategy::Winch)),
    ("wasmtime, Cranelift", |bytes| wasmtime(bytes, wasmtime::Strategy::Cranelift)),
];

fn main() -> Result<()> {
    let rounds: usize = std::env::args().nth(1).map_or(Ok(5), |rounds| rounds.parse())?;
    let bytes = module()?;
    println!("{} bytes", bytes.len());
    let mut times = [const { Vec::new() }; ENGINES.len()];
    let mut results = Vec::new();
    for _ in 0..rounds {
        for ((_, start), times) in ENGINES.iter().zip(&mut times) {
            let begin = Instant::now();
            results.push(start(&bytes)?);
            times.push(begin.elapsed().as_secs_f64());
        }
    }
    if results.iter().any(|result| *result != results[0]) {
        return Err("the engines disagree".into());
    }
    for ((name, _), mut times) in ENGINES.into_iter().zip(times) {
        times.sort_by(f64::total_cmp);
        println!("{name:<20}{:>10.1} ms", times[times.len() / 2] * 1e3);
    }
    Ok(())
}
