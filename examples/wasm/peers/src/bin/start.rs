//! Times how long a module of 2 MB takes from its bytes to the result of its first call, in mimeo-wasm, wasmi and wasmtime.
//!
//! `cargo run --release --bin start [-- ROUNDS]`. The engines take turns; each figure is the median of the rounds, in
//! elapsed time, since wasmtime compiles in several threads.

use std::fmt::Write as _;
use std::time::Instant;

use mimeo::jit::JitConfig;
use mimeo_wasm_peers::{Result, Runner, mimeo_wasm, wasmi, wasmtime};
use wasmtime::Strategy;

/// Returns a module of about 2 MB: 5,000 functions with loops, branches and memory, of which the export `run` calls one.
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
    text += "(func (export \"run\") (param i32) (result i64) (i64.extend_i32_u (call $f17 (local.get 0)))))";
    Ok(wat::parse_str(&text)?)
}

/// An engine: from the bytes of a module to what runs its function.
type Start = fn(&[u8]) -> Result<Runner>;

const ENGINES: [(&str, Start); 4] = [
    ("mimeo-wasm", |bytes| mimeo_wasm(bytes, JitConfig::default())),
    ("wasmi", wasmi),
    ("wasmtime, Winch", |bytes| wasmtime(bytes, Strategy::Winch)),
    ("wasmtime, Cranelift", |bytes| wasmtime(bytes, Strategy::Cranelift)),
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
            results.push(start(&bytes)?(3)?);
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
