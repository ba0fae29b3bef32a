//! [`Trap`]: an error of the running program, with its backtrace.

use std::fmt;
use std::sync::Arc;

use mimeo_def::Pc;

use crate::FiberError;
use crate::asm::FunctionBody;

/// A position in the language's source text, as the compiler gave it to the assembler. mimeo shows it and does not
/// interpret it.
///
/// ```
/// use mimeo::Position;
///
/// let position = Position { line: 3, column: 5 };
/// assert_eq!(position.to_string(), "3:5");
/// assert!(position < Position { line: 4, column: 1 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The kind of an error. `E` is the language's own error type: `error = …` of `#[instruction_set]`, a `String` by
/// default.
///
/// ```
/// use mimeo::TrapKind;
/// use mimeo_doc_ops::{DIVIDE, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// let mut error = |args: &[i64]| machine.call(linked.function(DIVIDE), args).unwrap_err().kind;
/// assert_eq!(error(&[7, 0]), TrapKind::Language("cannot divide 7 by 0".to_owned()));
/// assert_eq!(error(&[7]), TrapKind::Arity { function: "divide".to_owned(), takes: 2, given: 1 });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrapKind<E = String> {
    /// An error of the language, thrown by [`Vm::throw`](crate::Vm::throw).
    Language(E),
    /// A call had no room on the value stack, or was deeper than the [limits](crate::Limits) allow.
    StackOverflow,
    /// A run would have nested more deeply than [`Limits::nesting`](crate::Limits::nesting) allows.
    Nesting,
    /// A function was called with the wrong number of arguments.
    Arity {
        /// Name of the function.
        function: String,
        /// Arguments that it takes; the minimum if it is variadic.
        takes: u16,
        /// Arguments that the call passed.
        given: u32,
    },
    /// There was not enough memory for a stack, or for more of it: the system had none, or the limit of the machine's
    /// [`Account`](crate::Account) did not allow it.
    OutOfMemory,
    /// The function is not loaded in this machine: see [`FunctionRef`](crate::FunctionRef).
    NotLoaded,
    /// The host interrupted the program ([`Control::interrupt`](crate::Control::interrupt)).
    Interrupted,
    /// The program has used its fuel ([`Vm::set_fuel`](crate::Vm::set_fuel)).
    OutOfFuel,
    /// A fiber was not in the state that the operation needs.
    Fiber(FiberError),
}

impl<E> TrapKind<E> {
    /// Returns `true` if the host stopped the program. A language should not let a program catch such an error, or the
    /// program goes on.
    ///
    /// ```
    /// use mimeo::TrapKind;
    ///
    /// assert!(TrapKind::<String>::Interrupted.is_stop() && TrapKind::<String>::OutOfFuel.is_stop());
    /// assert!(!TrapKind::<String>::StackOverflow.is_stop());
    /// ```
    pub fn is_stop(&self) -> bool {
        matches!(self, TrapKind::Interrupted | TrapKind::OutOfFuel)
    }
}

impl<E: fmt::Display> fmt::Display for TrapKind<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrapKind::Language(error) => error.fmt(f),
            TrapKind::StackOverflow => f.write_str("stack overflow"),
            TrapKind::Nesting => f.write_str("too many nested runs"),
            TrapKind::Arity { function, takes, given } => {
                let plural = if *takes == 1 { "" } else { "s" };
                write!(f, "`{function}` takes {takes} argument{plural}, not {given}")
            }
            TrapKind::OutOfMemory => f.write_str("not enough memory"),
            TrapKind::NotLoaded => crate::NotLoaded.fmt(f),
            TrapKind::Interrupted => f.write_str("interrupted"),
            TrapKind::OutOfFuel => f.write_str("out of fuel"),
            TrapKind::Fiber(error) => error.fmt(f),
        }
    }
}

/// An error of the running program.
///
/// It owns its data, so it outlives the machine and can be sent to another thread if `E` can. An error that leaves its
/// run costs one allocation for its backtrace and one for each frame's name; an error that a handler catches costs
/// O(1), whatever the depth.
///
/// ```
/// use mimeo_doc_ops::{DIVIDE, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// let trap = machine.call(linked.function(DIVIDE), &[7, 0]).unwrap_err();
/// assert_eq!(trap.to_string(), "sample:3:5: cannot divide 7 by 0");
/// assert_eq!(trap.backtrace.frames.len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap<E = String> {
    /// What happened.
    pub kind: TrapKind<E>,
    /// Where it happened.
    pub backtrace: Backtrace,
}

impl<E> Trap<E> {
    /// Returns the source position of the op that failed, if the compiler gave it to the assembler.
    ///
    /// ```
    /// use mimeo::Position;
    /// use mimeo_doc_ops::{DIVIDE, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let trap = machine.call(linked.function(DIVIDE), &[7, 0]).unwrap_err();
    /// assert_eq!(trap.position(), Some(Position { line: 3, column: 5 }));
    /// ```
    pub fn position(&self) -> Option<Position> {
        self.backtrace.frames.first()?.position
    }
}

impl<E: fmt::Display> fmt::Display for Trap<E> {
    /// Writes the file and position if they are known, and the error. The backtrace is displayed separately.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(site) = self.backtrace.frames.first() {
            site.write_place(f, ": ")?;
        }
        self.kind.fmt(f)
    }
}

impl<E: fmt::Display + fmt::Debug> std::error::Error for Trap<E> {}

/// The functions that were active when an error was thrown, innermost first.
///
/// An error that leaves its run has all of them, apart from those [omitted](Self::omitted) from a very deep backtrace,
/// so that its size is bounded. An error that a handler caught has only the first.
///
/// ```
/// use mimeo::Limits;
/// use mimeo_doc_ops::{DEPTH, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// // Too deep for the limits.
/// let trap = machine.call(linked.function(DEPTH), &[1_000_000]).unwrap_err();
/// assert_eq!(trap.backtrace.depth(), Limits::default().depth as usize);
/// assert!(trap.backtrace.frames.len() < 200);
/// assert!(trap.backtrace.to_string().contains(" more\n"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backtrace {
    /// The frames.
    pub frames: Vec<Site>,
    /// The number of frames that were omitted, and the index in `frames` before which they belong.
    pub omitted: Option<(usize, usize)>,
}

impl Backtrace {
    /// The numbers of innermost and outermost frames of a run that are never omitted.
    pub(crate) const KEPT: [usize; 2] = [96, 32];

    /// Returns the number of active frames, including those that were omitted.
    ///
    /// ```
    /// use mimeo_doc_ops::{DIVIDE, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let trap = machine.call(linked.function(DIVIDE), &[7, 0]).unwrap_err();
    /// assert_eq!(trap.backtrace.depth(), 1);
    /// let mut deep = trap.backtrace;
    /// deep.omitted = Some((10, 1));
    /// assert_eq!(deep.depth(), 11);
    /// ```
    pub fn depth(&self) -> usize {
        self.frames.len() + self.omitted.map_or(0, |(count, _)| count)
    }
}

impl fmt::Display for Backtrace {
    /// Writes a line for each frame.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, site) in self.frames.iter().enumerate() {
            match self.omitted {
                Some((count, before)) if before == index => writeln!(f, "  … {count} more")?,
                _ => {}
            }
            writeln!(f, "  {site}")?;
        }
        Ok(())
    }
}

/// A place in a function's code.
///
/// ```
/// use mimeo_doc_ops::{DIVIDE, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// let trap = machine.call(linked.function(DIVIDE), &[7, 0]).unwrap_err();
/// let site = &trap.backtrace.frames[0];
/// assert_eq!((site.function.as_str(), site.file.as_deref()), ("divide", Some("sample")));
/// assert_eq!(site.to_string(), "sample:3:5 in `divide`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Site {
    /// Name of the function.
    pub function: String,
    /// Name of its source file, if the compiler gave one to the assembler.
    pub file: Option<Arc<str>>,
    /// The op.
    pub pc: Pc,
    /// The source position of the op, if the compiler gave it to the assembler.
    pub position: Option<Position>,
}

impl Site {
    pub(crate) fn new(body: &FunctionBody, pc: Pc) -> Self {
        Site { function: body.name.clone(), file: body.file.clone(), pc, position: body.position(pc) }
    }

    fn write_place(&self, f: &mut fmt::Formatter<'_>, end: &str) -> fmt::Result {
        match (&self.file, self.position) {
            (Some(file), Some(position)) => write!(f, "{file}:{position}{end}"),
            (Some(file), None) => write!(f, "{file}{end}"),
            (None, Some(position)) => write!(f, "{position}{end}"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_place(f, " in ")?;
        write!(f, "`{}`", self.function)
    }
}
