//! Programs × engines → [`Results`]: the times of all runs, and errors where outputs differ.

use std::io::{self, Read as _};
use std::process::Stdio;
use std::thread;

use wait4::Wait4 as _;

use crate::engine::Engine;
use crate::options::Options;
use crate::program::{self, Program};
use crate::results::{Results, Row};
use crate::share;

/// The result of a run.
struct Run {
    /// User and system time in milliseconds, including start-up.
    cpu_ms: f64,
    output: String,
}

/// Measures all programs. The engines take turns, so that a change of the machine's speed affects all of them.
pub fn measure(programs: Vec<Program>, engines: Vec<&'static Engine>, options: &Options) -> Results {
    let mut results = Results { engines, rows: Vec::new(), errors: Vec::new(), rounds: options.rounds() };
    for program in programs {
        eprintln!("{}", program.name);
        let argument = options.is_quick.then_some(&*program.check);
        let mut engines: Vec<Result<Vec<Run>, String>> = results.engines.iter().map(|_| Ok(Vec::new())).collect();
        for _ in 0..options.rounds() {
            for (engine, runs) in results.engines.iter().zip(&mut engines) {
                let Ok(done) = runs else { continue };
                match run(engine, &program, argument) {
                    Ok(run) => done.push(run),
                    Err(error) => *runs = Err(error),
                }
            }
        }
        compare(&mut engines, &results, options.is_quick.then_some(&program));
        let mut runs_ms = Vec::new();
        for (engine, runs) in results.engines.iter().zip(engines) {
            if let Err(error) = &runs {
                results.errors.push(format!("{} under {}: {error}", program.name, engine.label));
            }
            runs_ms.push(runs.into_iter().flatten().map(|run| run.cpu_ms).collect());
        }
        let share = options.counts_ops.then(|| share::count(&program, argument));
        let share = share.transpose().unwrap_or_else(|error| {
            results.errors.push(format!("{}, counting ops: {error}", program.name));
            None
        });
        results.rows.push(Row { program: program.name, runs_ms, share });
    }
    results
}

/// Turns runs into errors if they do not print what the program's file says or, without it, what the first run of the
/// baseline prints.
fn compare(engines: &mut [Result<Vec<Run>, String>], results: &Results, checked: Option<&Program>) {
    let first = |index: usize| Some((index, engines[index].as_ref().ok()?.first()?));
    let reference = first(results.baseline()).or_else(|| (0..engines.len()).find_map(first));
    let (who, expected) = match (checked, reference) {
        (Some(program), _) => ("its file", program.checked_output.clone()),
        (None, Some((index, run))) => (results.engines[index].label, run.output.clone()),
        (None, None) => return,
    };
    for runs in engines {
        if runs.iter().flatten().any(|run| run.output != expected) {
            *runs = Err(format!("does not print the same as {who}"));
        }
    }
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
