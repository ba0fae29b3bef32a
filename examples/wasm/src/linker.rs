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

    /// Defines a function of the host's, whose parameters are a tuple.
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
