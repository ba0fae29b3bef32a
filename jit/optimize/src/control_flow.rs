//! The control flow of a function → the innermost natural loop in which a backward jump to a head is, and the heads of
//! what is around it.
//!
//! The target of the jump need not be the header of the loop in the graph: a loop whose condition is at its end is
//! entered there, in the middle of its bytecode.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mimeo_def::Pc;
use mimeo_def::op::OpInfo;
use mimeo_interp::Function;
use mimeo_interp::tier::OpAt;
use petgraph::Direction::Incoming;
use petgraph::algo::dominators::simple_fast;
use petgraph::graphmap::DiGraphMap;

use crate::loops::labels;

/// The ops of a function, and one node more from which it is entered.
type Graph = DiGraphMap<Option<Pc>, ()>;

/// A natural loop.
pub(crate) struct Innermost {
    pub(crate) members: BTreeSet<Pc>,
    /// The heads of the smallest loop around it, or the first op if no loop is: control passes one of them before it
    /// enters the loop again.
    pub(crate) around: Vec<Pc>,
}

/// Returns the innermost loop with a backward jump to `head`, or `None` if there is no such jump.
pub(crate) fn innermost_loop(function: &Function, ops: &'static [OpInfo], head: Pc) -> Option<Innermost> {
    let graph = graph(function, ops);
    // The sources of the backward jumps to a head.
    let jumps = |head: Pc| graph.neighbors_directed(Some(head), Incoming).flatten().filter(move |&from| from >= head);
    jumps(head).next()?;
    let tree = DominatorTree::new(&graph);
    // The jumps back to the header of each loop.
    let mut headers: BTreeMap<Pc, Vec<Pc>> = BTreeMap::new();
    for (from, to, ()) in graph.all_edges() {
        if let (Some(from), Some(to)) = (from, to)
            && tree.dominates(to, from)
        {
            headers.entry(to).or_default().push(from);
        }
    }
    let mut loops: Vec<BTreeSet<Pc>> =
        headers.into_iter().map(|(header, back)| natural_loop(&graph, header, back)).collect();
    loops.sort_by_key(BTreeSet::len);
    // The numbers of the loops in which a backward jump to a head is, innermost first.
    let loops_of = |head: Pc| -> Vec<usize> {
        let is_in = |members: &BTreeSet<Pc>| members.contains(&head) && jumps(head).any(|from| members.contains(&from));
        (0..loops.len()).filter(|&number| is_in(&loops[number])).collect()
    };
    let numbers = loops_of(head);
    let around = match numbers.get(1) {
        None => vec![Pc(0)],
        outer => function.facts().polls.iter().copied().filter(|&other| loops_of(other).first() == outer).collect(),
    };
    Some(Innermost { members: loops.swap_remove(*numbers.first()?), around })
}

/// The tree in which the parent of an op is its immediate dominator.
struct DominatorTree {
    /// By op: its number in a walk of the tree, and the largest number below it.
    spans: HashMap<Pc, (u32, u32)>,
}

impl DominatorTree {
    fn new(graph: &Graph) -> DominatorTree {
        let dominators = simple_fast(graph, None);
        let mut children: BTreeMap<Option<Pc>, Vec<Pc>> = BTreeMap::new();
        for pc in graph.nodes().flatten() {
            if let Some(parent) = dominators.immediate_dominator(Some(pc)) {
                children.entry(parent).or_default().push(pc);
            }
        }
        let mut spans = HashMap::new();
        let mut next = 0;
        // Each op twice: when it is reached, and when all below it were.
        let mut pending = vec![(None, false)];
        while let Some((node, is_done)) = pending.pop() {
            if is_done {
                if let Some((_, last)) = node.and_then(|pc| spans.get_mut(&pc)) {
                    *last = next - 1;
                }
                continue;
            }
            if let Some(pc) = node {
                spans.insert(pc, (next, next));
                next += 1;
            }
            pending.push((node, true));
            pending.extend(children.remove(&node).unwrap_or_default().into_iter().map(|pc| (Some(pc), false)));
        }
        DominatorTree { spans }
    }

    /// Returns `true` if every path to `below` goes through `above`.
    fn dominates(&self, above: Pc, below: Pc) -> bool {
        match (self.spans.get(&above), self.spans.get(&below)) {
            (Some(&(first, last)), Some(&(number, _))) => (first..=last).contains(&number),
            _ => false,
        }
    }
}

fn graph(function: &Function, ops: &'static [OpInfo]) -> Graph {
    let mut graph = Graph::new();
    graph.add_edge(None, Some(Pc(0)), ());
    // An error enters a handler from anywhere.
    for handler in &function.body().handlers {
        graph.add_edge(None, Some(handler.target), ());
    }
    for at in (0..function.body().code.len() as u32).filter_map(|pc| OpAt::of(function, ops, Pc(pc))) {
        let control = at.info.control;
        // The next op runs when the callee has returned.
        if control.falls_through || control.calls {
            graph.add_edge(Some(at.pc), Some(at.next_pc()), ());
        }
        for target in labels(&at).filter(|_| control.jumps) {
            graph.add_edge(Some(at.pc), Some(target), ());
        }
    }
    graph
}

/// Returns the ops from which control returns to `header` by one of these jumps, and `header`.
fn natural_loop(graph: &Graph, header: Pc, back: Vec<Pc>) -> BTreeSet<Pc> {
    let mut members = BTreeSet::from([header]);
    let mut pending = back;
    while let Some(pc) = pending.pop() {
        if members.insert(pc) {
            pending.extend(graph.neighbors_directed(Some(pc), Incoming).flatten());
        }
    }
    members
}
