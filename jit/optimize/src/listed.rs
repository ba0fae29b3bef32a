//! A compiled region → [`ListedCode`], which says which lines and bytes belong to which op, for dumps and explorers.

use std::ops::Range;

use cranelift_codegen::ir::SourceLoc;
use mimeo_def::{CodeOffset, Pc};

use crate::place::Place;

/// A loop as the optimizer compiles it. See [`loops`](crate::loops) for an example.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListedLoop {
    /// The head of the loop.
    pub head: Pc,
    /// The code, or the reason why there is none.
    pub code: Result<ListedCode, String>,
}

/// The code of a loop. See [`loops`](crate::loops) for an example.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ListedCode {
    /// Cranelift's IR, after Cranelift has optimized it.
    pub clif: Vec<ClifLine>,
    /// The machine code.
    pub code: Vec<u8>,
    /// The parts of the machine code in their order, and the op that each belongs to, if it belongs to one. They do not
    /// overlap and leave out nothing.
    pub parts: Vec<(Range<CodeOffset>, Option<Pc>)>,
}

/// A line of Cranelift's IR. See [`loops`](crate::loops) for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClifLine {
    /// The op that it belongs to. What belongs to an inlined function belongs to the call here.
    pub pc: Option<Pc>,
    /// The line.
    pub text: String,
}

/// Returns the mark of what belongs to an op: the op of the region's own function.
pub(crate) fn location(place: Place) -> SourceLoc {
    let outermost = place.calls().first().copied().unwrap_or(place);
    SourceLoc::new(outermost.pc().0)
}

/// Returns the op that a mark names.
fn op_of(location: SourceLoc) -> Option<Pc> {
    (!location.is_default()).then(|| Pc(location.bits()))
}

impl ListedCode {
    /// Lists a region. `text` is Cranelift's text with the marks, and `marks` are those of the code, in its order.
    pub(crate) fn new(text: &str, code: Vec<u8>, marks: &[(Range<u32>, SourceLoc)]) -> ListedCode {
        let (mut parts, mut at) = (Vec::<(Range<CodeOffset>, Option<Pc>)>::new(), 0);
        let mut part = |range: Range<u32>, pc| match parts.last_mut() {
            _ if range.is_empty() => {}
            Some((last, of)) if *of == pc => last.end = CodeOffset(range.end),
            _ => parts.push((CodeOffset(range.start)..CodeOffset(range.end), pc)),
        };
        for (range, location) in marks {
            part(at..range.start, None);
            part(range.clone(), op_of(*location));
            at = range.end;
        }
        part(at..code.len() as u32, None);
        ListedCode { clif: text.lines().map(clif_line).collect(), code, parts }
    }
}

/// The columns before instructions in Cranelift's text when some have marks, and when none has.
const INDENTS: (usize, usize) = (36, 4);

/// Takes the mark off a line of Cranelift's text, and the room for it.
fn clif_line(line: &str) -> ClifLine {
    let trimmed = line.trim_start();
    if let Some((mark, rest)) = trimmed.strip_prefix('@').and_then(|marked| marked.split_once(' '))
        && let Ok(pc) = u32::from_str_radix(mark, 16)
    {
        return ClifLine { pc: Some(Pc(pc)), text: format!("{:1$}{2}", "", INDENTS.1, rest.trim_start()) };
    }
    let (indent, room) = (line.len() - trimmed.len(), INDENTS.0 - INDENTS.1);
    // The lines before the first block have no room for marks.
    let indent = indent.checked_sub(room).unwrap_or(indent);
    ClifLine { pc: None, text: format!("{:indent$}{trimmed}", "") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_belongs_to_one_part() {
        let mark = |range, pc| (range, SourceLoc::new(pc));
        let marks = [mark(2..4, 7), mark(4..6, 7), (6..7, SourceLoc::default()), mark(9..12, 0)];
        let listed = ListedCode::new("", vec![0; 13], &marks);
        let parts: Vec<(u32, u32, Option<u32>)> =
            listed.parts.iter().map(|(range, pc)| (range.start.0, range.end.0, pc.map(|pc| pc.0))).collect();
        let expected = [(0, 2, None), (2, 6, Some(7)), (6, 9, None), (9, 12, Some(0)), (12, 13, None)];
        assert_eq!(parts, expected);
    }

    #[test]
    fn marks_become_ops() {
        let line = |text| {
            let ClifLine { pc, text } = clif_line(text);
            (pc.map(|pc| pc.0), text)
        };
        let instruction = format!("{:36}{}", "@001a", "v3 = iadd v1, v2");
        assert_eq!(line(&instruction), (Some(26), "    v3 = iadd v1, v2".to_owned()));
        let unmarked = format!("{:36}return v3", "");
        assert_eq!(line(&unmarked), (None, "    return v3".to_owned()));
        let header = format!("{:32}block0(v0: i64):", "");
        assert_eq!(line(&header), (None, "block0(v0: i64):".to_owned()));
        assert_eq!(line("    return v3"), (None, "    return v3".to_owned()));
        assert_eq!(line("}"), (None, "}".to_owned()));
    }

    #[test]
    fn what_is_inlined_belongs_to_the_call() {
        let call = Place::outermost(Pc(7));
        let inside = call.inside().expect("it is not deep").beside(Pc(9));
        assert_eq!(op_of(location(inside)), Some(Pc(7)));
        assert_eq!(op_of(location(Place::outermost(Pc(0)))), Some(Pc(0)));
        assert_eq!(op_of(SourceLoc::default()), None);
    }
}
