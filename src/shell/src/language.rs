//! A language whose texts are chunks → its whole command: programs, dumps, pages, and sessions on a terminal.

use std::fmt::{Debug, Display};
use std::ops::ControlFlow;
use std::process::ExitCode;

use mimeo::jit::HasJit as _;
use mimeo::{InstructionSet, Linked, Machine, Trap};

use crate::command::{Command, Failure};
use crate::diagnostic::Diagnostic;
use crate::editor::Editor;
use crate::interrupt;
use crate::options::Options;
use crate::session::{self, Loaded, Session};
use crate::source::{Source, Text};

/// A language that runs texts one after the other, each of which can use what the ones before have defined. A program is
/// one text, and an interactive session is several.
///
/// ```
/// use std::process::ExitCode;
///
/// use mimeo::jit::WithJit;
/// use mimeo_doc_ops::{Context, Host, Linked, Machine, Ops, SUM, Trap, sample_program};
/// use mimeo_shell::{Command, Diagnostic, Language, Options, Source, Text};
///
/// /// Each text is a number; the language prints the sum of those below it.
/// struct Sums(Machine);
///
/// impl Language for Sums {
///     type Ops = Ops;
///     type Chunk = i64;
///
///     fn load(&mut self, text: &Text) -> Result<(Linked, i64), Vec<Diagnostic>> {
///         let number = text.text.trim().parse().map_err(|_| vec![text.at_start("expected a number")])?;
///         let linked = self.0.load(&sample_program()).map_err(|error| vec![error.into()])?;
///         Ok((linked, number))
///     }
///
///     fn run(&mut self, linked: Linked, number: i64) -> Result<(), Trap> {
///         println!("{}", self.0.call(linked.function(SUM), &[number])?);
///         Ok(())
///     }
///
///     fn machine(&mut self) -> &mut Machine {
///         &mut self.0
///     }
/// }
///
/// // This is the whole `main`.
/// fn start() -> ExitCode {
///     let builder = Machine::builder(Context::default(), Host::default());
///     let new = |options: &Options| builder.jit(options.settings.jit.clone()).limits(options.limits).build();
///     Command::of_programs("sums").run(|options| Sums(new(options)))
/// }
///
/// let mut sums = Sums(Machine::builder(Context::default(), Host::default()).build());
/// let (linked, number) = sums.load(&Source::Text("10".to_owned()).read()?).expect("it is a number");
/// assert_eq!(sums.run(linked, number), Ok(()));
/// assert!(sums.load(&Source::Text("ten".to_owned()).read()?).is_err());
/// # Ok::<(), mimeo_shell::Failure>(())
/// ```
pub trait Language {
    /// The instruction set. The trace shows its values, and messages its errors.
    type Ops: InstructionSet<Value: Debug, Error: Display>;
    /// What the language knows of a text besides its program, such as the names that it defines.
    type Chunk;

    /// Compiles a text and loads its program into the machine. See [`Language`] for an example.
    ///
    /// # Errors
    ///
    /// All errors of the text. If the first one is at the end of the text, a session asks for more lines.
    #[expect(clippy::type_complexity, reason = "a name would hide what an author returns")]
    fn load(&mut self, text: &Text) -> Result<(Linked<Self::Ops>, Self::Chunk), Vec<Diagnostic>>;

    /// Runs what was loaded, and writes out what it printed. A text that fails should define nothing. See [`Language`]
    /// for an example.
    ///
    /// # Errors
    ///
    /// The error that ended it.
    fn run(&mut self, linked: Linked<Self::Ops>, chunk: Self::Chunk) -> Result<(), ErrorOf<Self>>;

    /// Returns the machine, for reports and dumps. See [`Language`] for an example.
    fn machine(&mut self) -> &mut Machine<Self::Ops>;
}

/// The error that ends a program of a language.
type ErrorOf<L> = Trap<<<L as Language>::Ops as InstructionSet>::Error>;

impl Command {
    /// Returns the command of a language that runs a program, or starts a session if it is given none.
    ///
    /// ```
    /// let command = mimeo_shell::Command::of_programs("example");
    /// assert!(command.help().starts_with("usage: example [options]           start a session\n"));
    /// ```
    #[must_use]
    pub const fn of_programs(name: &'static str) -> Command {
        let usage = "[options]           start a session\n\
                     [options] FILE      run a program\n\
                     [options] -         run the program on standard input\n\
                     [options] -e CODE   run CODE";
        Command { name, usage, options: "", notes: "" }
    }

    /// Runs the command of a [`Language`], which `new` creates. Returns the exit status.
    ///
    /// The settings of [`Options::settings`] and [`Options::limits`] belong into the machine that `new` builds; the rest is
    /// done here. If the command line names no program, it starts a session, in which Ctrl-C interrupts what runs. The variable `NAME_HISTORY` names the file for its
    /// history, where `NAME` is the command's. See [`Language`] for an example.
    pub fn run<L: Language>(&self, new: impl FnOnce(&Options) -> L) -> ExitCode {
        self.main::<L::Ops, _>(Source::parse, |source, options| {
            let mut chunks = Chunks { language: new(options), texts: Vec::new(), command: self, options };
            options.prepare(chunks.language.machine());
            let result = match (source, options.dump) {
                (Some(source), _) => source.read().and_then(|text| chunks.program(text)),
                (None, Some(dump)) => match dump.of_ops::<L::Ops>() {
                    Some(text) => {
                        crate::show(&text);
                        Ok(())
                    }
                    None => Err(Failure::Command("no program was given".to_owned())),
                },
                (None, None) if options.explore.is_some() => Err(Failure::Command("no program was given".to_owned())),
                (None, None) => {
                    interrupt::handle(chunks.language.machine().control());
                    let _ended = session::run(&mut chunks, &mut Editor::new(self.name));
                    Ok(())
                }
            };
            options.report(chunks.language.machine().jit());
            result.map(|()| ExitCode::SUCCESS)
        })
    }
}

/// A language, and the texts so far.
struct Chunks<'a, L> {
    language: L,
    texts: Vec<Text>,
    command: &'a Command,
    options: &'a Options,
}

impl<L: Language> Chunks<'_, L> {
    fn program(&mut self, text: Text) -> Result<(), Failure> {
        let (linked, chunk) = self.language.load(&text).map_err(|errors| text.failure(errors))?;
        match self.options.inspect(self.language.machine(), linked, Some(&text))? {
            true => Ok(()),
            false => self.execute(text, linked, chunk),
        }
    }

    fn execute(&mut self, text: Text, linked: Linked<L::Ops>, chunk: L::Chunk) -> Result<(), Failure> {
        self.texts.push(text);
        // Each text of a session gets all of it.
        if self.options.fuel.is_some() {
            self.language.machine().vm_mut().set_fuel(self.options.fuel);
        }
        self.language.run(linked, chunk).map_err(|trap| {
            let file = trap.backtrace.frames.first().and_then(|site| site.file.as_deref());
            // The compiler may not have said which text a function is from.
            let text = self.texts.iter().rfind(|text| file.is_none_or(|file| file == text.name));
            match text {
                Some(text) => text.failure([text.of_trap(&trap)]),
                None => Failure::Command(trap.to_string()),
            }
        })
    }
}

impl<L: Language> Session for Chunks<'_, L> {
    type Chunk = Result<(Text, Linked<L::Ops>, L::Chunk), Failure>;
    type Exit = std::convert::Infallible;

    fn load(&mut self, typed: &str) -> Loaded<Self::Chunk> {
        let text = Text { name: format!("<{}>", self.texts.len() + 1), text: typed.to_owned() };
        match self.language.load(&text) {
            Ok((linked, chunk)) => Loaded::Whole(Ok((text, linked, chunk))),
            Err(errors) => {
                let end = text.at_end("").position;
                let is_unfinished = errors.first().is_some_and(|error| error.position == end);
                let failure = Err(text.failure(errors));
                if is_unfinished { Loaded::Unfinished(failure) } else { Loaded::Whole(failure) }
            }
        }
    }

    fn run(&mut self, chunk: Self::Chunk) -> ControlFlow<Self::Exit> {
        let result = chunk.and_then(|(text, linked, chunk)| interrupt::run(|| self.execute(text, linked, chunk)));
        // One that came too late does not end the next chunk.
        self.language.machine().control().clear();
        if let Err(failure) = result {
            failure.show(self.command.name);
        }
        ControlFlow::Continue(())
    }
}
