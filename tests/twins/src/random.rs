//! [`Random`]: a seed → random numbers, the same on every machine.

use mimeo::def::op::Scalar;

/// A random number generator. The same seed gives the same numbers on every machine.
///
/// The algorithm is splitmix64, from Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014). It is
/// not cryptographically secure.
///
/// ```
/// use mimeo_twins::Random;
///
/// let (mut one, mut other) = (Random::new(7), Random::new(7));
/// assert_eq!(one.bits(), other.bits());
/// assert_ne!(one.bits(), Random::new(8).bits());
/// ```
#[derive(Clone, Debug)]
pub struct Random(u64);

/// Integers at which behavior often changes.
const EDGES: [u64; 22] = [
    0,
    1,
    u64::MAX,
    2,
    3,
    63,
    64,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_8000_0000,
    0xffff_ffff_ffff_ff80,
    // No `f32` is equal to the first. The second is rounded twice on its way through an `f64`.
    0x0100_0001,
    0x8000_0080_0000_0001,
];

/// Floats at which behavior often changes.
const FLOATS: [f64; 20] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    127.5,
    -128.5,
    255.0,
    65535.5,
    2147483647.0,
    -2147483648.5,
    4294967296.0,
    9007199254740993.0,
    9223372036854775808.0,
    18446744073709551616.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// NaNs that have a sign or a payload, or that signal.
const NANS: [u64; 8] = [
    0xfff8_0000_0000_0000,
    0x7ff8_dead_beef_0001,
    0xfffa_0000_0000_0001,
    u64::MAX,
    0x7ff0_0000_0000_0001,
    0x7ff4_0000_0000_0001,
    0xfff0_0000_0000_0001,
    0xfff4_dead_beef_0001,
];

/// The same of `f32`.
const SINGLE_NANS: [u32; 8] =
    [0xffc0_0000, 0x7fc0_dead, 0xffd0_0001, u32::MAX, 0x7f80_0001, 0x7fa0_0001, 0xff80_0001, 0xffa0_dead];

impl Random {
    /// Creates a generator with this seed. See [`Random`] for an example.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// Returns 64 uniformly distributed bits. See [`Random`] for an example.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number below `end`, or 0 if `end` is 0.
    ///
    /// ```
    /// use mimeo_twins::Random;
    ///
    /// let mut random = Random::new(7);
    /// assert!((0..100).all(|_| random.below(6) < 6));
    /// ```
    pub fn below(&mut self, end: u64) -> u64 {
        self.bits() % end.max(1)
    }

    /// Returns `true` once in `times` on average.
    ///
    /// ```
    /// use mimeo_twins::Random;
    ///
    /// let mut random = Random::new(7);
    /// let count = (0..1000).filter(|_| random.once_in(4)).count();
    /// assert!((200..300).contains(&count));
    /// ```
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// Returns one of the elements of a slice.
    ///
    /// # Panics
    ///
    /// If the slice is empty (test `picking_from_an_empty_slice_panics`).
    ///
    /// ```
    /// use mimeo_twins::Random;
    ///
    /// let mut random = Random::new(7);
    /// assert!([2, 3, 5].contains(&random.pick(&[2, 3, 5])));
    /// ```
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    /// Returns an integer, as bits: often an edge case or a small number.
    ///
    /// ```
    /// use mimeo_twins::Random;
    ///
    /// let mut random = Random::new(7);
    /// assert!((0..100).any(|_| random.edge_u64() == u64::MAX));
    /// ```
    pub fn edge_u64(&mut self) -> u64 {
        match self.below(8) {
            0..=3 => self.pick(&EDGES),
            4 => self.pick(&EDGES).wrapping_add(self.below(5)).wrapping_sub(2),
            5 => self.below(100),
            6 => self.bits() >> self.below(64),
            _ => self.bits(),
        }
    }

    /// Returns an integer as [`edge_u64`](Self::edge_u64) does.
    ///
    /// ```
    /// use mimeo_twins::Random;
    ///
    /// let mut random = Random::new(7);
    /// assert!((0..100).any(|_| random.edge_i64() == i64::MIN));
    /// ```
    pub fn edge_i64(&mut self) -> i64 {
        self.edge_u64() as i64
    }

    /// Returns a float: often an edge case, sometimes a NaN with a payload or a float near an integer.
    ///
    /// ```
    /// use mimeo_twins::Random;
    ///
    /// let mut random = Random::new(7);
    /// assert!((0..100).any(|_| random.edge_f64().is_nan()));
    /// ```
    pub fn edge_f64(&mut self) -> f64 {
        match self.below(9) {
            0..=2 => self.pick(&FLOATS),
            3 => self.edge_i64() as f64,
            4 => self.below(1000) as f64 / 4.0 - 100.0,
            5 => f64::from_bits(self.pick(&NANS)),
            6 => f64::from_bits(self.pick(&FLOATS).to_bits().wrapping_add(self.below(3)).wrapping_sub(1)),
            // Near the middle between two `f32`.
            7 => {
                let single = f64::from(self.edge_f32());
                f64::from_bits(single.to_bits().wrapping_add(1 << 28).wrapping_add(self.below(3)).wrapping_sub(1))
            }
            _ => f64::from_bits(self.bits()),
        }
    }

    /// Returns a float of 32 bits as [`edge_f64`](Self::edge_f64) does. Some are subnormal.
    ///
    /// ```
    /// use mimeo_twins::Random;
    ///
    /// let mut random = Random::new(7);
    /// assert!((0..100).any(|_| random.edge_f32().is_nan()));
    /// assert!((0..100).any(|_| random.edge_f32().is_subnormal()));
    /// ```
    pub fn edge_f32(&mut self) -> f32 {
        match self.below(8) {
            0..=1 => self.pick(&FLOATS) as f32,
            2 => self.pick(&[f32::MAX, f32::MIN, f32::EPSILON, f32::MIN_POSITIVE]),
            3 => self.edge_i64() as f32,
            4 => f32::from_bits(self.pick(&SINGLE_NANS)),
            5 => f32::from_bits(self.below(1 << 24) as u32),
            6 => {
                f32::from_bits((self.pick(&FLOATS) as f32).to_bits().wrapping_add(self.below(3) as u32).wrapping_sub(1))
            }
            _ => f32::from_bits(self.bits() as u32),
        }
    }

    /// Returns the bits of an integer or of a float, for values that can be both.
    ///
    /// ```
    /// use mimeo_twins::Random;
    ///
    /// let mut random = Random::new(7);
    /// assert!((0..1000).any(|_| random.edge_bits() == f64::INFINITY.to_bits()));
    /// ```
    pub fn edge_bits(&mut self) -> u64 {
        match self.below(6) {
            0..=1 => self.edge_f64().to_bits(),
            2 => self.edge_f32().to_bits().into(),
            _ => self.edge_u64(),
        }
    }

    /// Returns a number of this type as an instruction holds it, often an edge case.
    ///
    /// ```
    /// use mimeo::def::op::Scalar;
    /// use mimeo_twins::Random;
    ///
    /// let mut random = Random::new(7);
    /// assert!((0..100).all(|_| random.immediate(Scalar::Bool) < 2));
    /// ```
    pub fn immediate(&mut self, scalar: Scalar) -> u64 {
        let bits = self.edge_u64();
        match scalar {
            Scalar::Bool => bits & 1,
            Scalar::U8 => u64::from(bits as u8),
            Scalar::I8 => u64::from(bits as i8 as u16),
            Scalar::F32 => self.edge_f32().to_bits().into(),
            Scalar::F64 => self.edge_f64().to_bits(),
            _ => bits,
        }
    }
}
