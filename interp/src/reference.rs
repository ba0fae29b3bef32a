//! [`Linked`] and [`FunctionRef`]: names of what a machine has loaded, checked at each use.

use std::fmt;
use std::marker::PhantomData;

use crate::asm::FunctionIndex;
use crate::places::Key;

/// Names are copied, compared and shown whatever the instruction set is, which the derived implementations would want to
/// have these traits as well.
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

/// A program that a machine has loaded.
///
/// It names the program and does not keep it: once the program is unloaded, or in another machine, every use of the
/// reference is refused with [`NotLoaded`].
pub struct Linked<I> {
    pub(crate) key: Key,
    marker: PhantomData<fn() -> I>,
}

named_by!(Linked: key);

impl<I> Linked<I> {
    pub(crate) fn new(key: Key) -> Self {
        Linked { key, marker: PhantomData }
    }

    /// A function of the program. Whether the program has it is checked at each use.
    pub fn function(self, index: FunctionIndex) -> FunctionRef<I> {
        FunctionRef { program: self, index }
    }
}

/// A function of a loaded program, as the host names it: see [`Linked::function`].
///
/// It names the function and does not keep it: once its program is unloaded, or in another machine, every use of the
/// reference is refused.
pub struct FunctionRef<I> {
    pub(crate) program: Linked<I>,
    pub(crate) index: FunctionIndex,
}

named_by!(FunctionRef: program, index);

/// A reference was refused: its program is not loaded in this machine, or has no such function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotLoaded;

impl fmt::Display for NotLoaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the function is not loaded in this machine")
    }
}

impl std::error::Error for NotLoaded {}

/// Why a machine refused to load a program.
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
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::SpaceTooSmall { space, program, machine } => write!(
                f,
                "the program uses {program} elements of `{space}`, the machine has {machine}; \
                 build it with `.space(\"{space}\", {program})`"
            ),
        }
    }
}

impl std::error::Error for LoadError {}
