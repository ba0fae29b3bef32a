//! Expressions: operators, casts and names, and the dispatch of all other expressions.

use quote::ToTokens;
use syn::spanned::Spanned;

use super::checker::Checker;
use super::literal;
use crate::catalogue::Problem;
use crate::consts;
use crate::ir::{Binary, Expr, Kind, LocalId};
use crate::text::{name_of, text_of};
use crate::ty::Ty;
use crate::types;

impl Checker<'_> {
    pub(super) fn expr(&mut self, expr: &syn::Expr, expected: Option<&Ty>) -> Option<Expr> {
        match expr {
            syn::Expr::Paren(inner) => self.expr(&inner.expr, expected),
            syn::Expr::Group(inner) => self.expr(&inner.expr, expected),
            syn::Expr::Lit(lit) => self.literal(lit, expected, false),
            syn::Expr::Path(path) => self.path(path, expected),
            syn::Expr::Unary(unary) => self.unary(unary, expected),
            syn::Expr::Binary(binary) => self.binary(binary, expected),
            syn::Expr::Cast(cast) => self.cast(cast),
            syn::Expr::Field(field) => self.field(field),
            syn::Expr::MethodCall(call) => self.method_call(call, expected),
            syn::Expr::Call(call) => self.call(call, expected),
            syn::Expr::If(branch) => self.if_expr(branch, expected),
            syn::Expr::Match(branch) => self.match_expr(branch, expected),
            syn::Expr::While(branch) => self.while_expr(branch),
            syn::Expr::Block(block) if block.label.is_none() => self.block(&block.block, expected),
            syn::Expr::Unsafe(block) => self.block(&block.block, expected),
            syn::Expr::Return(ret) => self.return_expr(ret),
            syn::Expr::Break(stop) if stop.expr.is_none() && stop.label.is_none() => {
                Some(Expr::new(Kind::Break, Ty::Never, stop.span()))
            }
            syn::Expr::Try(attempt) => self.try_expr(attempt),
            syn::Expr::Tuple(tuple) => self.tuple(tuple, expected),
            syn::Expr::Struct(literal) => self.struct_literal(literal),
            syn::Expr::Assign(assign) => self.assign(assign),
            other => self.refuse(other),
        }
    }

    fn refuse(&mut self, expr: &syn::Expr) -> Option<Expr> {
        match expr {
            syn::Expr::Index(_) => {
                self.unsupported(expr, "indexing", "read through a raw pointer: `unsafe { *pointer.add(index) }`")
            }
            syn::Expr::Closure(_) => self.unsupported(expr, "closures", "write a helper function in the module"),
            syn::Expr::ForLoop(_) => {
                self.unsupported(expr, "`for` loops", "write `while i < n { …; i = i.wrapping_add(1); }`")
            }
            syn::Expr::Loop(_) => self.unsupported(expr, "`loop`", "write `while i < n { …; i = i.wrapping_add(1); }`"),
            syn::Expr::Macro(_) => self.macro_call(expr),
            syn::Expr::Reference(_) => self.unsupported(
                expr,
                "references to variables",
                "pass the value itself, or a raw pointer from the context",
            ),
            syn::Expr::RawAddr(_) => self.unsupported(
                expr,
                "addresses of variables",
                "pass the value itself, or a raw pointer from the context",
            ),
            syn::Expr::Range(_) => self.unsupported(expr, "ranges outside of patterns", "compare both ends"),
            syn::Expr::Array(_) | syn::Expr::Repeat(_) => {
                self.unsupported(expr, "arrays", "keep them in the runtime, with a raw pointer to them in the context")
            }
            syn::Expr::Continue(_) => self.fail(expr, Problem::Continue),
            syn::Expr::Break(_) | syn::Expr::Block(_) => {
                self.unsupported(expr, "labels", "use `break` in the loop itself, or `return` from a helper function")
            }
            syn::Expr::Let(_) => self.unsupported(expr, "`let` here", "write a separate `if let … { }`, or a `match`"),
            _ => self.unsupported(expr, "this expression", "write it with numbers, `if`, `match`, `let` and calls"),
        }
    }

    fn path(&mut self, path: &syn::ExprPath, expected: Option<&Ty>) -> Option<Expr> {
        let span = path.span();
        let Some(name) = consts::path_name(&path.path, self.self_ty) else {
            return self.fail(path, Problem::UnknownName(text_of(path)));
        };
        if let Some(local) = self.lookup(&name) {
            return match self.ty_of(local) {
                // The name belongs to something that is already reported.
                Ty::Never if !self.errors.is_empty() => None,
                Ty::Vm => self.fail(path, Problem::VmValue),
                Ty::Label => {
                    let (ty, instead) = ("Label".to_owned(), "`label.jump()`");
                    self.fail(path, Problem::OperandValue { ty, instead })
                }
                Ty::Labels => {
                    let (ty, instead) = ("Labels".to_owned(), "`labels.jump(index)`");
                    self.fail(path, Problem::OperandValue { ty, instead })
                }
                Ty::Window => {
                    let (ty, instead) = ("Window".to_owned(), "`vm.call(callee, window)` or `window.len()`");
                    self.fail(path, Problem::OperandValue { ty, instead })
                }
                _ => Some(self.local(local, span)),
            };
        }
        if let Some(constant) = self.module.consts.get(&name) {
            return Some(Expr::new(Kind::Const(name), constant.ty.clone(), span));
        }
        match (name.as_str(), expected) {
            ("Flow::Next", _) => Some(Expr::new(Kind::Next, Ty::Flow, span)),
            ("None", Some(ty @ Ty::Option(_))) => Some(Expr::new(Kind::None, ty.clone(), span)),
            ("None", _) => self.fail(path, Problem::NoneType),
            _ if self.module.broken.contains(&name) => None,
            _ => match self.number_constant(&name, span) {
                Some(constant) => Some(constant),
                None => self.fail(path, Problem::UnknownName(name)),
            },
        }
    }

    /// Returns the variable of this type that an expression names. For the machine's types, which are not values.
    pub(super) fn operand(&self, expr: &syn::Expr, ty: &Ty) -> Option<LocalId> {
        match expr {
            syn::Expr::Paren(inner) => self.operand(&inner.expr, ty),
            syn::Expr::Group(inner) => self.operand(&inner.expr, ty),
            syn::Expr::Path(path) => {
                let local = self.lookup(&name_of(path.path.get_ident()?))?;
                (self.ty_of(local) == ty).then_some(local)
            }
            _ => None,
        }
    }

    fn unary(&mut self, unary: &syn::ExprUnary, expected: Option<&Ty>) -> Option<Expr> {
        let span = unary.span();
        match (&unary.op, &*unary.expr) {
            (syn::UnOp::Neg(_), syn::Expr::Lit(lit)) => {
                let number = self.literal(lit, expected, true)?;
                match number.ty.integer() {
                    Some(integer) if !integer.signed => {
                        self.fail(unary, Problem::Operator { op: "-".into(), ty: number.ty.to_string() })
                    }
                    _ => Some(number),
                }
            }
            (syn::UnOp::Neg(_), operand) => {
                let operand = self.expr(operand, expected)?;
                match &operand.ty {
                    ty if ty.is_float() => {
                        let ty = ty.clone();
                        Some(Expr::new(Kind::Negate(operand.boxed()), ty, span))
                    }
                    ty if ty.integer().is_some() => self.fail(unary, Problem::PlainNegate),
                    ty => self.fail(unary, Problem::Operator { op: "-".into(), ty: ty.to_string() }),
                }
            }
            (syn::UnOp::Not(_), operand) => {
                let operand = self.expr(operand, expected)?;
                let ty = operand.ty.clone();
                if ty == Ty::BOOL || ty.integer().is_some() {
                    Some(Expr::new(Kind::Not(operand.boxed()), ty, span))
                } else {
                    self.fail(unary, Problem::Operator { op: "!".into(), ty: ty.to_string() })
                }
            }
            (syn::UnOp::Deref(_), operand) => {
                let operand = self.expr(operand, None)?;
                self.deref(unary, operand)
            }
            _ => self.refuse(&syn::Expr::Unary(unary.clone())),
        }
    }

    fn binary(&mut self, binary: &syn::ExprBinary, expected: Option<&Ty>) -> Option<Expr> {
        let span = binary.span();
        if let syn::BinOp::And(_) | syn::BinOp::Or(_) = binary.op {
            let left = self.condition(&binary.left);
            let right = self.condition(&binary.right);
            let (left, right) = (left?.boxed(), right?.boxed());
            let kind = match binary.op {
                syn::BinOp::And(_) => Kind::And(left, right),
                _ => Kind::Or(left, right),
            };
            return Some(Expr::new(kind, Ty::BOOL, span));
        }
        if let Some(op) = compound(&binary.op) {
            return self.compound_assign(binary, op);
        }
        let comparison = matches!(
            binary.op,
            syn::BinOp::Eq(_)
                | syn::BinOp::Ne(_)
                | syn::BinOp::Lt(_)
                | syn::BinOp::Le(_)
                | syn::BinOp::Gt(_)
                | syn::BinOp::Ge(_)
        );
        let hint = if comparison { None } else { expected };
        let (left, right) = self.operands(&binary.left, &binary.right, hint)?;
        self.operate(binary, &binary.op, left, (right, &binary.right))
    }

    /// Checks two operands of one type; a bare number takes the type of the other.
    fn operands(&mut self, left: &syn::Expr, right: &syn::Expr, hint: Option<&Ty>) -> Option<(Expr, Expr)> {
        if literal::is_bare(left) && !literal::is_bare(right) {
            let right = self.expr(right, hint);
            let left = self.expr(left, right.as_ref().map(|right| &right.ty));
            Some((left?, right?))
        } else {
            let left = self.expr(left, hint);
            let right = self.expr(right, left.as_ref().map(|left| &left.ty));
            Some((left?, right?))
        }
    }

    pub(super) fn operate(
        &mut self,
        at: &impl ToTokens,
        op: &syn::BinOp,
        left: Expr,
        (right, right_tokens): (Expr, &syn::Expr),
    ) -> Option<Expr> {
        let (whole, sign) = (at.span(), op.span());
        let ty = left.ty.clone();
        let number = ty.integer().is_some() || ty.is_float();
        if let Some((op, method)) = shift(op)
            && ty.integer().is_some()
        {
            return self.fail(at, Problem::PlainShift { op, method });
        }
        let right = if shift(op).is_some() { right } else { self.coerce(right, &ty, right_tokens)? };
        let arithmetic = |float: Binary, op: &'static str, method: &'static str| {
            if ty.is_float() { Ok(float) } else { Err(Problem::PlainArithmetic { op, method }) }
        };
        let chosen = match op {
            syn::BinOp::Add(_) | syn::BinOp::AddAssign(_) => arithmetic(Binary::Add, "+", "add"),
            syn::BinOp::Sub(_) | syn::BinOp::SubAssign(_) => arithmetic(Binary::Sub, "-", "sub"),
            syn::BinOp::Mul(_) | syn::BinOp::MulAssign(_) => arithmetic(Binary::Mul, "*", "mul"),
            syn::BinOp::Div(_) | syn::BinOp::DivAssign(_) if ty.is_float() => Ok(Binary::Div),
            syn::BinOp::Div(_) | syn::BinOp::DivAssign(_) => {
                Err(Problem::DivisionMayPanic { what: "/".into(), remainder: false })
            }
            syn::BinOp::Rem(_) | syn::BinOp::RemAssign(_) if ty.is_float() => Err(Problem::FloatRemainder),
            syn::BinOp::Rem(_) | syn::BinOp::RemAssign(_) => {
                Err(Problem::DivisionMayPanic { what: "%".into(), remainder: true })
            }
            syn::BinOp::BitAnd(_) | syn::BinOp::BitAndAssign(_) => Ok(Binary::BitAnd),
            syn::BinOp::BitOr(_) | syn::BinOp::BitOrAssign(_) => Ok(Binary::BitOr),
            syn::BinOp::BitXor(_) | syn::BinOp::BitXorAssign(_) => Ok(Binary::BitXor),
            syn::BinOp::Eq(_) => Ok(Binary::Eq),
            syn::BinOp::Ne(_) => Ok(Binary::Ne),
            syn::BinOp::Lt(_) => Ok(Binary::Lt),
            syn::BinOp::Le(_) => Ok(Binary::Le),
            syn::BinOp::Gt(_) => Ok(Binary::Gt),
            syn::BinOp::Ge(_) => Ok(Binary::Ge),
            // Shifts of other types than integers.
            _ => Err(Problem::Operator { op: text_of(op), ty: ty.to_string() }),
        };
        let symbol = text_of(op).trim().to_owned();
        let op = match chosen {
            Err(problem) if number => return self.fail(at, problem),
            Err(_) => return self.fail(at, Problem::Operator { op: symbol, ty: ty.to_string() }),
            Ok(op) => op,
        };
        let bits = matches!(op, Binary::BitAnd | Binary::BitOr | Binary::BitXor);
        let pointer = matches!(ty, Ty::Ptr { .. });
        let fine = match op {
            Binary::Add | Binary::Sub | Binary::Mul | Binary::Div => ty.is_float(),
            _ if bits => ty == Ty::BOOL || ty.integer().is_some(),
            _ => number || pointer || ty == Ty::BOOL,
        };
        if !fine {
            let problem = match ty {
                Ty::Struct(_) | Ty::Tuple(_) | Ty::Option(_) if !bits => Problem::CompareStructs(ty.to_string()),
                _ => Problem::Operator { op: symbol, ty: ty.to_string() },
            };
            return self.fail(at, problem);
        }
        let computes = matches!(op, Binary::Add | Binary::Sub | Binary::Mul | Binary::Div);
        // A message about a sum is placed at the `+`.
        let span = if computes { sign } else { whole };
        let result = if bits || computes { ty } else { Ty::BOOL };
        Some(Expr::new(Kind::Binary(op, left.boxed(), right.boxed()), result, span))
    }

    fn cast(&mut self, cast: &syn::ExprCast) -> Option<Expr> {
        let to = types::read(&cast.ty, &self.module.structs, self.self_ty, self.errors)?;
        // A bare number has the type that it is cast to, as in Rust.
        let number = |ty: &Ty| ty.integer().is_some() || ty.is_float();
        let hint = (number(&to) && literal::is_bare(&cast.expr)).then_some(&to);
        let from = self.expr(&cast.expr, hint)?;
        let word = |ty: &Ty| ty.integer().is_some_and(|integer| integer.bits == 64);
        let pointer = |ty: &Ty| matches!(ty, Ty::Ptr { .. });
        let fine = (number(&from.ty) && number(&to))
            || (from.ty == Ty::BOOL && to.integer().is_some())
            || (pointer(&from.ty) && (pointer(&to) || word(&to)))
            || (word(&from.ty) && pointer(&to));
        if !fine {
            return self.fail(cast, Problem::CastForm { from: from.ty.to_string(), to: to.to_string() });
        }
        Some(Expr::new(Kind::Cast(from.boxed()), to, cast.span()))
    }

    fn tuple(&mut self, tuple: &syn::ExprTuple, expected: Option<&Ty>) -> Option<Expr> {
        if tuple.elems.is_empty() {
            return Some(Expr::new(Kind::Unit, Ty::Unit, tuple.span()));
        }
        let mut parts = Vec::new();
        for (index, element) in tuple.elems.iter().enumerate() {
            let hint = match expected {
                Some(Ty::Tuple(types)) => types.get(index),
                _ => None,
            };
            parts.push(self.expr(element, hint)?);
        }
        let ty = Ty::Tuple(parts.iter().map(|part| part.ty.clone()).collect());
        Some(Expr::new(Kind::Tuple(parts), ty, tuple.span()))
    }

    fn try_expr(&mut self, attempt: &syn::ExprTry) -> Option<Expr> {
        let inner = self.expr(&attempt.expr, None)?;
        let Ty::Result(of) = inner.ty.clone() else {
            return self.fail(attempt, Problem::TryType(inner.ty.to_string()));
        };
        if !matches!(self.result, Ty::Result(_)) {
            return self.fail(attempt, Problem::TryOutside);
        }
        Some(Expr::new(Kind::Try(inner.boxed()), *of, attempt.span()))
    }

    fn return_expr(&mut self, ret: &syn::ExprReturn) -> Option<Expr> {
        let result = self.result.clone();
        let value = match &ret.expr {
            Some(value) => self.expect(value, &result)?,
            None => {
                let unit = Expr::new(Kind::Unit, Ty::Unit, ret.span());
                self.coerce(unit, &result, ret)?
            }
        };
        Some(Expr::new(Kind::Return(value.boxed()), Ty::Never, ret.span()))
    }
}

/// Returns the operator of a compound assignment such as `a += b`.
fn compound(op: &syn::BinOp) -> Option<&syn::BinOp> {
    use syn::BinOp::{
        AddAssign, BitAndAssign, BitOrAssign, BitXorAssign, DivAssign, MulAssign, RemAssign, ShlAssign, ShrAssign,
        SubAssign,
    };
    matches!(
        op,
        AddAssign(_)
            | SubAssign(_)
            | MulAssign(_)
            | DivAssign(_)
            | RemAssign(_)
            | BitAndAssign(_)
            | BitOrAssign(_)
            | BitXorAssign(_)
            | ShlAssign(_)
            | ShrAssign(_)
    )
    .then_some(op)
}

fn shift(op: &syn::BinOp) -> Option<(&'static str, &'static str)> {
    match op {
        syn::BinOp::Shl(_) | syn::BinOp::ShlAssign(_) => Some(("<<", "shl")),
        syn::BinOp::Shr(_) | syn::BinOp::ShrAssign(_) => Some((">>", "shr")),
        _ => None,
    }
}
