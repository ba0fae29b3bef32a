//! [`Language`]: the description of an instruction set for a twin test.

use std::fmt;

use crate::Random;
use mimeo::def::op::{OpInfo, OperandInfo};
use mimeo::{FunctionRef, InstructionSet, Machine, Value, Vm};

/// The description of a language for [`twins`](super::twins). Most authors write only `state` and `snapshot`; all other
/// methods have a default. See [the module](super) for a complete test.
///
/// Runtime functions are compared by their effects: let them record their name and arguments in the host (a
/// `Vec<String>` is enough), and make that record part of the snapshot. For an argument that is an address, record what
/// it points to, because each tier runs on its own state.
///
/// A language can describe its values in more detail:
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
/// Every value of [`edges`](Self::edges), [`value`](Self::value) and [`operand`](Self::operand) is valid for the ops of
/// the instruction set after [`localize`](Self::localize). By default these values may have any bits. A
/// [`PlainValue`](mimeo::PlainValue) is always valid.
#[expect(unsafe_code, reason = "the test creates values from bits, whose validity only the language can guarantee")]
pub unsafe trait Language<I: InstructionSet> {
    /// Everything that ops can change outside of the frame, without addresses.
    type Snapshot: PartialEq + fmt::Debug;

    /// Creates a state for ops to run on. It is called twice with the same random numbers and must return equal states.
    fn state(&self, random: &mut Random) -> (I::Context, I::Host);

    /// Prepares a machine after its state was replaced, for example by loading functions that the state refers to.
    fn prepare(&self, _machine: &mut Machine<I>) {}

    /// Converts a value of a case to the corresponding value in one of the machines. A language whose values hold
    /// addresses puts numbers in its cases, and returns the object with that number in this machine's state.
    fn localize(&self, _vm: &mut Vm<I>, value: I::Value) -> I::Value {
        value
    }

    /// Lets runtime functions of this machine call a function without arguments. The function contains the op under
    /// test, which therefore runs again inside itself. Returns `false` if nothing in the language would call it: the
    /// language has no callbacks, or its runtime functions receive them as `Callee` operands, for which the test itself
    /// passes the function.
    ///
    /// A language that keeps callbacks in its host or in values stores the function there. The function may recurse
    /// infinitely, because runs beyond a small depth fail.
    fn reenter(&self, _vm: &mut Vm<I>, _function: FunctionRef<I>) -> bool {
        false
    }

    /// Returns everything that ops can change outside of the frame.
    fn snapshot(&self, vm: &Vm<I>) -> Self::Snapshot;

    /// Returns edge cases, the simplest first. A failing case is simplified to the first of them that still fails.
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

    /// Returns the word of the functions of an op's cases, for a language whose ops use it as an address or an index.
    fn function_word(&self, _op: &OpInfo, _vm: &Vm<I>) -> u64 {
        0x0123_4567_89ab_cdef
    }

    /// Returns the minimum number of slots in a window of this op.
    fn shortest_window(&self, _op: &OpInfo) -> u16 {
        0
    }

    /// Returns the reason why an op cannot be tested alone, or `None` if it can.
    fn skip(&self, _op: &OpInfo) -> Option<String> {
        None
    }

    /// Returns the number of elements of each index space that `#[imm(in = space)]` operands name.
    fn spaces(&self) -> Vec<(&'static str, u32)> {
        Vec::new()
    }

    /// Returns `true` if two results are the same. A language whose values hold addresses compares what they point to.
    /// NaNs are compared by their bits, because ops cannot have different NaNs in the two tiers.
    fn same(&self, interpreted: I::Value, native: I::Value) -> bool {
        interpreted.to_bits() == native.to_bits()
    }

    /// Returns `true` if a word of the op's inline-cache cells is the same in both tiers. A language whose cells hold
    /// addresses compares what they point to. `word` counts from the op's first cell.
    fn same_cell(&self, _op: &OpInfo, _word: usize, interpreted: u64, native: u64) -> bool {
        interpreted == native
    }

    /// Returns a value as text, for messages.
    fn show(&self, value: I::Value) -> String {
        format!("{:#x}", value.to_bits())
    }
}

/// Returns the value with the bits of a case or of a slot.
#[expect(unsafe_code, reason = "cases store values as bits")]
pub(crate) fn value_of<I: InstructionSet>(bits: u64) -> I::Value {
    // SAFETY: the language guarantees that the bits a test creates are valid; all other bits are those of a value.
    unsafe { I::Value::from_bits(bits) }
}
