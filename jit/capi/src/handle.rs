//! The state of an embedded language → [`Handle`]: settings, a program, and the results of the last call.

use std::cell::{Cell, RefCell};
use std::ffi::{c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use mimeo_interp::Machine;
use mimeo_jit::{BadSetting, Control, Jit, JitConfig, Report, Settings};

use crate::hook::Hook;
use crate::output::Target;
use crate::text::Kept;
use crate::{Capability, Error, Failure, HookFn, Language, Mode, Output, Setup, StatsFormat, Status, Text, WriteFn};

/// An embedded language: its settings, and at most one program.
///
/// All fields can change through a shared reference, because the output function may use the running handle.
pub struct Handle<L: Language> {
    settings: RefCell<Settings>,
    /// The settings of the loaded program's native tier, if it has one.
    control: RefCell<Option<Control>>,
    program: RefCell<State<L::Program>>,
    output: Rc<Cell<Target>>,
    /// The handle that interrupts every program of this one. The only field that other threads access.
    stop: mimeo_interp::Control,
    fuel: Cell<Option<u64>>,
    memory: Cell<Option<usize>>,
    hook: Cell<Hook>,
    /// Number of active calls, each in the output function of another.
    calls: Cell<u32>,
    /// The failure of the last call, and the texts of its errors.
    failure: RefCell<Option<(Failure, Vec<Kept>)>>,
    /// The texts that the last call returned.
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
    /// Creates a handle without a program. If the settings are invalid, it has the default settings, and the error can
    /// be read.
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
            stop: mimeo_interp::Control::default(),
            fuel: Cell::new(None),
            memory: Cell::new(None),
            hook: Cell::new(Hook::NONE),
            calls: Cell::new(0),
            failure: RefCell::default(),
            texts: RefCell::default(),
        };
        let status = handle.leave(failure);
        (handle, status)
    }

    /// Runs one call: catches panics, and keeps the failure to be read.
    pub(crate) fn enter(&self, body: impl FnOnce(&Self) -> Result<(), Failure>) -> Status {
        // The texts are kept until the end of this call, because they may be its arguments.
        let _before = self.texts.take();
        self.calls.set(self.calls.get() + 1);
        // A handle is consistent after a panic: no borrow spans a call into the language, and `run` drops the program.
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

    /// Returns a failure, and keeps it to be read, if a call is active, which the handle must outlive.
    pub(crate) fn must_stay(&self) -> Option<Status> {
        (self.calls.get() > 0).then(|| self.leave(Some(busy())))
    }

    /// Returns the number of errors of the last call.
    pub fn error_count(&self) -> usize {
        self.failure.borrow().as_ref().map_or(0, |(_, texts)| texts.len())
    }

    /// Returns the first error of the last call; its status is [`Status::Ok`] if there was none.
    pub fn last_error(&self) -> Error {
        self.error(0).unwrap_or(Error { status: Status::Ok, line: 0, column: 0, message: Text::EMPTY })
    }

    /// Returns an error of the last call. Errors are numbered from 0, in the order of the program's text.
    pub fn error(&self, index: usize) -> Option<Error> {
        let failure = self.failure.borrow();
        let (failure, texts) = failure.as_ref()?;
        let (line, column) = failure.problems.get(index)?.position.unwrap_or((0, 0));
        Some(Error { status: failure.status, line, column, message: texts.get(index)?.view() })
    }

    /// Sets the function that receives the output of programs from now on; `None` means standard output.
    ///
    /// # Safety
    ///
    /// (5)
    pub unsafe fn set_output(&self, write: WriteFn, user: *mut c_void) {
        self.output.set(Target { write, user });
    }

    /// Interrupts the program that runs, or the next one. Any thread may call it.
    pub(crate) fn interrupt(&self) {
        self.stop.interrupt();
    }

    /// Calls `change` with the machine of the loaded program, if there is one.
    fn with_machine(&self, change: impl FnOnce(&mut Machine<L::Ops>)) -> Result<(), Failure> {
        match &mut *self.program.borrow_mut() {
            State::Running => return Err(busy()),
            State::Empty => {}
            State::Loaded(program) => change(L::machine(program)),
        }
        Ok(())
    }

    /// Returns the number of calls and backward jumps that are left to the loaded program, or that the next one gets;
    /// `None` means no limit.
    ///
    /// # Errors
    ///
    /// If the program is running.
    pub fn fuel(&self) -> Result<Option<u64>, Failure> {
        let mut fuel = self.fuel.get();
        self.with_machine(|machine| fuel = machine.vm().fuel())?;
        Ok(fuel)
    }

    /// Sets the number of calls and backward jumps that are left to the loaded program, and that each program gets that
    /// is loaded from now on.
    ///
    /// # Errors
    ///
    /// If the program is running.
    pub fn set_fuel(&self, events: Option<u64>) -> Result<(), Failure> {
        self.with_machine(|machine| machine.vm_mut().set_fuel(events))?;
        self.fuel.set(events);
        Ok(())
    }

    /// Limits the memory of the loaded program, and of each program that is loaded from now on.
    ///
    /// # Errors
    ///
    /// If the program is running.
    pub fn set_memory_limit(&self, bytes: Option<usize>) -> Result<(), Failure> {
        self.with_machine(|machine| machine.memory().set_limit(bytes))?;
        self.memory.set(bytes);
        Ok(())
    }

    /// Sets the function that is called after every `interval` calls and backward jumps; `None` removes it.
    ///
    /// # Errors
    ///
    /// If the program is running.
    ///
    /// # Safety
    ///
    /// (5)
    pub unsafe fn set_hook(&self, interval: u32, function: HookFn, user: *mut c_void) -> Result<(), Failure> {
        let hook = Hook { function, user, interval };
        self.with_machine(|machine| hook.register(machine.vm_mut()))?;
        self.hook.set(hook);
        Ok(())
    }

    /// Returns when functions are compiled.
    pub fn mode(&self) -> Mode {
        self.jit_config().mode.into()
    }

    /// Sets when functions are compiled.
    ///
    /// # Errors
    ///
    /// If the number is not a mode.
    pub fn set_mode(&self, mode: c_int) -> Result<(), Failure> {
        let mode = Mode::from_c(mode)?;
        self.settings.borrow_mut().jit.mode = mode;
        if let Some(control) = &*self.control.borrow() {
            control.set_mode(mode);
        }
        Ok(())
    }

    /// Returns the number of the call at which a function is compiled in mode auto.
    pub fn threshold(&self) -> u32 {
        self.jit_config().threshold
    }

    /// Sets the number of the call at which a function is compiled in mode auto.
    pub fn set_threshold(&self, calls: u32) {
        self.settings.borrow_mut().jit.threshold = calls;
        if let Some(control) = &*self.control.borrow() {
            control.set_threshold(calls);
        }
    }

    /// Sets whether programs that are loaded from now on record the events of their functions.
    pub fn set_trace(&self, trace: bool) {
        self.settings.borrow_mut().jit.trace = trace;
    }

    /// Returns the form of the statistics that the environment requests.
    pub fn wanted_stats(&self) -> StatsFormat {
        let Report(format) = self.settings.borrow().report;
        format.into()
    }

    /// Returns the current settings, which the program's own functions may have changed.
    fn jit_config(&self) -> JitConfig {
        let config = self.settings.borrow().jit.clone();
        match &*self.control.borrow() {
            Some(control) => config.with_mode(control.mode()).with_threshold(control.threshold()),
            None => config,
        }
    }

    /// Loads a program and replaces the current one. If it cannot be loaded, the current program stays.
    ///
    /// # Errors
    ///
    /// If the text is invalid, or if the handle's program is running.
    pub fn load(&self, text: &[u8]) -> Result<(), Failure> {
        if matches!(*self.program.borrow(), State::Running) {
            return Err(busy());
        }
        let text = std::str::from_utf8(text).map_err(|error| Failure::not_utf8(text, error))?;
        let output = Output::new(Rc::clone(&self.output));
        let setup = Setup { jit: self.jit_config(), output, control: self.stop.clone(), memory: self.memory.get() };
        let mut program =
            L::load(text, setup).map_err(|problems| Failure { status: Status::CompileError, problems })?;
        let vm = L::machine(&mut program).vm_mut();
        vm.set_fuel(self.fuel.get());
        self.hook.get().register(vm);
        self.control.replace(L::jit(&program).map(|jit| jit.control().clone()));
        let before = self.program.replace(State::Loaded(program));
        drop(before);
        Ok(())
    }

    /// Runs the program to completion.
    ///
    /// # Errors
    ///
    /// If the program ends with an error or panics, if there is no program, or if it is already running.
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
                result
            }
            Err(payload) => {
                // A program that panicked is not used again. Dropping it can panic too, which `enter` catches.
                self.program.replace(State::Empty);
                self.control.replace(None);
                let failure = Failure::panic(payload);
                drop(program);
                Err(failure)
            }
        }
    }

    /// Returns the capability of the program's native tier, or of a program that would be loaded now.
    ///
    /// # Errors
    ///
    /// If the program is running.
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

    /// Returns the statistics of the program's native tier.
    ///
    /// # Errors
    ///
    /// If the number is not a form, if there is no program, or if it is running.
    pub fn stats(&self, format: c_int) -> Result<Text, Failure> {
        let format = StatsFormat::from_c(format)?;
        let report = match &*self.program.borrow() {
            State::Running => return Err(busy()),
            State::Empty => return Err(no_program()),
            State::Loaded(program) => L::jit(program).map(|jit| jit.report(format)),
        };
        Ok(self.keep(report.unwrap_or_default()))
    }

    /// Keeps a text for C, which can be read until the next call.
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
