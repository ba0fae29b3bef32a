//! [`Scope`]: what Rust does with a Lua, from outside or from a function that the program has called.

use super::{Failure, Function, Table, Value};
use crate::heap::BadKey;
use crate::load::load;
use crate::ops::ops::{Value as Bits, Vm};
use crate::runtime::{collect_garbage, run_protected};

/// A Lua while Rust works with it: from [`Lua::scope`](crate::Lua::scope), or handed to a
/// [function](Scope::function) of Rust's.
///
/// Every method panics when it is handed a handle of another Lua, or when a panic went through this one before.
#[derive(Debug)]
pub struct Scope<'a> {
    vm: &'a mut Vm,
}

impl<'a> Scope<'a> {
    /// Of any machine with a library: for tests that have one of their own.
    #[doc(hidden)]
    pub fn new(vm: &'a mut Vm) -> Scope<'a> {
        Scope { vm }
    }

    /// Does something inside, where a panic must not be caught and forgotten.
    pub(super) fn enter<T>(&mut self, work: impl FnOnce(&mut Vm) -> T) -> T {
        self.check();
        self.vm.host.embedding.is_inside = true;
        let result = work(self.vm);
        self.vm.host.embedding.is_inside = false;
        result
    }

    pub(super) fn check(&self) {
        assert!(!self.vm.host.embedding.is_broken(), "a panic went through this Lua");
    }

    /// A value as it is inside. Nothing keeps a string that is made here: what is made must be stored or passed on
    /// before any Lua code runs.
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

    /// A value as it is outside.
    pub(super) fn value(&self, bits: Bits) -> Value {
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

    /// Loads a chunk: the function that runs it. `name` is as Lua's `load` takes it: `@file`, `=name`, or the text
    /// itself.
    ///
    /// # Errors
    ///
    /// The message that says why the text is no program.
    pub fn load(&mut self, source: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> Result<Function, Failure> {
        let globals = self.vm.host.globals;
        match self.enter(|vm| load(vm, source.as_ref(), name.as_ref(), globals)) {
            Ok(closure) => Ok(Function(self.vm.host.embedding.pins.hold(closure.into()))),
            Err(message) => Err(message.into()),
        }
    }

    /// Calls a function, and returns its results.
    ///
    /// # Errors
    ///
    /// What it has thrown, or that it has called `os.exit`: see [`Failure::exit`].
    pub fn call(&mut self, function: &Function, args: &[Value]) -> Result<Vec<Value>, Failure> {
        let [xpcall, handler] = self.vm.host.embedding.protection.expect("it was made with the library");
        let mut all = vec![self.pinned(&function.0), handler];
        all.extend(args.iter().map(|arg| self.bits(arg)));
        let outer = self.vm.host.embedding.report.take();
        self.vm.host.embedding.calls += 1;
        let result = self.enter(|vm| run_protected(vm, xpcall, &all));
        self.vm.host.embedding.calls -= 1;
        if self.vm.host.embedding.calls == 0 {
            // The next call is another program.
            self.vm.host.exit = None;
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
            // The program was left, or the machine had no room even for `xpcall`.
            Err(failure) => Err(Failure { exit: failure.exit, ..self.failure(failure.value, None) }),
        }
    }

    /// A new table.
    pub fn table(&mut self) -> Table {
        self.enter(|vm| {
            let table = vm.host.heap.new_table(0, 0, 0);
            Table(vm.host.embedding.pins.hold(table.into()))
        })
    }

    /// The globals of chunks that are loaded from outside.
    pub fn globals(&mut self) -> Table {
        self.check();
        Table(self.vm.host.embedding.pins.hold(self.vm.host.globals.into()))
    }

    /// A field of a table, past its metatable: `rawget(table, key)`.
    pub fn get(&mut self, table: &Table, key: impl Into<Value>) -> Value {
        let key = self.bits(&key.into());
        let table = self.pinned(&table.0).to_table();
        self.value(table.map_or(Bits::NIL, |table| table.get(key)))
    }

    /// Sets a field of a table, past its metatable: `rawset(table, key, value)`.
    ///
    /// # Errors
    ///
    /// When the key is `nil`, or not a number.
    pub fn set(&mut self, table: &Table, key: impl Into<Value>, value: impl Into<Value>) -> Result<(), BadKey> {
        let (key, value) = (self.bits(&key.into()), self.bits(&value.into()));
        let table = self.pinned(&table.0).to_table();
        self.enter(|vm| table.map_or(Ok(()), |table| vm.host.heap.set(table, key, value)))
    }

    /// A global variable.
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

    /// Frees everything that nothing leads to any more, as `collectgarbage()` does.
    pub fn collect(&mut self) {
        self.enter(collect_garbage);
    }

    /// Kilobytes of all objects, as `collectgarbage("count")` says.
    #[must_use]
    pub fn kilobytes(&self) -> f64 {
        self.vm.host.heap.count()
    }

    /// For tests: collects at every so manieth safepoint from now on, or, with 0, as usual again.
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
