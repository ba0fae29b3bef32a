//! Code and variables → functions: [`Closure`]s with the [`Chunk`]s that they come from, and [`Builtin`]s.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use std::alloc::Layout;
use std::fmt;
use std::rc::Rc;

use super::trace::traced;
use super::{Gc, Heap, Kind};
use crate::ops::ops::{BLACK, Callee, Object, Table, Upvalue, Value, upvalue_at};

pub use crate::ops::ops::Closure;

/// The source of an upvalue of a new closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// A slot of the frame that creates it.
    Slot(u32),
    /// An upvalue of the function that creates it.
    Upvalue(u32),
}

/// A function in the source, from which closures are created.
#[derive(Debug)]
pub struct Prototype {
    chunk: *mut Chunk,
    /// Its code.
    pub callee: Callee,
    /// The variables that a closure captures.
    pub captures: Box<[Capture]>,
    /// The line of the word `function`; 0 for a whole chunk.
    pub line: u32,
    /// The line of its `end`; 0 for a whole chunk.
    pub end_line: u32,
    /// The names of operands of its ops in the source, sorted by op and operand.
    pub names: Box<[OperandName]>,
    /// Number of parameters.
    pub parameters: u32,
    /// Whether it takes `...`.
    pub is_variadic: bool,
    /// The names of its upvalues, as indices of the chunk's constants.
    pub upvalue_names: Box<[u32]>,
    /// Where debuggers and hooks can stop it, in the order of the code.
    pub stops: Box<[StopPoint]>,
    /// Its locals in the order of their declarations, the parameters first.
    pub locals: Box<[LocalRange]>,
}

/// The ops during which a slot holds a local that has been assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalRange {
    /// Its name.
    pub name: LocalName,
    /// The slot.
    pub slot: u32,
    /// The first op.
    pub from: u32,
    /// The first op after them.
    pub to: u32,
}

/// The name of a local.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalName {
    /// An index of the chunk's constants.
    Constant(u32),
    /// A hidden variable of a loop.
    Hidden(HiddenLocal),
}

/// The hidden variables of loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HiddenLocal {
    /// The counter of a numeric `for`.
    Index,
    /// Its last value.
    Limit,
    /// Its step.
    Step,
    /// The function of a generic `for`.
    Generator,
    /// The state that the function gets.
    State,
    /// The value that the function gets besides it.
    Control,
}

impl HiddenLocal {
    /// Returns the name for it in `debug.getlocal`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            HiddenLocal::Index => "(for index)",
            HiddenLocal::Limit => "(for limit)",
            HiddenLocal::Step => "(for step)",
            HiddenLocal::Generator => "(for generator)",
            HiddenLocal::State => "(for state)",
            HiddenLocal::Control => "(for control)",
        }
    }
}

/// The first op of a statement or of an iteration. No expression is being evaluated there: everything alive is in locals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopPoint {
    /// The op.
    pub pc: u32,
    /// The line of the statement.
    pub line: u32,
}

/// The name of an operand of an op in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperandName {
    /// The op.
    pub pc: u32,
    /// Index of the operand, from 0.
    pub operand: u8,
    /// The kind of name.
    pub kind: NameKind,
    /// The name, as an index of the chunk's constants.
    pub text: u32,
}

/// The kinds of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A local variable.
    Local,
    /// A variable of an enclosing function.
    Upvalue,
    /// A global variable.
    Global,
    /// A field.
    Field,
    /// A method.
    Method,
}

impl NameKind {
    /// Returns the word for it in messages, and in `namewhat` of `debug.getinfo`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            NameKind::Local => "local",
            NameKind::Upvalue => "upvalue",
            NameKind::Global => "global",
            NameKind::Field => "field",
            NameKind::Method => "method",
        }
    }
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Prototype {
    /// Creates a prototype that is not in a chunk yet, and has no lines and names.
    #[must_use]
    pub fn new(callee: Callee, captures: Box<[Capture]>) -> Prototype {
        Prototype {
            chunk: std::ptr::null_mut(),
            callee,
            captures,
            line: 0,
            end_line: 0,
            names: Box::default(),
            parameters: 0,
            is_variadic: false,
            upvalue_names: Box::default(),
            stops: Box::default(),
            locals: Box::default(),
        }
    }

    /// Returns the line of the statement or iteration that begins with an op.
    #[must_use]
    pub fn stop_at(&self, pc: u32) -> Option<u32> {
        let found = self.stops.binary_search_by_key(&pc, |stop| stop.pc).ok()?;
        Some(self.stops[found].line)
    }

    /// Returns the locals that have values at an op, in the order of their declarations.
    pub fn locals_at(&self, pc: u32) -> impl Iterator<Item = &LocalRange> {
        self.locals.iter().filter(move |local| local.from <= pc && pc < local.to)
    }

    /// Returns the chunk that contains it.
    #[must_use]
    pub fn chunk(&self) -> Gc<Chunk> {
        // SAFETY: (1): a prototype is part of its chunk, which has set the address.
        unsafe { Gc::from_ptr(self.chunk) }
    }
}

/// The parts of a chunk.
#[derive(Debug, Default)]
pub struct ChunkParts {
    /// The chunk's name, as error messages show it.
    pub name: Box<[u8]>,
    /// The chunk's name, as it was passed to `load`: `@file`, `=name`, or its text.
    pub source: Rc<[u8]>,
    /// Its text.
    pub text: Rc<[u8]>,
    /// The constants of its code, which keep them alive as long as the code.
    pub constants: Box<[Value]>,
    /// The literals of its long tables. Their texts are among the constants.
    pub literals: Box<[Value]>,
    /// Its functions.
    pub prototypes: Box<[Prototype]>,
    /// The number by which the machine knows its code: see [`Heap::take_dead_programs`].
    pub program: u64,
}

/// A loaded chunk of source text. It lives as long as a closure of one of its functions.
#[derive(Debug)]
#[repr(C)]
pub struct Chunk {
    pub(super) object: Object,
    parts: ChunkParts,
}

traced!(Chunk { parts } not { object });
traced!(ChunkParts { constants } not { name, source, text, literals, prototypes, program });

impl Chunk {
    /// Returns its parts.
    #[must_use]
    pub fn parts(&self) -> &ChunkParts {
        &self.parts
    }

    pub(super) fn size(&self) -> usize {
        let parts = &self.parts;
        size_of::<Chunk>()
            + parts.name.len()
            + if Rc::ptr_eq(&parts.source, &parts.text) { 0 } else { parts.source.len() }
            + parts.text.len()
            + size_of_val::<[Value]>(&parts.constants)
            + size_of_val::<[Value]>(&parts.literals)
            + parts
                .prototypes
                .iter()
                .map(|of| {
                    let names = size_of_val(&*of.names) + size_of_val(&*of.upvalue_names);
                    let places = size_of_val(&*of.stops) + size_of_val(&*of.locals);
                    size_of_val(of) + size_of_val(&*of.captures) + names + places
                })
                .sum::<usize>()
    }
}

/// The Rust code of a builtin, which the heap stores but cannot call. The code that runs builtins implements this for
/// [`Value`], so that the heap does not depend on the machine.
pub trait Native {
    /// A function pointer.
    type Function: Copy + 'static;
}

/// The Rust function of a builtin.
type NativeFn = <Value as Native>::Function;

/// A function written in Rust.
#[repr(C)]
pub struct Builtin {
    pub(super) object: Object,
    /// The code that calls `function`.
    pub callee: Callee,
    /// The Rust function.
    pub function: NativeFn,
    /// Its name in the library.
    pub name: &'static str,
    /// How it can be called without a frame, if it can.
    pub shortcut: Option<Shortcut>,
    captured: Box<[Value]>,
}

/// How a builtin can be called without a frame.
#[derive(Clone, Copy, Debug)]
pub enum Shortcut {
    /// As a function of a number.
    Float(fn(f64) -> f64),
    /// As `string.sub`.
    Part,
    /// As `select`.
    Select,
}

traced!(Builtin { captured } not { object, callee, function, name, shortcut });

impl fmt::Debug for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builtin").field("name", &self.name).field("captured", &self.captured).finish_non_exhaustive()
    }
}

impl Builtin {
    /// Returns its captured values.
    #[must_use]
    pub fn captured(&self) -> &[Value] {
        &self.captured
    }

    pub(super) fn size(&self) -> usize {
        size_of::<Builtin>() + size_of_val::<[Value]>(&self.captured)
    }
}

pub(super) fn closure_layout(upvalues: usize) -> Layout {
    let upvalues = Layout::array::<*mut Upvalue>(upvalues).expect("a function has few upvalues");
    Layout::new::<Closure>().extend(upvalues).expect("a function has few upvalues").0
}

impl Heap {
    /// Creates a chunk from its loaded code.
    pub fn new_chunk(&mut self, parts: ChunkParts) -> Gc<Chunk> {
        let object = Object { next: self.objects, kind: Kind::Chunk as u8, mark: self.tracer.white };
        let mut chunk: Gc<Chunk> = self.place(Chunk { object, parts });
        let pointer = chunk.as_ptr();
        // SAFETY: (3): the chunk is new, and nothing else refers to it.
        for prototype in &mut unsafe { chunk.as_mut() }.parts.prototypes {
            prototype.chunk = pointer;
        }
        self.objects = chunk.as_object();
        self.accounts.charge(chunk.size());
        chunk
    }

    /// Creates a closure of the chunk's prototype number `prototype`.
    ///
    /// # Panics
    ///
    /// If there is no such prototype, or it captures another number of upvalues (test
    /// `a_closure_has_a_prototype_and_all_upvalues`).
    pub fn new_closure(
        &mut self,
        chunk: Gc<Chunk>,
        prototype: u32,
        environment: Gc<Table>,
        upvalues: &[Gc<Upvalue>],
    ) -> Gc<Closure> {
        let prototype = &chunk.parts.prototypes[prototype as usize];
        assert_eq!(upvalues.len(), prototype.captures.len(), "upvalues of a closure");
        let layout = closure_layout(upvalues.len());
        // SAFETY: the block is new and has room for a closure and (2) the addresses of its upvalues after it.
        let closure: Gc<Closure> = unsafe {
            let closure = self.pool.allocate(layout).cast::<Closure>();
            closure.write(Closure {
                object: Object { next: self.objects, kind: Kind::Closure as u8, mark: self.tracer.white },
                callee: prototype.callee,
                environment: environment.as_ptr(),
                prototype,
                upvalues_len: upvalues.len() as u64,
            });
            for (index, upvalue) in upvalues.iter().enumerate() {
                upvalue_at(closure, index as u32).write(upvalue.as_ptr());
            }
            Gc::from_ptr(closure)
        };
        self.objects = closure.as_object();
        self.accounts.charge(layout.size());
        closure
    }

    /// Sets the environment: `setfenv`.
    pub fn set_environment(&mut self, mut closure: Gc<Closure>, environment: Gc<Table>) {
        // SAFETY: (3): there is no other reference into the closure.
        unsafe { closure.as_mut() }.environment = environment.as_ptr();
        if closure.object.mark & BLACK != 0 {
            self.barrier_forward(closure, environment.into());
        }
    }

    /// Makes an upvalue of a closure another one: `debug.upvaluejoin`.
    ///
    /// # Panics
    ///
    /// If the closure has no upvalue with this index (test `a_closure_has_a_fixed_number_of_upvalues`).
    pub fn join_upvalue(&mut self, closure: Gc<Closure>, index: u32, upvalue: Gc<Upvalue>) {
        assert!(u64::from(index) < closure.upvalues_len, "the closure has no upvalue {index}");
        // SAFETY: (2): the closure is followed by the addresses of its upvalues.
        unsafe { *upvalue_at(closure.as_ptr(), index) = upvalue.as_ptr() };
        if closure.object.mark & BLACK != 0 {
            self.barrier_forward_to(closure, upvalue);
        }
    }

    /// Creates a function written in Rust with captured values. `callee` is the code that calls it.
    pub fn new_builtin(
        &mut self,
        name: &'static str,
        callee: Callee,
        function: NativeFn,
        captured: Box<[Value]>,
    ) -> Gc<Builtin> {
        let object = Object { next: self.objects, kind: Kind::Builtin as u8, mark: self.tracer.white };
        let builtin = self.place(Builtin { object, callee, function, name, shortcut: None, captured });
        self.objects = builtin.as_object();
        self.accounts.charge(builtin.size());
        builtin
    }

    /// Says how a builtin can be called without a frame.
    pub fn set_shortcut(&mut self, mut builtin: Gc<Builtin>, shortcut: Shortcut) {
        // SAFETY: (3): there is no other reference into the builtin.
        unsafe { builtin.as_mut() }.shortcut = Some(shortcut);
    }

    /// Sets one of a builtin's captured values.
    ///
    /// # Panics
    ///
    /// If the index is out of range (test `a_builtin_has_a_fixed_number_of_captured_values`).
    pub fn set_captured(&mut self, mut builtin: Gc<Builtin>, index: usize, value: Value) {
        // SAFETY: (3): there is no other reference into the builtin.
        unsafe { builtin.as_mut() }.captured[index] = value;
        if builtin.object.mark & BLACK != 0 {
            self.barrier_forward(builtin, value);
        }
    }
}

// Its upvalues follow it in memory.
traced!(Closure { environment, prototype } not { object, callee, upvalues_len });

impl Gc<Closure> {
    /// Returns its upvalues.
    pub fn upvalues(self) -> impl ExactSizeIterator<Item = Gc<Upvalue>> {
        // SAFETY: (2): the closure is followed by the addresses of its upvalues, which (1) it keeps alive.
        (0..self.upvalues_len as u32).map(move |index| unsafe { Gc::from_ptr(*upvalue_at(self.as_ptr(), index)) })
    }

    /// Returns one of its upvalues.
    #[must_use]
    pub fn upvalue(self, index: u32) -> Option<Gc<Upvalue>> {
        // SAFETY: (2) and (1), as above.
        (u64::from(index) < self.upvalues_len).then(|| unsafe { Gc::from_ptr(*upvalue_at(self.as_ptr(), index)) })
    }

    /// Returns its environment.
    #[must_use]
    pub fn environment(self) -> Gc<Table> {
        // SAFETY: (2): a closure has an environment, which (1) it keeps alive.
        unsafe { Gc::from_ptr(self.environment) }
    }

    /// Returns the prototype that it was created from.
    #[must_use]
    pub fn prototype(&self) -> &Prototype {
        // SAFETY: (2): the prototype is part of a chunk, which (1) the closure keeps alive.
        unsafe { &*self.prototype }
    }
}
