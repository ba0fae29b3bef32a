//! The command as a process: it fails if a check fails or cannot run, and names the reasons.

use std::collections::BTreeSet;
use std::process::Command;

/// Runs `mimeo-check` without valid builds of calc; returns standard output and exit status.
fn check(args: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_mimeo-check"))
        .args(["--latency-bound=1000000", "--calc-without-stencils=no/such/file"])
        .args(args)
        .output()
        .expect("the command starts");
    (String::from_utf8(output.stdout).expect("it prints text"), output.status.code())
}

/// Returns the check's part of the evidence.
fn part<'a>(evidence: &'a serde_json::Value, name: &str) -> &'a serde_json::Value {
    let checks = evidence["checks"].as_array().expect("a list");
    checks.iter().find(|check| check["name"] == name).expect("the check ran")
}

/// Returns the names in the page's table of figures.
fn described_figures() -> BTreeSet<String> {
    let page = include_str!("../../../docs/check.md");
    let (_, section) = page.split_once("\n## The figures\n").expect("the page has it");
    let names = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    names.map(|(name, _)| name.to_owned()).collect()
}

/// Returns the names of all figures in the evidence.
fn figures(evidence: &serde_json::Value) -> BTreeSet<String> {
    let checks = evidence["checks"].as_array().expect("a list");
    let names = checks.iter().flat_map(|check| {
        let figures = check["figures"].as_object().expect("an object");
        assert!(figures.values().all(serde_json::Value::is_u64), "{figures:?}");
        figures.keys().map(|name| format!("{}.{name}", check["name"].as_str().expect("a name")))
    });
    names.collect()
}

#[cfg(target_os = "linux")]
#[test]
fn the_command_fails_if_a_check_fails() {
    // Not a lean build: it prints the same for every program.
    let (text, status) = check(&["--json", "--calc-lean=/bin/echo"]);
    assert_eq!(status, Some(1));
    let evidence: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(evidence["verdict"], "failed");
    let differential = part(&evidence, "differential");
    assert_eq!(differential["verdict"], "failed");
    let reasons = differential["reasons"].to_string();
    assert!(reasons.contains("the build should print `native code: no (JIT_OPT_IN: "), "{reasons}");
    assert!(reasons.contains("gcd, lean: line 1: "), "{reasons}");
    let fallback = part(&evidence, "fallback");
    assert_eq!(fallback["verdict"], "failed");
    assert!(fallback["reasons"].to_string().contains("does not start"), "{fallback}");
    for name in ["stencil_audit", "metadata", "executable_memory", "reclamation", "latency_budget"] {
        assert_eq!(part(&evidence, name)["verdict"], "passed", "{text}");
    }
    assert_eq!(figures(&evidence), described_figures());
}

#[test]
fn the_command_rejects_wrong_options_and_prints_its_usage() {
    let (text, status) = check(&["--allow-skip=luck"]);
    assert_eq!((text.as_str(), status), ("", Some(2)));
    let (text, status) = check(&["--help"]);
    assert!(text.starts_with("usage: mimeo-check [options]") && status == Some(0), "{text}");
}
