//! [`Path`]: what is known about the path through a function that leads to the code being emitted.

use crate::effects::Effects;
use crate::ir::{Expr, Kind};
use crate::ty::Ty;

/// The path from the start of a function to the code being emitted.
///
/// Code that is emitted in order continues one path, which is passed on by reference. A path cannot be copied: it
/// splits into [arms](Path::arm), which [join](Path::join) it again or end the function.
pub(super) struct Path {
    position: Position,
    slots: Slots,
}

/// Whether a path through a function is the only one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    /// Control comes here unless an error leaves the function before.
    Only,
    /// Another path ends elsewhere.
    OneOfSeveral,
}

/// What the code on a path did to the frame's slots.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slots {
    /// They contain what the op read from them.
    AsRead,
    /// A runtime function was called, or memory was written, so any slot may contain something else.
    Changed,
}

impl Path {
    /// Returns the path at the start of a function.
    pub(super) fn start() -> Path {
        Path { position: Position::Only, slots: Slots::AsRead }
    }

    /// Returns one of several paths that begin here.
    pub(super) fn arm(&self) -> Path {
        Path { position: Position::OneOfSeveral, slots: self.slots }
    }

    /// Returns the path beside an arm, both at the end of the op. It counts what that arm did to the slots, which is
    /// more than it has to.
    pub(super) fn arm_after(&self, first: Path) -> Path {
        Path { slots: first.slots, ..self.arm() }
    }

    /// Continues after the arms, each with the expression that was emitted on it.
    pub(super) fn join(&mut self, arms: [(Path, &Expr); 2]) {
        for (arm, expr) in arms {
            // Code after the arms is not reached through one that does not complete.
            if arm.slots == Slots::Changed && expr.ty != Ty::Never {
                self.slots = Slots::Changed;
            }
            if ends_function(expr) {
                self.position = Position::OneOfSeveral;
            }
        }
    }

    /// Enters a loop: an earlier iteration may have done what the loop does.
    pub(super) fn repeat(&mut self, condition: &Expr, body: &Expr, effects: &Effects) {
        if changes_slots(condition, effects) || changes_slots(body, effects) {
            self.slots = Slots::Changed;
        }
    }

    /// Continues after the call of a runtime function or a write to memory.
    pub(super) fn change_slots(&mut self) {
        self.slots = Slots::Changed;
    }

    /// Returns what the code on this path did to the slots.
    pub(super) fn slots(&self) -> Slots {
        self.slots
    }

    /// Returns `true` if the function can also end on another path.
    pub(super) fn is_one_of_several(&self) -> bool {
        self.position == Position::OneOfSeveral
    }
}

/// Returns `true` if an assignment to the place writes to memory, or might.
pub(super) fn writes_memory(place: &Expr) -> bool {
    !matches!(place.kind, Kind::Local(_))
}

fn changes_slots(expr: &Expr, effects: &Effects) -> bool {
    let mut found = false;
    expr.walk(&mut |part| {
        found |= match &part.kind {
            Kind::Runtime(..) | Kind::Fill(..) => true,
            Kind::Helper(name, _) => effects.visible(name),
            Kind::Assign(place, _) => writes_memory(place),
            _ => false,
        };
    });
    found
}

/// Returns `true` if evaluating the expression can end the function.
fn ends_function(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |part| found |= matches!(part.kind, Kind::Return(_) | Kind::Try(_)));
    found
}
