//! Typed IR → [`mimeo_ir`]: the bodies of the ops in SSA form, for evaluators and compilers at run time.
//!
//! ```text
//! assigned.rs    expressions → the variables that they assign
//! builder.rs     blocks and values in the order in which they are made
//! leaves.rs      types → the numbers that a value consists of
//! target.rs      where the value of an expression goes
//! lowerer.rs     what is known while an op is lowered
//! words.rs       constants, and the words that slots and arguments hold
//! place.rs       places → numbers or memory
//! expr.rs        expressions → values
//! intrinsics.rs  methods of numbers and pointers → operations
//! end.rs         expressions at the end of an op, a helper or a condition → ends of blocks
//! cleanup.rs     a built body → without what is not reached or not used
//! ```

mod assigned;
mod builder;
mod cleanup;
mod end;
mod expr;
mod intrinsics;
mod leaves;
mod lowerer;
mod place;
mod target;
#[cfg(test)]
pub(crate) mod tests;
mod thread;
mod walk;
mod words;

use std::collections::BTreeMap;

use crate::effects::Helpers;
use crate::encode::Op;
use crate::ir::{Body, LocalId};
use crate::module::Module;
use crate::op::ParamKind;
use builder::Builder;
use leaves::Leaves;
use lowerer::Lowerer;
use target::Target;

/// Lowers the bodies of all ops whose definition has no problem.
pub(crate) fn set(module: &Module, helpers: &Helpers, bodies: &[Option<Body>], ops: &[Op]) -> mimeo_ir::Set {
    let structs = module.structs.values().map(|of| mimeo_ir::Struct {
        name: of.name.clone(),
        fields: of.fields.iter().map(|(name, _)| name.clone()).collect(),
    });
    // By definition: the index of its body.
    let mut places = vec![None; bodies.len()];
    let mut lowered = Vec::new();
    for (def, body) in bodies.iter().enumerate() {
        if let Some(body) = body {
            places[def] = Some(lowered.len() as u32);
            lowered.push(lower(module, helpers, def, body));
        }
    }
    let ops = ops.iter().filter_map(|op| places[op.def]).collect();
    mimeo_ir::Set { has_typed_memory: module.args.typed_memory, structs: structs.collect(), bodies: lowered, ops }
}

/// Lowers the body of an op.
fn lower(module: &Module, helpers: &Helpers, op: usize, body: &Body) -> mimeo_ir::Body {
    let struct_ids = module.structs.keys().zip(0..).map(|(name, id)| (name.as_str(), id)).collect();
    let mut lowerer = Lowerer {
        module,
        helpers,
        struct_ids,
        out: Builder::new(),
        locals: &body.locals,
        env: vec![None; body.locals.len()],
        loops: Vec::new(),
        target: Target::Op,
        labels: BTreeMap::new(),
    };
    let mut operands = 0;
    for (index, param) in module.ops[op].params.iter().enumerate() {
        let leaves = match param.kind {
            ParamKind::Vm => Leaves::new(),
            ParamKind::Label | ParamKind::Labels => {
                lowerer.out.entry_param();
                lowerer.labels.insert(LocalId(index), mimeo_ir::ParamId(operands));
                Leaves::new()
            }
            _ => {
                let word = lowerer.out.entry_param();
                lowerer.leaves_of_word(word, &param.ty)
            }
        };
        operands += u32::from(param.kind != ParamKind::Vm);
        lowerer.env[index] = Some(leaves);
    }
    lowerer.end(&body.root, &Target::Op);
    cleanup::cleaned(lowerer.out.finish())
}
