//! What dumps and explorers show of optimized loops is what the optimizer makes.

use std::collections::BTreeSet;

use mimeo::Disassembly;
use mimeo::jit::OptimizerSet;
use mimeo::listing::{Section, sections};
use mimeo_doc_ops::{Ops, SUM, sample_machine};

/// Returns the section of `sum`, and its ops.
fn sum() -> (Section, Vec<(u32, String)>) {
    let (mut machine, linked) = sample_machine();
    let sum = machine.functions(linked).nth(SUM.0 as usize).expect("the program has functions");
    let ops = Disassembly::<Ops>::new(sum.body()).ops().into_iter().map(|op| (op.pc.0, op.text)).collect();
    let sections = sections(&mut machine, linked, |_| None).expect("it is loaded");
    (sections[SUM.0 as usize].clone(), ops)
}

#[test]
fn the_parts_of_a_loop_leave_out_no_byte_and_name_its_ops() {
    let (machine, linked) = sample_machine();
    let loops = mimeo_optimize::loops(OptimizerSet::of::<Ops>(), machine.functions(linked));
    let code = loops[SUM.0 as usize][0].code.as_ref().expect("it is optimized");
    let mut at = 0;
    for (range, _) in &code.parts {
        assert_eq!(range.start.0, at);
        assert!(range.end.0 > at, "{range:?}");
        at = range.end.0;
    }
    assert_eq!(at as usize, code.code.len());
    let (_, ops) = sum();
    let of_code: BTreeSet<u32> = code.parts.iter().filter_map(|(_, pc)| Some(pc.as_ref()?.0)).collect();
    let of_clif: BTreeSet<u32> = code.clif.iter().filter_map(|line| Some(line.pc?.0)).collect();
    let all: BTreeSet<u32> = ops.iter().map(|(pc, _)| *pc).collect();
    assert!(!of_code.is_empty() && of_code.is_subset(&all), "{of_code:?}");
    assert!(of_clif.is_subset(&all), "{of_clif:?}");
}

#[test]
fn an_instruction_belongs_to_the_op_that_it_is_made_of() {
    let (section, ops) = sum();
    let pane = |title: &str| section.panes.iter().find(|pane| pane.title == title).expect("there is a loop");
    let add = ops.iter().find(|(_, text)| text.starts_with("add ")).expect("it adds").0;
    let blocks =
        pane("CLIF").blocks.iter().filter(|block| block.lines.iter().any(|line| line.text.contains("= iadd v")));
    let links: Vec<&[u32]> = blocks.map(|block| &*block.links).collect();
    assert!(!links.is_empty() && links.iter().all(|links| **links == [add]), "{links:?} should be {add}");
    let optimized = pane("optimized code");
    assert!(optimized.blocks.iter().any(|block| block.links == [add] && !block.lines[0].bytes.is_empty()));
    let bytes: usize = optimized.blocks.iter().flat_map(|block| &block.lines).map(|line| line.bytes.len()).sum();
    assert!(optimized.note.starts_with(&format!("{bytes} bytes")), "{}", optimized.note);
    // The marks of Cranelift's text are links and not text.
    assert!(pane("CLIF").blocks.iter().flat_map(|block| &block.lines).all(|line| !line.text.contains('@')));
}
