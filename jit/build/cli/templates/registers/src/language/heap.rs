//! Objects, and the values that they are. `mimeo_heap` frees those that cannot be reached.

use mimeo::OutOfMemory;
use mimeo_heap::Interned;

use super::ops::ops::{ARRAY, Array, Callee, Items, Object, Value};

pub type Heap = mimeo_heap::Heap<Value>;

/// Equal texts are the same object.
#[repr(C)]
pub struct Text {
    object: Object,
    pub text: Box<str>,
}

/// A function, with the values that it has captured.
#[repr(C)]
pub struct Function {
    pub object: Object,
    pub callee: Callee,
    pub arity: u32,
    pub captured: Vec<Value>,
}

mimeo_heap::vector!(Items of Value);

// After each kind are the fields that refer to objects or own memory, and then the others.
// SAFETY: (1) only the heap makes objects, and `create` keeps those in use; (2) ops read headers; (3) the kinds are
// here; (4) no reference is kept; (5) nothing is shared; (6) vectors are read.
mimeo_heap::kinds! {
    unsafe values Value { object, as_object };
    header Object;
    ARRAY => Array { items };
    2 => Text { text };
    3 => Function { captured } not { callee, arity };
}

impl Interned for Text {
    fn key(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

pub fn text(heap: &mut Heap, text: &str) -> Result<Value, OutOfMemory> {
    let make = || Ok(Text { object: Object::default(), text: text.into() });
    Ok(heap.intern(text.as_bytes(), make)?.value())
}

/// Returns a value as `print` shows it.
pub fn show(heap: &Heap, value: Value) -> String {
    if let Some(text) = heap.get::<Text>(value) {
        text.text.to_string()
    } else if let Some(array) = heap.get::<Array>(value) {
        format!("array of {}", array.items.len())
    } else {
        match (value.as_int(), value.as_float(), value.as_bool()) {
            (Some(int), ..) => int.to_string(),
            (_, Some(float), _) => format!("{float:?}"),
            (.., Some(bool)) => bool.to_string(),
            _ if value.is_nil() => "nil".to_owned(),
            _ => "function".to_owned(),
        }
    }
}
