//! The variables of one function → their slots, block by block.

use std::collections::HashMap;

use crate::tree::Slot;

/// The local variables that are visible at one place in a function.
///
/// A variable's slot is its index in the list of visible variables. The slots of a block are therefore reused after it
/// ends, and the length of the frame is the maximum length of the list.
#[derive(Default)]
pub(super) struct Scopes<'source> {
    locals: Vec<&'source str>,
    /// The slots of the variables of each name, the innermost last.
    by_name: HashMap<&'source str, Vec<Slot>>,
    /// For each open block, the number of variables before it.
    starts: Vec<usize>,
    max_len: usize,
}

/// The reason why a variable has no slot.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Undeclarable {
    /// The block already has a variable with this name.
    Duplicate(Slot),
    /// The frame already has 65,535 slots.
    TooMany,
}

impl<'source> Scopes<'source> {
    /// Begins a block.
    pub(super) fn open(&mut self) {
        self.starts.push(self.locals.len());
    }

    /// Ends the innermost block.
    pub(super) fn close(&mut self) {
        let start = self.starts.pop().unwrap_or(0);
        for name in self.locals.drain(start..) {
            self.by_name.entry(name).or_default().pop();
        }
    }

    /// Whether no block is open.
    pub(super) fn is_outermost(&self) -> bool {
        self.starts.is_empty()
    }

    /// Adds a variable to the innermost block and returns its slot.
    pub(super) fn declare(&mut self, name: &'source str) -> Result<Slot, Undeclarable> {
        let start = self.starts.last().copied().unwrap_or(0);
        match self.find(name) {
            Some(slot) if usize::from(slot.0) >= start => {
                return Err(Undeclarable::Duplicate(slot));
            }
            _ => {}
        }
        // The number of slots must also fit 16 bits, so the last index is one less.
        match u16::try_from(self.locals.len()) {
            Ok(index) if index < u16::MAX => {
                self.locals.push(name);
                self.by_name.entry(name).or_default().push(Slot(index));
                self.max_len = self.max_len.max(self.locals.len());
                Ok(Slot(index))
            }
            _ => Err(Undeclarable::TooMany),
        }
    }

    /// Returns the slot of the innermost variable with this name.
    pub(super) fn find(&self, name: &str) -> Option<Slot> {
        self.by_name.get(name)?.last().copied()
    }

    /// Returns the number of slots that the frame needs for the variables so far.
    pub(super) fn max_slots(&self) -> u16 {
        u16::try_from(self.max_len).unwrap_or(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_variables_hide_outer_ones_and_release_their_slots() {
        let mut scopes = Scopes::default();
        assert_eq!(scopes.declare("a"), Ok(Slot(0)));
        scopes.open();
        assert_eq!(scopes.declare("b"), Ok(Slot(1)));
        assert_eq!(scopes.declare("a"), Ok(Slot(2)));
        assert_eq!(scopes.declare("a"), Err(Undeclarable::Duplicate(Slot(2))));
        assert_eq!(scopes.find("a"), Some(Slot(2)));
        scopes.close();
        assert_eq!((scopes.find("a"), scopes.find("b")), (Some(Slot(0)), None));
        scopes.open();
        assert_eq!(scopes.declare("c"), Ok(Slot(1)));
        scopes.close();
        assert_eq!(scopes.declare("a"), Err(Undeclarable::Duplicate(Slot(0))));
        assert_eq!(scopes.max_slots(), 3);
    }

    #[test]
    fn a_frame_has_a_limited_number_of_slots() {
        let names: Vec<_> = (0..=65_535).map(|index| format!("v{index}")).collect();
        let mut scopes = Scopes::default();
        let slots: Vec<_> = names.iter().map(|name| scopes.declare(name)).collect();
        assert_eq!(slots[65_534], Ok(Slot(65_534)));
        assert_eq!(slots[65_535], Err(Undeclarable::TooMany));
        assert_eq!(scopes.max_slots(), 65_535);
    }
}
