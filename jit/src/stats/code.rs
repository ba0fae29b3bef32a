//! Code of functions → [`Code`], the bytes that are in use, retired and freed.

/// Bytes of the code of functions, without the entry and exit stencils and the unused ends of pages.
///
/// ```
/// use mimeo::jit::HasJit;
/// use mimeo_doc_ops::{SUM, jit_machine};
///
/// let (mut machine, linked) = jit_machine();
/// machine.call(linked.function(SUM), &[10])?;
/// let code = machine.jit().expect("it has a tier").stats().code;
/// assert_eq!(code.live_bytes, code.regions.total_bytes());
/// assert_eq!((code.retired_bytes, code.limit_bytes), (0, None));
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// Bytes of code that can be entered.
    pub live_bytes: u64,
    /// Bytes of code that is not entered any more, but into which a frame may still return.
    pub retired_bytes: u64,
    /// Bytes of code that was freed, in total.
    pub reclaimed_bytes: u64,
    /// The limit in bytes; `None` means no limit.
    pub limit_bytes: Option<u64>,
    /// The live bytes, by region.
    pub regions: Regions,
}

/// Bytes of code, by region.
///
/// ```
/// use mimeo::jit::Regions;
///
/// let mut regions = Regions::default();
/// (regions.hot_bytes, regions.cold_bytes) = (100, 40);
/// assert_eq!(regions.total_bytes(), 140);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Regions {
    /// Bytes of code that runs every time.
    pub hot_bytes: u64,
    /// Bytes of code of slow paths.
    pub cold_bytes: u64,
    /// Bytes of constants and of tables of labels, with the gaps between regions.
    pub constant_bytes: u64,
    /// Bytes of stubs for far targets.
    pub stub_bytes: u64,
    /// Bytes of optimized code of loops.
    pub optimized_bytes: u64,
}

impl Regions {
    /// Returns the bytes of all regions. See [`Regions`] for an example.
    pub fn total_bytes(&self) -> u64 {
        self.hot_bytes + self.cold_bytes + self.constant_bytes + self.stub_bytes + self.optimized_bytes
    }
}
