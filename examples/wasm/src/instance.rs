//! [`Instance`]: a module with its imports, in a store.

use std::sync::Arc;

use mimeo::asm::FunctionIndex;
use mimeo::{Backtrace, TrapKind};

use crate::error::{Error, Fault, RunError, TrapCode};
use crate::host::{GlobalData, Host, TableData};
use crate::memory::LinearMemory;
use crate::module::{Constant, Declared, Export, Kind, Mode};
use crate::ops::ops::{FunctionInstance, Owner, Table, Vm};
use crate::runtime::copy_data;
use crate::store::StoreContextMut;
use crate::value::WasmTypes;
use crate::{AsContext, AsContextMut, Extern, Func, Global, Instance, Memory, Module, TypedFunc};

/// What an instance consists of. The addresses are what the context shows ops while the instance runs.
#[repr(C)]
pub(crate) struct InstanceData {
    pub(crate) owner: Owner,
    pub(crate) memory: Option<u32>,
    pub(crate) tables: Vec<u32>,
    pub(crate) data: Vec<Arc<[u8]>>,
    pub(crate) elements: Vec<Arc<[u64]>>,
    exports: Vec<(String, Extern)>,
    global_addresses: Vec<*mut u64>,
    function_addresses: Vec<*const FunctionInstance>,
    table_addresses: Vec<*const Table>,
}

impl InstanceData {
    pub(crate) fn export(&self, name: &str) -> Option<Extern> {
        self.exports.iter().find(|(exported, _)| exported == name).map(|&(_, item)| item)
    }
}

/// Makes an instance the running one, or none if `owner` is null.
pub(crate) fn switch_to(vm: &mut Vm, owner: *const Owner) {
    let context = &mut vm.context;
    context.owner = owner;
    // SAFETY: it is null, or the owner of an instance of the store.
    let Some(owner) = (unsafe { owner.as_ref() }) else {
        context.memory_bytes = 0;
        return;
    };
    let instance = &vm.host.instances[owner.index];
    context.globals = instance.global_addresses.as_ptr();
    context.functions = instance.function_addresses.as_ptr();
    context.tables = instance.table_addresses.as_ptr();
    (context.memory, context.memory_bytes) = match instance.memory {
        Some(memory) => {
            let memory = &vm.host.memories[memory];
            (memory.base(), memory.len_bytes())
        }
        None => (std::ptr::null_mut(), 0),
    };
}

fn trapped(code: TrapCode) -> Error {
    let kind = TrapKind::Language(Fault::Trap(code));
    Error::Run(Box::new(RunError { kind, backtrace: Backtrace::default() }))
}

/// The indices in the host of an instance's items.
#[derive(Default)]
struct Items {
    functions: Vec<Option<u32>>,
    tables: Vec<u32>,
    memories: Vec<u32>,
    globals: Vec<u32>,
}

impl Instance {
    /// Instantiates a module with these imports, in the order in which the module needs them.
    ///
    /// # Errors
    ///
    /// [`Error::Link`] if an import does not fit or there is not enough memory, and [`Error::Run`] if a segment is out
    /// of bounds or the start function traps.
    ///
    /// # Panics
    ///
    /// If an import is of another store (test `handles_of_another_store_panic`).
    pub fn new(mut store: impl AsContextMut, module: &Module, imports: &[Extern]) -> Result<Instance, Error> {
        let declared = &module.inner.declared;
        check_imports(&store, module, imports)?;
        let mut context = store.as_context_mut();
        let (instance, mut items) = allocate(&mut context, module, imports)?;
        complete(context.host(), declared, instance, &mut items);
        copy_segments(context.host(), declared, instance, &items)?;
        if let Some(start) = declared.start {
            let index = items.functions[start as usize].expect("its address is taken");
            Func { store: context.host().store, index }.call(&mut store, &[])?;
        }
        Ok(Instance { store: store.as_context().vm.host.store, index: instance })
    }

    /// Returns what the instance exports under a name.
    ///
    /// # Panics
    ///
    /// If the instance is of another store (test `handles_of_another_store_panic`).
    pub fn get_export(&self, store: impl AsContext, name: &str) -> Option<Extern> {
        let context = store.as_context();
        context.check(self.store);
        context.vm.host.instances[self.index].export(name)
    }

    /// Returns all that the instance exports.
    ///
    /// # Panics
    ///
    /// If the instance is of another store (test `handles_of_another_store_panic`).
    pub fn exports(&self, store: impl AsContext) -> Vec<(String, Extern)> {
        let context = store.as_context();
        context.check(self.store);
        context.vm.host.instances[self.index].exports.clone()
    }

    /// Returns a function with its types in Rust.
    ///
    /// # Errors
    ///
    /// If there is no such function, or it has other types.
    ///
    /// # Panics
    ///
    /// If the instance is of another store (test `handles_of_another_store_panic`).
    pub fn get_typed_func<P: WasmTypes, R: WasmTypes>(
        &self,
        store: impl AsContext,
        name: &str,
    ) -> Result<TypedFunc<P, R>, Error> {
        match self.get_export(&store, name) {
            Some(Extern::Func(function)) => function.typed(store),
            _ => Err(Error::link(format!("no function is exported as `{name}`"))),
        }
    }
}

fn check_imports(store: &impl AsContext, module: &Module, imports: &[Extern]) -> Result<(), Error> {
    let wanted = &module.inner.declared.imports;
    if !module.inner.engine.is_same(&store.as_context().vm.host.engine) {
        return Err(Error::link("the module was made by another engine than the store"));
    }
    if wanted.len() != imports.len() {
        return Err(Error::link(format!("the module needs {} imports, not {}", wanted.len(), imports.len())));
    }
    for (wanted, given) in wanted.iter().zip(imports) {
        if !given.ty(store).fits(&wanted.ty) {
            let message = "incompatible import type";
            return Err(Error::link(format!("{message}: `{}` of `{}`", wanted.name, wanted.module)));
        }
    }
    Ok(())
}

/// Creates the instance and all that belongs to it, except its own globals.
fn allocate<T: 'static>(
    context: &mut StoreContextMut<'_, T>,
    module: &Module,
    imports: &[Extern],
) -> Result<(u32, Items), Error> {
    let declared = &module.inner.declared;
    let mut items = Items::default();
    for import in imports {
        match *import {
            Extern::Func(function) => items.functions.push(Some(function.index)),
            Extern::Table(table) => items.tables.push(table.index),
            Extern::Memory(memory) => items.memories.push(memory.index),
            Extern::Global(global) => items.globals.push(global.index),
        }
    }
    let no_memory = || Error::link("not enough memory");
    for ty in &declared.tables[items.tables.len()..] {
        let table = TableData::new(*ty, 0, context.vm().memory()).ok_or_else(no_memory)?;
        items.tables.push(context.host().tables.add(table));
    }
    for ty in &declared.memories[items.memories.len()..] {
        let memory = LinearMemory::new(*ty, context.vm().memory()).ok_or_else(no_memory)?;
        items.memories.push(context.host().memories.add(memory));
    }
    let instances = &mut context.host().instances;
    let instance = instances.add(InstanceData {
        owner: Owner { index: instances.len() },
        memory: items.memories.first().copied(),
        tables: items.tables.clone(),
        data: declared.data.iter().map(|segment| segment.items.clone()).collect(),
        elements: Vec::new(),
        exports: Vec::new(),
        global_addresses: Vec::new(),
        function_addresses: Vec::new(),
        table_addresses: Vec::new(),
    });
    let owner = instances.address(instance).cast::<Owner>();
    let linked = context.load(&module.inner.program, owner)?;
    for index in declared.imported_functions..declared.functions.len() as u32 {
        let Some(outside) = module.inner.outside[index as usize] else {
            items.functions.push(None);
            continue;
        };
        let inside = linked.function(FunctionIndex(index - declared.imported_functions));
        let code = linked.function(outside);
        // SAFETY: they are used in this machine only, and the program stays loaded.
        let callees = unsafe { (context.vm().callee(inside), context.vm().callee(code)) };
        let (Ok(inside), Ok(outside)) = callees else { unreachable!("the program was loaded") };
        let ty = declared.type_numbers[declared.functions[index as usize] as usize];
        let seen = FunctionInstance { inside, outside, owner, ty };
        items.functions.push(Some(context.host().add_function(seen, code, declared.type_of(index).clone())));
    }
    Ok((instance, items))
}

/// Gives globals their values, and makes the exports and what ops see of the instance.
fn complete(host: &mut Host, declared: &Declared, instance: u32, items: &mut Items) {
    let imported = items.globals.len();
    for (ty, &value) in declared.globals[imported..].iter().zip(&declared.initial) {
        let bits = host.evaluate(value, items);
        items.globals.push(host.globals.add(GlobalData { bits, ty: *ty }));
    }
    let elements = declared.elements.iter();
    let elements = elements.map(|segment| segment.items.iter().map(|&item| host.evaluate(item, items)).collect());
    let elements = elements.collect();
    let data = &mut host.instances[instance];
    data.elements = elements;
    data.exports =
        declared.exports.iter().map(|export| (export.name.clone(), items.export(host.store, export))).collect();
    data.global_addresses = items.globals.iter().map(|&at| host.globals.address(at).cast()).collect();
    let address = |at| host.functions.address(at).cast_const().cast();
    data.function_addresses = items.functions.iter().map(|at| at.map_or(std::ptr::null(), address)).collect();
    data.table_addresses = items.tables.iter().map(|&at| host.tables.address(at).cast_const().cast()).collect();
}

/// Copies the active segments.
fn copy_segments(host: &mut Host, declared: &Declared, instance: u32, items: &Items) -> Result<(), Error> {
    for (at, segment) in declared.elements.iter().enumerate() {
        if let Mode::Active(table, offset) = segment.mode {
            let start = host.evaluate(offset, items);
            let elements = host.instances[instance].elements[at].clone();
            let target = host.tables[items.tables[table as usize]].range(start, elements.len() as u64);
            target.ok_or_else(|| trapped(TrapCode::OutOfBoundsTable))?.copy_from_slice(&elements);
        }
        if !matches!(segment.mode, Mode::Passive) {
            host.instances[instance].elements[at] = [].into();
        }
    }
    for (at, segment) in declared.data.iter().enumerate() {
        if let Mode::Active(memory, offset) = segment.mode {
            let start = host.evaluate(offset, items);
            let memory = &mut host.memories[items.memories[memory as usize]];
            let copied = copy_data(memory, start, &segment.items, 0, segment.items.len() as u64);
            copied.ok_or_else(|| trapped(TrapCode::OutOfBoundsMemory))?;
            host.instances[instance].data[at] = [].into();
        }
    }
    Ok(())
}

impl Items {
    fn export(&self, store: u64, export: &Export) -> Extern {
        let at = export.index as usize;
        match export.kind {
            Kind::Func => Extern::Func(Func { store, index: self.functions[at].expect("its address is taken") }),
            Kind::Table => Extern::Table(crate::Table { store, index: self.tables[at] }),
            Kind::Memory => Extern::Memory(Memory { store, index: self.memories[at] }),
            Kind::Global => Extern::Global(Global { store, index: self.globals[at] }),
        }
    }
}

impl Host {
    fn evaluate(&self, constant: Constant, items: &Items) -> u64 {
        match constant {
            Constant::Bits(bits) => bits,
            Constant::Global(index) => self.globals[items.globals[index as usize]].bits,
            Constant::Function(index) => {
                let function = items.functions[index as usize].expect("its address is taken");
                self.functions.address(function) as u64
            }
        }
    }
}
