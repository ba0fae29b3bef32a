//! A file with stencil tables → the [`Table`] that a mutated copy uses in place of its own.
#![forbid(unsafe_code)]

use std::env;
use std::fs;
use std::sync::{LazyLock, Mutex, PoisonError};

use mimeo_build::table::OwnedTable;
use mimeo_build::{OwnedStencil, prebuilt};
use mimeo_def::stencil::{OpStencil, Stencil, Table};

/// The variable with the paths of the files, separated by `:`.
pub const TABLES: &str = "MIMEO_MUTANT_TABLES";

static GIVEN: LazyLock<Vec<OwnedTable>> = LazyLock::new(|| {
    let paths = env::var(TABLES).unwrap_or_default();
    let read = |path: &str| {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        prebuilt::read(&text).unwrap_or_else(|error| panic!("{path}: {error}")).tables
    };
    paths.split(':').filter(|path| !path.is_empty()).flat_map(read).collect()
});

/// The replacements, by the address of the table that they replace.
static REPLACED: Mutex<Vec<(usize, &'static Table)>> = Mutex::new(Vec::new());

/// Returns the table from the files that has the same ops, or else `built`.
///
/// # Panics
///
/// If a file cannot be read, or is damaged.
pub fn table(built: &'static Table) -> &'static Table {
    let same_ops = |given: &&OwnedTable| {
        let ops = given.ops.iter().map(|op| (op.name.as_str(), op.fingerprint));
        ops.eq(built.ops.iter().map(|op| (op.name, op.fingerprint)))
    };
    let Some(given) = GIVEN.iter().find(same_ops) else { return built };
    let mut replaced = REPLACED.lock().unwrap_or_else(PoisonError::into_inner);
    let address = std::ptr::from_ref(built).addr();
    if let Some((_, table)) = replaced.iter().find(|(of, _)| *of == address) {
        return table;
    }
    let table: &'static Table = Box::leak(Box::new(leaked(given, built.abi)));
    replaced.push((address, table));
    table
}

fn leaked(table: &OwnedTable, abi: u32) -> Table {
    let ops = table.ops.iter().map(|op| OpStencil {
        name: text(&op.name),
        fingerprint: op.fingerprint,
        handwritten: op.handwritten,
        stencil: op.stencil.as_ref().map(stencil).map_err(|reason| text(reason)),
    });
    Table {
        abi,
        arch: table.arch,
        baseline: list(table.baseline.features().iter().copied()),
        convention: table.convention,
        compiler: text(&table.compiler),
        flags: text(&table.flags),
        enter: stencil(&table.enter),
        exits: list(table.exits.iter().map(stencil)),
        deopt_op: stencil(&table.deopt_op),
        poll: stencil(&table.poll),
        graft: stencil(&table.graft),
        ops: list(ops),
    }
}

fn stencil(of: &OwnedStencil) -> Stencil {
    Stencil {
        hot: list(of.hot.iter().copied()),
        cold: list(of.cold.iter().copied()),
        rodata: list(of.rodata.iter().copied()),
        hot_holes: list(of.hot_holes.iter().copied()),
        cold_holes: list(of.cold_holes.iter().copied()),
        tail_jump: of.tail_jump,
    }
}

fn text(of: &str) -> &'static str {
    Box::leak(of.to_owned().into_boxed_str())
}

fn list<T>(of: impl Iterator<Item = T>) -> &'static [T] {
    Box::leak(of.collect::<Vec<T>>().into_boxed_slice())
}
