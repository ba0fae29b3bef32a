//! `equivalent.txt` → the mutants that nothing can notice, each with the reason.

use crate::find::Mutant;

/// A mutant that behaves as the code does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equivalent {
    file: String,
    function: String,
    line: String,
    change: String,
    /// Why nothing can notice it.
    pub reason: String,
}

impl Equivalent {
    /// Whether it is this one.
    pub fn is(&self, mutant: &Mutant) -> bool {
        mutant.key() == (&self.file, &self.function, &self.line, &self.change)
    }

    /// It in words.
    pub fn name(&self) -> String {
        format!("{}, {}: {}", self.file, self.function, self.change)
    }
}

/// The entries of the file: blocks of five lines, apart by empty ones. Lines that begin with `#` are for people.
///
/// # Errors
///
/// A sentence that names the line.
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

/// A mutant as the file would have it, for whoever adds it.
pub fn entry(mutant: &Mutant) -> String {
    let (file, function, line, change) = mutant.key();
    format!("file: {file}\nfunction: {function}\nline: {line}\nchange: {change}\n")
}

#[cfg(test)]
mod tests;
