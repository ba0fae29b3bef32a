//! The name of a format → [`StatsFormat`], in which statistics are shown.

use std::fmt;
use std::str::FromStr;

use super::Stats;

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

/// A text that is the name of no [`StatsFormat`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownStatsFormat(pub String);

impl fmt::Display for UnknownStatsFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = StatsFormat::ALL.map(StatsFormat::name).join(", ");
        write!(f, "`{}` is no format of statistics; there are {names}", self.0)
    }
}

impl std::error::Error for UnknownStatsFormat {}

impl FromStr for StatsFormat {
    type Err = UnknownStatsFormat;

    fn from_str(text: &str) -> Result<Self, UnknownStatsFormat> {
        let found = StatsFormat::ALL.into_iter().find(|format| format.name() == text);
        found.ok_or_else(|| UnknownStatsFormat(text.to_owned()))
    }
}
