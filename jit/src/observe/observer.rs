//! Native code that appears and disappears → [`Observer`], the interface for debuggers and profilers.

use std::any::Any;
use std::fmt;
use std::io;

use crate::observe::code_region::CodeRegion;
use crate::observe::observers::Observers;

/// The data that an observer keeps as long as code exists. It is dropped before the code's memory is reused.
/// See [`Observer`] for an example.
pub type Image = Box<dyn Any + Send>;

/// A function that opens the observers that a setting names, each with the name for its failures. See [`Observer`]
/// for an example.
pub type OpenObservers = fn(Observers) -> Vec<Opened>;

/// An observer, or the reason why it could not be opened. See [`Observer`] for an example.
#[derive(Debug)]
pub struct Opened {
    /// The name in [`Jit::observer_failure`](crate::Jit::observer_failure).
    pub name: &'static str,
    /// The observer.
    pub observer: io::Result<Box<dyn Observer>>,
}

/// A receiver of notifications about native code, for a debugger or a profiler. One tier owns it.
///
/// ```
/// use std::io;
///
/// use mimeo::jit::{CodeRegion, HasJit, Image, JitConfig, Mode, Observer, Observers, Opened, WithJit};
/// use mimeo_doc_ops::{Context, Host, Machine, SUM, sample_program};
///
/// #[derive(Debug)]
/// struct Printer;
///
/// impl Observer for Printer {
///     fn appeared(&mut self, region: &CodeRegion<'_>) -> io::Result<Option<Image>> {
///         println!("{} is at {:#x}", region.name, region.start);
///         Ok(None)
///     }
/// }
///
/// fn open(_: Observers) -> Vec<Opened> {
///     vec![Opened { name: "printer", observer: Ok(Box::new(Printer)) }]
/// }
///
/// let config = JitConfig::new(Mode::On).with_observers(Observers::All).observed_by(open);
/// let mut machine = Machine::builder(Context::default(), Host::default()).jit(config).build();
/// let linked = machine.load(&sample_program()).expect("the program needs no space");
/// machine.call(linked.function(SUM), &[10])?;
/// assert_eq!(machine.jit().expect("it has a tier").observer_failure(), None);
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
pub trait Observer: fmt::Debug + Send {
    /// Notes new code before it runs. The returned image is dropped right before the code disappears. See [`Observer`] for
    /// an example.
    ///
    /// # Errors
    ///
    /// If the code cannot be shown. The observer is then not notified again.
    fn appeared(&mut self, region: &CodeRegion<'_>) -> io::Result<Option<Image>>;
}

/// The function that opens the observers of a configuration, if it has one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Opener(pub(crate) Option<OpenObservers>);

impl PartialEq for Opener {
    fn eq(&self, other: &Opener) -> bool {
        match (self.0, other.0) {
            (Some(open), Some(other)) => std::ptr::fn_addr_eq(open, other),
            (open, other) => open.is_none() && other.is_none(),
        }
    }
}

impl Eq for Opener {}
