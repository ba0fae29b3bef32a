//! A loop head → [`Found`], the ops that can be reached from it in the loop, and in the functions that are inlined there.

use std::collections::{BTreeMap, BTreeSet};

use mimeo_def::Pc;
use mimeo_def::op::OpInfo;
use mimeo_interp::Function;
use mimeo_interp::tier::{OpAt, Word};
use mimeo_ir::Set;
use mimeo_jit::{Callees, NotOptimized};

use crate::control_flow::{Innermost, innermost_loop};
use crate::loops::{Inlined, Loop, LoopOp, Slots, labels};
use crate::place::Place;
use crate::shape::{Forms, Shape, Shapes};
use crate::webs::Webs;

/// The most ops of a region.
const MOST_OPS: usize = 300;
/// The most ops of a function with a region, since the whole function is compiled again to install it.
const MOST_FUNCTION_OPS: u32 = 4000;
/// After so many samples of a loop, the callee of a call in each iteration is known.
const ENOUGH_SAMPLES: u32 = 32;
/// The fewest iterations, on average, for which it pays to enter a region.
const FEWEST_ITERATIONS: u32 = 3;
/// A call leaves many iterations if it leaves one of so many.
const OFTEN: u32 = 4;
/// The most labels in the lists of a function, since each can take a comparison.
const MOST_LABELS: usize = 1000;
/// The most ops of an inlined function.
const MOST_INLINED_OPS: u32 = 60;

/// Where ops are found.
pub(crate) struct Finder<'a, 'h> {
    pub(crate) function: &'a Function,
    pub(crate) callees: Callees<'h>,
    pub(crate) samples: Option<u32>,
    pub(crate) ops: &'static [OpInfo],
    pub(crate) bodies: &'a Set,
    /// By opcode.
    pub(crate) shapes: &'a [Shapes],
}

/// The ops of a loop.
pub(crate) struct Found<'a> {
    pub(crate) head: Place,
    pub(crate) function: &'a Function,
    pub(crate) ops: BTreeMap<Place, LoopOp<'a>>,
    /// By the place of the call.
    pub(crate) inlined: BTreeMap<Place, Inlined<'a>>,
    /// An op after which nothing is compiled.
    pub(crate) leaving: Option<&'static str>,
    /// The ops that call functions.
    calls: Vec<(Place, OpAt<'a>)>,
    /// An op whose callee is not known.
    pub(crate) unknown: Option<&'static str>,
}

impl<'a, 'h: 'a> Finder<'a, 'h> {
    /// Finds the region of a loop, if a jump leads back to this head.
    pub(crate) fn find(&self, head: Pc) -> Result<Option<Loop<'a>>, NotOptimized> {
        if self.function.facts().ops > MOST_FUNCTION_OPS {
            return Err(NotOptimized::Never(format!("the function has more than {MOST_FUNCTION_OPS} ops")));
        }
        if self.function.body().labels.len() > MOST_LABELS {
            return Err(NotOptimized::Never(format!("the function has more than {MOST_LABELS} labels in lists")));
        }
        let Some(Innermost { members, around }) = innermost_loop(self.function, self.ops, head) else {
            return Ok(None);
        };
        if self.iterations(head, &around) < FEWEST_ITERATIONS {
            return Err(NotOptimized::Yet(format!("it has fewer than {FEWEST_ITERATIONS} iterations")));
        }
        let mut refused = BTreeSet::new();
        loop {
            let found = self.collect(head, &members, &refused);
            if let Some(op) = found.unknown.filter(|_| self.samples.is_some_and(|samples| samples < ENOUGH_SAMPLES)) {
                return Err(NotOptimized::Yet(format!("the function that `{op}` calls is not known yet")));
            }
            if let Some(op) = self.samples.and_then(|samples| self.leaves_often(&found, samples)) {
                return Err(NotOptimized::Yet(format!("`{op}` leaves many iterations")));
            }
            if found.ops.len() > MOST_OPS {
                return Err(NotOptimized::Never(format!("the loop has more than {MOST_OPS} ops")));
            }
            let region = Loop::new(found, self.ops, self.bodies)?;
            match region.reads_leftovers() {
                Some(call) => refused.insert(call),
                None => return Ok(Some(region)),
            };
        }
    }

    /// Returns the average number of backward jumps to a head between two passes of the heads around it, as far as samples
    /// tell: they are taken at heads and at the first op, in proportion to the jumps and calls.
    fn iterations(&self, head: Pc, around: &[Pc]) -> u32 {
        // If it is the first op, calls are not told from jumps.
        let passes = if around.contains(&head) { 0 } else { self.samples_at(around) };
        self.samples_at(&[head]).checked_div(passes).unwrap_or(u32::MAX)
    }

    fn samples_at(&self, heads: &[Pc]) -> u32 {
        self.function.samples().filter(|(pc, _)| heads.contains(pc)).map(|(_, samples)| samples).sum()
    }

    /// Returns an op that calls a function in many iterations and leaves for that, as far as samples tell.
    fn leaves_often(&self, found: &Found<'_>, samples: u32) -> Option<&'static str> {
        let returns = |call: Place| found.ops.values().any(|op| op.place.call() == Some(call) && op.is_return());
        let calls = found.calls.iter().filter(|&&(place, _)| !returns(place));
        let mut often = calls.filter(|&&(place, at)| {
            let called = found.frame(place).0.sampled_callee(at.next_pc()).map_or(0, |callee| callee.samples);
            called.saturating_mul(OFTEN) >= samples
        });
        often.next().map(|(_, at)| at.info.name)
    }

    /// Returns what becomes of an op.
    fn forms(&self, at: &OpAt<'_>) -> &'a Forms {
        let opcode = usize::from(at.op.0);
        self.shapes[opcode].at(at, self.bodies.body_of(opcode), self.samples.is_some())
    }

    /// Collects the ops among `members`, and those of functions whose calls are not `refused`.
    fn collect(&self, head: Pc, members: &BTreeSet<Pc>, refused: &BTreeSet<Place>) -> Found<'a> {
        let head = Place::outermost(head);
        let (ops, inlined) = (BTreeMap::new(), BTreeMap::new());
        let mut found =
            Found { head, function: self.function, ops, inlined, leaving: None, calls: Vec::new(), unknown: None };
        let mut pending = vec![head];
        while let Some(place) = pending.pop() {
            let is_outside = place.call().is_none() && !members.contains(&place.pc());
            if is_outside || found.ops.contains_key(&place) {
                continue;
            }
            let (function, base) = found.frame(place);
            let Some(at) = OpAt::of(function, self.ops, place.pc()) else { continue };
            let callee = if at.info.control.calls {
                found.calls.push((place, at));
                let callee = at.callee().or_else(|| self.callees.after(function, at.next_pc()));
                if callee.is_none() {
                    found.unknown = Some(at.info.name);
                }
                callee.filter(|_| !refused.contains(&place)).and_then(|callee| self.inlined(&found, &at, place, callee))
            } else {
                None
            };
            let caller = place.call().map(|call| found.inlined[&call]);
            let shapes = self.forms(&at);
            let shape = if callee.is_some() || caller.is_some() && at.info.control.returns {
                &shapes.inlined
            } else {
                &shapes.alone
            };
            // The frame of an inlined function is made only where the region is left.
            let needs_frame = |op: &Shape| op.calls_runtime || op.throws;
            let Some(shape) = shape.as_ref().filter(|shape| caller.is_none() || !needs_frame(shape)) else {
                found.leaving = Some(at.info.name);
                continue;
            };
            let returns_to = caller.map(|caller| caller.returns_to);
            let (dirty, read) = (Webs::new(), Slots::new());
            let (before, after) = (BTreeMap::new(), BTreeMap::new());
            let is_inlined = callee.is_some();
            let op = LoopOp { at, place, base, shape, is_inlined, returns_to, dirty, read, before, after };
            if op.successors().next().is_none() {
                found.leaving = Some(at.info.name);
            }
            if let Some(callee) = callee {
                found.inlined.insert(place, callee);
            }
            pending.extend(op.successors());
            found.ops.insert(place, op);
        }
        found
    }

    /// Returns how a function is inlined at a call that probably calls it, if it is.
    fn inlined(&self, found: &Found<'a>, at: &OpAt<'a>, place: Place, function: &'a Function) -> Option<Inlined<'a>> {
        place.inside()?;
        let (_, base) = found.frame(place);
        let window = self.forms(at).inlined.as_ref()?.window?;
        let Some(Word::Bits(window)) = at.inputs().nth(window) else { return None };
        let (start, arguments) = (window as u32, (window >> 32) as u32);
        let chain = place.calls().into_iter().map(|call| found.inlined[&call].function);
        let is_active = chain.chain([self.function]).any(|active| std::ptr::eq(active, function));
        let is_short = function.facts().ops <= MOST_INLINED_OPS && function.body().labels.len() <= MOST_LABELS;
        let fits = is_short && arguments >= u32::from(function.body().arity);
        if is_active || !fits || has_loop(function, self.ops) {
            return None;
        }
        Some(Inlined { function, base: base + start, arguments, returns_to: place.beside(at.next_pc()) })
    }
}

/// Returns whether a function has a backward jump.
fn has_loop(function: &Function, ops: &'static [OpInfo]) -> bool {
    let places = (0..function.body().code.len() as u32).map(Pc);
    places.filter_map(|pc| OpAt::of(function, ops, pc)).any(|at| labels(&at).any(|target| target <= at.pc))
}

impl<'a> Found<'a> {
    /// Returns the function of an op, and its slot 0.
    fn frame(&self, place: Place) -> (&'a Function, u32) {
        place.call().map_or((self.function, 0), |call| (self.inlined[&call].function, self.inlined[&call].base))
    }
}
