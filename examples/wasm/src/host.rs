//! What a store owns: instances, functions, tables, memories and globals, which ops reach by address.

use std::any::Any;
use std::collections::HashMap;
use std::rc::Rc;

use mimeo::{Account, Charge, Control, MemoryKind};

use crate::Engine;
use crate::arena::Arena;
use crate::instance::InstanceData;
use crate::memory::LinearMemory;
use crate::ops::ops::{FunctionInstance, FunctionRef, Owner, Program, Table, Vm};
use crate::value::{FuncType, GlobalType, TableType, ValType};

/// The state that only Rust accesses.
pub struct Host {
    /// The number of the store, which its handles have as well.
    pub(crate) store: u64,
    pub(crate) engine: Engine,
    /// The host's own data.
    pub(crate) data: Box<dyn Any>,
    /// Says whether the program was interrupted.
    pub(crate) control: Control,
    pub(crate) instances: Arena<InstanceData>,
    pub(crate) functions: Arena<FunctionData>,
    pub(crate) host_functions: Arena<HostFunction>,
    /// The code that calls functions of the host, by the numbers of parameters and results.
    pub(crate) host_code: HashMap<(u16, u16), Program>,
    pub(crate) tables: Arena<TableData>,
    pub(crate) memories: Arena<LinearMemory>,
    pub(crate) globals: Arena<GlobalData>,
    pub(crate) externs: Vec<Box<dyn Any>>,
}

/// The largest number of results of a function, and of its parameters, as validation has it.
pub(crate) const MAX_RESULTS: usize = 1000;

/// A function, which ops see the beginning of.
#[repr(C)]
pub(crate) struct FunctionData {
    pub(crate) seen: FunctionInstance,
    /// The place in [`Host::functions`].
    pub(crate) index: u32,
    /// The code to call from outside.
    pub(crate) outside: FunctionRef,
    pub(crate) ty: FuncType,
}

/// A function of the host.
#[repr(C)]
pub(crate) struct HostFunction {
    pub(crate) owner: Owner,
    pub(crate) call: HostCall,
}

/// The code of a function of the host. It gets the arguments and returns the results, as bits.
pub(crate) type HostCall = Rc<dyn Fn(&mut Vm, &[u64]) -> Result<Vec<u64>, HostError>>;

/// Why a function of the host failed.
pub(crate) enum HostError {
    /// Its own error.
    Own(std::sync::Arc<dyn std::error::Error + Send + Sync>),
    /// The error of a function that it called.
    Nested(crate::Error),
}

/// A table, which ops see the beginning of.
#[repr(C)]
pub(crate) struct TableData {
    pub(crate) seen: Table,
    pub(crate) elements: Vec<u64>,
    pub(crate) element: ValType,
    pub(crate) max: Option<u64>,
    charge: Charge,
}

/// A global, which ops see the beginning of.
#[repr(C)]
pub(crate) struct GlobalData {
    pub(crate) bits: u64,
    pub(crate) ty: GlobalType,
}

impl Host {
    pub(crate) fn new(engine: &Engine, store: u64, data: Box<dyn Any>, control: Control) -> Host {
        Host {
            store,
            engine: engine.clone(),
            data,
            control,
            instances: Arena::default(),
            functions: Arena::default(),
            host_functions: Arena::default(),
            host_code: HashMap::new(),
            tables: Arena::default(),
            memories: Arena::default(),
            globals: Arena::default(),
            externs: Vec::new(),
        }
    }
}

/// The largest number of elements that a table can have here.
const MAX_ELEMENTS: u64 = 10_000_000;

impl TableData {
    /// Creates a table, or returns `None` if there is not enough memory.
    pub(crate) fn new(ty: TableType, value: u64, account: &Account) -> Option<TableData> {
        let mut table = TableData {
            seen: Table { elements: std::ptr::null_mut(), len: 0 },
            elements: Vec::new(),
            element: ty.element,
            max: ty.bounds.max,
            charge: account.charge(MemoryKind::Heap, 0).ok()?,
        };
        table.grow(value, ty.bounds.min).map(|_| table)
    }

    /// Adds elements, and returns how many there were; `None` if that is too many, or there is not enough memory.
    pub(crate) fn grow(&mut self, value: u64, count: u64) -> Option<u64> {
        let before = self.elements.len() as u64;
        let len = before.checked_add(count)?;
        if len > self.max.unwrap_or(u64::from(u32::MAX)).min(MAX_ELEMENTS) {
            return None;
        }
        let charged = self.charge.bytes();
        self.charge.resize(len as usize * size_of::<u64>()).ok()?;
        if self.elements.try_reserve_exact(count as usize).is_err() {
            self.charge.resize(charged).expect("fewer bytes are never refused");
            return None;
        }
        self.elements.resize(len as usize, value);
        self.seen = Table { elements: self.elements.as_mut_ptr(), len };
        Some(before)
    }

    /// Returns the elements in a range, or `None` if it is not inside.
    pub(crate) fn range(&mut self, start: u64, len: u64) -> Option<&mut [u64]> {
        let end = start.checked_add(len)?;
        self.elements.get_mut(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }
}
