//! [`Set`]: the bodies of all ops of an instruction set, and their bytes.

use crate::body::Body;
use crate::bytes::{Coded, Reader, coded};
use crate::check;
use crate::error::InvalidIr;
use crate::text::Named;

coded! {
    /// A struct of the module.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Struct {
        /// Its name.
        pub name: String,
        /// The names of its fields.
        pub fields: Vec<String>,
    }
}

coded! {
    /// The bodies of an instruction set. See the [crate](crate) for an example.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Set {
        /// Whether memory is accessed under one description only: as one field of one struct, or as plain memory of one
        /// type. So a store under another description does not change it. Accesses to bytes do not count.
        pub has_typed_memory: bool,
        /// The structs whose fields the bodies access.
        pub structs: Vec<Struct>,
        /// The bodies, one for each definition with `#[vm_op]`.
        pub bodies: Vec<Body>,
        /// By opcode: the index of its body. The encodings of one op share a body.
        pub ops: Vec<u32>,
    }
}

impl Set {
    /// Returns the bytes of the set, which [`from_bytes`](Self::from_bytes) reads.
    ///
    /// ```
    /// use mimeo::InstructionSet;
    /// use mimeo_ir::Set;
    ///
    /// let set = Set::from_bytes(mimeo_doc_ops::Ops::IR)?;
    /// assert_eq!(set.to_bytes(), mimeo_doc_ops::Ops::IR);
    /// # Ok::<(), mimeo_ir::InvalidIr>(())
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.put(&mut out);
        out
    }

    /// Reads a set from bytes, and checks that each value is defined before it is used and has the right type.
    ///
    /// # Errors
    ///
    /// If it is not the bytes of a set whose bodies are well formed.
    ///
    /// See [`to_bytes`](Self::to_bytes) for an example.
    pub fn from_bytes(bytes: &[u8]) -> Result<Set, InvalidIr> {
        let mut from = Reader(bytes);
        let set = Set::get(&mut from)?;
        if !from.0.is_empty() {
            return Err(InvalidIr::Bytes);
        }
        check::set(&set)?;
        Ok(set)
    }

    /// Returns the body of the op with this opcode. See the [crate](crate) for an example.
    ///
    /// # Panics
    ///
    /// If there is no such op (test `an_unknown_op_has_no_body`).
    pub fn body_of(&self, opcode: usize) -> &Body {
        &self.bodies[self.ops[opcode] as usize]
    }

    /// Returns the body of the op with this opcode as text, with the names of structs and of the runtime functions.
    ///
    /// ```
    /// use mimeo::InstructionSet;
    /// use mimeo_ir::Set;
    ///
    /// let set = Set::from_bytes(mimeo_doc_ops::Ops::IR)?;
    /// let names: Vec<&str> = mimeo_doc_ops::Ops::RUNTIME.iter().map(|function| function.name).collect();
    /// let get = mimeo_doc_ops::Ops::OPS.iter().position(|op| op.name == "get_global").unwrap();
    /// assert!(set.text_of(get, &names).contains("runtime global(v2) ok b1 with the result"));
    /// # Ok::<(), mimeo_ir::InvalidIr>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such op (test `an_unknown_op_has_no_body`).
    pub fn text_of(&self, opcode: usize, functions: &[&str]) -> String {
        Named { body: self.body_of(opcode), structs: &self.structs, functions }.to_string()
    }
}
