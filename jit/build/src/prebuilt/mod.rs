//! A table that is checked in beside the ops: [`OwnedTable`]s ↔ a text file that people can review and machines
//! can check.
//!
//! ```text
//! # Stencils of src/ops.rs for x86_64, made by `mimeo generate`: do not edit.
//! mimeo stencils 2
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
//! One file has all instruction sets of one source file, for one architecture. `file` is the hash of the C file of an
//! op whose stencil is written by hand. Two things guard what is read:
//!
//! * The checksum is of all lines before it, whatever ends them. It guards against accidents; whoever changes the file
//!   on purpose can make it anew.
//! * Before a table is used its code is audited like code that a compiler has just made, by the same
//!   [`audit`](crate::audit). That guards the machine: code that leaves the stack unbalanced, returns, jumps
//!   anywhere but through its holes, or needs more of the processor than the table says is refused.
//!
//! Neither can tell that valid code computes something else than the op says: an `add` that became a `sub`, a condition
//! that was inverted, another operand's slot, a store through another register. Whoever can change the file can change
//! the ops.

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
const VERSION: u32 = 2;

/// What a file has in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prebuilt {
    /// Version of what stencils assume of the machine.
    pub abi: u32,
    /// Architecture of the code.
    pub arch: Arch,
    /// A table for each instruction set.
    pub tables: Vec<OwnedTable>,
}

/// Path of the file for the ops in `ops`: `src/ops.rs` → `src/ops.x86_64.stencils`.
pub fn path(ops: &Path, arch: Arch) -> PathBuf {
    ops.with_extension(format!("{}.stencils", arch.name()))
}

impl Prebuilt {
    /// The table of an instruction set, with what its ops ask for today. Its code has been audited; `raised` is the
    /// baseline that the build script allows.
    ///
    /// # Errors
    ///
    /// A clause that says why it is of no use. That an op is stale is not an error here: its code is not audited, and
    /// the macro refuses it.
    pub fn table(&self, set: &Lowered, raised: &Baseline) -> Result<OwnedTable, String> {
        let arch = raised.arch();
        if self.abi != STENCIL_ABI {
            return Err(format!("is of stencil ABI {}, and this is ABI {STENCIL_ABI}", self.abi));
        }
        if self.arch != arch {
            return Err(format!("is for {}, and the target is {}", self.arch.name(), arch.name()));
        }
        let table = self.tables.iter().find(|table| table.name == set.name);
        let mut table = table.ok_or_else(|| format!("has no table for `{}`", set.name))?.clone();
        let beyond: Vec<_> = table.baseline.beyond(raised).into_iter().map(|feature| feature.name()).collect();
        if !beyond.is_empty() {
            return Err(format!(
                "needs {}, and the build script does not raise the baseline so far",
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

    /// What has changed since the tables were made, one sentence for each op. `package` is the folder that paths of
    /// hand-written stencils start from.
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
                    None => found.push(format!("it has no stencil of `{}`", op.name)),
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
                found.push(format!("there is no op `{gone}` any more"));
            }
            if found.is_empty() && old != new {
                found.push("the ops are in another order".to_owned());
            }
        }
        found
    }
}

/// 64-bit FNV-1a hash of lines. A change of one byte always changes it. Source of the algorithm: Fowler, Noll, Vo,
/// <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn checksum<'a>(lines: impl Iterator<Item = &'a str>) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in lines.flat_map(|line| line.bytes().chain([b'\n'])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}
