//! Families → the same Rust and the same C as ops that are written one by one.

use proc_macro2::TokenStream;

use crate::{Lowered, TableFile, expand, lower_file};

/// Functions with `each`, and the same ops written out.
const CASES: [(&str, &str); 8] = [
    // Operators, and uses of their results.
    (
        "/// Whether `a {compare} b`, {how}.
         #[vm_op(each(compare, how): less(<, \"as numbers\"), equal(==, \"bit by bit\"),)]
         fn compare(a: i64, b: i64) -> i64 { !compare(a, compare(b, 1) as i64) as i64 }",
        "/// Whether `a < b`, as numbers.
         #[vm_op]
         fn less(a: i64, b: i64) -> i64 { !(a < (b < 1) as i64) as i64 }
         /// Whether `a == b`, bit by bit.
         #[vm_op]
         fn equal(a: i64, b: i64) -> i64 { !(a == (b == 1) as i64) as i64 }",
    ),
    // An operator with a higher precedence than those around it, and with a lower one.
    (
        "#[vm_op(each(join): and(&), or(|))]
         fn join(a: i64, b: i64) -> i64 { join(join(a, b ^ 1), a) ^ join(a, join(b, 2)).wrapping_neg() }",
        "#[vm_op]
         fn and(a: i64, b: i64) -> i64 { a & (b ^ 1) & a ^ (a & (b & 2)).wrapping_neg() }
         #[vm_op]
         fn or(a: i64, b: i64) -> i64 { (a | b ^ 1 | a) ^ (a | (b | 2)).wrapping_neg() }",
    ),
    // Types and their constants.
    (
        "/// `{ty}`, without {}
         #[vm_op(each(ty): largest_u8(u8), largest_i32(i32))]
         fn largest(#[imm] a: ty) -> i64 { a as i64 ^ ty::MAX as i64 }",
        "/// `u8`, without {}
         #[vm_op]
         fn largest_u8(#[imm] a: u8) -> i64 { a as i64 ^ u8::MAX as i64 }
         /// `i32`, without {}
         #[vm_op]
         fn largest_i32(#[imm] a: i32) -> i64 { a as i64 ^ i32::MAX as i64 }",
    ),
    // Methods, helpers, runtime functions, flows, and names in attributes.
    (
        "#[vm_op(each(method, slow, space, go): one(wrapping_add, log, cells, to.jump()),
                                                two(wrapping_sub, helper, words, Flow::Next))]
         fn some(vm: &mut Vm, a: i64, #[imm(in = space)] index: u8, to: Label) -> Flow {
             slow(vm, a.method(index as i64));
             if a > 0 { go } else { Flow::Next }
         }",
        "#[vm_op]
         fn one(vm: &mut Vm, a: i64, #[imm(in = cells)] index: u8, to: Label) -> Flow {
             log(vm, a.wrapping_add(index as i64));
             if a > 0 { to.jump() } else { Flow::Next }
         }
         #[vm_op]
         fn two(vm: &mut Vm, a: i64, #[imm(in = words)] index: u8, to: Label) -> Flow {
             helper(vm, a.wrapping_sub(index as i64));
             if a > 0 { Flow::Next } else { Flow::Next }
         }",
    ),
    // Patterns, numbers and whole expressions.
    (
        "#[vm_op(each(found, result, times): first(0..=9, a.wrapping_mul(2), -1), second(-3 | 7, 1, 2))]
         fn find(a: i64) -> i64 { match a { found => result, _ => a.wrapping_mul(times) } }",
        "#[vm_op]
         fn first(a: i64) -> i64 { match a { 0..=9 => a.wrapping_mul(2), _ => a.wrapping_mul(-1) } }
         #[vm_op]
         fn second(a: i64) -> i64 { match a { -3 | 7 => 1, _ => a.wrapping_mul(2) } }",
    ),
    // Names of operands and variables.
    (
        "#[vm_op(each(operand): local(here), global(there))]
         fn named(operand: i64) -> i64 { let next = operand.wrapping_add(1); next ^ operand }",
        "#[vm_op]
         fn local(here: i64) -> i64 { let next = here.wrapping_add(1); next ^ here }
         #[vm_op]
         fn global(there: i64) -> i64 { let next = there.wrapping_add(1); next ^ there }",
    ),
    // The other arguments: for all, and for each.
    (
        "#[vm_op(stencil = native, result = slot, each(native, by): slow(none, 1), fast(required, 2))]
         fn add(a: i64) -> i64 { a.wrapping_add(by) }",
        "#[vm_op(stencil = none, result = slot)]
         fn slow(a: i64) -> i64 { a.wrapping_add(1) }
         #[vm_op(stencil = required, result = slot)]
         fn fast(a: i64) -> i64 { a.wrapping_add(2) }",
    ),
    // A hand-written stencil without a review.
    (
        "#[vm_op(stencil = \"{name}.c\", reviewed = print, each(name, print): x(x, \"1\"))]
         fn by_hand(name: i64) -> i64 { name }",
        "#[vm_op(stencil = \"x.c\", reviewed = \"1\")]
         fn x(x: i64) -> i64 { x }",
    ),
];

const ARGUMENTS: &str = "value = i64, operands = stack";

fn module(ops: &str) -> String {
    format!(
        "mod ops {{
            unsafe extern \"Rust\" {{ fn log(vm: &mut Vm, value: i64); }}
            fn helper(vm: &mut Vm, value: i64) {{ log(vm, value) }}
            {ops}
        }}"
    )
}

fn tokens(text: &str) -> TokenStream {
    text.parse().expect("it is Rust")
}

/// Returns the handlers, the metadata with the documentation, and the assembler; or the errors.
pub(crate) fn expanded(arguments: &str, module: &str) -> String {
    expand(tokens(arguments), tokens(module), |_| TableFile::Missing("nothing is made".into())).to_string()
}

/// Returns the C, without the lines of the ops.
fn lowered(arguments: &str, module: &str) -> String {
    let file = format!("#[instruction_set({arguments})] {module}");
    let Lowered { prelude, ops, .. } = lower_file(&file, "ops.rs").expect("it is Rust").remove(0);
    let ops = ops.into_iter().map(|op| format!("{:?}", crate::LoweredOp { line: 0, ..op }));
    let texts: Vec<String> = ops.collect();
    assert!(!texts.is_empty(), "{file}");
    let lines =
        texts.iter().flat_map(|text| text.split("#line ").map(|part| part.trim_start_matches(char::is_numeric)));
    prelude + &lines.collect::<String>()
}

/// Checks that two modules become the same.
#[track_caller]
pub(crate) fn assert_same(arguments: &str, short: &str, written_out: &str) {
    assert_eq!(lowered(arguments, short), lowered(arguments, written_out));
    let [expanded, truth] = [short, written_out].map(|ops| without_branches(&expanded(arguments, ops)));
    let same = expanded.chars().zip(truth.chars()).take_while(|(a, b)| a == b).count();
    assert!(expanded == truth, "{short}\nbecomes … {}", expanded.chars().skip(same).take(200).collect::<String>());
}

/// The beginning of the list in which the assembler has the branches of values.
pub(crate) const BRANCHES: &str = "const BRANCHES : & [(u16 , bool , u16)] = & [";

/// Removes which branch belongs to which value, since ops that are written out do not say it.
fn without_branches(text: &str) -> String {
    let Some((before, rest)) = text.split_once(BRANCHES) else { return text.to_owned() };
    let (_, after) = rest.split_once(']').expect("the list ends");
    format!("{before}{after}")
}

#[test]
fn a_family_equals_its_ops_written_out() {
    for (family, ops) in CASES {
        assert_same(ARGUMENTS, &module(family), &module(ops));
    }
}

/// Returns the problems of a module, each without its help and with its note.
pub(crate) fn problems(arguments: &str, module: &str) -> String {
    let text = expanded(arguments, module);
    let messages = text.split("compile_error ! { \"").skip(1).filter_map(|part| part.split('"').next());
    let short = messages.map(|message| {
        let note = message.find("\\nnote").map_or("", |at| &message[at + 2..]);
        format!("{}; {note}\n", message.split("\\nhelp").next().unwrap_or_default())
    });
    short.collect()
}

#[test]
fn a_problem_lists_its_ops_unless_all_have_it() {
    let problems = |body: &str| {
        let rows = "one(wrapping_add, 1), two(wrapping_mul, true), three(wrapping_add, false)";
        let ops = format!("#[vm_op(each(method, amount): {rows})]\nfn op(a: i64, b: i64) -> i64 {{ {body} }}");
        problems(ARGUMENTS, &module(&ops))
    };
    assert_eq!(problems("a.method(1) ^ missing(amount)"), "unknown function `missing`; \n");
    assert_eq!(problems("a.method(amount)"), "expected `i64`, found `bool`; note: only in `two`, `three`\n");
}
