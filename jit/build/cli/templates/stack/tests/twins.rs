//! Every op does the same in the interpreter and in native code, on random and edge-case states.

use mimeo_shell::Output;
use mimeo_twins::{Language, Random, twins};
use my_lang::glue::runtime::Host;
use my_lang::language::ops::ops::{Ops, Vm};

struct Twins;

// SAFETY: the values are integers.
#[expect(unsafe_code, reason = "values are made from bits, and only the language knows which are valid")]
unsafe impl Language<Ops> for Twins {
    /// What ops can change outside of their frame.
    type Snapshot = (Vec<u8>, Vec<i64>);

    fn state(&self, random: &mut Random) -> ((), Host) {
        let variables = vec![random.edge_i64(), random.edge_i64()];
        ((), Host { output: Output::memory(), variables })
    }

    fn snapshot(&self, vm: &Vm) -> Self::Snapshot {
        (vm.host.output.written().to_vec(), vm.host.variables.clone())
    }
}

#[test]
fn every_op_does_the_same_in_both_tiers() {
    let report = twins::<Ops>(Twins);
    assert_eq!(report.skipped, []);
}
