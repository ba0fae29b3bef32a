//! The command line → the [`Options`] of every language, and the [`Argument`]s that are the language's own.

use std::ffi::OsString;
use std::fmt::Display;

use lexopt::prelude::{Long, Short, Value};
use lexopt::{Parser, ValueExt as _};
use mimeo::jit::BadSetting;

use crate::options::Options;

/// A command line that is being parsed.
///
/// ```
/// use mimeo::jit::Mode;
/// use mimeo_shell::{Argument, Arguments};
///
/// let mut arguments = Arguments::new("example", ["--jit=on", "--fast", "file", "--jit=off"])?;
/// assert_eq!(arguments.next_argument()?, Some(Argument::Option("--fast".to_owned())));
/// assert_eq!(arguments.next_argument()?, Some(Argument::Operand("file".into())));
/// // What follows belongs to the program.
/// assert_eq!(arguments.rest(), ["--jit=off"]);
/// assert_eq!(arguments.options().settings.jit.mode, Mode::On);
/// # Ok::<(), mimeo_shell::Exit>(())
/// ```
#[derive(Debug)]
pub struct Arguments {
    parser: Parser,
    options: Options,
    wants_capability: bool,
}

/// An argument that is not one of the options of every language. See [`Arguments`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// An option with its dashes, such as `-e` or `--fast`. Its value is the next [`Arguments::value`].
    Option(String),
    /// What is not an option.
    Operand(OsString),
}

/// Why a command ends before it runs anything.
///
/// ```
/// use mimeo_shell::{Arguments, Exit};
///
/// let mut arguments = Arguments::new("example", ["--jit=maybe"])?;
/// let expected = "--jit must be auto, on or off, not \"maybe\"";
/// assert_eq!(arguments.next_argument(), Err(Exit::Mistake(expected.to_owned())));
/// # Ok::<(), Exit>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// `--help` was given.
    Help,
    /// `--capability` was given.
    Capability,
    /// The command line or a variable is wrong; contains the message.
    Mistake(String),
}

impl Arguments {
    /// Creates the arguments of the command `name`. The settings start from the environment. See [`Arguments`] for an example.
    ///
    /// # Errors
    ///
    /// If a variable has an invalid value.
    pub fn new<A: Into<OsString>>(name: &'static str, args: impl IntoIterator<Item = A>) -> Result<Self, Exit> {
        Ok(Arguments { parser: Parser::from_args(args), options: Options::from_env(name)?, wants_capability: false })
    }

    /// Returns the next argument that is not one of the options of every language, and carries those out. See
    /// [`Arguments`] for an example.
    ///
    /// # Errors
    ///
    /// If an option is wrong, or requests an exit.
    pub fn next_argument(&mut self) -> Result<Option<Argument>, Exit> {
        while let Some(argument) = self.parser.next()? {
            let name = match argument {
                Value(value) => return Ok(Some(Argument::Operand(value))),
                Short(letter) => format!("-{letter}"),
                Long(name) => format!("--{name}"),
            };
            match name.as_str() {
                "-h" | "--help" => return Err(Exit::Help),
                "--capability" => self.wants_capability = true,
                _ if self.options.set(&name, &mut self.parser)? => {}
                _ => return Ok(Some(Argument::Option(name))),
            }
        }
        if self.wants_capability { Err(Exit::Capability) } else { Ok(None) }
    }

    /// Returns the value of the option before: `VALUE` of `--option=VALUE`, or the next argument.
    ///
    /// ```
    /// use mimeo_shell::{Argument, Arguments};
    ///
    /// let mut arguments = Arguments::new("example", ["--size=3", "-e", "code"])?;
    /// assert_eq!(arguments.next_argument()?, Some(Argument::Option("--size".to_owned())));
    /// assert_eq!(arguments.value()?, "3");
    /// assert_eq!(arguments.next_argument()?, Some(Argument::Option("-e".to_owned())));
    /// assert_eq!(arguments.text()?, "code");
    /// # Ok::<(), mimeo_shell::Exit>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn value(&mut self) -> Result<OsString, Exit> {
        Ok(self.parser.value()?)
    }

    /// Returns the [value](Self::value) of the option before as text. See [`Arguments::value`] for an example.
    ///
    /// # Errors
    ///
    /// If there is none, or it is not Unicode.
    pub fn text(&mut self) -> Result<String, Exit> {
        Ok(self.value()?.string()?)
    }

    /// Returns all further arguments as they are. See [`Arguments`] for an example.
    pub fn rest(&mut self) -> Vec<OsString> {
        // Only the value of an option could be in the way, and it would have been an error.
        self.parser.raw_args().map(Iterator::collect).unwrap_or_default()
    }

    /// Returns the options so far. See [`Arguments`] for an example.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Ends the parsing.
    pub(crate) fn finish(self) -> Result<Options, Exit> {
        if self.wants_capability { Err(Exit::Capability) } else { Ok(self.options.recording()) }
    }

    /// Returns what was read so far, for an exit that shows it.
    pub(crate) fn into_options(self) -> Options {
        self.options
    }
}

impl Argument {
    /// Returns the error for an argument that the language does not know.
    ///
    /// ```
    /// use mimeo_shell::{Argument, Exit};
    ///
    /// let exit = Argument::Option("--fast".to_owned()).unexpected();
    /// assert_eq!(exit, Exit::Mistake("invalid option '--fast'".to_owned()));
    /// ```
    #[must_use]
    pub fn unexpected(self) -> Exit {
        match self {
            Argument::Option(name) => lexopt::Error::UnexpectedOption(name).into(),
            Argument::Operand(value) => lexopt::Error::UnexpectedArgument(value).into(),
        }
    }
}

impl Exit {
    /// Returns the error for an option whose value is wrong.
    ///
    /// ```
    /// use mimeo_shell::Exit;
    ///
    /// let exit = Exit::bad_value("--depth", "many", "a number");
    /// assert_eq!(exit, Exit::Mistake("--depth must be a number, not \"many\"".to_owned()));
    /// ```
    #[must_use]
    pub fn bad_value(option: &str, value: impl Display, expected: impl Into<String>) -> Exit {
        let (name, value, expected) = (option.to_owned(), value.to_string(), expected.into());
        Exit::Mistake(BadSetting { name, value, expected }.to_string())
    }
}

impl From<&str> for Exit {
    fn from(message: &str) -> Exit {
        Exit::Mistake(message.to_owned())
    }
}

impl From<lexopt::Error> for Exit {
    fn from(error: lexopt::Error) -> Exit {
        Exit::Mistake(error.to_string())
    }
}

impl From<BadSetting> for Exit {
    fn from(error: BadSetting) -> Exit {
        Exit::Mistake(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses a command line that has only the options of every language.
    fn parse(args: &[&str]) -> Result<Options, Exit> {
        let mut arguments = Arguments::new("test", args)?;
        match arguments.next_argument()? {
            Some(argument) => Err(argument.unexpected()),
            None => arguments.finish(),
        }
    }

    #[test]
    fn help_and_capability_end_the_parsing() {
        assert_eq!(parse(&["--help", "--jit=maybe"]).unwrap_err(), Exit::Help);
        assert_eq!(parse(&["-h"]).unwrap_err(), Exit::Help);
        // Settings after it count too.
        let mut arguments = Arguments::new("test", ["--capability", "--jit-threshold=3"]).unwrap();
        assert_eq!(arguments.next_argument(), Err(Exit::Capability));
        assert_eq!(arguments.into_options().settings.jit.threshold, 3);
        // What belongs to the program is not parsed.
        let mut arguments = Arguments::new("test", ["--capability", "file", "--help"]).unwrap();
        assert_eq!(arguments.next_argument(), Ok(Some(Argument::Operand("file".into()))));
        assert_eq!(arguments.rest(), ["--help"]);
        assert_eq!(arguments.finish().unwrap_err(), Exit::Capability);
    }

    #[test]
    fn mistakes_name_the_argument() {
        let mistake = |args: &[&str]| match parse(args) {
            Err(Exit::Mistake(message)) => message,
            other => panic!("{other:?}"),
        };
        assert_eq!(mistake(&["--fast"]), "invalid option '--fast'");
        assert_eq!(mistake(&["file"]), "unexpected argument \"file\"");
        assert_eq!(mistake(&["--jit"]), "missing argument for option '--jit'");
        assert!(mistake(&["--dump=all"]).starts_with("--dump must be one of bytecode, ir, c, asm"));
    }

    #[test]
    fn a_trace_is_recorded() {
        assert!(parse(&["--stats=trace"]).unwrap().settings.jit.trace);
        assert!(!parse(&["--stats"]).unwrap().settings.jit.trace);
    }
}
