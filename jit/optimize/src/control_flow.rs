//! The control flow of a function → the innermost natural loop in which a backward jump to a head is.
//!
//! The target of the jump need not be the header of the loop in the graph: a loop whose condition is at its end is
//! entered there, in the middle of its bytecode.

use std::collections::BTreeSet;

use mimeo_def::Pc;
use mimeo_def::op::OpInfo;
use mimeo_interp::Function;
use mimeo_interp::tier::OpAt;
use petgraph::Direction::Incoming;
use petgraph::algo::dominators::{Dominators, simple_fast};
use petgraph::graphmap::DiGraphMap;

use crate::loops::label;

/// The ops of a function, and one node more from which it is entered.
type Graph = DiGraphMap<Option<Pc>, ()>;

/// Returns the ops of the innermost loop with a backward jump to `head`, or `None` if there is no such jump.
pub(crate) fn innermost_loop(function: &Function, ops: &'static [OpInfo], head: Pc) -> Option<BTreeSet<Pc>> {
    let graph = graph(function, ops);
    let dominators = simple_fast(&graph, None);
    let jumps: Vec<Pc> =
        graph.neighbors_directed(Some(head), Incoming).flatten().filter(|&from| from >= head).collect();
    let headers = graph.nodes().flatten();
    let loops = headers.filter_map(|header| natural_loop(&graph, &dominators, header));
    let around = loops.filter(|members| members.contains(&head) && jumps.iter().any(|from| members.contains(from)));
    around.min_by_key(BTreeSet::len)
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
        if let Some(target) = label(&at).filter(|_| control.jumps) {
            graph.add_edge(Some(at.pc), Some(target), ());
        }
    }
    graph
}

/// Returns the ops from which control returns to `header`, which dominates them, and `header`.
fn natural_loop(graph: &Graph, dominators: &Dominators<Option<Pc>>, header: Pc) -> Option<BTreeSet<Pc>> {
    let dominates = |pc: Pc| dominators.dominators(Some(pc)).is_some_and(|mut above| above.any(|d| d == Some(header)));
    let mut pending: Vec<Pc> =
        graph.neighbors_directed(Some(header), Incoming).flatten().filter(|&from| dominates(from)).collect();
    if pending.is_empty() {
        return None;
    }
    let mut members = BTreeSet::from([header]);
    while let Some(pc) = pending.pop() {
        if members.insert(pc) {
            pending.extend(graph.neighbors_directed(Some(pc), Incoming).flatten());
        }
    }
    Some(members)
}
