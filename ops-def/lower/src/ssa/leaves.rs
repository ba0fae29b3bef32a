//! Types → the numbers that a value consists of.

use mimeo_ir::{Type, ValueId};

use crate::ty::{Structs, Ty};
use mimeo_def::op::Scalar;

/// The numbers that a value consists of: the fields of a struct or tuple in order, and of an option or result first
/// whether it is good, then its payload.
pub(super) type Leaves = Vec<ValueId>;

/// Returns the types of the numbers that a value consists of.
pub(super) fn leaf_types(ty: &Ty, structs: &Structs) -> Vec<Type> {
    let mut types = Vec::new();
    add_leaf_types(ty, structs, &mut types);
    types
}

fn add_leaf_types(ty: &Ty, structs: &Structs, types: &mut Vec<Type>) {
    match ty {
        Ty::Unit | Ty::Never | Ty::Thrown | Ty::Vm | Ty::Flow | Ty::Label | Ty::Labels | Ty::Opaque(_) => {}
        Ty::Scalar(scalar) => types.push(scalar_type(*scalar)),
        Ty::Usize | Ty::Isize | Ty::Ptr { .. } | Ty::Callee | Ty::Cell(_) | Ty::Window => types.push(Type::I64),
        Ty::Struct(name) => structs[name].fields.iter().for_each(|(_, ty)| add_leaf_types(ty, structs, types)),
        Ty::Option(of) | Ty::Result(of) => {
            types.push(Type::I8);
            add_leaf_types(of, structs, types);
        }
        Ty::Tuple(of) => of.iter().for_each(|ty| add_leaf_types(ty, structs, types)),
    }
}

/// Returns the type of a number.
fn scalar_type(scalar: Scalar) -> Type {
    match scalar {
        Scalar::F32 => Type::F32,
        Scalar::F64 => Type::F64,
        integer => match integer.size_bytes() {
            1 => Type::I8,
            2 => Type::I16,
            4 => Type::I32,
            _ => Type::I64,
        },
    }
}

/// Returns the type inside an option or a result.
pub(super) fn payload_ty(ty: &Ty) -> &Ty {
    match ty {
        Ty::Option(of) | Ty::Result(of) => of,
        _ => unreachable!("only options and results have payloads"),
    }
}
