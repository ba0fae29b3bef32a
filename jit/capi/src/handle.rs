//! What is behind a handle of C: settings, a program, what the last call left to read: [`Handle`].

use std::cell::{Cell, RefCell};
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use mimeo_jit::{BadSetting, Control, Jit, JitConfig, Report, Settings};

use crate::output::Target;
use crate::text::Kept;
use crate::{Capability, Error, Failure, Language, Mode, Output, Problem, StatsFormat, Status, Text, WriteFn};

/// An embedded language: its settings, and at most one program.
///
/// All of it changes behind a shared reference, because the output function may call with the handle that is running.
pub struct Handle<L: Language> {
    settings: RefCell<Settings>,
    /// The settings of the program that was loaded, as long as it has a native tier.
    control: RefCell<Option<Control>>,
    program: RefCell<State<L::Program>>,
    output: Rc<Cell<Target>>,
    /// Calls under way, one in the output function of the other.
    calls: Cell<u32>,
    /// What went wrong in the last call, and the texts of its problems.
    failure: RefCell<Option<(Failure, Vec<Kept>)>>,
    /// The texts that the last call handed out.
    texts: RefCell<Vec<Kept>>,
}

enum State<P> {
    Empty,
    Loaded(P),
    Running,
}

impl<L: Language> std::fmt::Debug for Handle<L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<L: Language> Handle<L> {
    /// A handle without a program. For settings that could not be had the defaults stand in, and the error is left
    /// to be read.
    pub(crate) fn new(settings: Result<Settings, BadSetting>) -> (Self, Status) {
        let (settings, failure) = match settings {
            Ok(settings) => (settings, None),
            Err(error) => (Settings::default(), Some(Failure::new(Status::BadSetting, error.to_string()))),
        };
        let handle = Handle {
            settings: RefCell::new(settings),
            control: RefCell::default(),
            program: RefCell::new(State::Empty),
            output: Rc::new(Cell::new(Target::STDOUT)),
            calls: Cell::new(0),
            failure: RefCell::default(),
            texts: RefCell::default(),
        };
        let status = handle.leave(failure);
        (handle, status)
    }

    /// One call: keeps panics in, and leaves the failure to be read.
    pub(crate) fn enter(&self, body: impl FnOnce(&Self) -> Result<(), Failure>) -> Status {
        // Kept to the end of this call, whose arguments they may be.
        let _before = self.texts.take();
        self.calls.set(self.calls.get() + 1);
        // A handle is whole after a panic: no borrow lasts over a call of a language, and `run` drops what ran.
        let result = catch_unwind(AssertUnwindSafe(|| body(self)));
        self.calls.set(self.calls.get() - 1);
        self.leave(result.unwrap_or_else(|payload| Err(Failure::panic(payload))).err())
    }

    fn leave(&self, failure: Option<Failure>) -> Status {
        let status = failure.as_ref().map_or(Status::Ok, |failure| failure.status);
        let kept = failure.map(|failure| {
            let texts = failure.problems.iter().map(|problem| Kept::new(&*problem.message)).collect();
            (failure, texts)
        });
        self.failure.replace(kept);
        status
    }

    /// Leaves a failure to be read when a call is under way, which the handle must outlive.
    pub(crate) fn must_stay(&self) -> Option<Status> {
        (self.calls.get() > 0).then(|| self.leave(Some(busy())))
    }

    /// How many errors the last call had.
    pub fn error_count(&self) -> usize {
        self.failure.borrow().as_ref().map_or(0, |(_, texts)| texts.len())
    }

    /// The first error of the last call, or that there was none.
    pub fn last_error(&self) -> Error {
        self.error(0).unwrap_or(Error { status: Status::Ok, line: 0, column: 0, message: Text::EMPTY })
    }

    /// One of the errors of the last call, counted from 0 in the order of the program's text.
    pub fn error(&self, index: usize) -> Option<Error> {
        let failure = self.failure.borrow();
        let (failure, texts) = failure.as_ref()?;
        let (line, column) = failure.problems.get(index)?.position.unwrap_or((0, 0));
        Some(Error { status: failure.status, line, column, message: texts.get(index)?.view() })
    }

    /// Sends what programs write from now on to a function; to standard output without one.
    ///
    /// # Safety
    ///
    /// (5)
    pub unsafe fn set_output(&self, write: WriteFn, user: *mut c_void) {
        self.output.set(Target { write, user });
    }

    /// When functions are compiled.
    pub fn mode(&self) -> Mode {
        self.jit_config().mode.into()
    }

    /// Changes when functions are compiled.
    ///
    /// # Errors
    ///
    /// The number is no mode.
    pub fn set_mode(&self, mode: c_int) -> Result<(), Failure> {
        let mode = Mode::from_c(mode)?;
        self.settings.borrow_mut().jit.mode = mode;
        if let Some(control) = &*self.control.borrow() {
            control.set_mode(mode);
        }
        Ok(())
    }

    /// In mode auto, the call at which a function is compiled.
    pub fn threshold(&self) -> u32 {
        self.jit_config().threshold
    }

    /// Changes the call at which a function is compiled.
    pub fn set_threshold(&self, calls: u32) {
        self.settings.borrow_mut().jit.threshold = calls;
        if let Some(control) = &*self.control.borrow() {
            control.set_threshold(calls);
        }
    }

    /// Records the events of a function's life in the programs that are loaded from now on, or does not.
    pub fn set_trace(&self, trace: bool) {
        self.settings.borrow_mut().jit.trace = trace;
    }

    /// The form of the statistics that the user asked for in the environment.
    pub fn wanted_stats(&self) -> StatsFormat {
        let Report(format) = self.settings.borrow().report;
        format.into()
    }

    /// The settings as they are now. The program's own functions may have changed them as well.
    fn jit_config(&self) -> JitConfig {
        let config = self.settings.borrow().jit.clone();
        match &*self.control.borrow() {
            Some(control) => config.with_mode(control.mode()).with_threshold(control.threshold()),
            None => config,
        }
    }

    /// Loads a program in the place of the one that is there. When it cannot be loaded, that one stays.
    ///
    /// # Errors
    ///
    /// What is wrong with the text; a program of the handle is running.
    pub fn load(&self, text: &[u8]) -> Result<(), Failure> {
        if matches!(*self.program.borrow(), State::Running) {
            return Err(busy());
        }
        let text = std::str::from_utf8(text).map_err(|error| Failure::not_utf8(text, error))?;
        let output = Output::new(Rc::clone(&self.output));
        let program = L::load(text, self.jit_config(), output)
            .map_err(|problems| Failure { status: Status::CompileError, problems })?;
        self.control.replace(L::jit(&program).map(|jit| jit.control().clone()));
        let before = self.program.replace(State::Loaded(program));
        drop(before);
        Ok(())
    }

    /// Runs the program to its end.
    ///
    /// # Errors
    ///
    /// The error with which it ended; a panic; there is no program; it is running already.
    pub fn run(&self) -> Result<(), Failure> {
        let mut program = match self.program.replace(State::Running) {
            State::Loaded(program) => program,
            State::Empty => {
                self.program.replace(State::Empty);
                return Err(no_program());
            }
            State::Running => return Err(busy()),
        };
        match catch_unwind(AssertUnwindSafe(|| L::run(&mut program))) {
            Ok(result) => {
                self.program.replace(State::Loaded(program));
                result.map_err(|problem: Problem| Failure { status: Status::RuntimeError, problems: vec![problem] })
            }
            Err(payload) => {
                // What panicked is not trusted again. Dropping it may panic once more, which `enter` catches.
                self.program.replace(State::Empty);
                self.control.replace(None);
                let failure = Failure::panic(payload);
                drop(program);
                Err(failure)
            }
        }
    }

    /// What the native tier can do: the one of the program, or of one that would be loaded now.
    ///
    /// # Errors
    ///
    /// The program is running.
    pub fn capability(&self) -> Result<Capability, Failure> {
        let of_program = match &*self.program.borrow() {
            State::Running => return Err(busy()),
            State::Empty => None,
            State::Loaded(program) => L::jit(program).map(Jit::capability),
        };
        let capability = of_program.unwrap_or_else(|| mimeo_jit::capability::<L::Ops>(&self.jit_config()));
        let (reason_code, reason) = match &capability.reason {
            Some((diagnostic, sentence)) => (self.keep(diagnostic.code()), self.keep(&**sentence)),
            None => (Text::EMPTY, Text::EMPTY),
        };
        Ok(Capability {
            available: capability.available,
            mode: capability.mode.into(),
            threshold: capability.threshold,
            stencil_abi: capability.abi,
            ops_with_stencil: count(capability.with_stencil.len()),
            ops_without_stencil: count(capability.without_stencil.len()),
            reason_code,
            reason,
            arch: self.keep(capability.arch),
            os: self.keep(capability.os),
            instruction_set: self.keep(capability.instruction_set),
            text: self.keep(capability.to_string()),
        })
    }

    /// What the native tier of the program did so far.
    ///
    /// # Errors
    ///
    /// The number is no form; there is no program; it is running.
    pub fn stats(&self, format: c_int) -> Result<Text, Failure> {
        let format = StatsFormat::from_c(format)?;
        let report = match &*self.program.borrow() {
            State::Running => return Err(busy()),
            State::Empty => return Err(no_program()),
            State::Loaded(program) => L::jit(program).map(|jit| jit.report(format)),
        };
        Ok(self.keep(report.unwrap_or_default()))
    }

    /// The text for C, which can be read until the next call.
    fn keep(&self, text: impl Into<String>) -> Text {
        let kept = Kept::new(text);
        let view = kept.view();
        self.texts.borrow_mut().push(kept);
        view
    }
}

fn count(ops: usize) -> u32 {
    u32::try_from(ops).unwrap_or(u32::MAX)
}

fn busy() -> Failure {
    Failure::new(Status::Busy, "the handle's program is running")
}

fn no_program() -> Failure {
    Failure::new(Status::NoProgram, "no program is loaded")
}

#[cfg(test)]
mod tests;
