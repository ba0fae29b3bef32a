//! `callback_ops`: a small register machine of integers whose runtime functions call back into the program.

pub mod programs;

use std::fmt;
use std::rc::Rc;

use mimeo::{After, FiberExit, FiberLimits, Thrown, Trap, Window};

use self::callback_ops::{Callee, FiberRef, FunctionRef, Ops, Vm};

/// What a test does in the middle of a program.
pub type Ask = dyn Fn(&mut Vm, Window) -> Result<i64, Thrown>;

/// What only Rust touches.
#[derive(Default)]
pub struct Host {
    /// What the op `ask` does.
    pub ask: Option<Rc<Ask>>,
    /// What the op `call_given` calls.
    pub given: Option<FunctionRef>,
    /// Runs before each callback, with its argument.
    pub on_callback: Option<Box<dyn FnMut(i64)>>,
    /// The errors that were caught, as text.
    pub caught: Vec<String>,
    /// The fibers that programs have made, which know them by their number here.
    pub fibers: Vec<FiberRef>,
    /// What `count_into` writes to.
    pub counted: Vec<i64>,
    /// How often the op `jump_while` still jumps.
    pub times: u32,
    /// What a fiber yielded last, and the slot that gets what it is resumed with.
    pub yielded: Option<(i64, u32)>,
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
            vm.host.caught.push(told(&trap));
            -1
        }
    }
}

/// An error, and the functions that its backtrace has.
fn told(trap: &Trap) -> String {
    let functions: Vec<&str> = trap.backtrace.frames.iter().map(|site| site.function.as_str()).collect();
    format!("{} in {}", trap.kind, functions.join(" "))
}

fn caught(vm: &mut Vm) -> i64 {
    let trap = vm.take_error().expect("there is an error");
    vm.host.caught.push(told(&trap));
    -1
}

/// Moves the arguments of a call to the front of the frame, as a tail call wants them.
fn move_down(vm: &mut Vm, args: Window) {
    for index in 0..args.len() as u32 {
        let value = vm.slot(args.start() + index);
        vm.set_slot(index, value);
    }
}

/// Fills a window with zeros, whatever operands of the running op lie there.
fn erase(vm: &mut Vm, slots: Window) {
    for index in 0..slots.len() as u32 {
        vm.set_slot(slots.start() + index, 0);
    }
}

/// Has the context point to a slot, until the next call.
fn point_to(vm: &mut Vm, slot: Window) {
    vm.context.pointer = vm.slot_ptr(slot.start()).cast();
}

fn again(vm: &mut Vm) -> bool {
    let left = vm.host.times.checked_sub(1);
    vm.host.times = left.unwrap_or(0);
    left.is_some()
}

/// Counts, and says where the count is to be kept.
fn counted(vm: &mut Vm) -> *mut i64 {
    vm.context.count = vm.context.count.wrapping_add(1);
    vm.host.counted.resize(1, 0);
    vm.host.counted.as_mut_ptr()
}

/// Panics below 0. It prints nothing: twin tests come by here hundreds of times.
fn burst(vm: &mut Vm, a: i64) -> i64 {
    if a < 0 {
        std::panic::resume_unwind(Box::new("below 0"));
    }
    noted(vm, a)
}

fn noted(vm: &mut Vm, a: i64) -> i64 {
    vm.host.caught.push(format!("noted {a}"));
    a
}

/// Adds up a window and what the frames below are called.
fn look_around(vm: &mut Vm, values: Window) -> i64 {
    let slots = (0..values.len() as u32).map(|index| vm.slot(values.start() + index));
    let sum = slots.fold(0, i64::wrapping_add);
    let names: Vec<String> =
        vm.frames().map(|frame| format!("{}:{}", frame.function.body().name, frame.pc.0)).collect();
    vm.host.caught.push(names.join(" "));
    sum
}

const FIBER: FiberLimits = FiberLimits { slots: 1000, depth: 50 };

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

/// Asks for a call, whose result is the op's.
fn want(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown> {
    Err(vm.request(callee, &[a], |vm, result| {
        vm.set_result(0, result);
        After::Next
    }))
}

/// Asks for a call, whose result decides whether the op jumps.
fn want_to_jump(vm: &mut Vm, callee: Callee, a: i64) -> Result<bool, Thrown> {
    Err(vm.request(callee, &[a], |_, result| if result > 0 { After::Jump } else { After::Next }))
}

fn no_more(vm: &mut Vm, a: i64) -> Thrown {
    vm.throw(format!("no more than {a}"))
}

// SAFETY: (1) values are integers, (2) the only unsafe blocks are those of ops whose programs keep to the module's contract,
// (3) the pointer is one into a stack, (4) cells count, (6) it is used by the next op only, (7) there is no collector. (5) The only callee in the data is that of `given`, which is looked up for each call. (8) Nothing is held
// across callbacks. (9) Nothing is shared with other threads.
unsafe impl mimeo::TrustedOps for Ops {}

impl Default for callback_ops::Context {
    fn default() -> Self {
        Self { pointer: std::ptr::null_mut(), count: 0 }
    }
}

/// The ops.
///
/// Contract of its unsafe blocks: (1) the op before made the context point to a slot of the frame; (2) the runtime says
/// where there is a number.
#[mimeo::instruction_set(value = i64, context = Context, host = super::Host, operands = registers)]
pub mod callback_ops {
    /// What stencils touch.
    #[repr(C)]
    #[derive(Debug)]
    pub struct Context {
        /// A slot of the running frame, or null.
        pub pointer: *mut i64,
        /// How often `count_into` ran.
        pub count: i64,
    }

    /// How often an op ran.
    #[repr(C)]
    #[derive(Debug, Default)]
    pub struct Runs {
        /// Those that have not ended are counted.
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
        fn erase(vm: &mut Vm, slots: Window);
        fn point_to(vm: &mut Vm, slot: Window);
        fn again(vm: &mut Vm) -> bool;
        fn counted(vm: &mut Vm) -> *mut i64;
        fn burst(vm: &mut Vm, a: i64) -> i64;
        #[cold]
        fn noted(vm: &mut Vm, a: i64) -> i64;
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

    /// Goes to `to` when `a < b`.
    #[vm_op]
    fn jump_if_less(a: i64, b: i64, to: Label) -> Flow {
        if a < b { to.jump() } else { Flow::Next }
    }

    /// Calls a function.
    #[vm_op]
    fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        vm.call(callee, args)
    }

    /// Calls a function in the place of the running one.
    #[vm_op]
    fn tail_call(vm: &mut Vm, callee: Callee, args: Window) -> Flow {
        move_down(vm, args);
        vm.tail_call(callee)
    }

    /// Calls a function after the runtime was asked: a call may come after an effect.
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

    /// Erases slots; `dst = a`, which the runtime notes below 0. The slot of `a` can be one of them.
    #[vm_op]
    fn erase_and_note(vm: &mut Vm, a: i64, slots: Window) -> i64 {
        erase(vm, slots);
        if a < 0 { noted(vm, a) } else { a }
    }

    /// Goes to `to`, which can be the op itself, as often as the host says.
    #[vm_op]
    fn jump_while(vm: &mut Vm, to: Label) -> Flow {
        if again(vm) { to.jump() } else { Flow::Next }
    }

    /// Erases slots when `b` is above 0, and otherwise does as `erase_and_note`.
    #[vm_op]
    fn erase_if(vm: &mut Vm, a: i64, b: i64, slots: Window) -> i64 {
        if b > 0 {
            erase(vm, slots);
        }
        if a < 0 { noted(vm, a) } else { a }
    }

    /// Writes the count from before to where the runtime says, which counts.
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

    /// `dst = a + 1`, or an error above 3, which is a value before it is one.
    #[vm_op]
    fn add_or_throw(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        let outcome: Result<i64, Thrown> = if a > 3 { Err(no_more(vm, a)) } else { Ok(a) };
        let value = outcome?;
        Ok(value.wrapping_add(1))
    }

    fn len_of(slots: Window) -> u64 {
        slots.len()
    }

    /// `dst` = the number of a window's slots: where they are does not matter.
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

    /// Notes how many arguments there are and calls, unless `a` is above 0.
    #[vm_op]
    fn note_and_call(vm: &mut Vm, a: i64, callee: Callee, args: Window) -> Flow {
        if a > 0 {
            return Flow::Next;
        }
        let _noted = noted(vm, args.len() as i64);
        vm.call(callee, args)
    }

    /// Notes four numbers in one when `a` is not above 0: more of them than a tail call passes in registers.
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

    /// Notes `a + b` when `a` is not above 0: an option, which is no word, is still needed then.
    #[vm_op]
    #[expect(clippy::manual_unwrap_or_default, reason = "a method of options is no part of the op language")]
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

    /// `dst = a`, or an error above 3: the outcome is a variable.
    #[vm_op]
    fn pass_or_throw(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        let outcome: Result<i64, Thrown> = if a > 3 { Err(no_more(vm, a)) } else { Ok(a) };
        outcome
    }

    fn refusal(vm: &mut Vm, a: i64) -> Thrown {
        no_more(vm, a)
    }

    /// `dst = a`, or above 3 an error that a helper makes.
    #[vm_op]
    fn refuse(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        if a > 3 { Err(refusal(vm, a)) } else { Ok(a) }
    }

    /// Always an error, so that there is never a result.
    #[vm_op]
    fn fail(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
        Err(no_more(vm, a))
    }

    /// Has the context point to a window's first slot.
    #[vm_op]
    fn point(vm: &mut Vm, slot: Window) {
        point_to(vm, slot);
    }

    /// Writes `b` where the context points, and otherwise does as `erase_and_note`.
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

    /// Takes the error that led here; `dst` tells how deep it was thrown.
    #[vm_op]
    fn take(vm: &mut Vm) -> i64 {
        caught(vm)
    }

    /// `dst` = a new fiber
    #[vm_op]
    fn fiber(vm: &mut Vm) -> i64 {
        new_fiber(vm)
    }

    /// Starts a fiber; `dst` is what it yields or returns.
    #[vm_op]
    fn start_fiber(vm: &mut Vm, a: i64, fiber: i64, callee: Callee) -> Result<i64, Thrown> {
        start(vm, fiber, callee, a)
    }

    /// Goes on with a fiber, in which `suspend` has the result `a`.
    #[vm_op]
    fn resume_fiber(vm: &mut Vm, a: i64, fiber: i64) -> Result<i64, Thrown> {
        resume(vm, fiber, a)
    }

    /// Suspends the fiber; what it is resumed with comes to `slot`, which is `dst`.
    #[vm_op]
    fn yields(vm: &mut Vm, value: i64, #[imm] slot: u32) -> Result<i64, Thrown> {
        suspend(vm, value, slot)
    }

    /// `dst` = what the test answers
    #[vm_op]
    fn ask(vm: &mut Vm, values: Window) -> Result<i64, Thrown> {
        asked(vm, values)
    }

    /// Calls the function that the test has given.
    #[vm_op]
    fn call_given(vm: &mut Vm, args: Window) -> Flow {
        let callee = given(vm);
        vm.call(callee, args)
    }

    /// Calls the function that the test has given in the place of the running one.
    #[vm_op]
    fn tail_call_given(vm: &mut Vm, args: Window) -> Flow {
        move_down(vm, args);
        let callee = given(vm);
        vm.tail_call(callee)
    }

    /// Has the runtime call a function.
    #[vm_op]
    fn call_back(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown> {
        run_back(vm, callee, a)
    }

    /// Has the runtime call a function, and catch its errors: then the result is -1.
    #[vm_op]
    fn call_back_safely(vm: &mut Vm, callee: Callee, a: i64) -> i64 {
        run_back_safely(vm, callee, a)
    }

    /// Has the runtime call a function; `dst` = 1000 times how often the op has run then, plus the result.
    #[vm_op]
    fn call_back_counting(vm: &mut Vm, callee: Callee, a: i64, #[cache] runs: &Runs) -> i64 {
        runs.count.set(runs.count.get().wrapping_add(1));
        let result = run_back_safely(vm, callee, a);
        runs.count.get().wrapping_mul(1000).wrapping_add(result)
    }

    /// `dst` = the result of the function, of which the run is told only by a wish.
    #[vm_op]
    fn request(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown> {
        want(vm, callee, a)
    }

    /// Goes to `to` if the result of the function is above 0.
    #[vm_op]
    fn jump_if_requested(vm: &mut Vm, callee: Callee, a: i64, to: Label) -> Result<Flow, Thrown> {
        if want_to_jump(vm, callee, a)? { Ok(to.jump()) } else { Ok(Flow::Next) }
    }

    /// Throws when `a` is above `limit`.
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
