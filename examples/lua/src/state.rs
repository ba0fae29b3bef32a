//! [`Lua`]: a machine with the library.

mod listing;

use std::io::{self, BufWriter, Read, Write};

use mimeo::Limits;
use mimeo::jit::{HasJit, Jit, JitConfig, WithJit};

use crate::embed::{Embedding, Failure, Function, Scope, Value};
use crate::library;
use crate::ops::ops::{self, Context, Machine, Ops};
use crate::runtime::{Exit, Host, Stubs, end_of_machine};

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
            stdin: Box::new(io::stdin()),
            stdout: Box::new(BufWriter::new(io::stdout())),
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
}

impl Lua {
    /// Creates a Lua.
    #[must_use]
    pub fn new(options: Options) -> Lua {
        let (context, host) = bare_state(options.stdin, options.stdout);
        let mut builder = Machine::builder(context, host).limits(options.limits);
        if let Some(config) = options.jit {
            // Debuggers and `perf` are notified of compiled functions if the settings say so.
            #[cfg(feature = "jit")]
            let config = config.observed_by(mimeo_observe::open);
            builder = builder.jit(config);
        }
        let mut machine = builder.build();
        furnish(&mut machine);
        Lua { machine }
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

    /// Ends this Lua as `os.exit` requested: closes its files, and runs its finalisers if that was requested.
    pub fn leave(mut self, exit: Exit) {
        // No finaliser starts while one seems to be running.
        self.machine.vm_mut().host.is_finalizing = !exit.runs_finalizers;
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
    };
    (context, host)
}

/// Loads the library into a machine with such a state.
#[doc(hidden)]
pub fn furnish(machine: &mut Machine) {
    // The limit does not apply to the library.
    let memory = machine.memory().clone();
    let limit = memory.limit();
    memory.set_limit(None);
    machine.vm_mut().host.heap.attach(&memory).expect("there is no limit");
    machine.vm_mut().host.stubs = Stubs::load(machine);
    library::open(machine.vm_mut());
    Embedding::open(machine.vm_mut());
    memory.set_limit(limit);
}

impl Drop for Lua {
    fn drop(&mut self) {
        let vm = self.machine.vm_mut();
        // After a panic, a Lua is not entered again.
        if !vm.host.embedding.is_broken() {
            end_of_machine(vm);
        }
        // There is no other place to report an error to.
        let _ignored = vm.host.stdout.flush();
    }
}
