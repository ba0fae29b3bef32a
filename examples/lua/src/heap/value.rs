//! Objects → [`Value`]s, and back to objects of a known kind.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use std::fmt;

use super::{Builtin, Coroutine, Gc, Kind, Userdata};
use crate::ops::ops::{
    BUILTIN_TAG, CLOSURE_TAG, Callable, Callee, Closure, Object, TABLE_TAG, TAG_SHIFT, TEXT_TAG, THREAD_TAG, Table,
    Text, USERDATA_TAG, Value,
};

macro_rules! conversions {
    ($($(#[$doc:meta])* $ty:ident, $tag:ident, $is:ident, $to:ident;)*) => {
        $(impl From<Gc<$ty>> for Value {
            #[inline]
            fn from(object: Gc<$ty>) -> Value {
                Value($tag << TAG_SHIFT | object.as_ptr().expose_provenance() as u64)
            }
        })*

        impl Value {
            $($(#[$doc])*
            #[inline]
            #[must_use]
            pub fn $to(self) -> Option<Gc<$ty>> {
                // SAFETY: (1): the tag says that it is the address of such an object.
                self.$is().then(|| unsafe { Gc::from_ptr(std::ptr::with_exposed_provenance_mut(self.address())) })
            })*
        }
    };
}

conversions! {
    /// Returns the string, if this is one.
    Text, TEXT_TAG, is_text, to_text;
    /// Returns the table, if this is one.
    Table, TABLE_TAG, is_table, to_table;
    /// Returns the function written in Lua, if this is one.
    Closure, CLOSURE_TAG, is_closure, to_closure;
    /// Returns the function written in Rust, if this is one.
    Builtin, BUILTIN_TAG, is_builtin, to_builtin;
    /// Returns the userdata, if this is one.
    Userdata, USERDATA_TAG, is_userdata, to_userdata;
    /// Returns the coroutine, if this is one.
    Coroutine, THREAD_TAG, is_thread, to_coroutine;
}

impl Value {
    /// Returns the number, if this is one. Strings are not converted.
    #[inline]
    #[must_use]
    pub fn to_number(self) -> Option<f64> {
        self.is_number().then(|| self.as_number())
    }

    /// Returns the code of the function, if this is one.
    #[inline]
    #[must_use]
    pub fn callee(self) -> Option<Callee> {
        // SAFETY: (1): the tag says that it is a function, and (2) both kinds of functions begin with a `Callable`.
        self.is_function().then(|| unsafe { (*std::ptr::with_exposed_provenance::<Callable>(self.address())).callee })
    }

    /// Returns the name of its type, as Lua's `type` does.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Value::NIL => "nil",
            Value::TRUE | Value::FALSE => "boolean",
            _ if self.is_text() => "string",
            _ if self.is_table() => "table",
            _ if self.is_closure() || self.is_builtin() => "function",
            _ if self.is_userdata() => "userdata",
            _ if self.is_thread() => "thread",
            _ => "number",
        }
    }

    /// Returns `true` if both are equal without metamethods, as Lua's `rawequal` does.
    #[must_use]
    pub fn is_same(self, other: Value) -> bool {
        if self.is_number() && other.is_number() {
            return self.as_number() == other.as_number();
        }
        self.0 == other.0
            || match (self.to_text(), other.to_text()) {
                (Some(one), Some(other)) => one.is_same(other),
                _ => false,
            }
    }

    /// Returns the object, if this is one.
    #[inline]
    pub(super) fn to_object(self) -> Option<*mut Object> {
        self.is_object().then(|| {
            let object = std::ptr::with_exposed_provenance_mut(self.address());
            // Finds dangling values in debug builds.
            debug_assert!(!matches!(Kind::of(object), Kind::Upvalue | Kind::Chunk | Kind::Shape));
            object
        })
    }
}

impl fmt::Debug for Value {
    /// Writes numbers as Rust does, and the type and the address of an object, which need not exist any more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Value::NIL => f.write_str("nil"),
            Value::TRUE => f.write_str("true"),
            Value::FALSE => f.write_str("false"),
            value if value.is_number() => write!(f, "{:?}", value.as_number()),
            value if value.is_object() => write!(f, "{}:{:#x}", value.type_name(), value.address()),
            value => write!(f, "Value({:#x})", value.0),
        }
    }
}
