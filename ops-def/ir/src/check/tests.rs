//! Sets that break one rule each → the reason why they are refused.

use super::*;
use crate::body::{Binary, FieldId, FunctionId, ParamId, Unary};
use crate::set::Struct;

const fn value(id: u32) -> ValueId {
    ValueId(id)
}

fn edge(to: u32, args: &[u32]) -> Edge {
    Edge { to: BlockId(to), args: args.iter().copied().map(ValueId).collect() }
}

/// A body that uses every form of instruction and most ends:
///
/// ```text
/// b0(v0: i64, v1: i64):          b1(v6: i64):          b2:
///   v2: i64 = 7                    v7: i64 = context      throw
///   v3: i64 = add v0, v2           store [v7] S.f = v6
///   v4: i8 = equal v3, v1          next v6
///   v5: i64 = select v4, v0, v1
///   runtime f0(v5) ok b1 err b2
/// ```
fn sample() -> Set {
    let first = Block {
        params: vec![value(0), value(1)],
        insts: vec![
            Inst::Const { to: value(2), bits: 7 },
            Inst::Binary { to: value(3), op: Binary::Add, a: value(0), b: value(2) },
            Inst::Binary { to: value(4), op: Binary::Equal, a: value(3), b: value(1) },
            Inst::Select { to: value(5), condition: value(4), then: value(0), other: value(1) },
        ],
        end: End::Runtime {
            function: FunctionId(0),
            args: vec![value(5)],
            has_result: true,
            ok: edge(1, &[]),
            err: Some(edge(2, &[])),
        },
    };
    let description = Description::Field { field: FieldId { of: 0, index: 0 } };
    let second = Block {
        params: vec![value(6)],
        insts: vec![
            Inst::Context { to: value(7) },
            Inst::Store { address: value(7), offset: 0, description, value: value(6) },
        ],
        end: End::Next { results: vec![value(6)] },
    };
    let third = Block { params: vec![], insts: vec![], end: End::Throw };
    let [word, bool] = [Type::I64, Type::I8];
    let values = vec![word, word, word, word, bool, word, word, word];
    let body = Body { values, blocks: vec![first, second, third] };
    let of = Struct { name: "S".to_owned(), fields: vec!["f".to_owned()] };
    Set { has_typed_memory: false, structs: vec![of], bodies: vec![body], ops: vec![0, 0] }
}

/// Returns why the sample is refused after a change.
fn refusal(change: impl FnOnce(&mut Set)) -> InvalidIr {
    let mut set = sample();
    change(&mut set);
    Set::from_bytes(&set.to_bytes()).expect_err("a rule is broken")
}

/// Returns why the sample is refused after a change of its body.
fn body_refusal(change: impl FnOnce(&mut Body)) -> InvalidIr {
    refusal(|set| change(&mut set.bodies[0]))
}

#[test]
fn the_sample_is_read_back() {
    let set = sample();
    assert_eq!(Set::from_bytes(&set.to_bytes()), Ok(set));
}

#[test]
fn an_unknown_op_has_no_body() {
    let unknown = std::panic::catch_unwind(|| sample().body_of(2).clone());
    assert!(unknown.is_err());
    assert!(std::panic::catch_unwind(|| sample().text_of(2, &[])).is_err());
    assert_eq!(refusal(|set| set.ops.push(1)), InvalidIr::Unknown);
}

#[test]
fn unknown_values_are_refused() {
    assert_eq!(body_refusal(|body| body.blocks[1].end = End::Next { results: vec![value(8)] }), InvalidIr::Unknown);
    assert_eq!(
        body_refusal(|body| body.blocks[0].insts[0] = Inst::Const { to: value(9), bits: 7 }),
        InvalidIr::Unknown
    );
    assert_eq!(body_refusal(|body| body.blocks[2].end = End::Jump { edge: edge(3, &[]) }), InvalidIr::Unknown);
    // The op's operands enter block 0.
    assert_eq!(body_refusal(|body| body.blocks[2].end = End::Jump { edge: edge(0, &[2, 2]) }), InvalidIr::Unknown);
    assert_eq!(
        body_refusal(|body| body.blocks[2].end = End::To { results: vec![], label: ParamId(2) }),
        InvalidIr::Unknown
    );
    let list = |body: &mut Body| body.blocks[2].end = End::Switch { index: value(0), labels: ParamId(2) };
    assert_eq!(body_refusal(list), InvalidIr::Unknown);
    assert_eq!(refusal(|set| set.structs[0].fields.clear()), InvalidIr::Unknown);
    assert_eq!(refusal(|set| set.structs.clear()), InvalidIr::Unknown);
    assert_eq!(body_refusal(|body| body.blocks.clear()), InvalidIr::Unknown);
}

#[test]
fn values_are_defined_once_and_before_they_are_used() {
    let twice = |body: &mut Body| body.blocks[0].insts[1] = Inst::Const { to: value(2), bits: 1 };
    assert_eq!(body_refusal(twice), InvalidIr::Undefined);
    assert_eq!(body_refusal(|body| body.blocks[0].insts.swap(0, 1)), InvalidIr::Undefined);
    // Only one of the ways to the block defines the value.
    let joined = |body: &mut Body| {
        body.blocks[1].end = End::Jump { edge: edge(2, &[]) };
        body.blocks[2].end = End::Return { value: value(6) };
    };
    assert_eq!(body_refusal(joined), InvalidIr::Undefined);
    // A value of a block that every way passes is defined.
    let mut set = sample();
    set.bodies[0].blocks[2].end = End::Return { value: value(5) };
    assert!(Set::from_bytes(&set.to_bytes()).is_ok());
}

#[test]
fn operations_have_types() {
    let inst = |place: usize, inst: Inst| body_refusal(|body| body.blocks[0].insts[place] = inst);
    let (a, b) = (value(0), value(4));
    assert_eq!(inst(3, Inst::Binary { to: value(5), op: Binary::Add, a, b }), InvalidIr::Type);
    assert_eq!(inst(1, Inst::Binary { to: value(3), op: Binary::FloatAdd, a, b: value(1) }), InvalidIr::Type);
    assert_eq!(inst(1, Inst::Unary { to: value(3), op: Unary::Truncate, of: a }), InvalidIr::Type);
    assert_eq!(inst(2, Inst::Const { to: value(4), bits: 0x100 }), InvalidIr::Type);
    let condition = value(3);
    assert_eq!(inst(3, Inst::Select { to: value(5), condition, then: a, other: a }), InvalidIr::Type);
    let load = Inst::Load { to: value(5), address: value(4), offset: 0, description: Description::Bytes };
    assert_eq!(inst(3, load), InvalidIr::Type);
    let (to, small) = (value(5), value(4));
    assert_eq!(inst(3, Inst::WindowLoad { to, window: a, index: small }), InvalidIr::Type);
    assert_eq!(inst(2, Inst::FunctionWord { to: small }), InvalidIr::Type);
    for inst in [
        Inst::WindowFill { window: a, value: small },
        Inst::WindowStore { window: small, index: a, value: a },
        Inst::WindowStore { window: a, index: small, value: a },
    ] {
        assert_eq!(body_refusal(|body| body.blocks[0].insts.push(inst)), InvalidIr::Type);
    }
    let ret = |body: &mut Body| body.blocks[1].end = End::ReturnWindow { window: value(4) };
    assert_eq!(body_refusal(ret), InvalidIr::Type);
    assert_eq!(body_refusal(|body| body.values[0] = Type::I32), InvalidIr::Type);
    let next = |body: &mut Body| body.blocks[2].end = End::Next { results: vec![value(4)] };
    assert_eq!(body_refusal(next), InvalidIr::Type);
    let branch = End::Branch { condition: value(3), then: edge(2, &[]), other: edge(2, &[]) };
    assert_eq!(body_refusal(|body| body.blocks[0].end = branch), InvalidIr::Type);
}

#[test]
fn edges_pass_what_their_block_takes() {
    assert_eq!(body_refusal(|body| body.blocks[2].end = End::Jump { edge: edge(1, &[]) }), InvalidIr::Arity);
    assert_eq!(body_refusal(|body| body.blocks[2].end = End::Jump { edge: edge(1, &[0, 1]) }), InvalidIr::Arity);
    assert_eq!(body_refusal(|body| body.blocks[2].end = End::Jump { edge: edge(1, &[4]) }), InvalidIr::Type);
    let without_result = |body: &mut Body| {
        if let End::Runtime { has_result, .. } = &mut body.blocks[0].end {
            *has_result = false;
        }
    };
    assert_eq!(body_refusal(without_result), InvalidIr::Arity);
}

/// Each byte is changed in each bit, and the bytes end at each place: none of the results panics, and what is accepted
/// is well formed.
#[test]
fn damaged_bytes_do_no_harm() {
    let bytes = sample().to_bytes();
    let mut refused = 0;
    for place in 0..bytes.len() {
        assert!(Set::from_bytes(&bytes[..place]).is_err(), "{place} bytes");
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1 << bit;
            match Set::from_bytes(&damaged) {
                Ok(set) => (0..set.ops.len()).for_each(|op| assert!(!set.text_of(op, &[]).is_empty())),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > bytes.len() * 4, "{refused} of {} were refused", bytes.len() * 8);
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(Set::from_bytes(&longer), Err(InvalidIr::Bytes));
}
