//! A C function → a hook of the machine: [`Hook`].
//!
//! An island of unsafe code: it calls a C function. The numbers are those of the contract in `lib.rs`.

use std::ffi::{c_int, c_void};

use mimeo_interp::{InstructionSet, Vm};

/// Is called after a number of calls and backward jumps of a program, with the `user` pointer that was registered.
/// Returns 0 to continue; any other number ends the program as if it were interrupted.
pub type HookFn = Option<unsafe extern "C-unwind" fn(user: *mut c_void) -> c_int>;

/// A hook, its first argument, and the interval at which it is called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hook {
    pub(crate) function: HookFn,
    pub(crate) user: *mut c_void,
    pub(crate) interval: u32,
}

impl Hook {
    pub(crate) const NONE: Hook = Hook { function: None, user: std::ptr::null_mut(), interval: 0 };

    /// Registers the hook with a machine, in place of the one before.
    pub(crate) fn register<I: InstructionSet>(self, vm: &mut Vm<I>) {
        let Hook { function: Some(function), user, interval } = self else { return vm.remove_hook() };
        vm.set_hook(interval, move |vm| {
            // SAFETY: (5).
            if unsafe { function(user) } != 0 {
                vm.control().interrupt();
            }
            vm.check_interrupt()
        });
    }
}
