//! A file, standard input or `-e CODE` → a named [`Text`].

use std::io::{self, Read as _};
use std::path::PathBuf;

use crate::arguments::{Argument, Arguments, Exit};
use crate::command::Failure;

/// Where the text of a program comes from.
///
/// ```
/// use mimeo_shell::{Arguments, Source};
///
/// let mut arguments = Arguments::new("example", ["-e", "print 1"])?;
/// assert_eq!(Source::parse(&mut arguments)?, Some(Source::Text("print 1".to_owned())));
/// # Ok::<(), mimeo_shell::Exit>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// The command line.
    Text(String),
}

/// The text of a program. See [`Source::read`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The name of the text, in messages.
    pub name: String,
    /// The text itself.
    pub text: String,
}

impl Source {
    /// Parses a command line of the form `FILE`, `-` or `-e CODE`. Returns `None` if it names no program. See [`Source`]
    /// for an example.
    ///
    /// # Errors
    ///
    /// If there are other arguments, or several programs.
    pub fn parse(arguments: &mut Arguments) -> Result<Option<Source>, Exit> {
        let mut source = None;
        while let Some(argument) = arguments.next_argument()? {
            let next = match argument {
                Argument::Option(name) if name == "-e" => Source::Text(arguments.text()?),
                Argument::Operand(path) if path == "-" => Source::Stdin,
                Argument::Operand(path) => Source::File(path.into()),
                other => return Err(other.unexpected()),
            };
            if source.replace(next).is_some() {
                return Err("more than one program was given".into());
            }
        }
        Ok(source)
    }

    /// Reads the text, which must be UTF-8.
    ///
    /// # Errors
    ///
    /// If it cannot be read; at the first byte that is not UTF-8.
    ///
    /// ```
    /// use mimeo_shell::Source;
    ///
    /// let text = Source::Text("print 1".to_owned()).read()?;
    /// assert_eq!((text.name.as_str(), text.text.as_str()), ("-e", "print 1"));
    /// # Ok::<(), mimeo_shell::Failure>(())
    /// ```
    pub fn read(&self) -> Result<Text, Failure> {
        let (name, bytes) = match self {
            Source::Text(text) => return Ok(Text { name: "-e".to_owned(), text: text.clone() }),
            Source::Stdin => {
                let mut bytes = Vec::new();
                ("<stdin>".to_owned(), io::stdin().read_to_end(&mut bytes).map(|_| bytes))
            }
            Source::File(path) => (path.display().to_string(), std::fs::read(path)),
        };
        let bytes = bytes.map_err(|error| Failure::Program(format!("{name}: error: cannot read: {error}\n")))?;
        String::from_utf8(bytes).map(|text| Text { name: name.clone(), text }).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let text = Text { name, text: String::from_utf8_lossy(before).into_owned() };
            text.failure([text.at_end("invalid UTF-8")])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_names_at_most_one_program() {
        let parse = |args: &[&str]| Source::parse(&mut Arguments::new("test", args)?);
        assert_eq!(parse(&["--jit=on", "a"]), Ok(Some(Source::File("a".into()))));
        assert_eq!(parse(&["-"]), Ok(Some(Source::Stdin)));
        assert_eq!(parse(&["--stats"]), Ok(None));
        assert_eq!(parse(&["a", "-e", "b"]), Err("more than one program was given".into()));
        assert_eq!(parse(&["-x"]), Err("invalid option '-x'".into()));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let Err(Failure::Program(message)) = Source::File("no/such".into()).read() else { panic!("it is not there") };
        assert!(message.starts_with("no/such: error: cannot read: "), "{message}");
    }
}
