//! Rust that a lowering could easily mistranslate: rustc compiles the handler, the lowering the stencil, and the test
//! compares them.

use mimeo_tests::corners::{Host, corner_ops};
use mimeo_twins::{Language, Random, twins};

pub(crate) struct Corners;

// SAFETY: the values are numbers, and ops do not use them as unchecked indices.
unsafe impl Language<corner_ops::Ops> for Corners {
    /// The arguments of runtime functions, the list, the number, and the bits of the floats.
    type Snapshot = (Vec<i64>, Vec<i64>, i64, u64, [u32; 2]);

    fn state(&self, random: &mut Random) -> (corner_ops::Context, Host) {
        let mut host = Host { trace: Vec::new(), list: (0..4).map(|_| random.edge_i64()).collect() };
        let (count, float) = (random.edge_i64(), f64::from(random.edge_i64() as i32));
        let singles = corner_ops::Singles { x: random.edge_f32(), y: random.edge_f32() };
        (corner_ops::Context { list: host.list.as_mut_ptr(), count, float, singles }, host)
    }

    fn snapshot(&self, vm: &corner_ops::Vm) -> Self::Snapshot {
        let corner_ops::Context { count, float, singles, .. } = vm.context;
        let singles = [singles.x, singles.y].map(f32::to_bits);
        (vm.host.trace.clone(), vm.host.list.clone(), count, float.to_bits(), singles)
    }
}

#[test]
fn rust_has_the_same_meaning_in_both_tiers() {
    let report = twins::<corner_ops::Ops>(Corners);
    assert_eq!(report.unavailable, None);
    assert_eq!(report.without_stencil, []);
    assert_eq!(report.skipped, []);
}
