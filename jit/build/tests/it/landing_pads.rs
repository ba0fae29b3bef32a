//! Every compiler, asked for landing pads → stencils that begin with one, or a warning that says why there are none.

use std::fs;
use std::path::Path;

use mimeo_build::generate::Job;
use mimeo_build::mode::Mode;
use mimeo_build::object_file::Format;
use mimeo_build::table::OwnedTable;
use mimeo_build::{OwnedStencil, Target, Toolchain};
use mimeo_def::stencil::Arch;

use crate::fixture::{language, op, set};
use crate::machine::{folder, host, machines};

/// Returns all stencils of a table.
fn stencils(table: &OwnedTable) -> impl Iterator<Item = &OwnedStencil> {
    let ops = table.ops.iter().map(|op| op.stencil.as_ref().unwrap_or_else(|reason| panic!("{}: {reason}", op.name)));
    [&table.enter, &table.deopt_op, &table.poll, &table.graft].into_iter().chain(&table.exits).chain(ops)
}

#[test]
fn every_stencil_begins_with_a_pad_and_is_as_before_otherwise() {
    for mut machine in machines("landing_pads") {
        let (arch, program) = (machine.tools.arch(), machine.program);
        let work = folder("landing_pads_work");
        let build = |tools: &Toolchain| OwnedTable::build(&language(), tools, &work, &work).unwrap();
        let plain = build(&machine.tools);
        machine.tools.add_landing_pads().unwrap_or_else(|reason| panic!("{program}: {reason}"));
        let padded = build(&machine.tools);
        assert_eq!((plain.has_landing_pads(), padded.has_landing_pads()), (false, true), "{program}");
        for (plain, padded) in stencils(&plain).zip(stencils(&padded)) {
            assert!(!arch.begins_with_landing_pad(&plain.hot), "{program}: {plain:x?}");
            assert!(arch.begins_with_landing_pad(&padded.hot), "{program}: {padded:x?}");
            // For other systems, clang aligns loops, so that they move by other distances than the pad's length.
            if machine.tools.format() == Format::Elf {
                assert_eq!(padded.hot.len(), plain.hot.len() + 4, "{program}: {padded:x?}");
                // Clang for AArch64 begins outlined functions with one as well.
                let more = padded.cold.len() - plain.cold.len();
                assert!(more == 0 || arch == Arch::Aarch64 && more.is_multiple_of(4), "{program}: {padded:x?}");
            }
            // The jump to the continuation is still the last instruction, so that it can be dropped.
            assert_eq!(padded.tail_jump, plain.tail_jump, "{program}: {padded:x?}");
        }
        assert!(padded.report(&[]).contains("\nlanding pads     yes\n"), "{program}");
    }
}

#[test]
fn a_stencil_without_a_pad_is_refused() {
    // The attribute switches pads off for one function.
    let nocf = if cfg!(target_arch = "x86_64") { "nocf_check" } else { "target(\"branch-protection=none\")" };
    let c = format!("__attribute__(({nocf})) OP(bare) {{ TAIL CONTINUE(vm, base, frame); }}");
    let mut machine = machines("bare_op").swap_remove(0);
    machine.tools.add_landing_pads().unwrap();
    let work = folder("bare_op_work");
    let table = OwnedTable::build(&set("bare", vec![op("bare", &[], &c)]), &machine.tools, &work, &work).unwrap();
    assert_eq!(table.ops[0].stencil, Err("`op_bare` does not begin with a landing pad".to_owned()));
}

/// Builds the fixture with a C compiler that is a shell script, and returns the warnings.
#[cfg(unix)]
fn warnings(name: &str, script: &str) -> (Vec<String>, String) {
    use std::os::unix::fs::PermissionsExt;

    let out = folder(name);
    let program = out.join("cc");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let warnings = job(&out, &program, Mode::Build).run(&[language()]).unwrap().warnings;
    (warnings, fs::read_to_string(out.join("mimeo_calc.report.txt")).unwrap())
}

fn job(out: &Path, compiler: &Path, mode: Mode) -> Job {
    Job {
        mode,
        target: Target { triple: host().to_owned(), host: host().to_owned() },
        compiler: Some(compiler.to_str().unwrap().to_owned()),
        package: out.to_owned(),
        features: Vec::new(),
        landing_pads: true,
        warns_of_stale_file: false,
        ops: "src/ops.rs".into(),
        out: out.to_owned(),
    }
}

#[cfg(unix)]
#[test]
fn a_compiler_that_makes_no_pads_is_reported_and_its_stencils_are_built_without() {
    let flag = if cfg!(target_arch = "x86_64") { "-fcf-protection=branch" } else { "-mbranch-protection=bti" };
    let without = "mimeo: stencils are built without landing pads: ";
    let refuses =
        format!("case \" $* \" in *' {flag} '*) echo \"cc: error: unknown flag\" >&2; exit 1;; esac; exec cc \"$@\"");
    let ignores = format!(
        "for arg; do shift; [ \"$arg\" = {flag} ] || set -- \"$@\" \"$arg\"; done; exec cc \"$@\" \
         {}",
        flag.rsplit_once('=').unwrap().0.to_owned() + "=none"
    );
    let (said, report) = warnings("pads_refused", &refuses);
    assert_eq!(said, [format!("{without}the C compiler does not accept `{flag}`: cc: error: unknown flag")]);
    assert!(!report.contains("no stencil: ") && !report.contains("landing pads"), "{report}");
    let (said, report) = warnings("pads_ignored", &ignores);
    assert_eq!(said, [format!("{without}with `{flag}` the C compiler makes functions without a landing pad")]);
    assert!(!report.contains("no stencil: ") && !report.contains("landing pads"), "{report}");
}

#[test]
fn a_checked_in_table_without_pads_is_reported() {
    let mut machine = machines("pads_checked_in").swap_remove(0);
    let out = folder("pads_checked_in_out");
    fs::create_dir_all(out.join("src")).unwrap();
    let arch = machine.tools.arch();
    let file = mimeo_build::prebuilt::path("src/ops.rs".as_ref(), arch);
    let warnings = |tools: &Toolchain| {
        let table = OwnedTable::build(&language(), tools, &out, &out).unwrap();
        fs::write(out.join(&file), mimeo_build::prebuilt::write("src/ops.rs", arch, &[table])).unwrap();
        job(&out, "/bin/false".as_ref(), Mode::Prebuilt).run(&[language()]).unwrap().warnings
    };
    let file = file.display();
    let command = format!("`mimeo generate --target {} --landing-pads src/ops.rs`", host());
    let expected = format!("mimeo: the stencils in `{file}` have no landing pads; make them again with {command}");
    assert_eq!(warnings(&machine.tools), [expected]);
    machine.tools.add_landing_pads().unwrap();
    assert_eq!(warnings(&machine.tools), [""; 0]);
}
