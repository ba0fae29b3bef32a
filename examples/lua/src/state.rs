//! [`Lua`]: a machine with the library.

mod listing;

use std::io::{self, BufWriter, Read, Write};
use std::time::Duration;

use mimeo::jit::{HasJit, Jit, JitConfig, WithJit};
use mimeo::{Control, Limits, MachineBuilder};

use crate::deadline::Deadline;
use crate::embed::{Embedding, Failure, Function, Scope, Value};
use crate::library::{self, Libraries};
use crate::ops::ops::{self, Context, Machine, Ops};
use crate::runtime::{Bounds, Exit, Host, Stubs, Switch, before_unwinding, end_of_machine, reclaim};

pub use listing::ListingError;

/// The options of a new [`Lua`].
pub struct Options {
    /// The native tier. `None` creates a machine without one.
    pub jit: Option<JitConfig>,
    /// The limits on stack size and recursion. Each level that `nesting` counts takes native stack, about 50 KiB
    /// without optimisation; the thread must have enough. A limit on memory applies to everything that programs make: a
    /// program that needs more gets the error "not enough memory", after a full cycle of the collector, and can catch
    /// it.
    pub limits: Limits,
    /// The parts of the library that programs get.
    pub libraries: Libraries,
    /// The limits on what a program can do with the library.
    pub bounds: Bounds,
    /// Whether finalisers of objects that are left run when the Lua is dropped. They are functions of the program, and
    /// nothing limits their time then.
    pub runs_finalizers_at_end: bool,
    /// Standard input.
    pub stdin: Box<dyn Read>,
    /// Standard output.
    pub stdout: Box<dyn Write>,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("jit", &self.jit).field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Default for Options {
    /// Uses the process's own input and output, without a native tier.
    fn default() -> Options {
        Options {
            jit: None,
            limits: Limits::default().with_slots(8 << 20).with_depth(200_000).with_nesting(195),
            libraries: Libraries::ALL,
            bounds: Bounds::default(),
            runs_finalizers_at_end: true,
            stdin: Box::new(io::stdin()),
            stdout: Box::new(BufWriter::new(io::stdout())),
        }
    }
}

impl Options {
    /// Creates options for programs that are not trusted: [`Libraries::SANDBOXED`], no input, no output, small limits, and
    /// no finalisers at the end. A host also limits the time, with [`Lua::deadline`] or [`Lua::set_fuel`]: see
    /// `docs/untrusted.md`.
    ///
    /// ```
    /// use lua::{Lua, Options};
    ///
    /// let mut lua = Lua::new(Options::sandboxed());
    /// let function = lua.load("return os, io, require, debug, dofile, type(load)", "=example")?;
    /// assert_eq!(lua.call(&function, &[])?.pop(), Some("function".into()));
    /// assert!(!lua.scope().global("os").truth());
    /// # Ok::<(), lua::Failure>(())
    /// ```
    #[must_use]
    pub fn sandboxed() -> Options {
        Options {
            jit: None,
            limits: Limits::default().with_slots(1 << 20).with_depth(20_000).with_nesting(100),
            libraries: Libraries::SANDBOXED,
            bounds: Bounds { coroutines: Some(1000), string_bytes: Some(16 << 20), pattern_steps: Some(10_000_000) },
            runs_finalizers_at_end: false,
            stdin: Box::new(io::empty()),
            stdout: Box::new(io::sink()),
        }
    }
}

/// A machine with Lua's library.
///
/// ```
/// use lua::{Lua, Options, Value};
///
/// let mut lua = Lua::new(Options::default());
/// lua.register("shout", |scope, args| match &args[..] {
///     [Value::String(text)] => Ok(vec![text.to_ascii_uppercase().into()]),
///     _ => Err(scope.error("shout what?")),
/// });
/// let function = lua.load("local a, b = ... return a + b, shout 'two'", "=example")?;
/// assert_eq!(lua.call(&function, &[40.into(), 2.into()])?, [42.into(), "TWO".into()]);
///
/// let wrong = lua.load("shout(1)", "=wrong")?;
/// assert_eq!(lua.call(&wrong, &[]).unwrap_err().to_string(), "wrong:1: shout what?");
/// # Ok::<(), lua::Failure>(())
/// ```
///
/// Functions and tables that it returns are [handles](crate::Handle), which keep their objects alive.
///
/// ```
/// # use lua::{Lua, Options, Value};
/// # let mut lua = Lua::new(Options::default());
/// let make = lua.load("local n = 0 return function() n = n + 1 return n end", "=counter")?;
/// let Value::Function(counter) = lua.call(&make, &[])?.remove(0) else { panic!("it returns a function") };
/// drop(make);
/// lua.scope().collect();
/// lua.call(&counter, &[])?;
/// assert_eq!(lua.call(&counter, &[])?, [2.into()]);
/// # Ok::<(), lua::Failure>(())
/// ```
#[derive(Debug)]
pub struct Lua {
    pub(crate) machine: Machine,
    runs_finalizers_at_end: bool,
}

impl Lua {
    /// Creates a Lua.
    #[must_use]
    pub fn new(options: Options) -> Lua {
        Lua::with_builder(options, |builder| builder)
    }

    /// Creates a Lua whose machine has settings for which [`Options`] has no field.
    ///
    /// ```
    /// use lua::{Lua, Options};
    /// use mimeo::FiberLimits;
    ///
    /// let small = FiberLimits::new().with_slots(1000);
    /// let mut lua = Lua::with_builder(Options::default(), |builder| builder.first_size(small));
    /// let function = lua.load("return 1 + 1", "=example")?;
    /// assert_eq!(lua.call(&function, &[])?, [2.into()]);
    /// # Ok::<(), lua::Failure>(())
    /// ```
    #[must_use]
    pub fn with_builder(options: Options, customize: impl FnOnce(MachineBuilder<Ops>) -> MachineBuilder<Ops>) -> Lua {
        let (context, host) = bare_state(options.stdin, options.stdout);
        let mut builder = Machine::builder(context, host).limits(options.limits);
        if let Some(config) = options.jit {
            // Debuggers and `perf` are notified of compiled functions if the settings say so.
            #[cfg(feature = "jit")]
            let config = config.observed_by(mimeo_observe::open);
            builder = builder.jit(config);
        }
        let mut machine = customize(builder).build();
        furnish(&mut machine, options.libraries);
        machine.vm_mut().host.bounds = options.bounds;
        machine.vm_mut().host.switch = machine.jit().map(|jit| Switch::new(jit.control()));
        Lua { machine, runs_finalizers_at_end: options.runs_finalizers_at_end }
    }

    /// Returns a scope, which gives access to tables, globals, Rust functions and the collector.
    pub fn scope(&mut self) -> Scope<'_> {
        Scope::new(self.machine.vm_mut())
    }

    /// Loads a chunk: see [`Scope::load`].
    ///
    /// # Errors
    ///
    /// If the text does not compile: the message says why.
    pub fn load(&mut self, source: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> Result<Function, Failure> {
        self.scope().load(source, name)
    }

    /// Calls a function, and returns its results: see [`Scope::call`].
    ///
    /// # Errors
    ///
    /// If the function throws an error or calls `os.exit`.
    pub fn call(&mut self, function: &Function, args: &[Value]) -> Result<Vec<Value>, Failure> {
        self.scope().call(function, args)
    }

    /// Returns the handle through which other threads and signal handlers interrupt the program. A program cannot catch an
    /// interruption: the call from Rust ends with a failure whose [`stop`](Failure::stop) says why.
    ///
    /// ```
    /// use lua::{Lua, Options, Stop};
    ///
    /// let mut lua = Lua::new(Options::default());
    /// let function = lua.load("while true do pcall(string.rep, 'x', 1e6) end", "=example")?;
    /// let control = lua.control().clone();
    /// let other = std::thread::spawn(move || control.interrupt());
    /// let failure = lua.call(&function, &[]).unwrap_err();
    /// assert_eq!(failure.stop, Some(Stop::Interrupted));
    /// # other.join().expect("it only sets a flag");
    /// # Ok::<(), lua::Failure>(())
    /// ```
    #[must_use]
    pub fn control(&self) -> &Control {
        self.machine.control()
    }

    /// Interrupts the program after some time, unless the result is dropped before. It limits everything that happens
    /// meanwhile: loading and any number of calls.
    ///
    /// All deadlines of a process share one thread.
    ///
    /// # Errors
    ///
    /// If that thread cannot be started.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use lua::{Lua, Options, Stop};
    ///
    /// let mut lua = Lua::new(Options::default());
    /// let deadline = lua.deadline(Duration::from_millis(20)).expect("threads can be started");
    /// let failure = lua.load("while true do end", "=example").and_then(|endless| lua.call(&endless, &[])).unwrap_err();
    /// assert_eq!(failure.stop, Some(Stop::Interrupted));
    /// assert!(deadline.has_passed());
    /// ```
    pub fn deadline(&self, after: Duration) -> io::Result<Deadline> {
        Deadline::start(self.control(), after)
    }

    /// Returns the fuel that is left to programs, or `None` if it is not limited.
    ///
    /// A call and a backward jump each take one unit, in every tier. A function of the library that does a lot of work
    /// takes more: one for each 64 bytes that it copies, about one for each 50 nanoseconds of other work,
    /// and a few hundred for loading a chunk.
    ///
    /// ```
    /// use lua::{Lua, Options, Stop};
    ///
    /// let mut lua = Lua::new(Options::default());
    /// let function = lua.load("for i = 1, 1000 do end", "=example")?;
    /// lua.set_fuel(Some(1500));
    /// lua.call(&function, &[])?;
    /// assert!(lua.fuel().is_some_and(|left| left < 500));
    /// assert_eq!(lua.call(&function, &[]).unwrap_err().stop, Some(Stop::OutOfFuel));
    /// # Ok::<(), lua::Failure>(())
    /// ```
    #[must_use]
    pub fn fuel(&self) -> Option<u64> {
        self.machine.vm().fuel()
    }

    /// Sets the fuel that is left to programs; `None` removes the limit. See [`fuel`](Self::fuel) for an example.
    pub fn set_fuel(&mut self, units: Option<u64>) {
        self.machine.vm_mut().set_fuel(units);
    }

    /// Ends this Lua as `os.exit` requested: closes its files, and runs its finalisers if that was requested.
    pub fn leave(mut self, exit: Exit) {
        self.runs_finalizers_at_end &= exit.runs_finalizers;
    }

    /// Registers a closure as a global function: see [`Scope::function`].
    pub fn register(
        &mut self,
        name: &'static str,
        function: impl Fn(&mut Scope<'_>, &[Value]) -> Result<Vec<Value>, Failure> + 'static,
    ) {
        let mut scope = self.scope();
        let function = scope.function(name, function);
        scope.set_global(name, function);
    }

    /// Flushes standard output.
    ///
    /// # Errors
    ///
    /// If writing fails.
    pub fn flush(&mut self) -> io::Result<()> {
        self.machine.vm_mut().host.stdout.flush()
    }

    /// Returns the native tier, if the options had one.
    #[must_use]
    pub fn jit(&self) -> Option<&Jit<Ops>> {
        self.machine.jit()
    }

    /// Returns the machine itself, for tests.
    ///
    /// # Safety
    ///
    /// Values that are put into it, as arguments or into its host, must be live values of this Lua: (1) of the
    /// [heap](crate::heap)'s contract.
    #[doc(hidden)]
    pub unsafe fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }
}

/// Returns the state of a machine in which nothing is defined, for tests that build a machine and [`furnish`] it.
#[doc(hidden)]
#[must_use]
pub fn bare_state(stdin: Box<dyn Read>, stdout: Box<dyn Write>) -> (Context, Host) {
    let host = Host::new(stdin, stdout);
    let epoch = host.heap.epoch();
    let context = Context {
        arguments: 0,
        results: 0,
        open_upvalues: std::ptr::null_mut(),
        shapes_freed: 0,
        epoch,
        next: ops::Value::NIL,
        next_element: ops::Value::NIL,
        builtins: ops::Builtins::NONE,
    };
    (context, host)
}

/// Loads these parts of the library into a machine with such a state.
#[doc(hidden)]
pub fn furnish(machine: &mut Machine, libraries: Libraries) {
    // The limit does not apply to the library.
    let memory = machine.memory().clone();
    let limit = memory.limit();
    memory.set_limit(None);
    machine.vm_mut().host.heap.attach(&memory).expect("there is no limit");
    machine.vm_mut().host.stubs = Stubs::load(machine);
    machine.vm_mut().host.control = machine.control().clone();
    machine.vm_mut().set_reclaim(reclaim);
    machine.vm_mut().set_before_unwinding(before_unwinding);
    library::open(machine.vm_mut(), libraries);
    Embedding::open(machine.vm_mut());
    memory.set_limit(limit);
}

impl Drop for Lua {
    fn drop(&mut self) {
        let vm = self.machine.vm_mut();
        // After a panic, a Lua is not entered again.
        if !vm.host.embedding.is_broken() {
            // No finaliser starts while one seems to be running.
            vm.host.is_finalizing |= !self.runs_finalizers_at_end;
            end_of_machine(vm);
        }
        // There is no other place to report an error to.
        let _ignored = vm.host.stdout.flush();
    }
}
