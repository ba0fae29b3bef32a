//! Provokes every diagnostic that this crate reports, and checks that each has a page.
//!
//! A test that provokes a diagnostic is named after its code and prints the message; the pages refer to these tests.

use std::path::Path;

use mimeo_def::frame::STENCIL_ABI;
use mimeo_def::stencil::{Arch, Hole, HoleValue, OpStencil, PatchKind, Stencil, Table};
use mimeo_def::{CodeOffset, Feature};

use super::*;
use crate::config::{Gaps, JitConfig, Mode};
use crate::errors::unavailable::Unavailable;
use crate::stats::Stats;
use crate::tier::Jit;
use crate::tiny::programs::{Builder, Run, sum};
use crate::tiny::{Op, TABLE, Tiny, machine_with, oversized, with_stencil};

fn on() -> JitConfig {
    JitConfig::new(Mode::On).with_function_limit(usize::MAX)
}

/// Returns why a table yields no tier.
fn refused(config: JitConfig, table: &Table, expected: Diagnostic) -> Unavailable {
    let error = Jit::<Tiny>::with_table(config, table).into_unavailable().expect("it is refused");
    assert_eq!(error.code(), expected);
    assert!(error.to_string().starts_with(&format!("{expected}: ")), "{error}");
    println!("{error}");
    error
}

/// Creates a machine with `function` as the only one of its program.
fn run(table: &Table, function: mimeo_interp::asm::FunctionBody) -> Run {
    machine_with(vec![function], Some(Jit::with_table(on(), table)))
}

/// Checks that `op` is the only gap and has this diagnostic.
fn check_gap(stats: &Stats, op: &str, expected: Diagnostic, sentence: &str) {
    let [gap] = &stats.gaps[..] else { panic!("{stats:?}") };
    let reason = gap.reason.as_ref().expect("there is a reason");
    assert_eq!((gap.op, gap.places, reason.code()), (op, 1, expected));
    assert_eq!(reason.to_string(), format!("{expected}: {sentence}"));
    assert!(stats.summary().contains(&reason.to_string()));
    println!("{}", stats.summary());
}

/// Checks that the only function was blocked, and returns the reason.
fn check_blocked(stats: &Stats, expected: Diagnostic) -> String {
    let [blocked] = &stats.functions.first_blocked[..] else { panic!("{stats:?}") };
    assert_eq!(blocked.diagnostic, expected);
    println!("{}", stats.summary());
    blocked.sentence.clone()
}

#[test]
fn jit_opt_in() {
    refused(on().with_gaps(Gaps::at(["adc"])), &TABLE, Diagnostic::OptIn);
}

#[test]
fn jit_target() {
    let other = if TABLE.arch == Arch::X86_64 { Arch::Aarch64 } else { Arch::X86_64 };
    refused(on(), &Table { arch: other, ..TABLE }, Diagnostic::Target);
    // A feature of the other architecture represents one that this processor lacks.
    let feature = if TABLE.arch == Arch::X86_64 { Feature::Lse } else { Feature::Avx2 };
    let error = refused(on(), &Table { baseline: vec![feature].leak(), ..TABLE }, Diagnostic::Target);
    let expected = format!("needs a processor with {}, which this one lacks", feature.name());
    assert!(error.to_string().ends_with(&expected), "{error}");
    let ops = TABLE.ops.iter().map(|op| OpStencil { stencil: Err("no C compiler was found"), ..*op });
    let empty = Table { enter: Stencil::EMPTY, ops: Vec::leak(ops.collect()), ..TABLE };
    let error = refused(on(), &empty, Diagnostic::Target);
    assert_eq!(error.to_string(), "JIT_TARGET: no stencils: no C compiler was found");
}

#[test]
fn jit_stencil_unsupported() {
    let mut run = run(&TABLE, sum(Op::Sub));
    assert_eq!(run.call(0, &[3]), Ok(6));
    let sentence = "the body has 300 bytes, the budget is 256";
    check_gap(&run.jit().stats(), "sub", Diagnostic::StencilUnsupported, sentence);
}

#[test]
fn jit_stencil_source() {
    refused(on(), &Table { abi: STENCIL_ABI + 1, ..TABLE }, Diagnostic::StencilSource);
    let mut ops = TABLE.ops.to_vec();
    ops[5].fingerprint.body += 1;
    refused(on(), &Table { ops: ops.leak(), ..TABLE }, Diagnostic::StencilSource);
    let add = TABLE.ops[Op::Add as usize].stencil.expect("it has one");
    let cut = with_stencil(Op::Add, Stencil { hot: &add.hot[..8], ..add });
    refused(on(), &cut, Diagnostic::StencilSource);
}

/// On AArch64 a slot's offset has 12 bits; on x86-64 a stencil with a 32-bit field takes the 64-bit number.
#[test]
fn jit_patch_overflow() {
    if TABLE.arch == Arch::X86_64 {
        let small = TABLE.ops[Op::PushSmall as usize].stencil.expect("it has one");
        let body = Builder::new("f", 1, 1).get(0).push(1 << 32).op(Op::Add).op(Op::Ret).end();
        let mut run = run(&with_stencil(Op::Push, small), body);
        assert_eq!(run.call(0, &[1]), Ok((1 << 32) + 1));
        let sentence = "4294967296 does not fit an unsigned 32-bit field at byte 1";
        check_gap(&run.jit().stats(), "push", Diagnostic::PatchOverflow, sentence);
    } else {
        // The operand stack is above the locals, and is out of reach as well.
        let mut run = run(&TABLE, Builder::new("f", 1, 5000).get(0).op(Op::Ret).end());
        assert_eq!(run.call(0, &[1]), Ok(1));
        let stats = run.jit().stats();
        let reasons = stats.gaps.iter().map(|gap| gap.reason.as_ref().map(|reason| reason.code()));
        assert!(reasons.eq([Some(Diagnostic::PatchOverflow); 2]), "{stats:?}");
        println!("{}", stats.summary());
    }
}

/// The stencil of `ret` continues after the op, where there is no code.
#[test]
fn jit_branch_target() {
    let (hot, at, kind, addend): (&[u8], _, _, _) = match TABLE.arch {
        Arch::X86_64 => (&[0xe9, 0, 0, 0, 0], 1, PatchKind::X86Rel32, -4),
        Arch::Aarch64 => (&[0, 0, 0, 0x14], 0, PatchKind::A64Branch26, 0),
    };
    let hole = Hole { at: CodeOffset(at), kind, value: HoleValue::Continue, addend };
    let stray = Stencil { hot, hot_holes: vec![hole].leak(), ..Stencil::EMPTY };
    let mut run = run(&with_stencil(Op::Ret, stray), Builder::new("f", 1, 1).get(0).op(Op::Ret).end());
    assert_eq!(run.call(0, &[1]), Ok(1));
    check_gap(&run.jit().stats(), "ret", Diagnostic::BranchTarget, "it refers to 0003, where there is no code");
}

#[test]
fn jit_code_cache() {
    let mut run = run(&oversized(), sum(Op::Add));
    assert_eq!(run.call(0, &[3]), Ok(6));
    let sentence = check_blocked(&run.jit().stats(), Diagnostic::CodeCache);
    assert_eq!(sentence, "17 ops are too many for one code buffer");
}

/// Runs in a separate process that is limited to 512 MiB; the code needs more. (AArch64 is tested in an emulator, where
/// this does not work.)
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn jit_exec_memory() {
    const INSIDE: &str = "MIMEO_TEST_IN_512_MIB";
    if std::env::var_os(INSIDE).is_none() {
        let test = std::env::current_exe().expect("the test is a file");
        let output = std::process::Command::new("sh")
            .args([
                "-c",
                "ulimit -v 524288 && exec \"$0\" --exact errors::diagnostic::tests::jit_exec_memory --show-output",
            ])
            .arg(test)
            .env(INSIDE, "1")
            .output()
            .expect("there is a shell");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        assert!(text.contains("JIT_EXEC_MEMORY: no memory for code: "), "{text}");
        println!("{text}");
        return;
    }
    // The largest function that is not refused: 12 of its 14 ops have 64 MiB of constants each.
    let scale = |b: Builder, _| b.op(Op::Scale);
    let body = (0..12).fold(Builder::new("f", 1, 1).get(0), scale).op(Op::Ret).end();
    let mut run = run(&oversized(), body);
    assert_eq!(run.call(0, &[0]), Ok(0));
    let sentence = check_blocked(&run.jit().stats(), Diagnostic::ExecMemory);
    assert!(sentence.starts_with("no memory for code: "), "{sentence}");
}

#[test]
fn a_code_is_the_name_of_one_diagnostic() {
    let codes = "JIT_OPT_IN JIT_TARGET JIT_STENCIL_UNSUPPORTED JIT_STENCIL_SOURCE JIT_PATCH_OVERFLOW JIT_EXEC_MEMORY \
                 JIT_BRANCH_TARGET JIT_DIFFERENTIAL JIT_CODE_CACHE JIT_LATENCY_BUDGET";
    let found: Vec<&str> = Diagnostic::ALL.iter().map(|diagnostic| diagnostic.code()).collect();
    assert_eq!(found.join(" "), codes);
    for &diagnostic in Diagnostic::ALL {
        assert_eq!(diagnostic.code().parse(), Ok(diagnostic));
        assert_eq!(format!("{diagnostic:<24}|").trim_end_matches('|').trim_end(), diagnostic.code());
        for sentence in [diagnostic.summary(), diagnostic.remedy()] {
            assert!(sentence.ends_with('.') && !sentence.contains(". "), "one sentence: {sentence}");
        }
    }
    let error = "JIT_MOOD".parse::<Diagnostic>().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("`JIT_MOOD` is not a diagnostic; the diagnostics are {}", codes.replace(' ', ", "))
    );
}

/// Returns the text under a heading of the second level.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = format!("\n## {heading}\n");
    let (_, text) = page.split_once(&start).unwrap_or_else(|| panic!("a section `{heading}` in:\n{page}"));
    text.split("\n## ").next().unwrap_or(text).trim()
}

#[test]
fn every_diagnostic_has_a_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for &diagnostic in Diagnostic::ALL {
        let path = root.join(diagnostic.page());
        let page = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(page.starts_with(&format!("# `{diagnostic}`\n\n{}\n", diagnostic.summary())), "{page}");
        assert!(section(&page, "What it means").len() > 80, "{page}");
        assert!(section(&page, "When it happens").starts_with("* "), "its causes are a list:\n{page}");
        assert!(section(&page, "What to do").contains(diagnostic.remedy()), "{page}");
        let how = section(&page, "How to see it");
        assert!(how.contains("```sh\n") && how.contains(diagnostic.code()), "{page}");
        if let Some((_, test)) = how.split_once("diagnostic::tests::") {
            let test = test.split_whitespace().next().unwrap_or_default();
            assert!(include_str!("tests.rs").contains(&format!("\nfn {test}() {{\n")), "there is no test `{test}`");
        }
    }
    let pages = std::fs::read_dir(root.join("docs/diagnostics")).expect("the folder of the pages").count();
    assert_eq!(pages, Diagnostic::ALL.len(), "a page belongs to no diagnostic");
}
