//! An instruction set in typed IR → the C of its stencils.

mod body;
mod helper;
mod inline;
mod intrinsics;
mod names;
mod outline;
mod path;
mod symbols;
mod tail;
mod types;
mod writer;

pub(crate) use symbols::transfers;

use std::fmt::Write;

use mimeo_def::op::Scalar;

use crate::effects::{Effects, Helpers};
use crate::encode::{Encoding, Op, Operand};
use crate::ir::{Body, LocalId};
use crate::lowered::{PRELUDE, Symbol};
use crate::module::Module;
use crate::op::{OpDef, OpParam};
use crate::ty::{Integer, Structs, Ty};
use body::{Emitter, Ending};
use outline::Operands;
use path::Path;
use tail::OpEnd;

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
        writeln!(out, "{};", helper::head(module, effects, name, body)).expect("writing to a string");
    }
    for (name, body) in helpers {
        out.push_str(&helper::function(module, effects, name, body));
    }
    out
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
    let mut locals = body.locals.clone();
    let mut operands = Operands { assigned: Operands::assigned(&body.root), ..Operands::default() };
    for (index, param) in def.params.iter().enumerate() {
        let (mut declaration, mut in_slot) = (None, false);
        if let Some(operand) = op.param_operand[index] {
            let operand = &op.operands[operand];
            locals[index].name = names::hole(&operand.name);
            in_slot = matches!(operand.kind, Encoding::Slot { .. } | Encoding::Stack { .. });
            if let Some(value) = operand_value(&module.structs, param, operand) {
                let name = names::local(&locals, LocalId(index));
                declaration = Some(format!("{} {name} = {value};", types::name(&param.ty)));
            }
        }
        operands.declarations.push(declaration);
        operands.in_slot.push(in_slot);
    }
    operands.lone_callee = symbols::lone_callee(def);
    let lines: Vec<String> = operands.declarations.iter().flatten().cloned().collect();
    let uses_window = effects.windows_in(&body);
    let end = OpEnd::new(&op.name, tail::Shared { result: def.result, operands, uses_window });
    let mut emitter = Emitter::new(module, effects, locals, end);
    lines.iter().for_each(|line| emitter.line(line));
    OpEnd::tail(&mut emitter, &body.root, &mut Path::start());
    let Emitter { end, out: function, .. } = emitter;
    let mut out = declarations(op, def, file);
    out.extend(end.into_outlined());
    write!(out, "STENCIL op_{}(Vm *vm, Slot *base, Frame *frame) {{\n{}}}\n", op.name, function.into_text())
        .expect("writing to a string");
    (out, symbols::symbols(module, op, def, &body))
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
        let name = names::hole(&operand.name);
        let text = match operand.kind {
            Encoding::Label => format!("extern Continuation JUMP_{name};\n"),
            Encoding::Labels | Encoding::Window | Encoding::StackWindow => {
                format!("extern char HOLE_{name}[], HOLE_{name}_len[];\n")
            }
            _ => format!("extern char HOLE_{name}[];\n"),
        };
        out.push_str(&text);
    }
    out
}

pub(crate) fn line_of(def: &OpDef) -> usize {
    def.function.sig.ident.span().start().line
}

/// Returns the C expression that reads an operand's value.
fn operand_value(structs: &Structs, param: &OpParam, operand: &Operand) -> Option<String> {
    let name = names::hole(&operand.name);
    Some(match &operand.kind {
        Encoding::Slot { .. } | Encoding::Stack { .. } => {
            types::from_word(&format!("READ_SLOT(HOLE_{name})"), &param.ty, structs)
        }
        Encoding::Constant => types::from_word(&format!("HOLE_64(HOLE_{name})"), &param.ty, structs),
        Encoding::Immediate { scalar: Scalar::F32, .. } => format!("f32_from_bits(HOLE_32(HOLE_{name}))"),
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
        Encoding::Label | Encoding::Labels => return None,
    })
}

#[cfg(test)]
mod tests;
