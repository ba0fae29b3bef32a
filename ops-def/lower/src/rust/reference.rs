//! Encodings and doc comments → the instruction set's reference, in Markdown.

use std::fmt::Write;

use crate::encode::{Encoding, Op};
use crate::set::Set;
use crate::ty::scalar_name;

pub(super) fn markdown(set: &Set) -> String {
    let mut out = format!("# Instruction set `{}`\n\n", set.module.name);
    if let Some(nan_box) = &set.module.nan_box {
        writeln!(out, "Values:\n\n{}\nOps:\n", nan_box.table()).expect("writing to a string");
    }
    out.push_str("| opcode | op | operands | stack | meaning |\n|--:|---|---|---|---|\n");
    for (index, op) in set.ops.iter().enumerate() {
        let doc = set.module.ops[op.def].doc.replace('\n', " ");
        let doc = doc.trim().replace('|', "\\|");
        let stack = stack_effect(set, op);
        writeln!(out, "| {index} | `{}` | {} | {stack} | {doc} |", op.name, operands(op)).expect("writing to a string");
    }
    out
}

fn operands(op: &Op) -> String {
    let encoded = op.operands.iter().filter(|operand| operand.kind.len_units() > 0);
    let texts: Vec<String> = encoded
        .map(|operand| {
            let kind = match &operand.kind {
                Encoding::Slot { output: true } => "slot, written".to_owned(),
                Encoding::Slot { output: false } => "slot".to_owned(),
                Encoding::Stack { .. } => String::new(),
                Encoding::Immediate { scalar, space: None } => scalar_name(*scalar).to_owned(),
                Encoding::Immediate { scalar, space: Some(space) } => {
                    format!("{} in {space}", scalar_name(*scalar))
                }
                Encoding::Constant => "constant".to_owned(),
                Encoding::Label => "label".to_owned(),
                Encoding::Labels => "labels".to_owned(),
                Encoding::Window | Encoding::StackWindow => "window".to_owned(),
                Encoding::Function => "function".to_owned(),
                Encoding::Cache { cell, .. } => format!("cache `{cell}`"),
            };
            format!("`{}`: {kind}", operand.name)
        })
        .collect();
    texts.join(", ")
}

fn stack_effect(set: &Set, op: &Op) -> String {
    if !set.module.args.stack {
        return "–".into();
    }
    let window = op.operands.iter().find(|operand| operand.kind == Encoding::StackWindow);
    let window = window.map(|window| format!(" + {}", window.name)).unwrap_or_default();
    format!("{}{window} → {}", op.pops, op.pushes)
}
