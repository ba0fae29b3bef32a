//! Building bytecode: [`FunctionBuilder`], on which the generated `Assembler` of an instruction set is based.

mod error;
mod last;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mimeo_def::{OpIndex, Pc, Slot};

use crate::Position;

pub use error::AssembleError;
use last::LastOp;

/// A branch target in the function under construction. It can be used before it is bound.
///
/// It is valid only in the assembler that created it; any other assembler refuses it. It is small and `Copy`.
///
/// ```
/// use mimeo::asm::AssembleError;
/// use mimeo_doc_ops::Assembler;
///
/// let mut code = Assembler::new("forever", 0, 1);
/// let head = code.label();
/// code.bind(head);
/// code.jump(head);
/// assert!(code.finish().is_ok());
///
/// let mut other = Assembler::new("other", 0, 1);
/// other.jump(head);
/// assert!(matches!(other.finish(), Err(AssembleError::ForeignLabel { .. })));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The number of the builder.
    builder: u64,
    index: u32,
}

/// The index of a function in its program, counted from 0 in the order of declaration.
///
/// ```
/// use mimeo::asm::FunctionIndex;
/// use mimeo_doc_ops::sample_program;
///
/// assert_eq!(sample_program().function("double"), Some(FunctionIndex(1)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionIndex(pub u32);

/// A slot or a constant, for an operand declared with `#[place(slot, constant)]`.
///
/// The methods of an assembler take `impl Into<Place<V>>`, so neither needs wrapping.
///
/// ```
/// use mimeo::asm::Place;
/// use mimeo::def::Slot;
///
/// let slot: Place<i64> = Slot(3).into();
/// assert_eq!(slot, Place::Slot(Slot(3)));
/// assert_eq!(Place::from(3i64), Place::Constant(3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<V> {
    /// Read from this slot.
    Slot(mimeo_def::Slot),
    /// This constant.
    Constant(V),
}

impl<V: crate::Value> From<V> for Place<V> {
    fn from(value: V) -> Self {
        Place::Constant(value)
    }
}

impl<V> From<mimeo_def::Slot> for Place<V> {
    fn from(slot: mimeo_def::Slot) -> Self {
        Place::Slot(slot)
    }
}

/// The unverified bytecode of one function. The default has no code, which the verifier refuses.
///
/// It is plain data that a compiler can store and read back: nothing in it is trusted before it is
/// [verified](crate::program::Program::verify).
///
/// ```
/// use mimeo::VerifyErrorKind;
/// use mimeo::asm::FunctionBody;
/// use mimeo_doc_ops::{Program, sum_program};
///
/// let program = sum_program();
/// let sum = &program.functions()[0];
/// assert_eq!((sum.name.as_str(), sum.arity, sum.locals), ("sum", 1, 4));
///
/// let damaged = FunctionBody { code: vec![u16::MAX], ..sum.clone() };
/// let error = Program::new(vec![damaged], vec![]).verify().unwrap_err();
/// assert_eq!(error.kind, VerifyErrorKind::UnknownOpcode { opcode: u16::MAX });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionBody {
    /// Name, for errors and listings.
    pub name: String,
    /// Number of arguments; they are the first slots.
    pub arity: u16,
    /// Number of slots, including the arguments and without the operand stack.
    pub locals: u16,
    /// The instructions.
    pub code: Vec<u16>,
    /// The constant pool, as bits.
    pub constants: Vec<u64>,
    /// The labels of the ops that have lists of them, in the order of these ops.
    pub labels: Vec<Pc>,
    /// Source positions, sorted: each is valid from its pc to the next one.
    pub positions: Vec<(Pc, Position)>,
    /// The error handlers. An error goes to the first one whose range contains the op.
    pub handlers: Vec<Handler>,
    /// Name of the source file, for errors.
    pub file: Option<Arc<str>>,
    /// Whether callers may pass more arguments than `arity`. The additional ones are in the following slots, which can
    /// be beyond the frame. The language itself keeps their count.
    pub variadic: bool,
    /// The slots whose address may be [taken](crate::Vm::slot_ptr), in ascending order. All others are accessed only
    /// through the operands of ops and by runtime functions, so a native tier can keep them in registers.
    pub escaping: Vec<Slot>,
    /// The first of the slots that hold nothing but operands: from here on, runtime functions only access slots in
    /// windows. What no op reads later need not be kept there. `None` if there are no such slots.
    pub temporaries: Option<Slot>,
}

/// An error handler for a range of ops.
///
/// ```
/// use mimeo_doc_ops::{SAFE_DIVIDE, sample_machine, sample_program};
///
/// let program = sample_program();
/// let handler = program.functions()[SAFE_DIVIDE.0 as usize].handlers[0];
/// assert!(handler.from < handler.to && handler.to < handler.target);
///
/// let (mut machine, linked) = sample_machine();
/// assert_eq!(machine.call(linked.function(SAFE_DIVIDE), &[7, 0]), Ok(-1), "the handler's result");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The first op.
    pub from: Pc,
    /// The end of the last op.
    pub to: Pc,
    /// Where control goes. The handler [takes](crate::Vm::take_error) the error and starts with an empty operand stack.
    pub target: Pc,
}

const UNBOUND: u32 = u32::MAX;

/// Room for the code of a short function.
const SHORT_CODE: usize = 64;

/// The number of constants that are found by a linear search.
const FEW_CONSTANTS: usize = 16;

/// An assembler for one function, instruction by instruction.
///
/// Compilers use the `Assembler` that `#[instruction_set]` generates, which wraps this type and adds a method for each
/// op. The examples here use one; all other methods are the same. Each method appends in amortized O(1).
///
/// ```
/// use mimeo::def::Slot;
/// use mimeo_doc_ops::Assembler;
///
/// let mut code = Assembler::new("seven", 0, 1);
/// code.number(Slot(0), 7);
/// code.ret(Slot(0));
/// let body = code.finish()?;
/// assert_eq!((body.name.as_str(), body.code.len()), ("seven", 8));
/// # Ok::<(), mimeo::asm::AssembleError>(())
/// ```
#[derive(Debug)]
pub struct FunctionBuilder {
    /// A number that no other builder of the process has.
    number: u64,
    body: FunctionBody,
    /// Indices of the constants, once there are many.
    indices: HashMap<u64, u32>,
    /// Position of each label, or `UNBOUND`.
    labels: Vec<u32>,
    /// Units that hold a label's number until `finish`.
    fixups: Vec<(u32, Target)>,
    /// [`FunctionBody::labels`], each with the unit after the opcode of its op.
    listed: Vec<(u32, Target)>,
    /// The last op, unless it has a label or one is bound after it.
    last: Option<LastOp>,
    /// [`FunctionBody::handlers`] in labels: from, to, target.
    handlers: Vec<[Target; 3]>,
    error: Option<AssembleError>,
}

impl FunctionBuilder {
    /// Creates a builder for a function with `arity` arguments and `locals` slots, which include the arguments.
    ///
    /// ```
    /// use mimeo::asm::FunctionBuilder;
    ///
    /// let body = FunctionBuilder::new("f", 2, 1).finish().unwrap();
    /// assert_eq!((body.arity, body.locals), (2, 2), "there is at least one slot for each argument");
    /// ```
    pub fn new(name: impl Into<String>, arity: u16, locals: u16) -> Self {
        let code = Vec::with_capacity(SHORT_CODE);
        let body =
            FunctionBody { name: name.into(), arity, locals: locals.max(arity), code, ..FunctionBody::default() };
        static BUILDERS: AtomicU64 = AtomicU64::new(0);
        let number = BUILDERS.fetch_add(1, Ordering::Relaxed);
        FunctionBuilder {
            number,
            body,
            indices: HashMap::new(),
            labels: Vec::new(),
            fixups: Vec::new(),
            listed: Vec::new(),
            last: None,
            handlers: Vec::new(),
            error: None,
        }
    }

    /// Returns the position of the next instruction.
    ///
    /// ```
    /// use mimeo::def::{Pc, Slot};
    /// use mimeo_doc_ops::Assembler;
    ///
    /// let mut code = Assembler::new("f", 0, 1);
    /// assert_eq!(code.pc(), Pc(0));
    /// code.ret(Slot(0));
    /// assert_eq!(code.pc(), Pc(2), "an opcode and a slot");
    /// ```
    pub fn pc(&self) -> Pc {
        Pc(self.body.code.len() as u32)
    }

    /// Sets the source position of the following instructions.
    ///
    /// ```
    /// use mimeo::Position;
    /// use mimeo::def::{Pc, Slot};
    /// use mimeo_doc_ops::Assembler;
    ///
    /// let mut code = Assembler::new("f", 0, 1);
    /// code.at(Position { line: 3, column: 5 });
    /// code.number(Slot(0), 7);
    /// code.ret(Slot(0));
    /// assert_eq!(code.finish().unwrap().positions, [(Pc(0), Position { line: 3, column: 5 })]);
    /// ```
    pub fn at(&mut self, position: Position) {
        let pc = self.pc();
        match self.body.positions.last_mut() {
            Some((_, last)) if *last == position => {}
            Some((at, last)) if *at == pc => *last = position,
            _ => self.body.positions.push((pc, position)),
        }
    }

    /// Sets the number of slots, for a compiler that learns it while it emits code.
    ///
    /// ```
    /// use mimeo::asm::FunctionBuilder;
    ///
    /// let mut code = FunctionBuilder::new("f", 1, 1);
    /// code.set_locals(4);
    /// assert_eq!(code.finish().unwrap().locals, 4);
    /// ```
    pub fn set_locals(&mut self, locals: u16) {
        self.body.locals = locals.max(self.body.arity);
    }

    /// Creates a label, to be bound once with [`bind`](Self::bind).
    ///
    /// ```
    /// use mimeo::asm::AssembleError;
    /// use mimeo_doc_ops::Assembler;
    ///
    /// let mut code = Assembler::new("f", 0, 1);
    /// let label = code.label();
    /// code.bind(label);
    /// code.bind(label);
    /// assert!(matches!(code.finish(), Err(AssembleError::LabelBoundTwice { .. })));
    /// ```
    pub fn label(&mut self) -> Target {
        self.labels.push(UNBOUND);
        Target { builder: self.number, index: self.labels.len() as u32 - 1 }
    }

    /// Returns the position of a label of this function, or `UNBOUND`.
    fn position(&mut self, label: Target) -> Option<&mut u32> {
        if label.builder != self.number {
            let (function, at) = (self.body.name.clone(), self.pc());
            self.fail(AssembleError::ForeignLabel { function, at });
            return None;
        }
        Some(&mut self.labels[label.index as usize])
    }

    /// Binds the label to the next instruction.
    ///
    /// ```
    /// use mimeo::def::Slot;
    /// use mimeo_doc_ops::Assembler;
    ///
    /// let mut code = Assembler::new("f", 0, 1);
    /// let end = code.label();
    /// code.jump(end);
    /// code.bind(end);
    /// code.ret(Slot(0));
    /// let body = code.finish().unwrap();
    /// // An opcode and a target of two units, then the instruction that the target names.
    /// assert_eq!(body.code[1], 3);
    /// ```
    pub fn bind(&mut self, label: Target) {
        let at = self.pc();
        self.last = None;
        let Some(position) = self.position(label) else { return };
        if std::mem::replace(position, at.0) != UNBOUND {
            let function = self.body.name.clone();
            self.fail(AssembleError::LabelBoundTwice { function, at });
        }
    }

    /// Sets the name of the source file, which errors show. An `Arc<str>` can be shared between the functions of a
    /// file.
    ///
    /// ```
    /// use mimeo::asm::FunctionBuilder;
    ///
    /// let mut code = FunctionBuilder::new("f", 0, 1);
    /// code.set_file("main.calc");
    /// assert_eq!(code.finish().unwrap().file.as_deref(), Some("main.calc"));
    /// ```
    pub fn set_file(&mut self, file: impl Into<Arc<str>>) {
        self.body.file = Some(file.into());
    }

    /// Lets callers pass more arguments than the function's arity: see [`FunctionBody::variadic`].
    ///
    /// ```
    /// use mimeo::def::Slot;
    /// use mimeo_doc_ops::{Assembler, ProgramBuilder, new_machine};
    ///
    /// let mut code = Assembler::new("first", 1, 1);
    /// code.set_variadic();
    /// code.ret(Slot(0));
    /// let mut builder = ProgramBuilder::new();
    /// let first = builder.declare("first");
    /// builder.define(first, code.finish()?);
    ///
    /// let mut machine = new_machine();
    /// let linked = machine.load(&builder.finish()?.verify()?)?;
    /// assert_eq!(machine.call(linked.function(first), &[7, 8, 9])?, 7);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_variadic(&mut self) {
        self.body.variadic = true;
    }

    /// Makes the slots from `first` on temporaries: see [`FunctionBody::temporaries`].
    ///
    /// ```
    /// use mimeo::def::Slot;
    /// use mimeo_doc_ops::Assembler;
    ///
    /// let mut code = Assembler::new("f", 1, 3);
    /// code.set_temporaries(Slot(1));
    /// code.ret(Slot(0));
    /// assert_eq!(code.finish()?.temporaries, Some(Slot(1)));
    /// # Ok::<(), mimeo::asm::AssembleError>(())
    /// ```
    pub fn set_temporaries(&mut self, first: Slot) {
        self.body.temporaries = Some(first);
    }

    /// Allows the address of a slot to be taken: see [`FunctionBody::escaping`].
    ///
    /// ```
    /// use mimeo::def::Slot;
    /// use mimeo_doc_ops::Assembler;
    ///
    /// let mut code = Assembler::new("f", 0, 3);
    /// code.set_escaping(Slot(2));
    /// code.set_escaping(Slot(1));
    /// code.set_escaping(Slot(2));
    /// assert_eq!(code.finish().unwrap().escaping, [Slot(1), Slot(2)]);
    /// ```
    pub fn set_escaping(&mut self, slot: Slot) {
        if let Err(at) = self.body.escaping.binary_search(&slot) {
            self.body.escaping.insert(at, slot);
        }
    }

    /// Sends the errors of the ops from `from` up to `to` to `handler`. Ranges added earlier take precedence, so add
    /// inner ranges first.
    ///
    /// ```
    /// use mimeo::def::Slot;
    /// use mimeo_doc_ops::Assembler;
    ///
    /// let mut code = Assembler::new("safe", 2, 2);
    /// let (from, to, handler) = (code.label(), code.label(), code.label());
    /// code.bind(from);
    /// code.divide(Slot(0), Slot(0), Slot(1));
    /// code.bind(to);
    /// code.ret(Slot(0));
    /// code.bind(handler);
    /// code.take_error(Slot(0));
    /// code.ret(Slot(0));
    /// code.catch(from, to, handler);
    /// assert_eq!(code.finish().unwrap().handlers.len(), 1);
    /// ```
    pub fn catch(&mut self, from: Target, to: Target, handler: Target) {
        let labels = [from, to, handler];
        if labels.into_iter().all(|label| self.position(label).is_some()) {
            self.handlers.push(labels);
        }
    }

    /// Appends an opcode. For generated code, like the methods that append operands:
    ///
    /// ```
    /// use mimeo::asm::FunctionBuilder;
    /// use mimeo::def::OpIndex;
    ///
    /// let mut code = FunctionBuilder::new("f", 0, 1);
    /// let end = code.label();
    /// code.op(OpIndex(5));
    /// code.unit(1);
    /// code.unit2(0x3_0002);
    /// code.unit4(0x7_0006_0005_0004);
    /// code.constant(99);
    /// code.target(end);
    /// code.bind(end);
    /// let body = code.finish().unwrap();
    /// assert_eq!(body.code, [5, 1, 2, 3, 4, 5, 6, 7, 0, 11, 0]);
    /// assert_eq!(body.constants, [99]);
    /// ```
    pub fn op(&mut self, op: OpIndex) {
        self.last = Some(LastOp { start: self.body.code.len(), results: 0 });
        self.body.code.push(op.0);
    }

    /// Appends an operand of one unit. See [`op`](Self::op) for an example.
    pub fn unit(&mut self, unit: u16) {
        self.body.code.push(unit);
    }

    /// Appends an operand of two units. See [`op`](Self::op) for an example.
    pub fn unit2(&mut self, bits: u32) {
        self.body.code.extend([bits as u16, (bits >> 16) as u16]);
    }

    /// Appends an operand of four units. See [`op`](Self::op) for an example.
    pub fn unit4(&mut self, bits: u64) {
        self.unit2(bits as u32);
        self.unit2((bits >> 32) as u32);
    }

    /// Appends a branch target. See [`op`](Self::op) for an example.
    pub fn target(&mut self, label: Target) {
        self.last = None;
        if self.position(label).is_some() {
            self.fixups.push((self.pc().0, label));
        }
        self.unit2(0);
    }

    /// Appends a list of 1 to 65,535 branch targets. For generated code.
    ///
    /// ```
    /// use mimeo::asm::{AssembleError, FunctionBuilder};
    /// use mimeo::def::{OpIndex, Pc};
    ///
    /// let mut code = FunctionBuilder::new("f", 0, 1);
    /// let end = code.label();
    /// code.op(OpIndex(5));
    /// code.targets(&[end, end]);
    /// code.targets(&[end]);
    /// code.bind(end);
    /// let body = code.finish().unwrap();
    /// assert_eq!(body.code, [5, 0, 0, 2, 2, 0, 1], "each list begins after the one before");
    /// assert_eq!(body.labels, [Pc(7); 3]);
    ///
    /// let mut code = FunctionBuilder::new("f", 0, 1);
    /// code.op(OpIndex(5));
    /// code.targets(&[]);
    /// let error = code.finish().unwrap_err();
    /// assert_eq!(error.to_string(), "function `f`: the list of labels at 0001 has 0; pass 1 to 65535");
    /// ```
    pub fn targets(&mut self, labels: &[Target]) {
        self.last = None;
        let (at, start) = (self.pc().0, self.listed.len() as u32);
        for &label in labels {
            if self.position(label).is_some() {
                self.listed.push((at, label));
            }
        }
        let len = u16::try_from(labels.len()).ok().filter(|&len| len > 0);
        if len.is_none() {
            let function = self.body.name.clone();
            self.fail(AssembleError::LabelCount { function, at: Pc(at), count: labels.len() });
        }
        self.unit2(start);
        self.unit(len.unwrap_or_default());
    }

    /// Appends a constant. Equal constants share an entry of the pool. See [`op`](Self::op) for an example.
    pub fn constant(&mut self, bits: u64) {
        let index = self.find_constant(bits).unwrap_or_else(|| {
            let index = self.body.constants.len();
            self.body.constants.push(bits);
            if index >= FEW_CONSTANTS {
                self.indices.insert(bits, index as u32);
            }
            index
        });
        match u16::try_from(index) {
            Ok(index) => self.unit(index),
            Err(_) => {
                let function = self.body.name.clone();
                self.fail(AssembleError::TooManyConstants { function });
                self.unit(0);
            }
        }
    }

    /// Returns the index of a constant that the pool has. Most functions have few, which are searched one by one.
    fn find_constant(&self, bits: u64) -> Option<usize> {
        let few = &self.body.constants[..self.body.constants.len().min(FEW_CONSTANTS)];
        let found = few.iter().position(|&constant| constant == bits);
        found.or_else(|| self.indices.get(&bits).map(|&index| index as usize))
    }

    fn fail(&mut self, error: AssembleError) {
        self.error.get_or_insert(error);
    }

    /// Finishes the function and replaces every label by its position. O(labels).
    ///
    /// # Errors
    ///
    /// The first error since [`new`](Self::new).
    ///
    /// ```
    /// use mimeo::def::Slot;
    /// use mimeo_doc_ops::Assembler;
    ///
    /// let mut code = Assembler::new("same", 1, 1);
    /// code.ret(Slot(0));
    /// assert_eq!(code.finish()?.name, "same");
    /// # Ok::<(), mimeo::asm::AssembleError>(())
    /// ```
    pub fn finish(mut self) -> Result<FunctionBody, AssembleError> {
        if self.body.code.len() > i32::MAX as usize {
            let function = self.body.name.clone();
            self.fail(AssembleError::TooLong { function });
        }
        if let Some(error) = self.error {
            return Err(error);
        }
        let name = &self.body.name;
        let unbound = |used_at| AssembleError::UnboundLabel { function: name.clone(), used_at };
        let bound = |label: Target, used_at: Pc| match self.labels[label.index as usize] {
            UNBOUND => Err(unbound(used_at)),
            pc => Ok(Pc(pc)),
        };
        for (at, label) in self.fixups {
            let Pc(pc) = bound(label, Pc(at - 1))?;
            let at = at as usize;
            self.body.code[at] = pc as u16;
            self.body.code[at + 1] = (pc >> 16) as u16;
        }
        self.body.labels.reserve_exact(self.listed.len());
        for (at, label) in self.listed {
            self.body.labels.push(bound(label, Pc(at - 1))?);
        }
        // It lives as long as the program.
        self.body.code.shrink_to_fit();
        self.body.constants.shrink_to_fit();
        self.body.positions.shrink_to_fit();
        for labels in self.handlers {
            let [from, to, target] = labels.map(|label| Pc(self.labels[label.index as usize]));
            if [from, to, target].contains(&Pc(UNBOUND)) {
                return Err(unbound(from.min(target)));
            }
            self.body.handlers.push(Handler { from, to, target });
        }
        Ok(self.body)
    }
}
