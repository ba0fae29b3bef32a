//! Code that cannot be copied, from real compilers → the sentence that says why.

use mimeo_build::object_file::Format;
use mimeo_build::toolchain::Unit;
use mimeo_build::{Baseline, extract};
use mimeo_cli::selftest::{self, Compiled};
use mimeo_def::stencil::Arch;

use crate::fixture::{declare, prelude};
use crate::machine::{Machine, machines};

/// Compiles a case and returns the sentence.
fn refusal(machine: &Machine, case: &Compiled) -> String {
    let text = format!("{}\n{}\n", prelude(), case.c);
    let object = match machine.tools.compile(Unit { stem: "x", text: &text, include: None }) {
        Ok(object) => object,
        Err(error) => panic!("{} with {}: {error}", case.name, machine.program),
    };
    match extract::stencil(&object, "op_x", &declare(case.symbols), machine.tools.baseline()) {
        Ok(stencil) => format!("accepted: {stencil:x?}"),
        Err(refusal) => refusal.to_string(),
    }
}

/// The C comes from the table of `mimeo extract --selftest`, which covers what no compiler makes of C.
#[test]
fn invalid_objects_are_refused_with_the_reason() {
    let mut wrong = Vec::new();
    // Names of sections depend on the format.
    for machine in machines("refusals").into_iter().filter(|machine| machine.tools.format() == Format::Elf) {
        for (case, expected) in selftest::compiled(machine.tools.arch()) {
            let found = refusal(&machine, case);
            if found != expected {
                let (name, program) = (case.name, &machine.program);
                wrong.push(format!("{name} with {program}:\n  expected {expected}\n  found    {found}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.concat());
}

#[test]
fn other_files_are_refused() {
    let refusal =
        extract::stencil(b"not an object", "op_bad", &[], &Baseline::base(Arch::X86_64)).unwrap_err().to_string();
    assert!(refusal.starts_with("the object file cannot be read: it is not an ELF, Mach-O or COFF file"), "{refusal}");
}
