//! Checks what the second pass writes, and that it refuses a plan that was made for other stencils.

use mimeo_def::stencil::{Arch, PatchKind};
use mimeo_interp::Machine;

use super::*;
use crate::compile::island::{Island, STUB_BYTES};
use crate::compile::validate::Expectation;
use crate::config::Gaps;
use crate::tiny::programs::{Builder, Run, machine};
use crate::tiny::{OPS, Op, TABLE, Tiny};

/// An address that no branch in code of this process reaches.
const FAR: CodeAddr = 0x10;

/// Number of targets of `tiny`: the exits and two runtime functions.
const TARGETS: usize = 8;

fn recipes() -> Recipes {
    let expect = Expectation { ops: OPS, runtime_len: 2, host: Arch::host(), has: |_| false };
    Recipes::new(&TABLE, &expect, &Gaps::default()).unwrap()
}

/// Creates a machine whose function has ops with a hot and a cold part, and an op after them.
fn checking() -> Run {
    machine(vec![Builder::new("f", 1, 1).get(0).op(Op::Check).op(Op::Check).op(Op::Ret).end()], None)
}

fn function(run: &Run) -> &Function {
    let machine: &Machine<Tiny> = &run.machine;
    machine.functions(run.linked).next().unwrap()
}

fn planned(function: &Function, recipes: &Recipes, targets: Vec<CodeAddr>) -> Plan {
    let mut plan = Plan::new(Island::new(targets));
    plan.measure(function, recipes, &[], &[]).unwrap();
    plan
}

fn buffer(bytes: u32) -> CodeBuf<Writable> {
    CodeBuf::new(bytes as usize).unwrap()
}

/// Returns a plan changed by `change`, and the error that emitting it gives.
fn refused(extra_bytes: u32, change: impl Fn(&mut Plan)) -> (Plan, SizesDiffer) {
    let (run, recipes) = (checking(), recipes());
    let mut plan = planned(function(&run), &recipes, vec![FAR; TARGETS]);
    change(&mut plan);
    let mut buf = buffer(plan.layout.end + extra_bytes);
    let differ = emit(&plan, &recipes, function(&run), &[], &mut buf, &mut Vec::new()).unwrap_err();
    (plan, differ)
}

fn differ(planned: u32, emitted: u32) -> SizesDiffer {
    SizesDiffer { planned: CodeOffset(planned), emitted: CodeOffset(emitted) }
}

#[test]
fn a_plan_for_other_stencils_is_refused_where_it_differs() {
    let (plan, error) = refused(16, |_| {});
    assert_eq!(error, differ(plan.layout.end, plan.layout.end + 16));
    // A hot part, a cold part, and the end of all hot parts.
    let (plan, error) = refused(0, |plan| plan.ops[3].hot.0 += 1);
    assert_eq!(error, differ(plan.ops[3].hot.0, plan.ops[3].hot.0 - 1));
    let (plan, error) = refused(0, |plan| plan.ops[3].cold.0 += 1);
    assert_eq!(error, differ(plan.ops[3].hot.0, plan.ops[3].hot.0));
    let (plan, error) = refused(0, |plan| plan.layout.cold -= 1);
    let last = plan.ops[4].hot.0;
    assert_eq!(error, differ(last, last));
    let (plan, error) = refused(0, |plan| plan.layout.cold += 1);
    assert_eq!(error, differ(plan.layout.cold, plan.layout.cold - 1));
    let (plan, error) = refused(0, |plan| plan.layout.rodata = plan.layout.cold);
    assert_eq!(error.planned.0, plan.layout.cold);
    assert!(error.emitted.0 > plan.layout.cold, "{error:?}");
}

#[test]
fn far_targets_are_reached_through_stubs() {
    let (run, recipes) = (checking(), recipes());
    let plan = planned(function(&run), &recipes, vec![FAR; TARGETS]);
    let mut buf = buffer(plan.layout.end);
    let mut failed = Vec::new();
    emit(&plan, &recipes, function(&run), &[], &mut buf, &mut failed).unwrap();
    assert_eq!(failed, []);
    let stubs = &buf.bytes()[plan.layout.island as usize..];
    assert!(!stubs.is_empty());
    for stub in stubs.chunks(STUB_BYTES as usize) {
        assert_eq!(stub[8..], (FAR as u64).to_le_bytes());
    }
}

/// Whether a branch reaches its target depends on the place of its field, not only on that of its part.
#[cfg(target_arch = "x86_64")]
#[test]
fn the_last_address_that_a_branch_reaches_is_reached_directly() {
    let (run, recipes) = (checking(), recipes());
    let runtime = crate::compile::island::FarIndex::of(mimeo_def::stencil::HoleValue::Runtime(0)).unwrap();
    let plan = planned(function(&run), &recipes, vec![FAR; TARGETS]);
    let mut buf = buffer(plan.layout.end);
    let op = &plan.ops[2];
    let parts = plan.parts(op, &recipes);
    let recipe = recipes.recipe(op.recipe);
    let fills = [(&recipe.hot_fills, parts.0), (&recipe.cold_fills, parts.1)];
    let mut call = fills.iter().flat_map(|(fills, part)| {
        let calls = fills.iter().filter(|fill| fill.source == crate::compile::hole_value::Source::Far(runtime));
        calls.map(|fill| (fill.hole, part.start + fill.hole.at.0 as usize))
    });
    let (hole, field) = call.next().expect("`check` calls the runtime");
    assert_eq!(hole.kind, PatchKind::X86Rel32);
    assert!(hole.at.0 > 8, "otherwise nothing is compared");
    let place = buf.address(CodeOffset(field as u32));
    let mut targets = vec![FAR; TARGETS];
    targets[mimeo_def::frame::Exit::ALL.len()] = place + (1 << 31) - 17;
    let plan = planned(function(&run), &recipes, targets);
    emit(&plan, &recipes, function(&run), &[], &mut buf, &mut Vec::new()).unwrap();
    let distance = i32::from_le_bytes(buf.bytes()[field..field + 4].try_into().unwrap());
    assert_eq!(i64::from(distance), (1 << 31) - 17 + hole.addend);
}

#[test]
fn a_plan_is_reset_for_the_next_function() {
    let recipes = recipes();
    let long = checking();
    let short = machine(vec![Builder::new("f", 0, 1).push(5).op(Op::Ret).end()], None);
    let mut plan = planned(function(&long), &recipes, vec![FAR; TARGETS]);
    assert!(plan.layout.end > plan.layout.island);
    plan.measure(function(&short), &recipes, &[], &[]).unwrap();
    let new = planned(function(&short), &recipes, vec![FAR; TARGETS]);
    assert_eq!((plan.layout, plan.starts), (new.layout, new.starts));
}

#[test]
fn the_interpreter_takes_over_for_values_and_not_for_unsound_stencils() {
    let (at, kind) = (CodeOffset(0), PatchKind::X86Abs32);
    assert!(EmitError::Patch(PatchError::OutOfRange { at, kind, value: 1 << 32 }).is_of_value());
    assert!(EmitError::NoCode(NoCode { target: Pc(3) }).is_of_value());
    assert!(!EmitError::Patch(PatchError::Outside { at, kind, part_bytes: 3 }).is_of_value());
    assert!(!EmitError::Patch(PatchError::Unexpected { at, kind, found: 1 }).is_of_value());
}
