//! The bodies of a loop's ops → the variables that hold doubles instead of words.
//!
//! A value that is defined and used in one sequence of ops is converted at neither place, whatever its variable is. But
//! where paths join, and above all at the head, the variable's type decides: a double that goes round the loop as a word
//! is moved between the registers twice in each iteration.

use std::collections::BTreeMap;

use mimeo_interp::tier::Word;
use mimeo_ir::{Body, End, Inst, Set, Unary, ValueId};

use crate::loops::{Loop, LoopOp};
use crate::webs::{Web, Webs};

/// Returns the variables that the ops of a loop use as doubles more often than as something else.
pub(crate) fn floats(region: &Loop<'_>, set: &Set) -> Webs {
    let mut scores: BTreeMap<Web, i32> = BTreeMap::new();
    for op in region.ops.values() {
        let body = set.body_of(usize::from(op.at.op.0));
        let reads = reads(op, body).filter_map(|(slot, score)| Some((*op.before.get(&slot)?, score)));
        let writes = writes(op, body).filter_map(|(slot, score)| Some((*op.after.get(&slot)?, score)));
        for (web, score) in reads.chain(writes) {
            *scores.entry(web).or_default() += score;
        }
    }
    scores.into_iter().filter(|&(_, score)| score > 0).map(|(web, _)| web).collect()
}

/// Returns those of the variables with doubles in which a NaN can [stand for the canonical one](crate::nans): those that
/// the region checks where it is entered, and those that hold nothing there. Others may be stored before they are written,
/// and all of them may hold anything after the runtime was called.
pub(crate) fn with_any_nans(region: &Loop<'_>, floats: &Webs) -> Webs {
    if region.ops.values().any(|op| op.shape.calls_runtime) {
        return Webs::new();
    }
    let checked: Webs = region.read_at(region.head).collect();
    let entered = &region.ops[&region.head].before;
    let is_empty = |web: &Web| web.slot >= region.own || entered.get(&web.slot) != Some(web);
    floats.iter().copied().filter(|web| checked.contains(web) || is_empty(web)).collect()
}

/// Returns for each slot that an op reads whether it is read as a double (1), as something else (-1), or only copied.
fn reads<'a>(op: &'a LoopOp<'_>, body: &'a Body) -> impl Iterator<Item = (u32, i32)> + 'a {
    body.blocks[0].params.iter().zip(op.inputs()).filter_map(move |(&param, word)| match word {
        Word::Slot(slot) => Some((slot, use_of(op, body, param))),
        Word::Bits(_) | Word::Label(_) | Word::Labels { .. } => None,
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

/// Returns whether a value is the bits of a computed double, whose NaNs may have been made canonical.
fn is_float(body: &Body, value: ValueId) -> bool {
    let mut insts = body.blocks.iter().flat_map(|block| &block.insts);
    insts.any(|inst| match *inst {
        Inst::Unary { to, op: Unary::FloatToBits, .. } => to == value,
        Inst::Select { to, other, .. } => to == value && is_float(body, other),
        _ => false,
    })
}
