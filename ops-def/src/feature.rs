//! Processor extensions that code can need beyond the base of its architecture: [`Feature`].

use crate::stencil::Arch;

/// An extension of an architecture's base.
///
/// The base of x86-64 is the psABI's level x86-64: integers, `cmov`, SSE and SSE2. (x87 and MMX belong to that level, but
/// stencils do not use them: x87 rounds differently, and the two share registers.) The base of AArch64 is Armv8.0-A with
/// floating point and Advanced SIMD. Code that needs more says so in [`Table::baseline`](crate::stencil::Table), and the
/// tier refuses a table whose features the running processor does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Feature {
    /// SSE3.
    Sse3,
    /// Supplemental SSE3.
    Ssse3,
    /// SSE4.1: among others `roundsd`.
    Sse41,
    /// SSE4.2.
    Sse42,
    /// `popcnt`.
    Popcnt,
    /// `lzcnt`.
    Lzcnt,
    /// BMI1: among others `andn` and `tzcnt`.
    Bmi1,
    /// BMI2: among others `shlx` and `mulx`.
    Bmi2,
    /// `movbe`.
    Movbe,
    /// AVX: three-operand forms of SSE, and 256-bit registers.
    Avx,
    /// AVX2.
    Avx2,
    /// Fused multiply-add. Stencils are compiled with `-ffp-contract=off`, so the compiler does not fuse operations on its own.
    Fma,
    /// Large System Extensions of AArch64: atomic instructions.
    Lse,
}

impl Feature {
    /// All features.
    pub const ALL: [Feature; 13] = [
        Feature::Sse3,
        Feature::Ssse3,
        Feature::Sse41,
        Feature::Sse42,
        Feature::Popcnt,
        Feature::Lzcnt,
        Feature::Bmi1,
        Feature::Bmi2,
        Feature::Movbe,
        Feature::Avx,
        Feature::Avx2,
        Feature::Fma,
        Feature::Lse,
    ];

    /// Returns the name that Rust uses in `target_feature`.
    pub const fn name(self) -> &'static str {
        match self {
            Feature::Sse3 => "sse3",
            Feature::Ssse3 => "ssse3",
            Feature::Sse41 => "sse4.1",
            Feature::Sse42 => "sse4.2",
            Feature::Popcnt => "popcnt",
            Feature::Lzcnt => "lzcnt",
            Feature::Bmi1 => "bmi1",
            Feature::Bmi2 => "bmi2",
            Feature::Movbe => "movbe",
            Feature::Avx => "avx",
            Feature::Avx2 => "avx2",
            Feature::Fma => "fma",
            Feature::Lse => "lse",
        }
    }

    /// Returns the feature with this name.
    ///
    /// ```
    /// use mimeo_def::Feature;
    /// assert_eq!(Feature::parse("sse4.1"), Some(Feature::Sse41));
    /// assert_eq!(Feature::parse("sse41"), None);
    /// ```
    pub fn parse(name: &str) -> Option<Feature> {
        Feature::ALL.into_iter().find(|feature| feature.name() == name)
    }

    /// Returns the architecture that the feature extends.
    pub const fn arch(self) -> Arch {
        match self {
            Feature::Lse => Arch::Aarch64,
            _ => Arch::X86_64,
        }
    }

    /// Returns the features that compilers enable together with this one. Each of them implies its own list.
    pub const fn implies(self) -> &'static [Feature] {
        match self {
            Feature::Ssse3 => &[Feature::Sse3],
            Feature::Sse41 => &[Feature::Ssse3],
            Feature::Sse42 => &[Feature::Sse41, Feature::Popcnt],
            Feature::Avx => &[Feature::Sse42],
            Feature::Avx2 | Feature::Fma => &[Feature::Avx],
            _ => &[],
        }
    }
}
