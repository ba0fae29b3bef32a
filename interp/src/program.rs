//! [`Program`]: functions that can call each other, first unverified, then verified.

use std::marker::PhantomData;
use std::sync::Arc;

use mimeo_def::{OpIndex, Pc};

use crate::asm::{AssembleError, FunctionBody, FunctionIndex};
pub use crate::facts::Facts;
use crate::instruction_set::assert_space;
use crate::{InstructionSet, Position, VerifyError, verify};

/// The phase of a program that was not checked. No machine loads one: see [`Program::verify`].
///
/// ```
/// use mimeo::program::{Program, Unverified};
/// use mimeo_doc_ops::Ops;
///
/// let program: Program<Ops, Unverified> = Program::new(vec![], vec![]);
/// assert!(program.verify().is_ok());
/// ```
#[derive(Debug)]
pub enum Unverified {}

/// The phase of a program that can run: see [`Program::verify`].
///
/// ```
/// use mimeo::program::{Program, Verified};
/// use mimeo_doc_ops::{Ops, new_machine, sum_program};
///
/// let program: Program<Ops, Verified> = sum_program();
/// assert!(new_machine().load(&program).is_ok());
/// ```
#[derive(Debug)]
pub enum Verified {}

/// A program in bytecode, in one of two phases: [`Unverified`] or [`Verified`].
///
/// It is immutable, `Send` and `Sync`: machines in several threads can load the same program. A clone shares the
/// bytecode and costs O(1). A machine that has loaded a program keeps it alive.
///
/// ```
/// use mimeo_doc_ops::{SUM, new_machine, sum_program};
///
/// let program = sum_program();
/// let workers = [10, 100].map(|n| {
///     let program = program.clone();
///     std::thread::spawn(move || {
///         let mut machine = new_machine();
///         let linked = machine.load(&program).expect("the program needs no index space");
///         machine.call(linked.function(SUM), &[n])
///     })
/// });
/// assert_eq!(workers.map(|worker| worker.join().unwrap()), [Ok(55), Ok(5050)]);
/// ```
#[derive(Debug)]
pub struct Program<I, Phase = Verified> {
    inner: Arc<Inner>,
    marker: PhantomData<fn() -> (I, Phase)>,
}

impl<I, Phase> Clone for Program<I, Phase> {
    fn clone(&self) -> Self {
        Program { inner: Arc::clone(&self.inner), marker: PhantomData }
    }
}

#[derive(Debug)]
struct Inner {
    functions: Vec<FunctionBody>,
    /// One element for each function once the program is verified.
    facts: Vec<Facts>,
    spaces: Vec<(&'static str, u32)>,
}

impl<I, Phase> Program<I, Phase> {
    /// Returns the functions in the order of their declaration.
    ///
    /// ```
    /// use mimeo_doc_ops::sample_program;
    ///
    /// assert_eq!(sample_program().functions()[1].name, "double");
    /// ```
    pub fn functions(&self) -> &[FunctionBody] {
        &self.inner.functions
    }

    /// Returns the number of elements of an index space, or 0 if the program does not mention the space.
    ///
    /// ```
    /// use mimeo_doc_ops::ProgramBuilder;
    ///
    /// let mut builder = ProgramBuilder::new();
    /// builder.set_space("globals", 3);
    /// let program = builder.finish().unwrap();
    /// assert_eq!((program.space("globals"), program.space("strings")), (3, 0));
    /// ```
    pub fn space(&self, name: &str) -> u32 {
        self.inner.spaces.iter().find(|(space, _)| *space == name).map_or(0, |&(_, len)| len)
    }

    /// Returns the index spaces that the program mentions, with their numbers of elements.
    ///
    /// ```
    /// use mimeo_doc_ops::ProgramBuilder;
    ///
    /// let mut builder = ProgramBuilder::new();
    /// builder.set_space("globals", 3);
    /// assert_eq!(builder.finish().unwrap().spaces(), [("globals", 3)]);
    /// ```
    pub fn spaces(&self) -> &[(&'static str, u32)] {
        &self.inner.spaces
    }

    /// Returns the first function with this name, by a linear search: O(functions).
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, sum_program};
    ///
    /// assert_eq!(sum_program().function("sum"), Some(SUM));
    /// assert_eq!(sum_program().function("product"), None);
    /// ```
    pub fn function(&self, name: &str) -> Option<FunctionIndex> {
        let index = self.inner.functions.iter().position(|f| f.name == name)?;
        Some(FunctionIndex(index as u32))
    }
}

impl<I: InstructionSet> Program<I, Unverified> {
    /// Creates a program from these functions and the sizes of its index spaces. For bytecode from elsewhere, such as a
    /// file; compilers use a [`ProgramBuilder`].
    ///
    /// ```
    /// use mimeo_doc_ops::{Program, sum_program};
    ///
    /// let functions = sum_program().functions().to_vec();
    /// assert!(Program::new(functions, vec![]).verify().is_ok());
    /// ```
    pub fn new(functions: Vec<FunctionBody>, spaces: Vec<(&'static str, u32)>) -> Self {
        Program { inner: Arc::new(Inner { functions, facts: Vec::new(), spaces }), marker: PhantomData }
    }

    /// Checks everything that handlers and stencils rely on: ops exist and are complete, labels name ops, registers are
    /// inside the frame and constants inside the pool, the operand stack is consistent at joins and never underflows,
    /// and control cannot run off the end.
    ///
    /// It costs O(bytecode) and stores a few bytes for each unit of the code. The bytecode is copied only if the
    /// program has other clones.
    ///
    /// # Errors
    ///
    /// The first violation, with function and position.
    ///
    /// ```
    /// use mimeo::def::Slot;
    /// use mimeo_doc_ops::{Assembler, ProgramBuilder};
    ///
    /// let mut code = Assembler::new("f", 0, 1);
    /// code.number(Slot(0), 7);
    /// let mut builder = ProgramBuilder::new();
    /// let f = builder.declare("f");
    /// builder.define(f, code.finish()?);
    /// let error = builder.finish()?.verify().unwrap_err();
    /// assert_eq!(error.to_string(), "function `f`, 0000 `number`: control runs off the end of the code");
    /// # Ok::<(), mimeo::asm::AssembleError>(())
    /// ```
    pub fn verify(self) -> Result<Program<I, Verified>, VerifyError> {
        let Inner { mut functions, spaces, .. } = match Arc::try_unwrap(self.inner) {
            Ok(inner) => inner,
            Err(shared) => {
                Inner { functions: shared.functions.clone(), facts: Vec::new(), spaces: shared.spaces.clone() }
            }
        };
        let facts = verify::functions::<I>(&mut functions, &spaces)?;
        Ok(Program { inner: Arc::new(Inner { functions, facts, spaces }), marker: PhantomData })
    }
}

impl<I> Program<I, Verified> {
    /// Returns the verifier's facts about each function.
    ///
    /// ```
    /// use mimeo_doc_ops::sample_program;
    ///
    /// let program = sample_program();
    /// assert_eq!(program.facts().len(), program.functions().len());
    /// ```
    pub fn facts(&self) -> &[Facts] {
        &self.inner.facts
    }
}

/// A builder for a program, whose functions may refer to each other before they are defined.
///
/// ```
/// use mimeo::def::Slot;
/// use mimeo_doc_ops::{Assembler, ProgramBuilder, new_machine};
///
/// let mut builder = ProgramBuilder::new();
/// let [main, double] = ["main", "double"].map(|name| builder.declare(name));
///
/// let mut code = Assembler::new("main", 1, 1);
/// code.call(double, Slot(0), 1);
/// code.ret(Slot(0));
/// builder.define(main, code.finish()?);
///
/// let mut code = Assembler::new("double", 1, 1);
/// code.add(Slot(0), Slot(0), Slot(0));
/// code.ret(Slot(0));
/// builder.define(double, code.finish()?);
///
/// let program = builder.finish()?.verify()?;
/// let mut machine = new_machine();
/// let linked = machine.load(&program)?;
/// assert_eq!(machine.call(linked.function(main), &[21])?, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ProgramBuilder<I> {
    functions: Vec<(String, Option<FunctionBody>)>,
    spaces: Vec<(&'static str, u32)>,
    marker: PhantomData<fn() -> I>,
}

impl<I: InstructionSet> Default for ProgramBuilder<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: InstructionSet> ProgramBuilder<I> {
    /// Creates a builder for an empty program.
    ///
    /// ```
    /// use mimeo_doc_ops::ProgramBuilder;
    ///
    /// let program = ProgramBuilder::new().finish().unwrap();
    /// assert!(program.functions().is_empty());
    /// ```
    pub fn new() -> Self {
        ProgramBuilder { functions: Vec::new(), spaces: Vec::new(), marker: PhantomData }
    }

    /// Declares a function, so that others can call it.
    ///
    /// ```
    /// use mimeo::asm::FunctionIndex;
    /// use mimeo_doc_ops::ProgramBuilder;
    ///
    /// let mut builder = ProgramBuilder::new();
    /// assert_eq!(builder.declare("main"), FunctionIndex(0));
    /// assert_eq!(builder.declare("double"), FunctionIndex(1));
    /// ```
    pub fn declare(&mut self, name: impl Into<String>) -> FunctionIndex {
        self.functions.push((name.into(), None));
        FunctionIndex(self.functions.len() as u32 - 1)
    }

    /// Defines the code of a declared function. See [`ProgramBuilder`] for an example.
    ///
    /// # Panics
    ///
    /// If the builder declared no function with this index (test `a_function_of_another_builder_cannot_be_defined`).
    pub fn define(&mut self, index: FunctionIndex, body: FunctionBody) {
        self.functions[index.0 as usize].1 = Some(body);
    }

    /// Sets the number of elements of an index space, which the verifier checks `#[imm(in = space)]` operands against.
    ///
    /// # Panics
    ///
    /// If no op has an index into this space (test `an_index_space_that_no_op_uses_is_a_mistake`).
    ///
    /// ```
    /// use mimeo::VerifyErrorKind;
    /// use mimeo::def::Slot;
    /// use mimeo_doc_ops::{Assembler, ProgramBuilder};
    ///
    /// let mut code = Assembler::new("f", 0, 1);
    /// code.get_global(Slot(0), 3);
    /// code.ret(Slot(0));
    /// let mut builder = ProgramBuilder::new();
    /// let f = builder.declare("f");
    /// builder.define(f, code.finish()?);
    /// builder.set_space("globals", 3);
    /// let error = builder.finish()?.verify().unwrap_err();
    /// assert!(matches!(error.kind, VerifyErrorKind::IndexOutsideSpace { index: 3, len: 3, .. }));
    /// # Ok::<(), mimeo::asm::AssembleError>(())
    /// ```
    #[track_caller]
    pub fn set_space(&mut self, space: &'static str, len: u32) {
        assert_space::<I>(space);
        self.spaces.retain(|(name, _)| *name != space);
        self.spaces.push((space, len));
    }

    /// Finishes the program.
    ///
    /// # Errors
    ///
    /// If a declared function has no definition.
    ///
    /// ```
    /// use mimeo_doc_ops::ProgramBuilder;
    ///
    /// let mut builder = ProgramBuilder::new();
    /// builder.declare("main");
    /// let error = builder.finish().unwrap_err();
    /// assert_eq!(error.to_string(), "function `main` is declared but never defined; call `define` for it");
    /// ```
    pub fn finish(self) -> Result<Program<I, Unverified>, AssembleError> {
        let functions = self
            .functions
            .into_iter()
            .map(|(function, body)| body.ok_or(AssembleError::Undefined { function }))
            .collect::<Result<_, _>>()?;
        Ok(Program::new(functions, self.spaces))
    }
}

impl FunctionBody {
    /// Returns the opcode at `pc`, or `None` if the code ends before it.
    ///
    /// ```
    /// use mimeo::InstructionSet;
    /// use mimeo::def::Pc;
    /// use mimeo_doc_ops::{Ops, sum_program};
    ///
    /// let program = sum_program();
    /// let op = program.functions()[0].op_at(Pc(0)).expect("the code is not empty");
    /// assert_eq!(Ops::OPS[op.0 as usize].name, "number");
    /// ```
    pub fn op_at(&self, pc: Pc) -> Option<OpIndex> {
        self.code.get(pc.0 as usize).map(|&op| OpIndex(op))
    }

    /// Returns the source position of the op at `pc`, if the compiler gave it to the assembler. A binary search.
    ///
    /// ```
    /// use mimeo::Position;
    /// use mimeo::def::Pc;
    /// use mimeo_doc_ops::{DIVIDE, sample_program};
    ///
    /// let program = sample_program();
    /// let divide = &program.functions()[DIVIDE.0 as usize];
    /// assert_eq!(divide.position(Pc(0)), Some(Position { line: 3, column: 5 }));
    /// ```
    pub fn position(&self, pc: Pc) -> Option<Position> {
        let after = self.positions.partition_point(|(start, _)| *start <= pc);
        self.positions[..after].last().map(|(_, position)| *position)
    }

    /// Reads an operand of the op at `pc`: `len_units` units starting `unit` units after the opcode, little-endian,
    /// zero-extended.
    ///
    /// # Panics
    ///
    /// If the code ends before the operand (test `an_operand_beyond_the_code_cannot_be_read`).
    ///
    /// ```
    /// use mimeo::def::Pc;
    /// use mimeo_doc_ops::{DOUBLE, sample_program};
    ///
    /// let program = sample_program();
    /// let double = &program.functions()[DOUBLE.0 as usize];
    /// // `add` has three slots; the last instruction is `ret`, with one.
    /// assert_eq!(double.read(Pc(0), 1, 1), 0);
    /// assert_eq!(double.read(Pc(4), 1, 1), 0);
    /// ```
    #[inline]
    pub fn read(&self, pc: Pc, unit: u16, len_units: u16) -> u64 {
        let at = pc.0 as usize + unit as usize;
        match self.code[at..at + len_units as usize] {
            [unit] => u64::from(unit),
            [low, high] => u64::from(high) << 16 | u64::from(low),
            ref units => units.iter().rev().fold(0, |bits, &unit| bits << 16 | u64::from(unit)),
        }
    }

    /// Returns the labels of an operand that is a list, or `None` if there are none with these indices.
    pub(crate) fn list(&self, bits: u64) -> Option<&[Pc]> {
        let (start, len) = (bits as u32 as usize, (bits >> 32) as usize);
        self.labels.get(start..start + len)
    }
}
