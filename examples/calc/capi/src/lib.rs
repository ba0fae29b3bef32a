//! calc for C programs: the parts that `mimeo-capi` leaves to a language, and the functions of the header in
//! `functions.rs`.
//!
//! `include/mimeo_calc.h` is the resulting header; `docs/embedding-in-c.md` is an introduction.

mod functions;

use mimeo::jit::Jit;
use mimeo::{Limits, Machine};
use mimeo_capi::{Failure, Handle, Language, Problem, Setup, Status};

use calc::ops::ops::Ops;
use calc::{Diagnostic, Options, Session};

/// calc, as C embeds it.
#[derive(Debug)]
pub struct Calc;

impl Language for Calc {
    type Ops = Ops;
    type Program = Session;

    fn load(text: &str, setup: Setup) -> Result<Session, Vec<Problem>> {
        let program = calc::compile(text).map_err(|errors| errors.into_iter().map(problem).collect::<Vec<_>>())?;
        let Setup { jit, output, control, memory } = setup;
        let options = Options { jit: Some(jit), limits: Limits::default().with_memory(memory), control };
        Ok(Session::new(&program, options, Box::new(output)))
    }

    fn run(program: &mut Session) -> Result<(), Failure> {
        program.run().map_err(|diagnostic| {
            let status = program.trap().map_or(Status::RuntimeError, |trap| Status::from(&trap.kind));
            Failure { status, problems: vec![problem(diagnostic)] }
        })
    }

    fn jit(program: &Session) -> Option<&Jit<Ops>> {
        program.jit()
    }

    fn machine(program: &mut Session) -> &mut Machine<Ops> {
        program.machine()
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
