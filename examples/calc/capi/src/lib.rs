//! calc for C programs: the parts that `mimeo-capi` leaves to a language, and the functions of the header in
//! `functions.rs`.
//!
//! `include/mimeo_calc.h` is the resulting header; `docs/embedding-in-c.md` is an introduction.

mod functions;

use mimeo::jit::{Jit, JitConfig};
use mimeo_capi::{Handle, Language, Output, Problem};

use calc::ops::ops::Ops;
use calc::{Diagnostic, Options, Session};

/// calc, as C embeds it.
#[derive(Debug)]
pub struct Calc;

impl Language for Calc {
    type Ops = Ops;
    type Program = Session;

    fn load(text: &str, config: JitConfig, output: Output) -> Result<Session, Vec<Problem>> {
        let program = calc::compile(text).map_err(|errors| errors.into_iter().map(problem).collect::<Vec<_>>())?;
        let options = Options { jit: Some(config), ..Options::default() };
        Ok(Session::new(&program, options, Box::new(output)))
    }

    fn run(program: &mut Session) -> Result<(), Problem> {
        program.run().map_err(problem)
    }

    fn jit(program: &Session) -> Option<&Jit<Ops>> {
        program.jit()
    }
}

fn problem(diagnostic: Diagnostic) -> Problem {
    let Diagnostic { position, message } = diagnostic;
    Problem { position: Some((position.line, position.column)), message }
}

/// A handle of calc: settings, and at most one loaded program. Created by mimeo_calc_create, freed by
/// mimeo_calc_destroy.
#[derive(Debug)]
pub struct MimeoCalc(Handle<Calc>);

impl AsRef<Handle<Calc>> for MimeoCalc {
    fn as_ref(&self) -> &Handle<Calc> {
        &self.0
    }
}
