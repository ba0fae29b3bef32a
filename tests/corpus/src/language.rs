//! The name of an example → its [`Language`]: where its ops are, and how its command prints errors.

/// A language of the examples.
#[derive(Debug, PartialEq, Eq)]
pub struct Language {
    /// The name in messages.
    pub name: &'static str,
    /// The package, and its command.
    pub command: &'static str,
    /// The path of the ops from the root of the tree.
    pub ops: &'static str,
    pub(crate) extension: &'static str,
    /// The start of a comment.
    pub(crate) comment: &'static str,
    /// How the command prints the errors of a program.
    pub(crate) errors: Errors,
}

/// How a command prints the errors of a program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Errors {
    /// Each error on a line of its own, as `FILE:LINE:COLUMN: error: what`.
    Lines,
    /// One error, as `COMMAND: what`, and a traceback.
    Traceback,
}

/// calc.
pub const CALC: Language = Language {
    name: "calc",
    command: "mimeo-calc",
    ops: "examples/calc/src/ops.rs",
    extension: "calc",
    comment: "//",
    errors: Errors::Lines,
};

/// Lua.
pub const LUA: Language = Language {
    name: "Lua",
    command: "mimeo-lua",
    ops: "examples/lua/src/ops.rs",
    extension: "lua",
    comment: "--",
    errors: Errors::Traceback,
};

/// All languages.
pub const ALL: [&Language; 2] = [&CALC, &LUA];

impl Language {
    /// Returns the error in what its command has printed to standard error for the program in `file`.
    pub fn error(&self, stderr: &str, file: &str) -> Option<String> {
        match self.errors {
            Errors::Lines => {
                let place = format!("{file}:");
                let lines: Vec<_> = stderr.lines().map(|line| line.strip_prefix(&place).unwrap_or(line)).collect();
                (!lines.is_empty()).then(|| lines.join("\n"))
            }
            Errors::Traceback => before_traceback(stderr, self.command),
        }
    }
}

/// Returns the error that a Lua with this name has printed, without its traceback.
pub fn before_traceback(stderr: &str, name: &str) -> Option<String> {
    let error = stderr.strip_prefix(name)?.strip_prefix(": ")?;
    let end = error.find("\nstack traceback:").unwrap_or_else(|| error.trim_end().len());
    Some(error[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_found_in_the_standard_error() {
        let calc = |stderr| CALC.error(stderr, "a.calc");
        assert_eq!(calc("a.calc:3:4: error: no\na.calc:5:6: error: nor\n").unwrap(), "3:4: error: no\n5:6: error: nor");
        assert_eq!(calc("a warning").unwrap(), "a warning");
        assert_eq!(calc(""), None);
        let lua = |stderr| LUA.error(stderr, "a.lua");
        assert_eq!(lua("mimeo-lua: a.lua:1: no\nmore\nstack traceback:\n\t[C]: in ?\n").unwrap(), "a.lua:1: no\nmore");
        assert_eq!(lua("mimeo-lua: no traceback\n").unwrap(), "no traceback");
        assert_eq!(lua("written by the program\n"), None);
    }
}
