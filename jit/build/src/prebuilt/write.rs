//! [`OwnedTable`]s → the text of the file.

use std::fmt::{self, Write};

use mimeo_def::frame::{Exit, STENCIL_ABI};
use mimeo_def::stencil::Arch;

use super::words::{convention_word, kind_word, value_word};
use super::{VERSION, checksum};
use crate::stencil::{OwnedStencil, Part};
use crate::table::OwnedTable;

/// Bytes on a line of code.
const BYTES_PER_LINE: usize = 32;

/// Returns the text of the file for the tables of `ops`, the name of the source file.
pub fn write(ops: &str, arch: Arch, tables: &[OwnedTable]) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write_tables(&mut out, ops, arch, tables);
    let _ = writeln!(out, "checksum {:016x}", checksum(out.lines()));
    out
}

fn write_tables(out: &mut String, ops: &str, arch: Arch, tables: &[OwnedTable]) -> fmt::Result {
    let (ops, arch) = (one_line(ops), arch.name());
    writeln!(out, "# Stencils of {ops} for {arch}. Do not edit: `mimeo renew` makes them again.")?;
    writeln!(out, "mimeo stencils {VERSION}")?;
    writeln!(out, "abi {STENCIL_ABI}")?;
    writeln!(out, "arch {arch}")?;
    for table in tables {
        writeln!(out, "set {}", table.name)?;
        writeln!(out, "baseline {}", table.baseline)?;
        writeln!(out, "convention {}", convention_word(table.convention))?;
        writeln!(out, "compiler {}", one_line(&table.compiler))?;
        writeln!(out, "flags {}", one_line(&table.flags))?;
        writeln!(out, "stencil enter")?;
        write_stencil(out, &table.enter)?;
        for (exit, stencil) in Exit::ALL.into_iter().zip(&table.exits) {
            writeln!(out, "stencil exit:{}", exit.name())?;
            write_stencil(out, stencil)?;
        }
        writeln!(out, "stencil deopt_op")?;
        write_stencil(out, &table.deopt_op)?;
        writeln!(out, "stencil poll")?;
        write_stencil(out, &table.poll)?;
        writeln!(out, "stencil graft")?;
        write_stencil(out, &table.graft)?;
        for op in &table.ops {
            writeln!(out, "op {} {}", op.name, op.fingerprint)?;
            if let Some(hash) = op.handwritten {
                writeln!(out, "file {hash:08x}")?;
            }
            match &op.stencil {
                Ok(stencil) => write_stencil(out, stencil)?,
                Err(reason) => writeln!(out, "none {}", one_line(reason))?,
            }
        }
    }
    Ok(())
}

fn write_stencil(out: &mut String, stencil: &OwnedStencil) -> fmt::Result {
    for (name, bytes) in [("hot", &stencil.hot), ("cold", &stencil.cold), ("rodata", &stencil.rodata)] {
        for line in bytes.chunks(BYTES_PER_LINE) {
            write!(out, "{name} ")?;
            for byte in line {
                write!(out, "{byte:02x}")?;
            }
            writeln!(out)?;
        }
    }
    for (part, holes) in [(Part::Hot, &stencil.hot_holes), (Part::Cold, &stencil.cold_holes)] {
        for hole in holes {
            let (kind, value) = (kind_word(hole.kind), value_word(hole.value));
            writeln!(out, "hole {} {} {kind} {value} {}", part.name(), hole.at.0, hole.addend)?;
        }
    }
    if stencil.tail_jump > 0 {
        writeln!(out, "tail {}", stencil.tail_jump)?;
    }
    Ok(())
}

/// Joins the words of a text into one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
