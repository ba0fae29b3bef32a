//! Constants → numbers; numbers ⇄ the words that slots and arguments hold.

use mimeo_ir::{Type, Unary, ValueId};

use super::leaves::{Leaves, leaf_types};
use super::lowerer::Lowerer;
use crate::consts::Value;
use crate::ty::Ty;

impl Lowerer<'_> {
    pub(super) fn leaf_types(&self, ty: &Ty) -> Vec<Type> {
        leaf_types(ty, &self.module.structs)
    }

    /// Returns the type of a number or a pointer.
    pub(super) fn number_type(&self, ty: &Ty) -> Type {
        self.leaf_types(ty)[0]
    }

    /// Returns zeros, for a value that is not used.
    pub(super) fn zeros(&mut self, ty: &Ty) -> Leaves {
        self.leaf_types(ty).into_iter().map(|ty| self.out.number(ty, 0)).collect()
    }

    /// Returns a constant.
    pub(super) fn constant(&mut self, value: &Value, ty: &Ty) -> Leaves {
        match value {
            Value::Int(int) => vec![self.out.number(self.number_type(ty), *int as u64)],
            Value::Float(bits) => vec![self.out.number(self.number_type(ty), *bits)],
            Value::Bool(value) => vec![self.out.number(Type::I8, (*value).into())],
            Value::Struct(parts) => {
                let Ty::Struct(name) = ty else { unreachable!("the constant is a struct") };
                let fields = &self.module.structs[name].fields;
                parts.iter().zip(fields).flat_map(|(part, (_, ty))| self.constant(part, ty)).collect()
            }
        }
    }

    /// Converts a value of one number to the word that a slot or an argument holds.
    pub(super) fn word_of_leaf(&mut self, leaf: ValueId, ty: &Ty) -> ValueId {
        let inner = crate::ty::transparent(ty, &self.module.structs);
        match inner {
            ty if ty.is_float() => {
                let bits = self.out.bits(leaf);
                self.out.resize(bits, false, Type::I64)
            }
            ty => {
                let signed = ty.integer().is_some_and(|integer| integer.signed);
                self.out.resize(leaf, signed, Type::I64)
            }
        }
    }

    /// Converts a word to the value that it holds.
    pub(super) fn leaves_of_word(&mut self, word: ValueId, ty: &Ty) -> Leaves {
        let inner = crate::ty::transparent(ty, &self.module.structs);
        match inner {
            Ty::Unit | Ty::Thrown => Leaves::new(),
            ty if ty.is_float() => {
                let to = self.number_type(ty);
                let bits = self.out.resize(word, false, to.bits_type());
                vec![self.out.unary(to, Unary::FloatFromBits, bits)]
            }
            ty => {
                let to = self.number_type(ty);
                vec![self.out.resize(word, false, to)]
            }
        }
    }
}
