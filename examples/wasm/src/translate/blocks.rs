//! Blocks, loops and branches.

use mimeo::asm::{Place, Target};
use wasmparser::{BlockType, BrTable};

use super::Translator;
use super::conditions::Condition;
use super::operands::Operand;

/// A block around the instruction.
pub(super) struct Block {
    kind: Kind,
    /// Where a branch goes.
    label: Target,
    /// The operands below the block's own.
    height: usize,
    params: usize,
    results: usize,
    /// Whether something jumps to the end.
    is_end_reachable: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Function,
    Block,
    Loop,
    /// With the label of the other branch, until that begins.
    If(Target),
}

impl Block {
    pub(super) fn function(label: Target, results: usize) -> Block {
        Block { kind: Kind::Function, label, height: 0, params: 0, results, is_end_reachable: false }
    }

    /// Returns the number of operands that a branch passes.
    fn arity(&self) -> usize {
        if self.kind == Kind::Loop { self.params } else { self.results }
    }
}

impl Translator<'_> {
    /// Skips instructions that cannot be reached, up to the end of the branch.
    pub(super) fn skip_unreachable(&mut self) {
        use wasmparser::Operator as O;
        let mut depth = 0;
        while let Some(operator) = self.peek() {
            match operator {
                O::Block { .. } | O::Loop { .. } | O::If { .. } => depth += 1,
                O::Else | O::End if depth == 0 => break,
                O::End => depth -= 1,
                _ => {}
            }
            self.ahead.pop();
        }
    }

    fn counts(&self, ty: BlockType) -> (usize, usize) {
        match ty {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => {
                let ty = &self.declared.types[index as usize];
                (ty.params.len(), ty.results.len())
            }
        }
    }

    /// Gives the operands their slots where a block begins: locals may change in only some of its paths, and the block's
    /// own operands must be where a branch puts them.
    fn settle_before_block(&mut self, params: usize) {
        for index in 0..self.stack.len() {
            if matches!(self.stack[index], Operand::Local(_)) {
                self.settle(index);
            }
        }
        self.settle_last(params);
    }

    fn enter(&mut self, kind: Kind, label: Target, (params, results): (usize, usize)) {
        let height = self.stack.len() - params;
        self.blocks.push(Block { kind, label, height, params, results, is_end_reachable: false });
    }

    pub(super) fn block(&mut self, ty: BlockType) {
        let counts = self.counts(ty);
        self.settle_before_block(counts.0);
        let end = self.code.label();
        self.enter(Kind::Block, end, counts);
    }

    pub(super) fn begin_loop(&mut self, ty: BlockType) {
        let counts = self.counts(ty);
        self.settle_before_block(counts.0);
        let head = self.code.label();
        self.code.bind(head);
        self.enter(Kind::Loop, head, counts);
    }

    pub(super) fn begin_if(&mut self, condition: Condition, ty: BlockType) {
        let counts = self.counts(ty);
        self.settle_before_block(counts.0);
        let (otherwise, end) = (self.code.label(), self.code.label());
        self.jump_unless(condition, otherwise);
        self.enter(Kind::If(otherwise), end, counts);
    }

    pub(super) fn begin_else(&mut self) {
        let depth = self.blocks.len() - 1;
        if self.is_reachable {
            self.pass(depth);
            self.blocks[depth].is_end_reachable = true;
            self.code.jump(self.blocks[depth].label);
        }
        let block = &mut self.blocks[depth];
        let Kind::If(otherwise) = block.kind else { unreachable!("validation has matched the branches") };
        block.kind = Kind::Block;
        let (height, params) = (block.height, block.params);
        self.code.bind(otherwise);
        self.restore(height, params);
    }

    pub(super) fn end(&mut self) {
        let depth = self.blocks.len() - 1;
        if self.is_reachable && self.blocks[depth].kind != Kind::Loop {
            self.pass(depth);
        }
        let block = self.blocks.pop().expect("validation has matched the ends");
        let mut is_end_reachable = self.is_reachable || block.is_end_reachable;
        match block.kind {
            Kind::Function => {
                if is_end_reachable {
                    self.code.bind(block.label);
                    self.restore(0, block.results);
                    self.ret();
                }
                return;
            }
            // Its results are the parameters, which are in their places.
            Kind::If(otherwise) => {
                self.code.bind(otherwise);
                is_end_reachable = true;
            }
            Kind::Block => {}
            Kind::Loop => {
                if self.is_reachable {
                    self.settle_last(block.results);
                    self.restore(block.height, block.results);
                }
                return;
            }
        }
        if is_end_reachable {
            self.code.bind(block.label);
            self.restore(block.height, block.results);
        }
        self.is_reachable = is_end_reachable;
    }

    /// Sets the stack to what it is where branches meet.
    fn restore(&mut self, height: usize, count: usize) {
        self.stack.truncate(height);
        self.stack.resize(height + count, Operand::Stacked);
        self.is_reachable = true;
    }

    /// Writes the last operands to where the branch to a block puts them. They stay on the stack.
    fn pass(&mut self, depth: usize) {
        let (height, count) = (self.blocks[depth].height, self.blocks[depth].arity());
        let first = self.stack.len() - count;
        // Each goes to its own place or one below, which no later one is read from.
        for at in 0..count {
            let (own, to) = (self.slot_at(first + at), self.slot_at(height + at));
            self.write(self.stack[first + at], own, to);
        }
    }

    /// Returns whether a branch to a block must write operands.
    fn must_pass(&self, depth: usize) -> bool {
        let block = &self.blocks[depth];
        let first = self.stack.len() - block.arity();
        block.arity() > 0
            && (first != block.height || self.stack[first..].iter().any(|&operand| operand != Operand::Stacked))
    }

    fn branch(&mut self, depth: usize) {
        self.pass(depth);
        self.blocks[depth].is_end_reachable = true;
        self.code.jump(self.blocks[depth].label);
    }

    fn depth(&self, relative: u32) -> usize {
        self.blocks.len() - 1 - relative as usize
    }

    pub(super) fn br(&mut self, relative: u32) {
        let depth = self.depth(relative);
        if self.blocks[depth].kind == Kind::Function {
            self.ret();
        } else {
            self.branch(depth);
        }
        self.is_reachable = false;
    }

    pub(super) fn br_if(&mut self, condition: Condition, relative: u32) {
        let depth = self.depth(relative);
        if self.must_pass(depth) {
            let over = self.code.label();
            self.jump_unless(condition, over);
            self.branch(depth);
            self.code.bind(over);
        } else {
            self.blocks[depth].is_end_reachable = true;
            self.jump_if(condition, self.blocks[depth].label);
        }
    }

    /// Branches by a number. One comparison tells two ranges of numbers apart, and a list of labels more than two.
    pub(super) fn br_table(&mut self, table: &BrTable<'_>) {
        let index = self.pop_slot();
        let targets = table.targets().map(|target| target.expect("it was read before"));
        let depths: Vec<usize> = targets.chain([table.default()]).map(|relative| self.depth(relative)).collect();
        let mut passing = Vec::new();
        let labels: Vec<Target> = depths.iter().map(|&depth| self.entry_of(depth, &mut passing)).collect();
        let changes: Vec<usize> = (1..depths.len()).filter(|&number| depths[number] != depths[number - 1]).collect();
        match changes[..] {
            [] => self.code.jump(labels[0]),
            [number] => {
                self.code.jump_if_i32_lt_u(index, Place::Constant(number as u64), labels[0]);
                self.code.jump(labels[number]);
            }
            _ => self.code.jump_to_one(index, &labels),
        }
        for (depth, label) in passing {
            self.code.bind(label);
            self.branch(depth);
        }
        self.is_reachable = false;
    }

    /// Returns where a jump to a block's target goes: to that, or to where operands are passed to it.
    fn entry_of(&mut self, depth: usize, passing: &mut Vec<(usize, Target)>) -> Target {
        self.blocks[depth].is_end_reachable = true;
        if !self.must_pass(depth) {
            return self.blocks[depth].label;
        }
        if let Some(&(_, label)) = passing.iter().find(|(other, _)| *other == depth) {
            return label;
        }
        let label = self.code.label();
        passing.push((depth, label));
        label
    }

    /// Returns from the function with the last operands.
    pub(super) fn ret(&mut self) {
        match self.ty.results.len() {
            0 => self.code.ret(Place::Constant(0)),
            1 => {
                let value = self.pop();
                self.code.ret(value);
            }
            count => {
                let values = self.window(count);
                self.code.ret_all(values, count as u16);
            }
        }
        self.is_reachable = false;
    }
}
