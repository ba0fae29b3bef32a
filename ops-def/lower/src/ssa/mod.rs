//! Typed IR → [`mimeo_ir`]: the bodies of the ops in SSA form, for evaluators and compilers at run time.
//!
//! ```text
//! builder.rs     blocks and values in the order in which they are made
//! leaves.rs      types → the numbers that a value consists of
//! place.rs       places → numbers or memory
//! expr.rs        expressions → values
//! intrinsics.rs  methods of numbers and pointers → operations
//! end.rs         expressions at the end of an op, a helper or a condition → ends of blocks
//! cleanup.rs     a built body → without what is not reached or not used
//! ```

mod builder;
mod cleanup;
mod end;
mod expr;
mod intrinsics;
mod leaves;
mod place;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::effects::Helpers;
use crate::encode::Op;
use crate::ir::{Body, Local, LocalId};
use crate::module::Module;
use crate::op::ParamKind;
use crate::ty::Ty;
use builder::Builder;
use end::Target;
use leaves::Leaves;

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
    mimeo_ir::Set { structs: structs.collect(), bodies: lowered, ops }
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
            ParamKind::Label => {
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

/// Lowers one op. Helpers are lowered in the place of their calls.
struct Lowerer<'a> {
    module: &'a Module,
    helpers: &'a Helpers,
    /// The numbers of the module's structs.
    struct_ids: BTreeMap<&'a str, u32>,
    out: Builder,
    /// The running function's variables.
    locals: &'a [Local],
    /// Their values.
    env: Vec<Option<Leaves>>,
    /// The running function's loops, the innermost last.
    loops: Vec<Loop>,
    /// Where the running function's result goes.
    target: Target,
    /// The labels among the op's parameters.
    labels: BTreeMap<LocalId, mimeo_ir::ParamId>,
}

/// A loop around the code that is being lowered.
struct Loop {
    /// The block after it, whose parameters are the numbers of the variables that the loop assigns.
    exit: mimeo_ir::BlockId,
    assigned: Vec<LocalId>,
}

impl Lowerer<'_> {
    /// Lowers the call of a helper, whose result goes to `target`.
    fn inline(&mut self, name: &str, args: &[crate::ir::Expr], target: &Target) {
        let body = &self.helpers[name];
        let mut env = vec![None; body.locals.len()];
        for ((arg, local), place) in args.iter().zip(&body.locals).zip(&mut env) {
            *place = Some(self.part(arg, &local.ty));
        }
        let env = std::mem::replace(&mut self.env, env);
        let locals = std::mem::replace(&mut self.locals, &body.locals);
        let loops = std::mem::take(&mut self.loops);
        let outer = std::mem::replace(&mut self.target, target.clone());
        self.end(&body.root, target);
        (self.locals, self.env, self.loops, self.target) = (locals, env, loops, outer);
    }

    /// Returns the type inside an option or a result.
    fn payload_ty(ty: &Ty) -> &Ty {
        match ty {
            Ty::Option(of) | Ty::Result(of) => of,
            _ => unreachable!("only options and results have payloads"),
        }
    }
}
