//! Reports → [`Decision`]: whether the release passes, and which checks decide that.

use std::collections::BTreeSet;

use crate::check::{Report, Verdict};

/// Whether a release passes, and the checks that decide it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Checks that failed.
    pub(crate) failed: Vec<&'static str>,
    /// Checks that were skipped without `--allow-skip`.
    pub(crate) skipped: Vec<&'static str>,
    /// Checks that were skipped with `--allow-skip`.
    pub(crate) allowed: Vec<&'static str>,
}

impl Decision {
    /// Returns `true` if no check failed, and none was skipped without `--allow-skip`.
    pub(crate) fn passes(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty()
    }
}

/// Decides by the verdicts of all checks.
pub(crate) fn decide(reports: &[Report], allow_skip: &BTreeSet<String>) -> Decision {
    let mut decision = Decision { failed: Vec::new(), skipped: Vec::new(), allowed: Vec::new() };
    for report in reports {
        match report.verdict {
            Verdict::Passed => {}
            Verdict::Failed(_) => decision.failed.push(report.name),
            Verdict::Skipped(_) if allow_skip.contains(report.name) => decision.allowed.push(report.name),
            Verdict::Skipped(_) => decision.skipped.push(report.name),
        }
    }
    decision
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn report(name: &'static str, verdict: Verdict) -> Report {
        Report { name, proves: "", verdict, duration: Duration::ZERO, figures: Vec::new() }
    }

    #[test]
    fn a_failed_or_skipped_check_fails_the_release() {
        let allow = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
        let skipped = || report("b", Verdict::Skipped("no".into()));
        let passed = report("a", Verdict::Passed);
        assert!(decide(std::slice::from_ref(&passed), &allow(&[])).passes());
        assert!(!decide(&[passed.clone(), skipped()], &allow(&["a"])).passes());
        assert_eq!(decide(&[passed, skipped()], &allow(&["b"])).allowed, ["b"]);
        let failed = report("c", Verdict::Failed(vec!["it is wrong".into()]));
        assert_eq!(decide(&[skipped(), failed], &allow(&["b", "c"])).failed, ["c"]);
    }
}
