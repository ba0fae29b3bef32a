//! Random programs do the same in every mode, and in LuaJIT if it is installed.
//!
//! `MIMEO_RANDOM_PROGRAMS=n` sets their number, `MIMEO_RANDOM_SEED=n` their seed.

mod choices;
mod expression;
mod statement;
mod thread;
mod writer;

use std::io::Write as _;
use std::process::{Command, Stdio};

use mimeo_corpus::runner::with_stack;
use mimeo_corpus::{Behaviour, Mode};
use proptest::collection::vec;
use proptest::num::u16;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::configuration::Configuration;
use crate::machine::run;

/// Number of programs, unless the environment sets it.
const PROGRAMS: u32 = 100;

fn from_environment(name: &str, default: u32) -> u32 {
    std::env::var(name).map_or(default, |number| number.parse().expect("a number"))
}

fn configurations() -> Vec<Configuration> {
    let interpreted = Configuration::from(Mode::interpreter());
    let interpreted = [interpreted.clone(), interpreted.collecting(37)];
    #[cfg(feature = "jit")]
    let [optimized, _, leaving, inlined, inlined_leaving] = Mode::optimized();
    #[cfg(feature = "jit")]
    let native = [
        optimized.into(),
        leaving.into(),
        inlined.into(),
        inlined_leaving.into(),
        Mode::on().into(),
        Mode::after(2).into(),
        Configuration::from(Mode::on()).collecting(11),
        Mode::deopt_everywhere().into(),
    ];
    #[cfg(not(feature = "jit"))]
    let native = [];
    interpreted.into_iter().chain(native).collect()
}

/// Runs a program in LuaJIT's interpreter: its compiler computes `x ^ 2` differently.
fn run_luajit(source: &str) -> Behaviour {
    let mut command = Command::new("luajit");
    command.args(["-joff", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut luajit = command.spawn().expect("it is installed");
    luajit.stdin.take().expect("it is piped").write_all(source.as_bytes()).expect("it reads the program");
    let output = luajit.wait_with_output().expect("it ends");
    let error = String::from_utf8_lossy(&output.stderr);
    let error = error.strip_prefix("luajit: ").map(|error| {
        let end = error.find("\nstack traceback:").unwrap_or(error.trim_end().len());
        error[..end].to_owned()
    });
    Behaviour { output: output.stdout, error, events: None }
}

/// Removes the names of variables from messages: LuaJIT uses the last name written to a slot, even if that code was not
/// executed.
fn without_names(mut text: String) -> String {
    for kind in ["local", "upvalue", "global", "field", "method"] {
        let start = format!("{kind} '");
        while let Some(at) = text.find(&start) {
            let end = text[at + start.len()..].find('\'').map_or(text.len(), |len| at + start.len() + len + 1);
            text.replace_range(at..end, "something");
        }
    }
    text.replace("something (", "").replace(" value) ", " value ")
}

/// Returns `true` if the two differ only in unspecified details: the sign of a NaN, and the rounding of a tie in the
/// 14th digit.
fn matches_luajit(behaviour: &Behaviour, luajit: &Behaviour) -> bool {
    let is_close = |a: f64, b: f64| a.is_nan() && b.is_nan() || (a - b).abs() <= a.abs() * 1e-13;
    let is_same = |(a, b): (&str, &str)| a == b || matches!((a.parse(), b.parse()), (Ok(a), Ok(b)) if is_close(a, b));
    let words = |behaviour: &Behaviour| {
        let text = format!(
            "{}\n{}",
            String::from_utf8_lossy(&behaviour.output),
            behaviour.error.as_deref().unwrap_or("no error")
        );
        let text = without_names(text);
        let words: Vec<_> = text.split([' ', '\n', '(', ')', ',']).map(str::to_owned).collect();
        words
    };
    let (said, expected) = (words(behaviour), words(luajit));
    said.len() == expected.len() && said.iter().zip(&expected).all(|(a, b)| is_same((a, b)))
}

/// Returns the first difference between the runs of a program.
fn find_difference(source: &str, has_luajit: bool) -> Option<String> {
    let mut said = configurations().into_iter().map(|configuration| {
        let (behaviour, _) = run(&configuration, source.as_bytes(), "=stdin", &[]);
        (configuration, behaviour)
    });
    let (_, expected) = said.next().expect("the interpreter is first");
    if has_luajit {
        let luajit = run_luajit(source);
        if !matches_luajit(&expected, &luajit) {
            return Some(format!("luajit differs: {:?}", expected.difference(&luajit)));
        }
    }
    said.find_map(|(configuration, said)| Some(format!("{configuration}: {}", said.difference(&expected)?)))
}

#[test]
fn random_programs_do_the_same_everywhere() {
    let has_luajit = Command::new("luajit").arg("-v").output().is_ok();
    let config = Config {
        cases: from_environment("MIMEO_RANDOM_PROGRAMS", PROGRAMS),
        max_shrink_iters: 20_000,
        failure_persistence: None,
        ..Config::default()
    };
    let seed: Vec<u8> = from_environment("MIMEO_RANDOM_SEED", 1).to_le_bytes().repeat(8);
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let outcome = with_stack(|| {
        runner.run(&vec(vec(u16::ANY, 1..60), 1..16), |choices| {
            match find_difference(&writer::program(&choices), has_luajit) {
                None => Ok(()),
                Some(what) => Err(TestCaseError::fail(what)),
            }
        })
    });
    if let Err(TestError::Fail(reason, choices)) = outcome {
        let program = writer::program(&choices);
        panic!("{reason}\n{program}\n{:?}", find_difference(&program, has_luajit));
    }
    outcome.expect("no program was rejected");
}
