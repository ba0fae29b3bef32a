//! [`OwnedTable`] → the report: one line per op, with its fingerprint and its sizes, or the reason why it has no
//! stencil.

use std::fmt::{self, Write};

use mimeo_def::frame::Exit;
use mimeo_def::stencil::Convention;

use crate::stencil::OwnedStencil;
use crate::table::OwnedTable;

impl OwnedTable {
    /// Returns the report, for people. `dropped` lists the user's flags that stencils were not compiled with.
    pub fn report(&self, dropped: &[String]) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = write_report(&mut out, self, dropped);
        out
    }
}

fn write_report(out: &mut String, table: &OwnedTable, dropped: &[String]) -> fmt::Result {
    let with = table.ops.iter().filter(|op| op.stencil.is_ok()).count();
    writeln!(out, "instruction set  {}", table.name)?;
    writeln!(out, "architecture     {}", table.arch.name())?;
    if !table.compiler.is_empty() {
        let convention = match table.convention {
            Convention::C => "C",
            Convention::PreserveNone => "preserve_none",
        };
        writeln!(out, "baseline         {}", table.baseline)?;
        writeln!(out, "convention       {convention}")?;
        if table.has_landing_pads() {
            writeln!(out, "landing pads     yes")?;
        }
        writeln!(out, "compiler         {}", table.compiler)?;
        writeln!(out, "flags            {}", table.flags)?;
    }
    if !dropped.is_empty() {
        writeln!(out, "dropped flags    {}", dropped.join(" "))?;
    }
    writeln!(out, "stencils         {with} of {} ops\n", table.ops.len())?;
    let exits = Exit::ALL.iter().zip(&table.exits).map(|(exit, stencil)| (format!("({} exit)", exit.name()), stencil));
    let support = [("(enter)".to_owned(), &table.enter)]
        .into_iter()
        .chain(exits)
        .chain([
            ("(deopt op)".to_owned(), &table.deopt_op),
            ("(poll)".to_owned(), &table.poll),
            ("(graft)".to_owned(), &table.graft),
        ])
        .filter(|(_, stencil)| **stencil != OwnedStencil::default());
    let lines = table.ops.iter().map(|op| {
        let text = match &op.stencil {
            Ok(stencil) => sizes(stencil),
            Err(reason) => format!("no stencil: {reason}"),
        };
        (op.name.clone(), op.fingerprint.to_string(), text)
    });
    let support = support.map(|(name, stencil)| (name, String::new(), sizes(stencil)));
    let lines: Vec<_> = support.chain(lines).collect();
    let width = lines.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    for (name, fingerprint, text) in lines {
        writeln!(out, "{name:width$}  {fingerprint:32}  {text}")?;
    }
    Ok(())
}

fn sizes(stencil: &OwnedStencil) -> String {
    format!(
        "hot {:4}  cold {:4}  rodata {:3}  holes {:2}  {}",
        stencil.hot.len(),
        stencil.cold.len(),
        stencil.rodata.len(),
        stencil.holes().count(),
        if stencil.falls_through() { "falls through" } else { "jumps" },
    )
}
