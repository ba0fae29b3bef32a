//! Code that comes and goes → changes of [`Code`].

use crate::compile::Layout;
use crate::stats::{Code, Regions};

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

impl Regions {
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
