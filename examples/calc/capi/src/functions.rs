//! The functions of `include/mimeo_calc.h`, one by one: each is a call into `mimeo-capi`.
//!
//! An island of unsafe code. Each function trusts its C caller in what `mimeo-capi` numbers in its contract; that is
//! what "(1, 2)" cites. The documentation of the functions is the header's.

use std::ffi::{c_char, c_int, c_void};
use std::mem::MaybeUninit;

use mimeo_capi::{Capability, Error, Failure, Mode, StatsFormat, Status, Text, WriteFn, bytes, call, put, read};

use crate::MimeoCalc;

/// Version of this interface. Another version is another interface: compare with mimeo_calc_abi_version.
pub const MIMEO_CALC_ABI_VERSION: u32 = 1;

/// The version of the interface that the library has. A program works with it when it is MIMEO_CALC_ABI_VERSION.
#[unsafe(no_mangle)]
pub extern "C" fn mimeo_calc_abi_version() -> u32 {
    MIMEO_CALC_ABI_VERSION
}

/// Makes a handle, with the settings of the environment: MIMEO_JIT, MIMEO_JIT_THRESHOLD, MIMEO_STATS, MIMEO_PERF.
///
/// When one of them has a value that it cannot have, the status says so, and there is a handle all the same: it has the
/// default settings, its last error is the message, and it must be destroyed as any other. After a panic it is null.
#[unsafe(no_mangle)]
pub extern "C" fn mimeo_calc_create(calc: Option<&mut MaybeUninit<*mut MimeoCalc>>) -> Status {
    mimeo_capi::create(calc, MimeoCalc)
}

/// Frees a handle. Null is fine. The handle's own output function cannot do it: busy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_destroy(calc: *mut MimeoCalc) -> Status {
    // SAFETY: (1, 2).
    unsafe { mimeo_capi::destroy(calc) }
}

/// Sends what programs write to a function, and `user` with it; null is standard output, where the handle starts.
///
/// What goes to standard output does not pass through stdio: flush what printf has before a run.
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

/// Loads a program's text, `len` bytes of UTF-8, in the place of the program that is there. The text is not used after
/// the function has returned. When it cannot be loaded, the program that is there stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_load(calc: *mut MimeoCalc, text: *const c_char, len: usize) -> Status {
    // SAFETY: (1, 2); (3) holds to the end of the call.
    unsafe { call(calc, |calc| calc.load(bytes(text, len)?)) }
}

/// Runs the loaded program to its end. It can be run again, and starts from the beginning.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_run(calc: *mut MimeoCalc) -> Status {
    // SAFETY: (1, 2).
    unsafe { call(calc, |calc| calc.run()) }
}

/// Asks when functions are compiled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_get_mode(calc: *mut MimeoCalc, mode: Option<&mut MaybeUninit<Mode>>) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { call(calc, |calc| put(mode, calc.mode())) }
}

/// Changes when functions are compiled: a MimeoCalcMode. The parameter is an int so that a wrong number is an error.
///
/// The output function may do it too. With mode off, code that is there is kept but not entered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_set_mode(calc: *mut MimeoCalc, mode: c_int) -> Status {
    // SAFETY: (1, 2).
    unsafe { call(calc, |calc| calc.set_mode(mode)) }
}

/// Asks for the threshold: in mode auto, the call or round of a loop at which a function is compiled.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_get_threshold(
    calc: *mut MimeoCalc,
    threshold: Option<&mut MaybeUninit<u32>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { call(calc, |calc| put(threshold, calc.threshold())) }
}

/// Changes the threshold. Every number is one; 0 is the first call, as 1.
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

/// Says what the native tier can do here: that of the loaded program, or of one that would be loaded now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_capability(
    calc: *mut MimeoCalc,
    capability: Option<&mut MaybeUninit<Capability>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { call(calc, |calc| put(capability, calc.capability()?)) }
}

/// Turns the recording of events on (not 0) or off (0), for the programs that are loaded from now on. The trace form of
/// the statistics consists of them.
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

/// Asks which form of the statistics the user wants, by MIMEO_STATS: to show them is up to the program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_wanted_stats(
    calc: *mut MimeoCalc,
    format: Option<&mut MaybeUninit<StatsFormat>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { call(calc, |calc| put(format, calc.wanted_stats())) }
}

/// Says what the native tier did for the loaded program, in the form asked for: a MimeoCalcStatsFormat, but not off.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_stats(
    calc: *mut MimeoCalc,
    format: c_int,
    text: Option<&mut MaybeUninit<Text>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { call(calc, |calc| put(text, calc.stats(format)?)) }
}

/// The first error of the last call, or that there was none. This and the next two are no calls in that sense.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_last_error(
    calc: *const MimeoCalc,
    error: Option<&mut MaybeUninit<Error>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { read(calc, |calc| put(error, calc.last_error())) }
}

/// How many errors the last call had. Only a program that cannot be compiled has more than one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mimeo_calc_error_count(
    calc: *const MimeoCalc,
    count: Option<&mut MaybeUninit<usize>>,
) -> Status {
    // SAFETY: (1, 2, 4).
    unsafe { read(calc, |calc| put(count, calc.error_count())) }
}

/// One of the errors of the last call, counted from 0, in the order of the program's text. Without such an error, the
/// status is that of a bad value.
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
