//! Builds of calc that cannot be part of this program → [`Variants`], given on the command line or built by cargo.

use std::cell::OnceCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

use crate::check::Skipped;
use crate::command::Command;
use crate::processes::Build;

/// The builds, each made on first use.
pub(crate) struct Variants {
    runner: Vec<String>,
    lean: Variant,
    without_stencils: Variant,
}

struct Variant {
    recipe: Recipe,
    given: Option<PathBuf>,
    made: OnceCell<Result<Build, Problem>>,
}

/// How a variant is built.
struct Recipe {
    name: &'static str,
    options: &'static [&'static str],
    /// The value of `MIMEO_STENCILS`.
    stencils: Option<&'static str>,
}

const LEAN: Recipe = Recipe { name: "mimeo-calc-lean", options: &["--no-default-features"], stencils: None };
const WITHOUT_STENCILS: Recipe = Recipe { name: "mimeo-calc-without-stencils", options: &[], stencils: Some("off") };

/// The reason why a build is missing.
#[derive(Clone, Debug)]
pub(crate) enum Problem {
    /// The build could not be started.
    Cannot(String),
    /// The build failed.
    Fails(String),
}

impl Variants {
    pub(crate) fn new(command: &Command) -> Variants {
        let variant = |recipe, given: &Option<PathBuf>| Variant { recipe, given: given.clone(), made: OnceCell::new() };
        Variants {
            runner: command.runner.clone(),
            lean: variant(LEAN, &command.calc_lean),
            without_stencils: variant(WITHOUT_STENCILS, &command.calc_without_stencils),
        }
    }

    /// Creates variants that cannot be built, for this reason.
    #[cfg(test)]
    pub(crate) fn none(reason: &str) -> Variants {
        let variants = Variants::new(&Command::default());
        for variant in [&variants.lean, &variants.without_stencils] {
            variant.made.set(Err(Problem::Cannot(reason.to_owned()))).expect("it was not made yet");
        }
        variants
    }

    /// Returns calc without the feature `jit`.
    pub(crate) fn lean(&self) -> Result<Build, Problem> {
        self.get(&self.lean)
    }

    /// Returns calc with the feature `jit`, built with `MIMEO_STENCILS=off`.
    pub(crate) fn without_stencils(&self) -> Result<Build, Problem> {
        self.get(&self.without_stencils)
    }

    fn get(&self, variant: &Variant) -> Result<Build, Problem> {
        let make = || {
            let path = match &variant.given {
                // A program runs in its own folder.
                Some(path) => std::path::absolute(path).map_err(|error| Problem::Cannot(error.to_string()))?,
                None => variant.recipe.build()?,
            };
            Ok(Build { runner: self.runner.clone(), path })
        };
        variant.made.get_or_init(make).clone()
    }
}

impl Problem {
    /// Returns the failure of a check that needs the build, or the reason to skip it.
    pub(crate) fn or_failure(self) -> Result<String, Skipped> {
        match self {
            Problem::Cannot(reason) => Err(Skipped(reason)),
            Problem::Fails(reason) => Ok(reason),
        }
    }
}

impl Recipe {
    /// Builds the variant in a separate target folder, so that neither build makes the other stale.
    fn build(&self) -> Result<PathBuf, Problem> {
        let folder = target_folder()?;
        eprintln!("mimeo-check: building {} in {}", self.name, folder.display());
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut process = Process::new(&cargo);
        process.args(["build", "--quiet", "--release", "--package=mimeo-calc", "--target-dir"]).arg(&folder);
        process.args(self.options).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
        process.env_remove("MIMEO_STENCILS").envs(self.stencils.map(|mode| ("MIMEO_STENCILS", mode)));
        let output = process.output().map_err(|error| {
            Problem::Cannot(format!("{} is not given, and {} does not start: {error}", self.name, cargo.display()))
        })?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(Problem::Fails(format!("{} does not build: {}", self.name, text.trim())));
        }
        // Both have the same name in the target folder.
        let path = folder.join(self.name).with_extension(std::env::consts::EXE_EXTENSION);
        let built = folder.join("release/mimeo-calc").with_extension(std::env::consts::EXE_EXTENSION);
        std::fs::copy(&built, &path).map_err(|error| Problem::Fails(format!("{}: {error}", built.display())))?;
        Ok(path)
    }
}

/// Returns the folder `check` in the target folder that has this program.
fn target_folder() -> Result<PathBuf, Problem> {
    let program = std::env::current_exe().map_err(|error| Problem::Cannot(error.to_string()))?;
    match program.ancestors().nth(2) {
        Some(target) => Ok(target.join("check")),
        None => Err(Problem::Cannot(format!("{} is not in a target folder", program.display()))),
    }
}
