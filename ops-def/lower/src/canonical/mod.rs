//! Typed IR → [`Fingerprint`]: the hashes of canonical bytes of everything that an op means.
//!
//! The bytes do not depend on comments, formatting, positions, names of variables, the order of items, or how Rust
//! prints values. [`bytes`] describes their form.

mod body;
mod bytes;
mod declared;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use mimeo_def::Fingerprint;
use mimeo_def::frame::STENCIL_ABI;

use crate::effects::Helpers;
use crate::encode::Op;
use crate::ir::{Body, Kind};
use crate::module::Module;
use crate::ty::{self, Ty};
use bytes::Bytes;

/// Computes the fingerprint of one encoding of an op.
pub(crate) fn fingerprint(module: &Module, helpers: &Helpers, op: &Op, body: &Body) -> Fingerprint {
    let def = &module.ops[op.def];
    let mut reached =
        Reached { module, helpers, seen: BTreeSet::new(), structs: BTreeSet::new(), out: Bytes::default() };
    reached.ty(&module.value);
    for param in &def.params {
        reached.ty(&param.ty);
    }
    reached.body(body);
    let hash = |part: &Bytes| Fingerprint::hash(part.as_slice());
    Fingerprint {
        operands: hash(&operands(module, op)),
        body: {
            let mut out = Bytes::default();
            out.put(body);
            hash(&out)
        },
        reached: hash(&reached.out),
        layout: hash(&layout(module, &reached.structs)),
    }
}

/// The value type, the result, where control can go, and how operands are encoded.
fn operands(module: &Module, op: &Op) -> Bytes {
    let mut out = Bytes::default();
    out.put(&module.value);
    out.put(&module.ops[op.def].result);
    out.put(&op.control);
    // The number of arguments matters to calls only.
    out.put(&module.args.arity.filter(|_| op.control.calls || op.control.tail_calls));
    out.put(&op.operands);
    out
}

/// The version of the stencil ABI, and the structs with their layouts.
fn layout(module: &Module, structs: &BTreeSet<String>) -> Bytes {
    let mut out = Bytes::default();
    out.put(&STENCIL_ABI);
    for name in structs {
        let of = &module.structs[name];
        out.put(of);
        out.put(&ty::struct_layout(of, &module.structs));
    }
    out
}

/// Collects what a body reaches, without duplicates, in the order of the walk.
struct Reached<'a> {
    module: &'a Module,
    helpers: &'a Helpers,
    seen: BTreeSet<String>,
    structs: BTreeSet<String>,
    out: Bytes,
}

/// What an item begins with that a body reaches.
mod item {
    pub(super) const CONST: u8 = 0;
    pub(super) const RUNTIME: u8 = 1;
    pub(super) const HELPER: u8 = 2;
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
            self.out.tag(item::CONST);
            self.out.put(&name);
            self.out.put(constant);
        } else if let Some((index, runtime)) = self.module.runtime(&name) {
            self.out.tag(item::RUNTIME);
            // A stencil refers to it by its index.
            self.out.put(&index);
            self.out.put(&name);
            let params: Vec<Ty> = runtime.params.iter().map(|param| param.ty.clone()).collect();
            self.out.put(&params);
            self.out.put(&runtime.result);
        } else if let Some(helper) = self.helpers.get(&name) {
            self.out.tag(item::HELPER);
            self.out.put(&name);
            self.out.put(helper);
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
