//! A file with ops → a page that shows each op as Rust, IR, C and the machine code of its stencil, side by side.

use std::fs;
use std::path::PathBuf;

use mimeo_build::table::OwnedOp;
use mimeo_build::{OwnedStencil, Target};
use mimeo_def::stencil::{Hole, HoleValue};
use mimeo_explore::{Block, Line, Mark, Page, Pane, Section, hole_name, lines};
use mimeo_lower::{Definition, LoweredOp, StencilSource, Symbol};

use crate::command::Explore;
use crate::generate::{HOST, Source, Work, probe, summary};

/// Writes the page, and returns a sentence that says so.
///
/// # Errors
///
/// A sentence about a file that cannot be read or written, an unusable compiler, or an op that does not exist; or the
/// mistakes in the ops, each at its line and column.
pub fn run(request: &Explore) -> Result<String, String> {
    let source = Source::read(&request.file)?;
    let shown = request.file.display();
    let unknown = |name: &&String| !source.sets.iter().flat_map(|set| &set.ops).any(|op| op.name == **name);
    if let Some(name) = request.ops.iter().find(unknown) {
        return Err(format!("`{shown}` has no op `{name}`"));
    }
    let work = Work::new()?;
    let target = Target { triple: HOST.to_owned(), host: HOST.to_owned() };
    let tools = probe(request.compiler.as_deref(), &target, &[], &work)?;
    let tables = source.tables(&tools, &work)?;
    let definitions = mimeo_lower::definitions(&source.text).map_err(|error| error.to_string())?;
    let mut sections = Vec::new();
    for ((set, table), definitions) in source.sets.iter().zip(&tables).zip(&definitions) {
        for ((op, owned), definition) in set.ops.iter().zip(&table.ops).zip(definitions) {
            if request.ops.is_empty() || request.ops.contains(&op.name) {
                sections.push(section(&source, op, owned, definition));
            }
        }
    }
    let notes = vec![format!("It has {}.", summary(&tables, &tools)), HOLES.to_owned()];
    let page = Page { title: shown.to_string(), notes, sections };
    let name = request.file.file_stem().unwrap_or_default();
    let output = request.output.clone().unwrap_or_else(|| PathBuf::from(name).with_extension("html"));
    let shown = output.display();
    fs::write(&output, page.to_string()).map_err(|error| format!("cannot write `{shown}`: {error}"))?;
    Ok(format!("wrote `{shown}`\n"))
}

/// What the page says of machine code.
const HOLES: &str = "Machine code is not filled yet: dots are holes, and beside them is what is written there. Lines that name \
                     the same operand or function are highlighted together.";

/// The prefixes of symbols in C.
const PREFIXES: [&str; 4] = ["HOLE_", "JUMP_", "rt_", "RUNTIME_"];

/// Returns the name in Rust of what a symbol stands for.
fn name_of(symbol: &Symbol) -> &str {
    PREFIXES.iter().find_map(|prefix| symbol.name.strip_prefix(prefix)).unwrap_or(&symbol.name)
}

/// Returns the section of an op.
fn section(source: &Source, op: &LoweredOp, owned: &OwnedOp, definition: &Definition) -> Section {
    let links = Links(&op.symbols);
    let (first, last) = (*definition.lines.start(), *definition.lines.end());
    let rust: Vec<&str> = source.text.lines().skip(first - 1).take(last + 1 - first).collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let indented = rust.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
    let rust = rust.iter().zip(first..).map(|(line, number)| {
        let text = Line::text(line.get(indented..).unwrap_or_default());
        links.block(Line { label: format!("{number:4}"), ..text })
    });
    let ir = definition.ir.lines().map(|line| links.block(Line::text(line)));
    let panes = vec![
        Pane::new("Rust", rust.collect()),
        Pane::new("IR", ir.collect()),
        c(source, op, &links),
        code(owned, &links),
    ];
    Section { name: op.name.clone(), note: String::new(), panes }
}

/// The symbols of an op, whose places link the lines that name them.
struct Links<'a>(&'a [Symbol]);

impl Links<'_> {
    /// Returns the block of a line, which is linked by the operands and functions that its code names.
    fn block(&self, line: Line) -> Block {
        // In comments, an operand's name can be a usual word.
        let code = line.text.split("//").next().unwrap_or_default();
        let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect::<Vec<_>>();
        words.sort_unstable();
        let is_named =
            |symbol: &Symbol| [name_of(symbol), &symbol.name].iter().any(|name| words.binary_search(name).is_ok());
        self.block_of(line.clone(), is_named)
    }

    fn block_of(&self, line: Line, is_linked: impl Fn(&Symbol) -> bool) -> Block {
        let links = self.0.iter().zip(0..).filter(|(symbol, _)| is_linked(symbol)).map(|(_, link)| link);
        Block { links: links.collect(), lines: vec![line] }
    }

    /// Returns the name of what has a value.
    fn name(&self, value: HoleValue) -> String {
        let symbol = self.0.iter().find(|symbol| symbol.value == value);
        symbol.map_or_else(|| format!("{value:?}"), |symbol| name_of(symbol).to_owned())
    }
}

/// Returns the C of an op.
fn c(source: &Source, op: &LoweredOp, links: &Links<'_>) -> Pane {
    let (text, note) = match &op.source {
        StencilSource::Generated(text) => (text.clone(), String::new()),
        StencilSource::Handwritten { path, .. } => {
            (fs::read_to_string(source.package.join(path)).unwrap_or_default(), path.clone())
        }
        StencilSource::None(reason) => (String::new(), reason.clone()),
    };
    let blocks = text.trim_matches('\n').lines().map(|line| links.block(Line::text(line)));
    Pane { note, ..Pane::new("C", blocks.collect()) }
}

/// Returns the machine code of an op.
fn code(op: &OwnedOp, links: &Links<'_>) -> Pane {
    let stencil = match &op.stencil {
        Ok(stencil) => stencil,
        Err(reason) => return Pane { note: format!("none: {reason}"), ..Pane::new("stencil", Vec::new()) },
    };
    let OwnedStencil { hot, cold, rodata, hot_holes, cold_holes, .. } = stencil;
    let mut blocks = Vec::new();
    for (title, code, holes) in [("hot", hot, hot_holes), ("cold", cold, cold_holes)] {
        if !code.is_empty() {
            blocks.push(Block { links: Vec::new(), lines: vec![Line::heading(title)] });
            blocks.extend(part(code, holes, links));
        }
    }
    let note = format!("{} bytes hot, {} cold, {} of constants", hot.len(), cold.len(), rodata.len());
    Pane { note, ..Pane::new("stencil", blocks) }
}

/// Returns the instructions of a part of a stencil.
fn part(code: &[u8], holes: &[Hole], links: &Links<'_>) -> Vec<Block> {
    let name = |value| {
        hole_name(value, |index| links.name(HoleValue::Operand(index)), |index| links.name(HoleValue::Runtime(index)))
    };
    let mark = |hole: &Hole| Mark {
        at: hole.at.0 as usize,
        len_bytes: hole.kind.len_bytes() as usize,
        name: name(hole.value),
        is_hidden: true,
    };
    let marks: Vec<Mark> = holes.iter().map(mark).collect();
    let block = |line: Line| {
        let named: Vec<&str> = line.note.split(", ").collect();
        let is_linked = |symbol: &Symbol| named.contains(&name(symbol.value).as_str());
        links.block_of(line.clone(), is_linked)
    };
    lines(code, 0, &marks).into_iter().map(block).collect()
}
