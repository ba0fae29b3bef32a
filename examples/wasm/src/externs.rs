//! [`Memory`], [`Table`] and [`Global`]: handles to what instances share.

use crate::host::{GlobalData, TableData};
use crate::instance::switch_to;
use crate::memory::LinearMemory;
use crate::store::data_mut;
use crate::value::{Bounds, ExternType, GlobalType, MemoryType, TableType, Val, ValType};
use crate::{AsContext, AsContextMut, Error, Extern, Global, Memory, Table};

impl Memory {
    /// Creates a memory of zeros.
    ///
    /// # Errors
    ///
    /// If there is not enough memory.
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> Result<Memory, Error> {
        let mut context = store.as_context_mut();
        let memory = LinearMemory::new(ty, context.vm().memory());
        let memory = memory.ok_or_else(|| Error::link("not enough memory"))?;
        let host = context.host();
        Ok(Memory { store: host.store, index: host.memories.add(memory) })
    }

    /// Returns the bytes.
    ///
    /// # Panics
    ///
    /// If the memory is of another store (test `handles_of_another_store_panic`).
    pub fn data<'a, T: 'static>(&self, store: &'a impl AsContext<Data = T>) -> &'a [u8] {
        let context = store.as_context();
        context.check(self.store);
        context.vm.host.memories[self.index].bytes()
    }

    /// Returns the bytes.
    ///
    /// # Panics
    ///
    /// If the memory is of another store (test `handles_of_another_store_panic`).
    pub fn data_mut<'a, S: AsContextMut>(&self, store: &'a mut S) -> &'a mut [u8] {
        store.as_context_mut().into_host(self.store).memories[self.index].bytes_mut()
    }

    /// Returns the bytes and the host's data, for functions of the host's that need both. See [`Linker::func_wrap`] for an
    /// example.
    ///
    /// [`Linker::func_wrap`]: crate::Linker::func_wrap
    ///
    /// # Panics
    ///
    /// If the memory is of another store (test `handles_of_another_store_panic`).
    pub fn data_and_store_mut<'a, S: AsContextMut>(&self, store: &'a mut S) -> (&'a mut [u8], &'a mut S::Data) {
        let host = store.as_context_mut().into_host(self.store);
        (host.memories[self.index].bytes_mut(), data_mut(&mut *host.data))
    }

    /// Returns the number of pages.
    ///
    /// # Panics
    ///
    /// If the memory is of another store (test `handles_of_another_store_panic`).
    pub fn size(&self, store: impl AsContext) -> u64 {
        let context = store.as_context();
        context.check(self.store);
        context.vm.host.memories[self.index].pages()
    }

    /// Adds pages, and returns how many there were.
    ///
    /// # Errors
    ///
    /// If there is not enough memory, or the memory may not have as many.
    ///
    /// # Panics
    ///
    /// If the memory is of another store (test `handles_of_another_store_panic`).
    pub fn grow(&self, mut store: impl AsContextMut, pages: u64) -> Result<u64, Error> {
        let mut context = store.as_context_mut();
        context.check(self.store);
        let before = context.host().memories[self.index].grow(pages);
        let owner = context.vm().context.owner;
        switch_to(context.vm(), owner);
        before.ok_or_else(|| Error::link("the memory cannot grow"))
    }
}

impl Table {
    /// Creates a table whose elements are all this reference.
    ///
    /// # Errors
    ///
    /// If the reference has another type, or there is not enough memory.
    ///
    /// # Panics
    ///
    /// If the reference is of another store (test `handles_of_another_store_panic`).
    pub fn new(mut store: impl AsContextMut, ty: TableType, value: Val) -> Result<Table, Error> {
        let mut context = store.as_context_mut();
        if value.ty() != ty.element {
            return Err(Error::link(format!("a table of {} cannot hold a {}", ty.element, value.ty())));
        }
        let bits = context.host().bits_of(value);
        let table = TableData::new(ty, bits, context.vm().memory());
        let table = table.ok_or_else(|| Error::link("not enough memory"))?;
        let host = context.host();
        Ok(Table { store: host.store, index: host.tables.add(table) })
    }

    /// Returns the number of elements.
    ///
    /// # Panics
    ///
    /// If the table is of another store (test `handles_of_another_store_panic`).
    pub fn size(&self, store: impl AsContext) -> u64 {
        let context = store.as_context();
        context.check(self.store);
        context.vm.host.tables[self.index].seen.len
    }

    /// Returns an element, or `None` if the table does not have it.
    ///
    /// # Panics
    ///
    /// If the table is of another store (test `handles_of_another_store_panic`).
    pub fn get(&self, store: impl AsContext, index: u64) -> Option<Val> {
        let context = store.as_context();
        context.check(self.store);
        let host = &context.vm.host;
        let table = &host.tables[self.index];
        let bits = *table.elements.get(usize::try_from(index).ok()?)?;
        Some(host.value_of(bits, table.element))
    }
}

impl Global {
    /// Creates a global.
    ///
    /// # Panics
    ///
    /// If the value is a reference of another store (test `handles_of_another_store_panic`).
    pub fn new(mut store: impl AsContextMut, value: Val, is_mutable: bool) -> Global {
        let mut context = store.as_context_mut();
        let host = context.host();
        let ty = GlobalType { content: value.ty(), is_mutable };
        let bits = host.bits_of(value);
        Global { store: host.store, index: host.globals.add(GlobalData { bits, ty }) }
    }

    /// Returns the value.
    ///
    /// # Panics
    ///
    /// If the global is of another store (test `handles_of_another_store_panic`).
    pub fn get(&self, store: impl AsContext) -> Val {
        let context = store.as_context();
        context.check(self.store);
        let host = &context.vm.host;
        let global = &host.globals[self.index];
        host.value_of(global.bits, global.ty.content)
    }

    /// Sets the value.
    ///
    /// # Errors
    ///
    /// If the global cannot change, or has another type.
    ///
    /// # Panics
    ///
    /// If the global or the value is of another store (test `handles_of_another_store_panic`).
    pub fn set(&self, mut store: impl AsContextMut, value: Val) -> Result<(), Error> {
        let mut context = store.as_context_mut();
        context.check(self.store);
        let bits = context.host().bits_of(value);
        let global = &mut context.host().globals[self.index];
        if !global.ty.is_mutable || global.ty.content != value.ty() {
            return Err(Error::link(format!("the global cannot be set to a {}", value.ty())));
        }
        global.bits = bits;
        Ok(())
    }
}

impl Extern {
    /// Returns the type, with the present size of a memory or table.
    ///
    /// # Panics
    ///
    /// If it is of another store (test `handles_of_another_store_panic`).
    pub fn ty(&self, store: impl AsContext) -> ExternType {
        let context = store.as_context();
        let host = &context.vm.host;
        match *self {
            Extern::Func(function) => ExternType::Func(function.ty(store)),
            Extern::Table(table) => {
                context.check(table.store);
                let TableData { element, max, seen, .. } = &host.tables[table.index];
                ExternType::Table(TableType { element: *element, bounds: Bounds { min: seen.len, max: *max } })
            }
            Extern::Memory(memory) => {
                context.check(memory.store);
                let memory = &host.memories[memory.index];
                ExternType::Memory(MemoryType { bounds: Bounds { min: memory.pages(), max: memory.max() } })
            }
            Extern::Global(global) => {
                context.check(global.store);
                ExternType::Global(host.globals[global.index].ty)
            }
        }
    }
}

impl ExternType {
    /// Returns whether something of this type can be imported where `wanted` is.
    pub(crate) fn fits(&self, wanted: &ExternType) -> bool {
        match (self, wanted) {
            (ExternType::Func(given), ExternType::Func(wanted)) => given == wanted,
            (ExternType::Global(given), ExternType::Global(wanted)) => given == wanted,
            (ExternType::Table(given), ExternType::Table(wanted)) => {
                given.element == wanted.element && wanted.bounds.admit(given.bounds.min, given.bounds.max)
            }
            (ExternType::Memory(given), ExternType::Memory(wanted)) => {
                wanted.bounds.admit(given.bounds.min, given.bounds.max)
            }
            _ => false,
        }
    }
}

impl ValType {
    /// Returns the value that variables of the type have at first.
    pub fn default_value(self) -> Val {
        match self {
            ValType::I32 => Val::I32(0),
            ValType::I64 => Val::I64(0),
            ValType::F32 => Val::F32(0),
            ValType::F64 => Val::F64(0),
            ValType::FuncRef => Val::FuncRef(None),
            ValType::ExternRef => Val::ExternRef(None),
        }
    }
}
