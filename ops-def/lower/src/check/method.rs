//! Method calls: helpers of the module's types, and methods of numbers, pointers, `vm` and labels.

use syn::spanned::Spanned;

use super::checker::Checker;
use crate::catalogue::Problem;
use crate::ir::{Expr, Intrinsic, Kind};
use crate::text::{name_of, text_of};
use crate::ty::{self, Integer, Ty};
use crate::types;

impl Checker<'_> {
    pub(super) fn method_call(&mut self, call: &syn::ExprMethodCall, expected: Option<&Ty>) -> Option<Expr> {
        if let Some(flow) = self.machine_call(call) {
            return flow;
        }
        let method = call.method.to_string();
        // Calls such as `vm.host.anything(…)` are refused because of the receiver.
        let hint = expected.filter(|ty| ty.integer().is_some() || ty.is_float());
        let (receiver, is_cell_field) = match unwrapped(&call.receiver) {
            syn::Expr::Field(field) => self.any_field(field)?,
            receiver => (self.expr(receiver, hint)?, false),
        };
        if is_cell_field {
            return self.cell_method(call, receiver);
        }
        match receiver.ty.clone() {
            Ty::Struct(name) | Ty::Cell(name) => {
                let key = format!("{name}::{method}");
                let Some(helper) = self.module.helpers.get(&key) else {
                    if self.module.broken.contains(&key) {
                        return None;
                    }
                    return self.fail(&call.method, Problem::UnknownMethod { ty: name, method });
                };
                let types: Vec<Ty> = helper.params.iter().skip(1).map(|param| param.ty.clone()).collect();
                let rest = self.arguments(call, &method, call.args.iter(), &types)?;
                let args = std::iter::once(receiver).chain(rest).collect();
                Some(Expr::new(Kind::Helper(key, args), helper.result.clone(), call.span()))
            }
            Ty::Ptr { to, .. } => self.pointer_method(call, receiver, &to),
            Ty::Scalar(_) | Ty::Usize | Ty::Isize => self.number_method(call, receiver),
            ty => self.fail(&call.method, Problem::UnknownMethod { ty: ty.to_string(), method }),
        }
    }

    /// Checks the methods of `vm`, labels and windows. Returns the outer `None` for any other call.
    fn machine_call(&mut self, call: &syn::ExprMethodCall) -> Option<Option<Expr>> {
        let [vm, label, labels, window] =
            [Ty::Vm, Ty::Label, Ty::Labels, Ty::Window].map(|ty| self.operand(&call.receiver, &ty));
        let method = name_of(&call.method);
        let takes = match (vm, label.or(labels), window, method.as_str()) {
            (Some(_), _, _, "set_slot_of") => 3,
            (Some(_), _, _, "call" | "slot_of" | "fill") => 2,
            (Some(_), _, _, "ret" | "ret_window" | "tail_call") => 1,
            (_, Some(_), _, "jump") if labels.is_some() => 1,
            (Some(_), _, _, "deopt" | "function_word") | (_, Some(_), _, "jump") | (_, _, Some(_), "len") => 0,
            (Some(_), ..) => return Some(self.fail(&call.method, Problem::VmField(method))),
            _ => return None,
        };
        if call.args.len() != takes {
            let problem = Problem::ArgumentCount { name: method, takes, given: call.args.len() };
            return Some(self.fail(call, problem));
        }
        let kind = match (label, labels, window) {
            (Some(label), ..) => Kind::Jump(label),
            (_, Some(labels), _) => match self.expect(&call.args[0], &Ty::U64) {
                Some(index) => Kind::Switch(labels, index.boxed()),
                None => return Some(None),
            },
            (.., Some(window)) => return Some(Some(Expr::new(Kind::WindowLen(window), Ty::U64, call.span()))),
            _ if method == "fill" => return Some(self.fill(call)),
            _ if method == "function_word" => return Some(Some(Expr::new(Kind::FunctionWord, Ty::U64, call.span()))),
            _ if matches!(method.as_str(), "slot_of" | "set_slot_of") => return Some(self.slot_of(call)),
            _ => match self.leave(call, &method) {
                Some(kind) => kind,
                None => return Some(None),
            },
        };
        Some(Some(Expr::new(kind, Ty::Flow, call.span())))
    }

    /// Checks the methods of `vm` whose result is a flow.
    fn leave(&mut self, call: &syn::ExprMethodCall, method: &str) -> Option<Kind> {
        match method {
            "call" => {
                let callee = self.expect(&call.args[0], &Ty::Callee);
                let window = self.window(&call.args[1])?;
                Some(Kind::Call(callee?.boxed(), window))
            }
            "ret_window" => Some(Kind::RetWindow(self.window(&call.args[0])?)),
            "tail_call" => Some(Kind::TailCall(self.expect(&call.args[0], &Ty::Callee)?.boxed())),
            "ret" => {
                let ty = self.module.value.clone();
                Some(Kind::Ret(self.expect(&call.args[0], &ty)?.boxed()))
            }
            _ => Some(Kind::Deopt),
        }
    }

    /// Checks `cell.field.get()` and `cell.field.set(value)`.
    fn cell_method(&mut self, call: &syn::ExprMethodCall, field: Expr) -> Option<Expr> {
        let method = name_of(&call.method);
        let takes = match method.as_str() {
            "get" => 0,
            "set" => 1,
            _ => return self.fail(&call.method, Problem::CellAccess(text_of(&call.receiver), field.ty.to_string())),
        };
        if call.args.len() != takes {
            let given = call.args.len();
            return self.fail(call, Problem::ArgumentCount { name: method, takes, given });
        }
        match call.args.first() {
            Some(value) => self.set(call, field, value),
            None => Some(field),
        }
    }

    fn pointer_method(&mut self, call: &syn::ExprMethodCall, pointer: Expr, to: &Ty) -> Option<Expr> {
        let span = call.span();
        let ty = pointer.ty.clone();
        let method = call.method.to_string();
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let steps = ["add", "sub", "offset", "wrapping_add", "wrapping_sub", "wrapping_offset"];
        let accesses = ["read", "write", "read_unaligned", "write_unaligned"];
        let needs_size = steps.iter().chain(&accesses).any(|name| *name == method);
        if needs_size && ty::layout(to, &self.module.structs).is_none() {
            return self.fail(call, Problem::DerefType(ty.to_string()));
        }
        match (method.as_str(), args.as_slice()) {
            ("add" | "sub" | "wrapping_add" | "wrapping_sub", [count]) => {
                let count = self.expect(count, &Ty::Usize)?;
                let intrinsic = if method.ends_with("add") { Intrinsic::PtrAdd } else { Intrinsic::PtrSub };
                Some(Expr::new(Kind::Intrinsic(intrinsic, vec![pointer, count]), ty, span))
            }
            ("offset" | "wrapping_offset", [count]) => {
                let count = self.expect(count, &Ty::Isize)?;
                Some(Expr::new(Kind::Intrinsic(Intrinsic::PtrOffset, vec![pointer, count]), ty, span))
            }
            ("is_null", []) => Some(Expr::new(Kind::Intrinsic(Intrinsic::PtrIsNull, vec![pointer]), Ty::BOOL, span)),
            ("read", []) => self.deref(call, pointer),
            ("write", [value]) => self.write(call, pointer, value, Kind::Deref),
            ("read_unaligned", []) => self.behind(call, pointer, Kind::DerefUnaligned),
            ("write_unaligned", [value]) => self.write(call, pointer, value, Kind::DerefUnaligned),
            ("cast", []) => {
                let target = call.turbofish.as_ref().and_then(|fish| match fish.args.first() {
                    Some(syn::GenericArgument::Type(ty)) => Some(ty),
                    _ => None,
                });
                let Some(target) = target else {
                    return self.unsupported(call, "`cast` without a type argument", "write `.cast::<T>()`");
                };
                let to = types::read_pointed_to(target, &self.module.structs, self.self_ty, self.errors)?;
                let mutable = matches!(ty, Ty::Ptr { mutable: true, .. });
                let ty = Ty::Ptr { mutable, to: Box::new(to) };
                Some(Expr::new(Kind::Cast(pointer.boxed()), ty, span))
            }
            _ => self.fail(&call.method, Problem::UnknownMethod { ty: ty.to_string(), method }),
        }
    }

    fn number_method(&mut self, call: &syn::ExprMethodCall, receiver: Expr) -> Option<Expr> {
        let method = call.method.to_string();
        let ty = receiver.ty.clone();
        if ty.integer().is_some()
            && (method.contains("_div") || method.contains("_rem"))
            && !method.starts_with("checked")
        {
            let remainder = method.contains("_rem");
            return self.fail(&call.method, Problem::DivisionMayPanic { what: method, remainder });
        }
        if ty.is_float() && (method == "min" || method == "max") {
            let long = if method == "min" { "minimum" } else { "maximum" };
            return self.fail(&call.method, Problem::MinOfFloats { method, long });
        }
        let found = match ty.integer() {
            Some(integer) => integer_method(&method, &ty, integer),
            None => ty.bits_of_float().and_then(|bits| float_method(&method, &ty, bits)),
        };
        let Some((intrinsic, params, result)) = found else {
            return self.fail(&call.method, Problem::UnknownMethod { ty: ty.to_string(), method });
        };
        let rest = self.arguments(call, &method, call.args.iter(), &params)?;
        let args = std::iter::once(receiver).chain(rest).collect();
        // A message about `to_bits` is placed at the method, not at the receiver.
        let span = if intrinsic == Intrinsic::FloatToBits { call.method.span() } else { call.span() };
        Some(Expr::new(Kind::Intrinsic(intrinsic, args), result, span))
    }
}

/// Returns the expression inside parentheses.
fn unwrapped(expr: &syn::Expr) -> &syn::Expr {
    match expr {
        syn::Expr::Paren(inner) => unwrapped(&inner.expr),
        syn::Expr::Group(inner) => unwrapped(&inner.expr),
        _ => expr,
    }
}

type Method = (Intrinsic, Vec<Ty>, Ty);

/// Looks up a method of an integer: its intrinsic, its other parameters and its result.
fn integer_method(method: &str, ty: &Ty, integer: Integer) -> Option<Method> {
    let same = || vec![ty.clone()];
    let shift = || vec![Ty::U32];
    let plain = || ty.clone();
    let option = || Ty::Option(Box::new(ty.clone()));
    let pair = || Ty::Tuple(vec![ty.clone(), Ty::BOOL]);
    Some(match method {
        "wrapping_add" => (Intrinsic::WrappingAdd, same(), plain()),
        "wrapping_sub" => (Intrinsic::WrappingSub, same(), plain()),
        "wrapping_mul" => (Intrinsic::WrappingMul, same(), plain()),
        "wrapping_neg" => (Intrinsic::WrappingNeg, vec![], plain()),
        "wrapping_abs" if integer.signed => (Intrinsic::WrappingAbs, vec![], plain()),
        "wrapping_shl" => (Intrinsic::WrappingShl, shift(), plain()),
        "wrapping_shr" => (Intrinsic::WrappingShr, shift(), plain()),
        "checked_add" => (Intrinsic::CheckedAdd, same(), option()),
        "checked_sub" => (Intrinsic::CheckedSub, same(), option()),
        "checked_mul" => (Intrinsic::CheckedMul, same(), option()),
        "checked_neg" => (Intrinsic::CheckedNeg, vec![], option()),
        "checked_div" => (Intrinsic::CheckedDiv, same(), option()),
        "checked_rem" => (Intrinsic::CheckedRem, same(), option()),
        "checked_shl" => (Intrinsic::CheckedShl, shift(), option()),
        "checked_shr" => (Intrinsic::CheckedShr, shift(), option()),
        "overflowing_add" => (Intrinsic::OverflowingAdd, same(), pair()),
        "overflowing_sub" => (Intrinsic::OverflowingSub, same(), pair()),
        "overflowing_mul" => (Intrinsic::OverflowingMul, same(), pair()),
        "saturating_add" => (Intrinsic::SaturatingAdd, same(), plain()),
        "saturating_sub" => (Intrinsic::SaturatingSub, same(), plain()),
        "saturating_mul" => (Intrinsic::SaturatingMul, same(), plain()),
        "rotate_left" => (Intrinsic::RotateLeft, shift(), plain()),
        "rotate_right" => (Intrinsic::RotateRight, shift(), plain()),
        "leading_zeros" => (Intrinsic::LeadingZeros, vec![], Ty::U32),
        "trailing_zeros" => (Intrinsic::TrailingZeros, vec![], Ty::U32),
        "count_ones" => (Intrinsic::CountOnes, vec![], Ty::U32),
        "swap_bytes" => (Intrinsic::SwapBytes, vec![], plain()),
        "min" => (Intrinsic::Min, same(), plain()),
        "max" => (Intrinsic::Max, same(), plain()),
        "unsigned_abs" if integer.signed => (Intrinsic::UnsignedAbs, vec![], unsigned(ty)),
        _ => return None,
    })
}

fn unsigned(ty: &Ty) -> Ty {
    match ty {
        Ty::Isize => Ty::Usize,
        _ => Ty::from_name(&ty.to_string().replace('i', "u")).unwrap_or(Ty::Never),
    }
}

/// Looks up a method of a float, whose bits have the type `bits`.
fn float_method(method: &str, ty: &Ty, bits: Ty) -> Option<Method> {
    let plain = || ty.clone();
    let same = || vec![ty.clone()];
    Some(match method {
        "abs" => (Intrinsic::FloatAbs, vec![], plain()),
        "sqrt" => (Intrinsic::FloatSqrt, vec![], plain()),
        "floor" => (Intrinsic::FloatFloor, vec![], plain()),
        "ceil" => (Intrinsic::FloatCeil, vec![], plain()),
        "trunc" => (Intrinsic::FloatTrunc, vec![], plain()),
        "round_ties_even" => (Intrinsic::FloatRoundTiesEven, vec![], plain()),
        "copysign" => (Intrinsic::FloatCopySign, same(), plain()),
        "minimum" => (Intrinsic::FloatMinimum, same(), plain()),
        "maximum" => (Intrinsic::FloatMaximum, same(), plain()),
        "minimum_number" => (Intrinsic::FloatMinimumNumber, same(), plain()),
        "maximum_number" => (Intrinsic::FloatMaximumNumber, same(), plain()),
        "is_sign_negative" => (Intrinsic::FloatIsSignNegative, vec![], Ty::BOOL),
        "is_nan" => (Intrinsic::FloatIsNan, vec![], Ty::BOOL),
        "to_bits" => (Intrinsic::FloatToBits, vec![], bits),
        "canonical_bits" => (Intrinsic::FloatCanonicalBits, vec![], bits),
        "quiet" => (Intrinsic::FloatQuiet, vec![], plain()),
        _ => return None,
    })
}
