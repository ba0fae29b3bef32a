//! A table and an order function → the table sorted in place, with the quicksort of standard Lua.
//!
//! The comparisons are exactly those of standard Lua, so that an inconsistent order function has the same result: the
//! same error or the same wrong order.

use mimeo::Thrown;

use crate::heap::Gc;
use crate::ops::ops::{Table, Value};
use crate::runtime::{Call, compare, is_before};

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
    if !(order.is_nil() && sort_plain(call, table, length as u32)?) {
        let kept = call.vm.host.kept.len();
        [Kept::Pivot, Kept::Low, Kept::High].iter().for_each(|_| call.keep(Value::NIL));
        Sort { call, table, order, kept }.range(1, length as u32)?;
    }
    call.give_all(&[])
}

/// Number of values that are sorted at once: numbers, whose comparison takes little time.
const PART: usize = 8192;

/// Sorts values that are all numbers or all strings by `<`. Returns `false` if they are not. Their order does not depend
/// on the algorithm, so many are sorted in parts, which are merged then: the host can stop it.
fn sort_plain(call: &mut Call<'_>, table: Gc<Table>, length: u32) -> Result<bool, Thrown> {
    let mut values = Vec::with_capacity(length as usize);
    for index in 1..=length {
        call.work(1)?;
        values.push(table.get_index(index));
    }
    // 0 and -0 are equal but can be told apart, so their order would depend on the algorithm.
    let is_plain = |value: &Value| {
        value.to_number().is_some_and(|number| !(number.is_nan() || number == 0.0 && number.is_sign_negative()))
    };
    if values.iter().all(is_plain) {
        for part in values.chunks_mut(PART) {
            part.sort_unstable_by(|a, b| a.as_number().total_cmp(&b.as_number()));
            call.work(8 * part.len())?;
        }
        merge_parts(call, &mut values, PART, |_, a, b| Ok(a.as_number() <= b.as_number()))?;
    } else if values.iter().all(|value| value.is_text()) {
        merge_parts(call, &mut values, 1, |call, a, b| match (a.to_text(), b.to_text()) {
            (Some(a), Some(b)) => Ok(compare(call.vm, a, b)?.is_le()),
            _ => Ok(true),
        })?;
    } else {
        return Ok(false);
    }
    for (index, &value) in (1..).zip(&values) {
        call.work(1)?;
        call.heap().set_index(table, index, value);
    }
    Ok(true)
}

/// Merges sorted parts of this length, then the results, and so on until everything is sorted.
fn merge_parts(
    call: &mut Call<'_>,
    values: &mut Vec<Value>,
    part: usize,
    mut is_in_order: impl FnMut(&mut Call<'_>, Value, Value) -> Result<bool, Thrown>,
) -> Result<(), Thrown> {
    let mut merged = Vec::new();
    let mut part = part;
    while part < values.len() {
        merged.clear();
        merged.reserve(values.len());
        for both in values.chunks(2 * part) {
            let (mut a, mut b) = both.split_at(part.min(both.len()));
            while let (&[first, ..], &[second, ..]) = (a, b) {
                call.work(8)?;
                let from = if is_in_order(call, first, second)? { &mut a } else { &mut b };
                merged.push(from[0]);
                *from = &from[1..];
            }
            merged.extend_from_slice(a);
            merged.extend_from_slice(b);
        }
        std::mem::swap(values, &mut merged);
        part *= 2;
    }
    Ok(())
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
