//! Switches between the tiers → [`Switches`], counts by reason.

use mimeo_def::frame::Exit;

/// The reason why native code was entered. A call from native code to native code does not count.
///
/// ```
/// use mimeo::jit::Entry;
///
/// assert_eq!(Entry::ALL.map(Entry::name), ["call", "loop", "resume", "return"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Entry {
    /// The host or the interpreter called a function, or native code one that had no code of its own yet.
    Call,
    /// At the head of a loop that the interpreter ran (on-stack replacement).
    Loop,
    /// After an op that the interpreter ran for native code.
    Resume,
    /// A function that the interpreter ran returned to one with native code.
    Return,
}

impl Entry {
    /// All reasons, in the order of [`Switches::entered`].
    pub const ALL: [Entry; 4] = [Entry::Call, Entry::Loop, Entry::Resume, Entry::Return];

    /// Returns the name in reports. See [`Entry`] for an example.
    pub const fn name(self) -> &'static str {
        match self {
            Entry::Call => "call",
            Entry::Loop => "loop",
            Entry::Resume => "resume",
            Entry::Return => "return",
        }
    }
}

/// Numbers of switches between the tiers, by reason.
///
/// ```
/// use mimeo::def::frame::Exit;
/// use mimeo::jit::{Entry, HasJit};
/// use mimeo_doc_ops::{SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// machine.call(linked.function(SUM), &[10])?;
/// let switches = machine.jit().expect("it has a tier").stats().switches;
/// // Native code that the host called returned to the host.
/// assert_eq!(switches.entered_by(Entry::Call), switches.left_by(Exit::Finish));
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Switches {
    /// Switches into native code, in the order of [`Entry::ALL`].
    pub entered: [u64; Entry::ALL.len()],
    /// Switches out of native code, in the order of [`Exit::ALL`].
    pub left: [u64; Exit::ALL.len()],
}

impl Switches {
    /// Returns how often native code was entered for this reason. See [`Switches`] for an example.
    pub fn entered_by(&self, entry: Entry) -> u64 {
        self.entered[entry as usize]
    }

    /// Returns how often native code was left for this reason. See [`Switches`] for an example.
    pub fn left_by(&self, exit: Exit) -> u64 {
        self.left[exit as usize - 1]
    }
}
