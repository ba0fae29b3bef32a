//! Objects, by the numbers that values have, and the collector that frees what is not reachable.
//!
//! A number is checked at each use, so no value can do harm: not even one that an old slot of the stack still has when
//! its object has been freed.

use super::ops::ops::{Callee, Value};

#[derive(Debug)]
pub enum Object {
    Text(String),
    Array(Vec<Value>),
    Function(Function),
}

/// A function, with the values that it has captured.
#[derive(Debug)]
pub struct Function {
    pub callee: Callee,
    pub arity: u32,
    pub captured: Vec<Value>,
}

#[derive(Debug, Default)]
pub struct Heap {
    /// `None` for a free number.
    objects: Vec<Option<Object>>,
    free: Vec<u32>,
    /// The texts in programs, which are never freed.
    constants: Vec<Value>,
    /// How many objects can be created before the next collection.
    left: usize,
    /// Collects at each new object, for tests.
    pub is_stressed: bool,
}

impl Heap {
    pub fn get(&self, value: Value) -> Option<&Object> {
        self.objects.get(value.as_object()? as usize)?.as_ref()
    }

    pub fn get_mut(&mut self, value: Value) -> Option<&mut Object> {
        self.objects.get_mut(value.as_object()? as usize)?.as_mut()
    }

    pub fn text(&self, value: Value) -> Option<&str> {
        if let Object::Text(text) = self.get(value)? { Some(text) } else { None }
    }

    /// Returns a value as `print` shows it.
    pub fn show(&self, value: Value) -> String {
        match self.get(value) {
            Some(Object::Text(text)) => text.clone(),
            Some(Object::Array(items)) => format!("array of {}", items.len()),
            Some(Object::Function(_)) => "function".to_owned(),
            None => match (value.as_int(), value.as_float(), value.as_bool()) {
                (Some(int), ..) => int.to_string(),
                (_, Some(float), _) => format!("{float:?}"),
                (.., Some(bool)) => bool.to_string(),
                _ => "nil".to_owned(),
            },
        }
    }

    /// Creates an object. The caller has collected if the heap [is full](Self::is_full).
    pub fn add(&mut self, object: Object) -> Value {
        self.left = self.left.saturating_sub(1);
        let number = self.free.pop().unwrap_or(self.objects.len() as u32);
        if number as usize == self.objects.len() {
            self.objects.push(None);
        }
        self.objects[number as usize] = Some(object);
        Value::object(number)
    }

    /// Creates a text of a program.
    pub fn add_constant(&mut self, text: &str) -> Value {
        let value = self.add(Object::Text(text.to_owned()));
        self.constants.push(value);
        value
    }

    pub fn is_full(&self) -> bool {
        self.left == 0 || self.is_stressed
    }

    /// Frees the objects that cannot be reached from these values.
    pub fn collect(&mut self, mut reached: Vec<Value>) {
        let mut is_marked = vec![false; self.objects.len()];
        reached.extend(&self.constants);
        while let Some(value) = reached.pop() {
            let Some(object) = self.get(value) else { continue };
            if !std::mem::replace(&mut is_marked[value.as_object().unwrap_or(0) as usize], true) {
                match object {
                    Object::Text(_) => {}
                    Object::Array(items) => reached.extend(items),
                    Object::Function(function) => reached.extend(&function.captured),
                }
            }
        }
        for (number, object) in self.objects.iter_mut().enumerate() {
            if !is_marked[number] && object.take().is_some() {
                self.free.push(number as u32);
            }
        }
        // The next collection is due when the heap has doubled.
        self.left = (self.objects.len() - self.free.len()).max(1000);
    }
}
