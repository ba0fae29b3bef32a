//! `equivalent.txt` → the equivalent mutants, each with the reason.

use crate::find::Mutant;

/// A mutant that behaves like the original code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equivalent {
    file: String,
    function: String,
    line: String,
    change: String,
    /// The reason why no test can notice it.
    pub reason: String,
}

impl Equivalent {
    /// Returns `true` if the entry describes this mutant.
    pub fn is(&self, mutant: &Mutant) -> bool {
        mutant.key() == (&self.file, &self.function, &self.line, &self.change)
    }

    /// Returns `true` if this mutant makes the same change to the same line of another function.
    pub fn has_moved_to(&self, mutant: &Mutant) -> bool {
        (&self.line, &self.change) == (&mutant.line, &mutant.change)
    }

    /// Returns a description of the mutant.
    pub fn name(&self) -> String {
        format!("{}, {}: {}", self.file, self.function, self.change)
    }
}

/// Parses the entries: blocks of five lines, separated by empty lines. Lines that begin with `#` are comments.
///
/// # Errors
///
/// If a line is missing or has another form; the message names the line.
pub fn parse(text: &str) -> Result<Vec<Equivalent>, String> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).peekable();
    let mut found = Vec::new();
    while lines.peek().is_some() {
        let mut field = |name: &str| {
            let (number, line) = lines.next().ok_or_else(|| format!("the last entry has no `{name}`"))?;
            let value = line.strip_prefix(name).and_then(|rest| rest.strip_prefix(": "));
            value.map(str::to_owned).ok_or_else(|| format!("line {} is not `{name}: …`", number + 1))
        };
        found.push(Equivalent {
            file: field("file")?,
            function: field("function")?,
            line: field("line")?,
            change: field("change")?,
            reason: field("reason")?,
        });
    }
    Ok(found)
}

/// Formats a mutant as an entry of the file, without the reason.
pub fn entry(mutant: &Mutant) -> String {
    let (file, function, line, change) = mutant.key();
    format!("file: {file}\nfunction: {function}\nline: {line}\nchange: {change}\n")
}

#[cfg(test)]
mod tests;
