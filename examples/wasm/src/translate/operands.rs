//! The operand stack at translation time: for each operand where its value is.

use mimeo::asm::Place;
use mimeo::def::Slot;
use wasmparser::Operator;

use super::Translator;

/// Where the value of an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// In the slot of its place on the stack.
    Stacked,
    /// In a local. It is copied to its own slot before the local changes or a block begins.
    Local(Slot),
    /// A constant.
    Constant(u64),
}

impl Translator<'_> {
    /// Returns the slot of a place on the stack.
    pub(super) fn slot_at(&mut self, index: usize) -> Slot {
        let slot = self.locals + index as u32;
        self.slots = self.slots.max(slot + 1);
        // A function with more slots is refused.
        Slot(slot as u16)
    }

    pub(super) fn push(&mut self, operand: Operand) {
        self.stack.push(operand);
    }

    /// Takes an operand.
    pub(super) fn pop(&mut self) -> Place<u64> {
        match self.stack.pop() {
            Some(Operand::Local(slot)) => Place::Slot(slot),
            Some(Operand::Constant(bits)) => Place::Constant(bits),
            Some(Operand::Stacked) => Place::Slot(self.slot_at(self.stack.len())),
            None => unreachable!("validation has counted the operands"),
        }
    }

    /// Takes an operand, which is written to its slot if it is a constant.
    pub(super) fn pop_slot(&mut self) -> Slot {
        match self.pop() {
            Place::Slot(slot) => slot,
            Place::Constant(bits) => {
                let slot = self.slot_at(self.stack.len());
                self.code.constant(slot, bits);
                slot
            }
        }
    }

    /// Pushes the result of an op and returns the slot to which the op must write it: that of the local to which the
    /// next instruction assigns it, or that of its place. The op's operands were taken before.
    pub(super) fn push_result(&mut self) -> Slot {
        match self.peek() {
            Some(&Operator::LocalSet { local_index }) => {
                self.ahead.pop();
                self.local_to_assign(local_index)
            }
            Some(&Operator::LocalTee { local_index }) => {
                self.ahead.pop();
                let slot = self.local_to_assign(local_index);
                self.push(Operand::Local(slot));
                slot
            }
            _ => {
                self.push(Operand::Stacked);
                self.slot_at(self.stack.len() - 1)
            }
        }
    }

    /// Returns the slot of a local that is about to change, after operands that are this local have got their own slots.
    pub(super) fn local_to_assign(&mut self, local: u32) -> Slot {
        let slot = Slot(local as u16);
        for index in 0..self.stack.len() {
            if self.stack[index] == Operand::Local(slot) {
                self.settle(index);
            }
        }
        slot
    }

    /// Writes an operand to the slot of its place.
    pub(super) fn settle(&mut self, index: usize) {
        let slot = self.slot_at(index);
        self.write(self.stack[index], slot, slot);
        self.stack[index] = Operand::Stacked;
    }

    /// Writes the last operands to the slots of their places.
    pub(super) fn settle_last(&mut self, count: usize) {
        for index in self.stack.len() - count..self.stack.len() {
            self.settle(index);
        }
    }

    /// Writes an operand, whose own slot is `own`, to a slot.
    pub(super) fn write(&mut self, operand: Operand, own: Slot, to: Slot) {
        match operand {
            Operand::Local(from) => self.code.copy(to, from),
            Operand::Constant(bits) => self.code.constant(to, bits),
            Operand::Stacked if own == to => {}
            Operand::Stacked => self.code.copy(to, own),
        }
    }
}
