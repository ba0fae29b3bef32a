//! The parts of a language → [`Language`], the trait for embedding it in C.

use mimeo_interp::{Control, InstructionSet, Machine};
use mimeo_jit::{Jit, JitConfig};

use crate::{Failure, Output, Problem};

/// The parts of the host with which a program is loaded.
#[derive(Debug)]
pub struct Setup {
    /// The configuration of the native tier.
    pub jit: JitConfig,
    /// The destination of output.
    pub output: Output,
    /// The handle with which the host interrupts the program; the machine must get it.
    pub control: Control,
    /// The limit on the machine's memory in bytes.
    pub memory: Option<usize>,
}

/// A language that C programs can embed.
pub trait Language {
    /// Its instruction set.
    type Ops: InstructionSet;
    /// A program, loaded into its own machine.
    type Program;

    /// Loads a program into a new machine, which must use all of the setup, and flush the output at the end of each run.
    ///
    /// # Errors
    ///
    /// All errors in the program, in the order of the text.
    fn load(text: &str, setup: Setup) -> Result<Self::Program, Vec<Problem>>;

    /// Runs the program to completion.
    ///
    /// # Errors
    ///
    /// The error that ended the program.
    fn run(program: &mut Self::Program) -> Result<(), Failure>;

    /// Returns the native tier of the program's machine, if it has one.
    fn jit(program: &Self::Program) -> Option<&Jit<Self::Ops>>;

    /// Returns the program's machine.
    fn machine(program: &mut Self::Program) -> &mut Machine<Self::Ops>;
}
