//! A function → its code: [`Generator`], which assigns slots to variables.

use lua_syntax::parse::{self, Expression, Function, FunctionId, LabelId, LocalId, SuffixKind, Variable};
use lua_syntax::syntax::{Line, StringId, SyntaxError};
use mimeo::asm::{AssembleError, FunctionBody, Target};
use mimeo::def::Slot;

use super::Info;
use super::constant::Constants;
use crate::heap::{Capture, HiddenLocal, LocalName, LocalRange, NameKind, OperandName, StopPoint};
use crate::ops::ops::Assembler;

/// The slot of the running function.
pub(super) const FUNCTION: Slot = Slot(0);

/// Maximal number of slots in a frame.
const MAX_SLOTS: u16 = 60_000;

/// An enclosing loop.
pub(super) struct Loop {
    /// The position after the loop.
    pub(super) end: Target,
    /// Number of locals in scope outside of it.
    pub(super) outside: usize,
}

/// Generates the code of one function.
pub(super) struct Generator<'a> {
    /// The information about the functions of the chunk that were generated.
    generated: &'a mut [Info],
    /// The literals of long tables of the chunk.
    pub(super) literals: &'a mut Vec<u64>,
    pub(super) function: &'a Function<'a>,
    pub(super) asm: Assembler,
    /// The slots of the locals that are or were in scope.
    slots: Vec<Slot>,
    /// The locals that are or were in scope.
    ranges: Vec<LocalRange>,
    /// The places of locals in `ranges`.
    range_of: Vec<usize>,
    stops: Vec<StopPoint>,
    /// The locals in scope.
    pub(super) active: Vec<LocalId>,
    /// The first free slot.
    free: u16,
    /// The first slot above all locals. Slots from here on belong to the expression that takes them.
    pub(super) temporaries: u16,
    /// Number of slots used.
    used: u16,
    /// The slot of `...`, in a variadic function.
    pub(super) rest: Slot,
    labels: Vec<Target>,
    pub(super) loops: Vec<Loop>,
    names: Vec<OperandName>,
    pub(super) constants: Constants,
    line: Line,
    has_captured: bool,
    /// The line in which the function became too large.
    pub(super) overflow: Option<Line>,
}

impl<'a> Generator<'a> {
    pub(super) fn new(
        generated: &'a mut [Info],
        literals: &'a mut Vec<u64>,
        function: &'a Function<'a>,
        name: String,
    ) -> Self {
        let mut asm = Assembler::new(name, 1, 1);
        asm.set_variadic();
        let labels = function.labels.iter().map(|_| asm.label()).collect();
        Generator {
            generated,
            literals,
            function,
            asm,
            slots: vec![FUNCTION; function.locals.len()],
            ranges: Vec::new(),
            range_of: vec![0; function.locals.len()],
            stops: Vec::new(),
            active: Vec::new(),
            free: 1,
            temporaries: 1,
            used: 2,
            rest: FUNCTION,
            labels,
            loops: Vec::new(),
            names: Vec::new(),
            constants: Constants::default(),
            line: Line::NONE,
            has_captured: function.locals.iter().any(|local| local.is_captured),
            overflow: None,
        }
    }

    pub(super) fn run(mut self) -> Result<(Result<FunctionBody, AssembleError>, Info), SyntaxError> {
        let function = self.function;
        self.at(function.line);
        let parameters = function.parameters as u16;
        for index in 0..parameters {
            let slot = self.take();
            self.declare(LocalId(u32::from(index)), slot);
        }
        if function.is_vararg {
            self.rest = self.take();
            self.temporaries = self.free;
            self.asm.enter_variadic(self.rest, Slot(1), parameters);
        } else if parameters > 0 {
            self.asm.enter(Slot(1), parameters);
        }
        self.statements(function.body.statements);
        self.at(function.end_line);
        // The end of a chunk is not a line of the program.
        if function.line != Line::NONE {
            self.can_stop();
        }
        self.close_all();
        self.asm.ret_none();
        if let Some(line) = self.overflow {
            let message = b"function or expression needs too many registers".into();
            return Err(SyntaxError { line, message });
        }
        self.asm.set_locals(self.used);
        let captures = function.upvalues.iter().map(|upvalue| upvalue.capture);
        let info = Info {
            line: function.line.0,
            end_line: function.end_line.0,
            // The enclosing function replaces these by slots.
            captures: captures
                .map(|capture| match capture {
                    parse::Capture::Local(local) => Capture::Slot(local.0),
                    parse::Capture::Upvalue(upvalue) => Capture::Upvalue(upvalue.0),
                })
                .collect(),
            names: {
                self.names.sort_unstable_by_key(|name| (name.pc, name.operand));
                self.names.into()
            },
            parameters: u32::from(parameters),
            is_variadic: function.is_vararg,
            upvalue_names: function.upvalues.iter().map(|upvalue| upvalue.name.index() as u32).collect(),
            locals: self.ranges,
            stops: self.stops,
        };
        Ok((self.asm.finish(), info))
    }

    // Lines.

    /// Sets the line of the following ops.
    pub(super) fn at(&mut self, line: Line) {
        self.line = line;
        self.asm.at(mimeo::Position { line: line.0, column: 1 });
    }

    /// Returns the line of the next op.
    pub(super) fn line(&self) -> Line {
        self.line
    }

    /// Lets a debugger stop before the next op.
    pub(super) fn can_stop(&mut self) {
        self.can_stop_in(self.line);
    }

    /// Lets a debugger stop before the next op, which it shows in this line.
    pub(super) fn can_stop_in(&mut self, Line(line): Line) {
        let pc = self.asm.pc().0;
        match self.stops.last_mut() {
            // The statement before has no ops.
            Some(last) if last.pc == pc => last.line = line,
            _ => self.stops.push(StopPoint { pc, line }),
        }
    }

    // Slots.

    /// Takes a slot.
    pub(super) fn take(&mut self) -> Slot {
        self.take_many(1)
    }

    /// Takes consecutive slots. Returns the first.
    pub(super) fn take_many(&mut self, count: u16) -> Slot {
        let first = self.free;
        if first > MAX_SLOTS - count {
            // This code will not be used.
            self.overflow.get_or_insert(self.line);
            return FUNCTION;
        }
        self.free += count;
        // A call needs the slot of the function even without arguments.
        self.used = self.used.max(self.free + 1);
        Slot(first)
    }

    /// Returns the first free slot.
    pub(super) fn mark(&self) -> u16 {
        self.free
    }

    /// Returns the number of slots that were taken since a [`mark`](Self::mark). If there were not enough slots, the number
    /// is wrong, and the code will not be used.
    pub(super) fn taken_since(&self, mark: u16) -> u16 {
        self.free.saturating_sub(mark)
    }

    /// Frees all slots from a mark on.
    pub(super) fn release(&mut self, mark: u16) {
        self.free = mark;
    }

    // Locals.

    /// Declares a local in a slot that was taken.
    pub(super) fn declare(&mut self, local: LocalId, slot: Slot) {
        self.slots[local.index()] = slot;
        self.active.push(local);
        self.temporaries = self.free;
        self.range_of[local.index()] = self.ranges.len();
        let name = LocalName::Constant(self.function.locals[local.index()].name.index() as u32);
        self.ranges.push(LocalRange { name, slot: u32::from(slot.0), from: self.asm.pc().0, to: u32::MAX });
    }

    /// Declares the hidden variables of a loop, which begins with the next op. Returns what
    /// [`end_hidden`](Self::end_hidden) needs.
    pub(super) fn begin_hidden(&mut self, locals: [HiddenLocal; 3], slots: [Slot; 3]) -> usize {
        let (first, from) = (self.ranges.len(), self.asm.pc().0);
        let locals = locals.into_iter().zip(slots);
        self.ranges.extend(locals.map(|(local, slot)| LocalRange {
            name: LocalName::Hidden(local),
            slot: u32::from(slot.0),
            from,
            to: u32::MAX,
        }));
        first
    }

    /// Records that the hidden variables of a loop have no values from the next op on.
    pub(super) fn end_hidden(&mut self, first: usize) {
        let to = self.asm.pc().0;
        self.ranges[first..first + 3].iter_mut().for_each(|range| range.to = to);
    }

    /// Records that the next op is the first one after a local was assigned.
    pub(super) fn is_assigned(&mut self, local: LocalId) {
        self.ranges[self.range_of[local.index()]].from = self.asm.pc().0;
    }

    /// Records that the locals after the first `outside` have no values from the next op on.
    pub(super) fn end_ranges(&mut self, outside: usize) {
        for local in &self.active[outside.min(self.active.len())..] {
            let range = &mut self.ranges[self.range_of[local.index()]];
            range.to = range.to.min(self.asm.pc().0);
        }
    }

    /// Keeps the slots that were taken until the scope ends, without a name.
    pub(super) fn hold(&mut self) {
        self.temporaries = self.free;
    }

    pub(super) fn slot(&self, local: LocalId) -> Slot {
        self.slots[local.index()]
    }

    /// Begins a scope. Returns what [`leave`](Self::leave) needs to end it.
    pub(super) fn enter(&self) -> (usize, u16, u16) {
        (self.active.len(), self.free, self.temporaries)
    }

    pub(super) fn leave(&mut self, scope: (usize, u16, u16)) {
        self.end_ranges(scope.0);
        self.active.truncate(scope.0);
        (self.free, self.temporaries) = (scope.1, scope.2);
    }

    /// Closes the upvalues of the locals that were declared after the first `outside`.
    pub(super) fn close_to(&mut self, outside: usize) {
        if let Some(local) = self.function.first_captured(&self.active[outside.min(self.active.len())..]) {
            self.asm.close(self.slot(local), 1);
        }
    }

    /// Closes all upvalues of the function's locals, before it returns.
    pub(super) fn close_all(&mut self) {
        if self.has_captured {
            self.asm.close(Slot(1), 1);
        }
    }

    pub(super) fn label(&self, label: LabelId) -> Target {
        self.labels[label.index()]
    }

    /// Creates a closure of a nested function.
    pub(super) fn closure(&mut self, dst: Slot, function: FunctionId) {
        for capture in &mut self.generated[function.index()].captures {
            if let Capture::Slot(local) = capture {
                let slot = self.slots[*local as usize];
                self.asm.set_escaping(slot);
                *local = u32::from(slot.0);
            }
        }
        self.asm.closure(dst, FUNCTION, function.0);
    }

    // Names.

    /// Records the name of operand number `operand` of the next op.
    pub(super) fn named(&mut self, operand: u8, name: Option<(NameKind, StringId)>) {
        if let Some((kind, text)) = name {
            let (pc, text) = (self.asm.pc().0, text.index() as u32);
            self.names.push(OperandName { pc, operand, kind, text });
        }
    }

    /// Returns the name of an expression's value in the source.
    pub(super) fn name_of(&self, expression: &Expression) -> Option<(NameKind, StringId)> {
        match expression {
            Expression::Variable { variable, .. } => Some(match *variable {
                Variable::Local(local) => (NameKind::Local, self.function.locals[local.index()].name),
                Variable::Upvalue(upvalue) => (NameKind::Upvalue, self.function.upvalues[upvalue.index()].name),
                Variable::Global(name) => (NameKind::Global, name),
            }),
            Expression::Access { suffixes, .. } => name_of_suffix(&suffixes.last()?.kind),
            _ => None,
        }
    }
}

/// Returns the name of a suffix's value in the source.
pub(super) fn name_of_suffix(suffix: &SuffixKind<'_>) -> Option<(NameKind, StringId)> {
    match suffix {
        SuffixKind::Field(name) | SuffixKind::Index(Expression::String(name)) => Some((NameKind::Field, *name)),
        _ => None,
    }
}
