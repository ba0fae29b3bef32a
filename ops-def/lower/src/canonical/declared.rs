//! Types, constants, layouts, operands and results → [`Bytes`].

use mimeo_def::op::{Control, Scalar};

use super::bytes::{Bytes, Canonical, Tagged, tags};
use crate::consts::{Const, Value};
use crate::encode::{Encoding, Operand};
use crate::op::{OpResult, ResultKind};
use crate::ty::{Layout, Struct, Ty};

tags! { Ty:
    Unit = 0,
    Never = 1,
    Scalar = 2,
    Usize = 3,
    Isize = 4,
    Ptr = 5,
    Struct = 6,
    Opaque = 7,
    Option = 8,
    Result = 9,
    Tuple = 10,
    Flow = 11,
    Thrown = 12,
    Label = 13,
    Window = 14,
    Callee = 15,
    Vm = 16,
    Cell = 17,
    Labels = 18,
}

impl Canonical for Ty {
    fn put(&self, out: &mut Bytes) {
        out.tag(self.tag());
        match self {
            Ty::Unit
            | Ty::Never
            | Ty::Usize
            | Ty::Isize
            | Ty::Flow
            | Ty::Thrown
            | Ty::Label
            | Ty::Labels
            | Ty::Window
            | Ty::Callee
            | Ty::Vm => {}
            Ty::Scalar(scalar) => out.put(scalar),
            Ty::Ptr { mutable, to } => {
                out.put(mutable);
                out.put(to);
            }
            Ty::Struct(name) | Ty::Opaque(name) | Ty::Cell(name) => out.put(name),
            Ty::Option(of) | Ty::Result(of) => out.put(of),
            Ty::Tuple(parts) => out.put(parts),
        }
    }
}

tags! { Scalar:
    Bool = 0,
    I8 = 1,
    I16 = 2,
    I32 = 3,
    I64 = 4,
    U8 = 5,
    U16 = 6,
    U32 = 7,
    U64 = 8,
    F64 = 9,
    F32 = 10,
}

impl Canonical for Scalar {
    fn put(&self, out: &mut Bytes) {
        out.tag(self.tag());
    }
}

impl Canonical for Struct {
    fn put(&self, out: &mut Bytes) {
        // The types of values distinguish inline-cache cells from other structs.
        let Struct { name, fields, is_cell: _ } = self;
        out.put(name);
        out.put(fields);
    }
}

impl Canonical for Layout {
    fn put(&self, out: &mut Bytes) {
        let Layout { size, align } = self;
        out.put(size);
        out.put(align);
    }
}

impl Canonical for Const {
    fn put(&self, out: &mut Bytes) {
        let Const { ty, value } = self;
        out.put(ty);
        out.put(value);
    }
}

tags! { Value:
    Int = 0,
    Float = 1,
    Bool = 2,
    Struct = 3,
}

impl Canonical for Value {
    fn put(&self, out: &mut Bytes) {
        out.tag(self.tag());
        match self {
            Value::Int(int) => out.put(int),
            Value::Float(bits) => out.put(bits),
            Value::Bool(value) => out.put(value),
            Value::Struct(parts) => out.put(parts),
        }
    }
}

impl Canonical for OpResult {
    fn put(&self, out: &mut Bytes) {
        let OpResult { fallible, kind } = self;
        out.put(fallible);
        out.put(kind);
    }
}

tags! { ResultKind:
    Values = 0,
    Flow = 1,
    ValuesAndFlow = 2,
}

impl Canonical for ResultKind {
    fn put(&self, out: &mut Bytes) {
        out.tag(self.tag());
        match self {
            ResultKind::Flow => {}
            ResultKind::Values(count) | ResultKind::ValuesAndFlow(count) => out.put(count),
        }
    }
}

impl Canonical for Control {
    fn put(&self, out: &mut Bytes) {
        let Control { falls_through, jumps, calls, tail_calls, returns } = self;
        for can in [falls_through, jumps, calls, tail_calls, returns] {
            out.put(can);
        }
    }
}

impl Canonical for Operand {
    fn put(&self, out: &mut Bytes) {
        // Renaming a parameter does not change what an op means.
        let Operand { name: _, kind, unit } = self;
        out.put(kind);
        out.put(unit);
    }
}

tags! { Encoding:
    Slot = 0,
    Stack = 1,
    Immediate = 2,
    Constant = 3,
    Label = 4,
    Window = 5,
    StackWindow = 6,
    Function = 7,
    Cache = 8,
    Labels = 9,
}

impl Canonical for Encoding {
    fn put(&self, out: &mut Bytes) {
        out.tag(self.tag());
        match self {
            Encoding::Constant
            | Encoding::Label
            | Encoding::Labels
            | Encoding::Window
            | Encoding::StackWindow
            | Encoding::Function => {}
            Encoding::Slot { output } => out.put(output),
            Encoding::Stack { index, output } => {
                out.put(index);
                out.put(output);
            }
            Encoding::Immediate { scalar, space } => {
                out.put(scalar);
                out.put(space);
            }
            Encoding::Cache { cell, size, fields } => {
                out.put(cell);
                out.put(size);
                out.put(fields);
            }
        }
    }
}
