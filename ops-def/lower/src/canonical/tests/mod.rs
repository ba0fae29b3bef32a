//! Every change of a node changes the canonical bytes: the tests change each part of one node of each kind.

mod changes;
mod nodes;

use std::collections::{BTreeMap, BTreeSet};

use mimeo_def::op::Control;
use proc_macro2::Span;

use super::bytes::{Bytes, Canonical, Tagged};
use super::fingerprint;
use crate::consts::{Const, Value};
use crate::encode::{Encoding, Operand};
use crate::errors::Errors;
use crate::ir::{Body, Expr, Kind, Local, LocalId};
use crate::op::{OpResult, ResultKind};
use crate::set::Set;
use crate::ty::{Layout, Struct, Ty};
use changes::Changes;
use nodes::{BINARIES, INTRINSICS, SCALARS, encodings, kinds, leaf, results, statements, types, values};

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
