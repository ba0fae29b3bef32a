//! The arguments of the command → [`Request`].

use std::ffi::OsString;
use std::path::PathBuf;

use mimeo_shell::{Argument, Arguments, Command, Exit};

/// The command, without the options that every language has.
pub(super) const COMMAND: Command = Command {
    name: "mimeo-wasm",
    usage: "[options] FILE [ARGUMENTS]             run a program: its function `_start`\n\
            [options] --invoke=NAME FILE [VALUES]  call a function, and print its results",
    options: "  \
  --invoke=NAME             call the function that is exported as NAME
  --dir=FOLDER[:GUEST]      grant the program a folder, which it knows as GUEST (default: FOLDER); can be repeated
  --env=NAME=VALUE          set a variable of the program's environment, which is empty at first; can be repeated
",
    notes: "\
FILE is a WebAssembly module, as bytes or as text. Programs use WASI preview 1. The exit status is that of the program,
134 if it trapped, and 130 if it was interrupted.
",
};

/// What to run, and with what.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) file: PathBuf,
    /// The name of the function to call, if it is not a program.
    pub(super) function: Option<String>,
    /// The arguments of the program, or the values for the function.
    pub(super) args: Vec<OsString>,
    /// Paths of folders, and their names in the program.
    pub(super) folders: Vec<(String, String)>,
    pub(super) environment: Vec<(String, String)>,
}

impl Request {
    pub(super) fn parse(arguments: &mut Arguments) -> Result<Request, Exit> {
        let mut request = Request::default();
        while let Some(argument) = arguments.next_argument()? {
            let option = match argument {
                Argument::Option(option) => option,
                Argument::Operand(file) => {
                    // The remaining arguments belong to the program.
                    return Ok(Request { file: file.into(), args: arguments.rest(), ..request });
                }
            };
            match option.as_str() {
                "--invoke" => request.function = Some(arguments.text()?),
                "--dir" => {
                    let value = arguments.text()?;
                    let (folder, guest) = value.rsplit_once(':').unwrap_or((&value, &value));
                    request.folders.push((folder.to_owned(), guest.to_owned()));
                }
                "--env" => {
                    let value = arguments.text()?;
                    let variable =
                        value.split_once('=').ok_or_else(|| Exit::bad_value("--env", &value, "NAME=VALUE"))?;
                    request.environment.push((variable.0.to_owned(), variable.1.to_owned()));
                }
                _ => return Err(Argument::Option(option).unexpected()),
            }
        }
        Err("no program was given".into())
    }
}
