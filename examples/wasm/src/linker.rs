//! [`Linker`]: imports by name.

use std::collections::HashMap;
use std::marker::PhantomData;

use crate::func::BoxedError;
use crate::value::WasmTypes;
use crate::{AsContextMut, Caller, Error, Extern, Func, Instance, Module};

/// What modules can import, by the names of the module and the item.
pub struct Linker<T> {
    items: HashMap<(String, String), Extern>,
    marker: PhantomData<fn(T)>,
}

impl<T> Default for Linker<T> {
    fn default() -> Self {
        Linker { items: HashMap::new(), marker: PhantomData }
    }
}

impl<T: 'static> Linker<T> {
    /// Creates a linker without items.
    pub fn new() -> Linker<T> {
        Linker::default()
    }

    /// Defines an item, in place of one of the same name.
    pub fn define(&mut self, module: &str, name: &str, item: impl Into<Extern>) -> &mut Self {
        self.items.insert((module.to_owned(), name.to_owned()), item.into());
        self
    }

    /// Defines a function of the host's, whose parameters are a tuple. An error that it returns ends the program.
    ///
    /// ```
    /// use wasm::{Caller, Engine, Extern, Linker, Module, Store};
    ///
    /// let engine = Engine::default();
    /// let module = Module::new(
    ///     &engine,
    ///     r#"(module
    ///         (import "host" "print" (func $print (param i32 i32)))
    ///         (memory (export "memory") 1)
    ///         (data (i32.const 8) "hello")
    ///         (func (export "run") (call $print (i32.const 8) (i32.const 5))))"#,
    /// )?;
    /// let mut store = Store::new(&engine, Vec::new());
    /// let mut linker = Linker::new();
    /// linker.func_wrap(&mut store, "host", "print", |mut caller: Caller<'_, Vec<String>>, (at, len): (u32, u32)| {
    ///     let Some(Extern::Memory(memory)) = caller.get_export("memory") else { return Err("no memory".into()) };
    ///     let (bytes, printed) = memory.data_and_store_mut(&mut caller);
    ///     let text = bytes.get(at as usize..).and_then(|bytes| bytes.get(..len as usize)).ok_or("out of bounds")?;
    ///     printed.push(String::from_utf8(text.to_vec())?);
    ///     Ok(())
    /// })?;
    /// let instance = linker.instantiate(&mut store, &module)?;
    /// instance.get_typed_func::<(), ()>(&store, "run")?.call(&mut store, ())?;
    /// assert_eq!(*store.data(), ["hello"]);
    /// # Ok::<(), wasm::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Func::wrap`].
    pub fn func_wrap<P: WasmTypes, R: WasmTypes>(
        &mut self,
        store: impl AsContextMut<Data = T>,
        module: &str,
        name: &str,
        call: impl Fn(Caller<'_, T>, P) -> Result<R, BoxedError> + 'static,
    ) -> Result<&mut Self, Error> {
        let function = Func::wrap(store, call)?;
        Ok(self.define(module, name, function))
    }

    /// Defines all that an instance exports, as items of a module with this name.
    pub fn instance(&mut self, store: impl AsContextMut<Data = T>, module: &str, instance: Instance) -> &mut Self {
        for (name, item) in instance.exports(store) {
            self.define(module, &name, item);
        }
        self
    }

    /// Instantiates a module.
    ///
    /// # Errors
    ///
    /// As [`Instance::new`], and [`Error::Link`] if an import is not defined.
    pub fn instantiate(&self, store: impl AsContextMut<Data = T>, module: &Module) -> Result<Instance, Error> {
        let items = module.imports().map(|(from, name, _)| {
            let item = self.items.get(&(from.to_owned(), name.to_owned()));
            item.copied().ok_or_else(|| Error::Link(format!("unknown import: `{name}` of `{from}`")))
        });
        Instance::new(store, module, &items.collect::<Result<Vec<_>, Error>>()?)
    }
}
