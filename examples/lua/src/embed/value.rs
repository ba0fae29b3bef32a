//! Rust values → [`Value`], the type that a Lua takes and returns.

use super::{Function, Handle, Table};

/// A Lua value outside of its Lua: a copy or, for objects, a handle.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `nil`
    #[default]
    Nil,
    /// `true` or `false`
    Boolean(bool),
    /// A number.
    Number(f64),
    /// The bytes of a string.
    String(Vec<u8>),
    /// A table.
    Table(Table),
    /// A function.
    Function(Function),
    /// A userdata or a coroutine.
    Other(Handle),
}

impl Value {
    /// Returns the number, if this is one. Strings are not converted.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns the bytes of the string, if this is one. Numbers are not converted.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Value::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Returns `true` if the value counts as true in Lua: if it is neither `nil` nor `false`.
    #[must_use]
    pub fn truth(&self) -> bool {
        !matches!(self, Value::Nil | Value::Boolean(false))
    }

    /// Returns the name of its type, as Lua's `type` does.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Nil => "nil",
            Value::Boolean(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Table(_) => "table",
            Value::Function(_) => "function",
            Value::Other(handle) => handle.type_name(),
        }
    }
}

macro_rules! from {
    ($($ty:ty => $variant:ident, $convert:expr;)*) => {
        $(impl From<$ty> for Value {
            fn from(value: $ty) -> Value {
                Value::$variant($convert(value))
            }
        })*
    };
}

from! {
    bool => Boolean, std::convert::identity;
    f64 => Number, std::convert::identity;
    i32 => Number, f64::from;
    u32 => Number, f64::from;
    &str => String, Vec::from;
    String => String, String::into_bytes;
    &[u8] => String, Vec::from;
    Vec<u8> => String, std::convert::identity;
    Table => Table, std::convert::identity;
    Function => Function, std::convert::identity;
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Nil, Into::into)
    }
}
