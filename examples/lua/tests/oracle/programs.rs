//! Reads a program of the corpus: its text, which oracles may be asked, and what it is expected to do.

use std::path::{Path, PathBuf};

/// What a program prints, and the error it ends with, without the interpreter's name and the traceback.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Behaviour {
    pub output: String,
    pub error: Option<String>,
}

/// A file of the corpus.
#[derive(Debug)]
pub struct Program {
    pub path: PathBuf,
    pub name: String,
    /// The text without the lines at the end that say what is expected.
    pub source: String,
    pub expected: Behaviour,
    /// The oracle that its `only` line names.
    only: Option<String>,
    /// The argument with which a benchmark does what is expected, which its `check` line gives.
    pub check: Option<String>,
    has_oracle: bool,
}

impl Program {
    /// Whether `oracle` defines what this program does.
    pub fn asks(&self, oracle: &str) -> bool {
        self.has_oracle && self.only.as_ref().is_none_or(|only| only == oracle)
    }

    fn read(path: PathBuf) -> Program {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let is_expectation = |line: &&str| line.starts_with("-->") || line.starts_with("--!");
        let behind = |prefix| {
            let lines = text.lines().filter_map(move |line: &str| line.strip_prefix(prefix));
            lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>()
        };
        let output = behind("-->").iter().flat_map(|line| [*line, "\n"]).collect();
        let error = behind("--!");
        let error = (!error.is_empty()).then(|| error.join("\n"));
        let source = text.lines().filter(|line| !is_expectation(line)).flat_map(|line| [line, "\n"]).collect();
        let header: Vec<_> = text.lines().take_while(|line| line.starts_with("-- ")).collect();
        let field = |name| header.iter().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let (only, check) = (field("-- only: "), field("-- check: "));
        let has_oracle = !header.iter().any(|line| line.starts_with("-- oracle: none: "));
        assert!(only.as_deref().is_none_or(|only| ["luajit", "lua5.1"].contains(&only)), "{name}: {only:?}");
        Program { path, name, source, expected: Behaviour { output, error }, only, check, has_oracle }
    }
}

/// The whole corpus, by name.
pub fn all() -> Vec<Program> {
    in_folder("programs")
}

/// All programs of a folder beside `src`, by name.
pub fn in_folder(folder: &str) -> Vec<Program> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("its entries can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "lua"));
    paths.sort();
    paths.into_iter().map(Program::read).collect()
}

/// The first line in which the two differ.
pub fn difference(expected: &Behaviour, said: &Behaviour) -> String {
    let lines = |behaviour: &Behaviour| {
        let mut lines: Vec<_> = behaviour.output.lines().map(str::to_owned).collect();
        lines.extend(behaviour.error.iter().map(|error| format!("error: {error}")));
        lines
    };
    let (expected, said) = (lines(expected), lines(said));
    let same = expected.iter().zip(&said).take_while(|(expected, said)| expected == said).count();
    format!("line {}: expected {:?}, got {:?}", same + 1, expected.get(same), said.get(same))
}
