//! `cargo bench`: the costs of compiling, entering and leaving native code, and its speed.
//!
//! Ratios compare medians of interleaved runs, so that a change in the machine's speed affects both sides. A table
//! is one format string for its head and one for its rows, which is less than a crate for tables needs.

use std::io;
use std::time::{Duration, Instant};

use calc::ops::ops::Program;
use calc::{Options, Session};
use mimeo::jit::{Gaps, Jit, JitConfig, Mode};

const FIB: &str = "
fn fib(n) { if n < 2 { return n; } return fib(n - 1) + fib(n - 2); }
let result = fib(32);
";

const LOOP: &str = "
fn count(n) { let i = 0; let sum = 0; while i < n { sum = sum + i; i = i + 1; } return sum; }
let result = count(100000000);
";

const GAP: &str = "
fn mix(n) {
    let i = 0; let a = 1; let b = 2; let c = 3;
    while i < n {
        a = a * 5 % 1000003;
        b = b + a * 3 - c;
        b = -b;
        c = (c + b + i) % 65521;
        if a < c { a = a + c % 7; } else { a = a - c % 5; }
        b = b % 1000 + a - i;
        if b < c { c = c - i + a; }
        a = a + b - c + i + 1;
        c = c + a - b * 2;
        a = a % 1009 + b % 1000;
        i = i + 1;
    }
    return a + b + c;
}
let result = mix(1000000);
";

/// Programs of the corpus that run long enough to be measured.
const CORPUS: [&str; 4] = ["primes", "queens", "takeuchi", "mandelbrot"];

fn main() {
    compile_cost();
    transitions();
    gap_in_a_loop();
    programs();
}

fn compile(text: &str) -> Program {
    calc::compile(text).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn session(program: &Program, jit: Option<JitConfig>) -> Session {
    let session = Session::new(program, Options { jit, ..Options::default() }, Box::new(io::sink()));
    if let Some(reason) = session.jit().and_then(Jit::unavailable) {
        eprintln!("no native code on this machine: {reason}");
        std::process::exit(1);
    }
    session
}

/// Measures one run, without compiling the text.
fn time(program: &Program, jit: Option<JitConfig>) -> Duration {
    let mut session = session(program, jit);
    let start = Instant::now();
    session.run().unwrap_or_else(|error| panic!("{error:?}"));
    start.elapsed()
}

fn mode(mode: Mode) -> JitConfig {
    JitConfig::new(mode)
}

/// Returns the median of each column of interleaved runs.
fn medians<const N: usize>(iterations: usize, mut run: impl FnMut() -> [f64; N]) -> [f64; N] {
    let rows: Vec<[f64; N]> = (0..iterations).map(|_| run()).collect();
    std::array::from_fn(|column| {
        let mut values: Vec<f64> = rows.iter().map(|row| row[column]).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    })
}

/// Returns the text of functions with about `ops` ops each, in a typical mix.
fn functions_with_ops(functions: usize, ops: usize) -> String {
    // Each repetition has 23 ops.
    let part = "if a < b { a = a + b * 2; } else { b = f0(b, a - 1); } g = g + a % 7; ";
    let body = part.repeat(ops.div_ceil(23));
    (0..functions).map(|index| format!("fn f{index}(a, b) {{ {body} return a; }}\n")).collect::<String>() + "let g = 0;"
}

fn compile_cost() {
    println!("compile cost, ns per op (median)");
    println!("{:>10} {:>8} {:>8} {:>8} {:>8} {:>14}", "ops", "plan", "copy", "seal", "all", "us a function");
    for (functions, ops, iterations) in [(100, 100, 51), (20, 1_000, 51), (4, 10_000, 51)] {
        let program = compile(&functions_with_ops(functions, ops));
        let mut ops_each = 0;
        let [plan, copy, seal, all] = medians(iterations, || {
            let mut session = session(&program, Some(mode(Mode::On)));
            session.with_native_code(|_, _| {});
            let stats = session.jit().expect("there is a native tier").stats();
            ops_each = stats.ops / functions as u64;
            let per_op = |ns: u64| ns as f64 / stats.ops as f64;
            let compile = stats.compile;
            [compile.plan_ns, compile.emit_ns, compile.seal_ns, compile.total_ns()].map(per_op)
        });
        let all_us = all * ops_each as f64 / 1e3;
        println!("{ops_each:>10} {plan:>8.1} {copy:>8.1} {seal:>8.1} {all:>8.1} {all_us:>14.1}");
    }
}

/// Measures the cost of changing tiers.
fn transitions() {
    const ITERATIONS: u32 = 1_000_000;
    let empty = compile("");
    let negate = compile("fn f() { let i = 0; let x = 1; while i < 1000000 { x = -x; i = i + 1; } } f();");
    let gap = mode(Mode::On).with_gaps(Gaps::at(["negate"]));
    let calls = |jit| {
        let mut session = session(&empty, jit);
        let start = Instant::now();
        for _ in 0..ITERATIONS {
            session.run().unwrap_or_else(|error| panic!("{error:?}"));
        }
        start.elapsed()
    };
    let [native, interpreted, with_gap, without_gap] = medians(9, || {
        let runs = [
            calls(Some(mode(Mode::On))),
            calls(None),
            time(&negate, Some(gap.clone())),
            time(&negate, Some(mode(Mode::On))),
        ];
        runs.map(|time| time.as_nanos() as f64 / f64::from(ITERATIONS))
    });
    println!("\nchanging tiers, ns (median)");
    println!("{:>48} {:>8.1}", "the host calls an interpreted function", interpreted);
    println!("{:>48} {:>8.1}", "the host calls a native function", native);
    println!("{:>48} {:>8.1}", "side exit, one op interpreted, re-entry", with_gap - without_gap);
}

/// Measures a loop with one op that has no stencil: native code resumes after it, or at the next call of the function.
fn gap_in_a_loop() {
    let program = compile(GAP);
    let gap = mode(Mode::On).with_gaps(Gaps::at(["negate"]));
    let to_exit = mode(Mode::On).with_gaps(Gaps::at(["negate"]).without_reentry());
    let [off, to_exit, reenter, native] = medians(9, || {
        [None, Some(to_exit.clone()), Some(gap.clone()), Some(mode(Mode::On))]
            .map(|jit| time(&program, jit).as_secs_f64() * 1e3)
    });
    println!("\na loop of about 90 ops, one of them without a stencil, ms (median)");
    println!("{:>48} {off:>8.1}", "interpreted");
    println!("{:>48} {to_exit:>8.1}", "native until that op, then interpreted to the end");
    println!("{:>48} {reenter:>8.1} {:>7.2}x faster", "native again after that op", to_exit / reenter);
    println!("{:>48} {native:>8.1}", "with a stencil for it");
}

fn programs() {
    println!("\nprograms, ms (median of 5)");
    println!("{:>14} {:>10} {:>10} {:>8}", "", "off", "on", "ratio");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/calc/programs");
    let corpus = CORPUS.map(|name| {
        let text = std::fs::read_to_string(format!("{folder}/{name}.calc")).expect("the corpus exists");
        (name, text)
    });
    let named = [("fib(32)", FIB.to_owned()), ("loop of 10^8", LOOP.to_owned())];
    for (name, text) in named.into_iter().chain(corpus) {
        let program = compile(&text);
        let [off, on] = medians(5, || {
            [time(&program, None), time(&program, Some(mode(Mode::On)))].map(|time| time.as_secs_f64() * 1e3)
        });
        println!("{name:>14} {off:>10.2} {on:>10.2} {:>7.2}x", off / on);
    }
}
