//! Expressions → the variables that they assign.

use std::collections::BTreeSet;

use crate::ir::{Expr, Kind, LocalId};
use crate::ty::Ty;

/// Returns the variables that expressions assign, apart from those of helpers.
pub(super) fn assigned(exprs: &[&Expr]) -> Vec<LocalId> {
    let mut locals = BTreeSet::new();
    for expr in exprs {
        expr.walk(&mut |part| {
            if let Kind::Assign(place, _) = &part.kind {
                locals.extend(root(place));
            }
        });
    }
    locals.into_iter().collect()
}

/// Returns the variable that a place is a part of.
fn root(place: &Expr) -> Option<LocalId> {
    match &place.kind {
        Kind::Local(local) => Some(*local),
        Kind::Field(base, _) if !matches!(base.ty, Ty::Cell(_)) => root(base),
        _ => None,
    }
}
