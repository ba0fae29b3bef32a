//! Valid object files and tables → randomly damaged ones.
//!
//! A few places of each file change, in the ways that real files get damaged. This is not `tests/fuzz`, which needs
//! nightly Rust.

use mimeo_twins::Random;

/// Maximum number of changes in one file.
const CHANGES: u64 = 8;

/// Damages files.
pub struct Damage(Random);

impl Damage {
    /// Creates a source of damage. The same seed gives the same files.
    pub fn new(seed: u64) -> Damage {
        Damage(Random::new(seed))
    }

    /// Returns a number below `end`, or 0 if `end` is 0.
    fn below(&mut self, end: usize) -> usize {
        self.0.below(end.max(1) as u64) as usize
    }

    /// Returns one of the samples with some changes.
    pub fn damaged(&mut self, samples: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = samples[self.below(samples.len())].clone();
        for _ in 0..=self.0.bits() % CHANGES {
            self.change(&mut bytes, samples);
        }
        bytes
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
