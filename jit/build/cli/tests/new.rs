//! `mimeo new`: what it writes, and what it refuses. `tests/all/new.rs` of the whole builds what it writes.

use std::fs;
use std::path::{Path, PathBuf};

use mimeo_cli::command::{New, Renew};
use mimeo_cli::{new, renew};

/// Returns an empty folder for a test.
fn empty(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // It does not exist before the first run.
    let _missing = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the temporary folder can be written");
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it is a folder").flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Returns the paths of all files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("it is a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files
}

/// Returns the number of lines with code in a folder: neither blank nor comments.
fn lines(folder: &Path) -> usize {
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    let written = files(folder).into_iter().filter(|file| file.extension().is_some_and(|of| of == "rs"));
    written.map(|file| fs::read_to_string(file).expect("it is text").lines().filter(is_code).count()).sum()
}

fn template(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(name)
}

#[test]
fn a_project_has_all_files_of_the_template_and_the_name_everywhere() {
    for (registers, name) in [(false, "stack"), (true, "registers")] {
        let parent = empty(&format!("new-{name}"));
        let folder = parent.join("toy-1_lang");
        let request = New { folder: folder.clone(), registers, mimeo: None };
        let said = new::run(&request).expect("the name is free");
        assert!(said.contains("cargo run -- programs/hello.toy-1_lang\n"), "{said}");
        assert_eq!(names(&parent), ["toy-1_lang"]);
        assert_eq!(files(&folder).len(), files(&template("common")).len() + files(&template(name)).len());
        has_its_name_everywhere(&folder);
        let tables = renew::run(&Renew { folder: Some(folder.clone()), check: true });
        assert_eq!(tables.map(|said| said.lines().count()), Ok(2));
        // It says so, and changes nothing.
        let again = new::run(&request).unwrap_err();
        assert!(again.ends_with("toy-1_lang` exists already: choose another name, or remove it"), "{again}");
    }
}

/// Asserts that nothing in the project is called as in the template.
fn has_its_name_everywhere(folder: &Path) {
    for file in files(folder) {
        let text = fs::read_to_string(&file).expect("it is text");
        for left in ["my-lang", "my_lang", "MY_LANG", "MIMEO"] {
            assert!(!text.contains(left) && !file.ends_with(left), "`{left}` in {}", file.display());
        }
    }
    let main = fs::read_to_string(folder.join("src/main.rs")).expect("there is one");
    assert!(main.contains("\nuse toy_1_lang::glue::session::Session;\n"), "{main}");
    let process = fs::read_to_string(folder.join("tests/process/mod.rs")).expect("there is one");
    assert!(process.contains("env!(\"CARGO_BIN_EXE_toy-1_lang\")") && process.contains("\"TOY_1_LANG_HISTORY\""));
    assert!(folder.join(".gitignore").is_file());
}

#[test]
fn mimeo_is_the_checkout_of_the_command_another_one_or_a_version() {
    let parent = empty("new-mimeo");
    let manifest = |name: &str, mimeo: Option<&str>| {
        let folder = parent.join(name);
        new::run(&New { folder: folder.clone(), registers: false, mimeo: mimeo.map(str::to_owned) })
            .expect("the name is free");
        fs::read_to_string(folder.join("Cargo.toml")).expect("there is a manifest")
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).expect("it is in a checkout");
    let root = root.to_str().expect("a plain path");
    let expected = format!("\nmimeo = {{ path = \"{root}\" }}\nmimeo-observe = {{ path = \"{root}/jit/observe\" }}\n");
    if cfg!(unix) {
        assert!(manifest("own", None).contains(&expected), "{expected}");
        assert!(manifest("other", Some(root)).contains(&expected), "{expected}");
    }
    assert!(manifest("version", Some("0.1")).contains("\nmimeo = \"0.1\"\nmimeo-observe = \"0.1\"\n"));
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let parent = empty("new-refused");
    let refused = |name: &str, mimeo: Option<&str>| {
        let request = New { folder: parent.join(name), registers: true, mimeo: mimeo.map(str::to_owned) };
        let message = new::run(&request).unwrap_err();
        assert_eq!(names(&parent), [""; 0], "{name}");
        message
    };
    for name in ["My-lang", "1st", "-x", "a.b", "a b", "ä", "_"] {
        let rule = "write lower-case letters, digits, `-` and `_`, with a letter first, such as `my-lang`";
        assert_eq!(refused(name, None), format!("`{name}` cannot be the name of a language: {rule}"));
    }
    for name in ["match", "crate", "test", "std", "mimeo", "mimeo-shell", "mimeo_shell"] {
        let expected =
            format!("`{name}` cannot be the name of a language: as a crate it is reserved; write `{name}-lang`");
        assert_eq!(refused(name, None), expected);
    }
    assert!(refused("..", None).ends_with("..` does not end in a name, as `my-lang` does"));
    let message = refused("x", Some("no/such"));
    assert!(message.starts_with("`no/such` is neither a version nor a checkout of mimeo: "), "{message}");
    let elsewhere = parent.to_str().expect("a plain path");
    assert_eq!(refused("x", Some(elsewhere)), format!("`{elsewhere}` is not a checkout of mimeo"));
    let message = refused("no/folder/x", None);
    assert!(message.contains("no/folder/x`: "), "{message}");
}

#[test]
fn templates_are_as_short_as_a_first_language_should_be() {
    for (name, most) in [("stack", 400), ("registers", 775)] {
        let source = template(name).join("src");
        let (language, glue) = (lines(&source.join("language")), lines(&source.join("glue")));
        assert!(language + glue <= most && glue <= 250, "{name}: {language} lines of the language, {glue} of glue");
    }
}
