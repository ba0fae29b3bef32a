//! A Lua of its own: [`Lua`], a machine with the library.

use std::io::{self, BufWriter, Read, Write};

use mimeo::Limits;
use mimeo::jit::{HasJit, Jit, JitConfig, WithJit};

use crate::library;
use crate::load::load;
use crate::ops::ops::{Context, Machine, Ops, Value};
use crate::runtime::{Failure, Host, Stubs, end_of_machine, run_protected};

/// What a [`Lua`] is made with.
pub struct Options {
    /// The native tier; `None` for a machine without one.
    pub jit: Option<JitConfig>,
    /// How deep programs may get.
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
    /// The process's own input and output, no native tier.
    fn default() -> Options {
        Options {
            jit: None,
            limits: Limits { slots: 8 << 20, depth: 200_000, nesting: 195 },
            stdin: Box::new(io::stdin()),
            stdout: Box::new(BufWriter::new(io::stdout())),
        }
    }
}

/// A machine with Lua's library.
///
/// ```
/// let mut lua = lua::Lua::new(lua::Options::default());
/// let function = lua.load(b"local a, b = ... return a + b, 'two'", b"=example").expect("it is Lua");
/// let results = lua.call(function, &[40.0.into(), 2.0.into()]).expect("it does not throw");
/// assert_eq!(results[0].to_number(), Some(42.0));
/// assert_eq!(results[1].to_text().expect("a string").bytes(), b"two");
/// ```
#[derive(Debug)]
pub struct Lua {
    machine: Machine,
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::number(number)
    }
}

impl Lua {
    /// A new one.
    #[must_use]
    pub fn new(options: Options) -> Lua {
        let host = Host::new(options.stdin, options.stdout);
        let context = Context {
            arguments: 0,
            results: 0,
            open_upvalues: std::ptr::null_mut(),
            shapes_freed: 0,
            epoch: host.heap.epoch(),
        };
        let mut builder = Machine::builder(context, host).limits(options.limits);
        if let Some(config) = options.jit {
            builder = builder.jit(config);
        }
        let mut machine = builder.build();
        machine.vm_mut().host.stubs = Stubs::load(&mut machine);
        library::open(machine.vm_mut());
        Lua { machine }
    }

    /// Loads a chunk. `name` is as `load` takes it: `@file`, `=name`, or the text itself.
    ///
    /// # Errors
    ///
    /// The message that says why the text is no program.
    pub fn load(&mut self, source: &[u8], name: &[u8]) -> Result<Value, Vec<u8>> {
        let vm = self.machine.vm_mut();
        let globals = vm.host.globals;
        load(vm, source, name, globals).map(Value::from)
    }

    /// Calls a function, and returns its results.
    ///
    /// # Errors
    ///
    /// What it has thrown.
    pub fn call(&mut self, function: Value, args: &[Value]) -> Result<Vec<Value>, Failure> {
        run_protected(self.machine.vm_mut(), function, args)
    }

    /// The machine.
    pub fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// The native tier, if the options asked for one.
    #[must_use]
    pub fn jit(&self) -> Option<&Jit<Ops>> {
        self.machine.jit()
    }
}

impl Drop for Lua {
    fn drop(&mut self) {
        end_of_machine(self.machine.vm_mut());
        // Nobody is there to hear of a failure.
        let _unheard = self.machine.vm_mut().host.stdout.flush();
    }
}
