//! Valid object files and tables → randomly damaged ones, on which the readers must not panic.
//!
//! The fuzzer is not guided by coverage, so that stable Rust is enough. It changes valid files in a few places, in the
//! ways that real files get damaged, and extracts every function that is still found.

use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, Instant};

use mimeo_build::object_file::Object;
use mimeo_build::prebuilt;

use mimeo_cli::listing;
use mimeo_twins::Random;

/// Limit on the functions extracted from one object, because damaged objects can have thousands.
const FUNCTIONS: usize = 40;

/// Maximum number of changes in one object.
const CHANGES: u64 = 8;

/// Counts of a fuzzing run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Damaged files.
    pub files: u64,
    /// Files that could still be read.
    pub read: u64,
    /// Stencils extracted from them.
    pub stencils: u64,
}

/// A file on which a reader panicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    /// Message of the panic.
    pub message: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Damages `samples` for a given time and passes each result to `consume`, which counts what it finds.
///
/// # Errors
///
/// The first file on which `consume` panics.
pub fn run(samples: &[Vec<u8>], seed: u64, time: Duration, consume: fn(&[u8], &mut Tally)) -> Result<Tally, Panicked> {
    let mut damage = Damage(Random::new(seed));
    let mut tally = Tally::default();
    let start = Instant::now();
    while start.elapsed() < time {
        let Some(bytes) = damage.damaged(samples) else { break };
        tally.files += 1;
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| consume(&bytes, &mut tally)));
        if let Err(payload) = outcome {
            let text = payload.downcast_ref::<String>().cloned();
            let message = text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            return Err(Panicked { message: message.unwrap_or_default(), bytes });
        }
    }
    Ok(tally)
}

/// Extracts the functions of an object file.
pub fn extract_all(bytes: &[u8], tally: &mut Tally) {
    let Ok(object) = Object::parse(bytes) else { return };
    tally.read += 1;
    let symbols = listing::declared(&object);
    for function in listing::functions(&object).into_iter().take(FUNCTIONS) {
        tally.stencils += u64::from(listing::entry(&object, function, &symbols).is_ok());
    }
}

/// Reads a checked-in table. If it is refused, reads it again with a corrected checksum, to test the rest of the
/// reader.
pub fn read_table(bytes: &[u8], tally: &mut Tally) {
    let text = String::from_utf8_lossy(bytes);
    let table = prebuilt::read(&text).or_else(|damaged| {
        // The second quoted text in the message is the correct checksum.
        let (Some(sum), Some((body, _))) = (damaged.reason.split('`').nth(3), text.rsplit_once("checksum ")) else {
            return Err(damaged);
        };
        prebuilt::read(&format!("{body}checksum {sum}"))
    });
    if let Ok(table) = table {
        tally.read += 1;
        tally.stencils += table.tables.iter().map(|table| table.ops.len() as u64).sum::<u64>();
    }
}

/// Damages files.
struct Damage(Random);

impl Damage {
    /// Returns a number below `end`, or 0 if `end` is 0.
    fn below(&mut self, end: usize) -> usize {
        self.0.below(end.max(1) as u64) as usize
    }

    /// Returns one of the samples with some changes.
    fn damaged(&mut self, samples: &[Vec<u8>]) -> Option<Vec<u8>> {
        let mut bytes = samples.get(self.below(samples.len()))?.clone();
        for _ in 0..=self.0.bits() % CHANGES {
            self.change(&mut bytes, samples);
        }
        Some(bytes)
    }

    /// Makes one change.
    fn change(&mut self, bytes: &mut Vec<u8>, samples: &[Vec<u8>]) {
        if bytes.is_empty() {
            return;
        }
        let at = self.below(bytes.len());
        match self.0.bits() % 10 {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = self.0.bits() as u8,
            // Numbers of every size, aligned as in headers.
            2..=5 => {
                let number = self.number(bytes.len()).to_le_bytes();
                let len = 1 << self.below(4);
                let at = at & !(len - 1);
                let end = bytes.len().min(at + len);
                bytes[at..end].copy_from_slice(&number[..end - at]);
            }
            6 => bytes.truncate(at),
            7 => {
                let end = bytes.len().min(at + self.below(64));
                drop(bytes.drain(at..end));
            }
            8 => {
                let end = bytes.len().min(at + self.below(64));
                let copy = bytes[at..end].to_vec();
                let to = self.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            // A piece of another sample, at the same place.
            _ => {
                let other = &samples[self.below(samples.len())];
                let end = bytes.len().min(other.len()).min(at + self.below(128));
                if at < end {
                    bytes[at..end].copy_from_slice(&other[at..end]);
                }
            }
        }
    }

    /// Returns a number, often at a boundary.
    fn number(&mut self, len: usize) -> u64 {
        match self.0.bits() % 8 {
            0 => self.0.bits() % 8,
            1 => u64::MAX - self.0.bits() % 8,
            2 => 1 << self.below(64),
            3 => (1 << self.below(64)) - 1,
            4 => (len as u64).wrapping_sub(self.0.bits() % 4),
            5 => i32::MAX as u64,
            _ => self.0.bits(),
        }
    }
}
