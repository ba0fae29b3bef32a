//! A text → its words, which a compiler reads one by one.

use std::vec::IntoIter;

use mimeo::Position;
use mimeo_shell::{Diagnostic, START, after};

pub type Compiled<T = ()> = Result<T, Diagnostic>;

// ANCHOR: words
/// Returns the words of a text with their positions. `\` begins a comment.
fn words(text: &str) -> Vec<(&str, Position)> {
    let (mut words, mut rest, mut position) = (Vec::new(), text, START);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\\' => rest.find('\n'),
            _ if first.is_whitespace() => rest.find(|c: char| !c.is_whitespace()),
            _ => rest.find(char::is_whitespace),
        };
        let (word, after_it) = rest.split_at(length.unwrap_or(rest.len()));
        if !first.is_whitespace() && first != '\\' {
            words.push((word, position));
        }
        position = after(position, word);
        rest = after_it;
    }
    words
}
// ANCHOR_END: words

/// The words of a text that are still to be read.
pub struct Words<'a> {
    left: IntoIter<(&'a str, Position)>,
    /// The position of the last word that was read.
    pub position: Position,
}

impl<'a> Words<'a> {
    pub fn new(text: &'a str) -> Words<'a> {
        Words { left: words(text).into_iter(), position: START }
    }

    pub fn left(&self) -> &[(&'a str, Position)] {
        self.left.as_slice()
    }

    /// Reads a word.
    pub fn read(&mut self) -> Option<&'a str> {
        let (word, position) = self.left.next()?;
        self.position = position;
        Some(word)
    }

    /// Returns an error at the last word.
    pub fn error<T>(&self, message: impl Into<String>) -> Compiled<T> {
        Err(Diagnostic::new(self.position, message))
    }
}

/// A compiler of such words.
pub trait Compile<'a> {
    fn words(&mut self) -> &mut Words<'a>;

    /// Compiles the word that was read, and those that belong to it.
    fn compile_word(&mut self, word: &'a str) -> Compiled;

    /// Compiles up to a word that ends something, which is returned, or to the end of the text.
    fn until_end(&mut self) -> Compiled<Option<&'a str>> {
        while let Some(word) = self.words().read() {
            if matches!(word, ";" | "else" | "then" | "while" | "repeat") {
                return Ok(Some(word));
            }
            self.compile_word(word)?;
        }
        Ok(None)
    }

    /// Compiles up to the word `end`.
    fn up_to(&mut self, end: &str) -> Compiled {
        match self.until_end()? {
            Some(found) if found == end => Ok(()),
            Some(found) => self.words().error(format!("expected `{end}`, found `{found}`")),
            None => self.words().error(format!("expected `{end}` before the end")),
        }
    }
}
