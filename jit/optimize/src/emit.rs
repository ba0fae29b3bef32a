//! A [`Loop`] → Cranelift's IR of a function that runs it, and its exits.
//!
//! The function takes the machine's core, slot 0 and the frame's record, and returns the offset of an exit. The ops are
//! there twice if that pays: once for the first iteration, whose checks and loads the other iterations need not repeat,
//! and once for all others.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, SourceLoc, TrapCode, Value, types};
use cranelift_frontend::FunctionBuilder;
use mimeo_def::Pc;
use mimeo_interp::RuntimeFn;
use mimeo_ir::{Set, Type};
use mimeo_jit::OptimizedExit;
use rustc_hash::FxHashMap;

use crate::arithmetic::clif_type;
use crate::body::BodyEmitter;
use crate::compiler::Leaving;
use crate::exits::Exits;
use crate::floats::{floats, with_any_nans};
use crate::frame::Frame;
use crate::heads::{Assumed, Heads};
use crate::known::Known;
use crate::listed::location;
use crate::loops::{Loop, LoopOp};
use crate::nest::Nested;
use crate::place::Place;
use crate::values::{Values, trusted};
use crate::webs::{Web, Webs};

/// What a region is made of.
pub(crate) struct Inputs<'a> {
    pub(crate) region: &'a Loop<'a>,
    pub(crate) bodies: &'a Set,
    pub(crate) runtime: &'static [RuntimeFn],
    /// The number of entries, which the region counts.
    pub(crate) entries: &'a Cell<u64>,
    /// The number of exits where a path of an op is missing, which the region counts, too.
    pub(crate) misses: &'a Cell<u64>,
    pub(crate) leaving: Option<&'a Leaving>,
    /// Whether what is in cells is taken as constant.
    pub(crate) with_held: bool,
}

/// A head that is being repeated.
struct Repeated {
    block: Block,
    /// What holds there.
    assumed: Assumed,
    /// The variables that do not change in the loop.
    fixed: Rc<FxHashMap<Web, Value>>,
}

/// The iterations of a region for which a copy of the ops is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Iterations {
    /// All of them.
    #[default]
    All,
    /// The first one.
    First,
    /// All but the first.
    Others,
}

/// Emits a whole region.
pub(crate) struct Emitter<'a, 'f, 'h> {
    pub(crate) v: Values<'f>,
    pub(crate) region: &'a Loop<'a>,
    bodies: &'a Set,
    pub(crate) runtime: &'static [RuntimeFn],
    leaving: Option<&'a Leaving>,
    pub(crate) frame: Frame,
    pub(crate) exits: Exits,
    /// The blocks in which calls are made that are not inlined, with the callee.
    pub(crate) calls_elsewhere: Vec<(Block, Place, Value)>,
    /// By copy and op: the block that leaves at its start because a path is missing.
    missed: BTreeMap<(Iterations, Place), Block>,
    /// Whether nothing in the region changes a cell, and what is in cells is taken as constant.
    pub(crate) keeps_cells: bool,
    /// The block before the iterations after the first, if that is a copy of its own.
    others: Option<Block>,
    /// Whether the block of a body that is being emitted is the last one of its op.
    pub(crate) is_last: bool,
    /// The op that follows in the current block.
    running: Option<Place>,
    /// The block in this copy where an op is entered by forward jumps.
    blocks: BTreeMap<Place, Block>,
    /// The heads in this copy, apart from those of loops that are entered elsewhere, too.
    repeated: BTreeMap<Place, Repeated>,
    heads: &'h mut Heads,
}

impl<'a, 'f, 'h> Emitter<'a, 'f, 'h> {
    /// Emits a region into an empty function with the right signature. Returns the exits, or `None` if something that was
    /// assumed at a head does not hold, which `heads` then knows.
    pub(crate) fn emit(
        mut b: FunctionBuilder<'f>,
        inputs: &Inputs<'a>,
        heads: &'h mut Heads,
    ) -> Option<Vec<OptimizedExit>> {
        let Inputs { region, bodies, runtime, entries, misses, leaving, with_held } = *inputs;
        let [entry, checks, start] = [(); 3].map(|()| b.create_block());
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        b.ins().jump(checks, &[]);
        b.insert_block_after(checks, entry);
        b.switch_to_block(start);
        let [base, record] = [1, 2].map(|index| b.block_params(entry)[index]);
        let mut v = Values::new(b, entry, bodies.has_typed_memory);
        let floats = floats(region, bodies);
        let canonical = heads.without_exact(with_any_nans(region, &floats));
        let frame = Frame::new(&mut v, [base, record], region, &floats, &canonical);
        let mut emitter = Emitter {
            v,
            region,
            bodies,
            runtime,
            leaving,
            frame,
            exits: Exits::default(),
            calls_elsewhere: Vec::new(),
            missed: BTreeMap::new(),
            keeps_cells: with_held && region.keeps_cells(),
            others: None,
            is_last: false,
            running: None,
            blocks: BTreeMap::new(),
            repeated: BTreeMap::new(),
            heads,
        };
        emitter.leave_with_other_nans();
        emitter.iterations();
        emitter.v.b.set_srcloc(SourceLoc::default());
        emitter.fill_calls();
        emitter.fill_missed(misses);
        emitter.check_cells([checks, start], entries, misses);
        let Emitter { mut v, mut frame, mut exits, heads, .. } = emitter;
        heads.keep_exact(std::mem::take(&mut frame.inexact));
        exits.fill(&mut v, &frame, region);
        v.b.seal_all_blocks();
        v.b.finalize();
        heads.hold().then_some(exits.table)
    }

    /// Leaves at once if a variable holds a NaN that the region would replace by the canonical one.
    fn leave_with_other_nans(&mut self) {
        if let Some(has_other) = self.frame.has_other_nans(&mut self.v, self.region.read_at(self.region.head)) {
            let exit = self.exits.before(&mut self.v.b, self.region.head, &Webs::new());
            self.v.leave_if(has_other, exit);
        }
    }

    /// Emits all ops, from the end of the entry.
    fn iterations(&mut self) {
        let first = self.block_of(self.region.head);
        self.v.jump(first, &[]);
        if self.region.is_peeled() {
            let others = self.v.b.create_block();
            (self.exits.copy, self.others) = (Iterations::First, Some(others));
            self.ops();
            self.exits.copy = Iterations::Others;
            self.repeated.clear();
            self.blocks = BTreeMap::from([(self.region.head, others)]);
        }
        self.ops();
    }

    /// Emits one copy of the ops.
    fn ops(&mut self) {
        let region = self.region;
        for (&place, op) in &region.ops {
            if self.running.take() == Some(place) {
                self.op(op);
                continue;
            }
            let block = self.block_of(place);
            let is_head = region.repeated.contains(&place) && !self.is_behind(place);
            if is_head && !region.nested.contains_key(&place) {
                self.v.begin_loop(block, Known::default());
            } else if !self.v.begin(block) {
                // Nothing leads here, since conditions were decided.
                continue;
            }
            if is_head && let Some(nested) = region.nested.get(&place) {
                self.frame.fixed = self.fixed_at(place);
                self.begin_loop(place, nested);
            }
            self.op(op);
        }
    }

    fn op(&mut self, op: &'a LoopOp<'a>) {
        self.frame.fixed = self.fixed_at(op.place);
        self.v.b.set_srcloc(location(op.place));
        if let Some(leaving) = self.leaving {
            self.leave_now_and_then(op, leaving);
        }
        BodyEmitter::emit(self, op, self.bodies.body_of(usize::from(op.at.op.0)));
    }

    /// Returns the variables that do not change in the innermost loop around an op that was begun.
    fn fixed_at(&self, place: Place) -> Rc<FxHashMap<Web, Value>> {
        let around = self.repeated.iter().filter(|(head, _)| self.region.nested[head].ops.contains(&place));
        let innermost = around.min_by_key(|(head, _)| self.region.nested[head].ops.len());
        innermost.map_or_else(Rc::default, |(_, repeated)| repeated.fixed.clone())
    }

    /// Returns whether backward jumps to an op lead out of this copy.
    fn is_behind(&self, place: Place) -> bool {
        place == self.region.head && self.exits.copy == Iterations::First
    }

    /// Begins a loop in the block before it, where everything holds that does when the loop is entered.
    fn begin_loop(&mut self, head: Place, nested: &Nested) {
        let unchanged = self.region.ops[&head].before.values().filter(|web| !nested.written.contains(web));
        let fixed = unchanged.map(|&web| (web, self.frame.variable(&mut self.v, web))).collect();
        let mut assumed = Assumed::default();
        for web in self.region.read_at(head).filter(|web| nested.written.contains(web)) {
            let value = self.frame.variable(&mut self.v, web);
            self.heads.assume(&mut assumed, (self.exits.copy, head, web), value, &self.v);
        }
        if nested.calls_runtime {
            self.v.known.forget(|_| true);
        }
        nested.stores.iter().for_each(|&kind| self.v.forget(kind));
        let block = self.v.b.create_block();
        self.v.b.ins().jump(block, &[]);
        let known = std::mem::take(&mut self.v.known);
        self.v.begin_loop(block, known);
        for web in assumed.webs() {
            let value = self.frame.variable(&mut self.v, web);
            assumed.apply(web, value, &mut self.v.known);
        }
        self.repeated.insert(head, Repeated { block, assumed, fixed: Rc::new(fixed) });
    }

    /// Ends an iteration of a loop.
    fn repeat(&mut self, head: Place) {
        if let Some(others) = self.others.filter(|_| self.is_behind(head)) {
            self.v.jump(others, &[]);
        } else if let Some(Repeated { block, assumed, .. }) = self.repeated.get(&head) {
            for web in assumed.webs() {
                let value = self.frame.variable(&mut self.v, web);
                self.heads.check(assumed, (self.exits.copy, head, web), value, &self.v);
            }
            self.v.b.ins().jump(*block, &[]);
        } else if self.region.nested.contains_key(&head) {
            // The loop was not begun because nothing leads to it, so nothing leads here.
            self.v.b.ins().trap(TrapCode::unwrap_user(1));
        } else {
            let block = self.block_of(head);
            self.v.b.ins().jump(block, &[]);
        }
    }

    fn block_of(&mut self, place: Place) -> Block {
        *self.blocks.entry(place).or_insert_with(|| self.v.b.create_block())
    }

    /// Leaves at the start of an op if it is time to.
    fn leave_now_and_then(&mut self, op: &LoopOp<'_>, Leaving { every, left }: &Leaving) {
        let b = &mut self.v.b;
        let address = b.ins().iconst(types::I64, left.as_ptr().expose_provenance() as i64);
        let before = b.ins().load(types::I32, trusted(), address, 0);
        let after = b.ins().iadd_imm(before, -1);
        let is_over = b.ins().icmp_imm(IntCC::Equal, after, 0);
        let again = b.ins().iconst(types::I32, i64::from(*every));
        let after = b.ins().select(is_over, again, after);
        b.ins().store(trusted(), after, address, 0);
        let exit = self.start_of(op);
        self.v.leave_if(is_over, exit);
    }

    /// Returns the block that leaves at the start of an op.
    pub(crate) fn start_of(&mut self, op: &LoopOp<'_>) -> Block {
        self.exits.before(&mut self.v.b, op.place, &op.dirty)
    }

    /// Returns the block that leaves at the start of an op because the path that follows is missing.
    pub(crate) fn missed(&mut self, op: &LoopOp<'_>) -> Block {
        *self.missed.entry((self.exits.copy, op.place)).or_insert_with(|| {
            let block = self.v.b.create_block();
            self.v.b.set_cold_block(block);
            block
        })
    }

    /// Fills the blocks that leave where a path is missing.
    fn fill_missed(&mut self, misses: &Cell<u64>) {
        let region = self.region;
        for ((copy, place), block) in std::mem::take(&mut self.missed) {
            self.exits.copy = copy;
            self.v.begin_elsewhere(block);
            count(&mut self.v, misses);
            let exit = self.start_of(&region.ops[&place]);
            self.v.b.ins().jump(exit, &[]);
        }
    }

    /// Counts the entry in the first of two blocks, and continues at the second one, or leaves at once if cells do not hold
    /// what they are taken to hold.
    fn check_cells(&mut self, [checks, start]: [Block; 2], entries: &Cell<u64>, misses: &Cell<u64>) {
        let v = &mut self.v;
        v.begin_elsewhere(checks);
        count(v, entries);
        let differs = v.b.create_block();
        v.b.set_cold_block(differs);
        let held = std::mem::take(&mut v.held);
        for (&(address, bytes), &bits) in &held {
            let ty = [Type::I8, Type::I16, Type::I32].into_iter().find(|ty| ty.bytes() == bytes).unwrap_or(Type::I64);
            let [address, expected] = [(Type::I64, address), (ty, bits)].map(|(ty, bits)| v.constant(ty, bits));
            let found = v.b.ins().load(clif_type(ty), trusted(), address, 0);
            let is_other = v.b.ins().icmp(IntCC::NotEqual, found, expected);
            v.leave_if(is_other, differs);
        }
        v.b.ins().jump(start, &[]);
        if !held.is_empty() {
            v.begin_elsewhere(differs);
            count(v, misses);
            self.exits.leave(v, OptimizedExit::Op(self.region.head.pc()));
        }
    }

    /// Leaves, after storing these variables.
    pub(crate) fn leave(&mut self, exit: OptimizedExit, dirty: &Webs) {
        let block = self.exits.block(&mut self.v.b, exit, dirty);
        self.v.b.ins().jump(block, &[]);
    }

    /// Continues at another op of the same function after this one.
    pub(crate) fn go(&mut self, from: &LoopOp<'_>, to: Pc) {
        self.go_to(from, from.place.beside(to));
    }

    /// Continues at another op after this one.
    pub(crate) fn go_to(&mut self, from: &LoopOp<'_>, to: Place) {
        // Not in an inlined function, which has no loop, nor into one or out of it: their ops are between a call and the
        // next op.
        let is_backward = to <= from.place;
        if !self.region.ops.contains_key(&to) {
            let dirty = self.region.dirty_between(from.place, to);
            if is_backward {
                return self.leave(OptimizedExit::Poll(to.pc()), &dirty);
            }
            let block = self.exits.before(&mut self.v.b, to, &dirty);
            self.v.b.ins().jump(block, &[]);
        } else if is_backward {
            // The poll at the target counts the jump for which there is no budget.
            let exit = self.exits.block(
                &mut self.v.b,
                OptimizedExit::Poll(to.pc()),
                &self.region.dirty_between(from.place, to),
            );
            self.count(exit);
            self.repeat(to);
        } else if self.is_last && self.region.only_follows(to, from.place) {
            self.running = Some(to);
        } else {
            let block = self.block_of(to);
            self.v.jump(block, &[]);
        }
    }

    /// Counts a call or a backward jump, or leaves for `exit` if the budget is used up.
    pub(crate) fn count(&mut self, exit: Block) {
        let budget = self.v.b.use_var(self.frame.budget);
        let is_used_up = self.v.b.ins().icmp_imm(IntCC::SignedLessThanOrEqual, budget, 0);
        self.v.leave_if(is_used_up, exit);
        let left = self.v.b.ins().iadd_imm(budget, -1);
        self.v.b.def_var(self.frame.budget, left);
    }
}

/// Increments a number.
fn count(v: &mut Values<'_>, number: &Cell<u64>) {
    let address = v.b.ins().iconst(types::I64, number.as_ptr().expose_provenance() as i64);
    let before = v.b.ins().load(types::I64, trusted(), address, 0);
    let after = v.b.ins().iadd_imm(before, 1);
    v.b.ins().store(trusted(), after, address, 0);
}
