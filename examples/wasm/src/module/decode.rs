//! The bytes of a module → its declarations, and its functions before their translation. Everything is validated.

use std::ops::Range;
use std::sync::Arc;

use wasmparser::{
    BinaryReader, ConstExpr, DataKind, ElementItems, ElementKind, ExternalKind, FuncValidatorAllocations, FunctionBody,
    KnownCustom, Name, NameSectionReader, Operator, Parser, Payload, TypeRef, ValidPayload, Validator, WasmFeatures,
};

use super::{Constant, Declared, Export, Import, Kind, Mode, Segment};
use crate::value::{Bounds, ExternType, FuncType, GlobalType, MemoryType, TableType, ValType};
use crate::{Engine, Error};

/// WebAssembly 2.0 without vectors.
const FEATURES: WasmFeatures = WasmFeatures::WASM2.difference(WasmFeatures::SIMD);

pub(super) fn decode<'a>(engine: &Engine, bytes: &'a [u8]) -> Result<(Declared, Vec<FunctionBody<'a>>), Error> {
    let mut declared = Declared::default();
    let mut bodies = Vec::new();
    let mut validator = Validator::new_with_features(FEATURES);
    let mut allocations = FuncValidatorAllocations::default();
    let mut names = None;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
            let mut function = function.into_validator(allocations);
            function.validate(&body)?;
            allocations = function.into_allocations();
            bodies.push(body);
        }
        match payload {
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(reader) = section.as_known() {
                    names = Some(reader);
                }
            }
            other => declared.add(bytes, other)?,
        }
    }
    declared.type_numbers = declared.types.iter().map(|ty| engine.number_of(ty)).collect();
    declared.find_references();
    declared.names = vec![None; declared.functions.len()];
    for export in declared.exports.iter().filter(|export| export.kind == Kind::Func) {
        declared.names[export.index as usize] = Some(export.name.clone());
    }
    if let Some(names) = names {
        declared.read_names(names);
    }
    Ok((declared, bodies))
}

/// Checks that the limits of memories are 32-bit numbers: the parser also reads those of later versions.
fn check_limits(bytes: &[u8], section: Range<u64>) -> Result<(), Error> {
    let range = section.start as usize..section.end as usize;
    let mut reader = BinaryReader::new(&bytes[range], section.start);
    for _ in 0..reader.read_var_u32()? {
        let has_max = reader.read_u8()? == 1;
        reader.read_var_u32()?;
        if has_max {
            reader.read_var_u32()?;
        }
    }
    Ok(())
}

fn bounds(min: u64, max: Option<u64>) -> Bounds {
    Bounds { min, max }
}

fn table_type(ty: wasmparser::TableType) -> TableType {
    let element = ValType::from_parser(wasmparser::ValType::Ref(ty.element_type));
    TableType { element, bounds: bounds(ty.initial, ty.maximum) }
}

fn global_type(ty: wasmparser::GlobalType) -> GlobalType {
    GlobalType { content: ValType::from_parser(ty.content_type), is_mutable: ty.mutable }
}

fn memory_type(ty: wasmparser::MemoryType) -> MemoryType {
    MemoryType { bounds: bounds(ty.initial, ty.maximum) }
}

/// Returns a constant expression, which validation has checked.
fn constant(expression: &ConstExpr<'_>) -> Result<Constant, Error> {
    Ok(match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Constant::Bits(u64::from(value as u32)),
        Operator::I64Const { value } => Constant::Bits(value as u64),
        Operator::F32Const { value } => Constant::Bits(u64::from(value.bits())),
        Operator::F64Const { value } => Constant::Bits(value.bits()),
        Operator::RefNull { .. } => Constant::Bits(0),
        Operator::RefFunc { function_index } => Constant::Function(function_index),
        Operator::GlobalGet { global_index } => Constant::Global(global_index),
        other => unreachable!("validation refuses {other:?} in a constant expression"),
    })
}

impl Declared {
    /// Adds what a section of the module declares.
    fn add(&mut self, bytes: &[u8], payload: Payload<'_>) -> Result<(), Error> {
        match payload {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    let ty = ty?;
                    let types =
                        |types: &[wasmparser::ValType]| types.iter().map(|&ty| ValType::from_parser(ty)).collect();
                    self.types.push(FuncType { params: types(ty.params()), results: types(ty.results()) });
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    self.import(import?);
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    self.tables.push(table_type(table?.ty));
                }
            }
            Payload::MemorySection(section) => {
                check_limits(bytes, section.range())?;
                for memory in section {
                    self.memories.push(memory_type(memory?));
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?;
                    self.globals.push(global_type(global.ty));
                    self.initial.push(constant(&global.init_expr)?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let wasmparser::Export { name, kind, index } = export?;
                    let kind = match kind {
                        ExternalKind::Func | ExternalKind::FuncExact => Kind::Func,
                        ExternalKind::Table => Kind::Table,
                        ExternalKind::Memory => Kind::Memory,
                        ExternalKind::Global => Kind::Global,
                        ExternalKind::Tag => unreachable!("validation refuses tags"),
                    };
                    self.exports.push(Export { name: name.to_owned(), kind, index });
                }
            }
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                for element in section {
                    let element = element?;
                    let mode = match element.kind {
                        ElementKind::Passive => Mode::Passive,
                        ElementKind::Active { table_index, offset_expr } => {
                            Mode::Active(table_index.unwrap_or(0), constant(&offset_expr)?)
                        }
                        ElementKind::Declared => Mode::Declared,
                    };
                    let items: Result<_, Error> = match element.items {
                        ElementItems::Functions(functions) => {
                            functions.into_iter().map(|index| Ok(Constant::Function(index?))).collect()
                        }
                        ElementItems::Expressions(_, expressions) => {
                            expressions.into_iter().map(|expression| constant(&expression?)).collect()
                        }
                    };
                    self.elements.push(Segment { mode, items: items? });
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    let data = data?;
                    let mode = match data.kind {
                        DataKind::Passive => Mode::Passive,
                        DataKind::Active { memory_index, offset_expr } => {
                            Mode::Active(memory_index, constant(&offset_expr)?)
                        }
                    };
                    self.data.push(Segment { mode, items: Arc::from(data.data) });
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: wasmparser::Import<'_>) {
        let ty = match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                self.functions.push(ty);
                self.imported_functions += 1;
                ExternType::Func(self.types[ty as usize].clone())
            }
            TypeRef::Table(ty) => {
                self.tables.push(table_type(ty));
                ExternType::Table(table_type(ty))
            }
            TypeRef::Memory(ty) => {
                self.memories.push(memory_type(ty));
                ExternType::Memory(memory_type(ty))
            }
            TypeRef::Global(ty) => {
                self.globals.push(global_type(ty));
                ExternType::Global(global_type(ty))
            }
            TypeRef::Tag(_) => unreachable!("validation refuses tags"),
        };
        self.imports.push(Import { module: import.module.to_owned(), name: import.name.to_owned(), ty });
    }

    /// Finds the functions whose address can be taken. Validation allows `ref.func` only for these.
    fn find_references(&mut self) {
        self.is_referenced = vec![false; self.functions.len()];
        let exported = self.exports.iter().filter(|export| export.kind == Kind::Func).map(|export| export.index);
        let constants = self.initial.iter().chain(self.elements.iter().flat_map(|segment| &segment.items));
        let constants = constants.filter_map(|constant| match constant {
            Constant::Function(index) => Some(*index),
            _ => None,
        });
        for index in exported.chain(constants).chain(self.start) {
            self.is_referenced[index as usize] = true;
        }
    }

    /// Reads the names of functions. A mistake in the section ends it, because the section has no meaning.
    fn read_names(&mut self, names: NameSectionReader<'_>) {
        for name in names.into_iter().map_while(Result::ok) {
            let Name::Function(functions) = name else { continue };
            for naming in functions.into_iter().map_while(Result::ok) {
                if let Some(name) = self.names.get_mut(naming.index as usize) {
                    *name = Some(naming.name.to_owned());
                }
            }
        }
    }
}
