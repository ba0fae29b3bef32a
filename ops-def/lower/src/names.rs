//! Reserved names: those of generated code, of the op language and of C.

use proc_macro2::Ident;

use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::text::name_of;

/// Items that the macro generates.
const GENERATED: [&str; 11] = [
    "Ops",
    "Opcode",
    "Assembler",
    "Machine",
    "Program",
    "ProgramBuilder",
    "FunctionRef",
    "FiberRef",
    "Linked",
    "Trap",
    "TABLE",
];

/// Names with a fixed meaning in the op language.
const LANGUAGE: [&str; 25] = [
    "Flow", "Thrown", "Label", "Labels", "Window", "Callee", "Vm", "Cell", "Option", "Result", "Some", "None", "Ok",
    "Err", "bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64",
];

/// Methods of the generated `Assembler` that are not ops.
pub(crate) const ASSEMBLER: [&str; 14] = [
    "new",
    "pc",
    "label",
    "bind",
    "at",
    "set_locals",
    "set_file",
    "set_variadic",
    "set_escaping",
    "set_temporaries",
    "catch",
    "retarget_last",
    "branch_on_last",
    "finish",
];

/// Keywords of C that are not keywords of Rust, and structs of the C prelude.
const C: [&str; 25] = [
    "auto", "case", "char", "default", "double", "float", "goto", "inline", "int", "long", "register", "restrict",
    "short", "signed", "sizeof", "switch", "typedef", "union", "unsigned", "void", "volatile", "asm", "typeof",
    "Frame", "Function",
];

/// Returns what the name is reserved for, if it is reserved.
pub(crate) fn is_reserved(name: &str) -> Option<&'static str> {
    if GENERATED.contains(&name) {
        Some("code that `#[mimeo::instruction_set]` generates")
    } else if LANGUAGE.contains(&name) || matches!(name, "usize" | "isize") {
        Some("the op language")
    } else {
        None
    }
}

/// Like [`is_reserved`], for a runtime function, whose name is also used in another module.
pub(crate) fn runtime_is_reserved(name: &str) -> Option<&'static str> {
    is_reserved(name).or_else(|| is_keyword(name).then_some("Rust"))
}

/// Like [`is_reserved`], for a struct, whose name is also used in C.
pub(crate) fn struct_is_reserved(name: &str) -> Option<&'static str> {
    let composite = ["Option_", "Result_", "Tuple_"].iter().any(|prefix| name.starts_with(prefix));
    let taken = composite || is_keyword(name) || C.contains(&name);
    is_reserved(name).or_else(|| taken.then_some("the C of the stencils"))
}

/// Like [`is_reserved`], for an op, which becomes a method of the `Assembler`.
pub(crate) fn op_is_reserved(name: &str) -> Option<&'static str> {
    let outlined = name.contains("__cold").then_some("the C of the stencils");
    is_reserved(name).or(outlined).or_else(|| ASSEMBLER.contains(&name).then_some("a method of the `Assembler`"))
}

/// Reports an item's name if it is reserved. Returns `true` if generated code has an item of that name, which must then
/// be left out.
pub(crate) fn check(ident: &Ident, reserved: Option<&'static str>, errors: &mut Errors) -> bool {
    let Some(by) = reserved else { return false };
    errors.on(ident, Problem::ReservedName { name: name_of(ident), by });
    is_reserved(&name_of(ident)).is_some()
}

fn is_keyword(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_err()
}
