//! The value of `MIMEO_STENCILS` → [`Mode`], the source of stencils.

/// The source of stencils.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The machine's C compiler builds them.
    Build,
    /// They are checked in beside the ops.
    Prebuilt,
    /// There are none; the interpreter runs every op.
    Off,
}

impl Mode {
    /// Parses the variable's value; `None` means that it is not set.
    ///
    /// # Errors
    ///
    /// A sentence that lists the valid values, for any other value.
    pub fn parse(value: Option<&str>) -> Result<Mode, String> {
        match value {
            None | Some("" | "build") => Ok(Mode::Build),
            Some("prebuilt") => Ok(Mode::Prebuilt),
            Some("off") => Ok(Mode::Off),
            Some(other) => Err(format!("MIMEO_STENCILS is `{other}`; it can be `build`, `prebuilt` or `off`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_modes_are_accepted() {
        assert_eq!(Mode::parse(None), Ok(Mode::Build));
        assert_eq!(Mode::parse(Some("build")), Ok(Mode::Build));
        assert_eq!(Mode::parse(Some("prebuilt")), Ok(Mode::Prebuilt));
        assert_eq!(Mode::parse(Some("off")), Ok(Mode::Off));
        let message = "MIMEO_STENCILS is `on`; it can be `build`, `prebuilt` or `off`";
        assert_eq!(Mode::parse(Some("on")), Err(message.to_owned()));
    }
}
