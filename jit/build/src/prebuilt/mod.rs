//! [`OwnedTable`]s ↔ the text file that is checked in beside the ops, which people can review and machines can check.
//!
//! ```text
//! # Stencils of ops.rs for x86_64. Do not edit: `mimeo renew` makes them again.
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
mod settings;
mod words;
mod write;

use std::fmt;
use std::path::{Path, PathBuf};

use mimeo_def::frame::STENCIL_ABI;
use mimeo_def::stencil::Arch;
use mimeo_lower::Lowered;

use crate::baseline::Baseline;
use crate::table::{OwnedTable, handwritten_hash};
use words::parse_arch;

pub use read::{Damaged, read};
pub use settings::{Settings, settings};
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

/// Returns the path of the ops and the architecture for the path of a file, if its name is one that [`path`] makes.
pub fn ops_of(file: &Path) -> Option<(PathBuf, Arch)> {
    let (ops, arch) = file.file_name()?.to_str()?.strip_suffix(".stencils")?.rsplit_once('.')?;
    Some((file.with_file_name(format!("{ops}.rs")), parse_arch(arch)?))
}

/// The reason why a table cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The build script does not allow what the table requires of the processor.
    Baseline(String),
    /// Any other reason, which a new table with the same settings removes.
    Renewable(String),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Unfit::Baseline(clause) | Unfit::Renewable(clause)) = self;
        f.write_str(clause)
    }
}

impl std::error::Error for Unfit {}

impl Prebuilt {
    /// Audits and returns the table of an instruction set, with the requirements of the current ops. `raised` is the
    /// baseline that the build script allows.
    ///
    /// # Errors
    ///
    /// If the table cannot be used. A stale op is not an error here: its code is not audited, and
    /// the macro refuses it.
    pub fn table(&self, set: &Lowered, raised: &Baseline) -> Result<OwnedTable, Unfit> {
        let arch = raised.arch();
        let unfit = |clause| Err(Unfit::Renewable(clause));
        if self.abi != STENCIL_ABI {
            return unfit(format!(
                "is for stencil ABI {}, but this version of mimeo needs ABI {STENCIL_ABI}",
                self.abi
            ));
        }
        if self.arch != arch {
            return unfit(format!("is for {}, but the target is {}", self.arch.name(), arch.name()));
        }
        let table = self.tables.iter().find(|table| table.name == set.name);
        let Some(table) = table else { return unfit(format!("has no table for `{}`", set.name)) };
        let mut table = table.clone();
        let beyond: Vec<_> = table.baseline.beyond(raised).into_iter().map(|feature| feature.name()).collect();
        if !beyond.is_empty() {
            return Err(Unfit::Baseline(format!(
                "needs {}, but the build script does not raise the baseline that far",
                beyond.join(", ")
            )));
        }
        for op in &mut table.ops {
            op.required = set.ops.iter().any(|lowered| lowered.name == op.name && lowered.required);
        }
        match reaudit::table(&table, set) {
            Err((stencil, refusal)) => unfit(format!("is damaged: the stencil of {stencil} {refusal}")),
            Ok(()) => Ok(table),
        }
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
        let gone = self.tables.iter().filter(|table| sets.iter().all(|set| set.name != table.name));
        found.extend(gone.map(|table| format!("the instruction set `{}` no longer exists", table.name)));
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
