//! Every diagnostic as a user sees it: a program runs as a process, prints what it should, and reports the
//! code on standard error.
//!
//! Contract of this island: (1) the code between fork and exec only makes system calls, which need no memory and no
//! lock.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use mimeo::jit::Diagnostic;
use mimeo_corpus::alone::is_alone;
use mimeo_corpus::process;

use crate::tools::drift::{Build, OUTPUT, Outcome};

/// Twenty calls of a function, so that it and the loop become hot.
const TWENTY: &str = "fn f(x) { return x; } let i = 0; while i < 20 { i = f(i) + 1; } print i;";

/// Returns the command `mimeo-calc`, built in the profile of the tests.
fn calc() -> Command {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    let binary = BINARY.get_or_init(|| {
        // This test is TARGET/PROFILE/deps/all-…
        let test = env::current_exe().expect("the test is a file");
        let profile = test.ancestors().nth(2).expect("it is in the folder of its profile");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--offline", "--quiet", "--package=mimeo-calc"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        cargo.args((!cfg!(debug_assertions)).then_some("--release"));
        cargo.env("CARGO_TARGET_DIR", profile.parent().expect("a profile is in the target folder"));
        let output = cargo.output().expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        profile.join("mimeo-calc")
    });
    process::command(&[""; 0], binary)
}

/// Asserts that a program prints 20; returns its standard error.
fn report(output: Output) -> String {
    let stderr = String::from_utf8(output.stderr).expect("the report is text");
    assert_eq!((output.stdout.as_slice(), output.status.code()), (&b"20\n"[..], Some(0)), "{stderr}");
    stderr
}

/// Returns calc's report on a program that runs with these options.
fn calc_report(options: &[&str]) -> String {
    report(calc().args(["--jit=on", "--stats", "-e", TWENTY]).args(options).output().expect("calc runs"))
}

/// Returns the line of a report with this code.
fn line(report: &str, code: Diagnostic) -> &str {
    println!("{report}");
    let found = report.lines().find(|line| line.contains(code.code()));
    found.unwrap_or_else(|| panic!("no {code} in\n{report}")).trim_start()
}

/// Asserts the output of the package, and the line in its report.
fn package_says(outcome: &Outcome, code: Diagnostic, expected: &str) {
    assert!(outcome.success, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, OUTPUT, "{}", outcome.stderr);
    let line = line(&outcome.stderr, code);
    assert!(line.contains(expected), "{line}\n{}", outcome.stderr);
}

#[test]
fn every_diagnostic_has_a_test_and_a_page_that_shows_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for diagnostic in Diagnostic::ALL {
        let test = diagnostic.code().trim_start_matches("JIT_").to_lowercase();
        assert!(include_str!("outside.rs").contains(&format!("\nfn {test}() {{\n")), "there is no test `{test}`");
        let page = std::fs::read_to_string(root.join(diagnostic.page())).expect("it has a page");
        let (_, how) = page.split_once("\n## How to see it\n").expect("it can be seen");
        let named = how.contains(&format!("--test all outside::{test} -- --show-output"));
        assert!(named || how.contains("mimeo-calc"), "no program shows {diagnostic}:\n{how}");
    }
}

#[test]
fn opt_in() {
    let outcome = Build::default().run(&["--no-default-features"]);
    let expected = "native code: no (JIT_OPT_IN: built without native code (feature `jit`)); mode on, ";
    package_says(&outcome, Diagnostic::OptIn, expected);
    assert!(outcome.stderr.contains("\nno native code: JIT_OPT_IN: built without native code"), "{}", outcome.stderr);
}

#[test]
fn target() {
    let outcome = Build::without_stencils().run(&[]);
    package_says(&outcome, Diagnostic::Target, "native code: no (JIT_TARGET: no stencils: ");
    assert!(outcome.stderr.contains("\nno native code: JIT_TARGET: "), "{}", outcome.stderr);
    let other = if cfg!(target_arch = "aarch64") { "avx2" } else { "lse" };
    let expected = format!(
        "native code: no (JIT_TARGET: the table of stencils needs a processor with {other}, which this one lacks)"
    );
    package_says(&Build::drift("baseline").run(&[]), Diagnostic::Target, &expected);
}

#[test]
fn stencil_unsupported() {
    let outcome = Build::default().attribute("add", "stencil = none").run(&[]);
    let expected = "add: JIT_STENCIL_UNSUPPORTED: the op says `#[vm_op(stencil = none)]`";
    package_says(&outcome, Diagnostic::StencilUnsupported, expected);
    assert!(outcome.stderr.starts_with("native code: yes; "), "{}", outcome.stderr);
}

#[test]
fn stencil_source() {
    // Differences that the compiler can detect are errors of the build (`drift.rs`).
    let outcome = Build::drift("add.hole").run(&[]);
    package_says(&outcome, Diagnostic::StencilSource, "native code: no (JIT_STENCIL_SOURCE: the stencil of `add`");
}

/// On AArch64 a number has as many pieces as its type, so this stencil is refused with its table.
#[cfg(target_arch = "x86_64")]
#[test]
fn patch_overflow() {
    let outcome = Build::default().by_hand("number").run(&[]);
    let expected = "JIT_PATCH_OVERFLOW: 4294967296 does not fit ";
    package_says(&outcome, Diagnostic::PatchOverflow, expected);
    assert!(outcome.stderr.contains("number"), "{}", outcome.stderr);
}

#[test]
fn branch_target() {
    let outcome = Build::default().by_hand("ret").run(&[]);
    package_says(&outcome, Diagnostic::BranchTarget, ", where there is no code");
}

#[test]
fn differential() {
    let same = Build::default().run(&["--", "twins"]);
    assert_eq!((same.stdout.as_str(), same.success), ("7 ops are the same in both tiers\n", true), "{}", same.stderr);
    let broken = Build::default().stencil("a + a", "a + a + 1");
    let found = broken.run(&["--", "twins"]);
    assert!(!found.success, "{}", found.stdout);
    let expected = "JIT_DIFFERENTIAL: `double` of `ops` behaves differently in the two tiers";
    assert_eq!(line(&found.stderr, Diagnostic::Differential), expected, "{}", found.stderr);
    // The interpreter is right, and native code is wrong.
    let run = broken.run(&[]);
    let (interpreted, native) = run.stdout.split_once('\n').expect("two results");
    assert!(OUTPUT.starts_with(interpreted) && !OUTPUT.contains(native), "{}", run.stdout);
}

/// The signal ends the process, so only a line written before that can name the op.
#[cfg(unix)]
#[test]
fn an_op_that_ends_the_process_is_named() {
    let crashing = Build::default().stencil("a + a", "a + *(volatile uint64_t *)8").run(&["--", "twins"]);
    assert!(!crashing.success && crashing.stdout.is_empty(), "{}", crashing.stdout);
    let expected = "\nJIT_DIFFERENTIAL: `double` of `ops` ended in SIGSEGV\n\
                    rerun it with Settings::default().with_only(\"double\".to_owned())\n";
    assert!(crashing.stderr.contains(expected), "{}", crashing.stderr);
}

#[test]
fn code_cache() {
    let report = calc_report(&["--jit-code-limit=100"]);
    assert!(line(&report, Diagnostic::CodeCache).ends_with(" bytes under the limit of 100"), "{report}");
    assert!(report.contains("functions compiled     0\n") && report.contains("functions blocked      2 "), "{report}");
}

#[test]
fn latency_budget() {
    let report = calc_report(&["--jit-budget=0"]);
    assert!(line(&report, Diagnostic::LatencyBudget).ends_with(", but the budget is 0 us"), "{report}");
    assert!(report.contains("functions compiled     0\n") && report.contains("functions blocked      2 "), "{report}");
}

/// Runs in a process that cannot make memory executable, as with systemd's `MemoryDenyWriteExecute=yes`.
#[cfg(target_os = "linux")]
#[test]
fn exec_memory() {
    use std::io;
    use std::os::unix::process::CommandExt;

    fn deny() -> io::Result<()> {
        let refuse = libc::PR_MDWE_REFUSE_EXEC_GAIN as libc::c_ulong;
        // SAFETY: the call takes numbers, and only affects this process.
        let result = unsafe {
            libc::prctl(libc::PR_SET_MDWE, refuse, 0 as libc::c_ulong, 0 as libc::c_ulong, 0 as libc::c_ulong)
        };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    let mut command = calc();
    command.args(["--jit=on", "--stats", "-e", TWENTY]);
    // SAFETY: (1).
    unsafe { command.pre_exec(deny) };
    match command.output() {
        Ok(output) => {
            let report = report(output);
            let expected = "no native code: JIT_EXEC_MEMORY: the memory for code cannot be made executable: ";
            assert!(line(&report, Diagnostic::ExecMemory).starts_with(expected), "{report}");
            let capability = command.args(["--capability"]).output().expect("calc runs");
            let text = String::from_utf8(capability.stdout).expect("it is text");
            assert!(text.starts_with("native code: no (JIT_EXEC_MEMORY: "), "{text}");
        }
        // Linux has the call since 6.3. Before, only `errors::diagnostic::tests::jit_exec_memory` of mimeo-jit tests this.
        Err(error) => assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error}"),
    }
}

/// Runs in a process whose seccomp filter refuses `mprotect` with `PROT_EXEC`.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn programs_run_interpreted_if_a_seccomp_filter_refuses_executable_memory() {
    use std::io;
    use std::mem::offset_of;
    use std::os::unix::process::CommandExt;

    use libc::{BPF_ABS, BPF_JEQ, BPF_JMP, BPF_JSET, BPF_K, BPF_LD, BPF_RET, BPF_W, seccomp_data};
    use mimeo_corpus::program::{CALC, Program};
    use mimeo_corpus::runner::check;

    const AUDIT_ARCH_X86_64: u32 = 0xc000_003e;
    const fn load(offset: usize) -> libc::sock_filter {
        libc::sock_filter { code: (BPF_LD | BPF_W | BPF_ABS) as u16, jt: 0, jf: 0, k: offset as u32 }
    }
    /// Skips `jt` instructions if the comparison with `k` holds, `jf` otherwise.
    const fn skip(comparison: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
        libc::sock_filter { code: (BPF_JMP | comparison | BPF_K) as u16, jt, jf, k }
    }
    const fn end(action: u32) -> libc::sock_filter {
        libc::sock_filter { code: (BPF_RET | BPF_K) as u16, jt: 0, jf: 0, k: action }
    }
    static FILTER: [libc::sock_filter; 8] = [
        load(offset_of!(seccomp_data, arch)),
        skip(BPF_JEQ, AUDIT_ARCH_X86_64, 0, 4),
        load(offset_of!(seccomp_data, nr)),
        skip(BPF_JEQ, libc::SYS_mprotect as u32, 0, 2),
        // The lower half of the third argument.
        load(offset_of!(seccomp_data, args) + 2 * size_of::<u64>()),
        skip(BPF_JSET, libc::PROT_EXEC as u32, 1, 0),
        end(libc::SECCOMP_RET_ALLOW),
        end(libc::SECCOMP_RET_ERRNO | libc::EPERM as u32),
    ];

    fn deny() -> io::Result<()> {
        // The kernel only reads it.
        let program = libc::sock_fprog { len: FILTER.len() as u16, filter: FILTER.as_ptr().cast_mut() };
        // SAFETY: the calls take numbers and a valid filter, and only affect this process.
        let result = unsafe {
            match libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) {
                0 => libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program),
                error => error,
            }
        };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
    let denied = || {
        let mut command = calc();
        command.arg("--jit=on");
        // SAFETY: (1).
        unsafe { command.pre_exec(deny) };
        command
    };

    let report = report(denied().args(["--stats", "-e", TWENTY]).output().expect("calc runs"));
    let line = line(&report, Diagnostic::ExecMemory);
    let expected = "no native code: JIT_EXEC_MEMORY: the memory for code cannot be made executable: ";
    assert!(line.starts_with(expected) && line.contains("(os error 1)"), "{report}");
    let capability = denied().arg("--capability").output().expect("calc runs");
    assert!(capability.stdout.starts_with(b"native code: no (JIT_EXEC_MEMORY: "), "{capability:?}");
    // Every program of the corpus prints the same.
    let run =
        |program: &Program, _: &_| (process::run(denied(), program).unwrap_or_else(|problem| panic!("{problem}")), ());
    check(CALC.programs(100).iter().map(|program| (program, "seccomp")), run).unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn a_machine_without_memory_for_its_stacks_panics() {
    if !is_alone("tools::outside::a_machine_without_memory_for_its_stacks_panics", "ulimit -v 8000000") {
        return;
    }
    // 16 GiB of slots.
    let limits = mimeo::Limits::default().with_slots(2 << 30);
    let builder = mimeo_doc_ops::Machine::builder(Default::default(), Default::default()).limits(limits);
    assert_eq!(crate::runtime::panic_of(|| builder.build()), "not enough memory for stacks of 2147483648 slots");
}
