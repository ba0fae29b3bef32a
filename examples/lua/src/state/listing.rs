//! A loaded function → the listings of its chunk's code.

use std::fmt;

use mimeo::Disassembly;
use mimeo::jit::{HasJit as _, Jit};
use mimeo::listing::{Listing, Section, sections};

use super::Lua;
use crate::embed::Function;
use crate::load::is_compiled;
use crate::ops::ops::{Linked, Ops};

/// The reason why there is no listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListingError {
    /// The function is not written in Lua.
    NotLua,
    /// There is no native code; contains the reason.
    NoNativeCode(String),
}

impl fmt::Display for ListingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ListingError::NotLua => f.write_str("the function is not written in Lua"),
            ListingError::NoNativeCode(reason) => write!(f, "no native code: {reason}"),
        }
    }
}

impl std::error::Error for ListingError {}

impl Lua {
    /// Returns the bytecode of all functions in the chunk that contains `function`.
    ///
    /// # Errors
    ///
    /// If the function is not written in Lua.
    pub fn bytecode(&mut self, function: &Function) -> Result<String, ListingError> {
        let linked = self.linked(function)?;
        let functions = self.machine.functions(linked);
        Ok(functions.map(|function| Disassembly::<Ops>::new(function.body()).to_string()).collect())
    }

    /// Returns the machine code of that chunk. Functions that are not compiled yet are compiled first; functions that
    /// cannot be compiled are left out.
    ///
    /// # Errors
    ///
    /// If the function is not written in Lua, or there is no native code.
    pub fn machine_code(&mut self, function: &Function) -> Result<String, ListingError> {
        let linked = self.linked(function)?;
        match self.machine.jit().map(Jit::unavailable) {
            None => return Err(ListingError::NoNativeCode("the machine was made without it".into())),
            Some(Some(reason)) => return Err(ListingError::NoNativeCode(reason.to_string())),
            Some(None) => {}
        }
        self.machine.compile_all(linked).expect("a chunk that a function keeps is loaded");
        let mut text = String::new();
        if let Some(jit) = self.machine.jit() {
            for function in self.machine.functions(linked) {
                if let Some(code) = jit.code_of(function) {
                    text += &Listing::<Ops>::new(function.body(), &code).to_string();
                }
            }
        }
        Ok(text)
    }

    /// Returns what the loops of that chunk become in Cranelift's IR.
    ///
    /// # Errors
    ///
    /// If the function is not written in Lua.
    #[cfg(feature = "optimize")]
    pub fn optimized_loops(&mut self, function: &Function) -> Result<String, ListingError> {
        let linked = self.linked(function)?;
        Ok(mimeo::optimize::clif(mimeo::jit::OptimizerSet::of::<Ops>(), self.machine.functions(linked)))
    }

    /// Returns every stage of the functions of that chunk, beside the lines of its text. Functions are compiled as for
    /// [`machine_code`](Self::machine_code).
    ///
    /// # Errors
    ///
    /// If the function is not written in Lua.
    pub fn stages(&mut self, function: &Function, source: &[u8]) -> Result<Vec<Section>, ListingError> {
        let linked = self.linked(function)?;
        let text = String::from_utf8_lossy(source);
        // What `string.dump` returns has no lines.
        let text = (!is_compiled(source)).then_some(&*text);
        Ok(sections(&mut self.machine, linked, |_| text).expect("a chunk that a function keeps is loaded"))
    }

    /// Returns the program of a function's chunk.
    fn linked(&mut self, function: &Function) -> Result<Linked, ListingError> {
        let mut scope = self.scope();
        let closure = scope.bits(&function.clone().into()).to_closure().ok_or(ListingError::NotLua)?;
        let program = closure.prototype().chunk().parts().program;
        Ok(scope.vm().host.stubs.programs[&program])
    }
}
