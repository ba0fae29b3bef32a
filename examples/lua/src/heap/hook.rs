//! A function and the events at which a program wants it to be called: [`Hook`].

use super::trace::traced;
use crate::ops::ops::Value;

/// The hook of a coroutine or of the main program.
#[derive(Clone, Copy, Debug)]
pub struct Hook {
    /// The function, or nil.
    pub function: Value,
    /// Whether it is called at calls.
    pub at_calls: bool,
    /// Whether it is called at returns.
    pub at_returns: bool,
    /// Whether it is called at new lines.
    pub at_lines: bool,
    /// The number of calls and backward jumps after which it is called, or 0.
    pub count: u32,
    /// The number that is left of them, while its coroutine does not run.
    pub left: u32,
}

traced!(Hook { function } not { at_calls, at_returns, at_lines, count, left });

impl Hook {
    /// No hook.
    pub const NONE: Hook =
        Hook { function: Value::NIL, at_calls: false, at_returns: false, at_lines: false, count: 0, left: 0 };

    /// Returns `true` if it is called at ops that only an interpreter sees.
    #[must_use]
    pub fn steps(&self) -> bool {
        self.at_calls || self.at_returns || self.at_lines
    }
}
