//! calc for C programs: what `mimeo-capi` leaves to a language, and in `functions.rs` the functions of the header.
//!
//! C sees the result as `include/mimeo_calc.h`; `docs/embedding-in-c.md` is the tour.

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

/// calc in a C program: settings, and at most one loaded program. Made by mimeo_calc_create, freed by
/// mimeo_calc_destroy.
#[derive(Debug)]
pub struct MimeoCalc(Handle<Calc>);

impl AsRef<Handle<Calc>> for MimeoCalc {
    fn as_ref(&self) -> &Handle<Calc> {
        &self.0
    }
}
