//! Types of the op language → C types, their declarations, and their passage through 64-bit words.

use std::collections::BTreeSet;
use std::fmt::Write;

use mimeo_def::op::Scalar;

use crate::consts::{Const, Value};
use crate::ir::Body;
use crate::module::Module;
use crate::ty::{self, Structs, Ty};

/// Returns the name of the C type.
pub(super) fn name(ty: &Ty) -> String {
    match ty {
        Ty::Unit | Ty::Never | Ty::Thrown | Ty::Flow | Ty::Label | Ty::Labels => "uint8_t".into(),
        Ty::Scalar(Scalar::Bool) => "_Bool".into(),
        Ty::Scalar(Scalar::F32) => "float".into(),
        Ty::Scalar(Scalar::F64) => "double".into(),
        Ty::Ptr { to, .. } => match &**to {
            Ty::Opaque(_) | Ty::Unit => "void *".into(),
            to => format!("{} *", name(to)),
        },
        Ty::Struct(of) => format!("struct {of}"),
        Ty::Cell(of) => format!("struct {of} *"),
        Ty::Opaque(_) => "void".into(),
        Ty::Option(_) | Ty::Result(_) | Ty::Tuple(_) => format!("struct {}", mangle(ty)),
        Ty::Window => "Window".into(),
        Ty::Callee => "const Function *".into(),
        Ty::Vm => "Vm *".into(),
        integer => integer_name(integer).into(),
    }
}

fn integer_name(ty: &Ty) -> &'static str {
    match ty.integer().map(|integer| (integer.bits, integer.signed)) {
        Some((8, true)) => "int8_t",
        Some((16, true)) => "int16_t",
        Some((32, true)) => "int32_t",
        Some((64, true)) => "int64_t",
        Some((8, false)) => "uint8_t",
        Some((16, false)) => "uint16_t",
        Some((32, false)) => "uint32_t",
        _ => "uint64_t",
    }
}

/// Returns the unsigned type in which arithmetic on `ty` wraps, unaffected by C's promotions.
pub(super) fn wrapping(ty: &Ty) -> &'static str {
    if ty.integer().is_some_and(|integer| integer.bits == 64) { "uint64_t" } else { "uint32_t" }
}

/// Returns a composite type as a part of a name.
fn mangle(ty: &Ty) -> String {
    match ty {
        Ty::Option(of) => format!("Option_{}", mangle(of)),
        Ty::Result(of) => format!("Result_{}", mangle(of)),
        // Includes the number of parts, so that nested tuples differ.
        Ty::Tuple(of) => of.iter().fold(format!("Tuple{}", of.len()), |text, ty| text + "_" + &mangle(ty)),
        Ty::Ptr { to, .. } => format!("ptr_{}", mangle(to)),
        Ty::Unit => "unit".into(),
        other => other.to_string().chars().filter(|c| c.is_alphanumeric() || *c == '_').collect(),
    }
}

/// Returns the C name of a struct's field. The fields of a tuple struct are numbered, and `_` avoids C's keywords.
pub(super) fn field(rust: &str) -> String {
    if rust.starts_with(|c: char| c.is_ascii_digit()) { format!("_{rust}") } else { format!("{rust}_") }
}

/// Converts `value` of type `ty` to a 64-bit word, as a slot or an argument holds it.
pub(super) fn to_word(value: &str, ty: &Ty, structs: &Structs) -> String {
    match ty {
        Ty::Struct(of) => match structs.get(of).map(|of| of.fields.as_slice()) {
            Some([(inner, ty)]) => to_word(&format!("{value}.{}", field(inner)), ty, structs),
            _ => value.to_owned(),
        },
        Ty::Ptr { .. } | Ty::Callee | Ty::Cell(_) => format!("(uint64_t)(uintptr_t)({value})"),
        // In the format that `Window::from_word` in mimeo-interp reads.
        Ty::Window => format!("({value}.offset_bytes / sizeof(Slot) | {value}.len << 32)"),
        ty if ty.is_float() => format!("{ty}_to_bits({value})"),
        ty if ty.integer().is_some_and(|integer| integer.signed) => format!("(uint64_t)(int64_t)({value})"),
        _ => format!("(uint64_t)({value})"),
    }
}

/// Converts a 64-bit word to the value of type `ty` that it holds.
pub(super) fn from_word(word: &str, ty: &Ty, structs: &Structs) -> String {
    match ty {
        Ty::Struct(of) => match structs.get(of).map(|of| of.fields.as_slice()) {
            Some([(_, inner)]) => format!("({}){{{}}}", name(ty), from_word(word, inner, structs)),
            _ => word.to_owned(),
        },
        Ty::Ptr { .. } | Ty::Callee => format!("({})(uintptr_t)({word})", name(ty)),
        ty if ty.is_float() => format!("{ty}_from_bits({word})"),
        _ => format!("({})({word})", name(ty)),
    }
}

/// Returns an integer literal of type `ty` with these bits.
pub(super) fn int_literal(bits: u64, ty: &Ty) -> String {
    let signed = ty.integer().is_some_and(|integer| integer.signed);
    let small = if signed { i32::try_from(bits as i64).is_ok() } else { bits <= i32::MAX as u64 };
    match small {
        true if signed => format!("({})({})", name(ty), bits as i64),
        true => format!("({}){bits}", name(ty)),
        false => format!("({}){bits:#x}ULL", name(ty)),
    }
}

/// Returns a float of type `ty` with these bits.
pub(super) fn float_literal(bits: u64, ty: &Ty) -> String {
    format!("{ty}_from_bits({bits:#x}{})", if *ty == Ty::F32 { "u" } else { "ULL" })
}

pub(super) fn const_literal(constant: &Const, structs: &Structs) -> String {
    value_literal(&constant.value, &constant.ty, structs)
}

fn value_literal(value: &Value, ty: &Ty, structs: &Structs) -> String {
    match value {
        Value::Int(int) => int_literal(*int as u64, ty),
        Value::Float(bits) => float_literal(*bits, ty),
        Value::Bool(bool) => format!("((_Bool){})", u8::from(*bool)),
        Value::Struct(parts) => {
            let fields = match ty {
                Ty::Struct(of) => structs.get(of).map(|of| of.fields.as_slice()).unwrap_or_default(),
                _ => &[],
            };
            let parts: Vec<String> =
                parts.iter().zip(fields).map(|(part, (_, ty))| value_literal(part, ty, structs)).collect();
            format!("({}){{{}}}", name(ty), parts.join(", "))
        }
    }
}

/// Declares the module's structs, with assertions of their layouts, and `Vm`.
pub(super) fn module_structs(module: &Module) -> String {
    let mut out = String::new();
    let mut done = BTreeSet::new();
    for name in module.structs.keys() {
        declare_struct(name, &module.structs, &mut done, &mut out);
    }
    match &module.context {
        Some(context) => writeln!(out, "struct Vm {{\n  Core core;\n  struct {context} context;\n}};"),
        None => writeln!(out, "struct Vm {{\n  Core core;\n}};"),
    }
    .expect("writing to a string");
    out
}

fn declare_struct(name_: &str, structs: &Structs, done: &mut BTreeSet<String>, out: &mut String) {
    if !done.insert(name_.to_owned()) {
        return;
    }
    let of = &structs[name_];
    for (_, ty) in &of.fields {
        if let Ty::Struct(inner) = ty {
            declare_struct(inner, structs, done, out);
        }
    }
    let fields: String = of.fields.iter().map(|(f, ty)| format!("  {} {};\n", name(ty), field(f))).collect();
    let mut text = format!("struct {name_} {{\n{fields}}};\n");
    if let Some((layout, offsets)) = ty::struct_layout(of, structs) {
        text += &format!("_Static_assert(sizeof(struct {name_}) == {}, \"{name_}\");\n", layout.size);
        for ((f, _), offset) in of.fields.iter().zip(offsets) {
            let f = field(f);
            text += &format!("_Static_assert(offsetof(struct {name_}, {f}) == {offset}, \"{name_}.{f}\");\n");
        }
    }
    out.push_str(&text);
}

/// Declares the options, results and tuples that these bodies use.
pub(super) fn composites<'a>(bodies: impl Iterator<Item = &'a Body>) -> String {
    let mut out = String::new();
    let mut done = BTreeSet::new();
    for body in bodies {
        for local in &body.locals {
            declare_composite(&local.ty, &mut done, &mut out);
        }
        body.root.walk(&mut |expr| declare_composite(&expr.ty, &mut done, &mut out));
    }
    out
}

fn declare_composite(ty: &Ty, done: &mut BTreeSet<String>, out: &mut String) {
    let parts: Vec<&Ty> = match ty {
        Ty::Option(of) | Ty::Result(of) => vec![of],
        Ty::Tuple(of) => of.iter().collect(),
        _ => return,
    };
    parts.iter().for_each(|part| declare_composite(part, done, out));
    let name_ = mangle(ty);
    if !done.insert(name_.clone()) {
        return;
    }
    let text = match ty {
        Ty::Tuple(_) => {
            let fields: String = parts.iter().enumerate().map(|(i, ty)| format!(" {} _{i};", name(ty))).collect();
            format!("struct {name_} {{{fields} }};\n")
        }
        _ => format!("struct {name_} {{ _Bool good; {} value; }};\n", name(parts[0])),
    };
    out.push_str(&text);
}
