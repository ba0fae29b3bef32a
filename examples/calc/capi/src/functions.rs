//! The functions of `include/mimeo_calc.h`. Each is a call into `mimeo-capi`.
//!
//! An island of unsafe code. Each function relies on its C caller to uphold the contract of `mimeo-capi`, whose numbers
//! "(1, 2)" cites. The documentation of the functions goes into the header.

use std::ffi::{c_char, c_int, c_void};
use std::mem::MaybeUninit;

use mimeo_capi::{
    Capability, Error, Failure, HookFn, Mode, StatsFormat, Status, Text, WriteFn, bytes, call, interrupt, put, read,
};

use crate::MimeoCalc;

/// Version of this interface. Versions are incompatible; compare with mimeo_calc_abi_version.
pub const MIMEO_CALC_ABI_VERSION: u32 = 2;

/// Returns the version of the library's interface. It is compatible if it equals MIMEO_CALC_ABI_VERSION.
#[unsafe(no_mangle)]
pub extern "C" fn mimeo_calc_abi_version() -> u32 {
    MIMEO_CALC_ABI_VERSION
}

/// Creates a handle with the settings of the environment: MIMEO_JIT, MIMEO_JIT_THRESHOLD, MIMEO_STATS, MIMEO_PERF.
///
/// If one of them has an invalid value, the function returns an error and creates a handle with the default settings,
/// from which the message can be read, and which must be destroyed. After a panic the handle is null.
#[unsafe(no_mangle)]
pub extern "C" fn mimeo_calc_create(calc: Option<&mut MaybeUninit<*mut MimeoCalc>>) -> Status {
    mimeo_capi::create(calc, MimeoCalc)
}

/// Frees a handle, which may be null. Returns busy if the handle's own output function calls it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_destroy(calc: *mut MimeoCalc) -> Status {
    // SAFETY: (1, 2).
    unsafe { mimeo_capi::destroy(calc) }
}

/// Sets the function that receives the output of programs, and its argument `user`. Null means standard output, which
/// is the default.
///
/// Output to standard output does not go through stdio: flush the output of printf before a run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_set_output(calc: *mut MimeoCalc, write: WriteFn, user: *mut c_void) -> Status {
    // SAFETY: (1, 2); `write` is called under (5).
    unsafe {
        call(calc, |calc| {
            calc.set_output(write, user);
            Ok(())
        })
    }
}

/// Loads a program's text, `len` bytes of UTF-8, and replaces the current program. The text is not used after the
/// function has returned. If it cannot be loaded, the current program stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_load(calc: *mut MimeoCalc, text: *const c_char, len: usize) -> Status {
    // SAFETY: (1, 2); (3) holds to the end of the call.
    unsafe { call(calc, |calc| calc.load(bytes(text, len)?)) }
}

/// Runs the loaded program to completion. Each run starts from the beginning.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_run(calc: *mut MimeoCalc) -> Status {
    // SAFETY: (1, 2).
    unsafe { call(calc, |calc| calc.run()) }
}

/// Interrupts the program that runs, or the next one, which ends with MIMEO_CALC_STATUS_INTERRUPTED.
///
/// Any thread and any signal handler may call it while the handle exists. It does not count as a call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_interrupt(calc: *const MimeoCalc) -> Status {
    // SAFETY: (1).
    unsafe { interrupt(calc) }
}

/// Gets the fuel: the number of calls and backward jumps that are left to the loaded program, or that the next one gets.
/// UINT64_MAX means no limit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_get_fuel(calc: *mut MimeoCalc, events: Option<&mut MaybeUninit<u64>>) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { call(calc, |calc| put(events, calc.fuel()?.unwrap_or(u64::MAX))) }
}

/// Sets the fuel of the loaded program, and of programs that are loaded from now on. UINT64_MAX means no limit, which is
/// the default. A program that has used its fuel ends with MIMEO_CALC_STATUS_OUT_OF_FUEL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_set_fuel(calc: *mut MimeoCalc, events: u64) -> Status {
    // SAFETY: (1, 2).
    unsafe { call(calc, |calc| calc.set_fuel((events != u64::MAX).then_some(events))) }
}

/// Limits the bytes of memory of the loaded program, and of programs that are loaded from now on. SIZE_MAX means no
/// limit, which is the default. A program that reaches its limit ends with MIMEO_CALC_STATUS_OUT_OF_MEMORY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_set_memory_limit(calc: *mut MimeoCalc, bytes: usize) -> Status {
    // SAFETY: (1, 2).
    unsafe { call(calc, |calc| calc.set_memory_limit((bytes != usize::MAX).then_some(bytes))) }
}

/// Sets the function that is called after every `interval` calls and backward jumps of the program, and its argument
/// `user`. Null removes it. If it returns anything but 0, the program ends with MIMEO_CALC_STATUS_INTERRUPTED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_set_hook(
    calc: *mut MimeoCalc,
    interval: u32,
    hook: HookFn,
    user: *mut c_void,
) -> Status {
    // SAFETY: (1, 2); `hook` is called under (5).
    unsafe { call(calc, |calc| calc.set_hook(interval, hook, user)) }
}

/// Gets the mode, which determines when functions are compiled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_get_mode(calc: *mut MimeoCalc, mode: Option<&mut MaybeUninit<Mode>>) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { call(calc, |calc| put(mode, calc.mode())) }
}

/// Sets the mode to a MimeoCalcMode. The parameter is an int so that an invalid number is an error.
///
/// The output function may call it too. In mode off, existing code is kept but not entered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_set_mode(calc: *mut MimeoCalc, mode: c_int) -> Status {
    // SAFETY: (1, 2).
    unsafe { call(calc, |calc| calc.set_mode(mode)) }
}

/// Gets the threshold: the number of the call or loop iteration at which a function is compiled in mode auto.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_get_threshold(
    calc: *mut MimeoCalc,
    threshold: Option<&mut MaybeUninit<u32>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { call(calc, |calc| put(threshold, calc.threshold())) }
}

/// Sets the threshold. Every number is valid; 0 means the first call, like 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_set_threshold(calc: *mut MimeoCalc, threshold: u32) -> Status {
    // SAFETY: (1, 2).
    unsafe {
        call(calc, |calc| {
            calc.set_threshold(threshold);
            Ok(())
        })
    }
}

/// Gets the capability of the native tier: that of the loaded program, or of a program that would be loaded now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_capability(
    calc: *mut MimeoCalc,
    capability: Option<&mut MaybeUninit<Capability>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { call(calc, |calc| put(capability, calc.capability()?)) }
}

/// Turns the recording of events on (not 0) or off (0), for programs that are loaded from now on. The trace form of the
/// statistics prints them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_set_trace(calc: *mut MimeoCalc, trace: c_int) -> Status {
    // SAFETY: (1, 2).
    unsafe {
        call(calc, |calc| {
            calc.set_trace(trace != 0);
            Ok(())
        })
    }
}

/// Gets the form of the statistics that MIMEO_STATS requests. The embedding program decides whether to print them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_wanted_stats(
    calc: *mut MimeoCalc,
    format: Option<&mut MaybeUninit<StatsFormat>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { call(calc, |calc| put(format, calc.wanted_stats())) }
}

/// Gets the statistics of the native tier for the loaded program, in a form other than off of MimeoCalcStatsFormat.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_stats(
    calc: *mut MimeoCalc,
    format: c_int,
    text: Option<&mut MaybeUninit<Text>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { call(calc, |calc| put(text, calc.stats(format)?)) }
}

/// Gets the first error of the last call; its status is that of success if there was none. This function and the next
/// two do not count as calls.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_last_error(
    calc: *const MimeoCalc,
    error: Option<&mut MaybeUninit<Error>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { read(calc, |calc| put(error, calc.last_error())) }
}

/// Gets the number of errors of the last call. Only a program that cannot be compiled has more than one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_error_count(
    calc: *const MimeoCalc,
    count: Option<&mut MaybeUninit<usize>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { read(calc, |calc| put(count, calc.error_count())) }
}

/// Gets an error of the last call. Errors are numbered from 0, in the order of the program's text. Returns the status
/// for a bad value if there is no such error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_error(
    calc: *const MimeoCalc,
    index: usize,
    error: Option<&mut MaybeUninit<Error>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe {
        read(calc, |calc| {
            let found = calc.error(index);
            put(error, found.ok_or_else(|| Failure::new(Status::BadValue, format!("there is no error {index}")))?)
        })
    }
}
