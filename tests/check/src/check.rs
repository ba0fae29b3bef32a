//! [`Check`], a property that a release needs → [`Report`], what running the check found.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use mimeo_corpus::Program;
use serde_json::Value;

use crate::variants::Variants;

/// The input of the checks.
pub(crate) struct World {
    pub(crate) corpus: Vec<Program>,
    pub(crate) variants: Variants,
    pub(crate) latency_bound: Duration,
    /// Whether this program runs in an emulator, whose memory and time are included in the measurements.
    pub(crate) emulated: bool,
}

/// A property that a release needs.
pub(crate) struct Check {
    /// The name, which is stable.
    pub(crate) name: &'static str,
    /// What a pass proves, in one sentence.
    pub(crate) proves: &'static str,
    pub(crate) run: fn(&World) -> Result<Findings, Skipped>,
}

/// Why a check could not run.
#[derive(Debug)]
pub(crate) struct Skipped(pub(crate) String);

/// Measurements and failures of a check.
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
    /// The reasons, at least one.
    Failed(Vec<String>),
    /// The reason why the check could not run.
    Skipped(String),
}

/// The result of a check.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) name: &'static str,
    pub(crate) proves: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) duration: Duration,
    pub(crate) figures: Vec<(&'static str, Value)>,
}

impl Check {
    /// Runs the check. A panic is a failure.
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
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
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
    fn findings_decide_the_verdict() {
        assert_eq!(verdict(|_| Ok(Findings::default())), Verdict::Passed);
        let failed = verdict(|_| Ok(Findings { failures: vec!["two is not three".to_owned()], ..Findings::default() }));
        assert_eq!(failed, Verdict::Failed(vec!["two is not three".to_owned()]));
        assert_eq!(verdict(|_| Err(Skipped("no".into()))), Verdict::Skipped("no".into()));
        assert_eq!(verdict(|_| panic!("at {}", 3)), Verdict::Failed(vec!["it panicked: at 3".into()]));
    }
}
