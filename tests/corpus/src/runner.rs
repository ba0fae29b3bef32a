//! Programs and modes → the differences from the expected behaviour, found by one thread per processor.

use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::thread;

use crate::{Behaviour, Program};

/// Enough native stack for the deepest nesting of runs: without optimisation each run takes 50 KiB.
const STACK_BYTES: usize = 64 << 20;

/// The results of some runs.
#[derive(Debug)]
pub struct Checked<T> {
    /// One sentence for each run that panicked or behaved differently than expected.
    pub wrong: Vec<String>,
    /// Further results of the runs that did not panic, in order.
    pub outcomes: Vec<T>,
}

impl<T> Checked<T> {
    /// Returns the further results of the runs.
    ///
    /// # Panics
    ///
    /// If a run was wrong.
    pub fn unwrap(self) -> Vec<T> {
        assert!(self.wrong.is_empty(), "\n{}", self.wrong.join("\n"));
        self.outcomes
    }
}

/// Runs programs, each in a mode, and compares their behaviour with the expected one.
pub fn check<'a, M: Display + Sync, T: Send>(
    runs: impl IntoIterator<Item = (&'a Program, M)>,
    run: impl Fn(&Program, &M) -> (Behaviour, T) + Sync,
) -> Checked<T> {
    let runs: Vec<_> = runs.into_iter().collect();
    let results = for_each(&runs, |(program, mode)| run(program, mode));
    let mut checked = Checked { wrong: Vec::new(), outcomes: Vec::new() };
    for ((program, mode), result) in runs.iter().zip(results) {
        let difference = match result {
            Ok((found, outcome)) => {
                checked.outcomes.push(outcome);
                found.difference(&program.expected)
            }
            Err(panic) => Some(format!("panicked: {panic}")),
        };
        checked.wrong.extend(difference.map(|difference| format!("{}, {mode}: {difference}", program.name)));
    }
    checked
}

/// Calls `work` with each item, in several threads. Returns the results or panic messages, in the order of the items.
pub fn for_each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<Result<R, String>> {
    let next = Mutex::new(items.iter().enumerate());
    let done = Mutex::new(Vec::new());
    let take = || next.lock().expect("no thread panics with it").next();
    let turn = || {
        while let Some((index, item)) = take() {
            let result = catch_unwind(AssertUnwindSafe(|| work(item))).map_err(|payload| panic_text(&*payload));
            done.lock().expect("no thread panics with it").push((index, result));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, turn).expect("a thread starts");
        }
    });
    let mut done = done.into_inner().expect("no thread panics with it");
    done.sort_by_key(|&(index, _)| index);
    done.into_iter().map(|(_, result)| result).collect()
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}

/// Calls `work` in a thread with a large native stack.
pub fn with_stack<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        thread.expect("a thread starts").join().unwrap_or_else(|payload| resume_unwind(payload))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::CALC;

    #[test]
    fn each_wrong_run_is_named() {
        let programs = CALC.programs(4);
        let runs = programs[..4].iter().zip(["right", "wrong", "right", "panic"]);
        let checked = check(runs, |program, &mode| {
            assert_ne!(mode, "panic", "on purpose");
            let mut found = program.expected.clone();
            if mode == "wrong" {
                found.output.push(b'x');
            }
            (found, program.name.clone())
        });
        let names: Vec<_> = programs[..3].iter().map(|program| program.name.clone()).collect();
        assert_eq!(checked.outcomes, names);
        let [wrong, panicked] = &checked.wrong[..] else { panic!("{:?}", checked.wrong) };
        assert!(wrong.starts_with(&format!("{}, wrong: line ", programs[1].name)), "{wrong}");
        assert!(panicked.starts_with(&format!("{}, panic: panicked: ", programs[3].name)), "{panicked}");
        assert!(panicked.contains("on purpose"));
    }
}
