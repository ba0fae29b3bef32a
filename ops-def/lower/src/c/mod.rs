//! An instruction set in typed IR → the C of its stencils.

mod body;
mod inline;
mod intrinsics;
mod outline;
mod tail;
mod types;

use std::collections::BTreeSet;
use std::fmt::Write;

use mimeo_def::op::Scalar;
use mimeo_def::stencil::HoleValue;

use crate::effects::{Effects, Helpers};
use crate::encode::{Encoding, Op, Operand};
use crate::functions::Helper;
use crate::ir::{Body, Expr, Kind, LocalId};
use crate::lowered::{PRELUDE, Symbol};
use crate::module::Module;
use crate::op::{OpDef, OpParam, ParamKind, ResultKind};
use crate::ty::{Integer, Ty};
use body::{Emitter, Place};
use outline::Operands;

/// Returns `true` if a helper's C takes `vm` and `frame`, which it needs for the runtime or the context.
fn takes_machine(helper: &Helper, effects: &Effects) -> bool {
    effects.runtime(&helper.name) || helper.params.iter().any(|param| param.ty == Ty::Vm)
}

fn helper_symbol(name: &str) -> String {
    format!("help_{}", name.replace("::", "_"))
}

/// Returns the C before the ops: the common prelude, and the module's structs, runtime functions and helpers.
pub(crate) fn prelude<'a>(
    module: &Module,
    helpers: &'a Helpers,
    effects: &Effects,
    ops: impl Iterator<Item = &'a Body>,
) -> String {
    let mut out = PRELUDE.to_owned();
    out.push_str("\n/* The language. */\n");
    out.push_str(&types::module_structs(module));
    out.push_str(&types::composites(helpers.values().chain(ops)));
    for runtime in &module.runtime {
        let cold = if runtime.cold { " COLD" } else { "" };
        let words = ", uint64_t".repeat(runtime.params.iter().filter(|param| param.ty != Ty::Vm).count());
        writeln!(out, "extern PLATFORM Outcome rt_{}(Vm *vm{words}){cold};", runtime.name)
            .expect("writing to a string");
    }
    // Prototypes come first: helpers may call each other in any order.
    for (name, body) in helpers {
        writeln!(out, "{};", helper_head(module, effects, name, body)).expect("writing to a string");
    }
    for (name, body) in helpers {
        out.push_str(&helper(module, effects, name, body));
    }
    out
}

fn helper_head(module: &Module, effects: &Effects, name: &str, body: &Body) -> String {
    let machine = takes_machine(&module.helpers[name], effects).then(|| "Vm *vm, Frame *frame".to_owned());
    let emitter = Emitter::new(module, effects, body.locals.clone(), Place::Helper, Ty::Unit);
    let declared = body.locals[..body.params].iter().enumerate().filter(|(_, local)| local.ty != Ty::Vm);
    let declared = declared.map(|(i, local)| format!("{} {}", types::name(&local.ty), emitter.local_name(LocalId(i))));
    let all: Vec<String> = machine.into_iter().chain(declared).collect();
    let all = if all.is_empty() { "void".to_owned() } else { all.join(", ") };
    let result = types::name(&module.helpers[name].result);
    format!("HELPER {result} {}({all})", helper_symbol(name))
}

fn helper(module: &Module, effects: &Effects, name: &str, body: &Body) -> String {
    let result = module.helpers[name].result.clone();
    let mut emitter = Emitter::new(module, effects, body.locals.clone(), Place::Helper, result.clone());
    emitter.tail(&body.root);
    // A body that ends in a `return` on every path has no value at its end.
    if body.root.ty == Ty::Never {
        emitter.line("__builtin_unreachable();");
    }
    format!("{} {{\n{}}}\n", helper_head(module, effects, name, body), emitter.out)
}

/// Returns the functions of one op, and the symbols that they may use.
pub(crate) fn op(
    module: &Module,
    helpers: &Helpers,
    effects: &Effects,
    op: &Op,
    body: &Body,
    file: &str,
) -> (String, Vec<Symbol>) {
    let def = &module.ops[op.def];
    let body = inline::tail_helpers(body, helpers, effects);
    let symbols = symbols(module, op, def, &body);
    let mut emitter = Emitter::new(module, effects, body.locals.clone(), Place::Op, Ty::Unit);
    let mut branches = false;
    body.root.walk(&mut |expr| branches |= matches!(expr.kind, Kind::If(..) | Kind::While(..)));
    let mut operands = Operands { assigned: Operands::assigned(&body.root), ..Operands::default() };
    for (index, param) in def.params.iter().enumerate() {
        let (mut declaration, mut in_slot) = (None, false);
        if let Some(operand) = op.param_operand[index] {
            let operand = &op.operands[operand];
            emitter.locals[index].name = c_name(&operand.name);
            in_slot = matches!(operand.kind, Encoding::Slot { .. } | Encoding::Stack { .. });
            if let Some(value) = operand_value(module, param, operand) {
                let name = emitter.local_name(LocalId(index));
                let line = format!("{} {name} = {value};", types::name(&param.ty));
                emitter.line(&line);
                declaration = Some(line);
            }
        }
        operands.declarations.push(declaration);
        operands.in_slot.push(in_slot);
    }
    operands.lone_callee = lone_callee(def);
    emitter.end = Some(tail::OpEnd::new(&op.name, def.result, branches, operands));
    emitter.tail(&body.root);
    let end = emitter.end.take();
    let mut out = declarations(op, def, file);
    for outlined in end.iter().flat_map(|end| &end.outlined) {
        out.push_str(outlined);
    }
    write!(out, "STENCIL op_{}(Vm *vm, Slot *base, Frame *frame) {{\n{}}}\n", op.name, emitter.out)
        .expect("writing to a string");
    (out, symbols)
}

/// Returns the header that a hand-written stencil of the op includes.
pub(crate) fn header(module: &Module, op: &Op, file: &str) -> String {
    let def = &module.ops[op.def];
    let prototype = format!("STENCIL op_{}(Vm *vm, Slot *base, Frame *frame);\n", op.name);
    declarations(op, def, file) + &prototype
}

/// Returns `#line` and the holes of an op.
fn declarations(op: &Op, def: &OpDef, file: &str) -> String {
    let mut out = format!("\n#line {} \"{file}\"\n", line_of(def));
    for operand in &op.operands {
        let name = c_name(&operand.name);
        let text = match operand.kind {
            Encoding::Label => format!("extern Continuation JUMP_{name};\n"),
            Encoding::Window | Encoding::StackWindow => format!("extern char HOLE_{name}[], HOLE_{name}_len[];\n"),
            _ => format!("extern char HOLE_{name}[];\n"),
        };
        out.push_str(&text);
    }
    out
}

pub(crate) fn line_of(def: &OpDef) -> usize {
    def.function.sig.ident.span().start().line
}

/// Turns a Rust name into a part of a C name.
fn c_name(rust: &str) -> String {
    let mut name = String::new();
    for c in rust.trim_start_matches("r#").chars() {
        if c.is_ascii() { name.push(c) } else { name.push_str(&format!("u{:x}", u32::from(c))) }
    }
    name
}

/// Returns the C expression that reads an operand's value.
fn operand_value(module: &Module, param: &OpParam, operand: &Operand) -> Option<String> {
    let name = c_name(&operand.name);
    Some(match &operand.kind {
        Encoding::Slot { .. } | Encoding::Stack { .. } => {
            types::from_word(&format!("READ_SLOT(HOLE_{name})"), &param.ty, module)
        }
        Encoding::Constant => types::from_word(&format!("HOLE_64(HOLE_{name})"), &param.ty, module),
        Encoding::Immediate { scalar: Scalar::F64, .. } => format!("f64_from_bits(HOLE_64(HOLE_{name}))"),
        Encoding::Immediate { .. } => match param.ty.integer() {
            Some(Integer { bits: 64, .. }) => format!("({})HOLE_64(HOLE_{name})", types::name(&param.ty)),
            _ => format!("({})HOLE_32(HOLE_{name})", types::name(&param.ty)),
        },
        Encoding::Window | Encoding::StackWindow => {
            format!("{{HOLE_OFFSET(HOLE_{name}), HOLE_32(HOLE_{name}_len)}}")
        }
        Encoding::Function => format!("(const Function *)HOLE_64(HOLE_{name})"),
        Encoding::Cache { .. } => format!("({})HOLE_64(HOLE_{name})", types::name(&param.ty)),
        Encoding::Label => return None,
    })
}

/// Returns the symbols that the code of an op may use, and marks those that it must use.
pub(crate) fn symbols(module: &Module, op: &Op, def: &OpDef, body: &Body) -> Vec<Symbol> {
    let mut used = BTreeSet::new();
    let mut lens = BTreeSet::new();
    let (mut calls, mut continues, mut leaves) = (false, false, false);
    body.root.walk(&mut |expr| match expr.kind {
        // A helper that takes a window can only use its length.
        Kind::Local(_) if expr.ty == Ty::Window => {}
        Kind::Local(local) | Kind::IsGood(local) | Kind::Payload(local) | Kind::Jump(local) => {
            used.insert(local.0);
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
        _ => {}
    });
    let results = def.result.kind.values() > 0 && has_result(&body.root);
    let falls_through = results && matches!(def.result.kind, ResultKind::Values(_));
    let mut symbols = Symbol::common();
    for symbol in &mut symbols {
        symbol.required = match symbol.value {
            HoleValue::Continue => continues || falls_through || calls,
            HoleValue::NextPc => calls || leaves,
            _ => false,
        };
    }
    let mut add = |name: String, value, required| symbols.push(Symbol { name, value, required });
    for (index, operand) in op.operands.iter().enumerate() {
        let (name, value) = (c_name(&operand.name), HoleValue::Operand(index as u16));
        let param = op.param_operand.iter().position(|&of| of == Some(index));
        let required = match param {
            Some(param) => used.contains(&param),
            None => results,
        };
        match operand.kind {
            Encoding::Label => add(format!("JUMP_{name}"), value, required),
            Encoding::Window | Encoding::StackWindow => {
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
fn lone_callee(def: &OpDef) -> Option<usize> {
    let of = |wanted: ParamKind| {
        let params = def.params.iter().enumerate();
        params.filter(move |(_, param)| param.kind == wanted).map(|(index, _)| index).collect::<Vec<_>>()
    };
    match (&of(ParamKind::Callee)[..], &of(ParamKind::Window)[..]) {
        (&[callee], [] | [_]) => Some(callee),
        _ => None,
    }
}

/// Returns `true` if an op calls or returns. Helpers do neither.
pub(crate) fn transfers(body: &Body) -> bool {
    let mut found = false;
    body.root.walk(&mut |expr| found |= matches!(expr.kind, Kind::Call(..) | Kind::TailCall(_) | Kind::Ret(_)));
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

#[cfg(test)]
mod tests;
