//! The ops of a region → the loops among them that are entered only at their heads, with what they change.

use std::collections::{BTreeMap, BTreeSet};

use crate::loops::{LoopOp, Slots};
use crate::memory::{Kind, Origin};
use crate::place::Place;
use crate::webs::Webs;

/// A loop in a region.
#[derive(Debug)]
pub(crate) struct Nested {
    /// Its ops.
    pub(crate) ops: BTreeSet<Place>,
    /// The variables that change.
    pub(crate) written: Webs,
    /// What it stores to, if it calls no runtime function.
    pub(crate) stores: Vec<Kind>,
    /// Whether it calls a runtime function, which can change everything.
    pub(crate) calls_runtime: bool,
}

/// Finds the loops with these heads in a region that is entered at `head`.
pub(crate) fn nested_loops(
    ops: &BTreeMap<Place, LoopOp<'_>>,
    head: Place,
    heads: &BTreeSet<Place>,
    variables: &Slots,
) -> BTreeMap<Place, Nested> {
    let mut before: BTreeMap<Place, Vec<Place>> = BTreeMap::new();
    for (&pc, op) in ops {
        op.successors().for_each(|to| before.entry(to).or_default().push(pc));
    }
    let mut found = BTreeMap::new();
    for &of in heads {
        let mut members = BTreeSet::from([of]);
        let mut pending: Vec<Place> = before[&of].iter().copied().filter(|&from| from >= of).collect();
        while let Some(pc) = pending.pop() {
            if members.insert(pc) {
                pending.extend(before.get(&pc).into_iter().flatten());
            }
        }
        if of == head || !members.contains(&head) {
            found.insert(of, effects(ops, members, variables));
        }
    }
    found
}

/// Returns what the members of a loop do.
fn effects(ops: &BTreeMap<Place, LoopOp<'_>>, members: BTreeSet<Place>, variables: &Slots) -> Nested {
    let all = || members.iter().map(|pc| &ops[pc]);
    let calls_runtime = all().any(|op| op.shape.calls_runtime);
    let by_ops = all().flat_map(|op| op.shape.stores.iter().copied());
    // Something may point to a slot that is no variable.
    let by_results = all().flat_map(|op| op.written()).filter(|slot| !variables.contains(slot));
    let by_results = by_results.map(|_| Kind { origin: Origin::Language, content: None });
    let stores = by_ops.chain(by_results).collect();
    // What is read or stored after a call of the runtime is read again.
    let again = all().filter(|op| op.shape.calls_runtime).flat_map(|op| op.before.values());
    let written = again.chain(all().flat_map(|op| op.after.values())).copied().collect();
    Nested { written, stores, calls_runtime, ops: members }
}
