//! Reports → [`Gate`]: whether the release may go on.

use std::collections::BTreeSet;

use crate::check::{Report, Verdict};

/// What stands in the way.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Gate {
    /// Names of checks that failed.
    pub(crate) failed: Vec<&'static str>,
    /// Names of checks that were skipped and may not be.
    pub(crate) skipped: Vec<&'static str>,
    /// Names of checks that were skipped, as was allowed.
    pub(crate) allowed: Vec<&'static str>,
}

impl Gate {
    pub(crate) fn passes(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty()
    }
}

pub(crate) fn gate(reports: &[Report], allow_skip: &BTreeSet<String>) -> Gate {
    let mut gate = Gate { failed: Vec::new(), skipped: Vec::new(), allowed: Vec::new() };
    for report in reports {
        match report.verdict {
            Verdict::Passed => {}
            Verdict::Failed(_) => gate.failed.push(report.name),
            Verdict::Skipped(_) if allow_skip.contains(report.name) => gate.allowed.push(report.name),
            Verdict::Skipped(_) => gate.skipped.push(report.name),
        }
    }
    gate
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn report(name: &'static str, verdict: Verdict) -> Report {
        Report { name, proves: "", verdict, duration: Duration::ZERO, figures: Vec::new() }
    }

    #[test]
    fn failures_and_skipped_checks_close_it() {
        let allow = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<BTreeSet<_>>();
        let skipped = || report("b", Verdict::Skipped("no".into()));
        let passed = report("a", Verdict::Passed);
        assert!(gate(std::slice::from_ref(&passed), &allow(&[])).passes());
        assert!(!gate(&[passed.clone(), skipped()], &allow(&["a"])).passes());
        assert_eq!(gate(&[passed, skipped()], &allow(&["b"])).allowed, ["b"]);
        let failed = report("c", Verdict::Failed(vec!["it is wrong".into()]));
        assert_eq!(gate(&[skipped(), failed], &allow(&["b", "c"])).failed, ["c"]);
    }
}
