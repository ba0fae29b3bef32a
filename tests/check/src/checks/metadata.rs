//! Sources, op tables, stencil tables, verifier and reference of every instruction set → whether they agree.

use mimeo::def::op::{OpInfo, OperandKind};
use mimeo::def::stencil::OpStencil;

use crate::check::{Check, Findings, Skipped, World};
use crate::sets::{self, Definition};

pub(crate) const CHECK: Check = Check {
    name: "metadata",
    proves: "Definitions, op tables, stencil tables, verifier and reference agree on every op.",
    run,
};

fn run(_: &World) -> Result<Findings, Skipped> {
    let mut findings = Findings::default();
    let sets: Vec<_> = std::iter::once(sets::calc()).chain(sets::tests()).collect();
    let (mut ops, mut operands) = (0, 0);
    for set in &sets {
        let found = match set.definitions() {
            Ok(definitions) => [
                same_ops(&definitions, set.ops, set.table.ops),
                set.ops.iter().flat_map(encoding).collect(),
                set.ops.iter().enumerate().flat_map(|(index, op)| (set.probe)(index, op)).collect(),
                reference(set.ops, set.reference),
            ]
            .concat(),
            Err(reason) => vec![reason],
        };
        findings.failures.extend(found.into_iter().map(|failure| format!("`{}`: {failure}", set.name)));
        ops += set.ops.len();
        operands += set.ops.iter().map(|op| op.operands.len()).sum::<usize>();
    }
    findings.figure("instruction_sets", sets.len());
    findings.figure("ops", ops);
    findings.figure("operands", operands);
    Ok(findings)
}

/// Compares names and fingerprints of the source, of the macro's op table and of the stencil table.
fn same_ops(definitions: &[Definition], ops: &[OpInfo], stencils: &[OpStencil]) -> Vec<String> {
    let mut failures = Vec::new();
    if (definitions.len(), stencils.len()) != (ops.len(), ops.len()) {
        let (defined, table) = (definitions.len(), stencils.len());
        failures.push(format!("{defined} ops are defined, the op table has {}, the stencil table {table}", ops.len()));
    }
    for ((definition, op), stencil) in definitions.iter().zip(ops).zip(stencils) {
        if definition.name != op.name || op.name != stencil.name {
            failures.push(format!(
                "`{}` is `{}` in the op table, `{}` in the stencil table",
                definition.name, op.name, stencil.name
            ));
        }
        for (what, found) in [("op table", op.fingerprint), ("stencil table", stencil.fingerprint)] {
            let differences: Vec<&str> = definition.fingerprint.differences(&found).collect();
            if !differences.is_empty() {
                failures.push(format!(
                    "`{}` of the {what} is from another definition: {}",
                    op.name,
                    differences.join(", ")
                ));
            }
        }
    }
    failures
}

/// Checks that the operands fill the instruction without gaps, and that the op pops and pushes its stack operands.
fn encoding(op: &OpInfo) -> Vec<String> {
    let mut failures = Vec::new();
    let mut encoded: Vec<_> = op.operands.iter().filter(|operand| operand.kind.len_units() > 0).collect();
    encoded.sort_by_key(|operand| operand.unit);
    let mut end = 1;
    for operand in encoded {
        if operand.unit != end {
            failures
                .push(format!("operand `{}` of `{}` is at unit {}, not {end}", operand.name, op.name, operand.unit));
        }
        end = operand.unit + operand.kind.len_units();
    }
    if op.len_units != end {
        failures.push(format!("`{}` has {} units, its operands end at {end}", op.name, op.len_units));
    }
    let on_stack = |wanted: bool| {
        let found = op
            .operands
            .iter()
            .filter(|operand| matches!(operand.kind, OperandKind::Stack { output, .. } if output == wanted));
        found.count() as u16
    };
    // A call pushes its result, which is not an operand.
    let pushes = on_stack(true) + u16::from(op.control.calls && op.pushes > 0);
    if (op.pops, op.pushes) != (on_stack(false), pushes) {
        let (pops, found) = (op.pops, op.pushes);
        failures.push(format!(
            "`{}` pops {pops} and pushes {found}, its operands say {} and {pushes}",
            op.name,
            on_stack(false)
        ));
    }
    failures
}

/// Checks that the reference has a line for each op, with its number and all its operands.
fn reference(ops: &[OpInfo], text: &str) -> Vec<String> {
    let lines: Vec<&str> =
        text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| opcode")).collect();
    let mut failures = Vec::new();
    if lines.len() != ops.len() {
        failures.push(format!("the reference has {} ops, there are {}", lines.len(), ops.len()));
    }
    for (index, op) in ops.iter().enumerate() {
        let start = format!("| {index} | `{}` | ", op.name);
        match lines.iter().find(|line| line.starts_with(&start)) {
            None => failures.push(format!("the reference has no line `{start}`")),
            Some(line) => failures.extend(
                op.operands
                    .iter()
                    .filter(|operand| operand.kind.len_units() > 0 && !line.contains(&format!("`{}`: ", operand.name)))
                    .map(|operand| format!("the reference of `{}` does not name `{}`", op.name, operand.name)),
            ),
        }
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calc() -> (Vec<Definition>, Vec<OpInfo>, Vec<OpStencil>) {
        let calc = sets::calc();
        (calc.definitions().unwrap(), calc.ops.to_vec(), calc.table.ops.to_vec())
    }

    #[test]
    fn another_definition_is_found_in_either_table() {
        let (definitions, ops, stencils) = calc();
        assert_eq!(same_ops(&definitions, &ops, &stencils), Vec::<String>::new());
        let add = ops.iter().position(|op| op.name == "add").unwrap();

        let mut stale = ops.clone();
        stale[add].fingerprint.body ^= 1;
        let expected = "`add` of the op table is from another definition: body";
        assert_eq!(same_ops(&definitions, &stale, &stencils), [expected]);
        let mut stale = stencils.clone();
        stale[add].fingerprint.layout ^= 1;
        let expected = "`add` of the stencil table is from another definition: layout";
        assert_eq!(same_ops(&definitions, &ops, &stale), [expected]);

        let mut renamed = stencils.clone();
        renamed[add].name = "plus";
        assert_eq!(
            same_ops(&definitions, &ops, &renamed),
            ["`add` is `add` in the op table, `plus` in the stencil table"]
        );
        let fewer = same_ops(&definitions, &ops, &stencils[1..]);
        assert_eq!(fewer[0], "25 ops are defined, the op table has 25, the stencil table 24");
    }

    #[test]
    fn operands_that_do_not_fill_the_instruction_are_found() {
        let (_, ops, _) = calc();
        let op = |name: &str| *ops.iter().find(|op| op.name == name).unwrap();
        let longer = OpInfo { len_units: 9, ..op("push") };
        assert_eq!(encoding(&longer), ["`push` has 9 units, its operands end at 5"]);
        let pops = OpInfo { pops: 3, ..op("add") };
        assert_eq!(encoding(&pops), ["`add` pops 3 and pushes 1, its operands say 2 and 1"]);
        let mut moved = op("jump").operands.to_vec();
        moved[0].unit = 2;
        let moved = OpInfo { operands: moved.leak(), ..op("jump") };
        assert_eq!(encoding(&moved)[0], "operand `to` of `jump` is at unit 2, not 1");
    }

    #[test]
    fn an_op_missing_from_the_reference_is_found() {
        let (_, ops, _) = calc();
        let text = sets::calc().reference;
        assert_eq!(reference(&ops, text), Vec::<String>::new());
        let without: String =
            text.lines().filter(|line| !line.contains("`jump`")).map(|line| format!("{line}\n")).collect();
        let found = reference(&ops, &without);
        assert_eq!(found[0], "the reference has 24 ops, there are 25");
        assert!(
            found[1].starts_with("the reference has no line `| ") && found[1].ends_with(" | `jump` | `"),
            "{found:?}"
        );
        let renamed = text.replace("`to`: label", "`there`: label");
        assert!(reference(&ops, &renamed).contains(&"the reference of `jump` does not name `to`".to_owned()));
    }
}
