//! [`Check`]: something that a release needs, and how to find out → [`Report`], what was found.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mimeo_corpus::Program;
use serde_json::Value;

use crate::variants::Variants;

/// What the checks work on.
pub(crate) struct World {
    pub(crate) corpus: Vec<Program>,
    pub(crate) variants: Variants,
    pub(crate) latency_bound: Duration,
    /// This program runs in an emulator, whose memory and time are counted with its own.
    pub(crate) emulated: bool,
}

/// Something that a release needs.
pub(crate) struct Check {
    /// A name that does not change.
    pub(crate) name: &'static str,
    /// What is known when it passes, in one sentence.
    pub(crate) proves: &'static str,
    pub(crate) run: fn(&World) -> Result<Findings, Skipped>,
}

/// Why a check could not run.
#[derive(Debug)]
pub(crate) struct Skipped(pub(crate) String);

/// What a check measured, and what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) figures: Vec<(&'static str, Value)>,
    pub(crate) failures: Vec<String>,
}

impl Findings {
    pub(crate) fn figure(&mut self, name: &'static str, value: impl Into<Value>) {
        self.figures.push((name, value.into()));
    }
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    /// What is wrong, at least one thing.
    Failed(Vec<String>),
    /// Why it could not run.
    Skipped(String),
}

/// A check that was run.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) name: &'static str,
    pub(crate) proves: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) duration: Duration,
    pub(crate) figures: Vec<(&'static str, Value)>,
}

impl Check {
    /// Runs it. A check that panics has failed.
    pub(crate) fn report(&self, world: &World) -> Report {
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.run)(world)));
        let duration = start.elapsed();
        let (verdict, figures) = match outcome {
            Ok(Ok(Findings { figures, failures })) if failures.is_empty() => (Verdict::Passed, figures),
            Ok(Ok(Findings { figures, failures })) => (Verdict::Failed(failures), figures),
            Ok(Err(Skipped(reason))) => (Verdict::Skipped(reason), Vec::new()),
            Err(payload) => (Verdict::Failed(vec![format!("it panicked: {}", text(&*payload))]), Vec::new()),
        };
        Report { name: self.name, proves: self.proves, verdict, duration, figures }
    }
}

fn text(payload: &(dyn std::any::Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a text")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(run: fn(&World) -> Result<Findings, Skipped>) -> Verdict {
        let (corpus, variants) = (Vec::new(), Variants::none("no"));
        let world = World { corpus, variants, latency_bound: Duration::ZERO, emulated: false };
        Check { name: "sample", proves: "Nothing.", run }.report(&world).verdict
    }

    #[test]
    fn what_is_wrong_decides() {
        assert_eq!(verdict(|_| Ok(Findings::default())), Verdict::Passed);
        let failed = verdict(|_| Ok(Findings { failures: vec!["two is not three".to_owned()], ..Findings::default() }));
        assert_eq!(failed, Verdict::Failed(vec!["two is not three".to_owned()]));
        assert_eq!(verdict(|_| Err(Skipped("no".into()))), Verdict::Skipped("no".into()));
        assert_eq!(verdict(|_| panic!("at {}", 3)), Verdict::Failed(vec!["it panicked: at 3".into()]));
    }
}
