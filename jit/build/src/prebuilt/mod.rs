//! [`OwnedTable`]s ↔ the text file that is checked in beside the ops, which people can review and machines can check.
//!
//! ```text
//! # Stencils of src/ops.rs for x86_64, made by `mimeo generate`: do not edit.
//! mimeo stencils 3
//! abi 1
//! arch x86_64
//! set ops
//! baseline x86-64
//! convention C
//! compiler gcc (Debian 12.2.0-14) 12.2.0
//! flags -O2 …
//! stencil enter
//! hot 4154…
//! …
//! op add 5d5a3f0c811c9dc5…
//! hot 488b8600000000480386…
//! cold 50…
//! hole hot 3 X86Abs32Signed operand:2 0
//! tail 5
//! op double 5d5a3f0c811c9dc5…
//! file 2f8a4c31
//! hot 488b…
//! …
//! op print 5d5a…
//! none the op says `#[vm_op(stencil = none)]`
//! checksum 0123456789abcdef
//! ```
//!
//! One file contains all instruction sets of one source file, for one architecture. `file` is the hash of the C file of
//! an op with a hand-written stencil. Two checks protect the reader:
//!
//! * The checksum covers all lines before it, independent of line endings. It detects accidents; anyone who changes the
//!   file on purpose can compute a new checksum.
//! * The code of a table is audited like freshly compiled code before it is used, by the same [`audit`](crate::audit).
//!   The audit refuses code that leaves the stack unbalanced, returns, jumps except through its holes, or requires
//!   more of the processor than the table declares.
//!
//! Neither check detects valid code that computes the wrong result: an `add` changed to a `sub`, an inverted condition,
//! the slot of another operand, a store through another register. Anyone who can change the file can change the ops.

mod read;
mod reaudit;
mod words;
mod write;

use std::path::{Path, PathBuf};

use mimeo_def::frame::STENCIL_ABI;
use mimeo_def::stencil::Arch;
use mimeo_lower::Lowered;

use crate::baseline::Baseline;
use crate::table::{OwnedTable, handwritten_hash};

pub use read::{Damaged, read};
pub use write::write;

/// Version of the format.
const VERSION: u32 = 3;

/// The contents of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prebuilt {
    /// Version of the stencil ABI.
    pub abi: u32,
    /// Architecture of the code.
    pub arch: Arch,
    /// A table for each instruction set.
    pub tables: Vec<OwnedTable>,
}

/// Returns the path of the file for the ops in `ops`: `src/ops.rs` → `src/ops.x86_64.stencils`.
pub fn path(ops: &Path, arch: Arch) -> PathBuf {
    ops.with_extension(format!("{}.stencils", arch.name()))
}

impl Prebuilt {
    /// Audits and returns the table of an instruction set, with the requirements of the current ops. `raised` is the
    /// baseline that the build script allows.
    ///
    /// # Errors
    ///
    /// A clause that says why the table cannot be used. A stale op is not an error here: its code is not audited, and
    /// the macro refuses it.
    pub fn table(&self, set: &Lowered, raised: &Baseline) -> Result<OwnedTable, String> {
        let arch = raised.arch();
        if self.abi != STENCIL_ABI {
            return Err(format!("is for stencil ABI {}, but this version of mimeo needs ABI {STENCIL_ABI}", self.abi));
        }
        if self.arch != arch {
            return Err(format!("is for {}, but the target is {}", self.arch.name(), arch.name()));
        }
        let table = self.tables.iter().find(|table| table.name == set.name);
        let mut table = table.ok_or_else(|| format!("has no table for `{}`", set.name))?.clone();
        let beyond: Vec<_> = table.baseline.beyond(raised).into_iter().map(|feature| feature.name()).collect();
        if !beyond.is_empty() {
            return Err(format!(
                "needs {}, but the build script does not raise the baseline that far",
                beyond.join(", ")
            ));
        }
        for op in &mut table.ops {
            op.required = set.ops.iter().any(|lowered| lowered.name == op.name && lowered.required);
        }
        reaudit::table(&table, set)
            .map_err(|(stencil, refusal)| format!("is damaged: the stencil of {stencil} {refusal}"))?;
        Ok(table)
    }

    /// Returns what has changed since the tables were generated, one sentence for each op. Paths of hand-written
    /// stencils are relative to `package`.
    pub fn stale(&self, sets: &[Lowered], raised: &Baseline, package: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for set in sets {
            let table = match self.table(set, raised) {
                Ok(table) => table,
                Err(reason) => {
                    found.push(format!("it {reason}"));
                    continue;
                }
            };
            for op in &set.ops {
                match table.ops.iter().find(|old| old.name == op.name) {
                    None => found.push(format!("it has no stencil for `{}`", op.name)),
                    Some(old) if old.fingerprint != op.fingerprint => {
                        let parts: Vec<_> = old.fingerprint.differences(&op.fingerprint).collect();
                        found.push(format!("`{}` changed: {}", op.name, parts.join(", ")));
                    }
                    Some(old) if old.handwritten != handwritten_hash(op, package) => {
                        found.push(format!("`{}` changed: the file of its stencil", op.name));
                    }
                    Some(_) => {}
                }
            }
            let names = |ops: &mut dyn Iterator<Item = &str>| ops.map(str::to_owned).collect::<Vec<_>>();
            let old = names(&mut table.ops.iter().map(|op| op.name.as_str()));
            let new = names(&mut set.ops.iter().map(|op| op.name.as_str()));
            for gone in old.iter().filter(|name| !new.contains(name)) {
                found.push(format!("the op `{gone}` no longer exists"));
            }
            if found.is_empty() && old != new {
                found.push("the ops are in a different order".to_owned());
            }
        }
        found
    }
}

/// Returns the 64-bit FNV-1a hash of lines. Changing one byte always changes the hash. Source of the algorithm: Fowler,
/// Noll, Vo, <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn checksum<'a>(lines: impl Iterator<Item = &'a str>) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in lines.flat_map(|line| line.bytes().chain([b'\n'])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}
