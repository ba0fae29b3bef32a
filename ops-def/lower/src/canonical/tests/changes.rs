//! A node → the nodes that differ from it in one place, for every node of the IR and of declarations.

use mimeo_def::op::{Control, Scalar};

use super::nodes::{BINARIES, INTRINSICS, SCALARS};
use crate::consts::{Const, Value};
use crate::encode::{Encoding, Operand};
use crate::ir::{Binary, Body, Expr, Intrinsic, Kind, Local, LocalId, Stmt};
use crate::op::{OpResult, ResultKind};
use crate::ty::{Layout, Struct, Ty};

/// A node with the nodes that differ from it in one place.
pub(super) trait Changes: Sized {
    fn changes(&self) -> Vec<Self>;
}

macro_rules! changes_of_numbers {
    ($($number:ty),*) => {
        $(impl Changes for $number {
            fn changes(&self) -> Vec<Self> {
                // The lowest and the highest byte.
                vec![self ^ 1, self ^ 1 << (<$number>::BITS - 1)]
            }
        })*
    };
}

changes_of_numbers!(u16, u32, u64, usize, i128);

impl Changes for bool {
    fn changes(&self) -> Vec<Self> {
        vec![!self]
    }
}

impl Changes for String {
    fn changes(&self) -> Vec<Self> {
        vec![self.clone() + "a", "b".to_owned() + &self[1..], self[1..].to_owned()]
    }
}

impl<T: Changes> Changes for Box<T> {
    fn changes(&self) -> Vec<Self> {
        (**self).changes().into_iter().map(Box::new).collect()
    }
}

impl<T: Changes + Clone> Changes for Option<T> {
    fn changes(&self) -> Vec<Self> {
        let value = self.as_ref().expect("the nodes of these tests have every part");
        let changed = value.changes().into_iter().map(Some);
        std::iter::once(None).chain(changed).collect()
    }
}

impl<T: Changes + Clone> Changes for Vec<T> {
    fn changes(&self) -> Vec<Self> {
        let mut all = vec![self[1..].to_vec(), [&self[..], &self[..1]].concat()];
        for (index, part) in self.iter().enumerate() {
            all.extend(part.changes().into_iter().map(|part| {
                let mut list = self.clone();
                list[index] = part;
                list
            }));
        }
        all
    }
}

impl<T: Changes + Clone, U: Changes + Clone> Changes for (T, U) {
    fn changes(&self) -> Vec<Self> {
        two(&self.0, &self.1, |a, b| (a, b))
    }
}

/// Returns what `make` makes of one part, changed.
fn one<T: Changes, Node>(part: &T, make: impl Fn(T) -> Node) -> Vec<Node> {
    part.changes().into_iter().map(make).collect()
}

/// Returns what `make` makes of two parts, one of them changed.
fn two<T: Changes + Clone, U: Changes + Clone, Node>(a: &T, b: &U, make: impl Fn(T, U) -> Node) -> Vec<Node> {
    let mut all = one(a, |a| make(a, b.clone()));
    all.extend(one(b, |b| make(a.clone(), b)));
    all
}

/// Returns what `make` makes of three parts, one of them changed.
fn three<T: Changes + Clone, U: Changes + Clone, V: Changes + Clone, Node>(
    (a, b, c): (&T, &U, &V),
    make: impl Fn(T, U, V) -> Node,
) -> Vec<Node> {
    let mut all = two(a, b, |a, b| make(a, b, c.clone()));
    all.extend(one(c, |c| make(a.clone(), b.clone(), c)));
    all
}

impl Changes for Expr {
    fn changes(&self) -> Vec<Self> {
        let Expr { kind, ty, span } = self;
        let other_kind = match kind {
            Kind::Int(bits) => Kind::Int(bits + 16),
            _ => Kind::Unit,
        };
        let other_ty = if *ty == Ty::U64 { Ty::U32 } else { Ty::U64 };
        vec![Expr::new(other_kind, ty.clone(), *span), Expr::new(kind.clone(), other_ty, *span)]
    }
}

impl Changes for LocalId {
    fn changes(&self) -> Vec<Self> {
        one(&self.0, LocalId)
    }
}

impl Changes for Local {
    fn changes(&self) -> Vec<Self> {
        one(&self.ty, |ty| Local { name: self.name.clone(), ty })
    }
}

impl Changes for Body {
    fn changes(&self) -> Vec<Self> {
        let make = |locals, params, root| Body { locals, params, root };
        three((&self.locals, &self.params, &self.root), make)
    }
}

impl Changes for Stmt {
    fn changes(&self) -> Vec<Self> {
        match self {
            Stmt::Let(local, value) => two(local, value, Stmt::Let),
            Stmt::Expr(expr) => one(expr, Stmt::Expr),
        }
    }
}

impl Changes for Binary {
    fn changes(&self) -> Vec<Self> {
        BINARIES.into_iter().filter(|other| other != self).collect()
    }
}

impl Changes for Intrinsic {
    fn changes(&self) -> Vec<Self> {
        INTRINSICS.into_iter().filter(|other| other != self).collect()
    }
}

impl Changes for Scalar {
    fn changes(&self) -> Vec<Self> {
        SCALARS.into_iter().filter(|other| other != self).collect()
    }
}

impl Changes for Kind {
    fn changes(&self) -> Vec<Self> {
        match self {
            Kind::Unit | Kind::Context | Kind::FunctionWord | Kind::Break | Kind::None | Kind::Next | Kind::Deopt => {
                Vec::new()
            }
            Kind::Int(bits) => one(bits, Kind::Int),
            Kind::Float(bits) => one(bits, Kind::Float),
            Kind::Bool(value) => one(value, Kind::Bool),
            Kind::Local(local) => one(local, Kind::Local),
            Kind::Const(name) => one(name, Kind::Const),
            Kind::Field(base, index) => two(base, index, Kind::Field),
            Kind::Deref(a) => one(a, Kind::Deref),
            Kind::DerefUnaligned(a) => one(a, Kind::DerefUnaligned),
            Kind::Not(a) => one(a, Kind::Not),
            Kind::Expect(a, expected) => two(a, expected, Kind::Expect),
            Kind::Negate(a) => one(a, Kind::Negate),
            Kind::Binary(op, a, b) => three((op, a, b), Kind::Binary),
            Kind::And(a, b) => two(a, b, Kind::And),
            Kind::Or(a, b) => two(a, b, Kind::Or),
            Kind::Cast(a) => one(a, Kind::Cast),
            Kind::Intrinsic(intrinsic, args) => two(intrinsic, args, Kind::Intrinsic),
            Kind::If(condition, then, other) => three((condition, then, other), Kind::If),
            Kind::While(condition, body) => two(condition, body, Kind::While),
            Kind::Block(statements, tail) => two(statements, tail, Kind::Block),
            Kind::Return(a) => one(a, Kind::Return),
            Kind::Try(a) => one(a, Kind::Try),
            Kind::Helper(name, args) => two(name, args, Kind::Helper),
            Kind::Runtime(name, args) => two(name, args, Kind::Runtime),
            Kind::Struct(name, parts) => two(name, parts, Kind::Struct),
            Kind::Tuple(parts) => one(parts, Kind::Tuple),
            Kind::Some(a) => one(a, Kind::Some),
            Kind::Ok(a) => one(a, Kind::Ok),
            Kind::Err(a) => one(a, Kind::Err),
            Kind::IsGood(local) => one(local, Kind::IsGood),
            Kind::Payload(local) => one(local, Kind::Payload),
            Kind::Assign(place, value) => two(place, value, Kind::Assign),
            Kind::Jump(label) => one(label, Kind::Jump),
            Kind::Switch(labels, index) => two(labels, index, Kind::Switch),
            Kind::Call(callee, window) => two(callee, window, Kind::Call),
            Kind::TailCall(a) => one(a, Kind::TailCall),
            Kind::Ret(a) => one(a, Kind::Ret),
            Kind::RetWindow(window) => one(window, Kind::RetWindow),
            Kind::WindowLen(window) => one(window, Kind::WindowLen),
            Kind::WindowSlot(window, index) => two(window, index, Kind::WindowSlot),
            Kind::Fill(window, value) => two(window, value, Kind::Fill),
        }
    }
}

impl Changes for Ty {
    fn changes(&self) -> Vec<Self> {
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
            | Ty::Vm => vec![Ty::U64],
            Ty::Scalar(scalar) => one(scalar, Ty::Scalar),
            Ty::Ptr { mutable, to } => two(mutable, to, |mutable, to| Ty::Ptr { mutable, to }),
            Ty::Struct(name) => one(name, Ty::Struct),
            Ty::Opaque(name) => one(name, Ty::Opaque),
            Ty::Option(of) => one(of, Ty::Option),
            Ty::Result(of) => one(of, Ty::Result),
            Ty::Tuple(parts) => one(parts, Ty::Tuple),
            Ty::Cell(name) => one(name, Ty::Cell),
        }
    }
}

impl Changes for Struct {
    fn changes(&self) -> Vec<Self> {
        two(&self.name, &self.fields, |name, fields| Struct { name, fields, is_cell: self.is_cell })
    }
}

impl Changes for Layout {
    fn changes(&self) -> Vec<Self> {
        two(&self.size, &self.align, |size, align| Layout { size, align })
    }
}

impl Changes for Value {
    fn changes(&self) -> Vec<Self> {
        match self {
            Value::Int(int) => one(int, Value::Int),
            Value::Float(bits) => one(bits, Value::Float),
            Value::Bool(value) => one(value, Value::Bool),
            Value::Struct(parts) => one(parts, Value::Struct),
        }
    }
}

impl Changes for Const {
    fn changes(&self) -> Vec<Self> {
        two(&self.ty, &self.value, |ty, value| Const { ty, value })
    }
}

impl Changes for ResultKind {
    fn changes(&self) -> Vec<Self> {
        match self {
            ResultKind::Flow => Vec::new(),
            ResultKind::Values(count) => one(count, ResultKind::Values),
            ResultKind::ValuesAndFlow(count) => one(count, ResultKind::ValuesAndFlow),
        }
    }
}

impl Changes for OpResult {
    fn changes(&self) -> Vec<Self> {
        two(&self.fallible, &self.kind, |fallible, kind| OpResult { fallible, kind })
    }
}

impl Changes for Control {
    fn changes(&self) -> Vec<Self> {
        let Control { falls_through, jumps, calls, tail_calls, returns } = *self;
        vec![
            Control { falls_through: !falls_through, ..*self },
            Control { jumps: !jumps, ..*self },
            Control { calls: !calls, ..*self },
            Control { tail_calls: !tail_calls, ..*self },
            Control { returns: !returns, ..*self },
        ]
    }
}

impl Changes for Encoding {
    fn changes(&self) -> Vec<Self> {
        match self {
            Encoding::Constant
            | Encoding::Label
            | Encoding::Labels
            | Encoding::Window
            | Encoding::StackWindow
            | Encoding::Function => Vec::new(),
            Encoding::Slot { output } => one(output, |output| Encoding::Slot { output }),
            Encoding::Stack { index, output } => two(index, output, |index, output| Encoding::Stack { index, output }),
            Encoding::Immediate { scalar, space } => {
                two(scalar, space, |scalar, space| Encoding::Immediate { scalar, space })
            }
            Encoding::Cache { cell, size, fields } => {
                three((cell, size, fields), |cell, size, fields| Encoding::Cache { cell, size, fields })
            }
        }
    }
}

impl Changes for Operand {
    fn changes(&self) -> Vec<Self> {
        two(&self.kind, &self.unit, |kind, unit| Operand { name: self.name.clone(), kind, unit })
    }
}
