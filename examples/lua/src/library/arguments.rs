//! The arguments of a builtin → what it needs them to be, or the error that says which one is wrong.

use lua_syntax::strings::push_number;
use mimeo::Thrown;

use crate::heap::{Gc, NameKind};
use crate::ops::ops::{Table, Text, Value};
use crate::runtime::{Call, frame_at, name_of_callee, raise, to_number};

impl Call<'_> {
    /// The error of an argument, the first being number 0: `bad argument #1 to 'f' (what)`. The function is called as
    /// its caller calls it.
    pub fn argument_error(&mut self, index: u32, what: impl std::fmt::Display) -> Thrown {
        let function = self.builtin().into();
        let name = frame_at(self.vm, 1).and_then(|caller| name_of_callee(self.vm, &caller, function));
        let (kind, name) = name.unwrap_or(("", "?".to_owned()));
        let is_method = kind == NameKind::Method.word();
        let message = match (is_method, index) {
            (true, 0) => format!("calling '{name}' on bad self ({what})"),
            // The object itself is not counted.
            (true, index) => format!("bad argument #{index} to '{name}' ({what})"),
            (_, index) => format!("bad argument #{} to '{name}' ({what})", index + 1),
        };
        self.error(message)
    }

    /// The error of an argument that has the wrong type: `bad argument #1 to 'f' (table expected, got nil)`.
    pub fn type_error(&mut self, index: u32, expected: &str) -> Thrown {
        let got = if index < self.len() { self.get(index).type_name() } else { "no value" };
        self.argument_error(index, format!("{expected} expected, got {got}"))
    }

    /// An error with a message that does not say where it is.
    pub fn error_without_place(&mut self, message: impl AsRef<[u8]>) -> Thrown {
        let message = self.text(message);
        raise(self.vm, message)
    }

    /// Was the argument passed, and is not nil?
    pub fn has(&self, index: u32) -> bool {
        !self.get(index).is_nil()
    }

    /// An argument of any type that must be there.
    ///
    /// # Errors
    ///
    /// When it is not.
    pub fn any(&mut self, index: u32) -> Result<Value, Thrown> {
        if index < self.len() { Ok(self.get(index)) } else { Err(self.argument_error(index, "value expected")) }
    }

    /// A number, or a string that stands for one.
    ///
    /// # Errors
    ///
    /// When it is neither.
    #[inline]
    pub fn number(&mut self, index: u32) -> Result<f64, Thrown> {
        match to_number(self.get(index)) {
            Some(number) => Ok(number),
            None => Err(self.type_error(index, "number")),
        }
    }

    /// A number without its fraction; what is beyond the range is at its end.
    ///
    /// # Errors
    ///
    /// As [`number`](Self::number).
    #[inline]
    pub fn integer(&mut self, index: u32) -> Result<i64, Thrown> {
        Ok(self.number(index)? as i64)
    }

    /// An integer of 32 bits without its fraction; what is none is the least one.
    ///
    /// # Errors
    ///
    /// As [`number`](Self::number).
    pub fn int32(&mut self, index: u32) -> Result<i32, Thrown> {
        let number = self.number(index)?;
        // What is too small becomes the smallest one anyway, and what is not a number is not below the limit.
        Ok(if number < -f64::from(i32::MIN) { number as i32 } else { i32::MIN })
    }

    /// An integer of 32 bits that may be missing.
    ///
    /// # Errors
    ///
    /// As [`number`](Self::number).
    pub fn int32_or(&mut self, index: u32, default: i32) -> Result<i32, Thrown> {
        if self.has(index) { self.int32(index) } else { Ok(default) }
    }

    /// An integer that may be missing.
    ///
    /// # Errors
    ///
    /// As [`number`](Self::number).
    pub fn integer_or(&mut self, index: u32, default: i64) -> Result<i64, Thrown> {
        if self.has(index) { self.integer(index) } else { Ok(default) }
    }

    /// A string, or a number as one.
    ///
    /// # Errors
    ///
    /// When it is neither.
    pub fn string(&mut self, index: u32) -> Result<Gc<Text>, Thrown> {
        let value = self.get(index);
        if let Some(text) = value.to_text() {
            return Ok(text);
        }
        let Some(number) = value.to_number() else { return Err(self.type_error(index, "string")) };
        let mut text = Vec::new();
        push_number(&mut text, number);
        let text = self.heap().text(&text);
        // It stays as long as an argument does.
        self.vm.set_slot(index + 1, text.into());
        Ok(text)
    }

    /// A string that may be missing.
    ///
    /// # Errors
    ///
    /// As [`string`](Self::string).
    pub fn string_if_any(&mut self, index: u32) -> Result<Option<Gc<Text>>, Thrown> {
        if self.has(index) { self.string(index).map(Some) } else { Ok(None) }
    }

    /// One of the words of a list, by its place there. Without a default it must be there.
    ///
    /// # Errors
    ///
    /// When it is none of them.
    pub fn option(&mut self, index: u32, default: Option<&str>, words: &[&str]) -> Result<usize, Thrown> {
        let given = match default {
            Some(default) if !self.has(index) => default.as_bytes().to_vec(),
            _ => self.string(index)?.bytes().to_vec(),
        };
        match words.iter().position(|word| word.as_bytes() == given) {
            Some(found) => Ok(found),
            None => {
                let given = String::from_utf8_lossy(&given).into_owned();
                Err(self.argument_error(index, format!("invalid option '{given}'")))
            }
        }
    }

    /// A table.
    ///
    /// # Errors
    ///
    /// When it is none.
    #[inline]
    pub fn table(&mut self, index: u32) -> Result<Gc<Table>, Thrown> {
        match self.get(index).to_table() {
            Some(table) => Ok(table),
            None => Err(self.type_error(index, "table")),
        }
    }

    /// A function.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn function(&mut self, index: u32) -> Result<Value, Thrown> {
        let value = self.get(index);
        if value.is_function() { Ok(value) } else { Err(self.type_error(index, "function")) }
    }
}
