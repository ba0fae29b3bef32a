//! A build of calc → its capabilities, and the [`Behaviour`] of a program of the corpus in it.

use std::path::PathBuf;

use mimeo_corpus::process::{command, run};
use mimeo_corpus::{Behaviour, Program};

/// An executable, and the command that starts it.
#[derive(Clone, Debug)]
pub(crate) struct Build {
    /// An emulator with its arguments, or empty.
    pub(crate) runner: Vec<String>,
    pub(crate) path: PathBuf,
}

impl Build {
    /// Returns the output of `--capability`.
    pub(crate) fn capability(&self) -> Result<String, String> {
        let mut command = command(&self.runner, &self.path);
        let output = command.args(["--jit=on", "--capability"]).output();
        let output = output.map_err(|error| format!("{} does not start: {error}", self.path.display()))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs a program of the corpus with `--jit=on`.
    ///
    /// # Panics
    ///
    /// If the process does not start, or exits with an unexpected status.
    pub(crate) fn run(&self, program: &Program) -> Behaviour {
        let mut command = command(&self.runner, &self.path);
        command.arg("--jit=on");
        run(command, program).unwrap_or_else(|problem| panic!("{problem}"))
    }
}

/// Returns an error if the output of `--capability` is not that of a build without native code, for this reason.
pub(crate) fn wrong_build(capability: &str, diagnostic: &str) -> Option<String> {
    let wanted = format!("native code: no ({diagnostic}: ");
    let machine = format!("; {}, {}, stencil ABI ", std::env::consts::ARCH, std::env::consts::OS);
    let first = capability.lines().next().unwrap_or_default();
    let is_right = first.starts_with(&wanted) && first.contains(&machine);
    (!is_right).then(|| format!("the build should print `{wanted}…{machine}…`, but prints `{first}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_with_other_capabilities_is_found() {
        let (arch, os) = (std::env::consts::ARCH, std::env::consts::OS);
        let lean =
            format!("native code: no (JIT_OPT_IN: built …); mode on, threshold 10; {arch}, {os}, stencil ABI 1\n");
        assert_eq!(wrong_build(&lean, "JIT_OPT_IN"), None);
        assert!(wrong_build(&lean, "JIT_TARGET").is_some());
        assert!(wrong_build(&lean.replace(arch, "m68k"), "JIT_OPT_IN").is_some());
        assert!(wrong_build(&lean.replace("no (JIT", "yes (JIT"), "JIT_OPT_IN").is_some());
        assert!(wrong_build("", "JIT_OPT_IN").is_some());
    }
}
