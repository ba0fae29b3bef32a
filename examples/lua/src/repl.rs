//! Lines → chunks → their results: an interactive session.

use lua::{Failure, Function, Lua, Value};

use crate::interrupt;

/// The result of reading a line.
pub(crate) enum Input {
    /// A line, without the line break.
    Line(String),
    /// The user has pressed the interrupt key.
    Interrupted,
    /// There are no more lines.
    End,
}

/// A source of lines.
pub(crate) trait Lines {
    /// Reads the next line, after showing `prompt`.
    fn read(&mut self, prompt: &str) -> Input;

    /// Adds a chunk to the history.
    fn remember(&mut self, chunk: &str);
}

/// Reads and runs chunks until there are no more. Errors are passed to `show_error`, and the session continues.
///
/// # Errors
///
/// If a chunk calls `os.exit`.
pub(crate) fn run(lua: &mut Lua, lines: &mut dyn Lines, show_error: &mut dyn FnMut(&Failure)) -> Result<(), Failure> {
    while let Some(chunk) = read_chunk(lua, lines) {
        let result = chunk.and_then(|chunk| run_chunk(lua, &chunk));
        // The program's output comes before the error message and the next prompt.
        let _ignored = lua.flush();
        match result {
            Err(failure) if failure.exit.is_some() => return Err(failure),
            Err(failure) => show_error(&failure),
            Ok(()) => {}
        }
    }
    Ok(())
}

/// A chunk that was read.
struct Chunk {
    function: Function,
    /// Number of leading results that are not shown.
    hidden: usize,
}

/// Runs a chunk, and shows its results.
fn run_chunk(lua: &mut Lua, chunk: &Chunk) -> Result<(), Failure> {
    let results = interrupt::call(lua, &chunk.function, &[])?;
    print(lua, results.get(chunk.hidden..).unwrap_or_default())
}

/// Reads the next chunk, which may take several lines. Returns `None` at the end of the input.
fn read_chunk(lua: &mut Lua, lines: &mut dyn Lines) -> Option<Result<Chunk, Failure>> {
    let mut text = String::new();
    loop {
        let prompt = if text.is_empty() { prompt(lua, "_PROMPT", "> ") } else { prompt(lua, "_PROMPT2", ">> ") };
        match lines.read(&prompt) {
            Input::End if text.is_empty() => return None,
            // At the end of the input, the text is loaded even if it is unfinished.
            Input::End => return Some(load(lua, &text)),
            Input::Interrupted => {
                text.clear();
                continue;
            }
            Input::Line(line) => text += &line,
        }
        let loaded = load(lua, &text);
        if loaded.as_ref().is_err_and(is_unfinished) {
            text.push('\n');
            continue;
        }
        if !text.trim().is_empty() {
            lines.remember(&text);
        }
        return Some(loaded);
    }
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

/// Returns the prompt from the global variable `name`, or the default.
fn prompt(lua: &mut Lua, name: &str, usual: &str) -> String {
    match lua.scope().global(name).as_bytes() {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => usual.to_owned(),
    }
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
