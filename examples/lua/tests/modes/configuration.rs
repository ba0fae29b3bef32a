//! [`Configuration`]: a mode in which Lua programs are run → what a [`Lua`](lua::Lua) is made with.

use std::fmt;

use mimeo_corpus::Mode;

/// A mode, with what a collector and moving stacks add.
#[derive(Clone, Debug)]
pub struct Configuration {
    pub mode: Mode,
    /// A full cycle of the collector at each safepoint whose number is a multiple of this; 0 for when one is due.
    pub collect_every: u32,
    /// Stacks are small at first, and move at every call.
    pub moves_stacks: bool,
}

impl From<Mode> for Configuration {
    fn from(mode: Mode) -> Configuration {
        Configuration { mode, collect_every: 0, moves_stacks: false }
    }
}

impl Configuration {
    /// The same with a full cycle at each safepoint whose number is a multiple of this.
    pub fn collecting(self, every: u32) -> Configuration {
        Configuration { collect_every: every, ..self }
    }

    /// The same on stacks that move at every call.
    pub fn moving_stacks(self) -> Configuration {
        Configuration { moves_stacks: true, ..self }
    }
}

impl fmt::Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.mode)?;
        if self.moves_stacks {
            f.write_str(" on moving stacks")?;
        }
        match self.collect_every {
            0 => Ok(()),
            every => write!(f, " with a cycle at every {every}. safepoint"),
        }
    }
}
