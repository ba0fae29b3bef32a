//! The name of a format → [`StatsFormat`], in which statistics are shown.

use std::str::FromStr;

use super::Stats;
use crate::BadSetting;

/// How statistics are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatsFormat {
    /// A table for people.
    Summary,
    /// A line for each thing that happened to the code of a function.
    Trace,
    /// One JSON object, described in `docs/statistics.md`.
    Json,
}

impl StatsFormat {
    /// All of them.
    pub const ALL: [StatsFormat; 3] = [StatsFormat::Summary, StatsFormat::Trace, StatsFormat::Json];

    /// Its name in options and variables.
    pub const fn name(self) -> &'static str {
        match self {
            StatsFormat::Summary => "summary",
            StatsFormat::Trace => "trace",
            StatsFormat::Json => "json",
        }
    }

    /// The statistics in this format; ends in a line break.
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
