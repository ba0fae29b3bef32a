//! A seed → the same numbers as LuaJIT: [`Random`].
//!
//! The generator is the Tausworthe generator with a period of 2^223 of Pierre L'Ecuyer, "Tables of maximally
//! equidistributed combined LFSR generators", 1991, table 3, first row, as in LuaJIT's `lj_prng.c`.

/// The state of `math.random`.
#[derive(Clone, Debug)]
pub struct Random([u64; 4]);

/// The length of each of the four registers, and the distances `q` and `s` of its recurrence.
const REGISTERS: [(u32, u32, u32); 4] = [(63, 31, 18), (58, 19, 28), (55, 24, 7), (47, 21, 8)];

impl Default for Random {
    fn default() -> Random {
        Random::new(0.0)
    }
}

impl Random {
    /// Creates a generator from a seed.
    #[must_use]
    pub fn new(seed: f64) -> Random {
        let mut number = seed;
        let state = REGISTERS.map(|(length, _, _)| {
            number = number * std::f64::consts::PI + std::f64::consts::E;
            let least = 1 << (64 - length);
            // The relevant bits must not all be 0.
            let bits = number.to_bits();
            if bits < least { bits + least } else { bits }
        });
        let mut random = Random(state);
        for _ in 0..10 {
            random.step();
        }
        random
    }

    /// Returns 64 random bits.
    fn step(&mut self) -> u64 {
        let mut all = 0;
        for (register, (length, q, s)) in self.0.iter_mut().zip(REGISTERS) {
            let z = *register;
            let low = (z << q ^ z) >> (length - s);
            *register = low ^ (z & u64::MAX << (64 - length)) << s;
            all ^= *register;
        }
        all
    }

    /// Returns a number that is at least 0 and less than 1.
    pub fn fraction(&mut self) -> f64 {
        // The bits are the fraction of a number between 1 and 2.
        f64::from_bits(self.step() & 0x000f_ffff_ffff_ffff | 1.0_f64.to_bits()) - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_seed_gives_luajits_numbers() {
        let mut random = Random::default();
        assert_eq!(random.fraction(), 0.794_206_292_431_241);
        let mut random = Random::new(42.0);
        assert_eq!(random.fraction(), 0.956_079_287_918_210_5);
        assert_eq!(random.fraction(), 0.008_955_721_785_925_519);
        assert_eq!(Random::new(-1.5).fraction(), 0.350_256_445_439_507_85);
        assert_eq!(Random::new(1e300).fraction(), 0.361_247_937_528_997_86);
    }
}
