//! An interactive session with Lua: a typed text → what it is loaded as, and its results.

use std::ops::ControlFlow;

use lua::{Failure, Function, Lua, Value};
use mimeo_shell::session::{self, Lines, Loaded, Session};

use crate::interrupt;

/// Reads and runs chunks until there are no more. Errors are passed to `show_error`, and the session continues.
///
/// # Errors
///
/// If a chunk calls `os.exit`.
pub(crate) fn run(lua: &mut Lua, lines: &mut dyn Lines, show_error: &mut dyn FnMut(&Failure)) -> Result<(), Failure> {
    session::run(&mut Repl { lua, show_error }, lines).break_value().map_or(Ok(()), Err)
}

/// A session.
struct Repl<'a> {
    lua: &'a mut Lua,
    show_error: &'a mut dyn FnMut(&Failure),
}

/// A chunk that was read.
struct Chunk {
    function: Function,
    /// Number of leading results that are not shown.
    hidden: usize,
}

impl Session for Repl<'_> {
    type Chunk = Result<Chunk, Failure>;
    type Exit = Failure;

    fn prompt(&mut self, is_first: bool) -> String {
        let (name, usual) = if is_first { ("_PROMPT", "> ") } else { ("_PROMPT2", ">> ") };
        match self.lua.scope().global(name).as_bytes() {
            Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            None => usual.to_owned(),
        }
    }

    fn load(&mut self, text: &str) -> Loaded<Self::Chunk> {
        let loaded = load(self.lua, text);
        if loaded.as_ref().is_err_and(is_unfinished) { Loaded::Unfinished(loaded) } else { Loaded::Whole(loaded) }
    }

    fn run(&mut self, chunk: Self::Chunk) -> ControlFlow<Failure> {
        let result = chunk.and_then(|chunk| run_chunk(self.lua, &chunk));
        // The program's output comes before the error message and the next prompt.
        let _ignored = self.lua.flush();
        match result {
            Err(failure) if failure.exit.is_some() => return ControlFlow::Break(failure),
            Err(failure) => (self.show_error)(&failure),
            Ok(()) => {}
        }
        ControlFlow::Continue(())
    }
}

/// Runs a chunk, and shows its results.
fn run_chunk(lua: &mut Lua, chunk: &Chunk) -> Result<(), Failure> {
    let results = interrupt::call(lua, &chunk.function, &[])?;
    print(lua, results.get(chunk.hidden..).unwrap_or_default())
}

/// Loads a text as expressions, or else as statements.
fn load(lua: &mut Lua, text: &str) -> Result<Chunk, Failure> {
    const NAME: &str = "=stdin";
    let expressions = text.strip_prefix('=').unwrap_or(text);
    // A call after another value is not a tail call, so that errors have its position.
    let as_expressions = match lua.load(format!("return nil, {expressions}"), NAME) {
        Ok(function) => return Ok(Chunk { function, hidden: 1 }),
        Err(failure) => failure,
    };
    // Loaded as statements, a first line that starts with `#` would be skipped.
    if text.starts_with(['=', '#']) {
        return Err(as_expressions);
    }
    match lua.load(text, NAME) {
        // The expression may continue on the next line.
        Err(failure) if !is_unfinished(&failure) && is_unfinished(&as_expressions) => Err(as_expressions),
        result => result.map(|function| Chunk { function, hidden: 0 }),
    }
}

/// Returns `true` if the text has no error but ends too early.
fn is_unfinished(failure: &Failure) -> bool {
    failure.message.ends_with(b"near '<eof>'")
}

/// Shows values with the program's `print`.
fn print(lua: &mut Lua, values: &[Value]) -> Result<(), Failure> {
    if values.is_empty() {
        return Ok(());
    }
    let Value::Function(print) = lua.scope().global("print") else {
        return Err("error calling 'print' (it is not a function)".into());
    };
    match interrupt::call(lua, &print, values) {
        Err(failure) if failure.stop.is_none() => Err(format!("error calling 'print' ({failure})").into()),
        result => result.map(drop),
    }
}

#[cfg(test)]
mod tests;
