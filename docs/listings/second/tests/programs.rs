//! Every program in `programs` does what its comments say, in every mode, and so do those of the first language.

use std::fs;
use std::path::Path;

use mimeo::Disassembly;
use mimeo::asm::FunctionIndex;
use mimeo::jit::{Gaps, JitConfig, Mode, WithJit as _};
use mimeo_shell::{Output, Text};
use second::compile::compile;
use second::ops::ops::{Machine, Ops};
use second::runtime::Host;

/// Runs a program, and returns its output and its error.
fn run(text: &Text, jit: JitConfig) -> Vec<String> {
    let mut machine = Machine::builder((), Host { output: Output::memory() }).jit(jit).build();
    let error = match compile(text) {
        Ok(program) => {
            let linked = machine.load(&program).expect("it needs no index space");
            machine.call(linked.function(FunctionIndex(0)), &[]).err().map(|trap| text.of_trap(&trap))
        }
        Err(error) => Some(error),
    };
    let output = String::from_utf8_lossy(machine.vm().host.output.written()).into_owned();
    output.lines().map(str::to_owned).chain(error.iter().map(|error| error.to_string())).collect()
}

#[track_caller]
fn check(jit: JitConfig) {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it is in a folder");
    let mut programs = vec![packages.join("first/programs/fib.first")];
    programs.extend(fs::read_dir("programs").expect("there are programs").flatten().map(|entry| entry.path()));
    assert!(programs.len() >= 3);
    for path in programs {
        let text = fs::read_to_string(&path).expect("a text");
        let expected = |line: &str| line.strip_prefix("\\> ").or(line.strip_prefix("\\! ")).map(str::to_owned);
        let expected: Vec<String> = text.lines().filter_map(expected).collect();
        assert_eq!(run(&Text { name: "program".to_owned(), text }, jit.clone()), expected, "{}", path.display());
    }
}

#[test]
fn in_every_mode() {
    check(JitConfig::new(Mode::Off));
    check(JitConfig::new(Mode::On));
    check(JitConfig::new(Mode::Auto).with_threshold(2));
    check(JitConfig::new(Mode::On).with_gaps(Gaps::everywhere()));
}

#[test]
fn mistakes_have_a_place() {
    let cases = [
        ("1 +", "1:3: error: the stack is empty"),
        ("1 2 plus", "1:5: error: unknown word `plus`"),
        ("1 if 2 else then", "1:13: error: one path ends with a stack of 1, the other with 0"),
        (": f ( a ) ;", "1:11: error: the function leaves no value"),
        (": f ( a b ) a ; 1 f", "1:19: error: `f` takes 2, and the stack has 1"),
        ("1 ->", "1:3: error: expected a name after `->`"),
    ];
    for (text, expected) in cases {
        let text = Text { name: "case".to_owned(), text: text.to_owned() };
        assert_eq!(run(&text, JitConfig::new(Mode::Off)), [expected], "{}", text.text);
    }
    let many = Text { name: "case".to_owned(), text: "1 ".repeat(300) };
    assert_eq!(run(&many, JitConfig::new(Mode::Off)), ["1:511: error: too many variables and values on the stack"]);
}

#[test]
fn a_loop_has_three_ops() {
    let text = Text { name: "loop".to_owned(), text: "0 -> i begin i 100000000 < while i 1 + -> i repeat".to_owned() };
    let program = compile(&text).expect("it has no mistakes");
    // ANCHOR: loop
    let expected = "\
main (arity 0, locals 3)
  0000  load r0, k0=0xffff000000000000  ; 1:6
  0003  jump_unless_less_b_constant r0, k1=0xffff000005f5e100, ->0015  ; 1:26
  0008  add_b_constant r0, r0, k2=0xffff000000000001  ; 1:38
  0012  jump ->0003  ; 1:43
  0015  load r1, k3=0xfff1000000000002
  0018  ret r1
";
    // ANCHOR_END: loop
    assert_eq!(Disassembly::<Ops>::new(&program.functions()[0]).to_string(), expected);
}
