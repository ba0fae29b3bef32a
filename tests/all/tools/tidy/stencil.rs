//! An op of calc → the listing of its stencil for a page: instructions, and the holes in them.

use calc::ops::ops::Ops;
use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter};
use mimeo::InstructionSet;
use mimeo::def::stencil::{Arch, Hole, Table};

/// Returns `true` if the table was made by the compiler whose code the pages show.
fn is_the_compiler(table: &Table) -> bool {
    table.arch == Arch::X86_64 && table.compiler.ends_with(") 12.2.0")
}

/// Returns the position, patch kind and value of a hole.
fn described(hole: &Hole) -> String {
    let (at, addend) = (hole.at.0, hole.addend);
    let addend = if addend == 0 { String::new() } else { format!(" {addend:+}") };
    format!("{at:02x} {:?} {:?}{addend}", hole.kind, hole.value)
}

/// Returns a line for each instruction, with its offset, its text, and the description of its hole.
fn instructions(code: &[u8], holes: &[Hole]) -> String {
    let (mut lines, mut formatter) = (String::new(), IntelFormatter::new());
    formatter.options_mut().set_branch_leading_zeros(false);
    for instruction in Decoder::with_ip(64, code, 0, DecoderOptions::NONE) {
        let (start, mut text) = (instruction.ip() as usize, String::new());
        formatter.format(&instruction, &mut text);
        let inside = start..start + instruction.len();
        let hole = holes.iter().find(|hole| inside.contains(&(hole.at.0 as usize)));
        let line = format!("  {start:02x}  {text:28}{}", hole.map(described).unwrap_or_default());
        lines += &format!("{}\n", line.trim_end());
    }
    lines
}

/// Returns the listing if calc's stencils were made by the compiler whose code the pages show.
pub(super) fn listing(name: &str) -> Option<String> {
    let table = Ops::STENCILS;
    let op = table.ops.iter().find(|op| op.name == name).unwrap_or_else(|| panic!("calc has the op `{name}`"));
    let stencil = op.stencil.as_ref().unwrap_or_else(|reason| panic!("`{name}` has a stencil: {reason}"));
    is_the_compiler(table).then(|| {
        let (hot, cold) = (stencil.hot.len(), stencil.cold.len());
        let mut text = format!("hot, {hot} bytes, of which the last {} can be dropped\n", stencil.tail_jump);
        text += &instructions(stencil.hot, stencil.hot_holes);
        text += &format!("cold, {cold} bytes\n");
        text + &instructions(stencil.cold, stencil.cold_holes)
    })
}
