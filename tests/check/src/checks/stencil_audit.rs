//! Stencil tables → whether every op that should have a stencil has one that the tier accepts.

use mimeo::def::stencil::{OpStencil, Stencil};

use crate::check::{Check, Findings, Skipped, World};
use crate::sets::{self, Definition, Set};

pub(crate) const CHECK: Check = Check {
    name: "stencil_audit",
    proves: "Every op of calc has a stencil; every table is valid, and has gaps only where the definition declares them.",
    run,
};

fn run(_: &World) -> Result<Findings, Skipped> {
    let mut findings = Findings::default();
    let calc = sets::calc();
    let stencils: Vec<&Stencil> = calc.table.ops.iter().filter_map(|op| op.stencil.as_ref().ok()).collect();
    let sum = |bytes: fn(&Stencil) -> usize| stencils.iter().map(|stencil| bytes(stencil)).sum::<usize>();
    findings.figure("calc_ops", calc.ops.len());
    findings.figure("calc_stencils", stencils.len());
    findings.figure("calc_hot_bytes", sum(|stencil| stencil.hot.len()));
    findings.figure("calc_cold_bytes", sum(|stencil| stencil.cold.len()));
    findings.figure("calc_constant_bytes", sum(|stencil| stencil.rodata.len()));
    findings.figure("calc_holes", sum(|stencil| stencil.hot_holes.len() + stencil.cold_holes.len()));
    findings.figure("calc_largest_bytes", stencils.iter().map(|stencil| size(stencil)).max());
    // Definitions can rule out stencils, but those of calc do not.
    findings.failures = judge(calc.name, calc.refused.as_deref(), calc.table.ops, &[]);
    let (mut ops, mut with) = (0, 0);
    let tests = sets::tests();
    for set in &tests {
        findings.failures.extend(judge_set(set));
        ops += set.ops.len();
        with += set.table.ops.iter().filter(|op| op.stencil.is_ok()).count();
    }
    findings.figure("test_sets", tests.len());
    findings.figure("test_ops", ops);
    findings.figure("test_stencils", with);
    Ok(findings)
}

fn size(stencil: &Stencil) -> usize {
    stencil.hot.len() + stencil.cold.len() + stencil.rodata.len()
}

fn judge_set(set: &Set) -> Vec<String> {
    match set.definitions() {
        Ok(definitions) => judge(set.name, set.refused.as_deref(), set.table.ops, &definitions),
        Err(reason) => vec![reason],
    }
}

/// Returns what is wrong with a table.
fn judge(set: &str, refused: Option<&str>, ops: &[OpStencil], definitions: &[Definition]) -> Vec<String> {
    let mut failures: Vec<String> =
        refused.map(|reason| format!("the table of `{set}` is refused: {reason}")).into_iter().collect();
    for op in ops {
        let wants_none = definitions.iter().any(|definition| definition.name == op.name && definition.no_stencil);
        match op.stencil {
            Err(reason) if !wants_none => failures.push(format!("`{}` of `{set}` has no stencil: {reason}", op.name)),
            Ok(_) if wants_none => {
                failures.push(format!("`{}` of `{set}` has a stencil, against its definition", op.name))
            }
            Ok(stencil) if stencil.hot.is_empty() => {
                failures.push(format!("the stencil of `{}` of `{set}` is empty", op.name))
            }
            _ => {}
        }
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_and_refused_tables_are_found() {
        let calc = sets::calc();
        assert!(judge("ops", None, calc.table.ops, &[]).is_empty());
        let refused = judge("ops", Some("JIT_STENCIL_SOURCE: it is cut off"), calc.table.ops, &[]);
        assert_eq!(refused, ["the table of `ops` is refused: JIT_STENCIL_SOURCE: it is cut off"]);

        let gap = OpStencil { stencil: Err("it is too large"), ..calc.table.ops[0] };
        assert_eq!(judge("ops", None, &[gap], &[]), ["`push` of `ops` has no stencil: it is too large"]);
        let empty = OpStencil { stencil: Ok(Stencil::EMPTY), ..calc.table.ops[0] };
        assert_eq!(judge("ops", None, &[empty], &[]), ["the stencil of `push` of `ops` is empty"]);

        let none = Definition { name: "push".into(), fingerprint: gap.fingerprint, no_stencil: true };
        assert!(judge("ops", None, &[gap], std::slice::from_ref(&none)).is_empty());
        let against = judge("ops", None, &calc.table.ops[..1], &[none]);
        assert_eq!(against, ["`push` of `ops` has a stencil, against its definition"]);
    }
}
