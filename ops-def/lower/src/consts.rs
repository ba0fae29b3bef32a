//! Constants of the module → values, evaluated as Rust would, overflow being an error.

use std::collections::BTreeMap;

use syn::{BinOp, Expr, Item, Lit, UnOp};

use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::module::Module;
use crate::ty::Ty;
use crate::types;

/// A constant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Const {
    pub(crate) ty: Ty,
    pub(crate) value: Value,
}

/// What a constant is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Int(i128),
    /// Bits.
    Float(u64),
    Bool(bool),
    Struct(Vec<Value>),
}

/// Evaluates the constants of the module and of its `impl` blocks, in the order of the source.
pub(crate) fn evaluate(items: &[Item], module: &mut Module, errors: &mut Errors) {
    for item in items {
        match item {
            Item::Const(item) => add(module, None, &item.ident, &item.ty, &item.expr, errors),
            Item::Impl(block) if block.trait_.is_none() => {
                let Some(Ty::Struct(name)) = types::read_lenient(&block.self_ty, module) else { continue };
                for item in &block.items {
                    if let syn::ImplItem::Const(item) = item {
                        add(module, Some(&name), &item.ident, &item.ty, &item.expr, errors);
                    }
                }
            }
            _ => {}
        }
    }
}

fn add(
    module: &mut Module,
    self_ty: Option<&str>,
    name: &syn::Ident,
    ty: &syn::Type,
    expr: &Expr,
    errors: &mut Errors,
) {
    // A constant of a type that the op language does not have is for Rust only.
    let Some(ty) = types::read(ty, module, self_ty, &mut Errors::default()) else { return };
    let name = self_ty.map_or_else(|| name.to_string(), |self_ty| format!("{self_ty}::{name}"));
    match eval(expr, &ty, self_ty, module) {
        Some(value) => {
            module.consts.insert(name, Const { ty, value });
        }
        None => errors.on(expr, Problem::ConstValue),
    }
}

fn eval(expr: &Expr, ty: &Ty, self_ty: Option<&str>, module: &Module) -> Option<Value> {
    let value = match expr {
        Expr::Paren(inner) => return eval(&inner.expr, ty, self_ty, module),
        Expr::Group(inner) => return eval(&inner.expr, ty, self_ty, module),
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) if !ty.is_float() => Value::Int(int.base10_parse().ok()?),
            Lit::Float(float) => Value::Float(float.base10_parse::<f64>().ok()?.to_bits()),
            Lit::Byte(byte) => Value::Int(i128::from(byte.value())),
            Lit::Bool(bool) => Value::Bool(bool.value),
            _ => return None,
        },
        Expr::Path(path) => find(&path.path, self_ty, &module.consts).filter(|c| c.ty == *ty)?.value.clone(),
        Expr::Cast(cast) => {
            let from = type_of(&cast.expr, self_ty, module).unwrap_or_else(|| ty.clone());
            match eval(&cast.expr, &from, self_ty, module)? {
                Value::Int(int) => return wrap(int, ty),
                Value::Bool(bool) => Value::Int(i128::from(bool)),
                _ => return None,
            }
        }
        Expr::Unary(unary) => match (&unary.op, eval(&unary.expr, ty, self_ty, module)?) {
            (UnOp::Neg(_), Value::Int(int)) => Value::Int(-int),
            (UnOp::Neg(_), Value::Float(bits)) => Value::Float((-f64::from_bits(bits)).to_bits()),
            (UnOp::Not(_), Value::Bool(bool)) => Value::Bool(!bool),
            (UnOp::Not(_), Value::Int(int)) => return wrap(!int, ty),
            _ => return None,
        },
        Expr::Binary(binary) => {
            let left = eval(&binary.left, ty, self_ty, module)?;
            let shift = matches!(binary.op, BinOp::Shl(_) | BinOp::Shr(_));
            let right_ty = if shift { Ty::U32 } else { ty.clone() };
            let (Value::Int(a), Value::Int(b)) = (left, eval(&binary.right, &right_ty, self_ty, module)?) else {
                return None;
            };
            let width = ty.integer()?.bits;
            match binary.op {
                BinOp::BitAnd(_) => Value::Int(a & b),
                BinOp::BitOr(_) => Value::Int(a | b),
                BinOp::BitXor(_) => Value::Int(a ^ b),
                BinOp::Shl(_) if (0..i128::from(width)).contains(&b) => return wrap(a << b, ty),
                BinOp::Shr(_) if (0..i128::from(width)).contains(&b) => Value::Int(a >> b),
                BinOp::Add(_) => Value::Int(a + b),
                BinOp::Sub(_) => Value::Int(a - b),
                BinOp::Mul(_) => Value::Int(a.checked_mul(b)?),
                _ => return None,
            }
        }
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else { return None };
            let name = struct_name(&path.path, self_ty)?;
            let fields = &module.structs.get(&name).filter(|_| *ty == Ty::Struct(name.clone()))?.fields;
            let pairs = fields.iter().zip(&call.args);
            let values = pairs.map(|((_, ty), arg)| eval(arg, ty, self_ty, module)).collect::<Option<Vec<_>>>()?;
            Value::Struct(values)
        }
        _ => return None,
    };
    fits(&value, ty).then_some(value)
}

fn fits(value: &Value, ty: &Ty) -> bool {
    match value {
        Value::Int(int) => ty.integer().is_some() && wrap(*int, ty) == Some(Value::Int(*int)),
        Value::Float(_) => ty.is_float(),
        Value::Bool(_) => *ty == Ty::BOOL,
        Value::Struct(_) => matches!(ty, Ty::Struct(_)),
    }
}

/// The integer of type `ty` with these bits.
fn wrap(int: i128, ty: &Ty) -> Option<Value> {
    let integer = ty.integer()?;
    let unused = 128 - integer.bits;
    let shifted = int << unused;
    Some(Value::Int(if integer.signed { shifted >> unused } else { (shifted as u128 >> unused) as i128 }))
}

/// The type of an operand of a cast, where it is known.
fn type_of(expr: &Expr, self_ty: Option<&str>, module: &Module) -> Option<Ty> {
    match expr {
        Expr::Paren(inner) => type_of(&inner.expr, self_ty, module),
        Expr::Path(path) => Some(find(&path.path, self_ty, &module.consts)?.ty.clone()),
        Expr::Cast(cast) => types::read_lenient(&cast.ty, module),
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(int) => Ty::from_name(int.suffix()),
            Lit::Bool(_) => Some(Ty::BOOL),
            _ => None,
        },
        Expr::Unary(unary) => type_of(&unary.expr, self_ty, module),
        Expr::Binary(binary) => type_of(&binary.left, self_ty, module).or_else(|| type_of(&binary.right, self_ty, module)),
        _ => None,
    }
}

/// The constant that a path names.
pub(crate) fn find<'a>(
    path: &syn::Path,
    self_ty: Option<&str>,
    consts: &'a BTreeMap<String, Const>,
) -> Option<&'a Const> {
    consts.get(&path_name(path, self_ty)?)
}

/// A path of one or two segments as one name, `Self` replaced.
pub(crate) fn path_name(path: &syn::Path, self_ty: Option<&str>) -> Option<String> {
    let segment = |i: usize| {
        let name = path.segments[i].ident.to_string();
        if name == "Self" { self_ty.map_or(name, str::to_owned) } else { name }
    };
    match path.segments.len() {
        1 => Some(segment(0)),
        2 => Some(format!("{}::{}", segment(0), segment(1))),
        _ => None,
    }
}

fn struct_name(path: &syn::Path, self_ty: Option<&str>) -> Option<String> {
    (path.segments.len() == 1).then(|| path_name(path, self_ty)).flatten()
}
