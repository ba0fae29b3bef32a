//! [`Linked`] and [`FunctionRef`]: names of what a machine has loaded, checked at each use.

use std::fmt;
use std::marker::PhantomData;

use crate::asm::FunctionIndex;

/// A program that a machine has loaded.
///
/// It names the program and does not keep it: once the program is unloaded, or in another machine, every use of the
/// reference is refused with [`NotLoaded`].
pub struct Linked<I> {
    pub(crate) machine: u64,
    /// Its place among the machine's programs.
    pub(crate) index: u32,
    /// How many programs had the place before.
    pub(crate) generation: u32,
    marker: PhantomData<fn() -> I>,
}

impl<I> Linked<I> {
    pub(crate) fn new(machine: u64, index: u32, generation: u32) -> Self {
        Linked { machine, index, generation, marker: PhantomData }
    }

    /// A function of the program. Whether the program has it is checked at each use.
    pub fn function(self, index: FunctionIndex) -> FunctionRef<I> {
        FunctionRef { program: self, index }
    }
}

impl<I> Clone for Linked<I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I> Copy for Linked<I> {}

impl<I> PartialEq for Linked<I> {
    fn eq(&self, other: &Self) -> bool {
        (self.machine, self.index, self.generation) == (other.machine, other.index, other.generation)
    }
}

impl<I> Eq for Linked<I> {}

impl<I> fmt::Debug for Linked<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Linked({}:{}.{})", self.machine, self.index, self.generation)
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

impl<I> Clone for FunctionRef<I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I> Copy for FunctionRef<I> {}

impl<I> PartialEq for FunctionRef<I> {
    fn eq(&self, other: &Self) -> bool {
        self.program == other.program && self.index == other.index
    }
}

impl<I> Eq for FunctionRef<I> {}

impl<I> fmt::Debug for FunctionRef<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FunctionRef({:?}, {})", self.program, self.index.0)
    }
}

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
