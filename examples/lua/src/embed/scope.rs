//! [`Scope`]: what Rust can do with a Lua, from outside or in a function that the program has called.

use super::{Failure, Function, Table, Value};
use crate::heap::BadKey;
use crate::load::{LoadError, load};
use crate::ops::ops::{Value as Bits, Vm};
use crate::runtime::{collect_garbage, run_protected};

/// Access to a Lua from Rust.
///
/// It is returned by [`Lua::scope`](crate::Lua::scope), and passed to [Rust functions](Scope::function).
///
/// Every method panics if it gets a handle of another Lua, or if a panic has unwound through this Lua.
#[derive(Debug)]
pub struct Scope<'a> {
    vm: &'a mut Vm,
}

impl<'a> Scope<'a> {
    /// Creates a scope of any machine that has the library, for tests with a machine of their own.
    #[doc(hidden)]
    pub fn new(vm: &'a mut Vm) -> Scope<'a> {
        Scope { vm }
    }

    /// Runs `work` inside this Lua. If it panics, this Lua cannot be used again.
    pub(super) fn enter<T>(&mut self, work: impl FnOnce(&mut Vm) -> T) -> T {
        self.check();
        self.vm.host.embedding.is_inside = true;
        let result = work(self.vm);
        self.vm.host.embedding.is_inside = false;
        result
    }

    pub(super) fn check(&self) {
        assert!(!self.vm.host.embedding.is_broken(), "a panic has unwound through this Lua");
    }

    /// Converts a value to its inner form. Nothing keeps a string that is made here alive: it must be stored or passed
    /// on before any Lua code runs.
    pub(crate) fn bits(&mut self, value: &Value) -> Bits {
        self.check();
        let pins = &self.vm.host.embedding.pins;
        match value {
            Value::Nil => Bits::NIL,
            Value::Boolean(truth) => Bits::boolean(*truth),
            Value::Number(number) => Bits::number(*number),
            Value::String(bytes) => self.vm.host.heap.text(bytes).into(),
            Value::Table(Table(handle)) | Value::Function(Function(handle)) | Value::Other(handle) => {
                pins.object(handle)
            }
        }
    }

    /// Converts a value to its outer form.
    pub(crate) fn value(&self, bits: Bits) -> Value {
        let hold = || self.vm.host.embedding.pins.hold(bits);
        match bits {
            Bits::NIL => Value::Nil,
            Bits::TRUE => Value::Boolean(true),
            Bits::FALSE => Value::Boolean(false),
            _ if bits.is_number() => Value::Number(bits.as_number()),
            _ if bits.is_table() => Value::Table(Table(hold())),
            _ if bits.is_function() => Value::Function(Function(hold())),
            _ => match bits.to_text() {
                Some(text) => Value::String(text.bytes().to_vec()),
                None => Value::Other(hold()),
            },
        }
    }

    /// Loads a chunk, and returns the function that runs it. `name` has the form that Lua's `load` takes: `@file`,
    /// `=name`, or the text itself.
    ///
    /// # Errors
    ///
    /// If the text does not compile: the message says why. If the host stops it: see [`Failure::stop`].
    pub fn load(&mut self, source: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> Result<Function, Failure> {
        let globals = self.vm.host.globals;
        match self.enter(|vm| load(vm, source.as_ref(), name.as_ref(), globals)) {
            Ok(closure) => Ok(Function(self.vm.host.embedding.pins.hold(closure.into()))),
            Err(LoadError::Message(message)) => Err(message.into()),
            Err(LoadError::Stopped(stop)) => Err(self.stopped_outside(stop)),
        }
    }

    /// Calls a function, and returns its results.
    ///
    /// # Errors
    ///
    /// If the function throws an error, calls `os.exit`, or is stopped: see [`Failure::exit`] and [`Failure::stop`].
    pub fn call(&mut self, function: &Function, args: &[Value]) -> Result<Vec<Value>, Failure> {
        let [xpcall, handler] = self.vm.host.embedding.protection.expect("`open` has set it");
        let mut all = vec![self.pinned(&function.0), handler];
        all.extend(args.iter().map(|arg| self.bits(arg)));
        let outer = self.vm.host.embedding.report.take();
        self.vm.host.embedding.calls += 1;
        let result = self.enter(|vm| run_protected(vm, xpcall, &all));
        self.vm.host.embedding.calls -= 1;
        if self.vm.host.embedding.calls == 0 {
            // The next call is a new program.
            self.vm.host.exit = None;
            self.vm.host.embedding.stopped = None;
        }
        let report = std::mem::replace(&mut self.vm.host.embedding.report, outer);
        match result {
            Ok(results) => match results.split_first() {
                Some((&Bits::TRUE, values)) => Ok(values.iter().map(|&value| self.value(value)).collect()),
                _ => {
                    let thrown = results.get(1).copied().unwrap_or(Bits::NIL);
                    Err(self.failure(thrown, report))
                }
            },
            Err(failure) => Err(self.failure_outside(failure)),
        }
    }

    /// Returns `true` if the program was interrupted. A Rust function that takes long calls this now and then, and returns
    /// soon if it is true: whatever it returns, the program is stopped.
    ///
    /// ```
    /// use lua::{Lua, Options, Stop};
    ///
    /// let mut lua = Lua::new(Options::default());
    /// lua.register("wait", |scope, _| {
    ///     while !scope.is_interrupted() {
    ///         std::thread::yield_now();
    ///     }
    ///     Ok(Vec::new())
    /// });
    /// let function = lua.load("while true do wait() end", "=example")?;
    /// let control = lua.control().clone();
    /// let other = std::thread::spawn(move || control.interrupt());
    /// assert_eq!(lua.call(&function, &[]).unwrap_err().stop, Some(Stop::Interrupted));
    /// # other.join().expect("it only sets a flag");
    /// # Ok::<(), lua::Failure>(())
    /// ```
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.vm.is_interrupted()
    }

    /// Creates a table.
    pub fn table(&mut self) -> Table {
        self.enter(|vm| {
            let table = vm.host.heap.new_table(0, 0, 0);
            Table(vm.host.embedding.pins.hold(table.into()))
        })
    }

    /// Returns the table of globals of the chunks that are loaded from Rust.
    pub fn globals(&mut self) -> Table {
        self.check();
        Table(self.vm.host.embedding.pins.hold(self.vm.host.globals.into()))
    }

    /// Returns a field of a table without metamethods: `rawget(table, key)`.
    pub fn get(&mut self, table: &Table, key: impl Into<Value>) -> Value {
        let key = self.bits(&key.into());
        let table = self.pinned(&table.0).to_table();
        self.value(table.map_or(Bits::NIL, |table| table.get(key)))
    }

    /// Sets a field of a table without metamethods: `rawset(table, key, value)`.
    ///
    /// # Errors
    ///
    /// If the key is `nil` or NaN.
    pub fn set(&mut self, table: &Table, key: impl Into<Value>, value: impl Into<Value>) -> Result<(), BadKey> {
        let (key, value) = (self.bits(&key.into()), self.bits(&value.into()));
        let table = self.pinned(&table.0).to_table();
        self.enter(|vm| table.map_or(Ok(()), |table| vm.host.heap.set(table, key, value)))
    }

    /// Returns a global variable.
    pub fn global(&mut self, name: &str) -> Value {
        let globals = self.globals();
        self.get(&globals, name)
    }

    /// Sets a global variable.
    pub fn set_global(&mut self, name: &str, value: impl Into<Value>) {
        let globals = self.globals();
        let set = self.set(&globals, name, value);
        set.expect("a string is a key");
    }

    /// Frees all unreachable objects, as `collectgarbage()` does.
    pub fn collect(&mut self) {
        self.enter(collect_garbage);
    }

    /// Returns the size of all objects in kilobytes, as `collectgarbage("count")` does.
    #[must_use]
    pub fn kilobytes(&self) -> f64 {
        self.vm.host.heap.count()
    }

    /// Collects at every `every`th safepoint from now on, or, with 0, as usual again. For tests.
    pub fn set_eager_collector(&mut self, every: u32) {
        self.vm.host.heap.set_eager(every);
    }

    fn pinned(&self, handle: &super::Handle) -> Bits {
        self.check();
        self.vm.host.embedding.pins.object(handle)
    }

    pub(crate) fn vm(&mut self) -> &mut Vm {
        self.vm
    }
}
