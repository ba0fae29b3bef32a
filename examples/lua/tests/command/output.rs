//! Output other than the program's: statistics, listings, the capability. When the program's output arrives.
#![cfg(feature = "jit")]

use std::io::Read as _;
use std::path::Path;

use mimeo_explore::parsed;

use crate::run::{command, failed, lua, lua_with, ok};

#[test]
fn statistics_go_to_standard_error() {
    let outcome = lua(&["--jit=on", "--stats", "-e", "print(1)"], b"");
    assert_eq!((outcome.stdout.as_str(), outcome.status), ("1\n", 0));
    assert!(outcome.stderr.starts_with("functions compiled"), "{outcome:?}");
    let json = lua(&["--jit=on", "--stats=json", "-e", "print(1)"], b"").stderr;
    assert!(json.starts_with('{') && json.contains("\"schema\": 1"), "{json}");
    let trace = lua(&["--jit=on", "--stats=trace", "-e", "print(1)"], b"").stderr;
    assert!(trace.contains("compiled") && trace.contains("(command line)"), "{trace}");
    assert_eq!(lua(&["--stats", "--stats=off", "-e", "print(1)"], b""), ok("1\n"));
    assert_eq!(lua_with(&[("MIMEO_STATS", "summary")], &["--stats=off", "-e", "print(1)"]), ok("1\n"));
    let summary = lua_with(&[("MIMEO_STATS", "summary")], &["-e", "print(1)"]).stderr;
    assert!(summary.starts_with("functions"), "{summary}");
}

#[test]
fn statistics_are_shown_for_a_failing_program() {
    let outcome = lua(&["--jit=on", "--stats", "-e", "error('boom')"], b"");
    let (error, statistics) = outcome.stderr.split_once("functions compiled").unwrap_or_else(|| panic!("{outcome:?}"));
    assert!(error.starts_with("mimeo-lua: (command line):1: boom\n") && !statistics.is_empty(), "{outcome:?}");
    assert_eq!(outcome.status, 1);
}

const NESTED: &str = "local function inner(a) return a + 1 end\nprint(inner(1))";

#[test]
fn every_function_is_listed() {
    let dump = |what: &str| {
        let outcome = lua(&[what, "-e", NESTED], b"");
        assert_eq!((outcome.stderr.as_str(), outcome.status), ("", 0), "{what}");
        outcome.stdout
    };
    let bytecode = dump("--dump=bytecode");
    let heads: Vec<&str> = bytecode.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(heads.iter().filter(|line| line.starts_with("(command line):")).count(), 2, "{bytecode}");
    assert!(bytecode.contains("  add_number") || bytecode.contains("  add"), "{bytecode}");
    assert!(bytecode.contains("call"), "{bytecode}");
    let asm = dump("--dump=asm");
    assert!(asm.contains("  0000  ") && asm.contains("; cold\n"), "{asm}");
    let names = heads.iter().map(|head| head.split(" (").next().unwrap_or(head));
    assert_eq!(names.filter(|name| asm.contains(name)).count(), heads.len(), "{asm}");
    assert!(dump("--dump=ir").contains("\nadd\nb0(v0: i64, v1: i64):\n"));
    assert!(dump("--dump=c").contains("STENCIL op_add(Vm *vm, Slot *base, Frame *frame) {"));
}

#[test]
fn listing_a_program_does_not_run_it() {
    let listed = lua(&["--dump=bytecode"], b"print(1) error('boom')");
    assert!(listed.stdout.starts_with("stdin:") && listed.stderr.is_empty() && listed.status == 0, "{listed:?}");
    let both = lua(&["--dump=bytecode", "-e", "x = 1", "-"], b"y = 1").stdout;
    assert!(both.starts_with("(command line):") && both.contains("\nstdin:"), "{both}");
    let wrong = lua(&["--dump=asm", "-e", "x ="], b"");
    assert_eq!(failed(&wrong, ""), "(command line):1: unexpected symbol near '<eof>'");
    assert_eq!(lua(&["--dump=c"], b""), lua(&["--dump=c", "-e", "x ="], b""));
    assert_eq!(failed(&lua(&["--dump=asm", "-v"], b""), ""), "no program was given");
}

#[test]
fn a_page_shows_every_function_beside_its_text() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (script, file) = (folder.join("<b>&amp;.lua"), folder.join("page.html"));
    let hostile = "local text = [[</pre><script>alert(1)</script>]] error('boom')";
    std::fs::write(&script, format!("{NESTED}\n{hostile}")).expect("it can be written");
    let option = format!("--explore={}", file.display());
    let outcome = lua(&[&option, script.to_str().expect("a plain path")], b"");
    assert_eq!(outcome, ok(&format!("wrote {}\n", file.display())), "nothing runs");
    let html = std::fs::read_to_string(&file).expect("it was written");
    assert!(!html.contains("<script>alert") && !html.contains("<b>&amp;.lua"));
    let page = parsed::page(&html).expect("it is well-formed");
    assert_eq!((page.title.as_str(), page.sections.len()), (script.to_str().expect("a plain path"), 2));
    let lines: Vec<&str> = page.sections[0].pane("source").blocks.iter().map(|block| block.text.trim()).collect();
    let expected: Vec<String> =
        (1..).zip(NESTED.lines().chain([hostile])).map(|(n, line)| format!("{n}  {line}")).collect();
    assert_eq!(lines, expected);
    // A chunk of the command line is shown before the script, and what is not text has no lines.
    let outcome = lua(&[&option, "-e", "x = 1", "-"], b"\x1bno");
    assert_eq!(outcome.status, 1, "{outcome:?}");
    assert_eq!(lua(&[&option, "-e", "x = 1", "-"], b"y = 1").status, 0);
    let page = parsed::page(&std::fs::read_to_string(&file).expect("it was written")).expect("it is well-formed");
    let lines = page.sections.iter().map(|section| section.pane("source").blocks[0].text.trim()).collect::<Vec<_>>();
    assert_eq!((page.title.as_str(), lines), ("stdin", vec!["1  x = 1", "1  y = 1"]));
    assert_eq!(failed(&lua(&[&option, "-v"], b""), ""), "no program was given");
    let missing = failed(&lua(&["--explore=no/such.html", "-e", "x = 1"], b""), "");
    assert!(missing.starts_with("cannot write no/such.html: "), "{missing}");
}

#[test]
fn the_capability_is_shown_without_running_a_program() {
    let outcome = lua_with(&[("MIMEO_JIT_THRESHOLD", "3")], &["--capability", "--jit=on", "-e", "print(1)"]);
    assert_eq!((outcome.stderr.as_str(), outcome.status), ("", 0));
    let (arch, os) = (std::env::consts::ARCH, std::env::consts::OS);
    let first = format!("native code: yes; mode on, threshold 3; {arch}, {os}, stencil ABI ");
    assert!(outcome.stdout.starts_with(&first), "{outcome:?}");
    assert!(outcome.stdout.contains(" have a stencil\n"), "{outcome:?}");
}

/// What a program has written arrives as `setvbuf` says, also if the program is killed.
#[test]
fn what_was_flushed_is_kept_when_a_program_is_killed() {
    let write = "print('one') io.write('two\\n') io.write('part') io.stderr:write('!') while true do end";
    for (buffering, kept) in [("no", "one\ntwo\npart"), ("line", "one\ntwo\n"), ("full", "")] {
        let mut child =
            command(&["-e", &format!("io.stdout:setvbuf('{buffering}') {write}")]).spawn().expect("it starts");
        // Everything was written before.
        child.stderr.as_mut().expect("a pipe").read_exact(&mut [0]).expect("it writes");
        child.kill().expect("it runs");
        let output = child.wait_with_output().expect("it was started");
        assert_eq!(String::from_utf8_lossy(&output.stdout), kept, "{buffering}");
    }
}

/// A coroutine that is resumed twice, and an error that is caught.
const SWITCHES: &str = "local co = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b * 2 end)
print(co(1), co(8))
print(pcall(function() return nil + 1 end))";

/// Returns the lines of a trace, without the functions of the library and without addresses.
fn traced(stderr: &str) -> String {
    let own = stderr.lines().filter(|line| line.contains(" in `(command line):"));
    let without_addresses = own.map(|line| {
        let mut parts = line.split("0x");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + "0x…" + part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit()))
    });
    without_addresses.map(|line| line + "\n").collect()
}

#[test]
fn a_trace_follows_coroutines_and_errors() {
    let expected = expect_test::expect_file!["trace.txt"];
    let printed = "2\t16\nfalse\t(command line):3: attempt to perform arithmetic on a nil value\n";
    for mode in ["--jit=off", "--jit=auto", "--jit=on"] {
        let outcome = lua(&[mode, "--trace=ops", "-e", SWITCHES], b"");
        assert_eq!((outcome.stdout.as_str(), outcome.status), (printed, 0), "{mode}");
        expected.assert_eq(&traced(&outcome.stderr));
        // Only the coroutine.
        let expected = expected.data();
        let outcome = lua(&[mode, "--trace=ops:(command line):1", "-e", SWITCHES], b"");
        let inside: String = expected.split_inclusive('\n').filter(|line| line.contains("line):1`")).collect();
        assert_eq!((outcome.stdout.as_str(), outcome.status), (printed, 0), "{mode}");
        assert_eq!(traced(&outcome.stderr), inside, "{mode}");
    }
}

/// The hooks of a program and the trace use the same machinery.
#[test]
fn a_trace_and_the_hooks_of_a_program_do_not_disturb_each_other() {
    let hooked = "local lines, events = {}, 0
        debug.sethook(function(_, line) lines[#lines + 1] = line end, 'l')
        local x = 1
        for i = 1, 3 do
            x = x + i
        end
        debug.sethook()
        local function f() x = x + 1 end
        debug.sethook(function() events = events + 1 end, 'cr')
        f()
        debug.sethook()
        print(x, events, table.concat(lines, ' '))";
    for mode in ["--jit=off", "--jit=on"] {
        let expected = lua(&[mode, "-e", hooked], b"");
        let outcome = lua(&[mode, "--trace=ops", "-e", hooked], b"");
        assert_eq!((&outcome.stdout, outcome.status), (&expected.stdout, 0), "{mode}");
        // The trace is there until the end, and shows what hooks run.
        let trace = traced(&outcome.stderr);
        assert!(trace.contains("in `(command line):2`"), "{mode}: {trace}");
        assert!(trace.lines().last().is_some_and(|line| line.contains("  ret_none")), "{mode}: {trace}");
    }
}
