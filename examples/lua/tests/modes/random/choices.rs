//! Random numbers → decisions, of which 0 is always the simplest; behind the end all are 0.

/// Numbers that are used up.
#[derive(Clone, Debug)]
pub struct Choices<'a>(std::slice::Iter<'a, u16>);

impl<'a> Choices<'a> {
    pub fn new(numbers: &'a [u16]) -> Choices<'a> {
        Choices(numbers.iter())
    }

    /// Less than `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % end
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// One of these; the first is the simplest.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub fn is_empty(&self) -> bool {
        self.0.len() == 0
    }
}
