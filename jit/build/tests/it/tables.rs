//! Whole instruction sets → tables and files.

use std::fs;
use std::path::{Path, PathBuf};

use mimeo_build::generate::{Job, Outcome};
use mimeo_build::mode::Mode;
use mimeo_build::table::{OwnedOp, OwnedTable};
use mimeo_build::{Baseline, Feature, OwnedStencil, Target};
use mimeo_def::frame::Exit;
use mimeo_def::stencil::{Arch, Convention, Hole, HoleValue, PatchKind};
use mimeo_def::{CodeOffset, Fingerprint};
use mimeo_lower::{Lowered, StencilSource};

use crate::fixture::{declare, language, op, set};
use crate::machine::{folder, host, machines};

#[test]
fn every_op_of_the_fixture_has_a_stencil_and_two_builds_are_identical() {
    for machine in machines("every_op") {
        let work = folder("every_op_work");
        let table = OwnedTable::build(&language(), &machine.tools, &work, &work).unwrap();
        for op in &table.ops {
            assert!(op.stencil.is_ok(), "{}: {op:?}", machine.program);
        }
        assert_eq!(table.exits.len(), Exit::ALL.len());
        assert!(!table.enter.hot.is_empty() && !table.deopt_op.hot.is_empty());
        let again = OwnedTable::build(&language(), &machine.tools, &work, &work).unwrap();
        assert_eq!(table.to_rust(), again.to_rust(), "{}", machine.program);
    }
}

/// Creates a job for this machine, with `compiler` or the one that is found.
fn job(out: &Path, compiler: Option<&str>) -> Job {
    Job {
        mode: Mode::Build,
        target: Target { triple: host().to_owned(), host: host().to_owned() },
        compiler: compiler.map(str::to_owned),
        package: out.to_owned(),
        features: Vec::new(),
        landing_pads: false,
        warns_of_stale_file: false,
        ops: PathBuf::from("src/ops.rs"),
        out: out.to_owned(),
    }
}

/// Returns the reason why an op has no stencil, from the report.
fn reason(out: &Path, set: &str, op: &str) -> Option<String> {
    let report = fs::read_to_string(out.join(format!("mimeo_{set}.report.txt"))).unwrap();
    report.lines().find_map(|line| {
        let (name, rest) = line.split_once(' ')?;
        if name != op {
            return None;
        }
        let (fingerprint, rest) = rest.trim().split_once(' ')?;
        assert!(Fingerprint::parse(fingerprint).is_some(), "{line}");
        rest.trim().strip_prefix("no stencil: ").map(str::to_owned)
    })
}

#[test]
fn without_a_usable_compiler_there_is_one_warning_and_an_empty_table() {
    let cases = [
        ("/bin/false", "the C compiler does not work: `/bin/false` failed (exit status: 1)"),
        (
            "/no/such/cc",
            "the C compiler does not work: cannot run `/no/such/cc`: No such file or directory (os error 2)",
        ),
    ];
    for (index, (compiler, expected)) in cases.into_iter().enumerate() {
        let out = folder(&format!("unusable_{index}"));
        let sets = [language(), set("other", vec![op("nop", &[], "")])];
        let outcome = job(&out, Some(compiler)).run(&sets).unwrap();
        assert_eq!(outcome.warnings, [format!("mimeo: every op will be interpreted: {expected}")]);
        assert_eq!(reason(&out, "calc", "add").as_deref(), Some(expected));
        let table = fs::read_to_string(out.join("mimeo_other.rs")).unwrap();
        assert!(table.contains("enter: ::mimeo::def::stencil::Stencil::EMPTY,"), "{table}");
        assert!(table.contains("stencil: ::core::result::Result::Err("), "{table}");
    }
}

#[test]
fn a_target_without_stencils_is_named() {
    let out = folder("target");
    let mut job = job(&out, None);
    job.target.triple = "riscv64gc-unknown-linux-gnu".to_owned();
    let warning = "mimeo: every op will be interpreted: there are no stencils for `riscv64gc-unknown-linux-gnu`, only \
                   for x86-64 and aarch64";
    assert_eq!(job.run(&[language()]).unwrap().warnings, [warning]);
}

#[test]
fn stencils_that_are_switched_off_need_no_compiler_and_no_warning() {
    let out = folder("off");
    let job = Job { mode: Mode::Off, ..job(&out, Some("/no/such/cc")) };
    assert_eq!(job.run(&[language()]), Ok(Outcome::default()));
    assert_eq!(
        reason(&out, "calc", "add").as_deref(),
        Some("stencils are switched off (`MIMEO_STENCILS=off`, or `stencils(false)` in the build script)")
    );
}

#[test]
fn a_second_run_compiles_nothing_and_a_change_compiles_again() {
    let out = folder("second_run");
    let job = job(&out, None);
    let mut sets = [language()];
    assert_eq!(job.run(&sets).unwrap().reused, 0);
    let table = out.join("mimeo_calc.rs");
    let time = fs::metadata(&table).unwrap().modified().unwrap();
    assert_eq!(job.run(&sets).unwrap().reused, 1);
    assert_eq!(fs::metadata(&table).unwrap().modified().unwrap(), time, "an unchanged file was written");
    sets[0].ops[0].fingerprint.body ^= 1;
    assert_eq!(job.run(&sets).unwrap().reused, 0);
    // An empty table is not current.
    Job { mode: Mode::Off, ..job.clone() }.run(&sets).unwrap();
    assert_eq!(job.run(&sets).unwrap().reused, 0);
}

#[test]
fn an_op_that_does_not_compile_does_not_affect_the_others() {
    let out = folder("culprit");
    let mut set = language();
    set.ops.push(op("broken", &[], "#line 7 \"src/ops.rs\"\nOP(broken) { TAIL CONTINUE(vm, base, nonsense); }"));
    assert_eq!(job(&out, None).run(&[set]), Ok(Outcome::default()));
    let reason = |op| reason(&out, "calc", op);
    let text = reason("broken").expect("the broken op has no stencil");
    assert!(text.starts_with("it does not compile: src/ops.rs:7:") && text.contains("nonsense"), "{text}");
    assert_eq!(reason("add"), None);
}

#[test]
fn a_required_stencil_that_is_missing_is_left_to_the_macro() {
    let out = folder("required");
    let mut op = op("bad", &["HOLE_a"], "OP(bad) { TAIL CONTINUE(vm, base, frame); }");
    let job = job(&out, None);
    assert_eq!(job.run(&[set("demo", vec![op])]), Ok(Outcome::default()));
    op = crate::fixture::op("bad", &["HOLE_a"], "OP(bad) { TAIL CONTINUE(vm, base, frame); }");
    op.required = true;
    assert_eq!(job.run(&[set("demo", vec![op])]), Ok(Outcome::default()));
    let missing = fs::read_to_string(out.join("mimeo_demo.missing")).expect("the build wrote it");
    assert_eq!(missing, "bad\tdoes not use `HOLE_a`, which the definition uses\n");
}

/// Creates an instruction set with one hand-written op.
fn handwritten(path: &str) -> Lowered {
    let mut op = op("twice", &["HOLE_dst", "HOLE_a"], "");
    op.source = StencilSource::Handwritten {
        path: path.to_owned(),
        header: "STENCIL op_twice(Vm *, Slot *, Frame *);".to_owned(),
    };
    op.symbols = declare(&["HOLE_dst", "HOLE_a"]);
    set("hand", vec![op])
}

#[test]
fn handwritten_stencils_include_their_header() {
    let out = folder("handwritten");
    let good = "#include \"twice.h\"\nSTENCIL op_twice(Vm *vm, Slot *base, Frame *frame) {\n  \
                WRITE_SLOT(HOLE_dst, READ_SLOT(HOLE_a) * 2);\n  TAIL CONTINUE(vm, base, frame);\n}\n";
    fs::write(out.join("good.c"), good).unwrap();
    fs::write(out.join("bad.c"), "#include \"twice.h\"\nint twice = nonsense;\n").unwrap();
    let job = job(&out, None);
    let run = |path| {
        assert_eq!(job.run(&[handwritten(path)]), Ok(Outcome::default()));
        reason(&out, "hand", "twice")
    };
    assert_eq!(run("good.c"), None);
    assert_eq!(run("missing.c").as_deref(), Some("the file `missing.c` does not exist"));
    // The table has the hash of one file, so the stencil must not include another.
    fs::write(out.join("common.h"), "#define TWO 2\n").unwrap();
    fs::write(out.join("more.c"), good.replacen('\n', "\n#include <stddef.h>\n#include \"common.h\"\n", 1)).unwrap();
    let text = run("more.c").unwrap();
    assert!(text.starts_with("it includes `common.h`, whose changes the table cannot detect; "), "{text}");
    // That includes a file that replaces the header.
    fs::write(out.join("twice.h"), "#include \"mimeo_hand/twice.h\"\n").unwrap();
    let text = run("good.c").unwrap();
    assert!(text.starts_with("it includes `twice.h`, "), "{text}");
    fs::remove_file(out.join("twice.h")).unwrap();
    let text = run("bad.c").unwrap();
    assert!(text.starts_with("it does not compile: ") && text.contains("bad.c:2:"), "{text}");
}

#[test]
fn a_hand_written_stencil_is_in_the_table_with_the_hash_of_its_file() {
    let out = folder("handwritten_hash");
    let hash = |text: &str| {
        fs::write(out.join("twice.c"), text).unwrap();
        let table = OwnedTable::empty(&handwritten("twice.c"), Arch::X86_64, &out, "no reason");
        table.ops[0].handwritten
    };
    let first = hash("int twice;\nint more;\n");
    assert!(first.is_some());
    assert_eq!(hash("int twice;\r\nint more;\r\n"), first);
    assert_ne!(hash("int twice;\nint more; \n"), first);
    let other = OwnedTable::empty(&language(), Arch::X86_64, &out, "no reason");
    assert_eq!(other.ops[0].handwritten, None);
}

#[test]
fn the_report_has_the_baseline_and_the_flags_that_were_dropped() {
    let machine = &machines("report")[0];
    let work = folder("report_work");
    let table = OwnedTable::build(&language(), &machine.tools, &work, &work).unwrap();
    let report = table.report(&["-mavx2".to_owned(), "-D X=1".to_owned()]);
    let baseline = format!("\nbaseline         {}\n", machine.tools.baseline());
    assert!(report.contains(&baseline) && report.contains("\ndropped flags    -mavx2 -D X=1\n"), "{report}");
    assert!(!table.report(&[]).contains("dropped flags"), "{report}");
}

#[test]
fn the_table_is_one_readable_expression() {
    let hole = |at, kind, value, addend| Hole { at: CodeOffset(at), kind, value, addend };
    let stencil = OwnedStencil {
        hot: (0..30).collect(),
        cold: vec![0xcc],
        rodata: Vec::new(),
        hot_holes: vec![
            hole(3, PatchKind::A64LoadOffset { shift: 3 }, HoleValue::Operand(1), 0),
            hole(26, PatchKind::X86Rel32, HoleValue::Exit(Exit::Throw), -4),
        ],
        cold_holes: Vec::new(),
        tail_jump: 5,
    };
    let fingerprint = Fingerprint { operands: 1, body: 2, reached: 3, layout: 0xffff_ffff };
    let op = |name: &str, stencil| OwnedOp {
        name: name.to_owned(),
        fingerprint,
        handwritten: Some(0x1234),
        required: false,
        stencil,
    };
    let table = OwnedTable {
        name: "demo".to_owned(),
        arch: Arch::X86_64,
        baseline: Baseline::new(Arch::X86_64, &[Feature::Ssse3, Feature::Bmi1]),
        convention: Convention::PreserveNone,
        compiler: "cc 1.0".to_owned(),
        flags: "-O2".to_owned(),
        enter: OwnedStencil::default(),
        exits: vec![OwnedStencil::default(); Exit::ALL.len()],
        deopt_op: OwnedStencil::default(),
        poll: OwnedStencil::default(),
        graft: OwnedStencil::default(),
        ops: vec![op("add", Ok(stencil)), op("print", Err("uses \"x\"".to_owned()))],
    };
    assert_eq!(table.to_rust(), include_str!("table.expected.rs"));
}
