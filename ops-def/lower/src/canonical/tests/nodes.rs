//! One node of each kind, with every part.

use mimeo_def::op::Scalar;
use proc_macro2::Span;

use crate::consts::Value;
use crate::encode::Encoding;
use crate::ir::{Binary, Expr, Intrinsic, Kind, LocalId, Stmt};
use crate::op::ResultKind;
use crate::ty::Ty;

/// Returns an expression without parts.
pub(super) fn leaf(bits: u64) -> Expr {
    Expr::new(Kind::Int(bits), Ty::U64, Span::call_site())
}

pub(super) fn boxed(bits: u64) -> Box<Expr> {
    leaf(bits).boxed()
}

pub(super) const BINARIES: [Binary; 13] = [
    Binary::Add,
    Binary::Sub,
    Binary::Mul,
    Binary::Div,
    Binary::BitAnd,
    Binary::BitOr,
    Binary::BitXor,
    Binary::Eq,
    Binary::Ne,
    Binary::Lt,
    Binary::Le,
    Binary::Gt,
    Binary::Ge,
];

pub(super) const INTRINSICS: [Intrinsic; 51] = [
    Intrinsic::WrappingAdd,
    Intrinsic::WrappingSub,
    Intrinsic::WrappingMul,
    Intrinsic::WrappingNeg,
    Intrinsic::WrappingAbs,
    Intrinsic::WrappingShl,
    Intrinsic::WrappingShr,
    Intrinsic::CheckedAdd,
    Intrinsic::CheckedSub,
    Intrinsic::CheckedMul,
    Intrinsic::CheckedNeg,
    Intrinsic::CheckedDiv,
    Intrinsic::CheckedRem,
    Intrinsic::CheckedShl,
    Intrinsic::CheckedShr,
    Intrinsic::OverflowingAdd,
    Intrinsic::OverflowingSub,
    Intrinsic::OverflowingMul,
    Intrinsic::SaturatingAdd,
    Intrinsic::SaturatingSub,
    Intrinsic::RotateLeft,
    Intrinsic::RotateRight,
    Intrinsic::LeadingZeros,
    Intrinsic::TrailingZeros,
    Intrinsic::Min,
    Intrinsic::Max,
    Intrinsic::UnsignedAbs,
    Intrinsic::FloatAbs,
    Intrinsic::FloatSqrt,
    Intrinsic::FloatFloor,
    Intrinsic::FloatCeil,
    Intrinsic::FloatTrunc,
    Intrinsic::FloatIsNan,
    Intrinsic::FloatToBits,
    Intrinsic::FloatCanonicalBits,
    Intrinsic::FloatQuiet,
    Intrinsic::FloatFromBits,
    Intrinsic::PtrAdd,
    Intrinsic::PtrSub,
    Intrinsic::PtrOffset,
    Intrinsic::PtrIsNull,
    Intrinsic::SaturatingMul,
    Intrinsic::CountOnes,
    Intrinsic::SwapBytes,
    Intrinsic::FloatRoundTiesEven,
    Intrinsic::FloatCopySign,
    Intrinsic::FloatIsSignNegative,
    Intrinsic::FloatMinimum,
    Intrinsic::FloatMaximum,
    Intrinsic::FloatMinimumNumber,
    Intrinsic::FloatMaximumNumber,
];

pub(super) const SCALARS: [Scalar; 11] = [
    Scalar::Bool,
    Scalar::I8,
    Scalar::I16,
    Scalar::I32,
    Scalar::I64,
    Scalar::U8,
    Scalar::U16,
    Scalar::U32,
    Scalar::U64,
    Scalar::F32,
    Scalar::F64,
];

pub(super) fn kinds() -> Vec<Kind> {
    let name = || "name".to_owned();
    let list = || vec![leaf(1), leaf(2)];
    let local = LocalId(3);
    vec![
        Kind::Int(7),
        Kind::Float(7),
        Kind::Bool(true),
        Kind::Unit,
        Kind::Local(local),
        Kind::Const(name()),
        Kind::Context,
        Kind::FunctionWord,
        Kind::Field(boxed(1), 2),
        Kind::Deref(boxed(1)),
        Kind::DerefUnaligned(boxed(1)),
        Kind::Not(boxed(1)),
        Kind::Expect(boxed(1), true),
        Kind::Negate(boxed(1)),
        Kind::Binary(Binary::Add, boxed(1), boxed(2)),
        Kind::And(boxed(1), boxed(2)),
        Kind::Or(boxed(1), boxed(2)),
        Kind::Cast(boxed(1)),
        Kind::Intrinsic(Intrinsic::Min, list()),
        Kind::If(boxed(1), boxed(2), boxed(3)),
        Kind::While(boxed(1), boxed(2)),
        Kind::Break,
        Kind::Block(statements(), Some(boxed(1))),
        Kind::Return(boxed(1)),
        Kind::Try(boxed(1)),
        Kind::Helper(name(), list()),
        Kind::Runtime(name(), list()),
        Kind::Struct(name(), list()),
        Kind::Tuple(list()),
        Kind::Some(boxed(1)),
        Kind::None,
        Kind::Ok(boxed(1)),
        Kind::Err(boxed(1)),
        Kind::IsGood(local),
        Kind::Payload(local),
        Kind::Assign(boxed(1), boxed(2)),
        Kind::Next,
        Kind::Jump(local),
        Kind::Switch(local, boxed(1)),
        Kind::Call(boxed(1), local),
        Kind::TailCall(boxed(1)),
        Kind::Ret(boxed(1)),
        Kind::Deopt,
        Kind::RetWindow(local),
        Kind::WindowLen(local),
        Kind::WindowSlot(local, boxed(1)),
        Kind::Fill(local, boxed(1)),
    ]
}

pub(super) fn statements() -> Vec<Stmt> {
    vec![Stmt::Let(LocalId(4), Some(leaf(4))), Stmt::Expr(leaf(5))]
}

pub(super) fn types() -> Vec<Ty> {
    let of = || Box::new(Ty::Struct("of".into()));
    vec![
        Ty::Unit,
        Ty::Never,
        Ty::U32,
        Ty::Usize,
        Ty::Isize,
        Ty::Ptr { mutable: true, to: of() },
        Ty::Struct("name".into()),
        Ty::Opaque("name".into()),
        Ty::Option(of()),
        Ty::Result(of()),
        Ty::Tuple(vec![Ty::F64, Ty::Usize]),
        Ty::Flow,
        Ty::Thrown,
        Ty::Label,
        Ty::Labels,
        Ty::Window,
        Ty::Callee,
        Ty::Vm,
        Ty::Cell("name".into()),
    ]
}

pub(super) fn values() -> Vec<Value> {
    let parts = || vec![Value::Int(1), Value::Float(2)];
    vec![Value::Int(-1), Value::Float(1), Value::Bool(true), Value::Struct(parts())]
}

pub(super) fn encodings() -> Vec<Encoding> {
    vec![
        Encoding::Slot { output: true },
        Encoding::Stack { index: 1, output: true },
        Encoding::Immediate { scalar: Scalar::U8, space: Some("space".into()) },
        Encoding::Constant,
        Encoding::Label,
        Encoding::Labels,
        Encoding::Window,
        Encoding::StackWindow,
        Encoding::Function,
        Encoding::Cache { cell: "cell".into(), size: 16, fields: vec![1, 2] },
    ]
}

pub(super) fn results() -> Vec<ResultKind> {
    vec![ResultKind::Values(1), ResultKind::Flow, ResultKind::ValuesAndFlow(1)]
}
