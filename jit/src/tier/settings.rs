//! Environment variables → settings: `MIMEO_JIT`, `MIMEO_JIT_THRESHOLD`, `MIMEO_OPTIMIZE`, `MIMEO_STATS`,
//! `MIMEO_PERF`.

use std::ffi::OsString;
use std::str::FromStr;

use crate::config::{JitConfig, Mode};
use crate::errors::BadSetting;
use crate::observe::Observers;
use crate::stats::StatsFormat;

/// The report at the end of a run, if the user requests one. The host prints it; the machine itself prints nothing.
///
/// ```
/// use mimeo_jit::{Report, StatsFormat};
///
/// assert_eq!("json".parse(), Ok(Report(Some(StatsFormat::Json))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Report(pub Option<StatsFormat>);

impl FromStr for Report {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        let [summary, trace, json] = StatsFormat::ALL.map(|format| (format.name(), Report(Some(format))));
        BadSetting::pick(text, [("off", Report(None)), summary, trace, json])
    }
}

/// The settings of a run that users can make, in the environment or on a command line.
///
/// A host program starts from its own defaults, lets the environment override them
/// ([`with_env`](Self::with_env)), and then its command line.
///
/// ```
/// use mimeo_jit::{Mode, Settings};
///
/// let mut settings = Settings::default().with_env()?;
/// settings.jit.mode = "on".parse::<Mode>().map_err(|error| error.of("--jit"))?;
/// # Ok::<(), mimeo_jit::BadSetting>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Settings {
    /// The configuration of the native tier.
    pub jit: JitConfig,
    /// The report at the end.
    pub report: Report,
}

impl Settings {
    /// Overrides settings from the environment. See [`Settings`] for an example. The variables are `MIMEO_JIT=auto|on|off`,
    /// `MIMEO_JIT_THRESHOLD=N`, `MIMEO_OPTIMIZE=auto|on|off`, `MIMEO_STATS=off|summary|trace|json` and
    /// `MIMEO_PERF=off|map|gdb|all`. An empty variable counts as unset.
    ///
    /// # Errors
    ///
    /// Names the first variable with an invalid value.
    pub fn with_env(self) -> Result<Self, BadSetting> {
        self.with(|name| std::env::var_os(name))
    }

    fn with(mut self, read: impl Fn(&str) -> Option<OsString>) -> Result<Self, BadSetting> {
        fn set<T: FromStr<Err = BadSetting>>(
            target: &mut T,
            read: impl Fn(&str) -> Option<OsString>,
            name: &str,
        ) -> Result<(), BadSetting> {
            if let Some(value) = read(name).filter(|value| !value.is_empty()) {
                // A value that is not Unicode is invalid, and is shown with replacement characters.
                *target = value.to_string_lossy().parse().map_err(|error: BadSetting| error.of(name))?;
            }
            Ok(())
        }
        let mut threshold = Threshold(self.jit.threshold);
        set::<Mode>(&mut self.jit.mode, &read, "MIMEO_JIT")?;
        set(&mut threshold, &read, "MIMEO_JIT_THRESHOLD")?;
        set::<Mode>(&mut self.jit.optimize, &read, "MIMEO_OPTIMIZE")?;
        set(&mut self.report, &read, "MIMEO_STATS")?;
        set::<Observers>(&mut self.jit.observers, &read, "MIMEO_PERF")?;
        self.jit.threshold = threshold.0;
        Ok(self.recording())
    }

    /// Turns on the recording that the report needs.
    ///
    /// ```
    /// use mimeo_jit::{Report, Settings, StatsFormat};
    ///
    /// let mut settings = Settings::default();
    /// settings.report = Report(Some(StatsFormat::Trace));
    /// assert!(settings.recording().jit.trace);
    /// ```
    #[must_use]
    pub fn recording(mut self) -> Self {
        self.jit.trace |= self.report.0 == Some(StatsFormat::Trace);
        self
    }
}

/// The call or loop iteration at which a function is compiled. See [`BadSetting`] for an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold(pub u32);

impl FromStr for Threshold {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        let expected = || format!("a number of calls, 0 to {}", u32::MAX);
        text.parse().map(Threshold).map_err(|_| BadSetting {
            name: String::new(),
            value: text.to_owned(),
            expected: expected(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<Settings, String> {
        let read = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|&(_, value)| value.into());
        Settings::default().with(read).map_err(|error| error.to_string())
    }

    #[test]
    fn each_variable_overrides_its_setting_and_nothing_else() {
        assert_eq!(with(&[]), Ok(Settings::default()));
        assert_eq!(with(&[("MIMEO_JIT", "")]), Ok(Settings::default()));
        assert_eq!(with(&[("MIMEO_JIT", "on")]).unwrap().jit, JitConfig::new(Mode::On));
        assert_eq!(with(&[("MIMEO_JIT_THRESHOLD", "7")]).unwrap().jit, JitConfig::default().with_threshold(7));
        assert_eq!(with(&[("MIMEO_OPTIMIZE", "off")]).unwrap().jit, JitConfig::default().with_optimize(Mode::Off));
        let traced = with(&[("MIMEO_STATS", "trace")]).unwrap();
        assert_eq!((traced.report, traced.jit.trace), (Report(Some(StatsFormat::Trace)), true));
        assert_eq!(with(&[("MIMEO_PERF", "map")]).unwrap().jit.observers, Observers::PerfMap);
    }

    #[test]
    fn a_wrong_value_is_an_error_that_lists_the_right_ones() {
        let error = |name, value| with(&[(name, value)]).unwrap_err();
        assert_eq!(error("MIMEO_JIT", "fast"), "MIMEO_JIT must be auto, on or off, not \"fast\"");
        assert_eq!(
            error("MIMEO_JIT_THRESHOLD", "-1"),
            "MIMEO_JIT_THRESHOLD must be a number of calls, 0 to 4294967295, not \"-1\""
        );
        assert_eq!(error("MIMEO_OPTIMIZE", "2"), "MIMEO_OPTIMIZE must be auto, on or off, not \"2\"");
        assert_eq!(error("MIMEO_STATS", "yes"), "MIMEO_STATS must be off, summary, trace or json, not \"yes\"");
        assert_eq!(error("MIMEO_PERF", "dump"), "MIMEO_PERF must be off, map, gdb or all, not \"dump\"");
    }
}
