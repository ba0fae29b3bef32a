//! [`Feature`] → whether the running processor has it.

use mimeo_def::Feature;

/// Returns `true` if the running processor has a feature and the operating system supports it. Features of other
/// architectures are missing.
#[cfg(target_arch = "x86_64")]
pub(crate) fn has(feature: Feature) -> bool {
    match feature {
        Feature::Sse3 => is_x86_feature_detected!("sse3"),
        Feature::Ssse3 => is_x86_feature_detected!("ssse3"),
        Feature::Sse41 => is_x86_feature_detected!("sse4.1"),
        Feature::Sse42 => is_x86_feature_detected!("sse4.2"),
        Feature::Popcnt => is_x86_feature_detected!("popcnt"),
        Feature::Lzcnt => is_x86_feature_detected!("lzcnt"),
        Feature::Bmi1 => is_x86_feature_detected!("bmi1"),
        Feature::Bmi2 => is_x86_feature_detected!("bmi2"),
        Feature::Movbe => is_x86_feature_detected!("movbe"),
        Feature::Avx => is_x86_feature_detected!("avx"),
        Feature::Avx2 => is_x86_feature_detected!("avx2"),
        Feature::Fma => is_x86_feature_detected!("fma"),
        Feature::Lse => false,
    }
}

/// Returns `true` if the running processor has a feature and the operating system supports it. Features of other
/// architectures are missing.
#[cfg(target_arch = "aarch64")]
pub(crate) fn has(feature: Feature) -> bool {
    feature == Feature::Lse && std::arch::is_aarch64_feature_detected!("lse")
}

/// Returns `false`: there are no stencils for other architectures.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) fn has(_: Feature) -> bool {
    false
}
