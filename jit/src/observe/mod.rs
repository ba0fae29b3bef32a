//! Native code that appears and disappears → notifications of [`Observer`]s, which other crates implement.

mod code_region;
#[cfg(feature = "native")]
mod notifier;
mod observer;
mod observers;

pub use code_region::CodeRegion;
pub use observer::{Image, Observer, OpenObservers, Opened};
pub use observers::Observers;

#[cfg(feature = "native")]
pub(crate) use notifier::{Notifier, ObservedCode};
pub(crate) use observer::Opener;
