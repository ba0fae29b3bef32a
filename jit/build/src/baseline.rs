//! An architecture and the features that an author allows → [`Baseline`]: what code may require of the processor.

use std::collections::BTreeSet;
use std::fmt;

use mimeo_def::Feature;
use mimeo_def::stencil::Arch;

/// What code may require of the processor: the base of its architecture, and features beyond it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    arch: Arch,
    features: Vec<Feature>,
}

impl Baseline {
    /// Creates the baseline without additional features.
    pub fn base(arch: Arch) -> Baseline {
        Baseline { arch, features: Vec::new() }
    }

    /// Creates a baseline from the features that belong to the architecture, and those that they imply.
    pub fn new(arch: Arch, features: &[Feature]) -> Baseline {
        let mut all = BTreeSet::new();
        let mut pending: Vec<_> = features.iter().copied().filter(|feature| feature.arch() == arch).collect();
        while let Some(feature) = pending.pop() {
            if all.insert(feature) {
                pending.extend(feature.implies());
            }
        }
        Baseline { arch, features: all.into_iter().collect() }
    }

    /// Parses the text that [`Display`](fmt::Display) writes.
    pub fn parse(arch: Arch, text: &str) -> Option<Baseline> {
        let mut words = text.split(' ');
        if words.next() != Some(base_name(arch)) {
            return None;
        }
        let features = words.map(Feature::parse).collect::<Option<Vec<_>>>()?;
        let baseline = Baseline::new(arch, &features);
        // A written baseline lists every implied feature.
        (baseline.features == features).then_some(baseline)
    }

    /// Returns the architecture.
    pub fn arch(&self) -> Arch {
        self.arch
    }

    /// Returns the features beyond the base, sorted.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Whether code may use a feature.
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// Returns the features that this baseline has and `other` does not.
    pub fn beyond(&self, other: &Baseline) -> Vec<Feature> {
        self.features.iter().copied().filter(|feature| !other.has(*feature)).collect()
    }
}

/// Returns the name of an architecture's base.
fn base_name(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "x86-64",
        Arch::Aarch64 => "armv8-a",
    }
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(base_name(self.arch))?;
        self.features.iter().try_for_each(|feature| write!(f, " {}", feature.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_imply_others_of_the_same_architecture() {
        let baseline = Baseline::new(Arch::X86_64, &[Feature::Fma, Feature::Lse, Feature::Bmi2]);
        assert_eq!(baseline.to_string(), "x86-64 sse3 ssse3 sse4.1 sse4.2 popcnt bmi2 avx fma");
        assert_eq!(Baseline::new(Arch::Aarch64, &[Feature::Fma, Feature::Lse]).to_string(), "armv8-a lse");
        assert_eq!(Baseline::base(Arch::X86_64).to_string(), "x86-64");
        assert_eq!(baseline.beyond(&Baseline::new(Arch::X86_64, &[Feature::Avx])), [Feature::Bmi2, Feature::Fma]);
    }

    #[test]
    fn a_written_baseline_can_be_parsed() {
        for (arch, features) in [(Arch::X86_64, &Feature::ALL[..]), (Arch::Aarch64, &Feature::ALL), (Arch::X86_64, &[])]
        {
            let baseline = Baseline::new(arch, features);
            assert_eq!(Baseline::parse(arch, &baseline.to_string()), Some(baseline));
        }
        let x86_64 = ["", "armv8-a", "x86-64 ", "x86-64 lse", "x86-64 avx512f", "x86-64 avx", "x86-64 popcnt sse3"];
        for nonsense in x86_64 {
            assert_eq!(Baseline::parse(Arch::X86_64, nonsense), None, "{nonsense}");
        }
    }
}
