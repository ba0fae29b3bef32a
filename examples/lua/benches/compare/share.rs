//! A program → [`Share`]: how many of its ops run in native code, and why native code is left.
//!
//! The program runs twice in this process, in machines that count interpreted ops: all ops without native code, and
//! with `--jit=auto` those outside of native code. Counting does not change the decisions of the tier.

use std::fs;
use std::io;
use std::thread;

use lua::{Lua, Options, Value};
use mimeo::def::frame::Exit;
use mimeo::jit::{JitConfig, Stats};

use crate::program::Program;

/// Size of the native stack in bytes, the same as in the command.
const STACK: usize = 64 << 20;

/// The tiers in which the ops of a program ran.
#[derive(Debug)]
pub struct Share {
    /// Number of ops that the program executes.
    pub executed: u64,
    /// Number of those that the interpreter ran although native code was available.
    pub interpreted: u64,
    /// Interpreted ops for which native code was left one at a time, the most frequent first.
    pub side_exits: Vec<(&'static str, u64)>,
    /// How often native code was left, by reason.
    pub exits: Vec<(&'static str, u64)>,
    /// Functions that could not be compiled, with the reason.
    pub blocked: Vec<(String, String)>,
}

impl Share {
    /// Returns the percentage of executed ops that ran in native code, rounded down to thousandths: 100 % means all.
    pub fn native_percent(&self) -> f64 {
        let native = u128::from(self.executed.saturating_sub(self.interpreted));
        (native * 100_000 / u128::from(self.executed.max(1))) as f64 / 1000.0
    }

    fn new(executed: u64, interpreted: u64, stats: Stats) -> Share {
        let gaps = stats.gaps.iter().filter(|gap| gap.side_exits > 0);
        let exits = Exit::ALL.map(|exit| (exit.name(), stats.switches.left_by(exit)));
        let blocked = stats.functions.first_blocked.into_iter();
        Share {
            executed,
            interpreted,
            side_exits: gaps.map(|gap| (gap.op, gap.side_exits)).collect(),
            exits: exits.into_iter().filter(|(_, count)| *count > 0).collect(),
            blocked: blocked.map(|blocked| (blocked.function, blocked.sentence)).collect(),
        }
    }
}

/// Counts the ops of a program.
pub fn count(program: &Program, argument: Option<&str>) -> Result<Share, String> {
    let source = fs::read(&program.path).map_err(|error| error.to_string())?;
    let (executed, _) = run(program, &source, argument, None)?;
    let (interpreted, stats) = run(program, &source, argument, Some(JitConfig::default()))?;
    Ok(Share::new(executed, interpreted, stats.unwrap_or_default()))
}

/// Returns the number of interpreted ops, and the statistics of the native tier.
fn run(
    program: &Program,
    source: &[u8],
    argument: Option<&str>,
    jit: Option<JitConfig>,
) -> Result<(u64, Option<Stats>), String> {
    let run = || {
        let mut lua = Lua::new(Options { jit, stdout: Box::new(io::sink()), ..Options::default() });
        // SAFETY: no values are passed to the machine.
        unsafe { lua.machine() }.count_interpreted_ops();
        let arguments: Vec<Value> = argument.into_iter().map(Value::from).collect();
        let chunk = lua.load(source, format!("@{}", program.file())).map_err(|failure| failure.to_string())?;
        lua.call(&chunk, &arguments).map_err(|failure| failure.to_string())?;
        let stats = lua.jit().map(|jit| jit.stats());
        // SAFETY: no values are passed to the machine.
        Ok((unsafe { lua.machine() }.interpreted_ops(), stats))
    };
    thread::scope(|scope| {
        let thread =
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).map_err(|error| error.to_string())?;
        thread.join().unwrap_or_else(|_| Err("panicked".to_owned()))
    })
}
