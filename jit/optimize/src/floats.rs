//! The bodies of a loop's ops → the slots whose variables hold doubles instead of words.
//!
//! A value that is defined and used in one sequence of ops is converted at neither place, whatever its variable is. But
//! where paths join, and above all at the head, the variable's type decides: a double that goes round the loop as a word
//! is moved between the registers twice in each iteration.

use std::collections::BTreeMap;

use mimeo_interp::tier::Word;
use mimeo_ir::{Body, End, Inst, Set, Unary, ValueId};

use crate::loops::{Loop, LoopOp, Slots};

/// Returns the slots that the ops of a loop use as doubles more often than as something else.
pub(crate) fn floats(region: &Loop<'_>, set: &Set) -> Slots {
    let mut scores: BTreeMap<u32, i32> = BTreeMap::new();
    for op in region.ops.values() {
        let body = set.body_of(usize::from(op.at.op.0));
        for (slot, score) in reads(op, body).chain(writes(op, body)) {
            *scores.entry(slot).or_default() += score;
        }
    }
    scores
        .into_iter()
        .filter(|&(slot, score)| score > 0 && region.variables.contains(&slot))
        .map(|(slot, _)| slot)
        .collect()
}

/// Returns those of the slots with doubles in which a NaN can [stand for the canonical one](crate::nans): those that go
/// round the loop, and those that hold nothing where it is entered. Other slots may be stored before they are written, and
/// all of them may hold anything after the runtime was called.
pub(crate) fn with_any_nans(region: &Loop<'_>, floats: &Slots) -> Slots {
    if region.ops.values().any(|op| op.shape.calls_runtime) {
        return Slots::new();
    }
    let goes_round = |slot: &u32| region.read_at_head().contains(slot);
    let is_empty = |slot: u32| slot >= region.own || region.is_dead(region.head, slot);
    floats.iter().copied().filter(|slot| goes_round(slot) || is_empty(*slot)).collect()
}

/// Returns for each slot that an op reads whether it is read as a double (1), as something else (-1), or only copied.
fn reads<'a>(op: &'a LoopOp<'_>, body: &'a Body) -> impl Iterator<Item = (u32, i32)> + 'a {
    body.blocks[0].params.iter().zip(op.inputs()).filter_map(move |(&param, word)| match word {
        Word::Slot(slot) => Some((slot, use_of(op, body, param))),
        Word::Bits(_) | Word::Label(_) => None,
    })
}

/// Returns how the compiled blocks use a value.
fn use_of(op: &LoopOp<'_>, body: &Body, value: ValueId) -> i32 {
    let (mut as_float, mut as_word) = (false, false);
    for &index in &op.shape.order {
        for inst in &body.blocks[index].insts {
            match *inst {
                Inst::Unary { op: Unary::FloatFromBits, of, .. } if of == value => as_float = true,
                _ => inst.clone().values(&mut |used| as_word |= *used == value),
            }
        }
    }
    i32::from(as_float) - i32::from(as_word && !as_float)
}

/// Returns for each slot that an op writes whether it is written as a double (1) or as something else (0).
fn writes<'a>(op: &'a LoopOp<'_>, body: &'a Body) -> impl Iterator<Item = (u32, i32)> + 'a {
    let ends = body.blocks.iter().filter_map(|block| match &block.end {
        End::Next { results } | End::To { results, .. } => Some(results),
        _ => None,
    });
    ends.flat_map(move |results| {
        op.results().zip(results).map(move |(slot, &result)| (slot, i32::from(is_float(body, result))))
    })
}

/// Returns whether a value is the bits of a computed double.
fn is_float(body: &Body, value: ValueId) -> bool {
    let mut insts = body.blocks.iter().flat_map(|block| &block.insts);
    insts.any(|inst| matches!(*inst, Inst::Unary { to, op: Unary::FloatToBits, .. } if to == value))
}
