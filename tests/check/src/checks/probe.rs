//! One op of an instruction set → the differences between the verifier and the op's metadata.

use mimeo::VerifyErrorKind as Kind;
use mimeo::asm::FunctionBody;
use mimeo::def::Pc;
use mimeo::def::op::{Control, OpInfo, OperandInfo, OperandKind, Scalar};
use mimeo::program::{Program, Unverified};
use mimeo::{InstructionSet, Operands};

const LOCALS: u16 = 4;
/// An offset at which no op starts.
const NOWHERE: u64 = 0x7fff_ffff;

/// Verifies functions of this op alone: truncated, with each operand just out of bounds, with its operands, and with
/// an empty operand stack. Returns the answers that `info` does not predict.
pub(crate) fn disagreements<I: InstructionSet>(index: usize, info: &OpInfo) -> Vec<String> {
    let mut failures = Vec::new();
    let mut expect = |what: String, (code, start): (Vec<u16>, u32), is_expected: &dyn Fn(Option<&Kind>) -> bool| {
        let found = verify::<I>(info, code, Pc(start));
        if !is_expected(found.as_ref()) {
            failures.push(format!("`{}` {what}: the verifier says {found:?}", info.name));
        }
    };
    let whole = instruction(index, info, None);
    if info.len_units > 1 {
        let need = info.len_units;
        let code = whole[..usize::from(need) - 1].to_vec();
        expect(
            "cut off".into(),
            (code, 0),
            &|found| matches!(found, Some(Kind::CutOff { need: found, .. }) if *found == need),
        );
    }
    for operand in info.operands {
        let Some(bits) = outside(operand) else { continue };
        let code = instruction(index, info, Some((operand, bits)));
        let what = format!("with `{}` as {bits:#x}", operand.name);
        expect(what, (code, 0), &|found| found.is_some_and(|kind| refuses(kind, operand)));
    }
    if I::OPERANDS == Operands::Stack && info.pops > 0 {
        let pops = u32::from(info.pops);
        let expected = move |found: Option<&Kind>| matches!(found, Some(Kind::StackUnderflow { depth: 0, pops: found }) if *found == pops);
        expect("without values".into(), (whole, 0), &expected);
    }
    let Some(code) = with_values::<I>(index, info) else {
        failures.push(format!("`{}` cannot be given values: no op pushes one", info.name));
        return failures;
    };
    expect("alone".into(), code, &|found| match (found, info.control) {
        (Some(Kind::RunsOffTheEnd), control) => control.falls_through || control.calls,
        (_, control) if control.falls_through || control.calls => false,
        // It jumps to itself with another depth of the operand stack.
        (Some(Kind::DepthsDiffer { .. }), control) => control.jumps && info.pops != info.pushes,
        (None, control) => !control.jumps || info.pops == info.pushes || I::OPERANDS == Operands::Registers,
        _ => false,
    });
    failures
}

/// Returns the op after others that push the values it pops, and where it starts, or `None` if no op pushes a value.
fn with_values<I: InstructionSet>(index: usize, info: &OpInfo) -> Option<(Vec<u16>, u32)> {
    if I::OPERANDS == Operands::Registers || info.pops == 0 {
        return Some((instruction(index, info, None), 0));
    }
    let pushes = |op: &&OpInfo| {
        let simple = op.control
            == Control { falls_through: true, jumps: false, calls: false, tail_calls: false, returns: false };
        let bounded = |operand: &OperandInfo| matches!(operand.kind, OperandKind::Immediate { space: Some(_), .. });
        (op.pops, op.pushes) == (0, 1) && simple && !op.operands.iter().any(bounded)
    };
    let (push, pushing) = I::OPS.iter().enumerate().find(|(_, op)| pushes(op))?;
    let mut code = instruction(push, pushing, None).repeat(info.pops.into());
    let start = code.len() as u32;
    let label = info.operands.iter().find(|operand| operand.kind == OperandKind::Label);
    code.extend(instruction(index, info, label.map(|label| (label, start.into()))));
    Some((code, start))
}

/// Returns the violation in a program of one function, with one label in a list.
fn verify<I: InstructionSet>(info: &OpInfo, code: Vec<u16>, label: Pc) -> Option<Kind> {
    let spaces = info.operands.iter().filter_map(|operand| match operand.kind {
        OperandKind::Immediate { space, .. } => space.map(|space| (space, 1)),
        _ => None,
    });
    let body = FunctionBody {
        name: "f".into(),
        arity: 0,
        locals: LOCALS,
        code,
        constants: vec![0],
        labels: vec![label],
        ..Default::default()
    };
    let program = Program::<I, Unverified>::new(vec![body], spaces.collect());
    program.verify().err().map(|error| error.kind)
}

/// Encodes the op. Its operands are 0, which is valid for all of them but lists of labels, except for the special one.
fn instruction(index: usize, info: &OpInfo, special: Option<(&OperandInfo, u64)>) -> Vec<u16> {
    let mut code = vec![0; usize::from(info.len_units)];
    code[0] = index as u16;
    for list in info.operands.iter().filter(|operand| operand.kind == OperandKind::Labels) {
        code[usize::from(list.unit) + 2] = 1;
    }
    if let Some((operand, bits)) = special {
        for unit in 0..operand.kind.len_units() {
            code[usize::from(operand.unit + unit)] = (bits >> (16 * unit)) as u16;
        }
    }
    code
}

/// Returns the smallest value that is out of bounds for an operand, if there is one.
fn outside(operand: &OperandInfo) -> Option<u64> {
    match operand.kind {
        OperandKind::Slot { .. } | OperandKind::Window => Some(LOCALS.into()),
        OperandKind::Constant | OperandKind::Function => Some(1),
        OperandKind::Label => Some(NOWHERE),
        // The first label of the list, but no label.
        OperandKind::Labels => Some(0),
        OperandKind::Immediate { space: Some(_), .. } => Some(1),
        OperandKind::Immediate { scalar: Scalar::Bool, .. } => Some(2),
        OperandKind::Immediate { scalar: Scalar::U8, .. } => Some(0x100),
        OperandKind::Immediate { scalar: Scalar::I8, .. } => Some(0x80),
        OperandKind::Immediate { .. }
        | OperandKind::Stack { .. }
        | OperandKind::StackWindow
        | OperandKind::Cache { .. } => None,
    }
}

/// Returns `true` if the violation is about this operand and matches its kind.
fn refuses(kind: &Kind, info: &OperandInfo) -> bool {
    let (operand, fits) = match kind {
        Kind::SlotOutsideFrame { operand, .. } => (operand, matches!(info.kind, OperandKind::Slot { .. })),
        Kind::WindowOutsideFrame { operand, .. } => (operand, info.kind == OperandKind::Window),
        Kind::ConstantOutsidePool { operand, .. } => (operand, info.kind == OperandKind::Constant),
        Kind::LabelNotAnOp { operand, .. } => (operand, info.kind == OperandKind::Label),
        Kind::LabelsOutsideList { operand, .. } => (operand, info.kind == OperandKind::Labels),
        Kind::NoSuchFunction { operand, .. } => (operand, info.kind == OperandKind::Function),
        Kind::ImmediateOutOfRange { operand, scalar, .. } => {
            (operand, matches!(info.kind, OperandKind::Immediate { scalar: found, space: None } if found == *scalar))
        }
        Kind::IndexOutsideSpace { operand, space, .. } => {
            (operand, matches!(info.kind, OperandKind::Immediate { space: Some(found), .. } if found == *space))
        }
        _ => return false,
    };
    fits && *operand == info.name
}

#[cfg(test)]
mod tests {
    use calc::ops::ops::Ops;

    use super::*;

    fn altered(name: &str, alter: impl FnOnce(&mut OpInfo)) -> Vec<String> {
        let (index, info) = Ops::OPS.iter().enumerate().find(|(_, info)| info.name == name).expect("calc has it");
        let mut info = *info;
        alter(&mut info);
        disagreements::<Ops>(index, &info)
    }

    #[test]
    fn metadata_that_contradicts_the_verifier_is_found() {
        for op in Ops::OPS {
            assert_eq!(altered(op.name, |_| {}), Vec::<String>::new());
        }
        let found = altered("add", |op| op.pops = 1);
        assert!(found[0].starts_with("`add` without values: the verifier says Some(StackUnderflow"), "{found:?}");
        for (name, falls_through) in [("jump", true), ("ret", true), ("push", false), ("add", false)] {
            let found = altered(name, |op| op.control.falls_through = falls_through);
            assert!(found.len() == 1 && found[0].starts_with(&format!("`{name}` alone: ")), "{found:?}");
        }
        let found = altered("jump", |op| op.pushes = 1);
        assert_eq!(found, ["`jump` alone: the verifier says None"]);
        let one_less = altered("push", |op| {
            op.len_units -= 1;
            op.operands = &[];
        });
        assert!(one_less[0].contains("cut off: the verifier says Some(CutOff { need: 5, have: 3 })"), "{one_less:?}");
        let mut operands = Ops::OPS.iter().find(|op| op.name == "get_global").expect("calc has it").operands.to_vec();
        operands.iter_mut().for_each(|operand| {
            if operand.kind.len_units() > 0 {
                operand.kind = OperandKind::Label;
            }
        });
        let label = altered("get_global", |op| op.operands = operands.leak());
        assert!(label.iter().any(|text| text.contains("IndexOutsideSpace")), "{label:?}");
    }
}
