//! Code that comes and goes → bytes: what is in use, what waits, what was given back.

#[cfg(feature = "native")]
use crate::plan::Layout;

/// Bytes of the code of functions. That of ways in and out is not counted, nor what pages leave unused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// Bytes of code that can be entered.
    pub live_bytes: u64,
    /// Bytes of code that nothing enters any more, but into which a frame may still return.
    pub retired_bytes: u64,
    /// Bytes of code that were given back, in total.
    pub reclaimed_bytes: u64,
    /// So many bytes are allowed; `None` is no limit.
    pub limit_bytes: Option<u64>,
    /// The live bytes, by region.
    pub regions: Regions,
}

/// Bytes of code, by region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Regions {
    /// Bytes of code that runs every time.
    pub hot_bytes: u64,
    /// Bytes of code of slow paths.
    pub cold_bytes: u64,
    /// Bytes of constants, with the gaps between regions.
    pub constant_bytes: u64,
    /// Bytes of stubs for far targets.
    pub stub_bytes: u64,
}

impl Regions {
    /// Bytes of all regions.
    pub fn total_bytes(&self) -> u64 {
        self.hot_bytes + self.cold_bytes + self.constant_bytes + self.stub_bytes
    }

    fn add(&mut self, other: Regions) {
        self.hot_bytes += other.hot_bytes;
        self.cold_bytes += other.cold_bytes;
        self.constant_bytes += other.constant_bytes;
        self.stub_bytes += other.stub_bytes;
    }

    /// Takes away what was added before.
    fn remove(&mut self, other: Regions) {
        self.hot_bytes -= other.hot_bytes;
        self.cold_bytes -= other.cold_bytes;
        self.constant_bytes -= other.constant_bytes;
        self.stub_bytes -= other.stub_bytes;
    }
}

impl From<Layout> for Regions {
    fn from(layout: Layout) -> Self {
        Regions {
            hot_bytes: u64::from(layout.cold),
            cold_bytes: u64::from(layout.rodata - layout.cold),
            constant_bytes: u64::from(layout.island - layout.rodata),
            stub_bytes: u64::from(layout.end - layout.island),
        }
    }
}

impl Code {
    /// There is more code.
    pub(super) fn add(&mut self, regions: Regions) {
        self.live_bytes += regions.total_bytes();
        self.regions.add(regions);
    }

    /// Code that was added is entered no more.
    pub(super) fn retire(&mut self, regions: Regions) {
        self.live_bytes -= regions.total_bytes();
        self.retired_bytes += regions.total_bytes();
        self.regions.remove(regions);
    }

    /// Code that was retired is no more.
    pub(super) fn reclaim(&mut self, bytes: u64) {
        self.retired_bytes -= bytes;
        self.reclaimed_bytes += bytes;
    }
}
