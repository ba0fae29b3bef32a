//! The name of a mode → the configuration of the native tier, in which every program does the same.

use std::fmt;

use mimeo::jit::{Gaps, JitConfig};

/// A mode in which programs are run.
#[derive(Clone, Debug)]
pub struct Mode {
    /// What messages call it.
    pub name: String,
    /// The native tier; `None` for a machine without one.
    pub jit: Option<JitConfig>,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Mode {
    fn native(name: impl Into<String>, jit: JitConfig) -> Mode {
        Mode { name: name.into(), jit: Some(jit) }
    }

    /// Without a native tier.
    pub fn interpreter() -> Mode {
        Mode { name: "interpreter".to_owned(), jit: None }
    }

    /// With a native tier that compiles nothing.
    pub fn off() -> Mode {
        Mode::native("off", JitConfig::new(mimeo::jit::Mode::Off))
    }

    /// Hot functions are compiled.
    pub fn auto() -> Mode {
        Mode::native("auto", JitConfig::new(mimeo::jit::Mode::Auto))
    }

    /// Every function is compiled at its first call.
    pub fn on() -> Mode {
        Mode::native("on", compiled_at_once())
    }

    /// A function is compiled at the call or loop iteration with the number `threshold`.
    pub fn after(threshold: u32) -> Mode {
        let config = JitConfig::new(mimeo::jit::Mode::Auto).with_threshold(threshold);
        Mode::native(format!("after {threshold}"), config)
    }

    /// The thresholds that are tested.
    pub fn tier_up() -> [Mode; 3] {
        [1, 2, 10].map(Mode::after)
    }

    /// Native code leaves at every op.
    pub fn deopt_everywhere() -> Mode {
        Mode::native("deopt everywhere", compiled_at_once().with_gaps(Gaps::everywhere()))
    }

    /// Native code leaves at one op.
    pub fn without(op: &str) -> Mode {
        Mode::native(format!("without `{op}`"), compiled_at_once().with_gaps(Gaps::at([op])))
    }
}

fn compiled_at_once() -> JitConfig {
    JitConfig::new(mimeo::jit::Mode::On)
}
