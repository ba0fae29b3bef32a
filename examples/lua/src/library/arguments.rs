//! The arguments of a builtin → values of the required types, or an error that names the wrong one.

use lua_syntax::strings::push_number;
use mimeo::Thrown;

use crate::heap::{Gc, NameKind};
use crate::ops::ops::{Table, Text, Value};
use crate::runtime::{Call, frame_at, int32, name_of_callee, raise, to_number};

impl Call<'_> {
    /// Throws the error of an argument, counted from 0: `bad argument #1 to 'f' (what)`. The function has the name that
    /// its caller uses.
    pub fn argument_error(&mut self, index: u32, what: impl std::fmt::Display) -> Thrown {
        let function = self.builtin().into();
        let name = frame_at(self.vm, 1).and_then(|caller| name_of_callee(self.vm, &caller, function));
        let (kind, name) = name.unwrap_or(("", "?".to_owned()));
        let is_method = kind == NameKind::Method.word();
        let message = match (is_method, index) {
            (true, 0) => format!("calling '{name}' on bad self ({what})"),
            // The object itself does not count as an argument.
            (true, index) => format!("bad argument #{index} to '{name}' ({what})"),
            (_, index) => format!("bad argument #{} to '{name}' ({what})", index + 1),
        };
        self.error(message)
    }

    /// Throws the error of an argument of the wrong type: `bad argument #1 to 'f' (table expected, got nil)`.
    pub fn type_error(&mut self, index: u32, expected: &str) -> Thrown {
        let got = if index < self.len() { self.get(index).type_name() } else { "no value" };
        self.argument_error(index, format!("{expected} expected, got {got}"))
    }

    /// Throws an error with a message without a position.
    pub fn error_without_place(&mut self, message: impl AsRef<[u8]>) -> Thrown {
        let message = self.text(message);
        raise(self.vm, message)
    }

    /// Returns `true` if the argument was passed and is not nil.
    pub fn has(&self, index: u32) -> bool {
        !self.get(index).is_nil()
    }

    /// Returns a required argument of any type.
    ///
    /// # Errors
    ///
    /// If it was not passed.
    pub fn any(&mut self, index: u32) -> Result<Value, Thrown> {
        if index < self.len() { Ok(self.get(index)) } else { Err(self.argument_error(index, "value expected")) }
    }

    /// Returns a number, or a string converted to one.
    ///
    /// # Errors
    ///
    /// If it is neither.
    #[inline]
    pub fn number(&mut self, index: u32) -> Result<f64, Thrown> {
        match to_number(self.get(index)) {
            Some(number) => Ok(number),
            None => Err(self.type_error(index, "number")),
        }
    }

    /// Returns a number, truncated and saturated to the range of the result.
    ///
    /// # Errors
    ///
    /// The same as for [`number`](Self::number).
    #[inline]
    pub fn integer(&mut self, index: u32) -> Result<i64, Thrown> {
        Ok(self.number(index)? as i64)
    }

    /// Returns a number, truncated to 32 bits. Numbers out of range and NaN become the smallest one.
    ///
    /// # Errors
    ///
    /// The same as for [`number`](Self::number).
    pub fn int32(&mut self, index: u32) -> Result<i32, Thrown> {
        Ok(int32(self.number(index)?))
    }

    /// Returns an optional integer of 32 bits.
    ///
    /// # Errors
    ///
    /// The same as for [`number`](Self::number).
    pub fn int32_or(&mut self, index: u32, default: i32) -> Result<i32, Thrown> {
        if self.has(index) { self.int32(index) } else { Ok(default) }
    }

    /// Returns an optional integer.
    ///
    /// # Errors
    ///
    /// The same as for [`number`](Self::number).
    pub fn integer_or(&mut self, index: u32, default: i64) -> Result<i64, Thrown> {
        if self.has(index) { self.integer(index) } else { Ok(default) }
    }

    /// Returns a string, or a number converted to one.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub fn string(&mut self, index: u32) -> Result<Gc<Text>, Thrown> {
        let value = self.get(index);
        if let Some(text) = value.to_text() {
            return Ok(text);
        }
        let Some(number) = value.to_number() else { return Err(self.type_error(index, "string")) };
        let mut text = Vec::new();
        push_number(&mut text, number);
        let text = self.heap().text(&text);
        // The slot keeps the new string alive like an argument.
        self.vm.set_slot(index + 1, text.into());
        Ok(text)
    }

    /// Returns an optional string.
    ///
    /// # Errors
    ///
    /// The same as for [`string`](Self::string).
    pub fn string_if_any(&mut self, index: u32) -> Result<Option<Gc<Text>>, Thrown> {
        if self.has(index) { self.string(index).map(Some) } else { Ok(None) }
    }

    /// Returns the index of a word in a list. Without a default it is required.
    ///
    /// # Errors
    ///
    /// If it is not in the list.
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

    /// Returns a table.
    ///
    /// # Errors
    ///
    /// If it is not a table.
    #[inline]
    pub fn table(&mut self, index: u32) -> Result<Gc<Table>, Thrown> {
        match self.get(index).to_table() {
            Some(table) => Ok(table),
            None => Err(self.type_error(index, "table")),
        }
    }

    /// Returns a function.
    ///
    /// # Errors
    ///
    /// If it is not a function.
    pub fn function(&mut self, index: u32) -> Result<Value, Thrown> {
        let value = self.get(index);
        if value.is_function() { Ok(value) } else { Err(self.type_error(index, "function")) }
    }
}
