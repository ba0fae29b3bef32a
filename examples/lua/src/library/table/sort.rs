//! A table and an order function → the table sorted in place, with the quicksort of standard Lua.
//!
//! The comparisons are exactly those of standard Lua, so that an inconsistent order function has the same result: the
//! same error or the same wrong order.

use mimeo::Thrown;

use crate::heap::Gc;
use crate::ops::ops::{Table, Value};
use crate::runtime::{Call, is_before};

/// Values that are kept alive while the order function runs, which may remove them from the table.
#[derive(Clone, Copy)]
enum Kept {
    Pivot,
    Low,
    High,
}

struct Sort<'a, 'b> {
    call: &'a mut Call<'b>,
    table: Gc<Table>,
    /// The order function, or nil for `<`.
    order: Value,
    /// Index of the first kept value.
    kept: usize,
}

/// `table.sort`
pub(super) fn sort(call: &mut Call<'_>) -> Result<(), Thrown> {
    let table = call.table(0)?;
    let length = table.length();
    let order = if call.has(1) { call.function(1)? } else { Value::NIL };
    let Ok(length) = i32::try_from(length) else { return Err(call.error("array too big")) };
    if !(order.is_nil() && call.heap().sort_plain(table, length as u32)) {
        let kept = call.vm.host.kept.len();
        [Kept::Pivot, Kept::Low, Kept::High].iter().for_each(|_| call.keep(Value::NIL));
        Sort { call, table, order, kept }.range(1, length as u32)?;
    }
    call.give_all(&[])
}

impl Sort<'_, '_> {
    /// Reads a value, and keeps it alive.
    fn get(&mut self, index: u32, place: Kept) -> Value {
        let value = self.table.get_index(index);
        self.keep(value, place);
        value
    }

    fn keep(&mut self, value: Value, place: Kept) {
        self.call.vm.host.kept[self.kept + place as usize] = value;
    }

    fn set(&mut self, index: u32, value: Value) {
        self.call.heap().set_index(self.table, index, value);
    }

    fn is_less(&mut self, a: Value, b: Value) -> Result<bool, Thrown> {
        if self.order.is_nil() {
            is_before(self.call.vm, a, b)
        } else {
            Ok(self.call.run(self.order, &[a, b])?.truth())
        }
    }

    /// Puts two values in order. Returns `true` if they were swapped.
    fn put_in_order(&mut self, low: u32, high: u32) -> Result<bool, Thrown> {
        let a = self.get(low, Kept::Low);
        self.put_kept_in_order(a, low, high)
    }

    /// Puts a kept value that was at `low`, and the one at `high`, in order.
    fn put_kept_in_order(&mut self, a: Value, low: u32, high: u32) -> Result<bool, Thrown> {
        let b = self.get(high, Kept::High);
        let is_wrong = self.is_less(b, a)?;
        if is_wrong {
            self.set(low, b);
            self.set(high, a);
        }
        Ok(is_wrong)
    }

    /// Sorts the values from `low` to `high`.
    fn range(&mut self, mut low: u32, mut high: u32) -> Result<(), Thrown> {
        while low < high {
            self.put_in_order(low, high)?;
            if high - low == 1 {
                return Ok(());
            }
            let middle = low.midpoint(high);
            // After this, the median of three is in the middle.
            let value = self.get(middle, Kept::Pivot);
            if !self.put_in_order(low, middle)? {
                self.put_kept_in_order(value, middle, high)?;
            }
            if high - low == 2 {
                return Ok(());
            }
            let middle = self.partition(low, middle, high)?;
            // Recursion sorts only the smaller part, so its depth is small; the loop sorts the larger one.
            if middle - low < high - middle {
                self.range(low, middle - 1)?;
                low = middle + 1;
            } else {
                self.range(middle + 1, high)?;
                high = middle - 1;
            }
        }
        Ok(())
    }

    /// Moves smaller values before the pivot at `middle`, and larger ones after it. Returns the new place of the pivot.
    fn partition(&mut self, low: u32, middle: u32, high: u32) -> Result<u32, Thrown> {
        let (pivot, last) = (self.get(middle, Kept::Pivot), self.table.get_index(high - 1));
        self.set(middle, last);
        self.set(high - 1, pivot);
        // The values at `low` and `high` end the searches if the order is consistent.
        let (mut i, mut j) = (low, high - 1);
        loop {
            i += 1;
            let mut a = self.get(i, Kept::Low);
            while self.is_less(a, pivot)? {
                if i >= high {
                    return Err(self.is_no_order());
                }
                i += 1;
                a = self.get(i, Kept::Low);
            }
            j -= 1;
            let mut b = self.get(j, Kept::High);
            while self.is_less(pivot, b)? {
                if j <= low {
                    return Err(self.is_no_order());
                }
                j -= 1;
                b = self.get(j, Kept::High);
            }
            if j < i {
                break;
            }
            self.set(i, b);
            self.set(j, a);
        }
        let (last, a) = (self.table.get_index(high - 1), self.table.get_index(i));
        self.set(high - 1, a);
        self.set(i, last);
        Ok(i)
    }

    fn is_no_order(&mut self) -> Thrown {
        self.call.error("invalid order function for sorting")
    }
}
