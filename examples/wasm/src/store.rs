//! [`Store`]: a machine, and everything that the instances in it consist of.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use mimeo::Control;
use mimeo::jit::WithJit as _;

use crate::error::Error;
use crate::host::Host;
use crate::instance::switch_to;
use crate::ops::ops::{Context, FunctionRef, Linked, Machine, Owner, Program, Vm};
use crate::{Engine, ExternRef};

/// The instances of modules, with data of the host's.
///
/// Handles to what is in a store, such as a [`Func`](crate::Func), are small and `Copy`. Every use of a handle takes the
/// store, or in a function of the host's its [`Caller`], and panics if the handle is of another store.
pub struct Store<T> {
    pub(crate) machine: Machine,
    marker: PhantomData<T>,
}

/// What a function of the host's has of the store while it runs.
pub struct Caller<'a, T> {
    vm: &'a mut Vm,
    marker: PhantomData<T>,
}

/// A store for reading. See [`AsContext`].
pub struct StoreContext<'a, T> {
    pub(crate) vm: &'a Vm,
    marker: PhantomData<T>,
}

/// A store for writing. See [`AsContextMut`].
pub struct StoreContextMut<'a, T> {
    access: Access<'a>,
    marker: PhantomData<T>,
}

enum Access<'a> {
    /// Nothing runs.
    Idle(&'a mut Machine),
    /// A function of the host's runs.
    Running(&'a mut Vm),
}

/// What gives access to a store: the store itself, or a [`Caller`].
pub trait AsContext {
    /// The host's data.
    type Data: 'static;

    /// Gives access for reading.
    fn as_context(&self) -> StoreContext<'_, Self::Data>;
}

/// What gives access to a store for writing.
pub trait AsContextMut: AsContext {
    /// Gives access for writing.
    fn as_context_mut(&mut self) -> StoreContextMut<'_, Self::Data>;
}

impl<T: 'static> AsContext for Store<T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext { vm: self.machine.vm(), marker: PhantomData }
    }
}

impl<T: 'static> AsContextMut for Store<T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut { access: Access::Idle(&mut self.machine), marker: PhantomData }
    }
}

impl<T: 'static> AsContext for Caller<'_, T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext { vm: self.vm, marker: PhantomData }
    }
}

impl<T: 'static> AsContextMut for Caller<'_, T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut { access: Access::Running(self.vm), marker: PhantomData }
    }
}

impl<T: 'static> AsContext for StoreContextMut<'_, T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        let vm = match &self.access {
            Access::Idle(machine) => machine.vm(),
            Access::Running(vm) => vm,
        };
        StoreContext { vm, marker: PhantomData }
    }
}

impl<T: 'static> AsContextMut for StoreContextMut<'_, T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        let access = match &mut self.access {
            Access::Idle(machine) => Access::Idle(machine),
            Access::Running(vm) => Access::Running(vm),
        };
        StoreContextMut { access, marker: PhantomData }
    }
}

impl<C: AsContext> AsContext for &C {
    type Data = C::Data;

    fn as_context(&self) -> StoreContext<'_, C::Data> {
        (**self).as_context()
    }
}

impl<C: AsContext> AsContext for &mut C {
    type Data = C::Data;

    fn as_context(&self) -> StoreContext<'_, C::Data> {
        (**self).as_context()
    }
}

impl<C: AsContextMut> AsContextMut for &mut C {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        (**self).as_context_mut()
    }
}

/// Creates the state of a machine without instances.
pub(crate) fn state(engine: &Engine, store: u64, data: Box<dyn Any>, control: Control) -> (Context, Host) {
    let host = Host::new(engine, store, data, control);
    let context = Context {
        memory: std::ptr::null_mut(),
        memory_bytes: 0,
        globals: std::ptr::null(),
        functions: std::ptr::null(),
        tables: std::ptr::null(),
        owner: std::ptr::null(),
    };
    (context, host)
}

fn data<T: 'static>(host: &Host) -> &T {
    host.data.downcast_ref().expect("a store of this type made it")
}

pub(crate) fn data_mut<T: 'static>(data: &mut dyn Any) -> &mut T {
    data.downcast_mut().expect("a store of this type made it")
}

impl<T: 'static> Store<T> {
    /// Creates a store.
    pub fn new(engine: &Engine, data: T) -> Store<T> {
        static STORES: AtomicU64 = AtomicU64::new(0);
        let number = STORES.fetch_add(1, Ordering::Relaxed);
        let control = Control::default();
        let (context, host) = state(engine, number, Box::new(data), control.clone());
        let config = engine.config();
        let machine = Machine::builder(context, host).limits(config.limits).control(control);
        let machine = machine.jit(config.jit.clone()).build();
        Store { machine, marker: PhantomData }
    }

    /// Returns the host's data.
    pub fn data(&self) -> &T {
        data(&self.machine.vm().host)
    }

    /// Returns the host's data.
    pub fn data_mut(&mut self) -> &mut T {
        data_mut(&mut *self.machine.vm_mut().host.data)
    }

    /// Returns a handle by which any thread can interrupt what runs.
    ///
    /// ```
    /// use wasm::{Engine, Instance, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"(module (func (export "forever") (loop (br 0))))"#)?;
    /// let mut store = Store::new(&engine, ());
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let forever = instance.get_typed_func::<(), ()>(&store, "forever")?;
    /// let control = store.control().clone();
    /// let other = std::thread::spawn(move || control.interrupt());
    /// assert_eq!(forever.call(&mut store, ()).unwrap_err().to_string(), "interrupted");
    /// other.join().expect("it does not panic");
    /// # Ok::<(), wasm::Error>(())
    /// ```
    pub fn control(&self) -> &Control {
        self.machine.control()
    }

    /// Limits the calls and backward branches of what runs from now on; `None` is no limit.
    ///
    /// ```
    /// use wasm::{Engine, Instance, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(&engine, r#"(module (func (export "forever") (loop (br 0))))"#)?;
    /// let mut store = Store::new(&engine, ());
    /// let instance = Instance::new(&mut store, &module, &[])?;
    /// let forever = instance.get_typed_func::<(), ()>(&store, "forever")?;
    /// store.set_fuel(Some(1000));
    /// assert_eq!(forever.call(&mut store, ()).unwrap_err().to_string(), "out of fuel");
    /// assert_eq!(store.fuel(), Some(0));
    /// # Ok::<(), wasm::Error>(())
    /// ```
    pub fn set_fuel(&mut self, fuel: Option<u64>) {
        self.machine.vm_mut().set_fuel(fuel);
    }

    /// Returns how many calls and backward branches are left.
    pub fn fuel(&mut self) -> Option<u64> {
        self.machine.vm_mut().fuel()
    }
}

impl<T: 'static> Caller<'_, T> {
    /// Returns the host's data.
    pub fn data(&self) -> &T {
        data(&self.vm.host)
    }

    /// Returns the host's data.
    pub fn data_mut(&mut self) -> &mut T {
        data_mut(&mut *self.vm.host.data)
    }

    /// Returns a handle by which any thread can interrupt what runs. A function that waits should ask it whether to stop.
    pub fn control(&self) -> &Control {
        &self.vm.host.control
    }

    /// Returns what the instance that called exports under a name.
    pub fn get_export(&self, name: &str) -> Option<crate::Extern> {
        // SAFETY: it is null, or the owner of an instance of the store.
        let owner = unsafe { self.vm.context.owner.as_ref() }?;
        self.vm.host.instances[owner.index].export(name)
    }
}

impl<T> StoreContext<'_, T> {
    /// Checks that a handle is of this store.
    pub(crate) fn check(&self, store: u64) {
        assert_eq!(store, self.vm.host.store, "the handle is of another store");
    }
}

impl<'a, T: 'static> StoreContextMut<'a, T> {
    #[cfg(test)]
    pub(crate) fn idle(machine: &'a mut Machine) -> Self {
        StoreContextMut { access: Access::Idle(machine), marker: PhantomData }
    }

    /// Returns the host, after checking that a handle is of this store.
    pub(crate) fn into_host(mut self, store: u64) -> &'a mut Host {
        self.check(store);
        match self.access {
            Access::Idle(machine) => &mut machine.vm_mut().host,
            Access::Running(vm) => &mut vm.host,
        }
    }

    pub(crate) fn vm(&mut self) -> &mut Vm {
        match &mut self.access {
            Access::Idle(machine) => machine.vm_mut(),
            Access::Running(vm) => vm,
        }
    }

    pub(crate) fn host(&mut self) -> &mut Host {
        &mut self.vm().host
    }

    /// Checks that a handle is of this store.
    pub(crate) fn check(&mut self, store: u64) {
        assert_eq!(store, self.host().store, "the handle is of another store");
    }

    /// Loads a program, whose functions belong to `owner`.
    pub(crate) fn load(&mut self, program: &Program, owner: *const Owner) -> Result<Linked, Error> {
        let loaded = self.vm().load_with_word(program, owner as u64);
        loaded.map_err(|error| Error::link(error.to_string()))
    }

    /// Runs the code by which a function is called from outside of its instance.
    pub(crate) fn run(&mut self, function: FunctionRef, args: &[u64]) -> Result<u64, Error> {
        let before = self.vm().context.owner;
        let result = match &mut self.access {
            Access::Idle(machine) => machine.call(function, args),
            Access::Running(vm) => vm.run(function, args).map_err(|thrown| vm.catch(thrown)),
        };
        result.map_err(|trap| {
            // The instance that trapped was not left.
            switch_to(self.vm(), before);
            Error::from(trap)
        })
    }
}

/// Returns a caller for a function of the host's.
pub(crate) fn caller<T>(vm: &mut Vm) -> Caller<'_, T> {
    Caller { vm, marker: PhantomData }
}

impl ExternRef {
    /// Creates a reference to something of the host's. It lives as long as the store.
    pub fn new<T: 'static>(mut store: impl AsContextMut, value: T) -> ExternRef {
        let mut context = store.as_context_mut();
        let host = context.host();
        host.externs.push(Box::new(value));
        ExternRef { store: host.store, index: host.externs.len() as u32 - 1 }
    }

    /// Returns what the reference refers to.
    ///
    /// # Panics
    ///
    /// If the reference is of another store (test `handles_of_another_store_panic`).
    pub fn get<'a, T: 'static>(&self, store: &'a StoreContext<'_, T>) -> &'a dyn Any {
        store.check(self.store);
        &*store.vm.host.externs[self.index as usize]
    }
}
