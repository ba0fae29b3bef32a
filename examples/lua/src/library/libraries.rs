//! [`Libraries`]: which parts of the library a program gets.

/// A part of the library that can be left out. The other functions cannot reach anything outside of their Lua but its
/// standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Library {
    /// The table `coroutine`.
    Coroutine,
    /// The table `debug`, with which a program can change the library's own tables.
    Debug,
    /// `dofile` and `loadfile`, which read files.
    Files,
    /// The table `io`, which opens files and runs commands.
    Io,
    /// `load` and `loadstring`, which make functions from text.
    Load,
    /// The table `os`, which has the clock, the environment, files, commands, and `os.exit`.
    Os,
    /// `require`, `module` and the table `package`, which find and read files.
    Package,
}

/// A set of [`Library`].
///
/// ```
/// use lua::{Libraries, Library, Lua, Options};
///
/// let libraries = Libraries::ALL.without(Library::Io).without(Library::Os);
/// assert!(libraries.has(Library::Load) && !libraries.has(Library::Os));
/// let mut lua = Lua::new(Options { libraries, ..Options::default() });
/// let function = lua.load("return io, os, type(load)", "=example")?;
/// assert_eq!(lua.call(&function, &[])?, [None::<f64>.into(), None::<f64>.into(), "function".into()]);
/// # Ok::<(), lua::Failure>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Libraries(u16);

impl Libraries {
    /// The whole library.
    pub const ALL: Libraries = Libraries(u16::MAX);

    /// What a program that is not trusted may have: neither files, commands, the environment and the clock, nor
    /// `debug`.
    pub const SANDBOXED: Libraries = Libraries::ALL
        .without(Library::Debug)
        .without(Library::Files)
        .without(Library::Io)
        .without(Library::Os)
        .without(Library::Package);

    /// Returns the set with this part.
    #[must_use]
    pub const fn with(self, library: Library) -> Libraries {
        Libraries(self.0 | 1 << library as u16)
    }

    /// Returns the set without this part.
    #[must_use]
    pub const fn without(self, library: Library) -> Libraries {
        Libraries(self.0 & !(1 << library as u16))
    }

    /// Returns `true` if the set has this part.
    #[must_use]
    pub const fn has(self, library: Library) -> bool {
        self.0 & 1 << library as u16 != 0
    }
}

impl Default for Libraries {
    fn default() -> Libraries {
        Libraries::ALL
    }
}
