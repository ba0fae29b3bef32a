//! The parts of a language → [`Language`], the trait for embedding it in C.

use mimeo_interp::InstructionSet;
use mimeo_jit::{Jit, JitConfig};

use crate::{Output, Problem};

/// A language that C programs can embed.
pub trait Language {
    /// Its instruction set.
    type Ops: InstructionSet;
    /// A program, loaded into its own machine.
    type Program;

    /// Loads a program into a new machine, which must write to `output` and flush it at the end of each run.
    ///
    /// # Errors
    ///
    /// All errors in the program, in the order of the text.
    fn load(text: &str, config: JitConfig, output: Output) -> Result<Self::Program, Vec<Problem>>;

    /// Runs the program to completion.
    ///
    /// # Errors
    ///
    /// The error that ended the program.
    fn run(program: &mut Self::Program) -> Result<(), Problem>;

    /// Returns the native tier of the program's machine, if it has one.
    fn jit(program: &Self::Program) -> Option<&Jit<Self::Ops>>;
}
