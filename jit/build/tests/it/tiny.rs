//! The stencils of `mimeo-jit`'s own tests → the tables that are checked in beside them.

use std::fs;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use mimeo_build::table::OwnedTable;
use mimeo_def::Fingerprint;
use mimeo_def::stencil::HoleValue;
use mimeo_lower::{Lowered, LoweredOp, PRELUDE, StencilSource, Symbol};

use crate::machine::{AARCH64, X86_64, folder, machine, version};

/// The ops in their order, each with the operand that is its label, and what it calls.
const OPS: [(&str, Option<u16>, &[u16]); 13] = [
    ("push", None, &[]),
    ("push_small", None, &[]),
    ("push_constant", None, &[]),
    ("get", None, &[]),
    ("set", None, &[]),
    ("add", None, &[]),
    ("scale", None, &[]),
    ("jump", Some(0), &[]),
    ("jump_if", Some(1), &[]),
    ("check", None, &[0]),
    ("call", None, &[1]),
    ("ret", None, &[]),
    ("sub", None, &[]),
];

/// The folder of the stencils and the tables.
fn tiny() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/tiny")
}

fn read(name: &str) -> String {
    fs::read_to_string(tiny().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The functions of one op in `stencils.c`: each begins at the start of a line and ends at a brace at the start of one.
fn functions(c: &str, op: &str) -> String {
    let mut text = String::new();
    for function in c.split_inclusive("\n}\n") {
        let head = function.lines().find(|line| line.starts_with("STENCIL ") || line.starts_with("OUTLINED "));
        let name = head.and_then(|line| line.split_once(" op_")).and_then(|(_, rest)| rest.split_once('('));
        let (name, _) = name.unwrap_or_else(|| panic!("no function: {function}"));
        if name == op || name.strip_prefix(op).is_some_and(|rest| rest.starts_with("__")) {
            text += function;
        }
    }
    text
}

/// Returns the instruction set, as the macro's lowering would return it.
fn lowered() -> Lowered {
    let c = read("stencils.c");
    let (_, c) = c.split_once("#include \"prelude.h\"\n").expect("the stencils follow the prelude");
    let start = c.find("STENCIL ").expect("there are stencils");
    let (declarations, c) = c.split_at(start);
    let ops = OPS.iter().enumerate().map(|(index, &(name, label, calls))| {
        let value = |index| HoleValue::Operand(index);
        let operands = (0..3).map(|index| (format!("HOLE_{index}"), value(index)));
        let label = label.map(|index| ("JUMP_to".to_owned(), value(index)));
        let calls = calls.iter().map(|&index| (format!("RUNTIME_{index}"), HoleValue::Runtime(index)));
        let symbols = operands.chain(label).chain(calls);
        let source = match functions(c, name) {
            none if none.is_empty() => StencilSource::None("the body has 300 bytes, the budget is 256".to_owned()),
            text => StencilSource::Generated(text),
        };
        LoweredOp {
            name: name.to_owned(),
            line: 1,
            fingerprint: Fingerprint { operands: 1, body: index as u32, reached: 3, layout: 4 },
            source,
            required: false,
            transfers: matches!(name, "call" | "ret"),
            symbols: Symbol::common()
                .into_iter()
                .chain(symbols.map(|(name, value)| Symbol { name, value, required: false }))
                .collect(),
        }
    });
    let ops = ops.collect();
    Lowered { name: "tiny".to_owned(), line: 1, prelude: format!("{PRELUDE}{declarations}"), ops }
}

/// Other compilers make other code, so a table is compared only if its own compiler is installed. Where `CI` is set, it
/// must be.
#[test]
fn the_tables_of_the_native_tiers_tests_are_what_their_compilers_make() {
    let programs =
        [("x86_64-linux-gnu-gcc", X86_64, "x86_64.table"), ("aarch64-linux-gnu-gcc", AARCH64, "aarch64.table")];
    for (program, triple, file) in programs {
        let must = std::env::var_os("CI").is_some();
        if version(program).is_none() {
            assert!(!must, "there is no `{program}`");
            continue;
        }
        let work = folder(&format!("tiny-{triple}"));
        let table = OwnedTable::build(&lowered(), &machine(program, triple, &work).tools, &work, &work).unwrap();
        let refused: Vec<_> = table.ops.iter().filter_map(|op| Some((&*op.name, op.stencil.as_ref().err()?))).collect();
        assert!(matches!(refused[..], [("sub", _)]), "{refused:?}");
        let text = table.to_rust();
        if must || read(file).lines().any(|line| line == format!("// Compiler: {}.", table.compiler)) {
            expect_file![tiny().join(file)].assert_eq(&text);
        }
    }
}
