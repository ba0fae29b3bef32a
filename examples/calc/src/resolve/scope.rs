//! Gives the variables of one function their slots, block by block.

use std::collections::HashMap;

use crate::tree::Slot;

/// The local variables that can be seen at one place in a function.
///
/// A variable's slot is its index in the list of all. So the slots of a block are free again when it
/// ends, and the frame is as long as that list ever was.
#[derive(Default)]
pub(super) struct Scopes<'source> {
    locals: Vec<&'source str>,
    /// The slots of the variables of each name, the innermost last.
    by_name: HashMap<&'source str, Vec<Slot>>,
    /// For each open block, how many variables were there before it.
    starts: Vec<usize>,
    max_len: usize,
}

/// Why a variable has no slot.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Undeclarable {
    /// The block has one of this name.
    Duplicate(Slot),
    /// A frame has no more than 65,535 slots.
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

    /// Gives a new variable of the innermost block its slot.
    pub(super) fn declare(&mut self, name: &'source str) -> Result<Slot, Undeclarable> {
        let start = self.starts.last().copied().unwrap_or(0);
        match self.find(name) {
            Some(slot) if usize::from(slot.0) >= start => {
                return Err(Undeclarable::Duplicate(slot));
            }
            _ => {}
        }
        // The number of slots must fit 16 bits as well, so the last index is one less.
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

    /// The innermost variable of this name.
    pub(super) fn find(&self, name: &str) -> Option<Slot> {
        self.by_name.get(name)?.last().copied()
    }

    /// How many slots the frame needs for the variables so far.
    pub(super) fn max_slots(&self) -> u16 {
        u16::try_from(self.max_len).unwrap_or(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_variables_hide_outer_ones_and_give_their_slots_back() {
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
    fn a_frame_has_an_end() {
        let names: Vec<_> = (0..=65_535).map(|index| format!("v{index}")).collect();
        let mut scopes = Scopes::default();
        let slots: Vec<_> = names.iter().map(|name| scopes.declare(name)).collect();
        assert_eq!(slots[65_534], Ok(Slot(65_534)));
        assert_eq!(slots[65_535], Err(Undeclarable::TooMany));
        assert_eq!(scopes.max_slots(), 65_535);
    }
}
