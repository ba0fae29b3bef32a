//! The typed IR: what an op or helper means, free of syntax. Its `Debug` text is for people, and can change.

use std::fmt;

use proc_macro2::Span;

use crate::ty::Ty;

/// A function body.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub(crate) locals: Vec<Local>,
    /// The first locals are the parameters.
    pub(crate) params: usize,
    pub(crate) root: Expr,
}

/// A parameter or a `let` variable.
#[derive(Clone)]
pub(crate) struct Local {
    pub(crate) name: String,
    pub(crate) ty: Ty,
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.ty)
    }
}

/// Index of a [`Local`] in its body.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LocalId(pub(crate) usize);

impl fmt::Debug for LocalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}

#[derive(Clone)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    pub(crate) ty: Ty,
    pub(crate) span: Span,
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({:?}: {})", self.kind, self.ty)
    }
}

impl Expr {
    pub(crate) fn new(kind: Kind, ty: Ty, span: Span) -> Expr {
        Expr { kind, ty, span }
    }

    pub(crate) fn boxed(self) -> Box<Expr> {
        Box::new(self)
    }

    /// Returns the result of a condition that the author expects, as far as its parts say so.
    pub(crate) fn expected(&self) -> Option<bool> {
        match &self.kind {
            Kind::Expect(_, expected) => Some(*expected),
            Kind::Not(a) => a.expected().map(|expected| !expected),
            Kind::And(a, b) | Kind::Or(a, b) => {
                let decides = matches!(self.kind, Kind::Or(..));
                match (a.expected(), b.expected()) {
                    (Some(one), _) | (_, Some(one)) if one == decides => Some(decides),
                    (Some(_), Some(other)) => Some(other),
                    _ => None,
                }
            }
            Kind::Block(_, Some(tail)) => tail.expected(),
            _ => None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Stmt {
    Let(LocalId, Option<Expr>),
    Expr(Expr),
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// The bits, sign-extended.
    Int(u64),
    /// The bits, of the float's own width.
    Float(u64),
    Bool(bool),
    Unit,
    Local(LocalId),
    Const(String),
    /// `vm.context`
    Context,
    /// `vm.function_word()`
    FunctionWord,
    Field(Box<Expr>, usize),
    Deref(Box<Expr>),
    /// What is at an address with any alignment.
    DerefUnaligned(Box<Expr>),
    Not(Box<Expr>),
    /// A condition, and the result that the author expects: `likely(…)` and `unlikely(…)`.
    Expect(Box<Expr>, bool),
    Negate(Box<Expr>),
    Binary(Binary, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// A cast to the expression's type.
    Cast(Box<Expr>),
    Intrinsic(Intrinsic, Vec<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    While(Box<Expr>, Box<Expr>),
    Break,
    Block(Vec<Stmt>, Option<Box<Expr>>),
    Return(Box<Expr>),
    /// `?` on a `Result<T, Thrown>`
    Try(Box<Expr>),
    Helper(String, Vec<Expr>),
    Runtime(String, Vec<Expr>),
    Struct(String, Vec<Expr>),
    Tuple(Vec<Expr>),
    Some(Box<Expr>),
    None,
    Ok(Box<Expr>),
    Err(Box<Expr>),
    /// Whether it is `Some` or `Ok`.
    IsGood(LocalId),
    /// The value inside the `Some` or `Ok`.
    Payload(LocalId),
    Assign(Box<Expr>, Box<Expr>),
    Next,
    Jump(LocalId),
    /// To the label with this index, or the last one.
    Switch(LocalId, Box<Expr>),
    Call(Box<Expr>, LocalId),
    TailCall(Box<Expr>),
    Ret(Box<Expr>),
    Deopt,
    /// Returns the values of the window.
    RetWindow(LocalId),
    WindowLen(LocalId),
    /// The slot of the window with this index, which is less than its length.
    WindowSlot(LocalId, Box<Expr>),
    /// Sets all slots of the window.
    Fill(LocalId, Box<Expr>),
}

/// Operators that mean the same in C and Rust, apart from overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    /// For floats only, like the next three.
    Add,
    Sub,
    Mul,
    Div,
    BitAnd,
    BitOr,
    BitXor,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Binary {
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Binary::Add => "+",
            Binary::Sub => "-",
            Binary::Mul => "*",
            Binary::Div => "/",
            Binary::BitAnd => "&",
            Binary::BitOr => "|",
            Binary::BitXor => "^",
            Binary::Eq => "==",
            Binary::Ne => "!=",
            Binary::Lt => "<",
            Binary::Le => "<=",
            Binary::Gt => ">",
            Binary::Ge => ">=",
        }
    }
}

/// Methods of Rust's numbers and pointers that the op language has. The receiver is the first argument, and
/// its type selects the method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intrinsic {
    WrappingAdd,
    WrappingSub,
    WrappingMul,
    WrappingNeg,
    WrappingAbs,
    WrappingShl,
    WrappingShr,
    CheckedAdd,
    CheckedSub,
    CheckedMul,
    CheckedNeg,
    CheckedDiv,
    CheckedRem,
    CheckedShl,
    CheckedShr,
    OverflowingAdd,
    OverflowingSub,
    OverflowingMul,
    SaturatingAdd,
    SaturatingSub,
    SaturatingMul,
    RotateLeft,
    RotateRight,
    LeadingZeros,
    TrailingZeros,
    CountOnes,
    SwapBytes,
    Min,
    Max,
    UnsignedAbs,
    FloatAbs,
    FloatSqrt,
    FloatFloor,
    FloatCeil,
    FloatTrunc,
    FloatRoundTiesEven,
    FloatCopySign,
    FloatIsSignNegative,
    FloatMinimum,
    FloatMaximum,
    FloatMinimumNumber,
    FloatMaximumNumber,
    FloatIsNan,
    FloatToBits,
    FloatCanonicalBits,
    FloatQuiet,
    FloatFromBits,
    PtrAdd,
    PtrSub,
    PtrOffset,
    PtrIsNull,
}

impl Expr {
    /// Calls `visit` with this expression and every expression inside it, in the order of evaluation.
    pub(crate) fn walk(&self, visit: &mut dyn FnMut(&Expr)) {
        self.children(&mut |child| child.walk(visit));
        visit(self);
    }

    /// Calls `visit` with each part of this expression, in the order of evaluation.
    pub(crate) fn children(&self, visit: &mut dyn FnMut(&Expr)) {
        match &self.kind {
            Kind::Field(a, _)
            | Kind::Deref(a)
            | Kind::DerefUnaligned(a)
            | Kind::Not(a)
            | Kind::Expect(a, _)
            | Kind::Negate(a)
            | Kind::Cast(a)
            | Kind::Return(a)
            | Kind::Try(a)
            | Kind::Some(a)
            | Kind::Ok(a)
            | Kind::Err(a)
            | Kind::Ret(a)
            | Kind::TailCall(a)
            | Kind::Switch(_, a)
            | Kind::WindowSlot(_, a)
            | Kind::Fill(_, a)
            | Kind::Call(a, _) => visit(a),
            Kind::Binary(_, a, b) | Kind::And(a, b) | Kind::Or(a, b) | Kind::While(a, b) => {
                visit(a);
                visit(b);
            }
            // Rust evaluates the value before the place.
            Kind::Assign(place, value) => {
                visit(value);
                visit(place);
            }
            Kind::If(a, b, c) => {
                visit(a);
                visit(b);
                visit(c);
            }
            Kind::Intrinsic(_, list)
            | Kind::Helper(_, list)
            | Kind::Runtime(_, list)
            | Kind::Struct(_, list)
            | Kind::Tuple(list) => list.iter().for_each(visit),
            Kind::Block(statements, tail) => {
                for statement in statements {
                    match statement {
                        Stmt::Let(_, Some(e)) | Stmt::Expr(e) => visit(e),
                        Stmt::Let(_, None) => {}
                    }
                }
                if let Some(tail) = tail {
                    visit(tail);
                }
            }
            Kind::Int(_)
            | Kind::Float(_)
            | Kind::Bool(_)
            | Kind::Unit
            | Kind::Local(_)
            | Kind::Const(_)
            | Kind::Context
            | Kind::FunctionWord
            | Kind::Break
            | Kind::None
            | Kind::IsGood(_)
            | Kind::Payload(_)
            | Kind::Next
            | Kind::Jump(_)
            | Kind::Deopt
            | Kind::RetWindow(_)
            | Kind::WindowLen(_) => {}
        }
    }
}
