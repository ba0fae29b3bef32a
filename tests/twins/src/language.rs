//! [`Language`]: what a twin test must know about an instruction set.

use std::fmt;

use crate::Random;
use mimeo::def::op::{OpInfo, OperandInfo};
use mimeo::{FunctionRef, InstructionSet, Machine, Value, Vm};

/// What [`twins`](super::twins) must know about a language. Most authors write `state` and `snapshot`; all other
/// methods have a default. See [the module](super) for a whole test.
///
/// Runtime functions are compared through what they do: have them note their name and arguments in the host
/// (a `Vec<String>` is enough), and make that part of the snapshot. An argument that is an address has to be noted
/// as what it points to, because the two tiers run on states of their own.
///
/// A language can say more about its values:
///
/// ```
/// use mimeo_twins::{Language, Random, twins};
/// use mimeo_doc_ops::{Context, Host, Ops, Vm};
///
/// struct Examples;
///
/// // SAFETY: the values are integers.
/// unsafe impl Language<Ops> for Examples {
///     type Snapshot = Vec<i64>;
///
///     fn state(&self, random: &mut Random) -> (Context, Host) {
///         (Context::default(), Host { globals: vec![random.edge_i64()], ..Host::default() })
///     }
///
///     fn snapshot(&self, vm: &Vm) -> Vec<i64> {
///         vm.host.printed.clone()
///     }
///
///     fn edges(&self) -> Vec<i64> {
///         vec![0, 1, -1, i64::MIN, i64::MAX]
///     }
///
///     fn value(&self, random: &mut Random) -> i64 {
///         random.edge_i64()
///     }
///
///     fn spaces(&self) -> Vec<(&'static str, u32)> {
///         vec![("globals", 1)]
///     }
///
///     fn show(&self, value: i64) -> String {
///         value.to_string()
///     }
/// }
///
/// assert!(twins::<Ops>(Examples).skipped.is_empty());
/// ```
///
/// # Safety
///
/// Every value of [`edges`](Self::edges), [`value`](Self::value) and [`operand`](Self::operand), which may have any
/// bits by default, is valid for the ops of the instruction set after [`localize`](Self::localize). A
/// [`PlainValue`](mimeo::PlainValue) is always valid.
#[expect(unsafe_code, reason = "the test makes values from bits, which only the language can vouch for")]
pub unsafe trait Language<I: InstructionSet> {
    /// Everything that ops can change outside of the frame, without addresses.
    type Snapshot: PartialEq + fmt::Debug;

    /// Makes a state for ops to run on. It is called twice with the same numbers, and must return the same state both
    /// times.
    fn state(&self, random: &mut Random) -> (I::Context, I::Host);

    /// Prepares a machine whose state is new for a case, for example by loading functions that the state refers to.
    fn prepare(&self, _machine: &mut Machine<I>) {}

    /// Returns the value that a value of a case stands for in one of the machines. A language whose values hold
    /// addresses has numbers in its cases, and returns the object of this machine's state with that number.
    fn localize(&self, _vm: &mut Vm<I>, value: I::Value) -> I::Value {
        value
    }

    /// Lets runtime functions of this machine call a function without arguments. It contains the op under test, which
    /// is therefore run again in the middle of itself. Returns `false` if the language has nothing that would call it:
    /// it has no callbacks, or its runtime functions get them as `Callee` operands, for which the test itself passes
    /// the function.
    ///
    /// A language that keeps callbacks in its host or in values stores the function there. The function may call itself
    /// without end: beyond a small depth, each run is an error.
    fn reenter(&self, _vm: &mut Vm<I>, _function: FunctionRef<I>) -> bool {
        false
    }

    /// Returns what became of a state: everything that ops can change outside of the frame.
    fn snapshot(&self, vm: &Vm<I>) -> Self::Snapshot;

    /// Returns values that are worth trying, the simplest first. A failing case is simplified to the first of them that
    /// still fails.
    fn edges(&self) -> Vec<I::Value> {
        [0, 1, u64::MAX, 2, 1 << 31, 1 << 63, u64::MAX >> 1, 1.0f64.to_bits(), f64::NAN.to_bits(), 0x7ff4 << 48 | 1]
            .map(value_of::<I>)
            .into()
    }

    /// Returns a value for a slot or a constant.
    fn value(&self, random: &mut Random) -> I::Value {
        value_of::<I>(random.edge_bits())
    }

    /// Returns the bits of one operand, for an op that does not accept all values: an index that the op does not check,
    /// or a value that it uses as an address. `None` leaves the choice to the test.
    fn operand(&self, _op: &OpInfo, _operand: &OperandInfo, _random: &mut Random) -> Option<u64> {
        None
    }

    /// Returns the smallest number of slots that a window of this op has.
    fn shortest_window(&self, _op: &OpInfo) -> u16 {
        0
    }

    /// Returns the reason why an op cannot be tested alone, or `None` if it can.
    fn skip(&self, _op: &OpInfo) -> Option<String> {
        None
    }

    /// Returns the number of elements of each index space that operands `#[imm(in = space)]` name.
    fn spaces(&self) -> Vec<(&'static str, u32)> {
        Vec::new()
    }

    /// Returns `true` if two results are the same. A language whose values hold addresses compares what is there. NaNs
    /// are compared by their bits, because the op language has no op whose NaNs differ.
    fn same(&self, interpreted: I::Value, native: I::Value) -> bool {
        interpreted.to_bits() == native.to_bits()
    }

    /// Returns `true` if 8 bytes of the op's inline-cache cells are the same. A language whose cells hold addresses
    /// compares what is there. `word` counts from the op's first cell.
    fn same_cell(&self, _op: &OpInfo, _word: usize, interpreted: u64, native: u64) -> bool {
        interpreted == native
    }

    /// Returns the text of a value for messages.
    fn show(&self, value: I::Value) -> String {
        format!("{:#x}", value.to_bits())
    }
}

/// The value with bits of a case or of a slot.
#[expect(unsafe_code, reason = "cases keep values as bits")]
pub(crate) fn value_of<I: InstructionSet>(bits: u64) -> I::Value {
    // SAFETY: the language vouches for the bits that a test makes up; the others are those of a value.
    unsafe { I::Value::from_bits(bits) }
}
