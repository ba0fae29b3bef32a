//! [`Frame`]: the machine's registers in a region, and the slots that are variables.

use std::mem::offset_of;
use std::rc::Rc;

use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::Variable;
use mimeo_def::frame::{Core, Frame as Record};
use mimeo_ir::{Binary, Type};
use rustc_hash::FxHashMap;

use crate::arithmetic::clif_type;
use crate::known::Expr;
use crate::loops::{Loop, LoopOp};
use crate::memory::{Kind, Origin};
use crate::values::{Values, trusted};
use crate::webs::{Web, Webs};

const BUDGET: i32 = offset_of!(Core, budget) as i32;

/// Returns the distance of a slot from slot 0 in bytes.
pub(crate) fn slot_offset(slot: u32) -> i32 {
    (slot * size_of::<u64>() as u32) as i32
}

/// A variable that a web is in.
#[derive(Clone, Copy, Debug)]
struct Held {
    variable: Variable,
    /// Whether it is a double.
    is_float: bool,
    /// Whether every NaN in it stands for the canonical one.
    is_canonical: bool,
}

impl Held {
    fn ty(self) -> Type {
        if self.is_float { Type::F64 } else { Type::I64 }
    }
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
    /// By the number of the web.
    held: Vec<Held>,
    /// Those in which every NaN should stand for the canonical one, but that got bits of which this is not known.
    pub(crate) inexact: Webs,
    /// The values of variables that do not change in the innermost loop.
    pub(crate) fixed: Rc<FxHashMap<Web, Value>>,
}

impl Frame {
    /// Declares the variables and reads them. `base` and `record` are parameters of the region.
    pub(crate) fn new(
        v: &mut Values<'_>,
        [base, record]: [Value; 2],
        region: &Loop<'_>,
        floats: &Webs,
        canonical: &Webs,
    ) -> Frame {
        let mut variable = |ty| v.b.declare_var(ty);
        let mut ty = vec![types::I64; region.number_of_webs as usize];
        floats.iter().for_each(|web| ty[web.number as usize] = types::F64);
        let held = |ty| Held { variable: variable(ty), is_float: ty == types::F64, is_canonical: false };
        let mut held: Vec<Held> = ty.into_iter().map(held).collect();
        canonical.iter().for_each(|web| held[web.number as usize].is_canonical = true);
        let frame = Frame {
            record: variable(types::I64),
            base: variable(types::I64),
            ends: (!region.inlined.is_empty()).then(|| [(); 2].map(|()| variable(types::I64))),
            own: region.own,
            budget: variable(types::I32),
            held,
            inexact: Webs::new(),
            fixed: Rc::default(),
        };
        v.b.def_var(frame.record, record);
        v.b.def_var(frame.base, base);
        frame.load(v, &region.ops[&region.head]);
        frame
    }

    fn held(&self, web: Web) -> Held {
        self.held[web.number as usize]
    }

    /// Reads the variables before an op from the frame, and the budget.
    fn load(&self, v: &mut Values<'_>, op: &LoopOp<'_>) {
        let budget = v.b.ins().load(types::I32, trusted(), v.core, BUDGET);
        v.b.def_var(self.budget, budget);
        let offsets = [offset_of!(Core, stack_limit), offset_of!(Core, frame_limit)];
        for (variable, offset) in self.ends.into_iter().flatten().zip(offsets) {
            let value = v.b.ins().load(types::I64, trusted(), v.core, offset as i32);
            v.b.def_var(variable, value);
        }
        let base = v.b.use_var(self.base);
        for web in op.before.values() {
            let held = self.held(*web);
            let variable = held.variable;
            if web.slot >= self.own {
                // An inlined function reads only what it has written, or its caller.
                let value = v.constant(held.ty(), 0);
                v.b.def_var(variable, value);
                continue;
            }
            let value = v.b.ins().load(clif_type(held.ty()), trusted(), base, slot_offset(web.slot));
            v.set_origin(value, Origin::Language);
            v.b.def_var(variable, value);
        }
    }

    /// Writes these variables to the frame, and the budget.
    pub(crate) fn store(&self, v: &mut Values<'_>, dirty: &Webs) {
        let budget = v.b.use_var(self.budget);
        v.b.ins().store(trusted(), budget, v.core, BUDGET);
        let base = v.b.use_var(self.base);
        for web in dirty {
            let Held { variable, is_canonical, .. } = self.held(*web);
            let value = v.b.use_var(variable);
            let value = if is_canonical { v.canonical_bits(value) } else { value };
            v.b.ins().store(trusted(), value, base, slot_offset(web.slot));
        }
    }

    /// Reads everything again after an op has called the runtime, which can move the stack and change all slots.
    pub(crate) fn reload(&self, v: &mut Values<'_>, op: &LoopOp<'_>) {
        let record = v.b.ins().load(types::I64, trusted(), v.core, offset_of!(Core, frame) as i32);
        v.b.def_var(self.record, record);
        let base = v.b.ins().load(types::I64, trusted(), record, offset_of!(Record, base) as i32);
        v.b.def_var(self.base, base);
        self.load(v, op);
    }

    /// Returns whether one of these variables holds a NaN for which the canonical one must not stand, or `None` if none can.
    pub(crate) fn has_other_nans(&self, v: &mut Values<'_>, webs: impl Iterator<Item = Web>) -> Option<Value> {
        let mut any = None;
        for held in webs.map(|web| self.held(web)).filter(|held| held.is_canonical) {
            let value = v.b.use_var(held.variable);
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

    /// Returns what a variable holds.
    pub(crate) fn variable(&self, v: &mut Values<'_>, web: Web) -> Value {
        if let Some(&value) = self.fixed.get(&web) {
            return value;
        }
        let value = v.b.use_var(self.held(web).variable);
        v.b.func.dfg.resolve_aliases(value)
    }

    /// Returns the value of a slot, which an op reads, as a word.
    pub(crate) fn get(&self, v: &mut Values<'_>, op: &LoopOp<'_>, slot: u32) -> Value {
        let Some(&web) = op.before.get(&slot) else {
            let base = v.b.use_var(self.base);
            let value = v.b.ins().load(types::I64, trusted(), base, slot_offset(slot));
            v.set_origin(value, Origin::Language);
            return value;
        };
        let value = self.variable(v, web);
        let Held { is_float, is_canonical, .. } = self.held(web);
        if is_canonical {
            return v.canonical_bits(value);
        }
        if is_float {
            return v.bits_of(value);
        }
        v.set_origin(value, Origin::Language);
        value
    }

    /// Sets the value of a slot, which an op writes, to a word.
    pub(crate) fn set(&mut self, v: &mut Values<'_>, op: &LoopOp<'_>, slot: u32, word: Value) {
        let Some(&web) = op.after.get(&slot) else {
            let base = v.b.use_var(self.base);
            v.b.ins().store(trusted(), word, base, slot_offset(slot));
            // Something may point to it.
            return v.forget(Kind { origin: Origin::Language, content: None });
        };
        let Held { variable, is_float, is_canonical } = self.held(web);
        let value = if is_canonical {
            v.double_for(word).unwrap_or_else(|| {
                self.inexact.insert(web);
                v.double_of(word)
            })
        } else if is_float {
            v.double_of(word)
        } else {
            word
        };
        v.b.def_var(variable, value);
    }
}
