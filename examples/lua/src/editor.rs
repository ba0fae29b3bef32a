//! The terminal → [`Lines`], with editing and a history that is kept in a file.

use std::path::PathBuf;

use rustyline::error::ReadlineError;
use rustyline::{Config, DefaultEditor};

use crate::repl::{Input, Lines};

/// Lines that the user types, with editing.
pub(crate) struct Editor {
    editor: Option<DefaultEditor>,
    file: Option<PathBuf>,
}

impl Editor {
    /// Creates an editor with the lines of earlier sessions, if they can be read.
    pub(crate) fn new() -> Editor {
        let config = Config::builder().auto_add_history(false).build();
        let mut editor = DefaultEditor::with_config(config).ok();
        let file = history_file();
        if let (Some(editor), Some(file)) = (&mut editor, &file) {
            // The file does not exist before the first session.
            let _missing = editor.load_history(file);
        }
        Editor { editor, file }
    }
}

/// Returns the path of the history: `MIMEO_LUA_HISTORY` (none if it is empty), or a file among the user's data.
fn history_file() -> Option<PathBuf> {
    match std::env::var_os("MIMEO_LUA_HISTORY") {
        Some(path) if path.is_empty() => None,
        Some(path) => Some(path.into()),
        None => Some(dirs::data_dir()?.join("mimeo-lua").join("history")),
    }
}

impl Lines for Editor {
    fn read(&mut self, prompt: &str) -> Input {
        let Some(editor) = &mut self.editor else { return Input::End };
        match editor.readline(prompt) {
            Ok(line) => Input::Line(line),
            Err(ReadlineError::Interrupted) => Input::Interrupted,
            Err(_) => Input::End,
        }
    }

    fn remember(&mut self, chunk: &str) {
        let Some(editor) = &mut self.editor else { return };
        let is_new = editor.add_history_entry(chunk).unwrap_or(false);
        if let (true, Some(file)) = (is_new, &self.file) {
            // A session works without its history.
            let _ignored = file.parent().map(std::fs::create_dir_all);
            let _ignored = editor.append_history(file);
        }
    }
}
