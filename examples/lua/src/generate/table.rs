//! Table constructors → ops.

use lua_syntax::parse::{Expression, Item, Literal};
use mimeo::def::Slot;

use super::constant::value_of;
use super::function::{FUNCTION, Generator};
use crate::ops::ops::Value;

/// Number of elements that are evaluated before they are stored.
const BATCH: u16 = 50;

impl Generator<'_> {
    /// Creates a table in a new slot.
    pub(super) fn table(&mut self, dst: Slot, items: &[Item]) {
        let (mut elements, mut names, mut after_runs) = (0, 0, 1);
        for item in items {
            match item {
                Item::Next(_) => elements += 1,
                Item::Literals(values) => elements += values.len() as u32,
                Item::Field(..) => names += 1,
                Item::Index(..) | Item::Pairs(_) => {}
                Item::Run(first, values) => after_runs = first + values.len() as u32,
            }
        }
        let is_open = matches!(items.last(), Some(Item::Next(last)) if last.is_multiple());
        self.asm.new_table(dst, (elements - u32::from(is_open)).max(after_runs - 1), names);
        let mark = self.mark();
        let mut stored = 0;
        for (index, item) in items.iter().enumerate() {
            let is_last = index + 1 == items.len();
            match item {
                Item::Next(value) if is_last && value.is_multiple() => {
                    let waiting = self.taken_since(mark);
                    self.open_list(std::slice::from_ref(value));
                    self.asm.set_list_open(dst, stored + 1, Slot(mark), waiting);
                    self.release(mark);
                }
                Item::Next(value) => {
                    let slot = self.take();
                    self.into(value, slot);
                    if self.taken_since(mark) == BATCH {
                        stored += self.store_elements(dst, mark, stored);
                    }
                }
                Item::Field(name, value) => {
                    let inner = self.mark();
                    let value = self.place_of(value);
                    self.set_field(dst, *name, value, |_| ());
                    self.release(inner);
                }
                Item::Index(key, value) => self.element(dst, key, value),
                Item::Literals(values) => {
                    stored += self.store_elements(dst, mark, stored);
                    self.literals(dst, values, stored + 1);
                    stored += values.len() as u32;
                }
                Item::Run(first, values) => self.literals(dst, values, *first),
                Item::Pairs(pairs) => {
                    let from = self.literals.len() as u32;
                    let pair = |&(key, value): &(f64, Literal)| [Value::number(key).0, value_of(value).0];
                    self.literals.extend(pairs.iter().flat_map(pair));
                    self.asm.set_pairs(dst, FUNCTION, from, pairs.len() as u32);
                }
            }
        }
        self.store_elements(dst, mark, stored);
    }

    /// Sets the elements from `first` on to literals.
    fn literals(&mut self, table: Slot, values: &[Literal], first: u32) {
        let from = self.literals.len() as u32;
        self.literals.extend(values.iter().map(|&value| value_of(value).0));
        self.asm.set_literals(table, FUNCTION, from, values.len() as u32, first);
    }

    /// Stores the evaluated elements. Returns their number.
    fn store_elements(&mut self, table: Slot, mark: u16, stored: u32) -> u32 {
        let waiting = self.taken_since(mark);
        if waiting > 0 {
            self.asm.set_list(table, stored + 1, Slot(mark), waiting);
            self.release(mark);
        }
        u32::from(waiting)
    }

    fn element(&mut self, table: Slot, key: &Expression, value: &Expression) {
        let mark = self.mark();
        if let Expression::String(name) = key {
            let value = self.place_of(value);
            self.set_field(table, *name, value, |_| ());
        } else {
            let key = self.slot_of(key);
            let value = self.place_of(value);
            self.asm.set_index(table, key, value);
        }
        self.release(mark);
    }
}
