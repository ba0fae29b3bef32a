//! The description of a command, its parser and its `run` → a process: help, messages, exit status.

use std::process::ExitCode;

use mimeo::InstructionSet;

use crate::arguments::{Arguments, Exit};
use crate::options::{HELP, Options};
use crate::output::{show, show_error};

/// The exit status for a wrong command line.
const WRONG_USAGE: u8 = 2;

/// The command of a language. See [`Command::help`] for an example.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// The name, in messages.
    pub name: &'static str,
    /// The forms of the command line, a line each, without the name.
    pub usage: &'static str,
    /// The help for the language's own options: lines that end in a newline, or nothing.
    pub options: &'static str,
    /// What `--help` says after the options: lines that end in a newline, or nothing.
    pub notes: &'static str,
}

/// Why a command fails after its command line was accepted. See [`Failure::show`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A message of the command, which is printed after its name.
    Command(String),
    /// Complete lines about the program.
    Program(String),
}

impl Failure {
    /// Prints the failure to standard error, as the command `name` does.
    ///
    /// ```
    /// use mimeo_shell::Failure;
    ///
    /// // Prints `example: cannot open the door`.
    /// Failure::Command("cannot open the door".to_owned()).show("example");
    /// ```
    pub fn show(&self, name: &str) {
        match self {
            Failure::Command(message) => show_error(format!("{name}: {message}\n")),
            Failure::Program(lines) => show_error(lines),
        }
    }
}

impl Command {
    /// Runs the command: `parse` turns the arguments that are not [options of every language](Options) into what `run`
    /// needs. Returns the exit status: 2 for a wrong command line, 1 for a [`Failure`].
    ///
    /// ```
    /// use std::process::ExitCode;
    ///
    /// use mimeo_doc_ops::Ops;
    /// use mimeo_shell::{Command, Source, show};
    ///
    /// fn start() -> ExitCode {
    ///     Command::of_programs("lines").main::<Ops, _>(
    ///         |arguments| Source::parse(arguments)?.ok_or("no program was given".into()),
    ///         |source, _| {
    ///             show(&format!("{} lines\n", source.read()?.text.lines().count()));
    ///             Ok(ExitCode::SUCCESS)
    ///         },
    ///     )
    /// }
    /// ```
    pub fn main<I: InstructionSet, P>(
        &self,
        parse: impl FnOnce(&mut Arguments) -> Result<P, Exit>,
        run: impl FnOnce(P, &Options) -> Result<ExitCode, Failure>,
    ) -> ExitCode {
        let mut arguments = match Arguments::new(self.name, std::env::args_os().skip(1)) {
            Ok(arguments) => arguments,
            Err(exit) => return self.exit::<I>(exit, &Options::default()),
        };
        let parsed = match parse(&mut arguments) {
            Ok(parsed) => parsed,
            Err(exit) => return self.exit::<I>(exit, &arguments.into_options()),
        };
        let options = arguments.options().clone();
        let options = match arguments.finish() {
            Ok(options) => options,
            Err(exit) => return self.exit::<I>(exit, &options),
        };
        run(parsed, &options).unwrap_or_else(|failure| {
            failure.show(self.name);
            ExitCode::FAILURE
        })
    }

    fn exit<I: InstructionSet>(&self, exit: Exit, options: &Options) -> ExitCode {
        match exit {
            Exit::Help => show(&self.help()),
            Exit::Capability => show(&mimeo::jit::capability::<I>(&options.settings.jit).to_string()),
            Exit::Mistake(message) => {
                show_error(format!("{}: {message}\n{}", self.name, self.help()));
                return ExitCode::from(WRONG_USAGE);
            }
        }
        ExitCode::SUCCESS
    }

    /// Returns what `--help` prints.
    ///
    /// ```
    /// let command = mimeo_shell::Command {
    ///     name: "example",
    ///     usage: "[options] FILE   run a program",
    ///     options: "  -q                        be quiet\n",
    ///     notes: "",
    /// };
    /// assert!(command.help().starts_with("usage: example [options] FILE   run a program\n\noptions"));
    /// assert!(command.help().contains("\n  -q                        be quiet\n  --jit=auto|on|off "));
    /// ```
    #[must_use]
    pub fn help(&self) -> String {
        let forms: Vec<String> = self.usage.lines().map(|form| format!("{} {form}", self.name)).collect();
        let (usage, own, notes) = (forms.join("\n       "), self.options, self.notes);
        let gap = if notes.is_empty() { "" } else { "\n" };
        format!(
            "usage: {usage}\n\noptions, with the equivalent environment variables; an option overrides its variable:\n\
             {own}{HELP}{gap}{notes}"
        )
    }
}
