//! `callback_ops`: a small register machine of integers whose runtime functions call back into the program.

use std::fmt;

use mimeo::{Callee, Thrown};

use self::callback_ops::Vm;

/// What only Rust touches.
#[derive(Default)]
pub struct Host {
    /// Runs before each callback, with its argument.
    pub on_callback: Option<Box<dyn FnMut(i64)>>,
    /// The errors that `call_back_safely` caught, as text.
    pub caught: Vec<String>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("caught", &self.caught).finish_non_exhaustive()
    }
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
            vm.host.caught.push(format!("{} in {}, {} deep", trap.message, trap.function, trap.depth));
            -1
        }
    }
}

fn no_more(vm: &mut Vm, a: i64) -> Thrown {
    vm.throw(format!("no more than {a}"))
}

/// The ops.
#[mimeo::instruction_set(value = i64, context = Context, host = super::Host, operands = registers)]
pub mod callback_ops {
    /// Nothing that stencils touch.
    #[repr(C)]
    #[derive(Debug, Default)]
    pub struct Context {
        /// Unused.
        pub nothing: u64,
    }

    unsafe extern "Rust" {
        fn run_back(vm: &mut Vm, callee: Callee, a: i64) -> Result<i64, Thrown>;
        fn run_back_safely(vm: &mut Vm, callee: Callee, a: i64) -> i64;
        #[cold]
        fn no_more(vm: &mut Vm, a: i64) -> Thrown;
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
