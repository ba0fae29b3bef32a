//! The text of a file → [`Settings`], with which its tables were made and can be made again.

use mimeo_def::Feature;
use mimeo_def::stencil::Arch;

use crate::baseline::Baseline;
use crate::toolchain::landing_pads_flag;

/// The settings with which the tables of a file were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Processor features that the code may use beyond the base.
    pub features: Vec<Feature>,
    /// Whether stencils begin with landing pads.
    pub landing_pads: bool,
    /// The compiler's description of itself.
    pub compiler: String,
}

/// Returns the settings in the text of a file. The rest of the text does not matter: it may be damaged, have the marks
/// of a merge conflict, or be in the format of another version.
///
/// Returns `None` if a line is missing or has no meaning.
pub fn settings(text: &str, arch: Arch) -> Option<Settings> {
    let values = |word: &'static str| text.lines().filter_map(move |line| line.strip_prefix(word)?.strip_prefix(' '));
    let baselines = values("baseline").map(|baseline| Baseline::parse(arch, baseline)).collect::<Option<Vec<_>>>()?;
    let features: Vec<Feature> = baselines.iter().flat_map(|baseline| baseline.features().iter().copied()).collect();
    let pads = landing_pads_flag(arch);
    Some(Settings {
        features: Baseline::new(arch, &features).features().to_vec(),
        landing_pads: values("flags").any(|flags| flags.split(' ').any(|flag| flag == pads)),
        // Every table has one, so this also tells whether there is a baseline.
        compiler: values("compiler").next().filter(|_| !baselines.is_empty())?.to_owned(),
    })
}
