//! The native tier as programs turn it on and off: [`Switch`].

use mimeo::jit::{Control, Mode};

/// The settings of the native tier, and the mode with which it started.
#[derive(Debug)]
pub(crate) struct Switch {
    control: Control,
    mode: Mode,
}

impl Switch {
    /// Creates the switch of a tier that has just started.
    pub(crate) fn new(control: &Control) -> Switch {
        Switch { control: control.clone(), mode: control.mode() }
    }

    /// Returns the settings.
    pub(crate) fn control(&self) -> &Control {
        &self.control
    }

    /// Returns `true` if functions are compiled.
    pub(crate) fn is_on(&self) -> bool {
        self.control.mode() != Mode::Off
    }

    /// Compiles functions again as at first, or no longer.
    pub(crate) fn set(&self, is_on: bool) {
        self.control.set_mode(if is_on { self.mode } else { Mode::Off });
    }
}
