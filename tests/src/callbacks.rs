//! `callback_ops`: a small register machine with integer values, whose runtime functions call back into the program.

pub mod programs;

use std::fmt;
use std::rc::Rc;

use mimeo::{After, FiberExit, FiberLimits, StackMove, Thrown, Trap, Window};

use self::callback_ops::{Callee, FiberRef, FunctionRef, Ops, Vm};

/// A function of a test that programs call.
pub type Ask = dyn Fn(&mut Vm, Window) -> Result<i64, Thrown>;

/// The state that only Rust accesses.
#[derive(Default)]
pub struct Host {
    /// The function that the op `ask` calls.
    pub ask: Option<Rc<Ask>>,
    /// The function that the op `call_given` calls.
    pub given: Option<FunctionRef>,
    /// Runs before each callback, with its argument.
    pub on_callback: Option<Box<dyn FnMut(i64)>>,
    /// The errors that were caught, as text.
    pub caught: Vec<String>,
    /// The fibers that programs have made. Programs refer to them by their index here.
    pub fibers: Vec<FiberRef>,
    /// How many more times the op `jump_while` jumps.
    pub times: u32,
    /// The value that a fiber yielded last, and the slot for the value that it is resumed with.
    pub yielded: Option<(i64, u32)>,
    /// Addresses of slots, which are updated when their stack moves.
    pub kept: Vec<*mut u64>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("caught", &self.caught).finish_non_exhaustive()
    }
}

fn asked(vm: &mut Vm, values: Window) -> Result<i64, Thrown> {
    let ask = vm.host.ask.clone().expect("the test has an answer");
    ask(vm, values)
}

fn given(vm: &mut Vm) -> Callee {
    let given = vm.host.given.expect("the test has given a function");
    // SAFETY: the op calls it at once.
    unsafe { vm.callee(given) }.expect("it is loaded")
}

fn run_back(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown> {
    if let Some(on_callback) = &mut vm.host.on_callback {
        on_callback(a);
    }
    vm.run(callee, &[a])
}

fn run_back_safely(vm: &mut Vm, callee: Callee, a: i64) -> i64 {
    match run_back(vm, callee, a) {
        Ok(value) => value,
        Err(thrown) => {
            let trap = vm.catch(thrown);
            vm.host.caught.push(described(&trap));
            -1
        }
    }
}

/// Describes an error and the functions in its backtrace.
fn described(trap: &Trap) -> String {
    let functions: Vec<&str> = trap.backtrace.frames.iter().map(|site| site.function.as_str()).collect();
    format!("{} in {}", trap.kind, functions.join(" "))
}

fn caught(vm: &mut Vm) -> i64 {
    let trap = vm.take_error().expect("there is an error");
    vm.host.caught.push(described(&trap));
    -1
}

/// Moves the arguments of a call to the start of the frame, where a tail call expects them.
fn move_down(vm: &mut Vm, args: Window) {
    for index in 0..args.len() as u32 {
        let value = vm.slot(args.start() + index);
        vm.set_slot(index, value);
    }
}

fn again(vm: &mut Vm) -> bool {
    let left = vm.host.times.checked_sub(1);
    vm.host.times = left.unwrap_or(0);
    left.is_some()
}

/// Returns the sum of a window, and records the frames and their positions.
fn look_around(vm: &mut Vm, values: Window) -> i64 {
    let sum = vm.values_of(values).fold(0, i64::wrapping_add);
    let names: Vec<String> =
        vm.frames().map(|frame| format!("{}:{}", frame.function.body().name, frame.pc.0)).collect();
    vm.host.caught.push(names.join(" "));
    sum
}

const FIBER: FiberLimits = FiberLimits::new().with_slots(1000).with_depth(50);

fn new_fiber(vm: &mut Vm) -> i64 {
    let fiber = vm.new_fiber(FIBER).expect("there is memory");
    vm.host.fibers.push(fiber);
    vm.host.fibers.len() as i64 - 1
}

fn after(vm: &mut Vm, exit: FiberExit<i64>) -> i64 {
    match exit {
        FiberExit::Done(value) => value,
        FiberExit::Suspended => vm.host.yielded.expect("it yielded").0,
    }
}

fn start(vm: &mut Vm, fiber: i64, callee: Callee, a: i64) -> Result<i64, Thrown> {
    let fiber = vm.host.fibers[fiber as usize];
    let exit = vm.start_fiber(fiber, callee, &[a])?;
    Ok(after(vm, exit))
}

fn resume(vm: &mut Vm, fiber: i64, a: i64) -> Result<i64, Thrown> {
    let fiber = vm.host.fibers[fiber as usize];
    let (_, slot) = vm.host.yielded.take().expect("it yielded");
    if let Err(error) = vm.set_fiber_slot(fiber, slot, a) {
        return Err(vm.throw(error.to_string()));
    }
    let exit = vm.resume_fiber(fiber)?;
    Ok(after(vm, exit))
}

fn suspend(vm: &mut Vm, value: i64, slot: u32) -> Result<i64, Thrown> {
    match vm.suspend() {
        Some(thrown) => {
            vm.host.yielded = Some((value, slot));
            Err(thrown)
        }
        None => Err(vm.throw("nothing to suspend")),
    }
}

/// Requests a call, whose result becomes that of the op.
fn want(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown> {
    Err(vm.request(callee, &[a], |vm, result| {
        vm.set_result(0, result);
        After::Next
    }))
}

/// Requests a call, whose result decides whether the op jumps.
fn want_to_jump(vm: &mut Vm, callee: Callee, a: i64) -> Result<bool, Thrown> {
    Err(vm.request(callee, &[a], |_, result| if result > 0 { After::Jump } else { After::Next }))
}

fn no_more(vm: &mut Vm, a: i64) -> Thrown {
    vm.throw(format!("no more than {a}"))
}

// SAFETY: (1) values are integers, (2) there are no unsafe blocks, (3) there are no pointers, (4) cells only count,
// (5) the only callee in the data is that of `given`, which is looked up for each call, (6) addresses of slots are
// kept in one place, where they follow their stack, (7) there is no collector, (8) nothing is held across callbacks,
// (9) nothing is shared with other threads.
unsafe impl mimeo::TrustedOps for Ops {
    fn stack_moved(vm: &mut Vm, moved: &StackMove) {
        for slot in &mut vm.host.kept {
            *slot = moved.rebased(*slot);
        }
    }
}

/// The ops.
#[mimeo::instruction_set(value = i64, context = Context, host = super::Host, operands = registers)]
pub mod callback_ops {
    /// Empty apart from a placeholder: stencils access no state.
    #[repr(C)]
    #[derive(Debug, Default)]
    pub struct Context {
        /// Unused.
        pub nothing: u64,
    }

    /// The number of runs of an op.
    #[repr(C)]
    #[derive(Debug, Default)]
    pub struct Runs {
        /// Counts runs when they start.
        pub count: Cell<i64>,
    }

    unsafe extern "Rust" {
        fn run_back(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown>;
        fn run_back_safely(vm: &mut Vm, callee: Callee, a: i64) -> i64;
        #[cold]
        fn no_more(vm: &mut Vm, a: i64) -> Thrown;
        fn want(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown>;
        fn want_to_jump(vm: &mut Vm, callee: Callee, a: i64) -> Result<bool, Thrown>;
        fn caught(vm: &mut Vm) -> i64;
        fn move_down(vm: &mut Vm, args: Window);
        fn look_around(vm: &mut Vm, values: Window) -> i64;
        fn again(vm: &mut Vm) -> bool;
        fn new_fiber(vm: &mut Vm) -> i64;
        fn start(vm: &mut Vm, fiber: i64, callee: Callee, a: i64) -> Result<i64, Thrown>;
        fn resume(vm: &mut Vm, fiber: i64, a: i64) -> Result<i64, Thrown>;
        fn suspend(vm: &mut Vm, value: i64, slot: u32) -> Result<i64, Thrown>;
        fn asked(vm: &mut Vm, values: Window) -> Result<i64, Thrown>;
        fn given(vm: &mut Vm) -> Callee;
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

    /// `dst = -a`, in the interpreter only.
    #[vm_op(stencil = none)]
    fn negate(a: i64) -> i64 {
        a.wrapping_neg()
    }

    /// Jumps to `to` if `a < b`.
    #[vm_op]
    fn jump_if_less(a: i64, b: i64, to: Label) -> Flow {
        if a < b { to.jump() } else { Flow::Next }
    }

    /// Jumps to the label with this index, or to the last one.
    #[vm_op]
    fn jump_to_one(index: i64, to: Labels) -> Flow {
        to.jump(index as u64)
    }

    /// Calls a function.
    #[vm_op]
    fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        vm.call(callee, args)
    }

    /// Sets the slots of the window to `a`.
    #[vm_op]
    fn fill(vm: &mut Vm, a: i64, slots: Window) {
        vm.fill(slots, a);
    }

    /// `dst` = the value of the window's slot with this index, or -1.
    #[vm_op]
    fn slot_of(vm: &mut Vm, index: i64, slots: Window) -> i64 {
        match vm.slot_of(slots, index as u64) {
            Some(value) => value,
            None => -1,
        }
    }

    /// Returns the values of the window.
    #[vm_op]
    fn ret_all(vm: &mut Vm, slots: Window) -> Flow {
        vm.ret_window(slots)
    }

    /// Tail-calls a function.
    #[vm_op]
    fn tail_call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        move_down(vm, args);
        vm.tail_call(callee)
    }

    /// Calls a function after a runtime function: a call can follow an effect.
    #[vm_op]
    fn look_and_call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        let _sum = look_around(vm, args);
        vm.call(callee, args)
    }

    /// `dst` = the sum of a window
    #[vm_op]
    fn sum_of(vm: &mut Vm, values: Window) -> i64 {
        look_around(vm, values)
    }

    /// Jumps to `to`, which can be the op itself, as often as the host says.
    #[vm_op]
    fn jump_while(vm: &mut Vm, to: Label) -> Flow {
        if again(vm) { to.jump() } else { Flow::Next }
    }

    /// Takes the error that this handler caught; `dst = -1`.
    #[vm_op]
    fn take(vm: &mut Vm) -> i64 {
        caught(vm)
    }

    /// `dst` = a new fiber
    #[vm_op]
    fn fiber(vm: &mut Vm) -> i64 {
        new_fiber(vm)
    }

    /// Starts a fiber; `dst` is the value that it yields or returns.
    #[vm_op]
    fn start_fiber(vm: &mut Vm, a: i64, fiber: i64, callee: Callee) -> Result<i64, Thrown> {
        start(vm, fiber, callee, a)
    }

    /// Resumes a fiber, in which `suspend` has the result `a`.
    #[vm_op]
    fn resume_fiber(vm: &mut Vm, a: i64, fiber: i64) -> Result<i64, Thrown> {
        resume(vm, fiber, a)
    }

    /// Suspends the fiber. `slot`, which is `dst`, gets the value that it is resumed with.
    #[vm_op]
    fn yields(vm: &mut Vm, value: i64, #[imm] slot: u32) -> Result<i64, Thrown> {
        suspend(vm, value, slot)
    }

    /// `dst` = the answer of the test
    #[vm_op]
    fn ask(vm: &mut Vm, values: Window) -> Result<i64, Thrown> {
        asked(vm, values)
    }

    /// Calls the function that the test provides.
    #[vm_op]
    fn call_given(vm: &mut Vm, args: Window) -> Flow {
        let callee = given(vm);
        vm.call(callee, args)
    }

    /// Calls the function that the test provides, in place of the verified callee, if there are arguments.
    #[vm_op]
    fn call_given_for(vm: &mut Vm, mut callee: Callee, args: Window) -> Flow {
        if args.len() != 0 {
            callee = given(vm);
        }
        vm.call(callee, args)
    }

    /// Tail-calls the function that the test provides.
    #[vm_op]
    fn tail_call_given(vm: &mut Vm, args: Window) -> Flow {
        move_down(vm, args);
        let callee = given(vm);
        vm.tail_call(callee)
    }

    /// Makes the runtime call a function.
    #[vm_op]
    fn call_back(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown> {
        run_back(vm, callee, a)
    }

    /// Makes the runtime call a function and catch its errors; the result is -1 after an error.
    #[vm_op]
    fn call_back_safely(vm: &mut Vm, callee: Callee, a: i64) -> i64 {
        run_back_safely(vm, callee, a)
    }

    /// Makes the runtime call a function; `dst` = 1000 times the number of runs of the op afterwards, plus the result.
    #[vm_op]
    fn call_back_counting(vm: &mut Vm, callee: Callee, a: i64, #[cache] runs: &Runs) -> i64 {
        runs.count.set(runs.count.get().wrapping_add(1));
        let result = run_back_safely(vm, callee, a);
        runs.count.get().wrapping_mul(1000).wrapping_add(result)
    }

    /// `dst` = the result of the function, which the op calls by a request.
    #[vm_op]
    fn request(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown> {
        want(vm, callee, a)
    }

    /// Jumps to `to` if the result of the function is above 0.
    #[vm_op]
    fn jump_if_requested(vm: &mut Vm, callee: Callee, a: i64, to: Label) -> Result<Flow, Thrown> {
        if want_to_jump(vm, callee, a)? { Ok(to.jump()) } else { Ok(Flow::Next) }
    }

    /// Throws if `a` is above `limit`.
    #[vm_op]
    fn check(vm: &mut Vm, a: i64, #[imm] limit: i32) -> Result<(), Thrown> {
        if a > limit as i64 { Err(no_more(vm, limit as i64)) } else { Ok(()) }
    }

    /// Returns `a`.
    #[vm_op]
    fn ret(vm: &mut Vm, a: i64) -> Flow {
        vm.ret(a)
    }
}
