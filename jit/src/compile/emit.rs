//! [`Plan`] and writable memory → the code of a function: the second pass, which copies and patches.

use mimeo_def::frame::{CodeAddr, Exit};
use mimeo_def::{CodeOffset, Pc};
use mimeo_interp::Function;

use crate::compile::hole_value::{FunctionContext, LABEL_BYTES, NoCode, Site};
use crate::compile::island::FarIndex;
use crate::compile::patch::patch;
use crate::compile::plan::Plan;
use crate::compile::recipe::{Fill, Recipes};
use crate::errors::{Diagnostic, PatchError};
use crate::memory::{CodeBuf, Writable};
use crate::optimize::{Graft, OptimizedCode, OptimizedExit};

/// The reason why an op could not be emitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EmitError {
    Patch(PatchError),
    NoCode(NoCode),
    /// An exit of optimized code is no op.
    Region(NoCode),
}

impl EmitError {
    /// Returns `true` if `OP_DEOPT` can replace the op, because only a value is wrong and the stencil is sound.
    pub(crate) fn is_of_value(&self) -> bool {
        match self {
            EmitError::Patch(error) => matches!(error, PatchError::OutOfRange { .. } | PatchError::Misaligned { .. }),
            EmitError::NoCode(_) => true,
            EmitError::Region(_) => false,
        }
    }

    /// Returns the stable diagnostic.
    pub(crate) fn code(&self) -> Diagnostic {
        match self {
            EmitError::Patch(error) => error.code(),
            EmitError::NoCode(_) | EmitError::Region(_) => Diagnostic::BranchTarget,
        }
    }

    /// Returns the reason, in a sentence.
    pub(crate) fn sentence(&self) -> String {
        match self {
            EmitError::Patch(error) => error.sentence(),
            EmitError::NoCode(NoCode { target }) => format!("it refers to {target}, where there is no code"),
            EmitError::Region(NoCode { target }) => format!("its optimized code leaves for {target}, which is no op"),
        }
    }
}

/// A disagreement of the two passes about the size of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SizesDiffer {
    pub(crate) planned: CodeOffset,
    pub(crate) emitted: CodeOffset,
}

/// Emits a planned function. Ops that fail are appended to `failed` and do not end the pass, so that one more plan can
/// exclude them all.
pub(crate) fn emit(
    plan: &Plan,
    recipes: &Recipes,
    function: &Function,
    grafts: &[Graft],
    buf: &mut CodeBuf<Writable>,
    failed: &mut Vec<(Pc, EmitError)>,
) -> Result<(), SizesDiffer> {
    let address = buf.address(CodeOffset(0));
    let code = buf.bytes_mut();
    let body = function.body();
    let context = FunctionContext {
        function,
        code: &body.code,
        starts: &plan.starts,
        address,
        island: &plan.island,
        labels: address + plan.layout.labels as usize,
        poll_bytes: recipes.poll_bytes(),
    };
    let layout = plan.layout;
    let differ = |planned: u32, emitted: usize| {
        Err(SizesDiffer { planned: CodeOffset(planned), emitted: CodeOffset(emitted as u32) })
    };
    if code.len() != layout.end as usize {
        return differ(layout.end, code.len());
    }
    let (mut hot_end, mut cold_end) = (0, layout.cold as usize);
    let mut regions = plan.regions.iter();
    for op in &plan.ops {
        let recipe = recipes.recipe(op.recipe);
        let (hot, cold) = plan.parts(op, recipes);
        // If the parts are not adjacent, the plan was made for other stencils.
        if hot.start != hot_end || cold.start != cold_end || hot.end > layout.cold as usize {
            return differ(op.hot.0, hot_end);
        }
        (hot_end, cold_end) = (hot.end, cold.end);
        let rodata = (layout.rodata + op.rodata.0) as usize;
        let region = if op.recipe == recipes.graft.recipe { regions.next() } else { None };
        let in_region = |offset: CodeOffset| address + offset.0 as usize;
        let site = Site {
            context: &context,
            pc: op.pc,
            next_pc: op.next_pc,
            height: u32::from(body.locals) + u32::from(op.depth),
            hot: address + hot.start,
            cold: address + cold.start,
            rodata: address + rodata,
            region: region.map(|region| in_region(region.code)).unwrap_or_default(),
            region_exits: region.map(|region| in_region(region.exits)).unwrap_or_default(),
        };
        let hot_fills = if op.elided { &recipe.hot_fills[..recipe.elided_fills as usize] } else { &recipe.hot_fills };
        let mut result = emit_part(&mut code[hot.clone()], &recipe.hot[..hot.len()], hot_fills, &site, site.hot);
        if !recipe.cold.is_empty() {
            let cold_part = &mut code[cold];
            result = result.and(emit_part(cold_part, recipe.cold, &recipe.cold_fills, &site, site.cold));
        }
        if !recipe.rodata.is_empty() {
            code[rodata..rodata + recipe.rodata.len()].copy_from_slice(recipe.rodata);
        }
        if let Err(error) = result {
            failed.push((op.pc, error));
        }
    }
    if hot_end != layout.cold as usize {
        return differ(layout.cold, hot_end);
    }
    if cold_end > layout.rodata as usize {
        return differ(layout.rodata, cold_end);
    }
    emit_labels(&mut code[layout.labels as usize..layout.island as usize], &context, failed);
    plan.island.emit(code);
    for (graft, region) in grafts.iter().zip(&plan.regions) {
        if let Err(error) = emit_region(&mut code[region.exits.0 as usize..], graft, &context, recipes) {
            failed.push((graft.head, EmitError::Region(error)));
        }
    }
    Ok(())
}

/// Writes the addresses at which jumps to the labels of the function's lists arrive.
fn emit_labels(table: &mut [u8], context: &FunctionContext<'_>, failed: &mut Vec<(Pc, EmitError)>) {
    let (entries, _) = table.as_chunks_mut::<LABEL_BYTES>();
    let labels = &context.function.body().labels;
    for (pc, range) in &context.function.facts().lists {
        for index in range.start as usize..range.end as usize {
            match context.address_of_label(*pc, labels[index]) {
                Ok(address) => entries[index] = address.to_le_bytes(),
                Err(error) => failed.push((*pc, EmitError::NoCode(error))),
            }
        }
    }
}

/// Copies optimized code after the table of the addresses at which it can leave.
fn emit_region(code: &mut [u8], graft: &Graft, context: &FunctionContext<'_>, recipes: &Recipes) -> Result<(), NoCode> {
    let OptimizedCode { code: bytes, exits, .. } = &*graft.region;
    for (entry, exit) in code.as_chunks_mut::<8>().0.iter_mut().zip(exits) {
        let address = match *exit {
            OptimizedExit::Op(pc) => {
                // An exit at the head would run the optimized code again.
                context.address_of(pc)? + if pc == graft.head { u64::from(recipes.graft.hot_bytes) } else { 0 }
            }
            OptimizedExit::Poll(pc) if context.function.facts().polls.binary_search(&pc).is_err() => {
                return Err(NoCode { target: pc });
            }
            OptimizedExit::Poll(pc) => context.address_of(pc)? - u64::from(context.poll_bytes),
            OptimizedExit::Throw => context.island.target(FarIndex::of_exit(Exit::Throw)) as u64,
            // The driver continues at the record's `pc`, as after a poll.
            OptimizedExit::Resume => context.island.target(FarIndex::of_exit(Exit::Poll)) as u64,
            OptimizedExit::Call => context.island.target(FarIndex::of_exit(Exit::Call)) as u64,
        };
        *entry = address.to_le_bytes();
    }
    code[graft.exits_bytes()..][..bytes.len()].copy_from_slice(bytes);
    Ok(())
}

#[inline]
fn emit_part(
    part: &mut [u8],
    stencil: &[u8],
    fills: &[Fill],
    site: &Site<'_>,
    address: CodeAddr,
) -> Result<(), EmitError> {
    part.copy_from_slice(stencil);
    for Fill { hole, source } in fills {
        let place = address + hole.at.0 as usize;
        let value = site.resolve(*source, hole.kind, place).map_err(EmitError::NoCode)?;
        patch(part, hole, value, address).map_err(EmitError::Patch)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
