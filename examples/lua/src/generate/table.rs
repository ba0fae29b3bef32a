//! Table constructors → ops.

use lua_syntax::parse::{Expression, Item};
use mimeo::def::Slot;

use super::function::Generator;

/// Number of elements that are evaluated before they are stored.
const BATCH: u16 = 50;

impl Generator<'_> {
    /// Creates a table in a new slot.
    pub(super) fn table(&mut self, dst: Slot, items: &[Item]) {
        let count = |is_it: fn(&Item) -> bool| items.iter().filter(|item| is_it(item)).count() as u32;
        let elements = count(|item| matches!(item, Item::Next(_)));
        let is_open = matches!(items.last(), Some(Item::Next(last)) if last.is_multiple());
        let names = count(|item| matches!(item, Item::Field(..)));
        self.asm.new_table(dst, elements - u32::from(is_open), names);
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
            }
        }
        self.store_elements(dst, mark, stored);
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
