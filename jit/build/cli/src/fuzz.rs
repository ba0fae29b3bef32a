//! The bytes of a damaged file → the number of stencils that can still be read from it.
//!
//! The fuzz targets call these functions, which must not panic for any bytes. The samples are valid files to damage.

use mimeo_build::object_file::Object;
use mimeo_build::table::{OwnedOp, OwnedTable};
use mimeo_build::{Baseline, OwnedStencil, prebuilt};
use mimeo_def::frame::Exit;
use mimeo_def::stencil::{Arch, Convention, Hole, HoleValue, PatchKind};
use mimeo_def::{CodeOffset, Fingerprint};

use crate::listing;

/// Limit on the functions extracted from one object, because damaged objects can have thousands.
const FUNCTIONS: usize = 40;

/// Extracts the functions of an object file. Returns the number of stencils, or `None` if it is not an object file.
pub fn read_object(bytes: &[u8]) -> Option<usize> {
    let object = Object::parse(bytes).ok()?;
    let symbols = listing::declared(&object);
    let functions = listing::functions(&object).into_iter().take(FUNCTIONS);
    Some(functions.filter(|function| listing::entry(&object, function, &symbols).is_ok()).count())
}

/// Reads a checked-in table. If it is refused, reads it again with a corrected checksum, to test the rest of the
/// reader. Returns the number of ops, or `None` if the table is refused both times.
pub fn read_table(bytes: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(bytes);
    let table = prebuilt::read(&text).or_else(|damaged| {
        // The second quoted text in the message is the correct checksum.
        let (Some(sum), Some((body, _))) = (damaged.reason.split('`').nth(3), text.rsplit_once("checksum ")) else {
            return Err(damaged);
        };
        prebuilt::read(&format!("{body}checksum {sum}"))
    });
    Some(table.ok()?.tables.iter().map(|table| table.ops.len()).sum())
}

/// Returns a file with a table that has every part.
pub fn sample_table() -> String {
    let code = |bytes: &[u8], holes: Vec<Hole>| OwnedStencil {
        hot: bytes.to_vec(),
        hot_holes: holes,
        tail_jump: 1,
        ..OwnedStencil::default()
    };
    let hole = |at, kind, value| Hole { at: CodeOffset(at), kind, value, addend: -4 };
    let fingerprint = Fingerprint { operands: 1, body: 2, reached: 3, layout: 4 };
    let op = |name: &str, stencil| OwnedOp {
        name: name.to_owned(),
        fingerprint,
        handwritten: None,
        required: false,
        stencil,
    };
    let holes = vec![
        hole(3, PatchKind::X86Abs32Signed, HoleValue::Operand(1)),
        hole(8, PatchKind::X86Rel32, HoleValue::Continue),
    ];
    let table = OwnedTable {
        name: "demo".to_owned(),
        arch: Arch::X86_64,
        baseline: Baseline::base(Arch::X86_64),
        convention: Convention::C,
        compiler: "cc 1.0".to_owned(),
        flags: "-O2".to_owned(),
        enter: code(&[0xc3], Vec::new()),
        exits: vec![code(&[0xc3], Vec::new()); Exit::ALL.len()],
        deopt_op: code(&[0xc3], Vec::new()),
        poll: code(&[0xc3], Vec::new()),
        graft: code(&[0xc3], Vec::new()),
        ops: vec![op("add", Ok(code(&[0; 12], holes))), op("print", Err("uses `x`".to_owned()))],
    };
    prebuilt::write("src/ops.rs", Arch::X86_64, &[table.clone(), table])
}
