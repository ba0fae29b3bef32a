//! Checked-in tables: written tables can be read, and changed ones are refused with the line.

use std::fs;
use std::path::Path;

use mimeo_build::generate::{Job, Outcome};
use mimeo_build::mode::Mode;
use mimeo_build::prebuilt::{self, Prebuilt, Settings};
use mimeo_build::table::OwnedTable;
use mimeo_build::{Baseline, Feature, Target};
use mimeo_def::frame::STENCIL_ABI;
use mimeo_def::stencil::Arch;

use crate::fixture::{language, op, set};
use crate::machine::{folder, host, machine, machines};

#[test]
fn a_written_table_can_be_read() {
    for machine in machines("prebuilt") {
        let work = folder("prebuilt_work");
        let mut other = language();
        other.name = "other".to_owned();
        other.ops.truncate(3);
        other.ops.push(op("bad", &["HOLE_a"], "OP(bad) { TAIL CONTINUE(vm, base, frame); }"));
        let sets = [language(), other];
        let tables: Vec<_> =
            sets.iter().map(|set| OwnedTable::build(set, &machine.tools, &work, &work).unwrap()).collect();
        let arch = machine.tools.arch();
        let text = prebuilt::write("src/ops.rs", arch, &tables);
        let expected = Prebuilt { abi: STENCIL_ABI, arch, tables: tables.clone() };
        assert_eq!(prebuilt::read(&text), Ok(expected), "{}", machine.program);
        assert_eq!(prebuilt::write("src/ops.rs", arch, &tables), text);
        // A checkout with different line endings is the same table.
        assert!(prebuilt::read(&text.replace('\n', "\r\n")).is_ok());
        let found = prebuilt::read(&text).unwrap();
        assert_eq!(found.stale(&sets, machine.tools.baseline(), &work), Vec::<String>::new());
        assert_eq!(found.table(&sets[0], machine.tools.baseline()), Ok(tables[0].clone()));
    }
}

#[test]
fn a_checked_in_table_is_the_one_that_the_compiler_would_make() {
    let package = folder("prebuilt_same");
    let work = folder("prebuilt_same_work");
    fs::create_dir_all(package.join("src")).unwrap();
    let job = |mode, out: &str| Job {
        mode,
        target: Target { triple: host().to_owned(), host: host().to_owned() },
        compiler: Some(if mode == Mode::Build { "cc" } else { "/bin/false" }.to_owned()),
        package: package.clone(),
        features: Vec::new(),
        landing_pads: false,
        warns_of_stale_file: false,
        ops: "src/ops.rs".into(),
        out: folder(out),
    };
    let tools = machine("cc", host(), &work).tools;
    let table = OwnedTable::build(&language(), &tools, &work, &work).unwrap();
    let text = prebuilt::write("src/ops.rs", tools.arch(), &[table]);
    fs::write(package.join(prebuilt::path("src/ops.rs".as_ref(), tools.arch())), text).unwrap();
    let built = job(Mode::Build, "prebuilt_same_built");
    let given = job(Mode::Prebuilt, "prebuilt_same_given");
    let fallback = Job { mode: Mode::Build, out: folder("prebuilt_same_fallback"), ..given.clone() };
    assert_eq!(built.run(&[language()]), Ok(Outcome::default()));
    assert_eq!(given.run(&[language()]), Ok(Outcome::default()));
    let file = prebuilt::path("src/ops.rs".as_ref(), tools.arch());
    let warning = format!(
        "mimeo: using the checked-in stencils `{}`: the C compiler does not work: `/bin/false` failed (exit status: 1)",
        file.display()
    );
    assert_eq!(fallback.run(&[language()]).unwrap().warnings, [warning]);
    let table = |job: &Job| fs::read_to_string(job.out.join("mimeo_calc.rs")).unwrap();
    assert_eq!(table(&given), table(&built));
    assert_eq!(table(&fallback), table(&built));
    // Only a checked-in table comes with the command that regenerates it.
    let renewal = |job: &Job| fs::read_to_string(job.out.join("mimeo_calc.renewal")).ok();
    let command =
        format!("renew `{}` with `mimeo renew`, or build without stencils (MIMEO_STENCILS=off)", file.display());
    assert_eq!((renewal(&given), renewal(&built)), (Some(command), None));
}

#[test]
fn a_build_for_release_warns_of_a_table_that_would_not_serve() {
    let package = folder("prebuilt_warns");
    fs::create_dir_all(package.join("src")).unwrap();
    let file = package.join(prebuilt::path("src/ops.rs".as_ref(), Arch::host().unwrap()));
    let warnings = |mode, warns_of_stale_file| {
        let job = Job {
            mode,
            target: Target { triple: host().to_owned(), host: host().to_owned() },
            compiler: Some("cc".to_owned()),
            package: package.clone(),
            features: Vec::new(),
            landing_pads: false,
            warns_of_stale_file,
            ops: "src/ops.rs".into(),
            out: package.clone(),
        };
        job.run(&[language()]).unwrap().warnings
    };
    let none = [""; 0];
    assert_eq!(warnings(Mode::Build, true), none);
    // The table has two of the ops.
    fs::write(&file, small()).unwrap();
    let name = prebuilt::path("src/ops.rs".as_ref(), Arch::host().unwrap());
    let warning = |reason: &str| {
        let name = name.display();
        format!(
            "mimeo: `{name}`, which machines without a C compiler use, is stale ({reason}): renew it with `mimeo renew`"
        )
    };
    let missing = &language().ops[2].name;
    let more = language().ops.len() - 3;
    let expected = warning(&format!("it has no stencil for `{missing}`, and {more} more"));
    assert_eq!(warnings(Mode::Build, true), [expected]);
    // While ops are written, and where there is no code to compare.
    assert_eq!(warnings(Mode::Build, false), none);
    assert_eq!(warnings(Mode::Off, true), none);
    fs::write(&file, "").unwrap();
    assert_eq!(warnings(Mode::Build, true), [warning("it is damaged: line 1: the file is empty")]);
}

#[test]
fn a_table_says_how_it_was_made_even_if_it_cannot_be_read() {
    let text = small();
    let arch = Arch::host().unwrap();
    let compiler = prebuilt::read(&text).unwrap().tables[0].compiler.clone();
    let expected = Settings { features: Vec::new(), landing_pads: false, compiler };
    assert_eq!(prebuilt::settings(&text, arch), Some(expected.clone()));
    let (feature, pads) = match arch {
        Arch::X86_64 => (Feature::Sse3, "-fcf-protection=branch"),
        Arch::Aarch64 => (Feature::Lse, "-mbranch-protection=bti"),
    };
    // Both sides of a merge count.
    let base = Baseline::base(arch).to_string();
    let other = format!("baseline {base} {}\nflags -w {pads} -x\n=======\nbaseline {base}", feature.name());
    let merged = text.replacen(&format!("baseline {base}"), &other, 1);
    let expected = Settings { features: vec![feature], landing_pads: true, ..expected };
    assert_eq!(prebuilt::settings(&merged, arch), Some(expected));
    for line in ["\nbaseline ", "\ncompiler "] {
        assert_eq!(prebuilt::settings(&text.replacen(line, "\nx", 1), arch), None, "{line}");
    }
    assert_eq!(prebuilt::settings(&text.replacen(&base, "vax", 1), arch), None);
}

#[test]
fn the_name_of_a_table_is_that_of_its_ops_and_its_architecture() {
    for ops in ["src/ops.rs", "my.ops.rs"] {
        for arch in [Arch::X86_64, Arch::Aarch64] {
            let table = prebuilt::path(ops.as_ref(), arch);
            assert_eq!(prebuilt::ops_of(&table), Some((ops.into(), arch)));
        }
    }
    for other in ["src/ops.stencils", "src/ops.vax.stencils", "src/ops.x86_64.rs", "x86_64", ""] {
        assert_eq!(prebuilt::ops_of(other.as_ref()), None, "{other}");
    }
}

/// Returns the text of a small table for this machine.
fn small() -> String {
    let work = folder("prebuilt_small");
    let tools = machine("cc", host(), &work).tools;
    let mut language = language();
    language.ops.truncate(2);
    let table = OwnedTable::build(&language, &tools, &work, &work).unwrap();
    prebuilt::write("src/ops.rs", tools.arch(), &[table])
}

#[test]
fn every_change_is_detected() {
    let text = small();
    let sound = prebuilt::read(&text).unwrap();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        assert!(prebuilt::read(&changed).is_err(), "byte {at} of {}", text.len());
        assert!(prebuilt::read(&text[..at]).is_err() || text[at..].trim().is_empty(), "cut off after {at} bytes");
    }
    let lines: Vec<&str> = text.lines().collect();
    for without in 0..lines.len() {
        let rest: Vec<&str> =
            lines.iter().enumerate().filter(|(at, _)| *at != without).map(|(_, line)| *line).collect();
        assert_ne!(prebuilt::read(&rest.join("\n")).ok().as_ref(), Some(&sound), "without line {without}");
    }
}

/// Returns the text with a change and the correct checksum.
fn resealed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "`{from}` is not in\n{text}");
    let changed = text.replacen(from, to, 1);
    let body = &changed[..changed.rfind("checksum").unwrap()];
    let error = prebuilt::read(&format!("{body}checksum 0")).unwrap_err().reason;
    let sum = error.split('`').nth(3).unwrap();
    format!("{body}checksum {sum}\n")
}

#[test]
fn an_invalid_table_with_a_correct_checksum_is_refused() {
    let text = small();
    let arch = Arch::host().unwrap().name();
    let code = text.lines().find_map(|line| line.strip_prefix("hot ")).unwrap();
    let hole = text.lines().find(|line| line.starts_with("hole ")).unwrap();
    let kind = hole.split(' ').nth(3).unwrap();
    let place = hole.split(' ').nth(2).unwrap();
    let exchanged = if arch == "x86_64" { "A64Adr21" } else { "X86Abs64" };
    let far = hole.replacen(place, "4000", 1);
    let foreign = hole.replace(kind, exchanged);
    let cases = [
        (
            "mimeo stencils 3",
            "mimeo stencils 4",
            "its format is version 4, but this version of mimeo reads version 3".to_owned(),
        ),
        ("mimeo stencils 3\n", "", "`mimeo stencils` is missing".to_owned()),
        ("abi ", "abi x", format!("`x{STENCIL_ABI}` is not a valid number here")),
        (&format!("arch {arch}"), "arch mips", "`mips` is not a supported architecture".to_owned()),
        ("\nbaseline ", "\nbaseline not ", format!("is not a baseline of {arch}")),
        ("\nop add ", "\nfile 12\nop add ", "`set` is missing".to_owned()),
        ("convention ", "convention not ", format!("`not {}` is not a calling convention", convention(&text))),
        ("stencil exit:leave", "stencil exit:door", "`stencil exit:leave` is missing".to_owned()),
        (code, &code[1..], format!("`{}` has an odd number of digits", &code[1..])),
        (code, "zz", "`zz` is not hexadecimal".to_owned()),
        (&format!("hot {code}\n"), "", "a stencil cannot have 0 bytes of code".to_owned()),
        (hole, "hole hot", "`hot` is not a hole".to_owned()),
        (hole, &far, format!("the hole `{}` does not fit this code", &far[5..])),
        (hole, &foreign, format!("the hole `{}` does not fit this code", &foreign[5..])),
        (hole, &format!("{hole}\n{hole}"), format!("the hole `{}` overlaps the one before it", &hole[5..])),
        ("\ntail ", "\ntail 25", "the jump at the end cannot have 25".to_owned()),
        ("\nop add ", "\nop add 0", "is not a fingerprint".to_owned()),
        ("\nop add ", "\nno add ", "`set` is missing".to_owned()),
    ];
    for (from, to, expected) in cases {
        let error = prebuilt::read(&resealed(&text, from, to)).expect_err(&expected);
        assert!(error.reason.contains(&expected), "{expected}: {error}");
        assert!(error.line <= text.lines().count(), "{error}");
    }
}

/// Returns the convention in the text.
fn convention(text: &str) -> &str {
    text.lines().find_map(|line| line.strip_prefix("convention ")).unwrap()
}

#[test]
fn a_stale_table_reports_what_changed() {
    let text = small();
    let arch = Arch::host().unwrap();
    let (base, here) = (Baseline::base(arch), Path::new("."));
    let table = prebuilt::read(&text).unwrap();
    let mut changed = language();
    changed.ops.truncate(2);
    changed.ops[0].fingerprint.layout ^= 1;
    changed.ops[0].fingerprint.body ^= 1;
    changed.ops[1].name = "jump_if_less".to_owned();
    let expected =
        ["`add` changed: body, layout", "it has no stencil for `jump_if_less`", "the op `jump_if_lt` no longer exists"];
    assert_eq!(table.stale(&[changed], &base, here), expected);
    let mut order = language();
    order.ops.truncate(2);
    order.ops.reverse();
    assert_eq!(table.stale(&[order], &base, here), ["the ops are in a different order"]);
    let other = ["it has no table for `else`", "the instruction set `calc` no longer exists"];
    assert_eq!(table.stale(&[set("else", Vec::new())], &base, here), other);
    let other = if arch == Arch::X86_64 { Arch::Aarch64 } else { Arch::X86_64 };
    let message = format!("it is for {}, but the target is {}", arch.name(), other.name());
    assert_eq!(table.stale(&[set("calc", Vec::new())], &Baseline::base(other), here), [message]);
    let old = Prebuilt { abi: 0, ..table };
    let message = format!("it is for stencil ABI 0, but this version of mimeo needs ABI {STENCIL_ABI}");
    assert_eq!(old.stale(&[set("calc", Vec::new())], &base, here), [message]);
}
