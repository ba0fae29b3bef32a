//! Runs the benchmarks in mimeo-wasm, wasmi and wasmtime, and prints a table of times relative to wasmi.
//!
//! `cargo run --release --bin speed [-- ROUNDS [PROGRAM…]]`. The engines take turns; each figure is the median of the rounds, in the
//! time of the thread, without compilation, which runs before the first call.

use cpu_time::ThreadTime;
use mimeo::jit::{JitConfig, Mode};
use mimeo_wasm_peers::{Result, Runner, mimeo_wasm, older_wasmi, wasmi, wasmtime};
use wasmtime::Strategy;

/// The programs, and the sizes of their problems.
const PROGRAMS: [(&str, &[u8], i32); 10] = [
    ("crc32", include_bytes!("../../../benchmarks/crc32.wasm"), 60),
    ("fannkuch", include_bytes!("../../../benchmarks/fannkuch.wasm"), 8),
    ("fib", include_bytes!("../../../benchmarks/fib.wasm"), 30),
    ("mandelbrot", include_bytes!("../../../benchmarks/mandelbrot.wasm"), 250),
    ("matrix", include_bytes!("../../../benchmarks/matrix.wasm"), 10),
    ("nbody", include_bytes!("../../../benchmarks/nbody.wasm"), 50_000),
    ("sha256", include_bytes!("../../../benchmarks/sha256.wasm"), 30),
    ("sieve", include_bytes!("../../../benchmarks/sieve.wasm"), 5),
    ("sort", include_bytes!("../../../benchmarks/sort.wasm"), 10),
    ("vm", include_bytes!("../../../benchmarks/vm.wasm"), 4_000),
];

const ENGINES: [&str; 7] = ["interpreted", "native", "optimized", "wasmi", "wasmi 0.51", "winch", "cranelift"];
/// The index of wasmi.
const REFERENCE: usize = 3;

fn engines(bytes: &[u8]) -> Result<[Runner; ENGINES.len()]> {
    let optimized = JitConfig::new(Mode::Auto).optimized_by(mimeo::optimize::open);
    Ok([
        mimeo_wasm(bytes, JitConfig::new(Mode::Off))?,
        mimeo_wasm(bytes, JitConfig::new(Mode::Auto))?,
        mimeo_wasm(bytes, optimized)?,
        wasmi(bytes)?,
        older_wasmi(bytes)?,
        wasmtime(bytes, Strategy::Winch)?,
        wasmtime(bytes, Strategy::Cranelift)?,
    ])
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let rounds: usize = arguments.next().map_or(Ok(5), |rounds| rounds.parse())?;
    let wanted: Vec<String> = arguments.collect();
    println!("{:<12}{}", "", ENGINES.map(|name| format!("{name:>20}")).concat());
    let mut logarithms = [0.0; ENGINES.len()];
    let programs = PROGRAMS.iter().filter(|(name, ..)| wanted.is_empty() || wanted.iter().any(|other| other == name));
    let mut count = 0;
    for &(name, bytes, size) in programs {
        let mut runners = engines(bytes)?;
        let mut times = [const { Vec::new() }; ENGINES.len()];
        let mut expected = None;
        for round in 0..=rounds {
            for (runner, times) in runners.iter_mut().zip(&mut times) {
                let start = ThreadTime::now();
                let result = runner(size)?;
                let seconds = start.elapsed().as_secs_f64();
                if *expected.get_or_insert(result) != result {
                    return Err(format!("{name}: the engines disagree").into());
                }
                // The first round compiles.
                if round > 0 {
                    times.push(seconds);
                }
            }
        }
        let medians = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        });
        let cells = medians.map(|seconds| format!("{:>12.1} ms {:>4.2}", seconds * 1e3, medians[REFERENCE] / seconds));
        println!("{name:<12}{}", cells.concat());
        for (sum, seconds) in logarithms.iter_mut().zip(medians) {
            *sum += (medians[REFERENCE] / seconds).ln();
        }
        count += 1;
    }
    let means = logarithms.map(|sum: f64| format!("{:>20.2}", (sum / f64::from(count)).exp()));
    println!("{:<12}{}", "mean", means.concat());
    Ok(())
}
