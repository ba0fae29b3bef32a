//! [`ops`] in an author's `build.rs` → directives for cargo and the files in `OUT_DIR`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, PoisonError};

use mimeo_def::Feature;
use mimeo_lower::{Lowered, StencilSource};

use crate::generate::Job;
use crate::mode::Mode;
use crate::prebuilt;
use crate::toolchain::Target;

/// Names the file with the `#[instruction_set]` modules, relative to the package.
///
/// A complete `build.rs`:
///
/// ```no_run
/// mimeo_build::ops("src/ops.rs").compile();
/// ```
#[track_caller]
pub fn ops(path: impl Into<PathBuf>) -> Ops {
    let place = Location::caller();
    Ops { path: path.into(), place, stencils: true, features: Vec::new(), landing_pads: false }
}

/// A file with instruction sets to compile. See [`ops`].
#[derive(Clone, Debug)]
#[must_use = "nothing is compiled before `compile` is called"]
pub struct Ops {
    path: PathBuf,
    /// Where the build script names the file.
    place: &'static Location<'static>,
    stencils: bool,
    features: Vec<Feature>,
    landing_pads: bool,
}

impl Ops {
    /// Sets whether to build stencils. A package with a feature for native code builds none without that feature,
    /// and then needs no C compiler:
    ///
    /// ```no_run
    /// mimeo_build::ops("src/ops.rs").stencils(cfg!(feature = "jit")).compile();
    /// ```
    pub fn stencils(self, stencils: bool) -> Self {
        Ops { stencils, ..self }
    }

    /// Allows stencils to use processor features beyond the base of their architecture. Features of architectures other
    /// than the target's are ignored, so that one list serves all.
    ///
    /// The base is x86-64 with SSE2, or Armv8.0-A with Advanced SIMD. Without this call a table runs on every machine
    /// of its architecture, regardless of `CFLAGS`: flags like `-mavx2` and `-march=native` do not reach stencils. On a
    /// processor that lacks one of the features, the program runs without native code, and its capability says why.
    ///
    /// ```no_run
    /// use mimeo_build::Feature;
    /// mimeo_build::ops("src/ops.rs").raise_baseline([Feature::Popcnt, Feature::Bmi2, Feature::Lse]).compile();
    /// ```
    pub fn raise_baseline(mut self, features: impl IntoIterator<Item = Feature>) -> Self {
        self.features.extend(features);
        self
    }

    /// Sets whether each stencil begins with a landing pad: `endbr64` on x86-64 (CET), `bti c` on AArch64 (BTI). They are
    /// off by default, because they add 4 bytes to every op.
    ///
    /// If the C compiler makes none, cargo shows a warning with the reason, and the stencils are built without them.
    ///
    /// ```no_run
    /// mimeo_build::ops("src/ops.rs").landing_pads(true).compile();
    /// ```
    pub fn landing_pads(self, landing_pads: bool) -> Self {
        Ops { landing_pads, ..self }
    }

    /// Builds the tables, and tells cargo what they depend on.
    ///
    /// Prints errors and ends the build script if the file cannot be read or has no instruction set, if another
    /// instruction set of the package has the same name, or if `MIMEO_STENCILS` has an unknown value. Syntax errors in
    /// the file, mistakes in the ops, and required stencils that are missing are left to rustc and the macro, which
    /// report them at the right place.
    pub fn compile(self) {
        if let Err(message) = self.run() {
            for line in message.lines() {
                match line.starts_with("help: ") {
                    true => eprintln!("{line}"),
                    false => eprintln!("error: {line}\n --> {}", self.place),
                }
            }
            process::exit(1);
        }
    }

    fn run(&self) -> Result<(), String> {
        let package = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
        let target = Target { triple: variable("TARGET")?, host: variable("HOST")? };
        let file = package.join(&self.path);
        println!("cargo::rerun-if-changed={}", file.display());
        println!("cargo::rerun-if-env-changed=MIMEO_STENCILS");
        for name in compiler_variables(&target) {
            println!("cargo::rerun-if-env-changed={name}");
        }
        let mode = Mode::parse(env::var("MIMEO_STENCILS").ok().as_deref())?;
        let job = Job {
            mode: if self.stencils { mode } else { Mode::Off },
            target,
            features: self.features.clone(),
            landing_pads: self.landing_pads,
            // While ops are being written, their table is stale most of the time.
            warns_of_stale_file: env::var("PROFILE").is_ok_and(|profile| profile == "release"),
            compiler: None,
            out: PathBuf::from(variable("OUT_DIR")?),
            package,
            ops: self.path.clone(),
        };
        let source = fs::read_to_string(&file).map_err(|error| unreadable(&job.package, &self.path, &error))?;
        let Ok(sets) = mimeo_lower::lower_file(&source, &self.path.to_string_lossy()) else {
            return Ok(());
        };
        if sets.is_empty() {
            return Err(format!(
                "`{}` has no `#[instruction_set]` module\nhelp: the module must be at the top of the file{}",
                self.path.display(),
                candidates(&job.package)
            ));
        }
        sets.iter().try_for_each(|set| claim(set, &self.path))?;
        for path in sets.iter().flat_map(handwritten) {
            println!("cargo::rerun-if-changed={}", job.package.join(path).display());
        }
        let checked_in = job.target.arch().map(|arch| job.package.join(prebuilt::path(&self.path, arch)));
        // If the file did not exist, cargo would run the script every time.
        if let Some(file) = checked_in.filter(|file| file.exists() || job.mode == Mode::Prebuilt) {
            println!("cargo::rerun-if-changed={}", file.display());
        }
        for warning in job.run(&sets)?.warnings {
            println!("cargo::warning={}", warning.replace('\n', " "));
        }
        Ok(())
    }
}

/// Reserves the name of an instruction set, after which its files in `OUT_DIR` are named.
fn claim(set: &Lowered, file: &Path) -> Result<(), String> {
    static CLAIMED: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let place = format!("{}:{}", file.display(), set.line);
    let mut claimed = CLAIMED.lock().unwrap_or_else(PoisonError::into_inner);
    match claimed.insert(set.name.clone(), place.clone()) {
        None => Ok(()),
        Some(other) => Err(format!(
            "two instruction sets of this package are called `{}`: `{other}` and `{place}`\n\
             help: rename one of the modules, because the files with their stencils are named after them",
            set.name
        )),
    }
}

/// Returns the error about a file with ops that cannot be read.
fn unreadable(package: &Path, path: &Path, error: &io::Error) -> String {
    let (path, folder) = (path.display(), package.display());
    format!("cannot read `{path}` in `{folder}`: {error}\nhelp: the path starts there{}", candidates(package))
}

/// Returns the end of a sentence that names the files of a package with instruction sets, if there are any.
fn candidates(package: &Path) -> String {
    let (mut found, mut folders) = (Vec::new(), vec![package.join("src")]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let has_sets = || fs::read_to_string(&path).is_ok_and(|text| text.contains("instruction_set("));
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && has_sets() {
                found.push(format!("`{}`", path.strip_prefix(package).unwrap_or(&path).display()));
            }
        }
    }
    found.sort();
    if found.is_empty() { String::new() } else { format!("; an instruction set is in {}", found.join(", ")) }
}

/// Returns the paths of an instruction set's hand-written stencils.
fn handwritten(set: &Lowered) -> impl Iterator<Item = &str> {
    set.ops.iter().filter_map(|op| match &op.source {
        StencilSource::Handwritten { path, .. } => Some(path.as_str()),
        _ => None,
    })
}

/// Reads a variable that cargo sets.
fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set; `mimeo_build::ops` must be called in a build script"))
}

/// Returns the names of the variables from which the `cc` crate finds the compiler and its flags.
fn compiler_variables(target: &Target) -> Vec<String> {
    let mut names = vec!["CROSS_COMPILE".to_owned()];
    for base in ["CC", "CFLAGS"] {
        names.push(base.to_owned());
        names.extend(["TARGET", "HOST"].map(|side| format!("{side}_{base}")));
        names.extend([target.triple.clone(), target.triple.replace(['-', '.'], "_")].map(|t| format!("{base}_{t}")));
    }
    names
}
