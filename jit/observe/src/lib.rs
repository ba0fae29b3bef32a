//! Native code that appears and disappears → data for debuggers and profilers: gdb's JIT interface and `perf`'s map.
//!
//! A language opts in with [`open`]. Both need Linux; elsewhere no tool is notified, and
//! [`Jit::observer_failure`](mimeo_jit::Jit::observer_failure) says why.
#![deny(missing_docs)]

#[cfg_attr(
    not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))),
    path = "gdb/unsupported.rs"
)]
mod gdb;
mod perf_map;
#[cfg(all(test, target_os = "linux"))]
mod sample;

use mimeo_jit::{Observer, Observers, Opened};

use gdb::Debugger;
use perf_map::PerfMap;

/// Opens the observers that a setting names, for [`JitConfig::observed_by`](mimeo_jit::JitConfig::observed_by).
///
/// ```
/// use mimeo::jit::{HasJit, Settings, WithJit};
/// use mimeo_doc_ops::{Context, Host, Machine};
///
/// let settings = Settings::default().with_env()?; // MIMEO_PERF=off|map|gdb|all
/// let config = settings.jit.observed_by(mimeo_observe::open);
/// let machine = Machine::builder(Context::default(), Host::default()).jit(config).build();
/// if let Some(failure) = machine.jit().and_then(|jit| jit.observer_failure()) {
///     eprintln!("warning: {failure}");
/// }
/// # Ok::<(), mimeo::jit::BadSetting>(())
/// ```
pub fn open(observers: Observers) -> Vec<Opened> {
    let mut opened = Vec::new();
    if matches!(observers, Observers::PerfMap | Observers::All) {
        let observer = PerfMap::open().map(|map| Box::new(map) as Box<dyn Observer>);
        opened.push(Opened { name: "perf map", observer });
    }
    if matches!(observers, Observers::Debugger | Observers::All) {
        opened.push(Opened { name: "debugger", observer: Ok(Box::new(Debugger)) });
    }
    opened
}
