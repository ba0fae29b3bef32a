//! The bytes of a module → what it declares, and the bytecode of its functions.

mod decode;

use std::sync::Arc;

use mimeo::asm::FunctionIndex;

use crate::ops::ops::Program;
use crate::translate::translate;
use crate::value::{ExternType, FuncType, GlobalType, MemoryType, TableType};
use crate::{Engine, Error};

/// A module that was validated and translated. Cloning it is cheap, and all stores of its engine can instantiate it.
#[derive(Clone, Debug)]
pub struct Module {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) engine: Engine,
    pub(crate) declared: Declared,
    pub(crate) program: Program,
    /// For each function: the code to call from outside of the instance, if the function can be.
    pub(crate) outside: Vec<Option<FunctionIndex>>,
}

/// What a module declares. In each index space the imports are first.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    /// The types of functions.
    pub(crate) types: Vec<FuncType>,
    /// The numbers of the types in the engine.
    pub(crate) type_numbers: Vec<u32>,
    pub(crate) imports: Vec<Import>,
    /// The type of each function, as an index.
    pub(crate) functions: Vec<u32>,
    pub(crate) imported_functions: u32,
    /// For each function whether its address can be taken, so that other instances or the host can call it.
    pub(crate) is_referenced: Vec<bool>,
    /// The names of functions, for backtraces.
    pub(crate) names: Vec<Option<String>>,
    pub(crate) tables: Vec<TableType>,
    pub(crate) memories: Vec<MemoryType>,
    pub(crate) globals: Vec<GlobalType>,
    /// The initial values of globals that are not imported.
    pub(crate) initial: Vec<Constant>,
    pub(crate) exports: Vec<Export>,
    pub(crate) elements: Vec<Segment<Vec<Constant>>>,
    pub(crate) data: Vec<Segment<Arc<[u8]>>>,
    pub(crate) start: Option<u32>,
}

/// What a module needs.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) ty: ExternType,
}

/// What a module offers.
#[derive(Debug)]
pub(crate) struct Export {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) index: u32,
}

/// The index space of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Func,
    Table,
    Memory,
    Global,
}

/// A constant expression.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Constant {
    /// The bits of a value.
    Bits(u64),
    /// The value of a global.
    Global(u32),
    /// A reference to a function.
    Function(u32),
}

/// A segment of bytes or references.
#[derive(Debug)]
pub(crate) struct Segment<T> {
    pub(crate) mode: Mode,
    pub(crate) items: T,
}

/// When a segment is copied.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    /// When the program says so.
    Passive,
    /// When the module is instantiated: to which place of which table or memory.
    Active(u32, Constant),
    /// Never: it only says whose address can be taken.
    Declared,
}

impl Declared {
    /// Returns the type of a function.
    pub(crate) fn type_of(&self, function: u32) -> &FuncType {
        &self.types[self.functions[function as usize] as usize]
    }

    /// Returns the name of a function, for backtraces.
    pub(crate) fn name_of(&self, function: u32) -> String {
        self.names[function as usize].clone().unwrap_or_else(|| format!("function {function}"))
    }
}

impl Module {
    /// Decodes, validates and translates a module, from its bytes or its text.
    ///
    /// # Errors
    ///
    /// [`Error::Module`] if it is malformed or invalid, or a function is too large.
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Module, Error> {
        let bytes = wat::parse_bytes(bytes.as_ref()).map_err(|error| Error::Module(error.to_string(), 0))?;
        Module::from_binary(engine, &bytes)
    }

    /// Does what [`new`](Self::new) does for bytes only.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn from_binary(engine: &Engine, bytes: &[u8]) -> Result<Module, Error> {
        let (declared, bodies) = decode::decode(engine, bytes)?;
        let (program, outside) = translate(&declared, &bodies)?;
        Ok(Module { inner: Arc::new(Inner { engine: engine.clone(), declared, program, outside }) })
    }

    /// Returns what the module needs: the names of the module and the item, and the type.
    pub fn imports(&self) -> impl Iterator<Item = (&str, &str, &ExternType)> {
        self.inner.declared.imports.iter().map(|import| (&*import.module, &*import.name, &import.ty))
    }

    /// Returns what the module offers.
    pub fn exports(&self) -> impl Iterator<Item = (&str, ExternType)> {
        let declared = &self.inner.declared;
        declared.exports.iter().map(|export| {
            let at = export.index as usize;
            let ty = match export.kind {
                Kind::Func => ExternType::Func(declared.type_of(export.index).clone()),
                Kind::Table => ExternType::Table(declared.tables[at]),
                Kind::Memory => ExternType::Memory(declared.memories[at]),
                Kind::Global => ExternType::Global(declared.globals[at]),
            };
            (&*export.name, ty)
        })
    }
}
