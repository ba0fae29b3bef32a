//! Lines → chunks that run one after the other: an interactive session.

use std::ops::ControlFlow;

/// The result of reading a line. See [`Session`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A line, without the line break.
    Line(String),
    /// The user has pressed the interrupt key.
    Interrupted,
    /// There are no more lines.
    End,
}

/// A source of lines. [`Editor`](crate::Editor) is one. See [`Session`] for an example.
pub trait Lines {
    /// Reads the next line, after showing `prompt`. See [`Session`] for an example.
    fn read(&mut self, prompt: &str) -> Input;

    /// Adds a chunk to the history. See [`Session`] for an example.
    fn remember(&mut self, chunk: &str);
}

/// A text that the language has read. See [`Session`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loaded<C> {
    /// A whole chunk, or one with an error.
    Whole(C),
    /// The start of a chunk, which more lines could complete. Without more lines it is run as it is.
    Unfinished(C),
}

/// A language that runs chunks one after the other, which keep what they define.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use mimeo_shell::session::{Input, Lines, Loaded, Session, run};
///
/// /// Adds numbers; a chunk ends with a full stop.
/// struct Sums(i64);
///
/// impl Session for Sums {
///     type Chunk = String;
///     type Exit = i64;
///
///     fn load(&mut self, text: &str) -> Loaded<String> {
///         match text.strip_suffix('.') {
///             Some(chunk) => Loaded::Whole(chunk.to_owned()),
///             None => Loaded::Unfinished(text.to_owned()),
///         }
///     }
///
///     fn run(&mut self, chunk: String) -> ControlFlow<i64> {
///         self.0 += chunk.split_whitespace().filter_map(|word| word.parse::<i64>().ok()).sum::<i64>();
///         if self.0 > 100 { ControlFlow::Break(self.0) } else { ControlFlow::Continue(()) }
///     }
/// }
///
/// struct Typed(Vec<&'static str>);
///
/// impl Lines for Typed {
///     fn read(&mut self, _prompt: &str) -> Input {
///         if self.0.is_empty() { Input::End } else { Input::Line(self.0.remove(0).to_owned()) }
///     }
///
///     fn remember(&mut self, _chunk: &str) {}
/// }
///
/// let mut sums = Sums(0);
/// assert_eq!(run(&mut sums, &mut Typed(vec!["1 2", "3.", "4"])), ControlFlow::Continue(()));
/// assert_eq!(sums.0, 10);
/// assert_eq!(run(&mut sums, &mut Typed(vec!["50 50.", "1."])), ControlFlow::Break(110));
/// ```
pub trait Session {
    /// A text that is ready to run.
    type Chunk;
    /// What a session ends with if a chunk ends it.
    type Exit;

    /// Returns the prompt for the first line of a chunk, or for another. See [`Session`] for an example.
    fn prompt(&mut self, is_first: bool) -> String {
        if is_first { "> " } else { ">> " }.to_owned()
    }

    /// Reads a text. Errors are shown by [`run`](Self::run). See [`Session`] for an example.
    fn load(&mut self, text: &str) -> Loaded<Self::Chunk>;

    /// Runs a chunk, and shows its results or its error. See [`Session`] for an example.
    fn run(&mut self, chunk: Self::Chunk) -> ControlFlow<Self::Exit>;
}

/// Reads and runs chunks until there are no more lines, or a chunk ends the session. See [`Session`] for an example.
pub fn run<S: Session>(session: &mut S, lines: &mut dyn Lines) -> ControlFlow<S::Exit> {
    while let Some(chunk) = read_chunk(session, lines) {
        session.run(chunk)?;
    }
    ControlFlow::Continue(())
}

/// Reads the next chunk, which may take several lines. Returns `None` at the end of the input.
fn read_chunk<S: Session>(session: &mut S, lines: &mut dyn Lines) -> Option<S::Chunk> {
    let mut text = String::new();
    loop {
        let at_end = match lines.read(&session.prompt(text.is_empty())) {
            Input::Line(line) => {
                text += &line;
                false
            }
            Input::Interrupted => {
                text.clear();
                continue;
            }
            Input::End if text.is_empty() => return None,
            Input::End => true,
        };
        match session.load(&text) {
            Loaded::Unfinished(chunk) if at_end => return Some(chunk),
            Loaded::Unfinished(_) => text.push('\n'),
            Loaded::Whole(chunk) => {
                if !text.trim().is_empty() {
                    lines.remember(&text);
                }
                return Some(chunk);
            }
        }
    }
}
