//! A `syn` body → typed IR ([`Body`]), or problems at the author's tokens.
//!
//! The checker proves one thing: code that it accepts means the same in C as in Rust. It leaves to rustc what rustc
//! checks on the same tokens anyway: borrows, mutability, exhaustive matches and initialisation.

mod block;
mod call;
mod checker;
mod control;
mod expr;
mod literal;
mod method;
mod pattern;
mod place;
mod rules;
mod window;

pub(crate) use rules::check_effects;

use crate::errors::Errors;
use crate::functions::Helper;
use crate::ir::Body;
use crate::module::Module;
use crate::op::OpDef;
use checker::Checker;

/// Checks the body of an op.
pub(crate) fn check_op(module: &Module, op: &OpDef, errors: &mut Errors) -> Option<Body> {
    let before = errors.len();
    let result = op.body_ty(&module.value);
    let mut checker = Checker::new(module, None, result, errors);
    for param in &op.params {
        checker.declare(&param.name, param.ty.clone());
    }
    let body = checker.body(&op.function.block, op.params.len())?;
    rules::check_op(module, op, &body, errors);
    (errors.len() == before).then_some(body)
}

/// Checks the body of a helper.
pub(crate) fn check_helper(module: &Module, helper: &Helper, errors: &mut Errors) -> Option<Body> {
    let before = errors.len();
    let mut checker = Checker::new(module, helper.self_ty.as_deref(), helper.result.clone(), errors);
    for param in &helper.params {
        checker.declare(&param.name, param.ty.clone());
    }
    let body = checker.body(&helper.block, helper.params.len())?;
    rules::check_helper(&body, errors);
    (errors.len() == before).then_some(body)
}
