//! [`Configuration`]: a way to run Lua programs → what a [`Lua`](lua::Lua) is made with.

use mimeo::jit::{Gaps, JitConfig};

/// One way to run a program.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// What messages call it.
    pub name: String,
    /// The native tier.
    pub jit: Option<JitConfig>,
    /// A full cycle of the collector at every so manieth safepoint; 0 for when one is due.
    pub collect_every: u32,
    /// Stacks are small at first, and move at every call.
    pub moves_stacks: bool,
}

impl Configuration {
    /// Without a native tier.
    pub fn interpreter() -> Configuration {
        Configuration { name: "interpreter".to_owned(), jit: None, collect_every: 0, moves_stacks: false }
    }

    /// The same with a full cycle at every so manieth safepoint.
    pub fn collecting(self, every: u32) -> Configuration {
        let name = format!("{} with a cycle at every {every}. safepoint", self.name);
        Configuration { name, collect_every: every, ..self }
    }
}

impl Configuration {
    /// The same on stacks that move at every call.
    pub fn moving_stacks(self) -> Configuration {
        Configuration { name: format!("{} on moving stacks", self.name), moves_stacks: true, ..self }
    }
}

#[cfg(feature = "jit")]
impl Configuration {
    fn native(name: impl Into<String>, jit: JitConfig) -> Configuration {
        Configuration { name: name.into(), jit: Some(jit), collect_every: 0, moves_stacks: false }
    }

    /// Every function is compiled when it is called first.
    pub fn on() -> Configuration {
        Configuration::native("on", compiled_at_once())
    }

    /// A function is compiled at its call or round of a loop number `threshold`.
    pub fn after(threshold: u32) -> Configuration {
        Configuration::native(format!("after {threshold}"), JitConfig::default().with_threshold(threshold))
    }

    /// Native code leaves at every op.
    pub fn deopt_everywhere() -> Configuration {
        Configuration::native("deopt everywhere", compiled_at_once().with_gaps(Gaps::everywhere()))
    }

    /// Native code leaves at one op.
    pub fn without(op: &str) -> Configuration {
        let config = compiled_at_once().with_gaps(Gaps::at([op]));
        Configuration::native(format!("without `{op}`"), config)
    }
}

#[cfg(feature = "jit")]
fn compiled_at_once() -> JitConfig {
    JitConfig::new(mimeo::jit::Mode::On)
}
