//! The fingerprint of an op changes exactly in the part that changed, and not with formatting or names.

use mimeo::def::Fingerprint;

const OPS: &str = r#"
#[mimeo::instruction_set(value = i64, context = Context)]
pub mod ops {
    #[repr(C)]
    pub struct Context {
        pub bias: i64,
        pub names: *const std::ffi::CString,
        pub first: *const Node,
    }

    #[repr(C)]
    pub struct Node {
        pub key: u32,
    }

    const STEP: i64 = 1;
    const UNUSED: i64 = 2;

    unsafe extern "Rust" {
        fn unused(vm: &mut Vm) -> i64;
        fn note(vm: &mut Vm, a: i64) -> Result<i64, Thrown>;
    }

    fn stepped(a: i64) -> i64 {
        twice(a).wrapping_add(STEP)
    }

    fn twice(a: i64) -> i64 {
        a.wrapping_add(a)
    }

    /// Everything at once.
    #[vm_op]
    fn all(vm: &mut Vm, a: i64, #[imm] k: u8) -> Result<i64, Thrown> {
        let sum = stepped(a).wrapping_add(vm.context.bias);
        note(vm, sum.wrapping_add(k as i64))
    }

    #[vm_op]
    fn plain(a: i64) -> i64 {
        a
    }
}
"#;

/// Returns the fingerprints of `all` and `plain`.
fn fingerprints(source: &str) -> [Fingerprint; 2] {
    let sets = mimeo_lower::lower_file(source, "ops.rs").expect("the source is Rust");
    let find = |name| sets[0].ops.iter().find(|op| op.name == name).expect("the op has no problem").fingerprint;
    [find("all"), find("plain")]
}

/// Returns the parts that change in `all` and in `plain`.
fn changes(from: &str, to: &str) -> [Vec<&'static str>; 2] {
    assert!(OPS.contains(from), "`{from}` is not in the ops");
    let [all, plain] = fingerprints(OPS);
    let [all_now, plain_now] = fingerprints(&OPS.replacen(from, to, 1));
    [all.differences(&all_now).collect(), plain.differences(&plain_now).collect()]
}

#[test]
fn formatting_and_names_do_not_change_fingerprints() {
    let [all, plain] = fingerprints(OPS);
    // Formatting, comments and names of variables.
    let squeezed: String = OPS.split_whitespace().map(|word| word.to_owned() + " ").collect::<String>();
    let squeezed = squeezed.replace("/// Everything at once.", "/* Nothing. */");
    assert_eq!(fingerprints(&squeezed), [all, plain]);
    let nothing = [
        ("/// Everything at once.", "// A comment.\n    /// Another text."),
        ("let sum = ", "let /* inside */ sum: i64 = "),
        ("pub mod ops", "mod ops"),
        ("const UNUSED: i64 = 2", "const UNUSED: i64 = 3"),
        ("fn unused(vm: &mut Vm) -> i64;", "fn unused(vm: &mut Vm, a: i64);"),
        ("const STEP: i64 = 1", "const STEP: i64 = 3 & 1"),
    ];
    for (from, to) in nothing {
        assert_eq!(changes(from, to), [vec![], Vec::<&str>::new()], "{to}");
    }
    assert_eq!(fingerprints(&OPS.replace("sum", "total")), [all, plain]);
}

#[test]
fn each_change_affects_only_its_part() {
    let cases: [(&str, &str, [&[&str]; 2]); 11] = [
        ("note(vm, sum", "note(vm, a", [&["body"], &[]]),
        ("#[imm] k: u8", "#[imm] k: u16", [&["operands", "body"], &[]]),
        ("fn all(vm: &mut Vm, a: i64,", "fn all(vm: &mut Vm, a: i64, _b: i64,", [&["operands", "body"], &[]]),
        ("#[imm] k: u8)", "#[imm(in = globals)] k: u8)", [&["operands"], &[]]),
        ("const STEP: i64 = 1", "const STEP: i64 = 2", [&["helper"], &[]]),
        ("a.wrapping_add(a)", "a.wrapping_mul(a)", [&["helper"], &[]]),
        ("twice(a).wrapping_add(STEP)", "twice(a)", [&["helper"], &[]]),
        // The runtime functions are numbered.
        ("fn unused(vm: &mut Vm) -> i64;", "", [&["helper"], &[]]),
        ("pub bias: i64,", "pub bias: i64,\n pub more: i64,", [&["layout"], &[]]),
        ("pub key: u32,", "pub key: u64,", [&["layout"], &[]]),
        ("const std::ffi::CString", "const std::ffi::CStr", [&["layout"], &[]]),
    ];
    for (from, to, [all, plain]) in cases {
        assert_eq!(changes(from, to), [all.to_vec(), plain.to_vec()], "{from} -> {to}");
    }
}

/// Changes the type of a runtime function's parameter, and the call with it.
#[test]
fn a_runtime_signature_is_part_of_the_ops_that_call_it() {
    let [all, _] = fingerprints(OPS);
    let another = OPS.replace("a: i64) -> Result<i64, Thrown>;", "a: u64) -> Result<i64, Thrown>;");
    let another =
        another.replace("note(vm, sum.wrapping_add(k as i64))", "note(vm, sum.wrapping_add(k as i64) as u64)");
    let [now, _] = fingerprints(&another);
    assert_eq!(all.differences(&now).collect::<Vec<_>>(), ["body", "helper"]);
}

#[test]
fn the_order_of_ops_does_not_change_fingerprints() {
    let (head, plain) = OPS.split_once("    #[vm_op]\n    fn plain").expect("it is the last");
    let (before, all) = head.split_once("    /// Everything at once.").expect("it is before it");
    let plain = plain.trim_end().strip_suffix('}').expect("the module ends");
    let turned = format!("{before}    #[vm_op]\n    fn plain{plain}    /// Everything at once.{all}}}\n");
    assert_eq!(fingerprints(&turned), fingerprints(OPS));
}
