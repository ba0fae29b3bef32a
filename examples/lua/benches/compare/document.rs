//! [`Results`] → the page `docs/lua-benchmarks.md`, with the plot beside it.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::thread::available_parallelism;

use crate::plot;
use crate::results::Results;
use crate::table;

/// The machine, and its load at the start and at the end.
pub struct Surroundings {
    processor: String,
    cores: usize,
    loads: [String; 2],
}

impl Surroundings {
    /// Records the machine and its load before the measurement.
    pub fn look() -> Surroundings {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let processor = model.map_or(std::env::consts::ARCH, |(_, model)| model).trim().to_owned();
        Surroundings {
            processor,
            cores: available_parallelism().map_or(1, usize::from),
            loads: [load(), String::new()],
        }
    }

    /// Records the load after the measurement.
    pub fn look_again(&mut self) {
        self.loads[1] = load();
    }
}

/// Returns the average load of the last minute.
fn load() -> String {
    let loads = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    loads.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}

/// Writes both files.
pub fn write(results: &Results, surroundings: &Surroundings) -> io::Result<()> {
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    fs::write(docs.join("lua-benchmarks.svg"), plot::render(results))?;
    fs::write(docs.join("lua-benchmarks.md"), render(results, surroundings))
}

fn render(results: &Results, surroundings: &Surroundings) -> String {
    let Surroundings { processor, cores, loads: [before, after] } = surroundings;
    let (rounds, tables) = (results.rounds, table::render(results));
    // The measurement itself is one process.
    let is_busy = before.parse::<f64>().is_ok_and(|load| load > 1.5);
    let others = if is_busy {
        "**others used the machine at the same time**, so small differences say nothing"
    } else {
        "alone"
    };
    format!(
        "\
# How fast mimeo-lua is

This page is written by `cargo bench -p mimeo-lua --bench compare -- --write-docs`; what is measured, and how to read
it, is in [the benchmarks' folder](../examples/lua/benchmarks/README.md).

Measured on a machine with {cores} cores ({processor}), {others}. Medians of {rounds} rounds of user and system time.
Load average before: {before}, after: {after}.

![Bars by program and engine](lua-benchmarks.svg)

{tables}"
    )
}
