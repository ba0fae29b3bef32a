//! Symbols of calc's native code in gdb and perf, under `MIMEO_PERF`.

use std::process::{Command, Output, Stdio};

const PROGRAM: &str = "fn show(n) { print n; return n; } show(7);";

fn calc() -> Command {
    let mut calc = Command::new(env!("CARGO_BIN_EXE_mimeo-calc"));
    calc.args(["--jit=on", "-e", PROGRAM]).stdout(Stdio::piped()).stderr(Stdio::piped());
    calc
}

/// Returns the output of gdb and calc with these commands, or `None` if there is no gdb.
fn gdb(commands: &[&str]) -> Option<String> {
    let calc = calc();
    let mut gdb = Command::new("gdb");
    gdb.args(["--batch", "-nx", "-ex", "set debuginfod enabled off"]).env("MIMEO_PERF", "gdb");
    gdb.args(commands.iter().flat_map(|command| ["-ex", command]));
    let Output { stdout, stderr, .. } =
        gdb.arg("--args").arg(calc.get_program()).args(calc.get_args()).output().ok()?;
    Some(String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

#[test]
fn gdb_names_a_compiled_function_and_finds_main() {
    if !gdb(&["run"]).is_some_and(|output| output.contains("exited normally")) {
        println!("skipped: there is no gdb, or it cannot run programs");
        return;
    }
    let runtime = include_str!("../src/runtime.rs");
    let line = runtime.lines().position(|line| line.contains("writeln!(vm.host.out")).expect("calc prints") + 1;
    let output = gdb(&[&format!("break calc/src/runtime.rs:{line}"), "run", "bt", "kill"]).expect("it did run");
    let expected = [format!("runtime.rs:{line}"), " show ()".into(), " main ()".into()];
    let mut frames = output.lines().filter(|line| line.starts_with('#'));
    for part in expected {
        assert!(frames.any(|frame| frame.contains(&part)), "`{part}` is missing or out of order: {output}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_perf_map_names_compiled_functions() {
    let child = calc().env("MIMEO_PERF", "map").spawn().expect("the command starts");
    let map = format!("/tmp/perf-{}.map", child.id());
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (&b"7\n"[..], &b""[..]));
    let text = std::fs::read_to_string(&map).expect("there is a map");
    std::fs::remove_file(&map).expect("it is ours");
    let names: Vec<&str> = text.lines().filter_map(|line| line.splitn(3, ' ').nth(2)).collect();
    for name in ["mimeo::show", "mimeo::main"] {
        assert!(names.contains(&name), "{text}");
    }
}
