//! Code that is added, retired and freed → changes to [`Code`].

use crate::compile::Layout;
use crate::stats::{Code, Regions};

impl From<Layout> for Regions {
    fn from(layout: Layout) -> Self {
        Regions {
            hot_bytes: u64::from(layout.cold),
            cold_bytes: u64::from(layout.rodata - layout.cold),
            constant_bytes: u64::from(layout.island - layout.rodata),
            stub_bytes: u64::from(layout.optimized - layout.island),
            optimized_bytes: u64::from(layout.end - layout.optimized),
        }
    }
}

impl Regions {
    fn add(&mut self, other: Regions) {
        self.hot_bytes += other.hot_bytes;
        self.cold_bytes += other.cold_bytes;
        self.constant_bytes += other.constant_bytes;
        self.stub_bytes += other.stub_bytes;
        self.optimized_bytes += other.optimized_bytes;
    }

    /// Subtracts what was added before.
    fn remove(&mut self, other: Regions) {
        self.hot_bytes -= other.hot_bytes;
        self.cold_bytes -= other.cold_bytes;
        self.constant_bytes -= other.constant_bytes;
        self.stub_bytes -= other.stub_bytes;
        self.optimized_bytes -= other.optimized_bytes;
    }
}

impl Code {
    /// Notes new code.
    pub(super) fn add(&mut self, regions: Regions) {
        self.live_bytes += regions.total_bytes();
        self.regions.add(regions);
    }

    /// Notes that added code is not entered any more.
    pub(super) fn retire(&mut self, regions: Regions) {
        self.live_bytes -= regions.total_bytes();
        self.retired_bytes += regions.total_bytes();
        self.regions.remove(regions);
    }

    /// Notes that retired code was freed.
    pub(super) fn reclaim(&mut self, bytes: u64) {
        self.retired_bytes -= bytes;
        self.reclaimed_bytes += bytes;
    }
}
