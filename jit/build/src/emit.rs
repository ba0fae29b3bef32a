//! [`OwnedTable`] → the Rust expression of type [`Table`](mimeo_def::stencil::Table) that the author's program includes.

use std::fmt::{self, Write};

use mimeo_def::Feature;
use mimeo_def::frame::{Exit, STENCIL_ABI};
use mimeo_def::stencil::{Arch, Convention, Hole, HoleValue, PatchKind};

use crate::stencil::OwnedStencil;
use crate::table::{OwnedOp, OwnedTable};

/// Bytes on a line of a byte string.
const BYTES_PER_LINE: usize = 24;

impl OwnedTable {
    /// Returns the table as one Rust expression that follows a comment. All paths in it are absolute.
    pub fn to_rust(&self) -> String {
        let mut out = String::new();
        // Writing to a string does not fail.
        let _ = emit_table(&mut out, self);
        out
    }
}

fn emit_table(out: &mut String, table: &OwnedTable) -> fmt::Result {
    writeln!(
        out,
        "// Stencils of the instruction set `{}`, made by mimeo-build {}.",
        table.name,
        env!("CARGO_PKG_VERSION")
    )?;
    writeln!(out, "// Compiler: {}.", table.compiler)?;
    writeln!(out, "::mimeo::def::stencil::Table {{")?;
    writeln!(out, "    abi: {STENCIL_ABI},")?;
    writeln!(out, "    arch: ::mimeo::def::stencil::Arch::{},", arch(table.arch))?;
    let baseline: Vec<_> = table
        .baseline
        .features()
        .iter()
        .map(|feature| format!("::mimeo::def::Feature::{}", feature_name(*feature)))
        .collect();
    writeln!(out, "    baseline: &[{}],", baseline.join(", "))?;
    writeln!(out, "    convention: ::mimeo::def::stencil::Convention::{},", convention(table.convention))?;
    writeln!(out, "    compiler: {:?},", table.compiler)?;
    writeln!(out, "    flags: {:?},", table.flags)?;
    write!(out, "    enter: ")?;
    emit_stencil(out, &table.enter, "    ")?;
    writeln!(out, ",\n    exits: &[")?;
    for (exit, stencil) in Exit::ALL.into_iter().zip(&table.exits) {
        write!(out, "        // {}\n        ", exit.name())?;
        emit_stencil(out, stencil, "        ")?;
        writeln!(out, ",")?;
    }
    write!(out, "    ],\n    deopt_op: ")?;
    emit_stencil(out, &table.deopt_op, "    ")?;
    write!(out, ",\n    poll: ")?;
    emit_stencil(out, &table.poll, "    ")?;
    write!(out, ",\n    graft: ")?;
    emit_stencil(out, &table.graft, "    ")?;
    writeln!(out, ",\n    ops: &[")?;
    for op in &table.ops {
        emit_op(out, op)?;
    }
    writeln!(out, "    ],\n}}")
}

fn emit_op(out: &mut String, op: &OwnedOp) -> fmt::Result {
    let f = op.fingerprint;
    writeln!(out, "        ::mimeo::def::stencil::OpStencil {{")?;
    writeln!(out, "            name: {:?},", op.name)?;
    writeln!(out, "            fingerprint: ::mimeo::def::Fingerprint {{")?;
    writeln!(out, "                operands: {:#010x},", f.operands)?;
    writeln!(out, "                body: {:#010x},", f.body)?;
    writeln!(out, "                reached: {:#010x},", f.reached)?;
    writeln!(out, "                layout: {:#010x},", f.layout)?;
    writeln!(out, "            }},")?;
    writeln!(out, "            handwritten: {},", option(op.handwritten))?;
    write!(out, "            stencil: ")?;
    match &op.stencil {
        Ok(stencil) => {
            write!(out, "::core::result::Result::Ok(")?;
            emit_stencil(out, stencil, "            ")?;
            writeln!(out, "),")?;
        }
        Err(reason) => writeln!(out, "::core::result::Result::Err({reason:?}),")?,
    }
    writeln!(out, "        }},")
}

/// Writes a stencil without a final newline; `indent` is the indentation of the line on which it starts.
fn emit_stencil(out: &mut String, stencil: &OwnedStencil, indent: &str) -> fmt::Result {
    if *stencil == OwnedStencil::default() {
        return write!(out, "::mimeo::def::stencil::Stencil::EMPTY");
    }
    writeln!(out, "::mimeo::def::stencil::Stencil {{")?;
    emit_bytes(out, "hot", &stencil.hot, indent)?;
    emit_bytes(out, "cold", &stencil.cold, indent)?;
    emit_bytes(out, "rodata", &stencil.rodata, indent)?;
    emit_holes(out, "hot_holes", &stencil.hot_holes, indent)?;
    emit_holes(out, "cold_holes", &stencil.cold_holes, indent)?;
    writeln!(out, "{indent}    tail_jump: {},", stencil.tail_jump)?;
    write!(out, "{indent}}}")
}

fn emit_bytes(out: &mut String, field: &str, bytes: &[u8], indent: &str) -> fmt::Result {
    write!(out, "{indent}    {field}: b\"")?;
    for line in bytes.chunks(BYTES_PER_LINE) {
        // A backslash at the end of a line skips the indentation of the next line.
        if bytes.len() > BYTES_PER_LINE {
            write!(out, "\\\n{indent}        ")?;
        }
        for byte in line {
            write!(out, "\\x{byte:02x}")?;
        }
    }
    writeln!(out, "\",")
}

fn emit_holes(out: &mut String, field: &str, holes: &[Hole], indent: &str) -> fmt::Result {
    if holes.is_empty() {
        return writeln!(out, "{indent}    {field}: &[],");
    }
    writeln!(out, "{indent}    {field}: &[")?;
    for hole in holes {
        writeln!(
            out,
            "{indent}        ::mimeo::def::stencil::Hole {{ at: ::mimeo::def::CodeOffset({:#x}), kind: \
             ::mimeo::def::stencil::PatchKind::{}, value: ::mimeo::def::stencil::HoleValue::{}, addend: {} }},",
            hole.at.0,
            patch_kind(hole.kind),
            hole_value(hole.value),
            hole.addend,
        )?;
    }
    writeln!(out, "{indent}    ],")
}

fn arch(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "X86_64",
        Arch::Aarch64 => "Aarch64",
    }
}

/// Returns the name of the feature's variant.
fn feature_name(feature: Feature) -> String {
    // `Debug` prints a variant without fields by its name.
    format!("{feature:?}")
}

fn option(hash: Option<u32>) -> String {
    match hash {
        Some(hash) => format!("::core::option::Option::Some({hash:#010x})"),
        None => "::core::option::Option::None".to_owned(),
    }
}

fn convention(convention: Convention) -> &'static str {
    match convention {
        Convention::C => "C",
        Convention::PreserveNone => "PreserveNone",
    }
}

fn patch_kind(kind: PatchKind) -> String {
    match kind {
        PatchKind::X86Abs32Signed => "X86Abs32Signed".to_owned(),
        PatchKind::X86Abs32 => "X86Abs32".to_owned(),
        PatchKind::X86Abs64 => "X86Abs64".to_owned(),
        PatchKind::X86Rel32 => "X86Rel32".to_owned(),
        PatchKind::A64Branch26 => "A64Branch26".to_owned(),
        PatchKind::A64Branch19 => "A64Branch19".to_owned(),
        PatchKind::A64Branch14 => "A64Branch14".to_owned(),
        PatchKind::A64Adr21 => "A64Adr21".to_owned(),
        PatchKind::A64AdrPage21 => "A64AdrPage21".to_owned(),
        PatchKind::A64AddPageOffset => "A64AddPageOffset".to_owned(),
        PatchKind::A64LoadPageOffset { shift } => format!("A64LoadPageOffset {{ shift: {shift} }}"),
        PatchKind::A64LoadOffset { shift } => format!("A64LoadOffset {{ shift: {shift} }}"),
        PatchKind::A64MovWide { shift } => format!("A64MovWide {{ shift: {shift} }}"),
    }
}

fn hole_value(value: HoleValue) -> String {
    match value {
        HoleValue::Operand(index) => format!("Operand({index})"),
        HoleValue::WindowLen(index) => format!("WindowLen({index})"),
        HoleValue::Pc => "Pc".to_owned(),
        HoleValue::NextPc => "NextPc".to_owned(),
        HoleValue::FunctionWord => "FunctionWord".to_owned(),
        HoleValue::Continue => "Continue".to_owned(),
        HoleValue::Runtime(index) => format!("Runtime({index})"),
        HoleValue::Exit(exit) => format!("Exit(::mimeo::def::frame::Exit::{})", exit_name(exit)),
        HoleValue::Region => "Region".to_owned(),
        HoleValue::RegionExits => "RegionExits".to_owned(),
        HoleValue::Hot => "Hot".to_owned(),
        HoleValue::Cold => "Cold".to_owned(),
        HoleValue::Rodata => "Rodata".to_owned(),
    }
}

fn exit_name(exit: Exit) -> &'static str {
    match exit {
        Exit::Deopt => "Deopt",
        Exit::Leave => "Leave",
        Exit::Call => "Call",
        Exit::Return => "Return",
        Exit::Finish => "Finish",
        Exit::Throw => "Throw",
        Exit::Poll => "Poll",
    }
}
