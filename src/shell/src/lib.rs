//! What the command of every language has in common. `mimeo` does not depend on it: a language does, for its `main`.
//!
//! | module | turns | into |
//! |---|---|---|
//! | `command` | a description of the command, its parser and its `run` | a process: help, messages, exit status |
//! | `arguments` | the command line | the options of every language, and the language's own arguments |
//! | `options` | options and environment variables | settings, and the report after the run |
//! | `source` | a file, standard input or `-e CODE` | a named text |
//! | `tokens` | the text of a program | its tokens, for a parser |
//! | `diagnostic` | positions and messages | errors that show the line of the source |
//! | `dump` | a loaded program | its bytecode, IR, C or machine code |
//! | `explore` | a loaded program | a page with all of that side by side |
//! | `trace` | what `--trace` names | the ops that run, on standard error |
//! | `output` | text | standard output and standard error, whose reader may be gone |
//! | `session` | lines | chunks that run one after the other |
//! | `editor` | the terminal | lines, with editing and a history |
//! | `interrupt` | Ctrl-C | an interruption of what runs |
//! | `language` | a language whose texts are chunks | all of the above |
//!
//! A type that implements [`Language`], which has three required functions, gets a command that runs programs, shows them,
//! and reads them line by line. A `main` can also be written with the parts alone:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use mimeo::jit::{HasJit, WithJit};
//! use mimeo_doc_ops::{Host, Ops, SUM, sample_program};
//! use mimeo_shell::{Command, Failure, Options, Source};
//!
//! const COMMAND: Command = Command {
//!     name: "sums",
//!     usage: "[options] FILE   print the sum of the numbers below the one in FILE",
//!     options: "",
//!     notes: "",
//! };
//!
//! fn main() -> ExitCode {
//!     COMMAND.main::<Ops, _>(|arguments| Source::parse(arguments)?.ok_or("no program was given".into()), run)
//! }
//!
//! fn run(source: Source, options: &Options) -> Result<ExitCode, Failure> {
//!     let text = source.read()?;
//!     let number = text.text.trim().parse().map_err(|_| text.failure([text.at_start("expected a number")]))?;
//!     let builder = mimeo::Machine::<Ops>::builder(Default::default(), Host::default());
//!     let mut machine = builder.jit(options.settings.jit.clone()).build();
//!     let linked = machine.load(&sample_program()).expect("the program needs no index space");
//!     if options.inspect(&mut machine, linked, Some(&text))? {
//!         return Ok(ExitCode::SUCCESS);
//!     }
//!     options.prepare(&mut machine);
//!     let result = machine.call(linked.function(SUM), &[number]);
//!     options.report(machine.jit());
//!     match result {
//!         Ok(sum) => mimeo_shell::show(&format!("{sum}\n")),
//!         Err(trap) => return Err(text.failure([text.of_trap(&trap)])),
//!     }
//!     Ok(ExitCode::SUCCESS)
//! }
//! ```
//!
//! The features `jit` (default) and `optimize` are those of `mimeo`; `session` (default) has sessions on a terminal, and
//! `interrupt` is the part of it that handles Ctrl-C.
#![forbid(unsafe_code)]

mod arguments;
mod command;
mod diagnostic;
mod dump;
#[cfg(feature = "session")]
mod editor;
mod explore;
#[cfg(feature = "interrupt")]
pub mod interrupt;
#[cfg(feature = "session")]
mod language;
mod options;
mod output;
#[cfg(feature = "session")]
pub mod session;
mod source;
mod tokens;
mod trace;

pub use arguments::{Argument, Arguments, Exit};
pub use command::{Command, Failure};
pub use diagnostic::{Diagnostic, START, after};
pub use dump::Dump;
#[cfg(feature = "session")]
pub use editor::Editor;
pub use explore::Explore;
#[cfg(feature = "session")]
pub use language::Language;
pub use options::Options;
pub use output::{Output, show, show_error, stdout};
pub use source::{Source, Text};
pub use tokens::{Lexicon, Token, Tokens};
pub use trace::Trace;
