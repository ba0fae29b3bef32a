//! Typed IR → [`Fingerprint`]: the hash of a canonical walk over everything that an op means.

use std::collections::BTreeSet;
use std::fmt::Write;

use mimeo_def::Fingerprint;
use mimeo_def::frame::STENCIL_ABI;

use crate::effects::Helpers;
use crate::encode::Op;
use crate::functions::Param;
use crate::ir::{Body, Kind};
use crate::module::Module;
use crate::ty::{self, Ty};

/// Computes the fingerprint of one encoding of an op.
pub(crate) fn fingerprint(module: &Module, helpers: &Helpers, op: &Op, body: &Body) -> Fingerprint {
    let def = &module.ops[op.def];
    let mut operands = format!("{:?} {:?} {:?}", module.value, def.result, op.control);
    if let Some(arity) = module.args.arity.filter(|_| op.control.calls || op.control.tail_calls) {
        write!(operands, " arity {arity}").expect("writing to a string");
    }
    for operand in &op.operands {
        write!(operands, " {:?}@{}", operand.kind, operand.unit).expect("writing to a string");
    }
    let mut reached = Reached { module, helpers, seen: BTreeSet::new(), structs: BTreeSet::new(), text: String::new() };
    reached.ty(&module.value);
    for param in &def.params {
        reached.ty(&param.ty);
    }
    reached.body(body);
    let mut layout = format!("abi {STENCIL_ABI}");
    for name in &reached.structs {
        let of = &module.structs[name];
        write!(layout, " {of:?} {:?}", ty::struct_layout(of, &module.structs)).expect("writing to a string");
    }
    Fingerprint {
        operands: Fingerprint::hash(&operands),
        body: Fingerprint::hash(&format!("{body:?}")),
        reached: Fingerprint::hash(&reached.text),
        layout: Fingerprint::hash(&layout),
    }
}

/// Collects what a body reaches, without duplicates, in the order of the walk.
struct Reached<'a> {
    module: &'a Module,
    helpers: &'a Helpers,
    seen: BTreeSet<String>,
    structs: BTreeSet<String>,
    text: String,
}

impl Reached<'_> {
    fn body(&mut self, body: &Body) {
        for local in &body.locals {
            self.ty(&local.ty);
        }
        let mut names = Vec::new();
        body.root.walk(&mut |expr| {
            self.ty(&expr.ty);
            match &expr.kind {
                Kind::Const(name) | Kind::Helper(name, _) | Kind::Runtime(name, _) => names.push(name.clone()),
                _ => {}
            }
        });
        for name in names {
            self.name(name);
        }
    }

    fn name(&mut self, name: String) {
        if !self.seen.insert(name.clone()) {
            return;
        }
        if let Some(constant) = self.module.consts.get(&name) {
            write!(self.text, "const {name} {constant:?};").expect("writing to a string");
        } else if let Some((index, runtime)) = self.module.runtime(&name) {
            // A stencil refers to it by its index.
            let signature = signature_text(&runtime.params, &runtime.result);
            write!(self.text, "runtime {index} {name}{signature};").expect("writing to a string");
        } else if let Some(helper) = self.helpers.get(&name) {
            write!(self.text, "helper {name} {helper:?};").expect("writing to a string");
            self.body(helper);
        }
    }

    fn ty(&mut self, ty: &Ty) {
        match ty {
            Ty::Struct(name) | Ty::Cell(name) if self.structs.insert(name.clone()) => {
                let fields = self.module.structs.get(name).map(|of| of.fields.clone()).unwrap_or_default();
                fields.iter().for_each(|(_, ty)| self.ty(ty));
            }
            Ty::Ptr { to, .. } => self.ty(to),
            Ty::Option(of) | Ty::Result(of) => self.ty(of),
            Ty::Tuple(of) => of.iter().for_each(|ty| self.ty(ty)),
            _ => {}
        }
    }
}

/// Returns a parameter list as text.
fn signature_text(params: &[Param], result: &Ty) -> String {
    let params: Vec<String> = params.iter().map(|param| param.ty.to_string()).collect();
    format!("({}) -> {result}", params.join(", "))
}
