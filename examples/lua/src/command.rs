//! The arguments that only Lua has → [`Command`].

use std::ffi::OsString;
use std::path::PathBuf;

use mimeo_shell::{Argument, Arguments, Exit};

/// The command, without the options that every language has.
pub(crate) const MIMEO_LUA: mimeo_shell::Command = mimeo_shell::Command {
    name: "mimeo-lua",
    usage: "[options] SCRIPT [ARGUMENTS]  run a program\n\
            [options] - [ARGUMENTS]       run the program on standard input\n\
            [options] -e CODE             run CODE\n\
            [options]                     on a terminal, start a session; otherwise like -",
    options: "  \
  -e CODE                   run CODE, before the script if there is one; can be repeated
  -l NAME                   require the module NAME, in the order of the options -e and -l
  -i                        start a session after everything else has run
  -v                        print the version
  --dap                     be a debug adapter: speak the Debug Adapter Protocol on standard input and output
",
    notes: "\
variables: LUA_INIT is code, or a file name after @, to run first; MIMEO_LUA_HISTORY is the file for the history of
sessions.
",
};

/// What to run, and how.
pub(crate) struct Command {
    /// What the options `-e` and `-l` say, in their order.
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) script: Option<Script>,
    /// The command line, including the program's own name.
    pub(crate) line: Vec<OsString>,
    /// Index of the script in `line`, or the length of `line`.
    pub(crate) script_at: usize,
    pub(crate) is_interactive: bool,
    /// Whether to be a debug adapter.
    pub(crate) is_adapter: bool,
    pub(crate) shows_version: bool,
}

/// What runs before the script.
pub(crate) enum Chunk {
    Code(Vec<u8>),
    /// The name of a module to load.
    Module(Vec<u8>),
}

/// The source of the script.
#[derive(Clone)]
pub(crate) enum Script {
    File(PathBuf),
    Stdin,
}

impl Command {
    pub(crate) fn parse(arguments: &mut Arguments) -> Result<Command, Exit> {
        let line: Vec<OsString> = std::env::args_os().collect();
        let mut command = Command {
            chunks: Vec::new(),
            script: None,
            script_at: line.len(),
            line,
            is_interactive: false,
            is_adapter: false,
            shows_version: false,
        };
        while let Some(argument) = arguments.next_argument()? {
            let option = match argument {
                Argument::Option(option) => option,
                Argument::Operand(path) => {
                    command.script = Some(if path == "-" { Script::Stdin } else { Script::File(path.into()) });
                    // The remaining arguments belong to the script.
                    command.script_at = command.line.len() - arguments.rest().len() - 1;
                    break;
                }
            };
            match option.as_str() {
                "-e" => command.chunks.push(Chunk::Code(arguments.value()?.into_encoded_bytes())),
                "-l" => command.chunks.push(Chunk::Module(arguments.value()?.into_encoded_bytes())),
                "-i" => (command.is_interactive, command.shows_version) = (true, true),
                "-v" => command.shows_version = true,
                "--dap" => command.is_adapter = true,
                _ => return Err(Argument::Option(option).unexpected()),
            }
        }
        Ok(command)
    }

    /// Returns `true` if the command line names no program: it comes from standard input or is typed.
    pub(crate) fn is_bare(&self) -> bool {
        self.script.is_none() && self.chunks.is_empty() && !self.shows_version
    }
}
