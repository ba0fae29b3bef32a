//! Weak tables at the end of the marking → the same without what is about to be freed.
//!
//! Contract of its unsafe blocks: (3) of the [heap](super).
#![expect(clippy::undocumented_unsafe_blocks, reason = "the heap's contract says why they are sound")]

use super::{Heap, Tracer};
use crate::ops::ops::Value;

impl Heap {
    /// Takes fields out of all weak tables that live.
    pub(super) fn clear_weak_tables(&mut self) {
        let tracer = &mut self.tracer;
        for mut table in std::mem::take(&mut tracer.weak) {
            let weakness = tracer.weakness(table);
            let table = unsafe { table.as_mut() };
            if weakness.values {
                for value in table.array_mut() {
                    clear(tracer, value);
                }
                for value in table.slots_mut() {
                    clear(tracer, value);
                }
            }
            let Some(hash) = table.hash_part_mut() else { continue };
            for entry in hash.entries.iter_mut().filter(|entry| !entry.value.is_nil()) {
                // A key stays while its userdata waits for `__gc`: that may want to look it up.
                let is_gone = weakness.keys && is_gone(tracer, entry.key)
                    || weakness.values && (is_gone(tracer, entry.value) || is_finalized(entry.value));
                if is_gone {
                    entry.value = Value::NIL;
                }
            }
        }
    }
}

fn clear(tracer: &mut Tracer, value: &mut Value) {
    if is_gone(tracer, *value) || is_finalized(*value) {
        *value = Value::NIL;
    }
}

/// Strings are values: they do not go.
fn is_gone(tracer: &mut Tracer, value: Value) -> bool {
    let Some(object) = value.to_object() else { return false };
    if value.is_text() {
        tracer.mark(object);
    }
    tracer.is_white(object)
}

fn is_finalized(value: Value) -> bool {
    value.to_userdata().is_some_and(|userdata| userdata.is_finalized())
}
