//! The name of a format → [`StatsFormat`], and statistics → text in that format.

use std::str::FromStr;

use super::Stats;
use crate::errors::BadSetting;

/// A format of statistics.
///
/// ```
/// use mimeo::jit::{HasJit, StatsFormat};
/// use mimeo_doc_ops::jit_machine;
///
/// let format: StatsFormat = "json".parse()?;
/// let (machine, _) = jit_machine();
/// let text = machine.jit().expect("it has a tier").report(format);
/// assert!(text.contains("\"schema\": 1"));
/// # Ok::<(), mimeo::jit::BadSetting>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatsFormat {
    /// A table for people.
    Summary,
    /// A line for each event in the life of a function's code.
    Trace,
    /// One JSON object, described in `docs/statistics.md`.
    Json,
}

impl StatsFormat {
    /// All formats.
    pub const ALL: [StatsFormat; 3] = [StatsFormat::Summary, StatsFormat::Trace, StatsFormat::Json];

    /// Returns the name in options and variables.
    ///
    /// ```
    /// use mimeo::jit::StatsFormat;
    ///
    /// assert_eq!(StatsFormat::ALL.map(StatsFormat::name), ["summary", "trace", "json"]);
    /// ```
    pub const fn name(self) -> &'static str {
        match self {
            StatsFormat::Summary => "summary",
            StatsFormat::Trace => "trace",
            StatsFormat::Json => "json",
        }
    }

    /// Returns the statistics in this format; the text ends in a line break.
    ///
    /// ```
    /// use mimeo::jit::{Stats, StatsFormat};
    ///
    /// let stats = Stats::default();
    /// assert_eq!(StatsFormat::Summary.render(&stats), stats.summary());
    /// ```
    pub fn render(self, stats: &Stats) -> String {
        match self {
            StatsFormat::Summary => stats.summary(),
            StatsFormat::Trace => stats.trace(),
            StatsFormat::Json => stats.json(),
        }
    }
}

impl FromStr for StatsFormat {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        BadSetting::pick(text, StatsFormat::ALL.map(|format| (format.name(), format)))
    }
}
