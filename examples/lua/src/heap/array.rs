//! Operations on the first values of a table that are faster as a whole than value by value: insert, remove.
//!
//! Values that only move need no barrier if all of a black table was traced: it already points to them. The numbers in `SAFETY` comments are
//! those of the [heap](super)'s contract.

use super::{Gc, Heap};
use crate::ops::ops::{Table, Value};

impl Heap {
    /// Moves the values from `at` to `len` up by one, and stores `value` at `at`, which is at least 1.
    pub fn insert_index(&mut self, mut table: Gc<Table>, at: u32, len: u32, value: Value) {
        if at <= len {
            // This can resize the array part.
            let last = table.get_index(len);
            self.set_index(table, len + 1, last);
            self.move_barrier(table);
            let (from, to) = (at as usize, len as usize);
            // SAFETY: (3): there is no other reference into the table while its array part changes.
            match unsafe { table.as_mut() }.array_mut().get_mut(..to) {
                Some(array) => array.copy_within(from - 1..to - 1, from),
                None => {
                    for index in (at..len).rev() {
                        self.set_index(table, index + 1, table.get_index(index));
                    }
                }
            }
        }
        self.set_index(table, at, value);
    }

    /// Moves the values after `at`, which is at least 1, up to `len` down by one, and removes the last.
    pub fn remove_index(&mut self, mut table: Gc<Table>, at: u32, len: u32) {
        self.move_barrier(table);
        // SAFETY: (3): there is no other reference into the table while its array part changes.
        match unsafe { table.as_mut() }.array_mut().get_mut(..len as usize) {
            Some(array) => array.copy_within(at as usize.., at as usize - 1),
            None => {
                for index in at..len {
                    self.set_index(table, index, table.get_index(index + 1));
                }
            }
        }
        self.set_index(table, len, Value::NIL);
    }
}
