//! A build of calc as a process → its [`Behaviour`], and what it says of itself.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::corpus::{Behaviour, Sample};

/// An executable, and what starts it.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// An emulator with its arguments, or nothing.
    pub(crate) runner: Vec<String>,
    pub(crate) path: PathBuf,
}

impl Program {
    fn output(&self, args: &[&str]) -> Result<Output, String> {
        let mut command = match self.runner.split_first() {
            None => Command::new(&self.path),
            Some((runner, rest)) => {
                let mut command = Command::new(runner);
                command.args(rest).arg(&self.path);
                command
            }
        };
        for name in ["MIMEO_JIT", "MIMEO_JIT_THRESHOLD", "MIMEO_STATS", "MIMEO_PERF"] {
            command.env_remove(name);
        }
        command.args(args).output().map_err(|error| format!("{} does not start: {error}", self.path.display()))
    }

    /// What `--capability` prints.
    pub(crate) fn capability(&self) -> Result<String, String> {
        let output = self.output(&["--jit=on", "--capability"])?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs a program of the corpus, asking for native code.
    pub(crate) fn run(&self, sample: &Sample) -> Result<Behaviour, String> {
        let path = sample.path.to_string_lossy();
        let output = self.output(&["--jit=on", &path])?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        let place = format!("{path}:");
        let errors: Vec<String> =
            stderr.lines().map(|line| line.strip_prefix(&place).unwrap_or(line).to_owned()).collect();
        let expected = i32::from(!errors.is_empty());
        if output.status.code() != Some(expected) {
            return Err(format!("`{}` ends with {}: {stderr}", sample.name, output.status));
        }
        Ok(Behaviour { output: output.stdout, errors })
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
