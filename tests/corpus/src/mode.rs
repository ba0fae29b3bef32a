//! A mode → the configuration of the native tier. Every program behaves the same in all modes.

use std::fmt;

use mimeo::jit::{Gaps, JitConfig};

/// A mode of running programs.
#[derive(Clone, Debug)]
pub struct Mode {
    /// The name in messages.
    pub name: String,
    /// The configuration of the native tier, or `None` for a machine without one.
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

    /// Returns the mode without a native tier.
    pub fn interpreter() -> Mode {
        Mode { name: "interpreter".to_owned(), jit: None }
    }

    /// Returns the mode of a command without options.
    pub fn auto() -> Mode {
        Mode::native("auto", JitConfig::new(mimeo::jit::Mode::Auto))
    }

    /// Returns the mode with a native tier that compiles nothing.
    pub fn off() -> Mode {
        Mode::native("off", JitConfig::new(mimeo::jit::Mode::Off))
    }

    /// Returns the mode in which every function is compiled at its first call.
    pub fn on() -> Mode {
        Mode::native("on", compiled_at_once())
    }

    /// Returns the mode in which a function is compiled after `threshold` calls and loop iterations.
    pub fn after(threshold: u32) -> Mode {
        let config = JitConfig::new(mimeo::jit::Mode::Auto).with_threshold(threshold);
        Mode::native(format!("after {threshold}"), config)
    }

    /// Returns the modes in which a language is released: with native code for some, all and no functions, and lean.
    pub fn released() -> [Mode; 4] {
        [Mode::auto(), Mode::on(), Mode::off(), Mode { name: "lean".to_owned(), jit: None }]
    }

    /// Returns whether native code runs in this mode.
    pub fn has_native_code(&self) -> bool {
        self.jit.as_ref().is_some_and(|jit| jit.mode != mimeo::jit::Mode::Off)
    }

    /// Returns the modes for all tested thresholds.
    pub fn tier_up() -> [Mode; 3] {
        [1, 2, 10].map(Mode::after)
    }

    /// Returns the modes with optimized code that does nothing: at each loop head from the start, and installed when a
    /// loop is found running.
    #[cfg(feature = "jit")]
    pub fn grafted() -> [Mode; 2] {
        let at_once = compiled_at_once().with_optimize(mimeo::jit::Mode::On);
        let later = compiled_at_once().with_optimize_threshold(1);
        [
            Mode::native("grafted", at_once.optimized_by(mimeo_optimize::open_idle)),
            Mode::native("grafted later", later.optimized_by(mimeo_optimize::open_idle)),
        ]
    }

    /// Returns the modes with optimized loops: from the start, when a loop is found running, and from the start with an
    /// exit at every fifth op; and when the callees of a loop are known, which are then inlined, also with such exits.
    #[cfg(feature = "jit")]
    pub fn optimized() -> [Mode; 5] {
        let at_once = || compiled_at_once().with_optimize(mimeo::jit::Mode::On);
        let later = compiled_at_once().with_optimize_threshold(1);
        let inlined = || compiled_at_once().with_optimize_threshold(2).with_events_per_sample(2);
        [
            Mode::native("optimized", at_once().optimized_by(mimeo_optimize::open)),
            Mode::native("optimized later", later.optimized_by(mimeo_optimize::open)),
            Mode::native("optimized, leaving", at_once().optimized_by(mimeo_optimize::open_leaving::<5>)),
            Mode::native("optimized, inlined", inlined().optimized_by(mimeo_optimize::open)),
            Mode::native("optimized, inlined, leaving", inlined().optimized_by(mimeo_optimize::open_leaving::<5>)),
        ]
    }

    /// Returns the mode in which native code exits at every op.
    pub fn deopt_everywhere() -> Mode {
        Mode::native("deopt everywhere", compiled_at_once().with_gaps(Gaps::everywhere()))
    }

    /// Returns the mode in which native code exits at one op.
    pub fn without(op: &str) -> Mode {
        Mode::native(format!("without `{op}`"), compiled_at_once().with_gaps(Gaps::at([op])))
    }
}

fn compiled_at_once() -> JitConfig {
    JitConfig::new(mimeo::jit::Mode::On)
}
