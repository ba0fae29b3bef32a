//! Random choices, the same in every run.

/// A random generator that also creates texts.
pub struct Random(mimeo_twins::Random);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(mimeo_twins::Random::new(seed))
    }

    pub fn bits(&mut self) -> u64 {
        self.0.bits()
    }

    /// Returns a number less than `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0.below(limit as u64) as usize
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        self.0.pick(from)
    }

    /// Concatenates up to `max` parts of `from`.
    pub fn text(&mut self, from: &[&str], max: usize) -> String {
        (0..self.below(max + 1)).map(|_| self.pick(from)).collect()
    }
}
