//! A built body → the same body without blocks that nothing reaches, jumps to the only successor, detours, parameters
//! that always have one value, and values that nothing uses; blocks and values are in order.

use std::collections::BTreeMap;

use mimeo_ir::{Block, BlockId, Body, Edge, End, Inst, ValueId};

use super::thread::{skip_decided, skip_empty};
use super::walk::values;

/// Cleans up a body.
pub(super) fn cleaned(mut body: Body) -> Body {
    loop {
        let before = body.clone();
        body = in_order(body);
        merge(&mut body);
        skip_empty(&mut body);
        skip_decided(&mut body);
        forward(&mut body);
        drop_unused(&mut body);
        if body == before {
            return body;
        }
    }
}

/// Returns the blocks that can be reached, each before those that only it leads to.
fn order(body: &Body) -> Vec<usize> {
    let mut order = Vec::new();
    let successors = |block: usize| body.blocks[block].successors().collect::<Vec<_>>();
    // Nothing leads to the entry.
    let mut is_visited = vec![false; body.blocks.len()];
    // Blocks whose successors are being visited, with those that are left.
    let mut stack = vec![(0, successors(0))];
    while let Some((block, rest)) = stack.last_mut() {
        match rest.pop() {
            Some(next) if is_visited[next] => {}
            Some(next) => {
                is_visited[next] = true;
                stack.push((next, successors(next)));
            }
            None => {
                order.push(*block);
                stack.pop();
            }
        }
    }
    order.reverse();
    order
}

/// Drops unreachable blocks, and numbers blocks and values in order.
fn in_order(body: Body) -> Body {
    let order = order(&body);
    let places: BTreeMap<usize, u32> = order.iter().copied().zip(0..).collect();
    let mut blocks: Vec<Block> = order.iter().map(|&block| body.blocks[block].clone()).collect();
    let mut numbers: BTreeMap<ValueId, u32> = BTreeMap::new();
    let mut types = Vec::new();
    for block in &mut blocks {
        block.end.edges(&mut |edge| edge.to = BlockId(places[&(edge.to.0 as usize)]));
        values(block, &mut |value| {
            let number = *numbers.entry(*value).or_insert_with(|| {
                types.push(body.ty(*value));
                types.len() as u32 - 1
            });
            *value = ValueId(number);
        });
    }
    Body { values: types, blocks }
}

/// Replaces values everywhere.
fn replace(body: &mut Body, with: &BTreeMap<ValueId, ValueId>) {
    for block in &mut body.blocks {
        values(block, &mut |value| {
            while let Some(&other) = with.get(value) {
                *value = other;
            }
        });
    }
}

/// Appends each block that only one jump leads to to the block of that jump.
fn merge(body: &mut Body) {
    let mut sources = vec![0; body.blocks.len()];
    body.blocks.iter().flat_map(Block::successors).for_each(|to| sources[to] += 1);
    let mut with = BTreeMap::new();
    for block in 0..body.blocks.len() {
        while let End::Jump { edge } = body.blocks[block].end.clone() {
            let next = edge.to.0 as usize;
            if sources[next] != 1 || next == block {
                break;
            }
            // What remains of it is not reached.
            let unreached = Block { params: Vec::new(), insts: Vec::new(), end: End::Throw };
            let merged = std::mem::replace(&mut body.blocks[next], unreached);
            with.extend(merged.params.into_iter().zip(edge.args));
            body.blocks[block].insts.extend(merged.insts);
            body.blocks[block].end = merged.end;
        }
    }
    replace(body, &with);
}

/// Calls `visit` with each edge, and the number of its block's parameters that the end of this block defines itself: the
/// result of a runtime function.
fn edges(end: &mut End, visit: &mut dyn FnMut(&mut Edge, usize)) {
    let mut defined = usize::from(matches!(end, End::Runtime { has_result: true, .. }));
    end.edges(&mut |edge| visit(edge, std::mem::take(&mut defined)));
}

/// Calls `visit` with each value that an edge passes and the parameter that gets it.
fn passed(body: &Body, visit: &mut dyn FnMut(ValueId, ValueId)) {
    for block in &body.blocks {
        edges(&mut block.end.clone(), &mut |edge, defined| {
            let params = &body.blocks[edge.to.0 as usize].params[defined..];
            params.iter().zip(&edge.args).for_each(|(&param, &arg)| visit(param, arg));
        });
    }
}

/// Replaces parameters that always have one value by that value.
fn forward(body: &mut Body) {
    let mut known: BTreeMap<ValueId, Option<ValueId>> = BTreeMap::new();
    passed(body, &mut |param, arg| {
        if arg != param {
            known.entry(param).and_modify(|one| *one = one.filter(|&one| one == arg)).or_insert(Some(arg));
        }
    });
    let with: BTreeMap<_, _> = known.into_iter().filter_map(|(param, one)| Some((param, one?))).collect();
    drop_params(body, &mut |value| with.contains_key(&value));
    replace(body, &with);
}

/// Removes parameters, and what edges pass to them.
fn drop_params(body: &mut Body, is_dropped: &mut dyn FnMut(ValueId) -> bool) {
    let params: Vec<Vec<bool>> =
        body.blocks.iter().map(|block| block.params.iter().map(|&param| is_dropped(param)).collect()).collect();
    for block in &mut body.blocks {
        edges(&mut block.end, &mut |edge, defined| {
            let mut dropped = params[edge.to.0 as usize][defined..].iter();
            edge.args.retain(|_| dropped.next() == Some(&false));
        });
    }
    for (block, dropped) in body.blocks.iter_mut().zip(params) {
        let mut dropped = dropped.iter();
        block.params.retain(|_| dropped.next() == Some(&false));
    }
}

/// Removes instructions and parameters whose values nothing uses.
fn drop_unused(body: &mut Body) {
    let mut used = vec![false; body.values.len()];
    let mut work = Vec::new();
    for block in &body.blocks {
        block.end.clone().values(&mut |value| work.push(*value));
        for inst in block.insts.iter().filter(|inst| inst.result().is_none()) {
            inst.clone().values(&mut |value| work.push(*value));
        }
        // The result of a runtime function has its place even if nothing uses it.
        if let End::Runtime { has_result: true, ok, .. } = &block.end {
            work.push(body.blocks[ok.to.0 as usize].params[0]);
        }
    }
    work.extend(&body.blocks[0].params);
    let mut needs: BTreeMap<ValueId, Vec<ValueId>> = BTreeMap::new();
    passed(body, &mut |param, arg| needs.entry(param).or_default().push(arg));
    for inst in body.blocks.iter().flat_map(|block| &block.insts) {
        if let Some(to) = inst.result() {
            inst.clone().values(&mut |value| needs.entry(to).or_default().push(*value));
        }
    }
    while let Some(value) = work.pop() {
        if !std::mem::replace(&mut used[value.0 as usize], true) {
            work.extend(needs.get(&value).into_iter().flatten());
        }
    }
    for block in &mut body.blocks {
        block.insts.retain(|inst: &Inst| inst.result().is_none_or(|to| used[to.0 as usize]));
    }
    drop_params(body, &mut |value| !used[value.0 as usize]);
}
