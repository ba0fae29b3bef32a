//! A test → a process in which only that test runs.

/// Returns `true` in a process in which the test `test` (the path that the test harness shows) runs alone. In any other
/// process, runs the test in such a process, after the shell command `setup`: there, limits affect no other test, and
/// nothing is measured that other tests allocate. Emulators of other processors do not support this.
///
/// # Panics
///
/// If the test fails in its process (test `a_failure_is_passed_on`), or there is no test of that name (test
/// `a_test_that_does_not_exist_fails`).
pub fn is_alone(test: &str, setup: &str) -> bool {
    const ALONE: &str = "MIMEO_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let executable = std::env::current_exe().expect("the test is a file");
    let mut shell = std::process::Command::new("sh");
    let script = format!("{setup} && exec \"$0\" --exact \"$1\" --nocapture");
    let output = shell.args(["-c", &script]).arg(executable).arg(test).env(ALONE, "1").output();
    let output = output.expect("there is a shell");
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}");
    assert!(output.status.success() && text.contains("1 passed"), "{}", String::from_utf8_lossy(&output.stderr));
    false
}

#[cfg(all(test, target_os = "linux", target_arch = "x86_64"))]
mod tests {
    use super::*;

    #[test]
    fn only_this_test_runs_and_the_setup_ran() {
        if is_alone("alone::tests::only_this_test_runs_and_the_setup_ran", "export MIMEO_TEST_SETUP=1") {
            assert_eq!(std::env::var("MIMEO_TEST_SETUP").as_deref(), Ok("1"));
        }
    }

    #[test]
    fn a_failure_is_passed_on() {
        let result = std::panic::catch_unwind(|| is_alone("alone::tests::a_failure_is_passed_on", "true"));
        // Alone, this fails.
        assert!(result.is_err());
    }

    #[test]
    #[should_panic]
    fn a_test_that_does_not_exist_fails() {
        is_alone("alone::tests::none", "true");
    }
}
