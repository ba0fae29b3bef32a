//! Constants of the module → values, evaluated as in Rust; overflow is an error.

use std::collections::{BTreeMap, BTreeSet};

use syn::{BinOp, Expr, Item, Lit, UnOp};

use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::text::name_of;
use crate::ty::{Integer, Structs, Ty};
use crate::types;

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Const {
    pub(crate) ty: Ty,
    pub(crate) value: Value,
}

/// Value of a constant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Int(i128),
    /// The bits, of the float's own width.
    Float(u64),
    Bool(bool),
    Struct(Vec<Value>),
}

/// A constant that has not been evaluated yet.
struct Pending<'a> {
    name: String,
    self_ty: Option<String>,
    ty: Ty,
    expr: &'a Expr,
}

/// The constants of a module, by name; an associated constant's is `Type::name`.
pub(crate) type Consts = BTreeMap<String, Const>;

/// What the expression of a constant can name.
struct Known<'a> {
    structs: &'a Structs,
    consts: Consts,
}

/// Evaluates the constants of the module and of its `impl` blocks, which may use each other in any order. Returns them,
/// and the names of those with a problem.
pub(crate) fn evaluate(items: &[Item], structs: &Structs, errors: &mut Errors) -> (Consts, BTreeSet<String>) {
    let mut pending = Vec::new();
    for item in items {
        match item {
            Item::Const(item) => pending.extend(read(structs, None, &item.ident, &item.ty, &item.expr)),
            Item::Impl(block) if block.trait_.is_none() => {
                let Some(of) = types::struct_name(&block.self_ty, structs) else { continue };
                for item in &block.items {
                    if let syn::ImplItem::Const(item) = item {
                        pending.extend(read(structs, Some(&of), &item.ident, &item.ty, &item.expr));
                    }
                }
            }
            _ => {}
        }
    }
    let mut known = Known { structs, consts: Consts::new() };
    loop {
        let before = pending.len();
        pending.retain(|constant| match eval(constant.expr, &constant.ty, constant.self_ty.as_deref(), &known) {
            Some(value) => {
                known.consts.insert(constant.name.clone(), Const { ty: constant.ty.clone(), value });
                false
            }
            None => true,
        });
        if pending.len() == before {
            break;
        }
    }
    let mut broken = BTreeSet::new();
    for Pending { name, expr, .. } in pending {
        errors.on(expr, Problem::ConstValue);
        broken.insert(name);
    }
    (known.consts, broken)
}

/// Reads a constant that ops can name. A constant of a type that the op language lacks is for Rust only.
fn read<'a>(
    structs: &Structs,
    self_ty: Option<&str>,
    name: &syn::Ident,
    ty: &syn::Type,
    expr: &'a Expr,
) -> Option<Pending<'a>> {
    let ty = types::read(ty, structs, self_ty, &mut Errors::default())?;
    let own_name = name_of(name);
    if own_name == "_" || !matches!(ty, Ty::Scalar(_) | Ty::Usize | Ty::Isize | Ty::Struct(_)) {
        return None;
    }
    let name = self_ty.map_or_else(|| own_name.clone(), |self_ty| format!("{self_ty}::{own_name}"));
    Some(Pending { name, self_ty: self_ty.map(str::to_owned), ty, expr })
}

fn eval(expr: &Expr, ty: &Ty, self_ty: Option<&str>, known: &Known<'_>) -> Option<Value> {
    let value = match expr {
        Expr::Paren(inner) => return eval(&inner.expr, ty, self_ty, known),
        Expr::Group(inner) => return eval(&inner.expr, ty, self_ty, known),
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) if ty.is_float() => Value::Float(ty.float_of_literal(int.base10_digits(), false)?),
            Lit::Int(int) => Value::Int(int.base10_parse().ok()?),
            Lit::Float(float) => Value::Float(ty.float_of_literal(float.base10_digits(), false)?),
            Lit::Byte(byte) => Value::Int(i128::from(byte.value())),
            Lit::Bool(bool) => Value::Bool(bool.value),
            _ => return None,
        },
        Expr::Path(path) => find(&path.path, self_ty, known).filter(|found| found.ty == *ty)?.value,
        Expr::Cast(cast) => {
            let from = type_of(&cast.expr, self_ty, known).unwrap_or_else(|| {
                // A bare number has the type that it is cast to; other expressions of bare numbers are `i32`.
                if ty.integer().is_some() && is_bare(&cast.expr) { ty.clone() } else { Ty::I32 }
            });
            match eval(&cast.expr, &from, self_ty, known)? {
                Value::Int(int) => return wrap(int, ty),
                Value::Bool(bool) => Value::Int(i128::from(bool)),
                _ => return None,
            }
        }
        Expr::Unary(unary) => match (&unary.op, eval_operand(unary, ty, self_ty, known)?) {
            (UnOp::Neg(_), Value::Int(int)) => Value::Int(-int),
            (UnOp::Neg(_), Value::Float(bits)) if *ty == Ty::F32 => Value::Float(bits ^ 1 << 31),
            (UnOp::Neg(_), Value::Float(bits)) => Value::Float(bits ^ 1 << 63),
            (UnOp::Not(_), Value::Bool(bool)) => Value::Bool(!bool),
            (UnOp::Not(_), Value::Int(int)) => return wrap(!int, ty),
            _ => return None,
        },
        Expr::Binary(binary) => return eval_binary(binary, ty, self_ty, known),
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else { return None };
            let fields = fields_of(&path.path, ty, self_ty, known)?;
            if fields.len() != call.args.len() {
                return None;
            }
            let pairs = fields.iter().zip(&call.args);
            Value::Struct(pairs.map(|((_, ty), arg)| eval(arg, ty, self_ty, known)).collect::<Option<_>>()?)
        }
        Expr::Struct(literal) if literal.rest.is_none() => {
            let fields = fields_of(&literal.path, ty, self_ty, known)?;
            let field = |(name, ty): &(String, Ty)| {
                let named = |member: &syn::Member| match member {
                    syn::Member::Named(member) => name_of(member) == *name,
                    syn::Member::Unnamed(index) => index.index.to_string() == *name,
                };
                let given = literal.fields.iter().find(|given| named(&given.member))?;
                eval(&given.expr, ty, self_ty, known)
            };
            Value::Struct(fields.iter().map(field).collect::<Option<_>>()?)
        }
        _ => return None,
    };
    fits(&value, ty).then_some(value)
}

/// Evaluates the operand of `-` and `!`. The magnitude of a negative number can exceed the maximum by one.
fn eval_operand(unary: &syn::ExprUnary, ty: &Ty, self_ty: Option<&str>, known: &Known<'_>) -> Option<Value> {
    match (&unary.op, &*unary.expr) {
        (UnOp::Neg(_), Expr::Lit(syn::ExprLit { lit: Lit::Int(int), .. })) if ty.integer()?.signed => {
            Some(Value::Int(int.base10_parse().ok()?))
        }
        (_, operand) => eval(operand, ty, self_ty, known),
    }
}

fn eval_binary(binary: &syn::ExprBinary, ty: &Ty, self_ty: Option<&str>, known: &Known<'_>) -> Option<Value> {
    let left = eval(&binary.left, ty, self_ty, known)?;
    let shift = matches!(binary.op, BinOp::Shl(_) | BinOp::Shr(_));
    let right_ty = match type_of(&binary.right, self_ty, known) {
        Some(right_ty) if shift => right_ty,
        None if shift => Ty::I32,
        _ => ty.clone(),
    };
    let (Value::Int(a), Value::Int(b)) = (left, eval(&binary.right, &right_ty, self_ty, known)?) else {
        return None;
    };
    let width = ty.integer()?.bits;
    let value = match binary.op {
        BinOp::BitAnd(_) => Value::Int(a & b),
        BinOp::BitOr(_) => Value::Int(a | b),
        BinOp::BitXor(_) => Value::Int(a ^ b),
        BinOp::Shl(_) if (0..i128::from(width)).contains(&b) => return wrap(a << b, ty),
        BinOp::Shr(_) if (0..i128::from(width)).contains(&b) => Value::Int(a >> b),
        BinOp::Add(_) => Value::Int(a + b),
        BinOp::Sub(_) => Value::Int(a - b),
        BinOp::Mul(_) => Value::Int(a.checked_mul(b)?),
        BinOp::Div(_) if b != 0 => Value::Int(a / b),
        BinOp::Rem(_) if b != 0 => Value::Int(a % b),
        _ => return None,
    };
    fits(&value, ty).then_some(value)
}

/// Returns the fields of the struct with this name, if its type is `ty`.
fn fields_of<'a>(path: &syn::Path, ty: &Ty, self_ty: Option<&str>, known: &'a Known<'_>) -> Option<&'a [(String, Ty)]> {
    let name = path_name(path, self_ty).filter(|name| *ty == Ty::Struct(name.clone()))?;
    Some(&known.structs.get(&name)?.fields)
}

fn fits(value: &Value, ty: &Ty) -> bool {
    match value {
        Value::Int(int) => ty.integer().is_some() && wrap(*int, ty) == Some(Value::Int(*int)),
        Value::Float(_) => ty.is_float(),
        Value::Bool(_) => *ty == Ty::BOOL,
        Value::Struct(_) => matches!(ty, Ty::Struct(_)),
    }
}

/// Wraps the integer to the type `ty`.
fn wrap(int: i128, ty: &Ty) -> Option<Value> {
    let integer = ty.integer()?;
    let unused = 128 - integer.bits;
    let shifted = int << unused;
    Some(Value::Int(if integer.signed { shifted >> unused } else { (shifted as u128 >> unused) as i128 }))
}

/// Returns the type of an expression, if it does not depend on the context.
fn type_of(expr: &Expr, self_ty: Option<&str>, known: &Known<'_>) -> Option<Ty> {
    match expr {
        Expr::Paren(inner) => type_of(&inner.expr, self_ty, known),
        Expr::Path(path) => Some(find(&path.path, self_ty, known)?.ty),
        Expr::Cast(cast) => types::read_lenient(&cast.ty, known.structs),
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) => Ty::from_name(int.suffix()),
            Lit::Byte(_) => Ty::from_name("u8"),
            Lit::Bool(_) => Some(Ty::BOOL),
            _ => None,
        },
        Expr::Unary(unary) => type_of(&unary.expr, self_ty, known),
        Expr::Binary(binary) if matches!(binary.op, BinOp::Shl(_) | BinOp::Shr(_)) => {
            type_of(&binary.left, self_ty, known)
        }
        Expr::Binary(binary) => {
            type_of(&binary.left, self_ty, known).or_else(|| type_of(&binary.right, self_ty, known))
        }
        _ => None,
    }
}

/// Returns `true` for a number whose type comes from a cast around it.
fn is_bare(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => is_bare(&inner.expr),
        Expr::Unary(unary) => is_bare(&unary.expr),
        Expr::Lit(_) => true,
        _ => false,
    }
}

/// Returns the constant that a path names.
fn find(path: &syn::Path, self_ty: Option<&str>, known: &Known<'_>) -> Option<Const> {
    let name = path_name(path, self_ty)?;
    known.consts.get(&name).cloned().or_else(|| of_number(&name))
}

/// Returns a constant of a number type, such as `i64::MAX`.
pub(crate) fn of_number(path: &str) -> Option<Const> {
    let (ty, name) = path.split_once("::")?;
    let ty = Ty::from_name(ty)?;
    if ty.is_float() {
        let (single, double) = match name {
            "INFINITY" => (f32::INFINITY, f64::INFINITY),
            "NEG_INFINITY" => (f32::NEG_INFINITY, f64::NEG_INFINITY),
            "NAN" => (f32::NAN, f64::NAN),
            "MAX" => (f32::MAX, f64::MAX),
            "MIN" => (f32::MIN, f64::MIN),
            "EPSILON" => (f32::EPSILON, f64::EPSILON),
            _ => return None,
        };
        let bits = if ty == Ty::F32 { single.to_bits().into() } else { double.to_bits() };
        return Some(Const { ty, value: Value::Float(bits) });
    }
    let Integer { bits, signed } = ty.integer()?;
    let max = i128::from(Integer { bits, signed }.max());
    let value = match name {
        "MAX" => max,
        "MIN" if signed => -max - 1,
        "MIN" => 0,
        "BITS" => return Some(Const { ty: Ty::U32, value: Value::Int(i128::from(bits)) }),
        _ => return None,
    };
    Some(Const { ty, value: Value::Int(value) })
}

/// Returns a path of one or two segments as one name, with `Self` replaced.
pub(crate) fn path_name(path: &syn::Path, self_ty: Option<&str>) -> Option<String> {
    if path.leading_colon.is_some() || path.segments.iter().any(|segment| !segment.arguments.is_none()) {
        return None;
    }
    let segment = |i: usize| {
        let name = name_of(&path.segments[i].ident);
        if name == "Self" { self_ty.map_or(name, str::to_owned) } else { name }
    };
    match path.segments.len() {
        1 => Some(segment(0)),
        2 => Some(format!("{}::{}", segment(0), segment(1))),
        _ => None,
    }
}
