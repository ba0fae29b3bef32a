//! What dumps and explorers show of optimized loops is what the optimizer makes.

use std::collections::BTreeSet;

use mimeo::Disassembly;
use mimeo::jit::OptimizerSet;
use mimeo::listing::{Pane, Section, sections};
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
    let adds: Vec<u32> = ops.iter().filter(|(_, text)| text.starts_with("add ")).map(|(pc, _)| *pc).collect();
    let clif = &pane("CLIF").blocks;
    let added = clif.iter().filter(|block| block.lines.iter().any(|line| line.text.contains("= iadd.i64 v")));
    let links: Vec<u32> = added.flat_map(|block| block.links.iter().copied()).collect();
    // The first iteration is a copy of its own.
    assert_eq!(links, [&adds[..], &adds].concat(), "{clif:#?}");
    let add = adds[0];
    let optimized = pane("optimized code");
    assert!(optimized.blocks.iter().any(|block| block.links == [add] && !block.lines[0].bytes.is_empty()));
    let bytes: usize = optimized.blocks.iter().flat_map(|block| &block.lines).map(|line| line.bytes.len()).sum();
    assert!(optimized.note.starts_with(&format!("{bytes} bytes")), "{}", optimized.note);
    // What is counted has a name where its address is used.
    let noted = |pane: &Pane| {
        let lines = pane.blocks.iter().flat_map(|block| &block.lines).filter(|line| line.note == "entries");
        lines.map(|line| line.text.clone()).collect::<Vec<_>>()
    };
    assert!(noted(pane("CLIF")).iter().any(|text| text.contains("= iconst.i64 0x")), "{clif:#?}");
    #[cfg(target_arch = "x86_64")]
    assert!(noted(optimized).iter().all(|text| text.starts_with("mov r")) && !noted(optimized).is_empty());
    // The marks of Cranelift's text are links and not text.
    assert!(clif.iter().flat_map(|block| &block.lines).all(|line| !line.text.contains('@')));
}
