//! [`Frame`]: the machine's registers in a region, and the slots that are variables.

use std::collections::BTreeMap;
use std::mem::offset_of;
use std::rc::Rc;

use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::Variable;
use mimeo_def::frame::{Core, Frame as Record};
use mimeo_ir::{Binary, Type};

use crate::known::Expr;
use crate::loops::{Loop, Slots};
use crate::memory::{Kind, Origin};
use crate::values::{Values, trusted};

const BUDGET: i32 = offset_of!(Core, budget) as i32;

/// Returns the distance of a slot from slot 0 in bytes.
pub(crate) fn slot_offset(slot: u32) -> i32 {
    (slot * size_of::<u64>() as u32) as i32
}

/// Returns the type of a slot's variable.
fn type_of(floats: &Slots, slot: u32) -> types::Type {
    if floats.contains(&slot) { types::F64 } else { types::I64 }
}

/// The frame of a region.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The frame's record, which moves with the stack.
    pub(crate) record: Variable,
    /// Slot 0.
    pub(crate) base: Variable,
    /// The end of the value stack and the last record that a call may fill, if functions are inlined.
    ends: Option<[Variable; 2]>,
    /// The number of slots in the frame. The others are those of inlined functions.
    own: u32,
    /// The machine's budget.
    pub(crate) budget: Variable,
    slots: BTreeMap<u32, Variable>,
    /// The slots whose variables hold doubles.
    floats: Slots,
    /// Those of them in which every NaN stands for the canonical one.
    canonical: Slots,
    /// Those of them that got bits of which this is not known.
    pub(crate) inexact: Slots,
    /// The values of slots that do not change in the innermost loop.
    pub(crate) fixed: Rc<BTreeMap<u32, Value>>,
}

impl Frame {
    /// Declares the variables and reads them. `base` and `record` are parameters of the region.
    pub(crate) fn new(
        v: &mut Values<'_>,
        [base, record]: [Value; 2],
        region: &Loop<'_>,
        floats: Slots,
        canonical: Slots,
    ) -> Frame {
        let mut variable = |ty| v.b.declare_var(ty);
        let slots = &region.variables;
        let frame = Frame {
            record: variable(types::I64),
            base: variable(types::I64),
            ends: (!region.inlined.is_empty()).then(|| [(); 2].map(|()| variable(types::I64))),
            own: region.own,
            budget: variable(types::I32),
            slots: slots.iter().map(|&slot| (slot, variable(type_of(&floats, slot)))).collect(),
            floats,
            canonical,
            inexact: Slots::new(),
            fixed: Rc::default(),
        };
        v.b.def_var(frame.record, record);
        v.b.def_var(frame.base, base);
        frame.load(v);
        frame
    }

    /// Reads all variables from the frame, and the budget.
    fn load(&self, v: &mut Values<'_>) {
        let budget = v.b.ins().load(types::I32, trusted(), v.core, BUDGET);
        v.b.def_var(self.budget, budget);
        let offsets = [offset_of!(Core, stack_limit), offset_of!(Core, frame_limit)];
        for (variable, offset) in self.ends.into_iter().flatten().zip(offsets) {
            let value = v.b.ins().load(types::I64, trusted(), v.core, offset as i32);
            v.b.def_var(variable, value);
        }
        let base = v.b.use_var(self.base);
        for (&slot, &variable) in &self.slots {
            if slot >= self.own {
                // An inlined function reads only what it has written, or its caller.
                let ty = if self.floats.contains(&slot) { Type::F64 } else { Type::I64 };
                let value = v.constant(ty, 0);
                v.b.def_var(variable, value);
                continue;
            }
            let value = v.b.ins().load(type_of(&self.floats, slot), trusted(), base, slot_offset(slot));
            v.set_origin(value, Origin::Language);
            v.b.def_var(variable, value);
        }
    }

    /// Writes these slots to the frame, and the budget.
    pub(crate) fn store(&self, v: &mut Values<'_>, dirty: &Slots) {
        let budget = v.b.use_var(self.budget);
        v.b.ins().store(trusted(), budget, v.core, BUDGET);
        let base = v.b.use_var(self.base);
        for slot in dirty {
            let value = v.b.use_var(self.slots[slot]);
            let value = if self.canonical.contains(slot) { v.canonical_bits(value) } else { value };
            v.b.ins().store(trusted(), value, base, slot_offset(*slot));
        }
    }

    /// Reads everything again after the runtime, which can move the stack and change all slots.
    pub(crate) fn reload(&self, v: &mut Values<'_>) {
        let record = v.b.ins().load(types::I64, trusted(), v.core, offset_of!(Core, frame) as i32);
        v.b.def_var(self.record, record);
        let base = v.b.ins().load(types::I64, trusted(), record, offset_of!(Record, base) as i32);
        v.b.def_var(self.base, base);
        self.load(v);
    }

    /// Returns whether one of these slots holds a NaN for which the canonical one must not stand, or `None` if none can.
    pub(crate) fn has_other_nans(&self, v: &mut Values<'_>, slots: &Slots) -> Option<Value> {
        let mut any = None;
        for slot in self.canonical.intersection(slots) {
            let value = v.b.use_var(self.slots[slot]);
            let is_other = v.is_other_nan(value);
            any = Some(any.map_or(is_other, |any| v.value(Expr::Binary(Binary::Or, Type::I8, any, is_other))));
        }
        any
    }

    /// Returns the variables of slot 0, of the record, and of the ends of the value stack and the records.
    pub(crate) fn bounds(&self) -> [Variable; 4] {
        let [limit, last] = self.ends.expect("a function is inlined");
        [self.base, self.record, limit, last]
    }

    /// Returns what the variable of a slot holds.
    pub(crate) fn variable(&self, v: &mut Values<'_>, slot: u32) -> Value {
        if let Some(&value) = self.fixed.get(&slot) {
            return value;
        }
        let value = v.b.use_var(self.slots[&slot]);
        v.b.func.dfg.resolve_aliases(value)
    }

    /// Returns the value of a slot as a word.
    pub(crate) fn get(&self, v: &mut Values<'_>, slot: u32) -> Value {
        if !self.slots.contains_key(&slot) {
            let base = v.b.use_var(self.base);
            let value = v.b.ins().load(types::I64, trusted(), base, slot_offset(slot));
            v.set_origin(value, Origin::Language);
            return value;
        }
        let value = self.variable(v, slot);
        if self.canonical.contains(&slot) {
            return v.canonical_bits(value);
        }
        if self.floats.contains(&slot) {
            return v.bits_of(value);
        }
        v.set_origin(value, Origin::Language);
        value
    }

    /// Sets the value of a slot to a word.
    pub(crate) fn set(&mut self, v: &mut Values<'_>, slot: u32, word: Value) {
        match self.slots.get(&slot) {
            Some(&variable) => {
                let value = if self.canonical.contains(&slot) {
                    v.double_for(word).unwrap_or_else(|| {
                        self.inexact.insert(slot);
                        v.double_of(word)
                    })
                } else if self.floats.contains(&slot) {
                    v.double_of(word)
                } else {
                    word
                };
                v.b.def_var(variable, value);
            }
            None => {
                let base = v.b.use_var(self.base);
                v.b.ins().store(trusted(), word, base, slot_offset(slot));
                // Something may point to it.
                v.forget(Kind { origin: Origin::Language, content: None });
            }
        }
    }
}
