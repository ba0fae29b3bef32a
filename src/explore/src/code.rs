//! Machine code and its holes → lines of a page, which name the holes and do not depend on addresses.

use mimeo_def::stencil::{HoleValue, PatchKind};

use crate::disassemble::disassemble;
use crate::page::{Byte, Line};

/// A hole in machine code.
///
/// ```
/// use mimeo_explore::{Byte, Mark, lines};
///
/// // A call of a function whose address is written to the four last bytes.
/// let mark = Mark { at: 1, len_bytes: 4, name: "print".to_owned(), is_hidden: true };
/// let call = lines(&[0xe8, 0, 0, 0, 0], 16, &[mark]);
/// assert_eq!((call[0].label.as_str(), call[0].note.as_str()), ("000010", "print"));
/// assert_eq!(call[0].bytes[..2], [Byte::Fixed(0xe8), Byte::Hidden]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The first byte, from the start of the code.
    pub at: usize,
    /// The number of bytes.
    pub len_bytes: usize,
    /// What is written there.
    pub name: String,
    /// Whether its bytes are not shown, because they are an address, which differs from run to run, or not filled.
    pub is_hidden: bool,
}

/// Returns the instructions of `code`, with what is written to the holes in them. The first instruction is at `start`.
///
/// Instructions show what is in the hidden bytes, which should be what the stencil has there. See [`Mark`] for an example.
pub fn lines(code: &[u8], start: usize, marks: &[Mark]) -> Vec<Line> {
    let line = |(offset, length, text): (usize, usize, String)| {
        let inside = |mark: &&Mark| mark.at < offset + length && offset < mark.at + mark.len_bytes;
        let notes: Vec<&str> = marks.iter().filter(inside).map(|mark| mark.name.as_str()).collect();
        let byte = |at: usize| match marks.iter().find(|mark| (mark.at..mark.at + mark.len_bytes).contains(&at)) {
            None => Byte::Fixed(code[at]),
            Some(mark) if mark.is_hidden => Byte::Hidden,
            Some(_) => Byte::Hole(code[at]),
        };
        let bytes = (offset..offset + length).map(byte).collect();
        Line { label: format!("{:06x}", start + offset), bytes, text, note: notes.join(", "), is_heading: false }
    };
    disassemble(code, start as u64).into_iter().map(line).collect()
}

/// Returns the name of what is written to a hole. `operand` and `runtime` return the names of an operand and of a runtime
/// function.
///
/// ```
/// use mimeo_def::frame::Exit;
/// use mimeo_def::stencil::HoleValue;
/// use mimeo_explore::hole_name;
///
/// let name = |value| hole_name(value, |index| format!("o{index}"), |index| format!("f{index}"));
/// assert_eq!(name(HoleValue::Operand(1)), "operand o1");
/// assert_eq!(name(HoleValue::Runtime(2)), "runtime f2");
/// assert_eq!(name(HoleValue::Exit(Exit::Throw)), "exit throw");
/// ```
pub fn hole_name(value: HoleValue, operand: impl FnOnce(u16) -> String, runtime: impl FnOnce(u16) -> String) -> String {
    match value {
        HoleValue::Operand(index) => format!("operand {}", operand(index)),
        HoleValue::WindowLen(index) => format!("length of {}", operand(index)),
        HoleValue::Runtime(index) => format!("runtime {}", runtime(index)),
        HoleValue::Exit(exit) => format!("exit {}", exit.name()),
        HoleValue::Pc => "pc".to_owned(),
        HoleValue::NextPc => "next pc".to_owned(),
        HoleValue::FunctionWord => "word of the function".to_owned(),
        HoleValue::Continue => "next op".to_owned(),
        HoleValue::Region => "optimized code".to_owned(),
        HoleValue::RegionExits => "exits of the optimized code".to_owned(),
        HoleValue::Hot => "hot part".to_owned(),
        HoleValue::Cold => "cold part".to_owned(),
        HoleValue::Rodata => "constants".to_owned(),
    }
}

/// Whether a patch writes a distance from the code to the target. Inside of one function it does not depend on where the
/// function is.
///
/// ```
/// use mimeo_def::stencil::PatchKind;
/// use mimeo_explore::is_relative;
///
/// assert!(is_relative(PatchKind::X86Rel32) && !is_relative(PatchKind::X86Abs64));
/// ```
pub fn is_relative(kind: PatchKind) -> bool {
    match kind {
        PatchKind::X86Rel32
        | PatchKind::A64Branch26
        | PatchKind::A64Branch19
        | PatchKind::A64Branch14
        | PatchKind::A64Adr21 => true,
        PatchKind::X86Abs32Signed
        | PatchKind::X86Abs32
        | PatchKind::X86Abs64
        // Pages are counted from address 0.
        | PatchKind::A64AdrPage21
        | PatchKind::A64AddPageOffset
        | PatchKind::A64LoadPageOffset { .. }
        | PatchKind::A64LoadOffset { .. }
        | PatchKind::A64MovWide { .. } => false,
    }
}

#[cfg(all(test, feature = "disassembler", target_arch = "x86_64"))]
mod tests {
    use super::*;

    #[test]
    fn holes_are_named_where_they_are() {
        // mov rax, 7; jmp 12
        let code = [0x48, 0xb8, 7, 0, 0, 0, 0, 0, 0, 0, 0xe9, 0, 0, 0, 0];
        let mark = |at, len_bytes, name: &str, is_hidden| Mark { at, len_bytes, name: name.to_owned(), is_hidden };
        let lines = lines(&code, 0x20, &[mark(2, 8, "seven", false), mark(11, 4, "far", true)]);
        let shown: Vec<_> = lines.iter().map(|line| (&*line.label, &*line.text, &*line.note)).collect();
        assert_eq!(shown, [("000020", "mov rax,7", "seven"), ("00002a", "jmp 000000000000002Fh", "far")]);
        assert_eq!(lines[0].bytes[..3], [Byte::Fixed(0x48), Byte::Fixed(0xb8), Byte::Hole(7)]);
        assert_eq!(lines[1].bytes, [Byte::Fixed(0xe9), Byte::Hidden, Byte::Hidden, Byte::Hidden, Byte::Hidden]);
        let bytes: usize = lines.iter().map(|line| line.bytes.len()).sum();
        assert_eq!(bytes, code.len(), "each byte is in one line");
    }
}
