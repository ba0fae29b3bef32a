//! A build of calc → what it says of itself, and what a program of the corpus does in it.

use std::path::PathBuf;

use mimeo_corpus::process::{command, run};
use mimeo_corpus::{Behaviour, Program};

/// An executable, and what starts it.
#[derive(Clone, Debug)]
pub(crate) struct Build {
    /// An emulator with its arguments, or nothing.
    pub(crate) runner: Vec<String>,
    pub(crate) path: PathBuf,
}

impl Build {
    /// What `--capability` prints.
    pub(crate) fn capability(&self) -> Result<String, String> {
        let mut command = command(&self.runner, &self.path);
        let output = command.args(["--jit=on", "--capability"]).output();
        let output = output.map_err(|error| format!("{} does not start: {error}", self.path.display()))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs a program of the corpus, asking for native code.
    ///
    /// # Panics
    ///
    /// If it does not start, or ends as no program of calc does.
    pub(crate) fn run(&self, program: &Program) -> Behaviour {
        let mut command = command(&self.runner, &self.path);
        command.arg("--jit=on");
        run(command, &program.path.to_string_lossy()).unwrap_or_else(|problem| panic!("{problem}"))
    }
}

/// What is wrong with what a build that should have no native code says of itself.
pub(crate) fn wrong_build(capability: &str, diagnostic: &str) -> Option<String> {
    let wanted = format!("native code: no ({diagnostic}: ");
    let machine = format!("; {}, {}, stencil ABI ", std::env::consts::ARCH, std::env::consts::OS);
    let first = capability.lines().next().unwrap_or_default();
    let is_right = first.starts_with(&wanted) && first.contains(&machine);
    (!is_right).then(|| format!("the build should say `{wanted}…{machine}…`, and says `{first}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_what_it_says() {
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
