//! Weak tables at the end of the marking → the same tables without entries that are about to be freed.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use super::{Heap, Tracer};
use crate::ops::ops::Value;

impl Heap {
    /// Removes dead entries from all live weak tables.
    pub(super) fn clear_weak_tables(&mut self) {
        let tracer = &mut self.tracer;
        for mut table in std::mem::take(&mut tracer.weak) {
            let weakness = tracer.weakness(table);
            // SAFETY: (3): there is no other reference into the table. The tracer reads only headers, which may include
            // the table's own.
            let (array, slots, hash) = unsafe { table.as_mut() }.parts_mut();
            if weakness.values {
                for value in array.iter_mut().chain(slots) {
                    clear(tracer, value);
                }
            }
            let Some(hash) = hash else { continue };
            for entry in hash.entries.iter_mut().filter(|entry| !entry.value.is_nil()) {
                // A key stays while its userdata waits for `__gc`, which may look it up.
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

/// Returns `true` if the value is a dead object. Strings count as values: they are kept.
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
