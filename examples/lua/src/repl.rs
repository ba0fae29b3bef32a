//! Lines → chunks, and chunks → their results, one after the other: the session of a user with a Lua.

use lua::{Failure, Function, Lua, Value};

/// What came when a line was asked for.
pub(crate) enum Input {
    /// A line, without its end.
    Line(String),
    /// The user wants to begin anew.
    Interrupted,
    /// There are no more lines.
    End,
}

/// Where lines come from.
pub(crate) trait Lines {
    /// The next line; `prompt` invites to it.
    fn read(&mut self, prompt: &str) -> Input;

    /// Keeps a chunk that was read, for the user to find again.
    fn remember(&mut self, chunk: &str);
}

/// Reads and runs chunks until there are no more. Errors are `complain`ed of, and the session goes on.
///
/// # Errors
///
/// That a chunk has called `os.exit`.
pub(crate) fn run(lua: &mut Lua, lines: &mut dyn Lines, complain: &mut dyn FnMut(&Failure)) -> Result<(), Failure> {
    while let Some(chunk) = read_chunk(lua, lines) {
        let result = chunk.and_then(|chunk| run_chunk(lua, &chunk));
        // What the program has written stands before what is wrong with it, and before the next prompt.
        let _unheard = lua.flush();
        match result {
            Err(failure) if failure.exit.is_some() => return Err(failure),
            Err(failure) => complain(&failure),
            Ok(()) => {}
        }
    }
    Ok(())
}

/// What was read.
struct Chunk {
    function: Function,
    /// Results that stand before those to be shown.
    hidden: usize,
}

/// Runs a chunk, and shows its results.
fn run_chunk(lua: &mut Lua, chunk: &Chunk) -> Result<(), Failure> {
    let results = lua.call(&chunk.function, &[])?;
    print(lua, results.get(chunk.hidden..).unwrap_or_default())
}

/// The next chunk, which may take several lines; nothing at the end.
fn read_chunk(lua: &mut Lua, lines: &mut dyn Lines) -> Option<Result<Chunk, Failure>> {
    let mut text = String::new();
    loop {
        let prompt = if text.is_empty() { prompt(lua, "_PROMPT", "> ") } else { prompt(lua, "_PROMPT2", ">> ") };
        match lines.read(&prompt) {
            Input::End if text.is_empty() => return None,
            // What is there is looked at as it is.
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

/// A text as expressions, or else as statements.
fn load(lua: &mut Lua, text: &str) -> Result<Chunk, Failure> {
    const NAME: &str = "=stdin";
    let expressions = text.strip_prefix('=').unwrap_or(text);
    // Behind another value a call is no tail call: errors know where it is.
    let as_expressions = match lua.load(format!("return nil, {expressions}"), NAME) {
        Ok(function) => return Ok(Chunk { function, hidden: 1 }),
        Err(failure) => failure,
    };
    // As statements, a first line with a hash would be a comment for the system.
    if text.starts_with(['=', '#']) {
        return Err(as_expressions);
    }
    match lua.load(text, NAME) {
        // There may come more.
        Err(failure) if !is_unfinished(&failure) && is_unfinished(&as_expressions) => Err(as_expressions),
        result => result.map(|function| Chunk { function, hidden: 0 }),
    }
}

/// Was the text in order as far as it went?
fn is_unfinished(failure: &Failure) -> bool {
    failure.message.ends_with(b"near '<eof>'")
}

/// The global variable by which a program chooses a prompt, or what is usual.
fn prompt(lua: &mut Lua, name: &str, usual: &str) -> String {
    match lua.scope().global(name).as_bytes() {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => usual.to_owned(),
    }
}

/// Shows values as the program's `print` does.
fn print(lua: &mut Lua, values: &[Value]) -> Result<(), Failure> {
    if values.is_empty() {
        return Ok(());
    }
    let Value::Function(print) = lua.scope().global("print") else {
        return Err("error calling 'print' (it is no function)".into());
    };
    lua.call(&print, values).map(drop).map_err(|failure| format!("error calling 'print' ({failure})").into())
}

#[cfg(test)]
mod tests;
