//! [`Configuration`]: a mode for running Lua programs → the options of a [`Lua`](lua::Lua).

use std::fmt;

use mimeo_corpus::Mode;

/// A mode, whether to stress the collector and the stacks, and a limit on memory.
#[derive(Clone, Debug)]
pub struct Configuration {
    pub mode: Mode,
    /// Run a full cycle of the collector at each safepoint whose number is a multiple of this. 0 runs it when one is
    /// due.
    pub collect_every: u32,
    /// Whether stacks are small at first, and move at every call.
    pub moves_stacks: bool,
    /// Whether the bodies of the ops are evaluated instead, and if so, how many ops there are between two that are left to
    /// the interpreter; 0 leaves it none.
    pub evaluated: Option<u32>,
    /// The limit on memory in bytes.
    pub memory: Option<usize>,
}

impl From<Mode> for Configuration {
    fn from(mode: Mode) -> Configuration {
        Configuration { mode, collect_every: 0, moves_stacks: false, evaluated: None, memory: None }
    }
}

impl Configuration {
    /// Adds a full cycle at each safepoint whose number is a multiple of `every`.
    pub fn collecting(self, every: u32) -> Configuration {
        Configuration { collect_every: every, ..self }
    }

    /// Adds a limit on memory in bytes.
    pub fn limited(self, bytes: usize) -> Configuration {
        Configuration { memory: Some(bytes), ..self }
    }

    /// Evaluates the bodies of the ops, and leaves every `exit_every`-th op to the interpreter.
    pub fn evaluated(exit_every: u32) -> Configuration {
        Configuration { evaluated: Some(exit_every), ..Mode::interpreter().into() }
    }

    /// Adds stacks that move at every call.
    pub fn moving_stacks(self) -> Configuration {
        Configuration { moves_stacks: true, ..self }
    }
}

impl fmt::Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.mode)?;
        if let Some(every) = self.evaluated {
            write!(f, " of bodies with an exit every {every} ops")?;
        }
        if self.moves_stacks {
            f.write_str(" on moving stacks")?;
        }
        if let Some(bytes) = self.memory {
            write!(f, " with {bytes} bytes")?;
        }
        match self.collect_every {
            0 => Ok(()),
            every => write!(f, " with a cycle every {every} safepoints"),
        }
    }
}
