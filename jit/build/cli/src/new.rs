//! A name → the project of a new language, made from the files in `templates`.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::command::New;

/// A file of a template: its path, and its text. The language in a template is called `my-lang`.
type File = (&'static str, &'static str);

macro_rules! files {
    ($folder:literal: $($path:literal)*) => {
        &[$(($path, include_str!(concat!("../templates/", $folder, "/", $path)))),*]
    };
}

/// What both templates have.
const COMMON: &[File] = files!("common":
    "Cargo.toml.in" "build.rs" "gitignore.in" "rustfmt.toml" "src/main.rs" "tests/process/mod.rs" "tests/programs.rs"
);

/// A stack machine of integers.
const STACK: &[File] = files!("stack":
    "README.md"
    "programs/division.my-lang" "programs/hello.my-lang" "programs/operators.my-lang" "programs/overflow.my-lang"
    "programs/unknown.my-lang"
    "src/lib.rs"
    "src/glue/runtime.rs" "src/glue/session.rs"
    "src/language/compiler.rs" "src/language/lexer.rs"
    "src/language/ops.rs" "src/language/ops.aarch64.stencils" "src/language/ops.x86_64.stencils"
    "tests/command.rs" "tests/twins.rs"
);

/// A register machine of tagged values, with a heap.
const REGISTERS: &[File] = files!("registers":
    "README.md"
    "programs/arrays.my-lang" "programs/closures.my-lang" "programs/errors.my-lang" "programs/garbage.my-lang"
    "programs/hello.my-lang" "programs/values.my-lang"
    "src/lib.rs"
    "src/glue/runtime.rs" "src/glue/session.rs"
    "src/language/compiler.rs" "src/language/heap.rs" "src/language/lexer.rs"
    "src/language/ops.rs" "src/language/ops.aarch64.stencils" "src/language/ops.x86_64.stencils"
    "tests/command.rs" "tests/twins.rs"
);

/// Names that Cargo or rustc refuse as the name of a package with these dependencies.
const TAKEN: &[&str] = &[
    "alloc",
    "build",
    "core",
    "deps",
    "examples",
    "incremental",
    "proc-macro",
    "std",
    "test",
    // Dependencies of the project.
    "mimeo",
    "mimeo-build",
    "mimeo-heap",
    "mimeo-observe",
    "mimeo-shell",
    "mimeo-twins",
];

/// Writes the project, and returns what to do with it.
///
/// # Errors
///
/// If the name or the place is unsuitable, or a file cannot be written. Then nothing is left behind.
pub fn run(request: &New) -> Result<String, String> {
    let folder = &request.folder;
    let shown = folder.display();
    let name = folder.file_name().map(OsStr::to_string_lossy);
    let name = &*name.ok_or_else(|| format!("`{shown}` does not end in a name, as `my-lang` does"))?;
    check_name(name)?;
    let mimeo = Mimeo::find(request.mimeo.as_deref())?;
    if folder.symlink_metadata().is_ok() {
        return Err(format!("`{shown}` exists already: choose another name, or remove it"));
    }
    let files = if request.registers { REGISTERS } else { STACK };
    let partial = Partial(folder.with_file_name(format!(".{name}.{}", std::process::id())));
    let written = partial.write(files, name, &mimeo).and_then(|()| fs::rename(&partial.0, folder));
    written.map_err(|error| format!("cannot write `{shown}`: {error}"))?;
    Ok(format!(
        "created `{shown}`, a language on {mimeo}\n\n\
         cd {shown}\n\
         cargo run -- programs/hello.{name}\n\
         cargo run\n\
         cargo test\n\n\
         run a program, start a session, and test everything. README.md says where to begin.\n",
        mimeo = mimeo.shown()
    ))
}

/// Checks that a package and its crate can have this name.
fn check_name(name: &str) -> Result<(), String> {
    let is_valid = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
    if !is_valid {
        let rule = "write lower-case letters, digits, `-` and `_`, with a letter first, such as `my-lang`";
        return Err(format!("`{name}` cannot be the name of a language: {rule}"));
    }
    let crate_name = name.replace('-', "_");
    let is_keyword = syn::parse_str::<syn::Ident>(&crate_name).is_err();
    if is_keyword || TAKEN.contains(&name.replace('_', "-").as_str()) {
        return Err(format!(
            "`{name}` cannot be the name of a language: as a crate it is reserved; write `{name}-lang`"
        ));
    }
    Ok(())
}

/// The mimeo that a project uses.
enum Mimeo {
    /// The root of a checkout.
    Checkout(PathBuf),
    /// A version on crates.io.
    Version(String),
}

impl Mimeo {
    fn find(given: Option<&str>) -> Result<Mimeo, String> {
        let is_checkout = |root: &Path| root.join("src/shell/Cargo.toml").is_file();
        match given {
            Some(version) if is_version(version) => Ok(Mimeo::Version(version.to_owned())),
            Some(path) => match fs::canonicalize(path) {
                Ok(root) if is_checkout(&root) => Ok(Mimeo::Checkout(root)),
                Ok(_) => Err(format!("`{path}` is not a checkout of mimeo")),
                Err(error) => Err(format!("`{path}` is neither a version nor a checkout of mimeo: {error}")),
            },
            // This crate is in `jit/build/cli` of its checkout, or it was published alone.
            None => match Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3) {
                Some(root) if is_checkout(root) => Ok(Mimeo::Checkout(root.to_owned())),
                _ => Ok(Mimeo::Version(env!("CARGO_PKG_VERSION").to_owned())),
            },
        }
    }

    fn shown(&self) -> String {
        match self {
            Mimeo::Checkout(root) => format!("the mimeo in `{}`", root.display()),
            Mimeo::Version(version) => format!("mimeo {version}"),
        }
    }

    /// Returns the value for a manifest: this mimeo's crate in `folder`.
    fn dependency(&self, folder: &str) -> String {
        match self {
            Mimeo::Checkout(root) => {
                let path = if folder.is_empty() { root.clone() } else { root.join(folder) };
                let path = path.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
                format!("{{ path = \"{path}\" }}")
            }
            Mimeo::Version(version) => format!("\"{version}\""),
        }
    }
}

/// Returns `true` for a version requirement: digits and dots.
fn is_version(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// A project that is being written. It is removed unless it gets its final name.
struct Partial(PathBuf);

impl Partial {
    fn write(&self, files: &[File], name: &str, mimeo: &Mimeo) -> io::Result<()> {
        fs::create_dir(&self.0)?;
        let uses = |crate_name: &str| {
            let mut files = COMMON.iter().chain(files);
            files.any(|(path, text)| path.ends_with(".rs") && text.contains(crate_name))
        };
        for (path, text) in COMMON.iter().chain(files) {
            let path = match *path {
                "gitignore.in" => ".gitignore".to_owned(),
                path => path.trim_end_matches(".in").replace("my-lang", name),
            };
            let file = self.0.join(&path);
            fs::create_dir_all(file.parent().expect("it is in the project"))?;
            fs::write(file, fill(text, name, mimeo, uses))?;
        }
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After it was renamed, there is nothing to remove.
        let _gone = fs::remove_dir_all(&self.0);
    }
}

/// Replaces what stands for the name of the language and for mimeo's crates. Crates that the project does not use are
/// left out.
fn fill(text: &str, name: &str, mimeo: &Mimeo, uses: impl Fn(&str) -> bool) -> String {
    let crate_name = name.replace('-', "_");
    let text = text.replace("MY_LANG", &crate_name.to_uppercase());
    let text = text.replace("my_lang", &crate_name).replace("my-lang", name);
    let lines = text.split_inclusive('\n').map(|line| match line.trim_end().split_once(" = MIMEO") {
        Some((dependency, _)) if !uses(&dependency.replace('-', "_")) => String::new(),
        Some((dependency, folder)) => {
            format!("{dependency} = {}\n", mimeo.dependency(folder.trim_start_matches('/')))
        }
        None => line.to_owned(),
    });
    lines.collect()
}
