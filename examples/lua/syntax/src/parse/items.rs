//! Gathers the items of a table constructor, many literals in a row as one item: [`Items`].

use std::mem::replace;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::tree::{Item, Literal};

/// So many literals in a row are one item. Most tables have fewer.
const MANY: usize = 64;

/// No item has more literals, so that the lists do not grow for long.
const MOST: usize = 4096;

/// The items of a table constructor so far. After `items`, either `literals` follow, or `pairs` and then `run`.
pub(super) struct Items<'b> {
    memory: &'b Bump,
    items: BumpVec<'b, Item<'b>>,
    /// Literals at the next indices.
    literals: BumpVec<'b, Literal>,
    /// Literals with numbers as keys.
    pairs: BumpVec<'b, (f64, Literal)>,
    /// Literals with the keys from `first` on, none of which is nil.
    run: BumpVec<'b, Literal>,
    first: f64,
    /// The key after the last run that is an item.
    after_runs: u32,
}

impl<'b> Items<'b> {
    pub(super) fn new(memory: &'b Bump) -> Items<'b> {
        let (literals, run) = (BumpVec::new_in(memory), BumpVec::new_in(memory));
        let (items, pairs) = (BumpVec::new_in(memory), BumpVec::new_in(memory));
        Items { memory, items, literals, pairs, run, first: 0.0, after_runs: 1 }
    }

    pub(super) fn push(&mut self, item: Item<'b>) {
        if let Item::Next(value) = &item
            && let Some(value) = Literal::of(value)
        {
            self.push_literal(value);
        } else if let Item::Index(key, value) = &item
            && let (Some(Literal::Number(key)), Some(value)) = (Literal::of(key), Literal::of(value))
        {
            self.push_pair(key, value);
        } else {
            self.flush_literals();
            self.flush_pairs();
            self.items.push(item);
        }
    }

    fn push_literal(&mut self, value: Literal) {
        self.flush_pairs();
        if self.literals.len() == MOST {
            self.flush_literals();
            self.literals = BumpVec::with_capacity_in(MOST, self.memory);
        }
        self.literals.push(value);
    }

    fn push_pair(&mut self, key: f64, value: Literal) {
        self.flush_literals();
        let len = self.run.len();
        // A run that is an item begins where the array part ends, or with key 1.
        let follows = len > 0 && len < MOST && key == self.first + len as f64 && key != 1.0;
        if !follows || value == Literal::Nil {
            self.flush_run();
            self.first = key;
        }
        if value == Literal::Nil {
            self.push_other_pair(key, value);
        } else {
            self.run.push(value);
        }
    }

    /// Adds a pair that is in no run.
    fn push_other_pair(&mut self, key: f64, value: Literal) {
        if self.pairs.len() == MOST {
            self.flush_other_pairs();
            self.pairs = BumpVec::with_capacity_in(MOST, self.memory);
        }
        self.pairs.push((key, value));
    }

    pub(super) fn finish(mut self) -> &'b [Item<'b>] {
        self.flush_literals();
        self.flush_pairs();
        self.items.into_bump_slice()
    }

    fn flush_literals(&mut self) {
        if self.literals.len() >= MANY {
            let many = replace(&mut self.literals, BumpVec::new_in(self.memory));
            self.items.push(Item::Literals(many.into_bump_slice()));
        } else if !self.literals.is_empty() {
            self.items.extend(self.literals.drain(..).map(|value| Item::Next(value.expression())));
        }
    }

    fn flush_pairs(&mut self) {
        self.flush_run();
        self.flush_other_pairs();
    }

    fn flush_run(&mut self) {
        let (len, first) = (self.run.len(), self.first);
        if len >= MANY && first == f64::from(self.after_runs) {
            self.flush_other_pairs();
            let run =
                replace(&mut self.run, BumpVec::with_capacity_in(if len == MOST { MOST } else { 0 }, self.memory));
            self.items.push(Item::Run(self.after_runs, run.into_bump_slice()));
            self.after_runs += len as u32;
        } else if len > 0 {
            let mut run = replace(&mut self.run, BumpVec::new_in(self.memory));
            for (index, value) in run.drain(..).enumerate() {
                self.push_other_pair(first + index as f64, value);
            }
            // Its memory serves the next one.
            self.run = run;
        }
    }

    fn flush_other_pairs(&mut self) {
        if self.pairs.len() >= MANY {
            let many = replace(&mut self.pairs, BumpVec::new_in(self.memory));
            self.items.push(Item::Pairs(many.into_bump_slice()));
        } else if !self.pairs.is_empty() {
            let item =
                |(key, value): (f64, Literal)| Item::Index(Literal::Number(key).expression(), value.expression());
            self.items.extend(self.pairs.drain(..).map(item));
        }
    }
}
