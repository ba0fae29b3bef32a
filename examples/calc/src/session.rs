//! A program's text → a machine with the program loaded, and the result of running it.

use std::io::Write;

use mimeo::asm::FunctionIndex;
use mimeo::jit::{Capability, CodeView, HasJit, Jit, JitConfig, WithJit};
use mimeo::{Control, Function, Limits, MachineBuilder};

use crate::ops::ops::{Linked, Machine, Ops, Program, Trap};
use crate::runtime::state;
use crate::source::{Diagnostic, Position};
use crate::{compile as codegen, parser, resolve};

/// Compiles the text of a program to verified bytecode.
///
/// # Errors
///
/// All errors in the program, in the order of the text.
pub fn compile(source: &str) -> Result<Program, Vec<Diagnostic>> {
    let ast = parser::parse(source)?;
    let tree = resolve::resolve(&ast)?;
    codegen::compile(&tree).map_err(|error| vec![Diagnostic::new(Position::START, error.to_string())])
}

/// Options for running a program.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The native tier; `None` for a machine without one.
    pub jit: Option<JitConfig>,
    /// Limits on the depth of calls and on memory.
    pub limits: Limits,
    /// The handle with which other threads stop the program.
    pub control: Control,
}

/// A program in its own machine.
#[derive(Debug)]
pub struct Session {
    machine: Machine,
    linked: Linked,
    /// The error that ended the last run.
    trap: Option<Trap>,
}

impl Session {
    /// Loads a program. If the native tier is unavailable, the interpreter runs the program:
    /// see [`capability`](Self::capability).
    pub fn new(program: &Program, options: Options, out: Box<dyn Write>) -> Session {
        Session::with_builder(program, options, out, |builder| builder)
    }

    /// Loads a program into a machine with settings for which [`Options`] has no field.
    pub fn with_builder(
        program: &Program,
        options: Options,
        out: Box<dyn Write>,
        customize: impl FnOnce(MachineBuilder<Ops>) -> MachineBuilder<Ops>,
    ) -> Session {
        let globals = program.space("globals");
        // SAFETY: both go into one machine, which no other code can access.
        let (context, host) = unsafe { state(vec![0; globals as usize], out) };
        let mut builder = Machine::builder(context, host).limits(options.limits).control(options.control);
        builder = builder.space("globals", globals);
        if let Some(config) = options.jit {
            // Debuggers and `perf` are notified of compiled functions if the settings say so.
            #[cfg(feature = "jit")]
            let config = config.observed_by(mimeo_observe::open);
            builder = builder.jit(config);
        }
        let mut machine = customize(builder).build();
        let linked = machine.load(program).expect("the machine has the program's globals");
        Session { machine, linked, trap: None }
    }

    /// Runs the program to completion. Output before an error is kept.
    ///
    /// # Errors
    ///
    /// The error that ended the program.
    pub fn run(&mut self) -> Result<(), Diagnostic> {
        let main = FunctionIndex(self.machine.functions(self.linked).count() as u32 - 1);
        let result = self.machine.call(self.linked.function(main), &[]);
        let flushed = self.machine.vm_mut().host.out.flush();
        let start = Position::START;
        self.trap = None;
        match (result, flushed) {
            (Err(trap), _) => {
                let position = trap.position().map_or(start, |at| Position { line: at.line, column: at.column });
                let diagnostic = Diagnostic::new(position, trap.kind.to_string());
                self.trap = Some(trap);
                Err(diagnostic)
            }
            (Ok(_), Err(error)) => Err(Diagnostic::new(start, format!("cannot print: {error}"))),
            (Ok(_), Ok(())) => Ok(()),
        }
    }

    /// Returns the error that ended the last run, if one of the program did.
    pub fn trap(&self) -> Option<&Trap> {
        self.trap.as_ref()
    }

    /// Returns the machine, through which the host limits the program.
    pub fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// Returns the capability of the native tier, if the options include one.
    pub fn capability(&self) -> Option<Capability> {
        self.jit().map(Jit::capability)
    }

    /// Returns the native tier, if the options include one.
    pub fn jit(&self) -> Option<&Jit<Ops>> {
        self.machine.jit()
    }

    /// Returns the program as its machine names it.
    pub fn linked(&self) -> Linked {
        self.linked
    }

    /// Returns all functions.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.machine.functions(self.linked)
    }

    /// Compiles every function, and calls `visit` with each function that has native code.
    pub fn with_native_code(&mut self, mut visit: impl FnMut(&Function, CodeView<'_>)) {
        self.machine.compile_all(self.linked).expect("the session's program is loaded");
        let Some(jit) = self.machine.jit() else { return };
        for function in self.functions() {
            if let Some(code) = jit.code_of(function) {
                visit(function, code);
            }
        }
    }
}
