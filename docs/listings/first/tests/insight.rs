//! What the command's dumps and statistics say.

use std::process::Command;

fn first(options: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_first")).args(options).output().expect("it starts");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn bytecode() {
    // ANCHOR: bytecode
    let expected = "\
main (arity 0, locals 0)
  0000  push 7  ; 1:24
  0005  call fn1, arguments=1  ; 1:26
  0009  print  ; 1:33
  0010  push 0
  0015  ret
square (arity 1, locals 1)
  0000  get r0  ; 1:16
  0002  get r0  ; 1:18
  0004  multiply  ; 1:20
  0005  ret  ; 1:22
";
    assert_eq!(first(&["--dump=bytecode", "-e", ": square ( n ) n n * ; 7 square ."]), expected);
    // ANCHOR_END: bytecode
}

#[test]
fn trace() {
    // ANCHOR: trace
    let expected = "\
49
-e:1:24 in `main`  0000  push 7
-e:1:26 in `main`  0005  call fn1, arguments=1  ; arguments=[7]
-e:1:16 in `square`  0000  get r0  ; r0=7
-e:1:18 in `square`  0002  get r0  ; r0=7
-e:1:20 in `square`  0004  multiply  ; a=7, b=7
-e:1:22 in `square`  0005  ret  ; value=49
-e:1:33 in `main`  0009  print  ; number=49
-e:1:33 in `main`  0010  push 0
-e:1:33 in `main`  0015  ret  ; value=0
";
    assert_eq!(first(&["--trace=ops", "-e", ": square ( n ) n n * ; 7 square ."]), expected);
    // ANCHOR_END: trace
}

#[test]
fn statistics() {
    // ANCHOR: statistics
    let report = first(&["--jit=on", "--stats", "-e", ": square ( n ) n n * ; 7 square ."]);
    assert!(report.starts_with("49\n"), "{report}");
    assert!(report.contains("functions compiled        2  2 ok (100.0%)"), "{report}");
    assert!(report.contains("ops compiled              9  9 with a stencil (100.0%)"), "{report}");
    // ANCHOR_END: statistics
}
