//! A function's blocks → the same blocks in an order that suits copying: cold blocks in the cold section, the block
//! that ends in the jump to the continuation last, and branches inverted where that saves a jump.

use std::collections::HashSet;
use std::ops::Range;

use mimeo_def::stencil::Arch;

use super::condition;
use super::line::{Kind, Line};
use super::{CODE_SECTION, COLD_SECTION, COLD_SECTION_COFF, CONTINUE, EXIT_PREFIX};
use crate::audit;
use crate::object_file::Format;

/// Lays out every function.
pub(super) fn layout(arch: Arch, format: Format, lines: Vec<Line>) -> Vec<Line> {
    let cold_functions = cold_functions(&lines);
    let mut out = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let end = function_end(&lines, at);
        if end > at {
            lay_out_function(arch, format, &lines[at..end], &cold_functions, &mut out);
            at = end;
        } else {
            out.push(lines[at].clone());
            at += 1;
        }
    }
    out
}

/// Returns the names of functions in cold sections.
fn cold_functions(lines: &[Line]) -> HashSet<String> {
    let cold = lines.iter().filter(|line| is_cold_section(&line.section));
    cold.filter_map(|line| match &line.kind {
        Kind::Label(name) if !name.starts_with(".L") => Some(name.clone()),
        _ => None,
    })
    .collect()
}

/// Returns the index after the last instruction of the function with the label at `start`, or `start` if there is none.
fn function_end(lines: &[Line], start: usize) -> usize {
    let is_function = |line: &Line| matches!(&line.kind, Kind::Label(name) if !name.starts_with(".L"));
    let section = &lines[start].section;
    if !is_function(&lines[start]) || !section.starts_with(CODE_SECTION) {
        return start;
    }
    let body = lines[start + 1..]
        .iter()
        .take_while(|line| line.section == *section && line.kind != Kind::Directive && !is_function(line));
    let last = body.enumerate().filter(|(_, line)| line.is_code()).last();
    last.map_or(start, |(index, _)| start + 1 + index + 1)
}

/// Blocks of a function: code that is entered at its labels and left by the jump at its end, never by falling through.
struct Blocks(Vec<Vec<Line>>);

impl Blocks {
    /// Splits a function, unless control can fall through its end.
    fn split(lines: &[Line]) -> Option<Blocks> {
        let mut blocks = vec![Vec::new()];
        for line in lines {
            if blocks.last().and_then(|block: &Vec<Line>| block.last()).is_some_and(Line::ends_flow) {
                blocks.push(Vec::new());
            }
            blocks.last_mut()?.push(line.clone());
        }
        let ends = blocks.last()?.last()?.ends_flow();
        ends.then_some(Blocks(blocks))
    }
}

/// Appends a function to `out`.
fn lay_out_function(arch: Arch, format: Format, lines: &[Line], cold_functions: &HashSet<String>, out: &mut Vec<Line>) {
    let Some(Blocks(mut blocks)) = Blocks::split(lines) else {
        out.extend_from_slice(lines);
        return;
    };
    blocks.iter_mut().for_each(|block| invert_end(arch, block, None));
    let is_hot = !is_cold_section(&lines[0].section);
    let cold = if is_hot { take_cold(&mut blocks, cold_functions) } else { Vec::new() };
    for index in 0..blocks.len() {
        if let [block, rest @ ..] = &mut blocks[index..] {
            invert_end(arch, block, rest.first());
        }
    }
    // The entry stays first. If several blocks continue with the next op, the compiler placed the last one at the end.
    if !ends_in(blocks.last(), CONTINUE)
        && let Some(index) = (1..blocks.len()).rev().find(|index| ends_in(blocks.get(*index), CONTINUE))
    {
        let block = blocks.remove(index);
        blocks.push(block);
    }
    if is_hot {
        invert_entry(arch, &mut blocks);
    }
    drop_empty_jumps(&mut blocks);
    if is_hot {
        share_continuation(arch, &mut blocks, &lines[0]);
    }
    out.extend(blocks.into_iter().flatten());
    if !cold.is_empty() {
        let hot_section = &lines[0].section;
        let name = function_name(&lines[0]);
        let cold_section = format!("{COLD_SECTION}{name}");
        out.push(section_line(format, &cold_section));
        out.extend(cold.into_iter().flatten().map(|line| Line { section: cold_section.clone(), ..line }));
        out.push(section_line(format, hot_section));
    }
}

/// Inverts the branch before a block's last jump:
///
/// * `jcc CONTINUE; jmp X` → `jncc X; jmp CONTINUE`,
/// * `jcc L; jmp X; L:` → `jncc X; jmp L; L:`, whose jump goes to the next block and is threaded or dropped
///   later.
fn invert_end(arch: Arch, block: &mut [Line], next: Option<&Vec<Line>>) {
    let Some((Kind::Branch(target), Kind::Jump(other))) = end(block) else { return };
    let is_next = next.is_some_and(|next| starts_with(next, target));
    if other != target && (target == CONTINUE || is_next) {
        exchange_end(arch, block);
    }
}

/// Inverts a short branch over the entry's jump to the continuation, because the entry cannot be placed at the end:
/// `tbz L; b CONTINUE; L:` → `tbnz CONTINUE; b L; L:`. The branch does not reach the continuation itself, and is
/// retargeted to the jump at the function's end.
fn invert_entry(arch: Arch, blocks: &mut Vec<Vec<Line>>) {
    // The audit refuses code that is longer than its budget, and a short branch reaches more than that.
    let is_within_range = blocks.iter().flatten().filter(|line| line.is_code()).count() * 4 <= audit::BUDGET_BYTES;
    let target = match blocks.first().and_then(|entry| end(entry)) {
        Some((Kind::NearBranch(target), Kind::Jump(other))) if other == CONTINUE && is_within_range => target,
        _ => return,
    };
    let is_target = |index: &usize| starts_with(&blocks[*index], target);
    // The code that continues stays last.
    let may_follow = |index: &usize| *index == 1 || !ends_in(blocks.get(*index), CONTINUE);
    if let Some(index) = (1..blocks.len()).find(is_target).filter(may_follow) {
        let block = blocks.remove(index);
        blocks.insert(1, block);
        exchange_end(arch, &mut blocks[0]);
    }
}

/// Returns the kinds of a block's last two lines that are not blank.
fn end(block: &[Line]) -> Option<(&Kind, &Kind)> {
    let mut kinds = block.iter().rev().map(|line| &line.kind).filter(|kind| **kind != Kind::Blank);
    let (last, before) = (kinds.next()?, kinds.next()?);
    Some((before, last))
}

/// Exchanges the targets of the branch and of the jump that a block ends in, and inverts the branch, if it has an
/// inverse.
fn exchange_end(arch: Arch, block: &mut [Line]) {
    let mut code = block.iter_mut().rev().filter(|line| line.kind != Kind::Blank);
    let (Some(jump), Some(branch)) = (code.next(), code.next()) else { return };
    let (Some(target), Some(other)) = (branch.target(), jump.target()) else { return };
    let (target, other) = (target.to_owned(), other.to_owned());
    let text = branch.text.trim_start();
    let mnemonic_len = text.find([' ', '\t']).unwrap_or(text.len());
    let Some(inverse) = condition::invert(arch, &text[..mnemonic_len]) else { return };
    branch.text = format!("\t{inverse}{}", &text[mnemonic_len..]);
    branch.retarget(&other);
    jump.retarget(&target);
}

/// Whether the block has the label before its first instruction.
fn starts_with(block: &[Line], label: &str) -> bool {
    block.iter().take_while(|line| !line.is_code()).any(|line| matches!(&line.kind, Kind::Label(name) if name == label))
}

/// Drops jumps to the next block.
fn drop_empty_jumps(blocks: &mut [Vec<Line>]) {
    for index in 1..blocks.len() {
        let jumps_to_next = blocks[index - 1]
            .last()
            .is_some_and(|line| matches!(&line.kind, Kind::Jump(target) if starts_with(&blocks[index], target)));
        if jumps_to_next {
            blocks[index - 1].pop();
        }
    }
}

/// Retargets branches to the continuation to the jump at the function's end, which is added if it does not exist.
///
/// If the next op follows, that jump is dropped, and the branches need no hole: they go to the end of the copy.
fn share_continuation(arch: Arch, blocks: &mut Vec<Vec<Line>>, function: &Line) {
    let is_branch = |line: &Line| match &line.kind {
        Kind::Branch(target) | Kind::NearBranch(target) => target == CONTINUE,
        _ => false,
    };
    if !blocks.iter().flatten().any(is_branch) {
        return;
    }
    let label = format!(".Lmimeo_{}", function_name(function));
    for line in blocks.iter_mut().flatten().filter(|line| is_branch(line)) {
        line.retarget(&label);
    }
    let line = |text: String, kind| Line { text, kind, section: function.section.clone() };
    let jump = match blocks.last_mut() {
        Some(block) if ends_in(Some(block), CONTINUE) => block.pop(),
        _ => None,
    };
    let mnemonic = match arch {
        Arch::X86_64 => "jmp",
        Arch::Aarch64 => "b",
    };
    let jump = jump.unwrap_or_else(|| line(format!("\t{mnemonic}\t{CONTINUE}"), Kind::Jump(CONTINUE.to_owned())));
    blocks.push(vec![line(format!("{label}:"), Kind::Label(label.clone())), jump]);
}

/// Returns the name of the function that a line is the label of.
fn function_name(label: &Line) -> &str {
    match &label.kind {
        Kind::Label(name) => name,
        _ => "",
    }
}

/// Removes and returns the blocks, other than the entry, that end in a jump to an exit or to a cold function.
fn take_cold(blocks: &mut Vec<Vec<Line>>, cold_functions: &HashSet<String>) -> Vec<Vec<Line>> {
    let is_cold = |block: &[Line]| match block.last().and_then(Line::target) {
        Some(target) => target.starts_with(EXIT_PREFIX) || cold_functions.contains(target),
        None => false,
    };
    let mut cold = Vec::new();
    let mut index = 1;
    while index < blocks.len() {
        if is_cold(&blocks[index]) && !near_branches_cross(blocks, index) {
            cold.push(blocks.remove(index));
        } else {
            index += 1;
        }
    }
    cold
}

/// Whether a short-range branch connects the block with another one, so that it cannot move to the cold part.
fn near_branches_cross(blocks: &[Vec<Line>], index: usize) -> bool {
    let labels = |range: Range<usize>| {
        blocks[range].iter().flatten().filter_map(|line| match &line.kind {
            Kind::Label(name) => Some(name.as_str()),
            _ => None,
        })
    };
    let inside: HashSet<_> = labels(index..index + 1).collect();
    blocks.iter().enumerate().any(|(from, block)| {
        let near = block.iter().filter_map(|line| match &line.kind {
            Kind::NearBranch(target) => Some(target.as_str()),
            _ => None,
        });
        near.into_iter().any(|target| (from == index) != inside.contains(target))
    })
}

/// Whether the block's last line jumps to `target`.
fn ends_in(block: Option<&Vec<Line>>, target: &str) -> bool {
    matches!(block.and_then(|block| block.last()), Some(Line { kind: Kind::Jump(to), .. }) if to == target)
}

/// Whether the compiler uses sections of this name for rarely executed code.
fn is_cold_section(name: &str) -> bool {
    name.starts_with(COLD_SECTION) || name.starts_with(COLD_SECTION_COFF)
}

/// Returns a directive that switches to a code section.
fn section_line(format: Format, section: &str) -> Line {
    let attributes = match format {
        Format::Coff => "\"xr\"",
        Format::Elf | Format::MachO => "\"ax\",@progbits",
    };
    Line { text: format!("\t.section\t{section},{attributes}"), kind: Kind::Directive, section: section.to_owned() }
}

#[cfg(test)]
mod tests;
