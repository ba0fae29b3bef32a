//! Pointers from C → references, results → values that C reads, panics → a status: the building blocks of `extern "C"`
//! functions.
//!
//! An island of unsafe code. The numbers are those of the contract in `lib.rs`.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mimeo_jit::Settings;

use crate::{Failure, Handle, Language, Status};

/// Creates a handle with the settings of the environment, wraps it in the language's own type, and writes it to `out`.
/// If a variable has an invalid value, the handle has the default settings, and the error can be read from it.
pub fn create<L: Language, T>(out: Option<&mut MaybeUninit<*mut T>>, wrap: fn(Handle<L>) -> T) -> Status {
    let Some(out) = out else { return Status::NullPointer };
    let made = catch_unwind(|| {
        let (handle, status) = Handle::new(Settings::default().with_env());
        (Box::into_raw(Box::new(wrap(handle))), status)
    });
    // Without a handle, C cannot read the message, but the panic hook has printed it.
    let (handle, status) = made.unwrap_or_else(|payload| (std::ptr::null_mut(), Failure::panic(payload).status));
    out.write(handle);
    status
}

/// Frees a handle. Does nothing if it is null, and fails if the call comes from the handle's own output function.
///
/// # Safety
///
/// (1) and (2), and the handle comes from [`create`].
pub unsafe fn destroy<L: Language, T: AsRef<Handle<L>>>(handle: *mut T) -> Status {
    // SAFETY: (1) and (2).
    let Some(shared) = (unsafe { handle.as_ref() }) else { return Status::Ok };
    if let Some(status) = shared.as_ref().must_stay() {
        return status;
    }
    // SAFETY: (1): it comes from `Box::into_raw` in `create`, and no active call borrows it.
    let owned = unsafe { Box::from_raw(handle) };
    match catch_unwind(AssertUnwindSafe(|| drop(owned))) {
        Ok(()) => Status::Ok,
        Err(payload) => Failure::panic(payload).status,
    }
}

/// Calls a function with a handle. Panics become a status, and a failure can be read from the handle until its next
/// call.
///
/// # Safety
///
/// (1) and (2).
pub unsafe fn call<L: Language, T: AsRef<Handle<L>>>(
    handle: *const T,
    body: impl FnOnce(&Handle<L>) -> Result<(), Failure>,
) -> Status {
    // SAFETY: (1) and (2). It is not freed before the end of the call, because `destroy` checks for active calls.
    match unsafe { handle.as_ref() } {
        Some(handle) => handle.as_ref().enter(body),
        None => Status::NullPointer,
    }
}

/// Interrupts the program of a handle. The result is not an error that can be read from the handle.
///
/// # Safety
///
/// (1). Any thread and any signal handler may call it while the handle exists.
pub unsafe fn interrupt<L: Language, T: AsRef<Handle<L>>>(handle: *const T) -> Status {
    // SAFETY: (1). Only an atomic flag is accessed.
    let Some(handle) = (unsafe { handle.as_ref() }) else { return Status::NullPointer };
    handle.as_ref().interrupt();
    Status::Ok
}

/// Calls a function that reads results of the last call. It does not count as a call itself, so it does not discard
/// them.
///
/// # Safety
///
/// (1) and (2).
pub unsafe fn read<L: Language, T: AsRef<Handle<L>>>(
    handle: *const T,
    body: impl FnOnce(&Handle<L>) -> Result<(), Failure>,
) -> Status {
    // SAFETY: as in `call`.
    let Some(handle) = (unsafe { handle.as_ref() }) else { return Status::NullPointer };
    let result = catch_unwind(AssertUnwindSafe(|| body(handle.as_ref())));
    match result.unwrap_or_else(|payload| Err(Failure::panic(payload))) {
        Ok(()) => Status::Ok,
        Err(failure) => failure.status,
    }
}

/// Writes a result to a pointer from C.
///
/// # Errors
///
/// If the pointer is null.
pub fn put<T>(out: Option<&mut MaybeUninit<T>>, value: T) -> Result<(), Failure> {
    out.map(|out| *out = MaybeUninit::new(value)).ok_or_else(|| Failure::null("the pointer for the result"))
}

/// Returns bytes from C. The pointer may be null if the length is 0.
///
/// # Errors
///
/// If the pointer is null and the length is not 0, or if the length exceeds `isize::MAX`.
///
/// # Safety
///
/// (3), and the result is not used after the function that received the bytes has returned.
pub unsafe fn bytes<'a>(bytes: *const c_char, len: usize) -> Result<&'a [u8], Failure> {
    match (bytes.is_null(), len) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(Failure::null("the text")),
        (false, len) if len > isize::MAX as usize => {
            Err(Failure::new(Status::BadValue, format!("a text cannot have {len} bytes")))
        }
        // SAFETY: (3).
        (false, len) => Ok(unsafe { std::slice::from_raw_parts(bytes.cast(), len) }),
    }
}
