//! Gathers the items of a table constructor, many literals in a row as one item: [`Items`].

use std::mem::replace;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::tree::{Item, Literal};

/// So many literals in a row are one item. Most tables have fewer.
const MANY: usize = 64;

/// No item has more literals, so that the lists do not grow for long.
const MOST: usize = 4096;

/// The items of a table constructor so far. After `items`, either `literals` or `pairs` follow.
pub(super) struct Items<'b> {
    memory: &'b Bump,
    items: BumpVec<'b, Item<'b>>,
    /// Literals at the next indices.
    literals: BumpVec<'b, Literal>,
    /// Literals with numbers as keys.
    pairs: BumpVec<'b, (f64, Literal)>,
}

impl<'b> Items<'b> {
    pub(super) fn new(memory: &'b Bump) -> Items<'b> {
        let (items, literals, pairs) = (BumpVec::new_in(memory), BumpVec::new_in(memory), BumpVec::new_in(memory));
        Items { memory, items, literals, pairs }
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
        if self.pairs.len() == MOST {
            self.flush_pairs();
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
