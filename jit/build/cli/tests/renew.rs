//! `mimeo renew`: what it keeps of a table, what it finds, and what `--check` compares.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mimeo_build::prebuilt::{self, Prebuilt};
use mimeo_cli::generate::HOST;
use mimeo_def::stencil::Arch;

const OPS: &str = "#[instruction_set(value = i64)]\nmod ops {\n    #[vm_op]\n    fn add(a: i64, b: i64) -> i64 { \
                   a.wrapping_add(b) }\n    #[vm_op]\n    fn scale(a: i64, b: i64) -> i64 { a.wrapping_mul(b) }\n}\n";

/// An empty folder, in which packages are made.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("renew-{name}"));
        // It does not exist before the first run.
        let _missing = fs::remove_dir_all(&folder);
        let folder = Folder(folder);
        folder.package("");
        folder
    }

    /// Makes a package with ops in a folder below, and returns the paths of its ops and of their table.
    fn package(&self, below: &str) -> (PathBuf, PathBuf) {
        let package = self.0.join(below);
        fs::create_dir_all(package.join("src")).expect("the folder can be made");
        fs::write(package.join("Cargo.toml"), "").expect("the manifest can be written");
        let ops = package.join("src/ops.rs");
        fs::write(&ops, OPS).expect("the ops can be written");
        let table = prebuilt::path(&ops, Arch::host().expect("this machine has stencils"));
        (ops, table)
    }

    /// Makes a package, and its table with these options.
    fn with_table(&self, below: &str, options: &[&str]) -> (PathBuf, PathBuf) {
        let (ops, table) = self.package(below);
        let generate = [&["generate"], options, &[ops.to_str().expect("a plain path")]].concat();
        let output = self.mimeo(&generate, "cc");
        assert!(output.status.success(), "{}", text(&output.stderr));
        (ops, table)
    }

    fn mimeo(&self, args: &[&str], compiler: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
        for name in ["CC", "TARGET_CC", "HOST_CC", "CFLAGS", "CC_aarch64_unknown_linux_gnu"] {
            command.env_remove(name);
        }
        if compiler != "cc" {
            command.env("CC", compiler);
        }
        command.current_dir(&self.0).args(args).output().expect("the command runs")
    }

    /// Runs `mimeo renew`, and returns its standard output.
    #[track_caller]
    fn renews(&self, args: &[&str]) -> String {
        let output = self.mimeo(&[&["renew"], args].concat(), "cc");
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// Runs `mimeo renew`, which must fail, and returns its standard error.
    #[track_caller]
    fn fails(&self, args: &[&str]) -> String {
        let output = self.mimeo(&[&["renew"], args].concat(), "cc");
        assert!(!output.status.success(), "{}", text(&output.stdout));
        text(&output.stderr)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("the file can be read")
}

/// Changes the text of a file.
fn change(path: &Path, from: &str, to: &str) {
    let text = read(path);
    assert!(text.contains(from), "`{from}` is not in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("the file can be written");
}

/// Changes a table, and writes it as if it had been made so.
fn remake(path: &Path, change: impl FnOnce(&mut Prebuilt)) {
    let mut tables = prebuilt::read(&read(path)).expect("the table is valid");
    change(&mut tables);
    fs::write(path, prebuilt::write("ops.rs", tables.arch, &tables.tables)).expect("the table can be written");
}

#[test]
fn a_table_is_renewed_with_the_settings_that_it_has() {
    let folder = Folder::new("settings");
    let raised = if cfg!(target_arch = "aarch64") { "lse" } else { "popcnt" };
    for options in [&[][..], &["--landing-pads", "--raise-baseline", raised]] {
        let (ops, table) = folder.with_table("", options);
        let before = read(&table);
        let name = table.strip_prefix(&folder.0).expect("it is in the folder").display().to_string();
        let said = folder.renews(&[]);
        assert!(said.starts_with(&format!("`{name}`: stencils for 2 of 2 ops, for ")), "{said}");
        assert_eq!(read(&table), before, "{options:?}");
        assert!(folder.renews(&["--check"]).starts_with(&format!("`{name}`: it is what cc ")));

        change(&ops, "wrapping_add", "wrapping_sub");
        let stale = folder.fails(&["--check"]);
        let expected = format!("error: `{name}`: it is stale:\n  `add` changed: body\n`mimeo renew` renews them\n");
        assert_eq!(stale, expected);
        assert_eq!(read(&table), before);
        folder.renews(&[]);
        folder.renews(&["--check"]);
        let settings = |text: &str| -> Vec<String> {
            text.lines()
                .filter(|line| line.starts_with("flags ") || line.starts_with("baseline "))
                .map(str::to_owned)
                .collect()
        };
        assert_ne!(read(&table), before);
        assert_eq!(settings(&read(&table)), settings(&before), "{options:?}");

        // The marks of a merge conflict, or another version of the format.
        let good = read(&table);
        for (from, to) in [("\nop add ", "\n<<<<<<< one\nop add "), ("\nmimeo stencils ", "\nmimeo stencils 9")] {
            change(&table, from, to);
            assert!(folder.fails(&["--check"]).contains("`: it is damaged: line "));
            folder.renews(&[]);
            assert_eq!(read(&table), good);
        }
    }
}

#[test]
fn check_compares_the_code_with_what_the_same_compiler_makes() {
    let folder = Folder::new("code");
    let (_, table) = folder.with_table("", &[]);
    let good = read(&table);
    let other = |table: &Path| folder.fails(&["--check"]).replace(&table.display().to_string(), "TABLE");
    // Valid code that computes something else.
    remake(&table, |tables| {
        let ops = &mut tables.tables[0].ops;
        ops[1].stencil = ops[0].stencil.clone();
    });
    let said = other(&table);
    assert!(said.contains(" now makes another one:\n  the code of `scale` is different\n"), "{said}");
    // The name by which gcc was called does not matter.
    remake(&table, |tables| {
        let compiler = &mut tables.tables[0].compiler;
        *compiler = compiler.replacen("cc (", "gcc-12 (", 1);
    });
    assert!(other(&table).contains("\n  the code of `scale` is different\n"));
    // Another compiler makes other code.
    remake(&table, |tables| tables.tables[0].compiler = "tcc 9".to_owned());
    let said = folder.renews(&["--check"]);
    let fits = "it fits its ops; its code was not compared: it was made by tcc 9; the compiler here is cc ";
    assert!(said.contains(fits), "{said}");
    // Without a compiler, the ops are compared.
    let output = folder.mimeo(&["renew", "--check"], "/no/such/cc");
    assert!(output.status.success(), "{output:?}");

    fs::write(&table, &good).expect("it can be written");
    remake(&table, |tables| {
        let table = &mut tables.tables[0];
        table.flags = table.flags.replace(" -O2 ", " -O3 ");
        table.exits[0] = table.exits[1].clone();
    });
    let said = other(&table);
    let flags =
        "\n  it was made without the flag `-O2`\n  it was made with the flag `-O3`\n  the code of the stencil `deopt`";
    assert!(said.contains(flags), "{said}");
    let mut twice = prebuilt::read(&good).expect("it is valid");
    let mut gone = twice.tables[0].clone();
    gone.name = "gone".to_owned();
    twice.tables.push(gone);
    fs::write(&table, prebuilt::write("ops.rs", twice.arch, &twice.tables)).expect("it can be written");
    let said = other(&table);
    assert!(said.contains("it is stale:\n  the instruction set `gone` no longer exists\n"), "{said}");
    folder.renews(&[]);
    assert_eq!(read(&table), good);
}

#[test]
fn every_table_below_the_folder_is_renewed_even_if_one_cannot_be() {
    let folder = Folder::new("tree");
    let (_, first) = folder.with_table("a", &[]);
    let (ops, second) = folder.with_table("b/c", &[]);
    let (_, orphan) = folder.with_table("d", &[]);
    let hidden = folder.with_table(".hidden", &[]).1;
    let built = ["CACHEDIR.TAG", ".rustc_info.json"].map(|mark| {
        let table = folder.with_table(&format!("of{mark}"), &[]).1;
        fs::write(folder.0.join(format!("of{mark}")).join(mark), "").expect("it can be written");
        table
    });
    for table in [&first, &second, &hidden, &built[0], &built[1]] {
        change(table, "\nop add ", "\n\nop add ");
    }
    fs::rename(&orphan, orphan.with_file_name(orphan.file_name().unwrap().to_str().unwrap().replace("ops", "other")))
        .expect("it can be renamed");
    let said = folder.fails(&[]);
    assert!(said.starts_with("error: `d/src/other.") && said.contains("`: cannot read `d/src/other.rs`: "), "{said}");
    let renewed = |folder: &str| said.contains(&format!("\n`{folder}/src/ops."));
    assert!(renewed("a") && renewed("b/c") && said.lines().count() == 3, "{said}");
    let kept = [&hidden, &built[0], &built[1]].map(|table| (table, false));
    for (table, is_renewed) in [(&first, true), (&second, true)].into_iter().chain(kept) {
        assert_eq!(prebuilt::read(&read(table)).is_ok(), is_renewed, "{}", table.display());
    }
    // Only what is below the folder, and an error for a folder without tables.
    assert_eq!(folder.renews(&["--check", "b"]).lines().count(), 1);
    fs::write(&second, "checksum").expect("it can be written");
    assert!(folder.fails(&["b"]).contains("it does not say how it was made; make it again with `mimeo generate`"));
    fs::remove_file(second).expect("it can be removed");
    let nothing = folder.fails(&["b"]);
    assert_eq!(nothing, "error: there is no table below `b`; `mimeo generate` makes the first one\n");
    fs::remove_file(ops).expect("it can be removed");
}

#[test]
fn a_table_for_another_architecture_is_made_by_its_compiler() {
    let (arch, compiler) = match Arch::host() {
        Some(Arch::X86_64) => ("aarch64", "aarch64-linux-gnu-gcc"),
        _ => ("x86_64", "x86_64-linux-gnu-gcc"),
    };
    let is_there = Command::new(compiler).arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(is_there || std::env::var_os("CI").is_none() || HOST.starts_with("aarch64"), "there is no `{compiler}`");
    if !is_there {
        return;
    }
    let folder = Folder::new("other");
    let (ops, _) = folder.with_table("", &["--target", &format!("{arch}-unknown-linux-gnu")]);
    let table = ops.with_file_name(format!("ops.{arch}.stencils"));
    change(&ops, "wrapping_add", "wrapping_sub");
    assert!(folder.fails(&["--check"]).contains("`add` changed: body"));
    // `CC` is usually the compiler for this machine, which does not compile for the other one.
    let output = folder.mimeo(&["renew"], "gcc");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(read(&table).contains(&format!("\narch {arch}\n")));
    assert!(folder.renews(&["--check"]).contains(&format!("`: it is what {compiler} ")));
}
