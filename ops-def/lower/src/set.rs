//! A module → [`Set`]: checked, encoded and fingerprinted, ready to become C and Rust.

use std::collections::{BTreeMap, BTreeSet};

use mimeo_def::Fingerprint;
use proc_macro2::TokenStream;
use syn::ItemMod;
use syn::spanned::Spanned as _;

use crate::c;
use crate::canonical;
use crate::catalogue::Problem;
use crate::check;
use crate::effects::{Effects, Helpers};
use crate::encode::{self, Op};
use crate::errors::Errors;
use crate::ir::{Body, Expr, Kind};
use crate::lowered::{Definition, Lowered, LoweredOp, StencilSource};
use crate::module::Module;
use crate::nan::Nans;
use crate::op::StencilRequest;
use crate::ssa;
use crate::text::camel_case;
use crate::ty::Ty;

/// A checked instruction set.
pub(crate) struct Set {
    pub(crate) module: Module,
    pub(crate) helpers: Helpers,
    pub(crate) effects: Effects,
    /// Body of each definition; `None` if it has a problem.
    pub(crate) bodies: Vec<Option<Body>>,
    pub(crate) ops: Vec<Op>,
    /// Fingerprint of each op.
    pub(crate) fingerprints: Vec<Fingerprint>,
}

impl Set {
    pub(crate) fn read(args: TokenStream, module: ItemMod, errors: &mut Errors) -> Option<Set> {
        let module = Module::read(args, module, errors)?;
        let helpers = read_helpers(&module, errors);
        let effects = Effects::new(&helpers);
        let mut nans = Nans::new(&module, &helpers);
        let mut check_op = |op, errors: &mut Errors| {
            let before = errors.len();
            let body = check::check_op(&module, op, errors).filter(|body| !calls_unknown(body, &helpers))?;
            check::check_effects(&body, &effects, errors);
            nans.check_op(&body, errors);
            (errors.len() == before).then_some(body)
        };
        let checked = module.ops.iter().map(|op| errors.within(&op.member, |errors| check_op(op, errors)));
        let bodies: Vec<Option<Body>> = checked.collect();
        if let (Some(op), true) = (bodies.iter().position(Option::is_none), errors.is_empty()) {
            // No path here is known, but a stand-in for a body must never be compiled without an error.
            let (what, instead) = ("this body", "write it with numbers, `if`, `match`, `let` and calls");
            errors.on(&module.ops[op].function.sig.ident, Problem::Unsupported { what, instead });
        }
        let mut ops = Vec::new();
        for (def, body) in bodies.iter().enumerate() {
            let stand_in;
            let body = match body {
                Some(body) => body,
                None => {
                    stand_in = unknown_body();
                    &stand_in
                }
            };
            ops.extend(encode::encodings(&module, def, body));
        }
        check_names(&module, &ops, errors);
        let no_identity = Fingerprint { operands: 0, body: 0, reached: 0, layout: 0 };
        let fingerprints = ops
            .iter()
            .map(|op| match &bodies[op.def] {
                Some(body) => canonical::fingerprint(&module, &helpers, op, body),
                None => no_identity,
            })
            .collect();
        Some(Set { module, helpers, effects, bodies, ops, fingerprints })
    }

    /// Lowers all ops without problems to SSA.
    pub(crate) fn ir(&self) -> mimeo_ir::Set {
        ssa::set(&self.module, &self.helpers, &self.bodies, &self.ops)
    }

    /// Returns how the ops without problems are defined.
    pub(crate) fn definitions(&self) -> Vec<Definition> {
        let bodies = self.ir();
        let runtime: Vec<String> = self.module.runtime.iter().map(|function| function.name.to_string()).collect();
        let runtime: Vec<&str> = runtime.iter().map(String::as_str).collect();
        let ops = self.ops.iter().filter(|op| self.bodies[op.def].is_some());
        let definition = |(opcode, op): (usize, &Op)| {
            let span = self.module.ops[op.def].function.span();
            let (name, ir) = (op.name.clone(), bodies.text_of(opcode, &runtime));
            Definition { name, lines: span.start().line..=span.end().line, ir }
        };
        ops.enumerate().map(definition).collect()
    }

    /// Lowers all ops without problems to C.
    pub(crate) fn lower(&self, file: &str) -> Lowered {
        let module = &self.module;
        let prelude = c::prelude(module, &self.helpers, &self.effects, self.bodies.iter().flatten());
        let mut ops = Vec::new();
        for (op, &fingerprint) in self.ops.iter().zip(&self.fingerprints) {
            let def = &module.ops[op.def];
            let Some(body) = &self.bodies[op.def] else { continue };
            let (text, symbols) = c::op(module, &self.helpers, &self.effects, op, body, file);
            let (source, required) = match &def.stencil {
                StencilRequest::Generate { required } => (StencilSource::Generated(text), *required),
                StencilRequest::None => {
                    let reason = "the op says `#[vm_op(stencil = none)]`".to_owned();
                    (StencilSource::None(reason), false)
                }
                // The macro reports it, and says what changed.
                StencilRequest::Handwritten { reviewed, .. } if Fingerprint::parse(reviewed) != Some(fingerprint) => {
                    (StencilSource::None("the op changed after its stencil was reviewed".to_owned()), false)
                }
                StencilRequest::Handwritten { path, .. } => {
                    let header = c::header(module, op, file);
                    (StencilSource::Handwritten { path: path.clone(), header }, true)
                }
            };
            let transfers = c::transfers(body);
            let (name, line) = (op.name.clone(), c::line_of(def));
            ops.push(LoweredOp { name, line, fingerprint, source, required, transfers, symbols });
        }
        Lowered { name: module.name.to_string(), line: module.name.span().start().line, prelude, ops }
    }
}

/// Reads the bodies of the helpers, without those that have a problem or call themselves.
fn read_helpers(module: &Module, errors: &mut Errors) -> Helpers {
    let mut helpers = Helpers::new();
    for (name, helper) in &module.helpers {
        if let Some(body) = check::check_helper(module, helper, errors) {
            helpers.insert(name.clone(), body);
        }
    }
    let calls: BTreeMap<String, Vec<String>> =
        helpers.iter().map(|(name, body)| (name.clone(), callees(&body.root))).collect();
    for name in calls.keys().filter(|name| reaches_itself(name, &calls)) {
        errors.at(module.helpers[name].span, Problem::Recursive(name.clone()));
        helpers.remove(name);
    }
    remove_callers(&mut helpers);
    let broken: Vec<String> = {
        let mut nans = Nans::new(module, &helpers);
        let mut is_broken = |name: &&String| {
            let before = errors.len();
            nans.check_helper(name, errors);
            errors.len() > before
        };
        helpers.keys().filter(&mut is_broken).cloned().collect()
    };
    helpers.retain(|name, _| !broken.contains(name));
    remove_callers(&mut helpers);
    helpers
}

/// Removes the helpers that call helpers which were left out.
fn remove_callers(helpers: &mut Helpers) {
    loop {
        let known: BTreeSet<String> = helpers.keys().cloned().collect();
        helpers.retain(|_, body| callees(&body.root).iter().all(|name| known.contains(name)));
        if helpers.len() == known.len() {
            return;
        }
    }
}

/// Checks that no two encodings have the same opcode: each is a variant of `Opcode` and a function in C.
fn check_names(module: &Module, ops: &[Op], errors: &mut Errors) {
    let mut seen: BTreeMap<String, &Op> = BTreeMap::new();
    for op in ops {
        let opcode = camel_case(&op.name);
        if let Some(first) = seen.get(&opcode) {
            let (one, other) = (first.name.clone(), op.name.clone());
            let ident = &module.ops[op.def].function.sig.ident;
            errors.on(ident, Problem::SameOpcode { one, other, opcode: opcode.clone() });
        }
        seen.entry(opcode).or_insert(op);
    }
}

fn callees(expr: &Expr) -> Vec<String> {
    let mut names = Vec::new();
    expr.walk(&mut |part| {
        if let Kind::Helper(name, _) = &part.kind {
            names.push(name.clone());
        }
    });
    names
}

fn reaches_itself(name: &str, calls: &BTreeMap<String, Vec<String>>) -> bool {
    let mut seen = Vec::new();
    let mut work: Vec<&str> = vec![name];
    while let Some(current) = work.pop() {
        for callee in calls.get(current).into_iter().flatten() {
            if callee == name {
                return true;
            }
            if !seen.contains(&callee.as_str()) {
                seen.push(callee);
                work.push(callee);
            }
        }
    }
    false
}

/// Returns `true` if the body calls a helper that has a problem. Only the helper is reported; the op is left out.
fn calls_unknown(body: &Body, helpers: &Helpers) -> bool {
    callees(&body.root).iter().any(|name| !helpers.contains_key(name))
}

fn unknown_body() -> Body {
    let root = Expr::new(Kind::Unit, Ty::Unit, proc_macro2::Span::call_site());
    Body { locals: Vec::new(), params: 0, root }
}
