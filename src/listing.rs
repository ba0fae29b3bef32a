//! Native code of a function → a listing in which every byte belongs to an op; the bodies of ops → text.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use crate::InstructionSet;
use crate::asm::FunctionBody;
use crate::def::{CodeOffset, Pc};
use crate::disassemble::{ONLY_BYTES, disassemble};
use crate::jit::CodeView;
use mimeo_interp::OpText;
use mimeo_ir::{InvalidIr, Set};

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

impl<'a, I: InstructionSet> Listing<'a, I> {
    /// Creates the listing of `code`, which was compiled from `body`. See [`Listing`] for an example.
    pub fn new(body: &'a FunctionBody, code: &'a CodeView<'a>) -> Self {
        Listing { body, code, marker: PhantomData }
    }

    fn op(&self, f: &mut fmt::Formatter<'_>, pc: Pc, note: &str) -> fmt::Result {
        let opcode = self.body.op_at(pc).and_then(|op| I::OPS.get(op.0 as usize));
        match opcode {
            Some(info) => writeln!(f, "  {pc}  {}{note}", OpText { body: self.body, pc, info }),
            None => writeln!(f, "  {pc}  ???"),
        }
    }

    fn code(&self, f: &mut fmt::Formatter<'_>, range: &Range<CodeOffset>) -> fmt::Result {
        let bytes = self.bytes(range);
        let start = self.code.start as u64 + u64::from(range.start.0);
        for (offset, length, text) in disassemble(bytes, start) {
            let hex: String = bytes[offset..offset + length].iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(f, "        {:06x}  {hex:<22}  {text}", range.start.0 as usize + offset)?;
        }
        Ok(())
    }

    fn bytes(&self, range: &Range<CodeOffset>) -> &'a [u8] {
        &self.code.bytes[range.start.0 as usize..range.end.0 as usize]
    }

    fn words(&self, f: &mut fmt::Formatter<'_>, title: &str, range: &Range<CodeOffset>) -> fmt::Result {
        let bytes = self.bytes(range);
        if bytes.is_empty() {
            return Ok(());
        }
        writeln!(f, "  {title}")?;
        for (index, line) in bytes.chunks(16).enumerate() {
            let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(f, "        {:06x}  {}", range.start.0 as usize + index * 16, hex.join(" "))?;
        }
        Ok(())
    }
}

impl<I: InstructionSet> fmt::Display for Listing<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {} bytes at {:#x}", self.body.name, self.code.bytes.len(), self.code.start)?;
        if let Some(reason) = ONLY_BYTES {
            writeln!(f, "  {reason}")?;
        }
        for op in &self.code.ops {
            self.op(f, op.pc, if op.is_deopt { "  ; no stencil: the interpreter runs it" } else { "" })?;
            self.code(f, &op.hot)?;
        }
        for op in self.code.ops.iter().filter(|op| !op.cold.is_empty()) {
            self.op(f, op.pc, "  ; cold")?;
            self.code(f, &op.cold)?;
        }
        self.words(f, "constants", &self.code.rodata)?;
        self.words(f, "stubs: a jump and its target address", &self.code.island)?;
        self.words(f, "optimized loops, each after the addresses at which it can leave", &self.code.optimized)
    }
}
