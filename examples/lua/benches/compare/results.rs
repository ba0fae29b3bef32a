//! [`Results`]: the times of runs → medians, ratios and means, and their JSON.

use serde_json::{Map, Value, json};

use crate::engine::{BASELINE, Engine};
use crate::share::Share;

/// The results of a measurement.
#[derive(Debug)]
pub struct Results {
    pub engines: Vec<&'static Engine>,
    pub rows: Vec<Row>,
    /// Failed programs, with the engine and the error.
    pub errors: Vec<String>,
    pub rounds: usize,
}

/// The results of one program.
#[derive(Debug)]
pub struct Row {
    pub program: String,
    /// Times of the runs by engine; empty for a failed one.
    pub runs_ms: Vec<Vec<f64>>,
    pub share: Option<Share>,
}

/// Native code that is slower than the interpreter by more than this factor is reported.
const TOLERANCE: f64 = 1.05;

impl Row {
    /// Returns the median of an engine's runs.
    pub fn median_ms(&self, engine: usize) -> Option<f64> {
        let mut runs = self.runs_ms[engine].clone();
        runs.sort_by(f64::total_cmp);
        let middle = runs.len() / 2;
        match runs.len() {
            0 => None,
            len if len % 2 == 1 => Some(runs[middle]),
            _ => Some((runs[middle - 1] + runs[middle]) / 2.0),
        }
    }

    /// Returns how many times as fast one engine is as another.
    pub fn speed(&self, engine: usize, than: usize) -> Option<f64> {
        Some(self.median_ms(than)? / self.median_ms(engine)?.max(f64::MIN_POSITIVE))
    }
}

impl Results {
    /// Returns the engine with this name, if it was measured.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.engines.iter().position(|engine| engine.name == name)
    }

    /// Returns the engine that the others are compared with: Lua 5.1, or else the first one.
    pub fn baseline(&self) -> usize {
        self.find(BASELINE).unwrap_or(0)
    }

    /// Returns how many times as fast an engine is as the baseline: the geometric mean over the programs that both ran.
    pub fn mean_speed(&self, engine: usize) -> Option<f64> {
        let speeds: Vec<f64> = self.rows.iter().filter_map(|row| row.speed(engine, self.baseline())).collect();
        let logs: f64 = speeds.iter().map(|speed| speed.ln()).sum();
        (!speeds.is_empty()).then(|| (logs / speeds.len() as f64).exp())
    }

    /// Returns the modes with native code that are slower than the interpreter, and by which factor.
    pub fn slower_with_native_code(&self, row: &Row) -> Vec<(&'static str, f64)> {
        let Some(off) = self.find("off") else { return Vec::new() };
        let modes =
            ["on", "auto", "optimized"].into_iter().filter_map(|mode| Some((mode, row.speed(off, self.find(mode)?)?)));
        modes.filter(|(_, times)| *times > TOLERANCE).collect()
    }

    /// Returns all numbers as JSON.
    pub fn json(&self) -> Value {
        let by_engine = |value: &dyn Fn(usize) -> Value| {
            let values = self.engines.iter().enumerate().map(|(index, engine)| (engine.name.to_owned(), value(index)));
            Value::Object(values.collect::<Map<_, _>>())
        };
        let programs = self.rows.iter().map(|row| {
            json!({
                "program": row.program,
                "median_ms": by_engine(&|engine| json!(row.median_ms(engine))),
                "runs_ms": by_engine(&|engine| json!(row.runs_ms[engine])),
                "ops": row.share.as_ref().map(|share| json!({
                    "executed": share.executed,
                    "interpreted": share.interpreted,
                    "side_exits": object(&share.side_exits),
                    "exits": object(&share.exits),
                    "blocked": share.blocked.iter().map(|(function, _)| function).collect::<Vec<_>>(),
                })),
            })
        });
        json!({
            "unit": "user and system time of the process",
            "rounds": self.rounds,
            "baseline": self.engines.get(self.baseline()).map(|engine| engine.name),
            "mean_speed": by_engine(&|engine| json!(self.mean_speed(engine))),
            "programs": programs.collect::<Vec<_>>(),
            "errors": self.errors,
        })
    }
}

fn object(counts: &[(&'static str, u64)]) -> Value {
    Value::Object(counts.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect())
}
