//! Every change of a node changes the canonical bytes: the tests change each part of one node of each kind.

use std::collections::{BTreeMap, BTreeSet};

use mimeo_def::op::{Control, Scalar};
use proc_macro2::Span;

use super::bytes::{Bytes, Canonical, Tagged};
use super::fingerprint;
use crate::consts::{Const, Value};
use crate::encode::{Encoding, Operand};
use crate::errors::Errors;
use crate::ir::{Binary, Body, Expr, Intrinsic, Kind, Local, LocalId, Stmt};
use crate::op::{OpResult, ResultKind};
use crate::set::Set;
use crate::ty::{Layout, Struct, Ty};

/// A node with the nodes that differ from it in one place.
trait Changes: Sized {
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

/// Returns an expression without parts.
fn leaf(bits: u64) -> Expr {
    Expr::new(Kind::Int(bits), Ty::U64, Span::call_site())
}

fn boxed(bits: u64) -> Box<Expr> {
    leaf(bits).boxed()
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
            Kind::Unit | Kind::Context | Kind::Break | Kind::None | Kind::Next | Kind::Deopt => Vec::new(),
            Kind::Int(bits) => one(bits, Kind::Int),
            Kind::Float(bits) => one(bits, Kind::Float),
            Kind::Bool(value) => one(value, Kind::Bool),
            Kind::Local(local) => one(local, Kind::Local),
            Kind::Const(name) => one(name, Kind::Const),
            Kind::Field(base, index) => two(base, index, Kind::Field),
            Kind::Deref(a) => one(a, Kind::Deref),
            Kind::Not(a) => one(a, Kind::Not),
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
            Kind::Call(callee, window) => two(callee, window, Kind::Call),
            Kind::TailCall(a) => one(a, Kind::TailCall),
            Kind::Ret(a) => one(a, Kind::Ret),
            Kind::WindowLen(window) => one(window, Kind::WindowLen),
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
            Encoding::Constant | Encoding::Label | Encoding::Window | Encoding::StackWindow | Encoding::Function => {
                Vec::new()
            }
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

const BINARIES: [Binary; 13] = [
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

const INTRINSICS: [Intrinsic; 41] = [
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
];

const SCALARS: [Scalar; 10] = [
    Scalar::Bool,
    Scalar::I8,
    Scalar::I16,
    Scalar::I32,
    Scalar::I64,
    Scalar::U8,
    Scalar::U16,
    Scalar::U32,
    Scalar::U64,
    Scalar::F64,
];

fn kinds() -> Vec<Kind> {
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
        Kind::Field(boxed(1), 2),
        Kind::Deref(boxed(1)),
        Kind::Not(boxed(1)),
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
        Kind::Call(boxed(1), local),
        Kind::TailCall(boxed(1)),
        Kind::Ret(boxed(1)),
        Kind::Deopt,
        Kind::WindowLen(local),
    ]
}

fn statements() -> Vec<Stmt> {
    vec![Stmt::Let(LocalId(4), Some(leaf(4))), Stmt::Expr(leaf(5))]
}

fn types() -> Vec<Ty> {
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
        Ty::Window,
        Ty::Callee,
        Ty::Vm,
        Ty::Cell("name".into()),
    ]
}

fn values() -> Vec<Value> {
    let parts = || vec![Value::Int(1), Value::Float(2)];
    vec![Value::Int(-1), Value::Float(1), Value::Bool(true), Value::Struct(parts())]
}

fn encodings() -> Vec<Encoding> {
    vec![
        Encoding::Slot { output: true },
        Encoding::Stack { index: 1, output: true },
        Encoding::Immediate { scalar: Scalar::U8, space: Some("space".into()) },
        Encoding::Constant,
        Encoding::Label,
        Encoding::Window,
        Encoding::StackWindow,
        Encoding::Function,
        Encoding::Cache { cell: "cell".into(), size: 16, fields: vec![1, 2] },
    ]
}

fn results() -> Vec<ResultKind> {
    vec![ResultKind::Values(1), ResultKind::Flow, ResultKind::ValuesAndFlow(1)]
}

fn bytes_of(value: &impl Canonical) -> Vec<u8> {
    let mut out = Bytes::default();
    out.put(value);
    out.as_slice().to_vec()
}

/// Asserts that the nodes, with their changes, have different bytes, and that none begins with another's bytes.
fn assert_distinct<T: Canonical + Changes>(nodes: &[T]) {
    let changed = nodes.iter().flat_map(Changes::changes);
    let mut all: Vec<Vec<u8>> = changed.map(|node| bytes_of(&node)).chain(nodes.iter().map(bytes_of)).collect();
    all.sort();
    for pair in all.windows(2) {
        assert!(!pair[1].starts_with(&pair[0]), "{:?} begins with {:?}", pair[1], pair[0]);
    }
}

/// Asserts that there is one node of each kind, and that their tags differ.
fn assert_complete<T: Tagged>(nodes: &[T]) {
    let all: BTreeSet<u8> = T::TAGS.iter().copied().collect();
    assert_eq!(all.len(), T::TAGS.len(), "two kinds have the same tag");
    assert_eq!(nodes.iter().map(Tagged::tag).collect::<BTreeSet<u8>>(), all, "a kind is missing in this test");
}

#[test]
fn every_part_of_every_expression_counts() {
    assert_complete(&kinds());
    assert_distinct(&kinds());
    assert_complete(&statements());
    assert_distinct(&statements());
    assert_complete(&BINARIES);
    assert_complete(&INTRINSICS);
    let body = Body { locals: vec![local("a", Ty::U64), local("b", Ty::F64)], params: 1, root: leaf(1) };
    assert_distinct(&[body]);
}

#[test]
fn every_part_of_every_declaration_counts() {
    assert_complete(&SCALARS);
    assert_complete(&types());
    // Types without parts become `U64`, which is not among them.
    types().iter().for_each(|ty| assert_distinct(std::slice::from_ref(ty)));
    let plain: BTreeSet<Vec<u8>> = types().iter().map(bytes_of).collect();
    assert_eq!(plain.len(), types().len());
    assert_complete(&values());
    assert_distinct(&values());
    assert_distinct(&[Const { ty: Ty::U32, value: Value::Int(1) }]);
    assert_complete(&encodings());
    assert_distinct(&encodings());
    assert_distinct(&[Operand { name: "a".into(), kind: Encoding::Slot { output: true }, unit: 1 }]);
    assert_complete(&results());
    assert_distinct(&results());
    assert_distinct(&[OpResult { fallible: true, kind: ResultKind::Values(1) }]);
    assert_distinct(&[Control { falls_through: true, jumps: false, calls: true, tail_calls: false, returns: true }]);
    let fields = vec![("first".to_owned(), Ty::U64), ("second".to_owned(), Ty::U32)];
    assert_distinct(&[Struct { name: "of".into(), fields, is_cell: false }]);
    assert_distinct(&[Layout { size: 16, align: 8 }]);
}

fn local(name: &str, ty: Ty) -> Local {
    Local { name: name.into(), ty }
}

#[test]
fn names_of_variables_and_positions_do_not_count() {
    let body = |name: &str| Body { locals: vec![local(name, Ty::U64)], params: 1, root: leaf(1) };
    assert_eq!(bytes_of(&body("a")), bytes_of(&body("b")));
    let spans: Vec<Span> = "a\n b"
        .parse::<proc_macro2::TokenStream>()
        .map_or_else(|_| Vec::new(), |tokens| tokens.into_iter().map(|token| token.span()).collect());
    let at = |span: Span| bytes_of(&Expr::new(Kind::Break, Ty::Never, span));
    assert_eq!(at(spans[0]), at(spans[1]));
    let operand = |name: &str| Operand { name: name.into(), kind: Encoding::Constant, unit: 1 };
    assert_eq!(bytes_of(&operand("a")), bytes_of(&operand("b")));
}

/// The bytes of a small body, so that a change of the format is made on purpose: it changes all fingerprints.
#[test]
fn the_format_is_fixed() {
    let root = Expr::new(
        Kind::Not(Expr::new(Kind::Local(LocalId(0)), Ty::BOOL, Span::call_site()).boxed()),
        Ty::BOOL,
        Span::call_site(),
    );
    let body = Body { locals: vec![local("a", Ty::BOOL)], params: 1, root };
    let number = |number: u8| [number, 0, 0, 0, 0, 0, 0, 0];
    let boolean = [2, 0];
    let expected = [
        // The variables, and how many of them are parameters.
        &number(1)[..],
        &boolean,
        &number(1),
        // `!` of the first variable, each with its type.
        &[9, 4],
        &number(0),
        &boolean,
        &boolean,
    ];
    assert_eq!(bytes_of(&body), expected.concat());
}

/// Changes the body of an op.
#[test]
fn ops_that_differ_in_one_node_have_different_fingerprints() {
    let source = "mod ops { #[vm_op] fn plain(a: i64) -> i64 { a } }";
    let module: syn::ItemMod = syn::parse_str(source).expect("it is Rust");
    let set = Set::read(quote::quote!(value = i64), module, &mut Errors::default()).expect("it has no problem");
    let op = &set.ops[0];
    let whole = |kind: Kind| {
        let root = Expr::new(kind, Ty::U64, Span::call_site());
        let body = Body { locals: vec![local("a", Ty::U64)], params: 1, root };
        fingerprint(&set.module, &set.helpers, op, &body)
    };
    let mut seen = BTreeMap::new();
    for kind in kinds() {
        for kind in kind.changes().into_iter().chain([kind]) {
            let (text, print) = (format!("{kind:?}"), whole(kind));
            if let Some(other) = seen.insert(print.body, text.clone()) {
                panic!("{text} and {other} have the same fingerprint");
            }
        }
    }
    assert!(seen.len() > 2 * kinds().len());
}
