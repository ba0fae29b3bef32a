//! What a language says about itself so that C can embed it: [`Language`].

use mimeo_interp::InstructionSet;
use mimeo_jit::{Jit, JitConfig};

use crate::{Output, Problem};

/// A language that C programs embed.
pub trait Language {
    /// Its instruction set.
    type Ops: InstructionSet;
    /// A program, loaded into a machine of its own.
    type Program;

    /// Loads a program into a new machine, which writes to `output`, and is to flush it at the end of each run.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the program, in the order of the text.
    fn load(text: &str, config: JitConfig, output: Output) -> Result<Self::Program, Vec<Problem>>;

    /// Runs the program to its end.
    ///
    /// # Errors
    ///
    /// The error with which it ended.
    fn run(program: &mut Self::Program) -> Result<(), Problem>;

    /// The native tier of the program's machine, if it got one.
    fn jit(program: &Self::Program) -> Option<&Jit<Self::Ops>>;
}
