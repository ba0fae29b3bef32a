//! Bodies in typed IR → [`Bytes`]. Names of variables and positions in the source are not part of them.

use super::bytes::{Bytes, Canonical, Tagged, tags};
use crate::ir::{Binary, Body, Expr, Intrinsic, Kind, Local, LocalId, Stmt};

impl Canonical for Body {
    fn put(&self, out: &mut Bytes) {
        let Body { locals, params, root } = self;
        out.put(locals);
        out.put(params);
        out.put(root);
    }
}

impl Canonical for Local {
    fn put(&self, out: &mut Bytes) {
        // Renaming a variable does not change what an op means.
        let Local { name: _, ty } = self;
        out.put(ty);
    }
}

impl Canonical for LocalId {
    fn put(&self, out: &mut Bytes) {
        let LocalId(index) = self;
        out.put(index);
    }
}

impl Canonical for Expr {
    fn put(&self, out: &mut Bytes) {
        let Expr { kind, ty, span: _ } = self;
        out.put(kind);
        out.put(ty);
    }
}

tags! { Stmt:
    Let = 0,
    Expr = 1,
}

impl Canonical for Stmt {
    fn put(&self, out: &mut Bytes) {
        out.tag(self.tag());
        match self {
            Stmt::Let(local, value) => {
                out.put(local);
                out.put(value);
            }
            Stmt::Expr(expr) => out.put(expr),
        }
    }
}

tags! { Kind:
    Int = 0,
    Float = 1,
    Bool = 2,
    Unit = 3,
    Local = 4,
    Const = 5,
    Context = 6,
    Field = 7,
    Deref = 8,
    Not = 9,
    Negate = 10,
    Binary = 11,
    And = 12,
    Or = 13,
    Cast = 14,
    Intrinsic = 15,
    If = 16,
    While = 17,
    Break = 18,
    Block = 19,
    Return = 20,
    Try = 21,
    Helper = 22,
    Runtime = 23,
    Struct = 24,
    Tuple = 25,
    Some = 26,
    None = 27,
    Ok = 28,
    Err = 29,
    IsGood = 30,
    Payload = 31,
    Assign = 32,
    Next = 33,
    Jump = 34,
    Call = 35,
    TailCall = 36,
    Ret = 37,
    Deopt = 38,
    WindowLen = 39,
    DerefUnaligned = 40,
    Switch = 41,
    RetWindow = 42,
    WindowSlot = 43,
    Fill = 44,
    FunctionWord = 45,
    Expect = 46,
}

impl Canonical for Kind {
    fn put(&self, out: &mut Bytes) {
        out.tag(self.tag());
        match self {
            Kind::Unit | Kind::Context | Kind::FunctionWord | Kind::Break | Kind::None | Kind::Next | Kind::Deopt => {}
            Kind::Int(bits) | Kind::Float(bits) => out.put(bits),
            Kind::Bool(value) => out.put(value),
            Kind::Const(name) => out.put(name),
            Kind::Local(local)
            | Kind::IsGood(local)
            | Kind::Payload(local)
            | Kind::Jump(local)
            | Kind::RetWindow(local)
            | Kind::WindowLen(local) => out.put(local),
            Kind::Deref(a)
            | Kind::DerefUnaligned(a)
            | Kind::Not(a)
            | Kind::Negate(a)
            | Kind::Cast(a)
            | Kind::Return(a)
            | Kind::Try(a)
            | Kind::Some(a)
            | Kind::Ok(a)
            | Kind::Err(a)
            | Kind::TailCall(a)
            | Kind::Ret(a) => out.put(a),
            Kind::Expect(a, expected) => {
                out.put(a);
                out.put(expected);
            }
            Kind::Field(base, index) => {
                out.put(base);
                out.put(index);
            }
            Kind::Switch(of, a) | Kind::WindowSlot(of, a) | Kind::Fill(of, a) => {
                out.put(of);
                out.put(a);
            }
            Kind::Call(callee, window) => {
                out.put(callee);
                out.put(window);
            }
            Kind::And(a, b) | Kind::Or(a, b) | Kind::While(a, b) | Kind::Assign(a, b) => {
                out.put(a);
                out.put(b);
            }
            Kind::Binary(op, a, b) => {
                out.put(op);
                out.put(a);
                out.put(b);
            }
            Kind::If(condition, then, other) => {
                out.put(condition);
                out.put(then);
                out.put(other);
            }
            Kind::Tuple(parts) => out.put(parts),
            Kind::Helper(name, parts) | Kind::Runtime(name, parts) | Kind::Struct(name, parts) => {
                out.put(name);
                out.put(parts);
            }
            Kind::Intrinsic(intrinsic, args) => {
                out.put(intrinsic);
                out.put(args);
            }
            Kind::Block(statements, tail) => {
                out.put(statements);
                out.put(tail);
            }
        }
    }
}

tags! { Binary:
    Add = 0,
    Sub = 1,
    Mul = 2,
    Div = 3,
    BitAnd = 4,
    BitOr = 5,
    BitXor = 6,
    Eq = 7,
    Ne = 8,
    Lt = 9,
    Le = 10,
    Gt = 11,
    Ge = 12,
}

impl Canonical for Binary {
    fn put(&self, out: &mut Bytes) {
        out.tag(self.tag());
    }
}

tags! { Intrinsic:
    WrappingAdd = 0,
    WrappingSub = 1,
    WrappingMul = 2,
    WrappingNeg = 3,
    WrappingAbs = 4,
    WrappingShl = 5,
    WrappingShr = 6,
    CheckedAdd = 7,
    CheckedSub = 8,
    CheckedMul = 9,
    CheckedNeg = 10,
    CheckedDiv = 11,
    CheckedRem = 12,
    CheckedShl = 13,
    CheckedShr = 14,
    OverflowingAdd = 15,
    OverflowingSub = 16,
    OverflowingMul = 17,
    SaturatingAdd = 18,
    SaturatingSub = 19,
    RotateLeft = 20,
    RotateRight = 21,
    LeadingZeros = 22,
    TrailingZeros = 23,
    Min = 24,
    Max = 25,
    UnsignedAbs = 26,
    FloatAbs = 27,
    FloatSqrt = 28,
    FloatFloor = 29,
    FloatCeil = 30,
    FloatTrunc = 31,
    FloatIsNan = 32,
    FloatToBits = 33,
    FloatCanonicalBits = 34,
    FloatQuiet = 35,
    FloatFromBits = 36,
    PtrAdd = 37,
    PtrSub = 38,
    PtrOffset = 39,
    PtrIsNull = 40,
    SaturatingMul = 41,
    CountOnes = 42,
    SwapBytes = 43,
    FloatRoundTiesEven = 44,
    FloatCopySign = 45,
    FloatIsSignNegative = 46,
    FloatMinimum = 47,
    FloatMaximum = 48,
    FloatMinimumNumber = 49,
    FloatMaximumNumber = 50,
}

impl Canonical for Intrinsic {
    fn put(&self, out: &mut Bytes) {
        out.tag(self.tag());
    }
}
