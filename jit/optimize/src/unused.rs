//! Cranelift's IR → the same without instructions whose results nothing uses.
//!
//! Cranelift removes unused arithmetic, but no loads. A load is unused if its word was needed only as a float, which is
//! loaded as such, or only by checks that were decided.

use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{Function, Inst, InstructionData, Opcode, Value};

/// Removes instructions that compute or load what is not used.
pub(crate) fn remove_unused(func: &mut Function) {
    let mut uses: SecondaryMap<Value, u32> = SecondaryMap::new();
    let insts: Vec<Inst> = func.layout.blocks().flat_map(|block| func.layout.block_insts(block)).collect();
    for &inst in &insts {
        func.dfg.inst_values(inst).for_each(|value| uses[func.dfg.resolve_aliases(value)] += 1);
    }
    // What an instruction uses comes before it, so it is visited later.
    for inst in insts.into_iter().rev() {
        let is_used = func.dfg.inst_results(inst).iter().any(|&result| uses[result] > 0);
        if !is_used && is_only_for_results(&func.dfg.insts[inst]) {
            func.dfg.inst_values(inst).for_each(|value| uses[func.dfg.resolve_aliases(value)] -= 1);
            func.layout.remove_inst(inst);
        }
    }
}

/// Returns whether an instruction does nothing else than to give its results.
fn is_only_for_results(inst: &InstructionData) -> bool {
    let opcode = inst.opcode();
    let is_load = opcode == Opcode::Load && inst.memflags().is_some_and(|flags| flags.notrap());
    let has_effects = opcode.is_terminator() || opcode.is_call() || opcode.can_store() || opcode.other_side_effects();
    is_load || !has_effects && !opcode.can_load() && !opcode.can_trap()
}
