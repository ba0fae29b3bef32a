//! Programs × engines → [`Results`]: what each run took, and who does not print what the others do.

use std::io::{self, Read as _};
use std::process::Stdio;
use std::thread;

use wait4::Wait4 as _;

use crate::engine::Engine;
use crate::options::Options;
use crate::program::{self, Program};
use crate::results::{Results, Row};
use crate::share;

/// How a run ended.
struct Run {
    /// User and system time, start-up included.
    cpu_ms: f64,
    output: String,
}

/// Measures all programs. The engines take turns, so that a machine that changes its speed changes it for all.
pub fn measure(programs: Vec<Program>, engines: Vec<&'static Engine>, options: &Options) -> Results {
    let mut results = Results { engines, rows: Vec::new(), errors: Vec::new(), rounds: options.rounds() };
    for program in programs {
        eprintln!("{}", program.name);
        let argument = options.is_quick.then_some(&*program.check);
        let mut runs_ms = vec![Vec::new(); results.engines.len()];
        let mut expected = options.is_quick.then(|| ("its file", program.checked_output.clone()));
        let mut failed = vec![false; results.engines.len()];
        for _ in 0..options.rounds() {
            for (index, engine) in results.engines.iter().enumerate() {
                if failed[index] {
                    continue;
                }
                let error = match run(engine, &program, argument) {
                    Ok(run) => {
                        runs_ms[index].push(run.cpu_ms);
                        let (who, expected) = expected.get_or_insert_with(|| (engine.label, run.output.clone()));
                        (*expected != run.output).then(|| format!("does not print what {who} says"))
                    }
                    Err(error) => Some(error),
                };
                if let Some(error) = error {
                    results.errors.push(format!("{} under {}: {error}", program.name, engine.label));
                    failed[index] = true;
                    runs_ms[index].clear();
                }
            }
        }
        let share = if options.counts_ops {
            share::count(&program, argument)
                .map_err(|error| results.errors.push(format!("{}, counting ops: {error}", program.name)))
                .ok()
        } else {
            None
        };
        results.rows.push(Row { program: program.name, runs_ms, share });
    }
    results
}

/// Runs a program once.
fn run(engine: &Engine, program: &Program, argument: Option<&str>) -> Result<Run, String> {
    let failed = |error: io::Error| error.to_string();
    let mut command = engine.command(&program::folder(), &program.file(), argument);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let mut stderr = child.stderr.take().expect("it is a pipe");
    let errors = thread::spawn(move || {
        let mut errors = Vec::new();
        stderr.read_to_end(&mut errors).map(|_| errors)
    });
    let mut output = Vec::new();
    child.stdout.take().expect("it is a pipe").read_to_end(&mut output).map_err(failed)?;
    let errors = errors.join().expect("reading does not panic").map_err(failed)?;
    let used = child.wait4().map_err(failed)?;
    if !used.status.success() {
        let errors = String::from_utf8_lossy(&errors);
        return Err(format!("{}: {}", used.status, errors.lines().next().unwrap_or("no message")));
    }
    let cpu = used.rusage.utime + used.rusage.stime;
    Ok(Run { cpu_ms: cpu.as_secs_f64() * 1e3, output: String::from_utf8_lossy(&output).into_owned() })
}
