//! Every op does the same in the interpreter and in native code, on random and edge-case states.

// ANCHOR: twins
use first::ops::ops::{Ops, Vm};
use first::runtime::Host;
use mimeo_shell::Output;
use mimeo_twins::{Language, Random, twins};

struct Twins;

// SAFETY: the values are integers.
unsafe impl Language<Ops> for Twins {
    /// What ops can change outside of their frame.
    type Snapshot = Vec<u8>;

    fn state(&self, _: &mut Random) -> ((), Host) {
        ((), Host { output: Output::memory() })
    }

    fn snapshot(&self, vm: &Vm) -> Vec<u8> {
        vm.host.output.written().to_vec()
    }
}

#[test]
fn every_op_does_the_same_in_both_tiers() {
    let report = twins::<Ops>(Twins);
    assert_eq!(report.skipped, []);
}
// ANCHOR_END: twins
