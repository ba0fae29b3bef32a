//! Pointers from C → references, results → what C reads, panics → a status: the functions that an `extern "C"`
//! function is made of.
//!
//! An island of unsafe code. The numbers are those of the contract in `lib.rs`.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};

use mimeo_jit::Settings;

use crate::{Failure, Handle, Language, Status};

/// Makes a handle with the settings of the environment, wraps it in the language's own type, and puts it at `out`. When
/// a variable has a value that it cannot have, the handle has the default settings, and the error can be read from it.
pub fn create<L: Language, T>(out: Option<&mut MaybeUninit<*mut T>>, wrap: fn(Handle<L>) -> T) -> Status {
    let Some(out) = out else { return Status::NullPointer };
    let made = catch_unwind(|| {
        let (handle, status) = Handle::new(Settings::default().with_env());
        (Box::into_raw(Box::new(wrap(handle))), status)
    });
    // Without a handle there is nothing from which a message could be read: the panic hook has shown it.
    let (handle, status) = made.unwrap_or_else(|payload| (std::ptr::null_mut(), Failure::panic(payload).status));
    out.write(handle);
    status
}

/// Frees a handle, unless it is null, or it is its own output function that wants it freed.
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
    // SAFETY: (1): it comes from `Box::into_raw` in `create`, and no call is under way in which it is borrowed.
    let owned = unsafe { Box::from_raw(handle) };
    match catch_unwind(AssertUnwindSafe(|| drop(owned))) {
        Ok(()) => Status::Ok,
        Err(payload) => Failure::panic(payload).status,
    }
}

/// Does something with a handle. Panics become a status, and each failure can be read from the handle until its next
/// call.
///
/// # Safety
///
/// (1) and (2).
pub unsafe fn call<L: Language, T: AsRef<Handle<L>>>(
    handle: *const T,
    body: impl FnOnce(&Handle<L>) -> Result<(), Failure>,
) -> Status {
    // SAFETY: (1) and (2). It stays where it is to the end of the call: `destroy` sees that one is under way.
    match unsafe { handle.as_ref() } {
        Some(handle) => handle.as_ref().enter(body),
        None => Status::NullPointer,
    }
}

/// Reads what the last call left, without being a call itself: nothing that can be read is lost by it.
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

/// Puts a result where C wants it.
///
/// # Errors
///
/// It wants it nowhere.
pub fn put<T>(out: Option<&mut MaybeUninit<T>>, value: T) -> Result<(), Failure> {
    out.map(|out| *out = MaybeUninit::new(value)).ok_or_else(|| Failure::null("the pointer for the result"))
}

/// Bytes that C hands over. No bytes may be at null.
///
/// # Errors
///
/// Null, and a length that no memory has.
///
/// # Safety
///
/// (3), and the result is not used after the function that got the bytes has returned.
pub unsafe fn bytes<'a>(bytes: *const c_char, len: usize) -> Result<&'a [u8], Failure> {
    match (bytes.is_null(), len) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(Failure::null("the text")),
        (false, len) if len > isize::MAX as usize => {
            Err(Failure::new(Status::BadValue, format!("no text has {len} bytes")))
        }
        // SAFETY: (3).
        (false, len) => Ok(unsafe { std::slice::from_raw_parts(bytes.cast(), len) }),
    }
}
