//! Every op of every instruction set behaves the same in both tiers, and mistakes in stencils are found.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::catch_unwind;
use std::rc::Rc;

use calc::ops::ops as calc_ops;
use mimeo::def::op::OpInfo;
use mimeo::{FunctionRef, InstructionSet};
use mimeo_tests::broken::{self, broken_ops};
use mimeo_tests::callbacks::{self, callback_ops};
use mimeo_tests::reference::{self, reference_ops};
use mimeo_tests::registers::register_ops::{self, Value};
use mimeo_tests::slow::{self, slow_ops};
use mimeo_tests::stack::stack_ops;
use mimeo_tests::{registers, stack};
use mimeo_twins::{Language, Random, Report, Settings, twins, twins_with};

use mimeo_corpus::Captured;

pub(crate) struct Registers;

// SAFETY: the values of these sets are numbers, and `operand` and `spaces` meet the requirements of the ops.
unsafe impl Language<register_ops::Ops> for Registers {
    /// The calls of runtime functions, and all memory that the context points to.
    type Snapshot = (Vec<String>, String);

    fn state(&self, random: &mut Random) -> (register_ops::Context, registers::Host) {
        let (mut context, host) = registers::Host::new(|| random.edge_bits());
        context.shape.id &= 1;
        (context, host)
    }

    fn snapshot(&self, vm: &register_ops::Vm) -> Self::Snapshot {
        let nodes: Vec<_> = vm.host.nodes.iter().map(|node| (node.value, bits(node.kept))).collect();
        let register_ops::Context { counters, pair, top, shape, .. } = &vm.context;
        let floats = (bits(*pair), counters.floats.to_bits());
        let counters = register_ops::Counters { floats: 0.0, ..counters.clone() };
        let text =
            format!("{:?} {:?} {nodes:?} {counters:?} {floats:?} {top:?} {shape:?}", vm.host.globals, vm.host.bytes);
        (vm.host.trace.clone(), text)
    }

    fn edges(&self) -> Vec<Value> {
        let mut edges: Vec<Value> = [0, 1, -1, 2, 100, -100, 1 << 20, i32::MAX, i32::MIN].map(Value::int).into();
        edges.extend([Value::NIL, Value::FALSE, Value::TRUE]);
        edges.extend([0.0, -0.0, 1.0, -1.5, 1e300, f64::INFINITY, f64::NAN].map(Value::float));
        // On both sides of each tag.
        edges.extend(
            [0x7ff0_0000_0000_0001, 0xfffc_ffff_ffff_ffff, 0xfffd << 48, 0xfffe << 48, 0xffff << 48].map(Value),
        );
        edges
    }

    fn value(&self, random: &mut Random) -> Value {
        match random.below(3) {
            0 => Value::int(random.edge_u64() as i32),
            1 => Value::float(random.edge_f64()),
            _ => Value(random.edge_bits()),
        }
    }

    fn spaces(&self) -> Vec<(&'static str, u32)> {
        ["globals", "nodes", "bytes"].map(|space| (space, registers::LEN)).into()
    }
}

/// Returns the bits of a pair, so that NaNs are compared by their bits.
fn bits(pair: register_ops::Pair) -> (u32, u64) {
    (pair.first, pair.second.to_bits())
}

pub(crate) struct Stack;

// SAFETY: the values of these sets are numbers, and `operand` and `spaces` meet the requirements of the ops.
unsafe impl Language<stack_ops::Ops> for Stack {
    type Snapshot = (Vec<String>, Vec<u64>, u32);

    fn state(&self, random: &mut Random) -> (stack_ops::Context, stack::Host) {
        let mut host = stack::Host { cells: (0..8).map(|_| random.edge_u64()).collect(), ..Default::default() };
        (stack_ops::Context { cells: host.cells.as_mut_ptr(), count: random.edge_u64() as u32 }, host)
    }

    fn snapshot(&self, vm: &stack_ops::Vm) -> Self::Snapshot {
        (vm.host.trace.clone(), vm.host.cells.clone(), vm.context.count)
    }

    fn spaces(&self) -> Vec<(&'static str, u32)> {
        vec![("cells", 8)]
    }
}

pub(crate) struct Reference;

// SAFETY: the values of these sets are numbers, and `operand` and `spaces` meet the requirements of the ops.
unsafe impl Language<reference_ops::Ops> for Reference {
    /// The arguments of runtime functions, the globals, the counter, the float's bits, and the point.
    type Snapshot = (Vec<i64>, Vec<i64>, u64, u64, (i32, i32));

    fn state(&self, random: &mut Random) -> (reference_ops::Context, reference::Host) {
        reference::Host::new(|| random.edge_i64())
    }

    fn snapshot(&self, vm: &reference_ops::Vm) -> Self::Snapshot {
        let reference_ops::Context { ticks, ratio, origin, .. } = vm.context;
        (vm.host.trace.clone(), vm.host.globals.clone(), ticks, ratio.to_bits(), (origin.x, origin.y))
    }

    fn spaces(&self) -> Vec<(&'static str, u32)> {
        vec![("globals", reference::GLOBALS)]
    }
}

/// The output of each state, by the address of its globals' values: the host only has a writer.
#[derive(Default)]
struct Calc(RefCell<BTreeMap<usize, Captured>>);

// SAFETY: the values of these sets are numbers, and `operand` and `spaces` meet the requirements of the ops.
unsafe impl Language<calc_ops::Ops> for Calc {
    type Snapshot = (String, Vec<i64>);

    fn state(&self, random: &mut Random) -> (calc_ops::Context, calc::Host) {
        let out = Captured::default();
        let globals: Vec<i64> = (0..4).map(|_| random.edge_i64()).collect();
        self.0.borrow_mut().insert(globals.as_ptr().addr(), out.clone());
        // SAFETY: they go into one machine.
        unsafe { calc::state(globals, Box::new(out)) }
    }

    fn snapshot(&self, vm: &calc_ops::Vm) -> Self::Snapshot {
        let globals = vm.host.globals();
        let out = self.0.borrow()[&globals.as_ptr().addr()].clone();
        (out.text(), globals.to_vec())
    }

    fn spaces(&self) -> Vec<(&'static str, u32)> {
        vec![("globals", 4)]
    }
}

struct Callbacks;

// SAFETY: the values are numbers.
unsafe impl Language<callback_ops::Ops> for Callbacks {
    /// The errors that were caught.
    type Snapshot = Vec<String>;

    fn state(&self, random: &mut Random) -> (callback_ops::Context, callbacks::Host) {
        let answer = random.edge_i64();
        let host = callbacks::Host { ask: Some(Rc::new(move |_, _| Ok(answer))), ..callbacks::Host::default() };
        (callback_ops::Context::default(), host)
    }

    fn reenter(&self, vm: &mut callback_ops::Vm, function: FunctionRef<callback_ops::Ops>) -> bool {
        vm.host.ask = Some(Rc::new(move |vm, _| vm.run(function, &[])));
        true
    }

    fn snapshot(&self, vm: &callback_ops::Vm) -> Vec<String> {
        vm.host.caught.clone()
    }

    fn skip(&self, op: &OpInfo) -> Option<String> {
        let needs = match op.name {
            "take" => "an error",
            "call_given" | "call_given_for" | "tail_call_given" => "a function that the test provides",
            "start_fiber" | "resume_fiber" | "yields" => "a fiber",
            _ => return None,
        };
        Some(format!("it needs {needs}"))
    }
}

struct Slow;

// SAFETY: the values are numbers, and ops that take an address are skipped.
unsafe impl Language<slow_ops::Ops> for Slow {
    /// The noted values, and the count.
    type Snapshot = (Vec<i64>, Vec<i64>, i64);

    fn state(&self, _: &mut Random) -> (slow_ops::Context, slow::Host) {
        Default::default()
    }

    fn snapshot(&self, vm: &slow_ops::Vm) -> Self::Snapshot {
        (vm.host.noted.clone(), vm.host.counted.clone(), vm.context.count)
    }

    fn skip(&self, op: &OpInfo) -> Option<String> {
        ["write_and_note", "point"].contains(&op.name).then(|| "it needs an address".to_owned())
    }
}

struct Broken;

// SAFETY: the values of these sets are numbers, and `operand` and `spaces` meet the requirements of the ops.
unsafe impl Language<broken_ops::Ops> for Broken {
    type Snapshot = (Vec<String>, u64, u32);

    fn state(&self, random: &mut Random) -> (broken_ops::Context, broken::Host) {
        let context = broken_ops::Context { sum: random.edge_f64(), count: random.edge_u64() as u32 };
        (context, broken::Host::default())
    }

    fn reenter(&self, vm: &mut broken_ops::Vm, function: FunctionRef<broken_ops::Ops>) -> bool {
        vm.host.hook = Some(function);
        true
    }

    fn snapshot(&self, vm: &broken_ops::Vm) -> Self::Snapshot {
        (vm.host.trace.clone(), vm.context.sum.to_bits(), vm.context.count)
    }

    fn value(&self, random: &mut Random) -> f64 {
        random.edge_f64()
    }

    fn show(&self, value: f64) -> String {
        format!("{value:?}")
    }
}

#[test]
fn registers() {
    let report = twins::<register_ops::Ops>(Registers);
    let reason = "the op says `#[vm_op(stencil = none)]`".to_owned();
    assert_eq!(report.without_stencil, [("interpreted", reason)]);
    check::<register_ops::Ops>(&report);
}

#[test]
fn stack() {
    let report = twins::<stack_ops::Ops>(Stack);
    assert_eq!(report.without_stencil, []);
    check::<stack_ops::Ops>(&report);
}

#[test]
fn reference() {
    let report = twins::<reference_ops::Ops>(Reference);
    let reason = "the op says `#[vm_op(stencil = none)]`".to_owned();
    assert_eq!(report.without_stencil, [("rare", reason)]);
    check::<reference_ops::Ops>(&report);
}

#[test]
fn callbacks() {
    let report = twins::<callback_ops::Ops>(Callbacks);
    assert_eq!(report.unavailable, None);
    let skipped: Vec<_> = report.skipped.iter().map(|(op, _)| *op).collect();
    let needing = ["call_given", "call_given_for", "resume_fiber", "start_fiber", "tail_call_given", "take", "yields"];
    assert_eq!(skipped.iter().copied().collect::<BTreeSet<_>>(), needing.into());
    let without: Vec<_> = report.without_stencil.iter().map(|(op, _)| *op).collect();
    assert_eq!(without, ["negate"]);
    assert_eq!(report.ops + skipped.len() + without.len(), callback_ops::Ops::OPS.len());
}

#[test]
fn slow() {
    let report = twins::<slow_ops::Ops>(Slow);
    assert_eq!((report.unavailable, report.without_stencil), (None, vec![]));
    assert_eq!((report.ops + report.skipped.len(), report.skipped.len()), (slow_ops::Ops::OPS.len(), 2));
}

#[test]
fn calc() {
    let report = twins::<calc_ops::Ops>(Calc::default());
    assert_eq!(report.without_stencil, []);
    check::<calc_ops::Ops>(&report);
}

/// Returns the message about an op, if its tiers differ.
fn difference(op: &str) -> Option<String> {
    let settings = Settings::default().with_only(op.to_owned());
    let payload = catch_unwind(|| twins_with::<broken_ops::Ops>(Broken, &settings)).err()?;
    Some(payload.downcast_ref::<String>().expect("the panic has a text").clone())
}

#[test]
fn mistakes_in_stencils_are_found() {
    for op in broken_ops::Ops::OPS.iter().map(|info| info.name) {
        let difference = difference(op);
        if ["ret", "add"].contains(&op) {
            assert_eq!(difference, None);
            continue;
        }
        let text = difference.unwrap_or_else(|| panic!("the mistake in `{op}` was not found"));
        let first = format!("JIT_DIFFERENTIAL: `{op}` of `broken_ops` behaves differently in the two tiers\n");
        assert!(text.starts_with(&first), "{text}");
    }
}

#[test]
fn damage_to_the_state_of_the_machine_is_found_and_named() {
    let changed = [
        ("exits", "`vm->core.exit`"),
        ("ends_stack", "`vm->core.stack_limit`"),
        ("ends_frames", "`vm->core.frame_limit`"),
        ("faults", "`vm->core.fault`"),
        ("unmarks_return", "`vm->core.return_marker`"),
        ("unmarks_finish", "`vm->core.finish_marker`"),
        ("misleads_caller", "the caller's record"),
        ("misleads_host", "the host's record"),
        ("moves_frame", "`frame->base`"),
        ("renames_frame", "`frame->function`"),
        ("strays_far", "the value stack outside of the frame"),
    ];
    for (op, what) in changed {
        let text = difference(op).unwrap_or_else(|| panic!("the damage by `{op}` was not found"));
        let line = format!("\n  {what} was changed, which no op may do\n");
        assert_eq!(text.matches("was changed, which no op may do").count(), 1, "{text}");
        assert!(text.contains(&line), "{text}");
    }
    let text = difference("loses_frame").expect("the damage is found");
    assert!(text.contains("\nnative code leaves by the exit `deopt` with the wrong frame record on top\n"), "{text}");
}

#[test]
fn the_message_has_the_simplest_operands_and_both_outcomes() {
    let text = difference("jump_if_less").expect("the stencil is wrong");
    println!("{text}");
    let expected = "\
JIT_DIFFERENTIAL: `jump_if_less` of `broken_ops` behaves differently in the two tiers
  a is 0.0, from slot 2
  b is 0.0, from slot 2
  to is a label
interpreter goes to 0005
native code goes to 0007
rerun it with Settings { seed: 0x6d696d656f, only: Some(\"jump_if_less\".into()), .. }
its C was written by hand
its machine code, hot, with empty holes:
";
    assert_eq!(text.get(..expected.len()), Some(expected));
}

#[test]
fn the_message_says_that_the_op_was_run_again() {
    let note = "\n  (runtime functions can call function 0, which contains the op)\n";
    for op in ["nested", "hooked"] {
        let text = difference(op).expect("the stencil is wrong");
        assert!(text.contains(note), "{text}");
        assert_eq!(text.contains("  callee is function 0\n"), op == "nested", "{text}");
    }
    // The note is omitted where it does not matter.
    let text = difference("cached").expect("the stencil is wrong");
    assert!(!text.contains(note), "{text}");
}

/// Asserts that most ops were compared in native code. On AArch64 a slot out of the range of a load causes a deopt.
fn check<I: InstructionSet>(report: &Report) {
    assert_eq!(report.unavailable, None);
    assert_eq!(report.skipped, []);
    assert_eq!(report.ops + report.without_stencil.len(), I::OPS.len());
    assert!(report.states + report.deopted >= 290 * report.ops, "{report:?}");
    let few = if cfg!(target_arch = "aarch64") { 8 } else { 50 };
    assert!(report.deopted * few < report.states, "{report:?}");
}
