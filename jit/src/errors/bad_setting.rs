//! An invalid value of a setting → [`BadSetting`], which lists the valid ones.

use std::fmt;

/// The error for a setting with an invalid value.
///
/// ```
/// use mimeo_jit::Threshold;
///
/// let error = "many".parse::<Threshold>().unwrap_err().of("--jit-threshold");
/// assert_eq!(error.to_string(), "--jit-threshold must be a number of calls, 0 to 4294967295, not \"many\"");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSetting {
    /// The environment variable or the option; empty before [`of`](Self::of).
    pub name: String,
    /// The invalid value.
    pub value: String,
    /// The valid values, in words that follow "must be".
    pub expected: String,
}

impl BadSetting {
    /// Returns the choice with this name.
    pub(crate) fn pick<T: Copy, const N: usize>(text: &str, choices: [(&str, T); N]) -> Result<T, BadSetting> {
        choices.iter().find(|(name, _)| *name == text).map(|&(_, choice)| choice).ok_or_else(|| {
            let names: Vec<&str> = choices.iter().map(|&(name, _)| name).collect();
            let (last, others) = names.split_last().unwrap_or((&"", &[]));
            BadSetting {
                name: String::new(),
                value: text.to_owned(),
                expected: format!("{} or {last}", others.join(", ")),
            }
        })
    }

    /// Sets the name. See [`BadSetting`] for an example.
    #[must_use]
    pub fn of(self, name: &str) -> Self {
        BadSetting { name: name.to_owned(), ..self }
    }
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BadSetting { name, value, expected } = self;
        write!(f, "{name} must be {expected}, not {value:?}")
    }
}

impl std::error::Error for BadSetting {}
