//! `loop_ops`: ops whose loops give a wrong result if optimized code keeps a value too long, stores one too late, or does
//! an effect twice.

use mimeo::{Thrown, Window};

use self::loop_ops::{Callee, Seen, Vm};

/// Makes the context point to a slot, until the next call.
fn point_to(vm: &mut Vm, slot: Window) {
    vm.context.pointer = vm.slot_ptr(slot.start()).cast();
}

/// Counts, and writes the count to each slot.
fn count_into(vm: &mut Vm, slots: Window) {
    vm.context.count = vm.context.count.wrapping_add(1);
    vm.fill(slots, vm.context.count);
}

fn sum_of(vm: &mut Vm, slots: Window) -> i64 {
    vm.values_of(slots).fold(0, i64::wrapping_add)
}

fn noted(vm: &mut Vm, a: i64) {
    vm.context.count = vm.context.count.wrapping_add(a);
}

fn checked(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
    match a {
        50 => Err(vm.throw("50")),
        // Without a message: tests trigger the panic often.
        77 => std::panic::resume_unwind(Box::new("77")),
        a => Ok(a),
    }
}

fn place_of_op(vm: &mut Vm) -> i64 {
    vm.frames().next().map_or(-1, |frame| i64::from(frame.pc.0))
}

fn called_back(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown> {
    vm.run(callee, &[a])
}

/// Counts, and remembers the count for `a`.
fn looked_up(vm: &mut Vm, a: i64, seen: &Seen) -> i64 {
    vm.context.count = vm.context.count.wrapping_add(1);
    seen.key.set(a);
    seen.value.set(vm.context.count);
    vm.context.count
}

impl Default for loop_ops::Context {
    fn default() -> Self {
        Self { pointer: std::ptr::null_mut(), count: 0 }
    }
}

// SAFETY: (1) values are integers, (2) programs keep to the module's contract, (3) only the next ops use the pointer,
// (4) cells hold integers, (5) the data has no callees, (6) the slot's address is used before the next call, (7) there
// is no collector, (8) nothing is held across a call, (9) nothing crosses threads.
unsafe impl mimeo::TrustedOps for loop_ops::Ops {}

/// See the module's documentation.
///
/// Contract of its unsafe blocks: (1) the context points to a slot of the frame; (2) another slot follows it.
#[mimeo::instruction_set(value = i64, context = Context)]
pub mod loop_ops {
    /// The state that stencils access.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Context {
        /// A slot of the running frame, or null.
        pub pointer: *mut i64,
        /// A number that ops and the runtime change.
        pub count: i64,
    }

    /// What an op has looked up last.
    #[repr(C)]
    pub struct Seen {
        /// What it was looked up for, or 0.
        pub key: Cell<i64>,
        /// The result.
        pub value: Cell<i64>,
    }

    unsafe extern "Rust" {
        fn point_to(vm: &mut Vm, slot: Window);
        fn count_into(vm: &mut Vm, slots: Window);
        fn sum_of(vm: &mut Vm, slots: Window) -> i64;
        fn noted(vm: &mut Vm, a: i64);
        fn checked(vm: &mut Vm, a: i64) -> Result<i64, Thrown>;
        fn place_of_op(vm: &mut Vm) -> i64;
        fn looked_up(vm: &mut Vm, a: i64, seen: &Seen) -> i64;
        fn called_back(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown>;
    }

    /// `dst = value`
    #[vm_op]
    fn number(#[imm] value: i64) -> i64 {
        value
    }

    /// `dst = a + b`
    #[vm_op]
    fn add(a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }

    /// Jumps if `a < b`.
    #[vm_op]
    fn jump_if_less(a: i64, b: i64, target: Label) -> Flow {
        if a < b { target.jump() } else { Flow::Next }
    }

    /// Jumps to the label with this index, or to the last one.
    #[vm_op]
    fn jump_to_one(index: i64, to: Labels) -> Flow {
        to.jump(index as u64)
    }

    /// Returns `a`.
    #[vm_op]
    fn ret(vm: &mut Vm, a: i64) -> Flow {
        vm.ret(a)
    }

    /// Makes the context point to a window's first slot.
    #[vm_op]
    fn point(vm: &mut Vm, slot: Window) {
        point_to(vm, slot);
    }

    /// Writes `a` where the context points.
    #[vm_op]
    fn write(vm: &mut Vm, a: i64) {
        // SAFETY: (1).
        unsafe {
            *vm.context.pointer = a;
        }
    }

    /// `dst` = what is where the context points.
    #[vm_op]
    fn read(vm: &mut Vm) -> i64 {
        // SAFETY: (1).
        unsafe { *vm.context.pointer }
    }

    /// `dst` = the lower half of what is where the context points.
    #[vm_op]
    fn read_half(vm: &mut Vm) -> i64 {
        // SAFETY: (1).
        unsafe { *(vm.context.pointer as *mut i32) as i64 }
    }

    /// Writes `a` to the upper half of what is where the context points, and to the lower half of the next slot.
    #[vm_op]
    fn write_across(vm: &mut Vm, a: i64) {
        // SAFETY: (1), (2).
        unsafe { vm.context.pointer.cast::<u32>().add(1).cast::<i64>().write_unaligned(a) }
    }

    /// Writes `a` to the slot after that where the context points.
    #[vm_op]
    fn write_next(vm: &mut Vm, a: i64) {
        // SAFETY: (1), (2).
        unsafe { *vm.context.pointer.add(1) = a }
    }

    /// `dst` = what the runtime returned for `a`, which is remembered until the op runs for something else.
    #[vm_op]
    fn look_up(vm: &mut Vm, a: i64, #[cache] seen: &Seen) -> i64 {
        if seen.key.get() == a {
            return seen.value.get();
        }
        looked_up(vm, a, seen)
    }

    /// Does the same, but remembers what is above 0 and what is below 0 separately.
    #[vm_op]
    fn look_up_by_sign(vm: &mut Vm, a: i64, #[cache] above: &Seen, #[cache] below: &Seen) -> i64 {
        if above.key.get() == a {
            return above.value.get();
        }
        if below.key.get() == a {
            return below.value.get();
        }
        if a > 0 {
            return looked_up(vm, a, above);
        }
        looked_up(vm, a, below)
    }

    /// Does the same after counting.
    #[vm_op]
    fn count_and_look_up(vm: &mut Vm, a: i64, #[cache] above: &Seen, #[cache] below: &Seen) -> i64 {
        vm.context.count = vm.context.count.wrapping_add(1);
        if above.key.get() == a {
            return above.value.get();
        }
        if below.key.get() == a {
            return below.value.get();
        }
        if a > 0 {
            return looked_up(vm, a, above);
        }
        looked_up(vm, a, below)
    }

    /// Counts, and writes the count to the slots.
    #[vm_op]
    fn count(vm: &mut Vm, slots: Window) {
        count_into(vm, slots);
    }

    /// `dst` = the sum of the slots.
    #[vm_op]
    fn sum(vm: &mut Vm, slots: Window) -> i64 {
        sum_of(vm, slots)
    }

    /// Adds `b` to the count, and again if `a` is below 0, by the runtime.
    #[vm_op]
    fn add_to_count(vm: &mut Vm, a: i64, b: i64) {
        vm.context.count = vm.context.count.wrapping_add(b);
        if a < 0 {
            noted(vm, b);
        }
    }

    /// `dst` = the count, which begins with `a`, after it was doubled `n` times.
    #[vm_op]
    fn doubled(vm: &mut Vm, a: i64, #[imm] n: u32) -> i64 {
        vm.context.count = a;
        let mut i = 0u32;
        while i < n {
            vm.context.count = vm.context.count.wrapping_add(vm.context.count);
            i = i.wrapping_add(1);
        }
        vm.context.count
    }

    /// `dst` = the count.
    #[vm_op]
    fn counted(vm: &mut Vm) -> i64 {
        vm.context.count
    }

    /// `dst = a`, or an error at 50 and a panic at 77.
    #[vm_op]
    fn check(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        checked(vm, a)
    }

    /// `dst` = the result of the function, which the runtime calls. The stack can move meanwhile.
    #[vm_op]
    fn call_back(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown> {
        called_back(vm, callee, a)
    }

    /// `dst` = the place of the op.
    #[vm_op]
    fn place(vm: &mut Vm) -> i64 {
        place_of_op(vm)
    }

    /// `dst = a`, or -1 at 50, and a panic at 77.
    #[vm_op]
    #[expect(clippy::manual_unwrap_or, reason = "the op language has no methods of results")]
    fn check_safely(vm: &mut Vm, a: i64) -> i64 {
        match checked(vm, a) {
            Ok(a) => a,
            Err(_) => -1,
        }
    }
}
