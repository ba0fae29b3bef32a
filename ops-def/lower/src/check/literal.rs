//! Number literals, whose type can come from the context.

use mimeo_def::op::Scalar;

use super::checker::Checker;
use crate::catalogue::Problem;
use crate::consts::{self, Const, Value};
use crate::ir::{Expr, Kind};
use crate::ty::Ty;

/// Returns `true` for a number without a type suffix.
pub(super) fn is_bare(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Paren(inner) => is_bare(&inner.expr),
        syn::Expr::Group(inner) => is_bare(&inner.expr),
        syn::Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Neg(_) | syn::UnOp::Not(_)) && is_bare(&unary.expr),
        syn::Expr::Lit(lit) => match &lit.lit {
            syn::Lit::Int(int) => int.suffix().is_empty(),
            syn::Lit::Float(float) => float.suffix().is_empty(),
            _ => false,
        },
        _ => false,
    }
}

impl Checker<'_> {
    pub(super) fn literal(&mut self, lit: &syn::ExprLit, expected: Option<&Ty>, negative: bool) -> Option<Expr> {
        let span = lit.lit.span();
        match &lit.lit {
            syn::Lit::Int(int) if float_named(int.suffix()).is_some() => {
                let ty = float_named(int.suffix())?;
                let bits = ty.float_of_literal(int.base10_digits(), negative)?;
                Some(Expr::new(Kind::Float(bits), ty, span))
            }
            syn::Lit::Int(int) => {
                // In a pattern, the sign is a part of the literal.
                let (negative, digits) = match int.base10_digits().strip_prefix('-') {
                    Some(digits) => (true, digits),
                    None => (negative, int.base10_digits()),
                };
                let ty = match int.suffix() {
                    "" => expected.filter(|ty| ty.integer().is_some()).cloned().unwrap_or(Ty::I32),
                    suffix => match Ty::from_name(suffix) {
                        Some(ty) => ty,
                        None => return self.unknown_suffix(lit, suffix),
                    },
                };
                let literal = format!("{}{digits}", if negative { "-" } else { "" });
                let too_large = Problem::LiteralRange { literal, ty: ty.to_string() };
                let Ok(value) = digits.parse::<u64>() else { return self.fail(lit, too_large) };
                let Some(integer) = ty.integer() else { return self.unknown_suffix(lit, int.suffix()) };
                let limit = integer.max() + u64::from(negative && integer.signed);
                if value > limit {
                    return self.fail(lit, too_large);
                }
                let bits = if negative { value.wrapping_neg() } else { value };
                Some(Expr::new(Kind::Int(bits), ty, span))
            }
            syn::Lit::Float(float) => {
                let ty = match float.suffix() {
                    "" => expected.filter(|ty| ty.is_float()).cloned().unwrap_or(Ty::F64),
                    suffix => match float_named(suffix) {
                        Some(ty) => ty,
                        None => return self.unknown_suffix(lit, suffix),
                    },
                };
                let bits = ty.float_of_literal(float.base10_digits(), negative)?;
                Some(Expr::new(Kind::Float(bits), ty, span))
            }
            syn::Lit::Byte(byte) => Some(Expr::new(Kind::Int(u64::from(byte.value())), Ty::Scalar(Scalar::U8), span)),
            syn::Lit::Bool(value) => Some(Expr::new(Kind::Bool(value.value), Ty::BOOL, span)),
            _ => self.unsupported(
                lit,
                "string or character literals",
                "write the number, or keep the text in the runtime",
            ),
        }
    }

    fn unknown_suffix(&mut self, lit: &syn::ExprLit, suffix: &str) -> Option<Expr> {
        self.fail(lit, Problem::TypeForm(suffix.to_owned()))
    }

    /// Checks a constant of a number type, such as `i64::MAX` or `f64::INFINITY`.
    pub(super) fn number_constant(&self, path: &str, span: proc_macro2::Span) -> Option<Expr> {
        let Const { ty, value } = consts::of_number(path)?;
        let kind = match value {
            Value::Int(int) => Kind::Int(int as u64),
            Value::Float(bits) => Kind::Float(bits),
            Value::Bool(_) | Value::Struct(_) => return None,
        };
        Some(Expr::new(kind, ty, span))
    }
}

/// Returns the type of floats with this name.
fn float_named(name: &str) -> Option<Ty> {
    Ty::from_name(name).filter(Ty::is_float)
}
