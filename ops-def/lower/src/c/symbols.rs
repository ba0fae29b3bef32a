//! An op → the symbols that its code may use, and those that it must use.

use std::collections::BTreeSet;

use mimeo_def::stencil::HoleValue;

use crate::encode::{Encoding, Op};
use crate::ir::{Body, Expr, Kind};
use crate::lowered::Symbol;
use crate::module::Module;
use crate::op::{OpDef, ParamKind, ResultKind};
use crate::ty::Ty;

use super::names;

/// Returns the symbols that the code of an op may use, and marks those that it must use.
pub(super) fn symbols(module: &Module, op: &Op, def: &OpDef, body: &Body) -> Vec<Symbol> {
    let mut used = BTreeSet::new();
    let mut lens = BTreeSet::new();
    let (mut calls, mut continues, mut leaves, mut word) = (false, false, false, false);
    body.root.walk(&mut |expr| match expr.kind {
        // A helper need not use all of a window that it takes.
        Kind::Local(_) if expr.ty == Ty::Window => {}
        Kind::Local(local) | Kind::IsGood(local) | Kind::Payload(local) | Kind::Jump(local) => {
            used.insert(local.0);
        }
        Kind::Switch(labels, _) => {
            used.insert(labels.0);
            lens.insert(labels.0);
        }
        Kind::Call(ref callee, window) => {
            used.insert(window.0);
            calls = true;
            let is_lone = matches!(callee.kind, Kind::Local(local) if lone_callee(def) == Some(local.0));
            if !is_lone && module.args.arity.is_none() {
                lens.insert(window.0);
            }
        }
        Kind::WindowLen(window) => {
            lens.insert(window.0);
        }
        Kind::WindowSlot(window, _) => {
            used.insert(window.0);
        }
        Kind::RetWindow(window) | Kind::Fill(window, _) => {
            used.insert(window.0);
            lens.insert(window.0);
        }
        Kind::Runtime(_, ref args) => {
            for arg in args {
                if let (Kind::Local(window), Ty::Window) = (&arg.kind, &arg.ty) {
                    used.insert(window.0);
                    lens.insert(window.0);
                }
            }
        }
        Kind::Next => continues = true,
        Kind::Deopt => leaves = true,
        Kind::FunctionWord => word = true,
        _ => {}
    });
    let results = def.result.kind.values() > 0 && has_result(&body.root);
    let falls_through = results && matches!(def.result.kind, ResultKind::Values(_));
    let mut symbols = Symbol::common();
    for symbol in &mut symbols {
        symbol.required = match symbol.value {
            HoleValue::Continue => continues || falls_through || calls,
            HoleValue::NextPc => calls || leaves,
            HoleValue::FunctionWord => word,
            _ => false,
        };
    }
    let mut add = |name: String, value, required| symbols.push(Symbol { name, value, required });
    for (index, operand) in op.operands.iter().enumerate() {
        let (name, value) = (names::hole(&operand.name), HoleValue::Operand(index as u16));
        let param = op.param_operand.iter().position(|&of| of == Some(index));
        let required = match param {
            Some(param) => used.contains(&param),
            None => results,
        };
        match operand.kind {
            Encoding::Label => add(format!("JUMP_{name}"), value, required),
            Encoding::Labels | Encoding::Window | Encoding::StackWindow => {
                add(format!("HOLE_{name}"), value, required);
                let len = param.is_some_and(|param| lens.contains(&param));
                add(format!("HOLE_{name}_len"), HoleValue::WindowLen(index as u16), len);
            }
            _ => add(format!("HOLE_{name}"), value, required),
        }
    }
    for (index, runtime) in module.runtime.iter().enumerate() {
        add(format!("rt_{}", runtime.name), HoleValue::Runtime(index as u16), false);
    }
    symbols
}

/// Returns the `Callee` parameter, if the op has only one and at most one window.
pub(super) fn lone_callee(def: &OpDef) -> Option<usize> {
    let of = |wanted: ParamKind| {
        let params = def.params.iter().enumerate();
        params.filter(move |(_, param)| param.kind == wanted).map(|(index, _)| index).collect::<Vec<_>>()
    };
    match (&of(ParamKind::Callee)[..], &of(ParamKind::Window)[..]) {
        (&[callee], [] | [_]) => Some(callee),
        _ => None,
    }
}

/// Returns `true` if an op calls, returns or jumps to one of several labels. Helpers do nothing of that.
pub(crate) fn transfers(body: &Body) -> bool {
    let mut found = false;
    body.root.walk(&mut |expr| {
        found |= matches!(
            expr.kind,
            Kind::Call(..) | Kind::TailCall(_) | Kind::Ret(_) | Kind::RetWindow(_) | Kind::Switch(..)
        )
    });
    found
}

/// Returns `true` if a path through a body ends in a result. Otherwise, all paths throw.
fn has_result(root: &Expr) -> bool {
    fn at_end(expr: &Expr) -> bool {
        match &expr.kind {
            Kind::Err(_) => false,
            Kind::If(_, then, other) => at_end(then) || at_end(other),
            Kind::Block(_, Some(tail)) => at_end(tail),
            _ => expr.ty != Ty::Never,
        }
    }
    let mut found = at_end(root);
    root.walk(&mut |expr| {
        if let Kind::Return(value) = &expr.kind {
            found |= at_end(value);
        }
    });
    found
}
