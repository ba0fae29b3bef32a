//! Positions and messages → errors as the user reads them: with the line of the source on a terminal, as one line each
//! elsewhere.

use std::fmt;
use std::io::{self, IsTerminal as _};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use mimeo::asm::AssembleError;
use mimeo::{LoadError, OutOfMemory, Position, Trap};

use crate::command::Failure;
use crate::source::Text;

/// An error in a program. See [`Diagnostic::new`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The first character of what the message is about.
    pub position: Position,
    /// What is wrong and, where it is not obvious, what to write instead.
    pub message: String,
}

impl Diagnostic {
    /// Creates an error.
    ///
    /// ```
    /// use mimeo::Position;
    /// use mimeo_shell::Diagnostic;
    ///
    /// let error = Diagnostic::new(Position { line: 3, column: 14 }, "division by zero");
    /// assert_eq!(error.to_string(), "3:14: error: division by zero");
    /// ```
    pub fn new(position: Position, message: impl Into<String>) -> Diagnostic {
        Diagnostic { position, message: message.into() }
    }
}

/// A function that is too large for the encoding, or another reason why there is no program. It has no place but the
/// start of the text.
impl From<AssembleError> for Diagnostic {
    fn from(error: AssembleError) -> Diagnostic {
        Diagnostic::new(START, error.to_string())
    }
}

/// A program that the machine does not load, such as one that its memory limit has no room for.
impl From<LoadError> for Diagnostic {
    fn from(error: LoadError) -> Diagnostic {
        Diagnostic::new(START, error.to_string())
    }
}

/// What memory does not suffice for, or the limit on it.
impl From<OutOfMemory> for Diagnostic {
    fn from(error: OutOfMemory) -> Diagnostic {
        Diagnostic::new(START, error.to_string())
    }
}

/// The position of the first character of a text.
pub const START: Position = Position { line: 1, column: 1 };

/// Returns the position after `text`, which is at `position`. A tab is one column.
///
/// ```
/// use mimeo_shell::{START, after};
///
/// assert_eq!(after(START, "let x\n= ").to_string(), "2:3");
/// ```
#[must_use]
pub fn after(position: Position, text: &str) -> Position {
    text.chars().fold(position, |Position { line, column }, character| match character {
        '\n' => Position { line: line.saturating_add(1), column: 1 },
        _ => Position { line, column: column.saturating_add(1) },
    })
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: error: {}", self.position, self.message)
    }
}

impl Text {
    /// Returns an error about the whole text. See [`Text::lines`] for an example.
    pub fn at_start(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(START, message)
    }

    /// Returns an error at the end of the text. See [`Text::lines`] for an example.
    pub fn at_end(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(after(START, &self.text), message)
    }

    /// Returns the error that ended a program with this text.
    ///
    /// ```
    /// use mimeo_doc_ops::{DIVIDE, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// let trap = machine.call(linked.function(DIVIDE), &[7, 0]).unwrap_err();
    /// let text = mimeo_shell::Source::Text("…".to_owned()).read()?;
    /// assert_eq!(text.of_trap(&trap).to_string(), "3:5: error: cannot divide 7 by 0");
    /// # Ok::<(), mimeo_shell::Failure>(())
    /// ```
    pub fn of_trap<E: fmt::Display>(&self, trap: &Trap<E>) -> Diagnostic {
        match trap.position() {
            Some(position) => Diagnostic::new(position, trap.kind.to_string()),
            None => self.at_start(trap.kind.to_string()),
        }
    }

    /// Returns these errors for the user: [with their lines](Self::snippets) if standard error is a terminal, as [one
    /// line each](Self::lines) for editors and tests.
    ///
    /// ```
    /// use mimeo_shell::{Failure, Source};
    ///
    /// let text = Source::Text("print".to_owned()).read()?;
    /// assert!(matches!(text.failure([text.at_end("expected a number")]), Failure::Program(_)));
    /// # Ok::<(), Failure>(())
    /// ```
    pub fn failure(&self, errors: impl IntoIterator<Item = Diagnostic>) -> Failure {
        let errors: Vec<Diagnostic> = errors.into_iter().collect();
        Failure::Program(if io::stderr().is_terminal() {
            let has_colours = !cfg!(windows) && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
            self.snippets(&errors, has_colours)
        } else {
            self.lines(&errors)
        })
    }

    /// Returns a line for each error: `FILE:LINE:COLUMN: error: MESSAGE`.
    ///
    /// ```
    /// let text = mimeo_shell::Source::Text("print 1 / 0".to_owned()).read()?;
    /// let errors = [text.at_start("no"), text.at_end("no")];
    /// assert_eq!(text.lines(&errors), "-e:1:1: error: no\n-e:1:12: error: no\n");
    /// # Ok::<(), mimeo_shell::Failure>(())
    /// ```
    pub fn lines(&self, errors: &[Diagnostic]) -> String {
        errors.iter().map(|error| format!("{}:{error}\n", self.name)).collect()
    }

    /// Returns each error with its line, as rustc does.
    ///
    /// ```
    /// use mimeo::Position;
    /// use mimeo_shell::Diagnostic;
    ///
    /// let text = mimeo_shell::Source::Text("print 1;\nprint 1 / 0;".to_owned()).read()?;
    /// let error = Diagnostic::new(Position { line: 2, column: 9 }, "division by zero");
    /// let expected = "\
    /// error: division by zero
    ///  --> -e:2:9
    ///   |
    /// 2 | print 1 / 0;
    ///   |         ^
    /// ";
    /// assert_eq!(text.snippets(&[error], false), expected);
    /// # Ok::<(), mimeo_shell::Failure>(())
    /// ```
    pub fn snippets(&self, errors: &[Diagnostic], has_colours: bool) -> String {
        let renderer = if has_colours { Renderer::styled() } else { Renderer::plain() };
        let render = |error: &Diagnostic| {
            let mark = AnnotationKind::Primary.span(self.span(error.position));
            let snippet = Snippet::source(&*self.text).path(&*self.name).annotation(mark);
            renderer.render(&[Level::ERROR.primary_title(&*error.message).element(snippet)]) + "\n"
        };
        errors.iter().map(render).collect()
    }

    /// Returns the bytes of the character at a position, or nothing at the end of its line.
    fn span(&self, position: Position) -> Range<usize> {
        let lines = self.text.split_inclusive('\n');
        let start: usize = lines.clone().take(position.line.saturating_sub(1) as usize).map(str::len).sum();
        let rest = &self.text[start..];
        let line = rest.split('\n').next().unwrap_or(rest);
        let mut characters = line.char_indices().skip(position.column.saturating_sub(1) as usize);
        match characters.next() {
            Some((at, character)) => start + at..start + at + character.len_utf8(),
            None => start + line.len()..start + line.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snippet(text: &str, line: u32, column: u32) -> String {
        let text = Text { name: "a.x".to_owned(), text: text.to_owned() };
        text.snippets(&[Diagnostic::new(Position { line, column }, "no")], false)
    }

    #[test]
    fn columns_count_characters() {
        let expected = "error: no\n --> a.x:2:4\n  |\n2 | äé ß\n  |    ^\n";
        assert_eq!(snippet("x\näé ß\ny\n", 2, 4), expected);
    }

    #[test]
    fn the_end_of_a_text_has_a_place() {
        let expected = "error: no\n --> a.x:1:5\n  |\n1 | if 1\n  |     ^\n";
        assert_eq!(snippet("if 1", 1, 5), expected);
        // Beyond its line.
        assert_eq!(snippet("if 1", 1, 9), expected);
        for (line, column) in [(1, 1), (2, 1), (7, 7), (0, 0)] {
            assert!(snippet("", line, column).starts_with("error: no\n --> a.x"));
            assert!(snippet("\n", line, column).starts_with("error: no\n --> a.x"));
        }
        let text = Text { name: String::new(), text: "ab\ncd".to_owned() };
        assert_eq!(text.at_end("no").position, Position { line: 2, column: 3 });
    }

    #[test]
    fn errors_have_a_line_each_for_tools() {
        let text = Text { name: "a.x".to_owned(), text: "ab\n".to_owned() };
        let errors = [text.at_start("one"), text.at_end("two")];
        assert_eq!(text.lines(&errors), "a.x:1:1: error: one\na.x:2:1: error: two\n");
        assert_eq!(text.snippets(&errors, false).matches("error: ").count(), 2);
        assert!(text.snippets(&errors, true).contains("\x1b["));
    }
}
