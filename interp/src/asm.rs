//! Building bytecode: [`FunctionBuilder`], on which the generated `Assembler` of an instruction set stands.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mimeo_def::{OpIndex, Pc};

use crate::Position;

/// A branch target of the function under construction; may be used before it is bound.
///
/// The assembler of another function refuses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The builder's number.
    builder: u64,
    index: u32,
}

/// Index of a function in its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionIndex(pub u32);

/// An operand that may be a slot or a constant, for `#[place(slot, constant)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<V> {
    /// Read from this slot.
    Slot(mimeo_def::Slot),
    /// This constant.
    Constant(V),
}

impl<V> From<mimeo_def::Slot> for Place<V> {
    fn from(slot: mimeo_def::Slot) -> Self {
        Place::Slot(slot)
    }
}

/// One function's bytecode, not yet verified. The default has nothing at all, which is not sound.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionBody {
    /// Name, for errors and listings.
    pub name: String,
    /// Number of arguments; they are the first slots.
    pub arity: u16,
    /// Number of slots without the operand stack, arguments included.
    pub locals: u16,
    /// The instructions.
    pub code: Vec<u16>,
    /// The constant pool, as bits.
    pub constants: Vec<u64>,
    /// Source positions: each holds from its pc on; sorted.
    pub positions: Vec<(Pc, Position)>,
    /// Where errors go; the first handler whose range has the op counts.
    pub handlers: Vec<Handler>,
    /// Name of the source file, for errors.
    pub file: Option<Arc<str>>,
    /// It may get more arguments than `arity`: they lie behind the others, perhaps beyond its frame, and the language
    /// says on its own account how many there are.
    pub variadic: bool,
}

/// Where the errors of some ops go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The first op.
    pub from: Pc,
    /// Behind the last one.
    pub to: Pc,
    /// Where control goes, with the error still to be [taken](crate::Vm::take_error). The operand stack is empty there.
    pub target: Pc,
}

/// Why a function could not be assembled.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AssembleError {
    /// A label was used and never bound.
    UnboundLabel {
        /// The function.
        function: String,
        /// The first use.
        used_at: Pc,
    },
    /// A label was bound twice.
    LabelBoundTwice {
        /// The function.
        function: String,
        /// The second place.
        at: Pc,
    },
    /// A label of another function was used.
    ForeignLabel {
        /// The function.
        function: String,
        /// The place.
        at: Pc,
    },
    /// More than 65,536 constants.
    TooManyConstants {
        /// The function.
        function: String,
    },
    /// A function was declared and never defined.
    Undefined {
        /// The function.
        function: String,
    },
    /// The code has more than 2^31 units.
    TooLong {
        /// The function.
        function: String,
    },
}

impl fmt::Display for AssembleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AssembleError::UnboundLabel { function, used_at } => {
                write!(f, "function `{function}`: the label used at {used_at} is never bound; call `bind` for it")
            }
            AssembleError::LabelBoundTwice { function, at } => {
                write!(f, "function `{function}`: a label is bound for the second time at {at}")
            }
            AssembleError::ForeignLabel { function, at } => {
                write!(f, "function `{function}`: the label used at {at} is another function's; make one with `label`")
            }
            AssembleError::TooManyConstants { function } => {
                write!(f, "function `{function}` has more than 65536 constants; split it")
            }
            AssembleError::Undefined { function } => {
                write!(f, "function `{function}` is declared and never defined; call `define` for it")
            }
            AssembleError::TooLong { function } => write!(f, "function `{function}` is too long; split it"),
        }
    }
}

impl std::error::Error for AssembleError {}

const UNBOUND: u32 = u32::MAX;

/// Assembles one function, one instruction after the other.
#[derive(Debug)]
pub struct FunctionBuilder {
    /// No other builder of the process has it.
    number: u64,
    body: FunctionBody,
    /// Position of each label, or `UNBOUND`.
    labels: Vec<u32>,
    /// Units that hold a label's number until `finish`.
    fixups: Vec<(u32, Target)>,
    /// [`FunctionBody::handlers`] in labels: from, to, target.
    handlers: Vec<[Target; 3]>,
    error: Option<AssembleError>,
}

impl FunctionBuilder {
    /// Starts a function with `arity` arguments and `locals` slots, the arguments among them.
    pub fn new(name: impl Into<String>, arity: u16, locals: u16) -> Self {
        let body = FunctionBody { name: name.into(), arity, locals: locals.max(arity), ..FunctionBody::default() };
        static BUILDERS: AtomicU64 = AtomicU64::new(0);
        let number = BUILDERS.fetch_add(1, Ordering::Relaxed);
        FunctionBuilder { number, body, labels: Vec::new(), fixups: Vec::new(), handlers: Vec::new(), error: None }
    }

    /// Where the next instruction will be.
    pub fn pc(&self) -> Pc {
        Pc(self.body.code.len() as u32)
    }

    /// The instructions that follow come from this place of the source.
    pub fn at(&mut self, position: Position) {
        let pc = self.pc();
        match self.body.positions.last_mut() {
            Some((_, last)) if *last == position => {}
            Some((at, last)) if *at == pc => *last = position,
            _ => self.body.positions.push((pc, position)),
        }
    }

    /// Sets the number of slots, once it is known.
    pub fn set_locals(&mut self, locals: u16) {
        self.body.locals = locals.max(self.body.arity);
    }

    /// A new label.
    pub fn label(&mut self) -> Target {
        self.labels.push(UNBOUND);
        Target { builder: self.number, index: self.labels.len() as u32 - 1 }
    }

    /// The position of a label of this function, or `UNBOUND`.
    fn position(&mut self, label: Target) -> Option<&mut u32> {
        if label.builder != self.number {
            let (function, at) = (self.body.name.clone(), self.pc());
            self.fail(AssembleError::ForeignLabel { function, at });
            return None;
        }
        Some(&mut self.labels[label.index as usize])
    }

    /// The label stands for the next instruction.
    pub fn bind(&mut self, label: Target) {
        let at = self.pc();
        let Some(position) = self.position(label) else { return };
        if std::mem::replace(position, at.0) != UNBOUND {
            let function = self.body.name.clone();
            self.fail(AssembleError::LabelBoundTwice { function, at });
        }
    }

    /// The function is written in this source file.
    pub fn set_file(&mut self, file: impl Into<Arc<str>>) {
        self.body.file = Some(file.into());
    }

    /// The function takes more arguments than its arity says: see [`FunctionBody::variadic`].
    pub fn set_variadic(&mut self) {
        self.body.variadic = true;
    }

    /// Errors that are thrown by the ops from `from` up to `to` go to `handler`, unless a range that was named before
    /// has them: inner ranges are named first.
    pub fn catch(&mut self, from: Target, to: Target, handler: Target) {
        let labels = [from, to, handler];
        if labels.into_iter().all(|label| self.position(label).is_some()) {
            self.handlers.push(labels);
        }
    }

    /// Appends an opcode.
    pub fn op(&mut self, op: OpIndex) {
        self.body.code.push(op.0);
    }

    /// Appends a one-unit operand.
    pub fn unit(&mut self, unit: u16) {
        self.body.code.push(unit);
    }

    /// Appends a two-unit operand.
    pub fn unit2(&mut self, bits: u32) {
        self.body.code.extend([bits as u16, (bits >> 16) as u16]);
    }

    /// Appends a four-unit operand.
    pub fn unit4(&mut self, bits: u64) {
        self.unit2(bits as u32);
        self.unit2((bits >> 32) as u32);
    }

    /// Appends a branch target.
    pub fn target(&mut self, label: Target) {
        if self.position(label).is_some() {
            self.fixups.push((self.pc().0, label));
        }
        self.unit2(0);
    }

    /// Appends a constant; equal constants share a place in the pool.
    pub fn constant(&mut self, bits: u64) {
        let index = match self.body.constants.iter().position(|&c| c == bits) {
            Some(index) => index,
            None => {
                self.body.constants.push(bits);
                self.body.constants.len() - 1
            }
        };
        match u16::try_from(index) {
            Ok(index) => self.unit(index),
            Err(_) => {
                let function = self.body.name.clone();
                self.fail(AssembleError::TooManyConstants { function });
                self.unit(0);
            }
        }
    }

    fn fail(&mut self, error: AssembleError) {
        self.error.get_or_insert(error);
    }

    /// Ends the function: every label becomes a position.
    ///
    /// # Errors
    ///
    /// The first thing that went wrong since [`new`](Self::new).
    pub fn finish(mut self) -> Result<FunctionBody, AssembleError> {
        if self.body.code.len() > i32::MAX as usize {
            let function = self.body.name.clone();
            self.fail(AssembleError::TooLong { function });
        }
        if let Some(error) = self.error {
            return Err(error);
        }
        for (at, label) in self.fixups {
            let pc = self.labels[label.index as usize];
            if pc == UNBOUND {
                return Err(AssembleError::UnboundLabel { function: self.body.name, used_at: Pc(at - 1) });
            }
            let at = at as usize;
            self.body.code[at] = pc as u16;
            self.body.code[at + 1] = (pc >> 16) as u16;
        }
        for labels in self.handlers {
            let [from, to, target] = labels.map(|label| Pc(self.labels[label.index as usize]));
            if [from, to, target].contains(&Pc(UNBOUND)) {
                return Err(AssembleError::UnboundLabel { function: self.body.name, used_at: from.min(target) });
            }
            self.body.handlers.push(Handler { from, to, target });
        }
        Ok(self.body)
    }
}
