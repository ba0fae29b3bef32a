//! Native code of a function → a listing in which every byte belongs to an op; the bodies of ops → text; programs → what
//! an explorer shows.

mod functions;

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use crate::InstructionSet;
use crate::asm::FunctionBody;
use crate::def::op::{OpInfo, OperandKind};
use crate::def::stencil::HoleValue;
use crate::def::{CodeOffset, Pc};
use crate::jit::{CodeView, HoleView, OpView};
use mimeo_explore::{Mark, ONLY_BYTES, disassemble, hole_name, is_relative};
use mimeo_interp::OpText;
use mimeo_ir::{InvalidIr, Set};

pub use functions::sections;
pub use mimeo_explore::{Block, Byte, Line, Page, Pane, Section};

/// Returns the bodies of all ops as text, each after the name of the op.
///
/// # Errors
///
/// If the instruction set has no bodies, because its macro reported errors.
///
/// ```
/// let text = mimeo::listing::bodies::<mimeo_doc_ops::Ops>()?;
/// assert!(text.contains("\nadd\nb0(v0: i64, v1: i64):\n  v2: i64 = add v0, v1\n  next v2\n"));
/// # Ok::<(), mimeo::ir::InvalidIr>(())
/// ```
pub fn bodies<I: InstructionSet>() -> Result<String, InvalidIr> {
    let set = Set::from_bytes(I::IR)?;
    let functions: Vec<&str> = I::RUNTIME.iter().map(|function| function.name).collect();
    let ops = I::OPS.iter().enumerate();
    Ok(ops.map(|(opcode, op)| format!("{}\n{}\n", op.name, set.text_of(opcode, &functions))).collect())
}

/// A listing of the machine code of one function: the hot part op by op, then the cold parts, constants and stubs.
///
/// It borrows what [`Jit::code_of`](crate::jit::Jit::code_of) returns. Displaying it creates the text: instructions
/// with the feature `disassembler`, otherwise only bytes, and it says so.
///
/// ```
/// use mimeo::Machine;
/// use mimeo::jit::{HasJit, JitConfig, WithJit};
/// use mimeo::listing::Listing;
/// use mimeo_doc_ops::{Context, Host, Ops, sum_program};
///
/// let builder = Machine::builder(Context::default(), Host::default());
/// let mut machine = builder.jit(JitConfig::default()).build();
/// let linked = machine.load(&sum_program())?;
/// machine.compile_all(linked)?;
///
/// let sum = machine.functions(linked).next().expect("the program has a function");
/// // There is no code where no native tier is available.
/// if let Some(code) = machine.jit().and_then(|jit| jit.code_of(sum)) {
///     let listing = Listing::<Ops>::new(sum.body(), &code).to_string();
///     assert!(listing.starts_with("sum: "));
///     assert!(listing.contains("\n  0000  number r1, 0\n"));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Listing<'a, I> {
    body: &'a FunctionBody,
    code: &'a CodeView<'a>,
    marker: PhantomData<fn() -> I>,
}

/// A part of a listing: the hot or the cold code of an op, or what follows the code. See [`Listing::parts`] for an example.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Part<'a> {
    /// The op; `None` if it is not the code of one.
    pub pc: Option<Pc>,
    /// The line above the part, such as the text of the op.
    pub title: String,
    /// The first byte, from the start of the function's code.
    pub at: CodeOffset,
    /// The bytes.
    pub bytes: &'a [u8],
    holes: Vec<(HoleView, Mark)>,
}

impl Part<'_> {
    /// Returns the lines of code for a page: with what is written to the holes, and without addresses. See
    /// [`Listing::parts`] for an example.
    pub fn lines(&self) -> Vec<Line> {
        let mut code = self.bytes.to_vec();
        for (hole, mark) in self.holes.iter().filter(|(_, mark)| mark.is_hidden) {
            code[mark.at..mark.at + mark.len_bytes].copy_from_slice(hole.unfilled);
        }
        let marks: Vec<Mark> = self.holes.iter().map(|(_, mark)| mark.clone()).collect();
        mimeo_explore::lines(&code, self.at.0 as usize, &marks)
    }
}

impl<'a, I: InstructionSet> Listing<'a, I> {
    /// Creates the listing of `code`, which was compiled from `body`. See [`Listing`] for an example.
    pub fn new(body: &'a FunctionBody, code: &'a CodeView<'a>) -> Self {
        Listing { body, code, marker: PhantomData }
    }

    /// Returns the parts of the code in their order: the hot ones of all ops, the cold ones that there are, and the
    /// constants, stubs and optimized loops.
    ///
    /// ```
    /// use mimeo::def::Pc;
    /// use mimeo::jit::HasJit;
    /// use mimeo::listing::Listing;
    /// use mimeo_doc_ops::{Ops, SUM, jit_machine};
    ///
    /// let (mut machine, linked) = jit_machine();
    /// machine.compile(linked.function(SUM))?;
    /// let sum = machine.functions(linked).next().expect("the program has functions");
    /// if let Some(code) = machine.jit().and_then(|jit| jit.code_of(sum)) {
    ///     let parts = Listing::<Ops>::new(sum.body(), &code).parts();
    ///     assert_eq!((parts[0].pc, parts[0].title.as_str()), (Some(Pc(0)), "0000  number r1, 0"));
    ///     // The function begins with a poll, whose cold part leaves.
    ///     assert!(parts.iter().flat_map(|part| part.lines()).any(|line| line.note.contains("exit poll")));
    /// }
    /// # Ok::<(), mimeo::NotLoaded>(())
    /// ```
    pub fn parts(&self) -> Vec<Part<'a>> {
        let code = self.code;
        let hot = code.ops.iter().map(|op| {
            let note = if op.is_deopt { "  ; no stencil: the interpreter runs it" } else { "" };
            self.part_of(op, &op.hot, note)
        });
        let cold = code.ops.iter().filter(|op| !op.cold.is_empty()).map(|op| self.part_of(op, &op.cold, "  ; cold"));
        let others = [
            ("constants", &code.rodata),
            ("stubs: a jump and its target address", &code.island),
            ("optimized loops, each after the addresses at which it can leave", &code.optimized),
        ];
        let others = others.into_iter().filter(|(_, range)| !range.is_empty()).map(|(title, range)| Part {
            pc: None,
            title: title.to_owned(),
            at: range.start,
            bytes: self.bytes(range),
            holes: Vec::new(),
        });
        hot.chain(cold).chain(others).collect()
    }

    /// Returns one of the two parts of an op.
    fn part_of(&self, op: &OpView, range: &Range<CodeOffset>, note: &str) -> Part<'a> {
        let (body, pc) = (self.body, op.pc);
        let info = I::OPS.get(usize::from(op.op.0));
        let title = match info {
            Some(info) => format!("{pc}  {}{note}", OpText { body, pc, info }),
            None => format!("{pc}  ???"),
        };
        let inside = op.holes.iter().filter(|hole| range.contains(&hole.at));
        let holes = inside.map(|&hole| (hole, mark::<I>(hole, info, range.start))).collect();
        Part { pc: Some(pc), title, at: range.start, bytes: self.bytes(range), holes }
    }

    fn bytes(&self, range: &Range<CodeOffset>) -> &'a [u8] {
        &self.code.bytes[range.start.0 as usize..range.end.0 as usize]
    }
}

/// Returns the description of a hole in the part of an op that begins at `start`.
fn mark<I: InstructionSet>(hole: HoleView, info: Option<&OpInfo>, start: CodeOffset) -> Mark {
    let operand = |index: u16| info.and_then(|info| info.operands.get(usize::from(index)));
    let is_hidden = match hole.value {
        HoleValue::Runtime(_) | HoleValue::Exit(_) | HoleValue::Region | HoleValue::RegionExits => true,
        // The host may have given an address.
        HoleValue::FunctionWord => true,
        HoleValue::Operand(index) => match operand(index).map(|operand| operand.kind) {
            Some(OperandKind::Function | OperandKind::Cache { .. }) => true,
            Some(OperandKind::Label | OperandKind::Labels) => !is_relative(hole.kind),
            _ => false,
        },
        HoleValue::Continue | HoleValue::Hot | HoleValue::Cold | HoleValue::Rodata => !is_relative(hole.kind),
        HoleValue::WindowLen(_) | HoleValue::Pc | HoleValue::NextPc => false,
    };
    let name = |index: u16| operand(index).map_or_else(|| index.to_string(), |operand| operand.name.to_owned());
    let runtime = |index: u16| I::RUNTIME[usize::from(index)].name.to_owned();
    Mark {
        at: (hole.at.0 - start.0) as usize,
        len_bytes: hole.kind.len_bytes() as usize,
        name: hole_name(hole.value, name, runtime),
        is_hidden,
    }
}

impl<I: InstructionSet> fmt::Display for Listing<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {} bytes at {:#x}", self.body.name, self.code.bytes.len(), self.code.start)?;
        if let Some(reason) = ONLY_BYTES {
            writeln!(f, "  {reason}")?;
        }
        for Part { pc, title, at, bytes, .. } in self.parts() {
            writeln!(f, "  {title}")?;
            let at = at.0 as usize;
            if pc.is_none() {
                for (index, line) in bytes.chunks(16).enumerate() {
                    let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
                    writeln!(f, "        {:06x}  {}", at + index * 16, hex.join(" "))?;
                }
                continue;
            }
            for (offset, length, text) in disassemble(bytes, (self.code.start + at) as u64) {
                let hex: String = bytes[offset..offset + length].iter().map(|byte| format!("{byte:02x}")).collect();
                writeln!(f, "        {:06x}  {hex:<22}  {text}", at + offset)?;
            }
        }
        Ok(())
    }
}
