//! Number literals, whose type may come from what stands around them.

use mimeo_def::op::Scalar;

use super::Checker;
use crate::catalogue::Problem;
use crate::ir::{Expr, Kind};
use crate::ty::Ty;

/// Is it a number as it stands in the source?
pub(super) fn is_number(expr: &Expr) -> bool {
    matches!(expr.kind, Kind::Int(_) | Kind::Float(_))
}

/// Is it a number whose type is not written down?
pub(super) fn is_bare(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Paren(inner) => is_bare(&inner.expr),
        syn::Expr::Group(inner) => is_bare(&inner.expr),
        syn::Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Neg(_) | syn::UnOp::Not(_)) && is_bare(&unary.expr),
        syn::Expr::Lit(lit) => matches!(&lit.lit, syn::Lit::Int(int) if int.suffix().is_empty()),
        _ => false,
    }
}

impl Checker<'_> {
    pub(super) fn literal(&mut self, lit: &syn::ExprLit, expected: Option<&Ty>, negative: bool) -> Option<Expr> {
        let span = lit.lit.span();
        match &lit.lit {
            syn::Lit::Int(int) if int.suffix() == "f64" => {
                let value: f64 = int.base10_parse().ok()?;
                Some(Expr::new(Kind::Float(signed_float(value, negative)), Ty::F64, span))
            }
            syn::Lit::Int(int) => {
                let ty = match int.suffix() {
                    "" => expected.filter(|ty| ty.integer().is_some()).cloned().unwrap_or(Ty::I32),
                    suffix => match Ty::from_name(suffix) {
                        Some(ty) => ty,
                        None => return self.unknown_suffix(lit, suffix),
                    },
                };
                let Some(value) = int.base10_parse::<u64>().ok() else { return self.too_large(lit, &ty) };
                let Some(integer) = ty.integer() else { return self.unknown_suffix(lit, int.suffix()) };
                let limit = integer.max() + u64::from(negative && integer.signed);
                if value > limit {
                    return self.too_large(lit, &ty);
                }
                let bits = if negative { value.wrapping_neg() } else { value };
                Some(Expr::new(Kind::Int(bits), ty, span))
            }
            syn::Lit::Float(float) if matches!(float.suffix(), "" | "f64") => {
                let value: f64 = float.base10_parse().ok()?;
                Some(Expr::new(Kind::Float(signed_float(value, negative)), Ty::F64, span))
            }
            syn::Lit::Float(float) => self.unknown_suffix(lit, float.suffix()),
            syn::Lit::Byte(byte) => {
                Some(Expr::new(Kind::Int(u64::from(byte.value())), Ty::Scalar(Scalar::U8), span))
            }
            syn::Lit::Bool(value) => Some(Expr::new(Kind::Bool(value.value), Ty::BOOL, span)),
            _ => self.unsupported(lit, "text, characters or bytes", "write the number, or keep the text in the runtime"),
        }
    }

    fn unknown_suffix(&mut self, lit: &syn::ExprLit, suffix: &str) -> Option<Expr> {
        self.fail(lit, Problem::TypeForm(suffix.to_owned()))
    }

    fn too_large(&mut self, lit: &syn::ExprLit, ty: &Ty) -> Option<Expr> {
        let text = quote::ToTokens::to_token_stream(lit).to_string();
        self.fail(lit, Problem::Mismatch { expected: ty.to_string(), found: text })
    }

    /// `i64::MAX`, `f64::INFINITY` and their like.
    pub(super) fn number_constant(&self, path: &str, span: proc_macro2::Span) -> Option<Expr> {
        let (ty, name) = path.split_once("::")?;
        let ty = Ty::from_name(ty)?;
        if ty == Ty::Scalar(Scalar::F64) {
            let value = match name {
                "INFINITY" => f64::INFINITY,
                "NEG_INFINITY" => f64::NEG_INFINITY,
                "NAN" => f64::NAN,
                "MAX" => f64::MAX,
                "MIN" => f64::MIN,
                "EPSILON" => f64::EPSILON,
                _ => return None,
            };
            return Some(Expr::new(Kind::Float(value.to_bits()), ty, span));
        }
        let integer = ty.integer()?;
        let bits = match name {
            "MAX" => integer.max(),
            "MIN" if integer.signed => !integer.max(),
            "MIN" => 0,
            "BITS" => return Some(Expr::new(Kind::Int(u64::from(integer.bits)), Ty::U32, span)),
            _ => return None,
        };
        Some(Expr::new(Kind::Int(bits), ty, span))
    }
}

fn signed_float(value: f64, negative: bool) -> u64 {
    if negative { -value } else { value }.to_bits()
}
