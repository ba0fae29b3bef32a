//! [`Linked`] and [`FunctionRef`]: handles to what a machine has loaded, checked at each use.

use std::fmt;
use std::marker::PhantomData;

use crate::OutOfMemory;
use crate::asm::FunctionIndex;
use crate::places::Key;

/// Implements `Copy`, `Eq`, `Hash` and `Debug` for a handle without requiring them of the instruction set, as deriving
/// would.
macro_rules! named_by {
    ($name:ident: $($field:ident),+) => {
        impl<I> Clone for $name<I> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<I> Copy for $name<I> {}

        impl<I> PartialEq for $name<I> {
            fn eq(&self, other: &Self) -> bool {
                $(self.$field == other.$field)&&+
            }
        }

        impl<I> Eq for $name<I> {}

        impl<I> std::hash::Hash for $name<I> {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                $(self.$field.hash(state);)+
            }
        }

        impl<I> std::fmt::Debug for $name<I> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($name))$(.field(&self.$field))+.finish()
            }
        }
    };
}
pub(crate) use named_by;

/// A handle to a program that a machine has loaded.
///
/// The handle does not keep the program loaded. It is valid in the machine that loaded the program, until the program
/// is unloaded; every other use fails with [`NotLoaded`]. It is `Copy`, `Send` and `Sync`, and each use costs one
/// lookup in an array.
///
/// ```
/// use mimeo::NotLoaded;
/// use mimeo_doc_ops::{new_machine, sum_program};
///
/// let (mut machine, other) = (new_machine(), new_machine());
/// let linked = machine.load(&sum_program())?;
/// assert!(machine.program(linked).is_ok());
/// assert_eq!(other.program(linked).unwrap_err(), NotLoaded);
/// # Ok::<(), mimeo::LoadError>(())
/// ```
pub struct Linked<I> {
    pub(crate) key: Key,
    marker: PhantomData<fn() -> I>,
}

named_by!(Linked: key);

impl<I> Linked<I> {
    pub(crate) fn new(key: Key) -> Self {
        Linked { key, marker: PhantomData }
    }

    /// Returns a handle to a function of the program. Each use of the handle checks whether the program has this
    /// function.
    ///
    /// ```
    /// use mimeo_doc_ops::{new_machine, sum_program};
    ///
    /// let mut machine = new_machine();
    /// let program = sum_program();
    /// let linked = machine.load(&program)?;
    /// let index = program.function("sum").expect("the program has it");
    /// assert_eq!(machine.call(linked.function(index), &[3])?, 6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn function(self, index: FunctionIndex) -> FunctionRef<I> {
        FunctionRef { program: self, index }
    }
}

/// The host's handle to a function of a loaded program, created by [`Linked::function`].
///
/// The handle does not keep the function loaded: it is valid in its machine until the program is unloaded, and every
/// other use fails with [`NotLoaded`]. It is `Copy`, `Send` and `Sync`, and each use costs one lookup in an array. The
/// ops of a program refer to functions by [`Callee`](crate::Callee) instead.
///
/// ```
/// use mimeo::TrapKind;
/// use mimeo_doc_ops::{DOUBLE, FunctionRef, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// let double: FunctionRef = linked.function(DOUBLE);
/// assert_eq!(machine.call(double, &[4])?, 8);
/// // The handle is not valid in another machine.
/// let (mut other, _) = sample_machine();
/// assert_eq!(other.call(double, &[4]).unwrap_err().kind, TrapKind::NotLoaded);
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
pub struct FunctionRef<I> {
    pub(crate) program: Linked<I>,
    pub(crate) index: FunctionIndex,
}

named_by!(FunctionRef: program, index);

/// The error for a handle whose program is not loaded in this machine or has no such function.
///
/// ```
/// use mimeo::NotLoaded;
/// use mimeo::asm::FunctionIndex;
/// use mimeo_doc_ops::sample_machine;
///
/// let (mut machine, linked) = sample_machine();
/// let error = machine.compile(linked.function(FunctionIndex(1000))).unwrap_err();
/// assert_eq!(error, NotLoaded);
/// assert_eq!(error.to_string(), "the function is not loaded in this machine");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotLoaded;

impl fmt::Display for NotLoaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the function is not loaded in this machine")
    }
}

impl std::error::Error for NotLoaded {}

/// The reason why a machine refused to load a program.
///
/// ```
/// use mimeo::LoadError;
/// use mimeo_doc_ops::{ProgramBuilder, new_machine};
///
/// let mut builder = ProgramBuilder::new();
/// builder.set_space("globals", 3);
/// let program = builder.finish()?.verify()?;
/// let error = new_machine().load(&program).unwrap_err();
/// assert_eq!(error, LoadError::SpaceTooSmall { space: "globals", program: 3, machine: 0 });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// The program was verified for a larger index space than the machine has.
    SpaceTooSmall {
        /// Name of the space.
        space: &'static str,
        /// Elements that the program may use.
        program: u32,
        /// Elements that [`MachineBuilder::space`](crate::MachineBuilder::space) gave the machine.
        machine: u32,
    },
    /// The machine has not enough memory for the program: see [`Account`](crate::Account).
    OutOfMemory,
}

impl From<OutOfMemory> for LoadError {
    fn from(_: OutOfMemory) -> LoadError {
        LoadError::OutOfMemory
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::SpaceTooSmall { space, program, machine } => write!(
                f,
                "the program uses {program} elements of `{space}`, but the machine has {machine}; \
                 build it with `.space(\"{space}\", {program})`"
            ),
            LoadError::OutOfMemory => OutOfMemory.fmt(f),
        }
    }
}

impl std::error::Error for LoadError {}
