//! Values and types, as the host sees them, and the 64 bits that a slot holds.

use std::fmt;

use crate::{Extern, ExternRef, Func};

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValType {
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer.
    I64,
    /// A 32-bit float.
    F32,
    /// A 64-bit float.
    F64,
    /// A reference to a function, or null.
    FuncRef,
    /// A reference of the host's, or null.
    ExternRef,
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ValType::I32 => "i32",
            ValType::I64 => "i64",
            ValType::F32 => "f32",
            ValType::F64 => "f64",
            ValType::FuncRef => "funcref",
            ValType::ExternRef => "externref",
        })
    }
}

impl ValType {
    /// Returns the type, which validation has checked to be in the scope.
    pub(crate) fn from_parser(ty: wasmparser::ValType) -> ValType {
        match ty {
            wasmparser::ValType::I32 => ValType::I32,
            wasmparser::ValType::I64 => ValType::I64,
            wasmparser::ValType::F32 => ValType::F32,
            wasmparser::ValType::F64 => ValType::F64,
            wasmparser::ValType::Ref(reference) if reference.is_extern_ref() => ValType::ExternRef,
            wasmparser::ValType::Ref(_) => ValType::FuncRef,
            wasmparser::ValType::V128 => unreachable!("validation refuses vectors"),
        }
    }
}

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Val {
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
    /// The bits of a 32-bit float.
    F32(u32),
    /// The bits of a 64-bit float.
    F64(u64),
    /// A function.
    FuncRef(Option<Func>),
    /// A reference of the host's.
    ExternRef(Option<ExternRef>),
}

impl Val {
    /// Returns the type.
    pub fn ty(&self) -> ValType {
        match self {
            Val::I32(_) => ValType::I32,
            Val::I64(_) => ValType::I64,
            Val::F32(_) => ValType::F32,
            Val::F64(_) => ValType::F64,
            Val::FuncRef(_) => ValType::FuncRef,
            Val::ExternRef(_) => ValType::ExternRef,
        }
    }
}

macro_rules! conversions {
    ($($rust:ty, $variant:ident, $value:ident => $into:expr, $bits:ident => $from:expr;)*) => {$(
        impl From<$rust> for Val {
            fn from($value: $rust) -> Val {
                Val::$variant($into)
            }
        }

        impl WasmType for $rust {
            const TYPE: ValType = ValType::$variant;

            fn into_val(self) -> Val {
                self.into()
            }

            fn from_val(value: Val) -> Option<Self> {
                match value {
                    Val::$variant($bits) => Some($from),
                    _ => None,
                }
            }
        }
    )*};
}

/// A Rust type that a parameter or a result of a function can have.
pub trait WasmType: Sized {
    /// The type in WebAssembly.
    const TYPE: ValType;

    /// Returns the value.
    fn into_val(self) -> Val;

    /// Returns the value in Rust, or `None` if it has another type.
    fn from_val(value: Val) -> Option<Self>;
}

conversions! {
    i32, I32, value => value, bits => bits;
    u32, I32, value => value as i32, bits => bits as u32;
    i64, I64, value => value, bits => bits;
    u64, I64, value => value as i64, bits => bits as u64;
    f32, F32, value => value.to_bits(), bits => f32::from_bits(bits);
    f64, F64, value => value.to_bits(), bits => f64::from_bits(bits);
    Option<Func>, FuncRef, value => value, bits => bits;
    Option<ExternRef>, ExternRef, value => value, bits => bits;
}

/// The parameters or the results of a function.
pub trait WasmTypes: Sized {
    /// Returns the types.
    fn types() -> Vec<ValType>;

    /// Returns the values.
    fn into_vals(self) -> Vec<Val>;

    /// Returns the values in Rust, or `None` if their number or a type is another one.
    fn from_vals(values: &[Val]) -> Option<Self>;
}

impl<T: WasmType> WasmTypes for T {
    fn types() -> Vec<ValType> {
        vec![T::TYPE]
    }

    fn into_vals(self) -> Vec<Val> {
        vec![self.into_val()]
    }

    fn from_vals(values: &[Val]) -> Option<Self> {
        match values {
            &[value] => T::from_val(value),
            _ => None,
        }
    }
}

macro_rules! tuples {
    ($(($($name:ident)*))*) => {$(
        impl<$($name: WasmType),*> WasmTypes for ($($name,)*) {
            fn types() -> Vec<ValType> {
                vec![$($name::TYPE),*]
            }

            #[allow(non_snake_case, reason = "the names of the types name the values")]
            fn into_vals(self) -> Vec<Val> {
                let ($($name,)*) = self;
                vec![$($name.into_val()),*]
            }

            #[allow(non_snake_case, reason = "the names of the types name the values")]
            fn from_vals(values: &[Val]) -> Option<Self> {
                let &[$($name),*] = values else { return None };
                Some(($($name::from_val($name)?,)*))
            }
        }
    )*};
}

tuples! { () (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H) (A B C D E F G H I) }

/// The type of a function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FuncType {
    /// The parameters.
    pub params: Vec<ValType>,
    /// The results.
    pub results: Vec<ValType>,
}

impl FuncType {
    /// Creates the type of a function.
    pub fn new(params: impl IntoIterator<Item = ValType>, results: impl IntoIterator<Item = ValType>) -> FuncType {
        FuncType { params: params.into_iter().collect(), results: results.into_iter().collect() }
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |types: &[ValType]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        write!(f, "[{}] -> [{}]", list(&self.params), list(&self.results))
    }
}

/// The size of a memory or table, which can grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The size at the start.
    pub min: u64,
    /// The size up to which it can grow.
    pub max: Option<u64>,
}

impl Bounds {
    /// Returns whether something of this size, which can grow to `max`, can be imported where these are expected.
    pub(crate) fn admit(self, size: u64, max: Option<u64>) -> bool {
        size >= self.min && self.max.is_none_or(|limit| max.is_some_and(|max| max <= limit))
    }
}

/// The type of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableType {
    /// The type of the elements, which is a reference.
    pub element: ValType,
    /// The number of elements.
    pub bounds: Bounds,
}

/// The type of a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryType {
    /// The number of pages, of 64 KiB each.
    pub bounds: Bounds,
}

/// The type of a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalType {
    /// The type of the value.
    pub content: ValType,
    /// Whether the value can change.
    pub is_mutable: bool,
}

/// The type of what is imported or exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExternType {
    /// A function.
    Func(FuncType),
    /// A table.
    Table(TableType),
    /// A memory.
    Memory(MemoryType),
    /// A global.
    Global(GlobalType),
}

impl From<Func> for Extern {
    fn from(function: Func) -> Extern {
        Extern::Func(function)
    }
}
