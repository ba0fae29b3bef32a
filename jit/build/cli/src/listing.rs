//! An object file → its functions as stencils: the sizes and holes of each, or the reason why it cannot be a stencil.

use std::fmt::Write;

use mimeo_build::audit::{self, Declared, Role};
use mimeo_build::extract::{self, Draft};
use mimeo_build::object_file::{Format, Object, SectionKind};
use mimeo_build::{Baseline, Part, Refusal};
use mimeo_def::frame::Exit;
use mimeo_def::stencil::HoleValue;
use mimeo_lower::Symbol;

/// Returns the listing of a whole file.
///
/// # Errors
///
/// If the file cannot be read as an object file.
pub fn listing(name: &str, bytes: &[u8]) -> Result<String, Refusal> {
    let object = Object::parse(bytes)?;
    let functions = functions(&object);
    let mut out =
        format!("{name}: {} for {}, {} functions\n", object.format.name(), object.arch.name(), functions.len());
    let symbols = declared(&object);
    for function in functions {
        match entry(&object, function, &symbols) {
            Ok(text) => out.push_str(&text),
            Err(refusal) => out.push_str(&format!("\n{function}\n    no stencil: {refusal}\n")),
        }
    }
    Ok(out)
}

/// Returns the names of the functions that a file defines, in the order of the file.
pub fn functions(object: &Object) -> Vec<&str> {
    // Symbols that assemblers create for their own use.
    let is_mark = |name: &str| {
        name.is_empty() || name.starts_with(['$', '.']) || object.format == Format::MachO && name.starts_with("ltmp")
    };
    let in_code = |symbol: &&mimeo_build::object_file::Symbol| {
        symbol.place.is_some_and(|place| object.section(place.section).kind == SectionKind::Code)
    };
    let named = object.symbols.iter().filter(|symbol| !symbol.is_section && !is_mark(&symbol.name));
    named.filter(in_code).map(|symbol| symbol.name.as_str()).collect()
}

/// Returns the hole values of a file's undefined symbols, by the naming conventions of the prelude. Operands and
/// runtime functions are numbered in the order of the file.
pub fn declared(object: &Object) -> Vec<Symbol> {
    let mut symbols = Symbol::common();
    let mut next = 0;
    for symbol in object.symbols.iter().filter(|symbol| symbol.place.is_none()) {
        let name = symbol.name.as_str();
        if symbols.iter().any(|known| known.name == name) {
            continue;
        }
        let exit = |name: &str| Exit::ALL.into_iter().find(|exit| exit.name() == name);
        let value = match name.split_once('_') {
            Some(("EXIT", exit_name)) => exit(exit_name).map(HoleValue::Exit),
            Some(("HOLE" | "JUMP", _)) => Some(HoleValue::Operand(next)),
            Some(("rt" | "RUNTIME", _)) => Some(HoleValue::Runtime(next)),
            _ => None,
        };
        if let Some(value) = value {
            symbols.push(Symbol { name: name.to_owned(), value, required: false });
            next = next.saturating_add(1);
        }
    }
    symbols
}

/// Returns the role of a function, by its name.
fn role(function: &str) -> Role {
    match function {
        "mimeo_enter" => Role::Enter,
        name if name.starts_with("mimeo_exit_") => Role::Exit,
        // The file does not contain the definition of the op.
        _ => Role::Op { transfers: true },
    }
}

/// Returns the listing of one function.
///
/// # Errors
///
/// The reason why it cannot be a stencil.
pub fn entry(object: &Object, function: &str, symbols: &[Symbol]) -> Result<String, Refusal> {
    let draft = extract::draft(object, function, symbols)?;
    let holes = holes(&draft);
    let baseline = Baseline::base(object.arch);
    let stencil = audit::check(draft, &Declared { symbols, role: role(function), baseline: &baseline })?;
    let ending = if stencil.falls_through() { "falls through" } else { "jumps" };
    let (hot, cold, rodata) = (stencil.hot.len(), stencil.cold.len(), stencil.rodata.len());
    Ok(format!("\n{function}\n    hot {hot}, cold {cold}, rodata {rodata}, {ending}\n{holes}"))
}

/// Returns one line for each hole.
fn holes(draft: &Draft) -> String {
    let mut out = String::new();
    for part in [Part::Hot, Part::Cold] {
        for hole in &draft.part(part).holes {
            let inner = hole.hole;
            let addend = match inner.addend {
                0 => String::new(),
                addend => format!(" {addend:+}"),
            };
            let own = [HoleValue::Hot, HoleValue::Cold, HoleValue::Rodata].contains(&inner.value);
            let value = if own { format!("{:?}", inner.value).to_lowercase() } else { hole.symbol.clone() };
            // Writing to a string does not fail.
            let _ = writeln!(out, "    {:4} {:#06x}  {:?}  {value}{addend}", part.name(), inner.at.0, inner.kind);
        }
    }
    out
}
