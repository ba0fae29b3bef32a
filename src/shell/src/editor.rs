//! The terminal → [`Lines`], with editing and a history that is kept in a file.

use std::path::PathBuf;

use rustyline::error::ReadlineError;
use rustyline::{Config, DefaultEditor};

use crate::session::{Input, Lines};

/// Lines that the user types, with editing. Where there is no terminal, lines of standard input. See [`Editor::new`] for
/// an example.
#[derive(Debug)]
pub struct Editor {
    editor: Option<DefaultEditor>,
    file: Option<PathBuf>,
}

impl Editor {
    /// Creates an editor with the lines of earlier sessions of this command, if they can be read. The variable
    /// `COMMAND_HISTORY` names their file, or none if it is empty; otherwise it is among the user's data.
    ///
    /// ```
    /// let editor = mimeo_shell::Editor::new("my-lang"); // MY_LANG_HISTORY
    /// ```
    #[must_use]
    pub fn new(command: &str) -> Editor {
        let config = Config::builder().auto_add_history(false).build();
        let mut editor = DefaultEditor::with_config(config).ok();
        let file = history_file(command);
        if let (Some(editor), Some(file)) = (&mut editor, &file) {
            // The file does not exist before the first session.
            let _missing = editor.load_history(file);
        }
        Editor { editor, file }
    }
}

/// Returns the path of the history of a command.
fn history_file(command: &str) -> Option<PathBuf> {
    match std::env::var_os(history_variable(command)) {
        Some(path) if path.is_empty() => None,
        Some(path) => Some(path.into()),
        None => Some(dirs::data_dir()?.join(command).join("history")),
    }
}

/// Returns the name of the variable for the history.
fn history_variable(command: &str) -> String {
    command.to_uppercase().replace('-', "_") + "_HISTORY"
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

#[cfg(test)]
mod tests {
    use super::history_variable;

    #[test]
    fn the_variable_for_the_history_is_named_after_the_command() {
        assert_eq!(history_variable("mimeo-lua"), "MIMEO_LUA_HISTORY");
    }
}
