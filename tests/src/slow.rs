//! `slow_ops`: ops whose slow paths, which are separate functions in native code, need all kinds of
//! earlier values; and ops with every kind of end.

use mimeo::{Thrown, Window};

use self::slow_ops::{Callee, FunctionRef, Vm};

/// The state that only Rust accesses.
#[derive(Debug, Default)]
pub struct Host {
    /// The values that the runtime noted.
    pub noted: Vec<i64>,
    /// The count that `count_into` writes to.
    pub counted: Vec<i64>,
    /// The function that `call_given` calls.
    pub given: Option<FunctionRef>,
}

/// Fills a window with zeros, even if operands of the running op are in it.
fn erase(vm: &mut Vm, slots: Window) {
    vm.fill(slots, 0);
}

/// Makes the context point to a slot, until the next call.
fn point_to(vm: &mut Vm, slot: Window) {
    vm.context.pointer = vm.slot_ptr(slot.start()).cast();
}

/// Counts, and returns the address of the count.
fn counted(vm: &mut Vm) -> *mut i64 {
    vm.context.count = vm.context.count.wrapping_add(1);
    vm.host.counted.resize(1, 0);
    vm.host.counted.as_mut_ptr()
}

/// Panics below 0, without a message: twin tests trigger the panic hundreds of times.
fn burst(vm: &mut Vm, a: i64) -> i64 {
    if a < 0 {
        std::panic::resume_unwind(Box::new("below 0"));
    }
    noted(vm, a)
}

fn noted(vm: &mut Vm, a: i64) -> i64 {
    vm.host.noted.push(a);
    a
}

fn no_more(vm: &mut Vm, a: i64) -> Thrown {
    vm.throw(format!("no more than {a}"))
}

fn given(vm: &mut Vm) -> Result<Callee, Thrown> {
    let Some(function) = vm.host.given else { return Err(vm.throw("no function is given")) };
    // SAFETY: the callee is called at once.
    unsafe { vm.callee(function) }.map_err(|error| vm.throw(error.to_string()))
}

impl Default for slow_ops::Context {
    fn default() -> Self {
        Self { pointer: std::ptr::null_mut(), count: 0 }
    }
}

// SAFETY: (1) values are integers, (2) programs keep to the module's contract, (3) only the next op uses the pointer,
// (4) there are no cells, (5) the data has no callees, (6) the slot's address is used before the next call, (7) there
// is no collector, (8) nothing is held across a call, (9) nothing crosses threads.
unsafe impl mimeo::TrustedOps for slow_ops::Ops {}

/// See the module's documentation.
///
/// Contract of its unsafe blocks: (1) the previous op made the context point to a slot of the frame; (2) the runtime
/// returns the address of a number.
#[mimeo::instruction_set(value = i64, context = Context, host = super::Host, arity = 1)]
pub mod slow_ops {
    /// The state that stencils access.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Context {
        /// A slot of the running frame, or null.
        pub pointer: *mut i64,
        /// The number of runs of `count_into`.
        pub count: i64,
    }

    unsafe extern "Rust" {
        fn erase(vm: &mut Vm, slots: Window);
        fn point_to(vm: &mut Vm, slot: Window);
        fn counted(vm: &mut Vm) -> *mut i64;
        fn burst(vm: &mut Vm, a: i64) -> i64;
        #[cold]
        fn noted(vm: &mut Vm, a: i64) -> i64;
        #[cold]
        fn no_more(vm: &mut Vm, a: i64) -> Thrown;
        fn given(vm: &mut Vm) -> Result<Callee, Thrown>;
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

    /// Returns `a`.
    #[vm_op]
    fn ret(vm: &mut Vm, a: i64) -> Flow {
        vm.ret(a)
    }

    /// Calls the function that the host provides, with `args`.
    #[vm_op]
    fn call_given(vm: &mut Vm, args: Window) -> Result<Flow, Thrown> {
        let callee = given(vm)?;
        Ok(vm.call(callee, args))
    }

    /// Erases slots, which can include that of `a`; `dst = a`, which the runtime notes below 0.
    #[vm_op]
    fn erase_and_note(vm: &mut Vm, a: i64, slots: Window) -> i64 {
        erase(vm, slots);
        if a < 0 { noted(vm, a) } else { a }
    }

    /// Erases slots if `b` is above 0; `dst = a`, which the runtime notes below 0.
    #[vm_op]
    fn erase_if(vm: &mut Vm, a: i64, b: i64, slots: Window) -> i64 {
        if b > 0 {
            erase(vm, slots);
        }
        if a < 0 { noted(vm, a) } else { a }
    }

    /// Writes the earlier count to the address that the runtime returns, which counts.
    #[vm_op]
    fn count_into(vm: &mut Vm) {
        // SAFETY: (2).
        unsafe {
            *counted(vm) = vm.context.count;
        }
    }

    fn shaken(vm: &mut Vm, a: i64) -> i64 {
        burst(vm, a).wrapping_add(1)
    }

    /// Notes `a` and `a + 1`, or panics below 0 before it notes anything.
    #[vm_op]
    fn burst_and_note(vm: &mut Vm, a: i64) -> i64 {
        let next = shaken(vm, a);
        noted(vm, next)
    }

    /// `dst = a + 1`, or an error above 3, which is first a value.
    #[vm_op]
    fn add_or_throw(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        let outcome: Result<i64, Thrown> = if a > 3 { Err(no_more(vm, a)) } else { Ok(a) };
        let value = outcome?;
        Ok(value.wrapping_add(1))
    }

    fn len_of(slots: Window) -> u64 {
        slots.len()
    }

    /// `dst` = the number of a window's slots, whatever their position.
    #[vm_op]
    fn count_slots(slots: Window) -> i64 {
        len_of(slots) as i64
    }

    /// `dst = a` below 3, by an early end, and an error otherwise.
    #[vm_op]
    fn end_early(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        if a < 3 {
            return Ok(a);
        }
        Err(no_more(vm, a))
    }

    /// Notes the number of arguments and calls, unless `a` is above 0.
    #[vm_op]
    fn note_and_call(vm: &mut Vm, a: i64, callee: Callee, args: Window) -> Flow {
        if a > 0 {
            return Flow::Next;
        }
        let _noted = noted(vm, args.len() as i64);
        vm.call(callee, args)
    }

    /// Notes four numbers in one unless `a` is above 0: more of them than a tail call passes in registers.
    #[vm_op]
    fn note_four(vm: &mut Vm, a: i64, b: i64) -> i64 {
        let sum = a.wrapping_add(b);
        let difference = a.wrapping_sub(b);
        let product = a.wrapping_mul(b);
        let either = a | b;
        if a > 0 {
            return sum;
        }
        let low = noted(vm, sum ^ product);
        low ^ difference ^ either ^ sum ^ product
    }

    /// Notes `a + b` unless `a` is above 0; this path still needs an option, which is not a word.
    #[vm_op]
    #[expect(clippy::manual_unwrap_or_default, reason = "the op language has no methods of options")]
    fn note_sum(vm: &mut Vm, a: i64, b: i64) -> i64 {
        let sum = a.checked_add(b);
        if a > 0 {
            return b;
        }
        let _noted = noted(vm, a);
        match sum {
            Some(sum) => sum,
            None => 0,
        }
    }

    /// `dst = a`, or an error above 3. The outcome is a variable.
    #[vm_op]
    fn pass_or_throw(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        let outcome: Result<i64, Thrown> = if a > 3 { Err(no_more(vm, a)) } else { Ok(a) };
        outcome
    }

    fn refusal(vm: &mut Vm, a: i64) -> Thrown {
        no_more(vm, a)
    }

    /// `dst = a`, or an error above 3, which a helper makes.
    #[vm_op]
    fn refuse(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        if a > 3 { Err(refusal(vm, a)) } else { Ok(a) }
    }

    /// Throws an error, so that there is never a result.
    #[vm_op]
    fn fail(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        Err(no_more(vm, a))
    }

    /// Makes the context point to a window's first slot.
    #[vm_op]
    fn point(vm: &mut Vm, slot: Window) {
        point_to(vm, slot);
    }

    /// Writes `b` where the context points; `dst = a`, which the runtime notes below 0.
    #[vm_op]
    fn write_and_note(vm: &mut Vm, a: i64, b: i64) -> i64 {
        // SAFETY: (1).
        unsafe {
            *vm.context.pointer = b;
        }
        if a < 0 { noted(vm, a) } else { a }
    }

    /// `dst = a - 1`, which the runtime notes below 0.
    #[vm_op]
    fn decrement_and_note(vm: &mut Vm, mut a: i64) -> i64 {
        a = a.wrapping_sub(1);
        if a < 0 { noted(vm, a) } else { a }
    }
}
