//! A folder of programs → [`Program`]s, each with the [`Behaviour`] that its text expects.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::language::{self, Language};

/// The output of a program, and its final error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Behaviour {
    /// The standard output.
    pub output: Vec<u8>,
    /// The error without the name of the executable and without a backtrace, one line for each error.
    pub error: Option<String>,
    /// The number of calls and backward jumps, if it is known. It is the same in every mode.
    pub events: Option<u64>,
}

impl Behaviour {
    /// Creates a behaviour. Joins several errors into one.
    pub fn new(output: impl Into<Vec<u8>>, errors: &[impl AsRef<str>]) -> Behaviour {
        let errors: Vec<&str> = errors.iter().map(AsRef::as_ref).collect();
        Behaviour { output: output.into(), error: (!errors.is_empty()).then(|| errors.join("\n")), events: None }
    }

    /// Returns the first difference from the expected behaviour, if any. Compares every byte.
    pub fn difference(&self, expected: &Behaviour) -> Option<String> {
        if (&self.output, &self.error) == (&expected.output, &expected.error) {
            let (found, expected) = (self.events?, expected.events?);
            let differs = || format!("expected {expected} calls and backward jumps, counted {found}");
            return (found != expected).then(differs);
        }
        let lines = |behaviour: &Behaviour| {
            let output = String::from_utf8_lossy(&behaviour.output).into_owned();
            let mut lines: Vec<_> = output.split_inclusive('\n').map(str::to_owned).collect();
            lines.extend(behaviour.error.iter().map(|error| format!("error: {error}")));
            lines
        };
        let (found, expected) = (lines(self), lines(expected));
        let same = expected.iter().zip(&found).take_while(|(expected, found)| expected == found).count();
        Some(format!("line {}: expected {:?}, got {:?}", same + 1, expected.get(same), found.get(same)))
    }
}

/// A limit of fuel that no program reaches.
pub const PLENTY_OF_FUEL: u64 = i64::MAX as u64;

/// A file of a corpus.
#[derive(Clone, Debug)]
pub struct Program {
    /// The file name without its extension.
    pub name: String,
    /// The path.
    pub path: PathBuf,
    /// The whole text.
    pub text: String,
    /// The behaviour that the text expects.
    pub expected: Behaviour,
    /// The language.
    pub language: &'static Language,
}

impl Program {
    fn read(path: PathBuf, language: &'static Language) -> io::Result<Program> {
        let text = fs::read_to_string(&path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Program { name, path, expected: expected(&text, language.comment), text, language })
    }

    /// Returns the name of the file.
    pub fn file(&self) -> String {
        format!("{}.{}", self.name, self.language.extension)
    }

    /// Returns the text without the lines of its expected behaviour.
    pub fn source(&self) -> String {
        let marks = [format!("{}>", self.language.comment), format!("{}!", self.language.comment)];
        let lines = self.text.split_inclusive('\n');
        lines.filter(|line| !marks.iter().any(|mark| line.starts_with(mark))).collect()
    }

    /// Returns the value of the comment line `NAME: VALUE`, if the program has one.
    pub fn field(&self, name: &str) -> Option<&str> {
        let comment = self.language.comment;
        let comments = self.text.lines().filter_map(|line| line.strip_prefix(comment)?.strip_prefix(' '));
        let mut values = comments.filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        values.next()
    }

    /// Whether it runs on an operating system: its field `except` has the form `SYSTEM: REASON`, and names another.
    pub fn runs_on(&self, system: &str) -> bool {
        self.field("except").is_none_or(|except| !except.starts_with(&format!("{system}: ")))
    }

    /// Returns the number in its field `ops`, in millions, or 0 without such a field: the program runs less than two
    /// million.
    ///
    /// # Panics
    ///
    /// If the field has another form.
    pub fn million_ops(&self) -> u32 {
        let number = |value: &str| value.strip_suffix(" million").and_then(|number| number.parse().ok());
        let name = &self.name;
        self.field("ops").map_or(0, |value| number(value).unwrap_or_else(|| panic!("{name}: `{value}` million ops")))
    }
}

/// Parses the lines with marks, each without the space that follows the mark.
fn expected(text: &str, comment: &str) -> Behaviour {
    let lines = |mark: char| {
        let lines = text.lines().filter_map(move |line| line.strip_prefix(comment)?.strip_prefix(mark));
        lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>()
    };
    Behaviour::new(lines('>').iter().flat_map(|line| [*line, "\n"]).collect::<String>(), &lines('!'))
}

/// A folder of programs in one language.
#[derive(Clone, Copy, Debug)]
pub struct Corpus {
    /// The language of its programs.
    pub language: &'static Language,
    /// The path from the root of the tree.
    folder: &'static str,
}

/// calc's programs.
pub const CALC: Corpus = Corpus { folder: "examples/calc/programs", language: &language::CALC };
/// Lua's programs.
pub const LUA: Corpus = Corpus { folder: "examples/lua/programs", language: &language::LUA };
/// Lua's benchmarks. Their expected output is for the argument in their field `check`.
pub const LUA_BENCHMARKS: Corpus = Corpus { folder: "examples/lua/benchmarks", language: &language::LUA };
/// The programs of all examples.
pub const ALL: [Corpus; 3] = [CALC, LUA, LUA_BENCHMARKS];

impl Corpus {
    /// Returns the folder.
    pub fn folder(&self) -> PathBuf {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the package is two folders deep");
        root.join(self.folder)
    }

    /// Reads the programs, sorted by name.
    ///
    /// # Errors
    ///
    /// If the folder or a program cannot be read.
    pub fn read(&self) -> io::Result<Vec<Program>> {
        let entries = fs::read_dir(self.folder())?.collect::<io::Result<Vec<_>>>()?;
        let paths = entries.into_iter().map(|entry| entry.path());
        let paths = paths.filter(|path| path.extension().is_some_and(|extension| extension == self.language.extension));
        let mut programs = paths.map(|path| Program::read(path, self.language)).collect::<io::Result<Vec<_>>>()?;
        programs.sort_by(|one, other| one.name.cmp(&other.name));
        let events = self.read_events();
        for program in &mut programs {
            program.expected.events = events.get(&program.name).copied();
        }
        Ok(programs)
    }

    /// Returns the path of the list of events: the name of each program and the number of its calls and backward jumps.
    fn event_list(&self) -> PathBuf {
        self.folder().join("events.txt")
    }

    /// Reads the list, which is empty while it is written anew.
    fn read_events(&self) -> BTreeMap<String, u64> {
        let is_new = std::env::var_os("UPDATE_EXPECT").is_some();
        let text = if is_new { String::new() } else { fs::read_to_string(self.event_list()).unwrap_or_default() };
        let entry = |line: &str| {
            let (name, events) = line.split_once(' ')?;
            Some((name.to_owned(), events.parse().ok()?))
        };
        text.lines()
            .map(|line| entry(line).unwrap_or_else(|| panic!("`{line}` is not in the list of events")))
            .collect()
    }

    /// Compares the list of events with those that were counted, so that no program is missing. Writes the list instead
    /// if the environment variable `UPDATE_EXPECT` is set.
    ///
    /// # Panics
    ///
    /// If they differ, or the list cannot be written.
    pub fn check_events(&self, counted: impl IntoIterator<Item = (String, u64)>) {
        let counted: BTreeMap<_, _> = counted.into_iter().collect();
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            let lines: String = counted.iter().map(|(name, events)| format!("{name} {events}\n")).collect();
            fs::write(self.event_list(), lines).unwrap_or_else(|error| panic!("{}: {error}", self.folder));
        } else {
            assert_eq!(counted, self.read_events(), "{}/events.txt: UPDATE_EXPECT=1 writes it", self.folder);
        }
    }

    /// Reads the programs, sorted by name.
    ///
    /// # Panics
    ///
    /// If there are fewer than `least`, or they cannot be read.
    pub fn programs(&self, least: usize) -> Vec<Program> {
        let programs = self.read().unwrap_or_else(|error| panic!("{}: {error}", self.folder));
        assert!(programs.len() >= least, "{} has {} programs", self.folder, programs.len());
        programs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(text: &str) -> Program {
        let (name, path) = ("it".to_owned(), PathBuf::new());
        Program { name, path, text: text.to_owned(), expected: expected(text, "//"), language: &language::CALC }
    }

    #[test]
    fn a_program_contains_its_expected_behaviour() {
        let text =
            "// ops: 3 million\nprint 1; //> is code\n//> 1\n//>\n//! 3:4: error: no\n//! 3:5: error: nor this\n";
        let program = program(text);
        let errors = ["3:4: error: no", "3:5: error: nor this"];
        assert_eq!(program.expected, Behaviour::new("1\n\n", &errors));
        assert_eq!(program.source(), "// ops: 3 million\nprint 1; //> is code\n");
        assert_eq!((program.field("ops"), program.field("only")), (Some("3 million"), None));
        assert_eq!(program.million_ops(), 3);
        assert!(program.runs_on("windows"));
        let except = super::tests::program("// except: windows: it has no such files\n");
        assert!(except.runs_on("linux") && !except.runs_on("windows"));
        assert_eq!(super::tests::program("//> 2").expected, Behaviour::new("2\n", &[""; 0]));
    }

    #[test]
    fn every_difference_is_found() {
        let expected = Behaviour::new("1\n2\n", &["no"]);
        assert_eq!(expected.clone().difference(&expected), None);
        let difference =
            |output: &str, errors: &[&str]| Behaviour::new(output, errors).difference(&expected).expect("they differ");
        assert_eq!(difference("1\n3\n", &["no"]), r#"line 2: expected Some("2\n"), got Some("3\n")"#);
        assert_eq!(difference("1\n2", &["no"]), r#"line 2: expected Some("2\n"), got Some("2")"#);
        assert_eq!(difference("1\n2\n", &[]), r#"line 3: expected Some("error: no"), got None"#);
        assert_eq!(
            difference("1\n2\n", &["no", "no"]),
            r#"line 3: expected Some("error: no"), got Some("error: no\nno")"#
        );
        assert!(difference("1\r\n2\n", &["no"]).starts_with("line 1"));
        let text = "error: no";
        let one = Behaviour::new(text, &[""; 0]);
        assert!(one.difference(&Behaviour::new("", &["no"])).is_some(), "an error is no output");
    }

    #[test]
    fn the_corpora_exist() {
        assert!(CALC.programs(100).iter().all(|program| program.path.exists()));
        assert!(LUA.programs(150).len() > LUA_BENCHMARKS.programs(10).len());
        assert!(ALL.iter().all(|corpus| language::ALL.contains(&corpus.language)));
    }
}
