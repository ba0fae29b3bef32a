//! Statements of one C function → its text.

use super::types;
use crate::ty::Ty;

/// Writes the statements of one C function.
pub(super) struct Writer {
    text: String,
    indent: usize,
    temporaries: usize,
}

impl Writer {
    pub(super) fn new() -> Writer {
        Writer { text: String::new(), indent: 1, temporaries: 0 }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        for _ in 0..self.indent {
            self.text.push_str("  ");
        }
        self.text.push_str(text.as_ref());
        self.text.push('\n');
    }

    /// Writes `head {`.
    pub(super) fn open(&mut self, head: &str) {
        self.line(format!("{head} {{"));
        self.indent += 1;
    }

    /// Writes the `}` of the last [`open`](Self::open).
    pub(super) fn close(&mut self) {
        self.indent -= 1;
        self.line("}");
    }

    /// Returns the name of a new variable.
    pub(super) fn fresh(&mut self) -> String {
        self.temporaries += 1;
        format!("t{}", self.temporaries)
    }

    /// Puts a C expression into a new variable.
    pub(super) fn keep(&mut self, text: String, ty: &Ty) -> String {
        let name = self.fresh();
        self.line(format!("{} {name} = {text};", types::name(ty)));
        name
    }

    /// Returns a C expression that can be written several times.
    pub(super) fn named(&mut self, text: String, ty: &Ty) -> String {
        if is_name(&text) { text } else { self.keep(text, ty) }
    }
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
