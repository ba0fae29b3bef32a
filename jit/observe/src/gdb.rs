//! New native code → [`GdbImage`], an object in the list that gdb and lldb read to name the code in backtraces and unwind
//! through it.
//!
//! The interface is gdb's ["JIT Compilation Interface"][interface], version 1: a list in the process's memory, and a
//! function that is called after every change, on which the debugger has a breakpoint. The symbols belong to the
//! whole process. They are weak, so that another JIT in it (such as LLVM's) can define them too; all then share the list,
//! as do two versions of this crate.
//!
//! A backtrace shows the function whose code runs, then the support code, then the driver. The callers in the language
//! are missing: calls do not grow the native stack, and the callers are in the frame records.
//!
//! Contract of this island:
//! 1. This crate accesses the list and the descriptor only while it holds [`LIST`]. Other JITs have other locks, if any:
//!    a process that uses two JITs at once must synchronize them itself.
//! 2. An entry is in the list from the end of `link` to the start of `unlink`. In between, entry and object do not move,
//!    and only the links change.
//!
//! [interface]: https://sourceware.org/gdb/current/onlinedocs/gdb.html/JIT-Interface.html

use std::arch::global_asm;
use std::fmt;
use std::io;
use std::ptr::{self, NonNull};
use std::sync::{Mutex, MutexGuard, PoisonError};

use mimeo_def::stencil::Arch;

use mimeo_jit::{CodeRegion, Image, Observer};

#[cfg(any(test, target_arch = "aarch64"))]
mod aarch64;
mod eh_frame;
mod elf;
mod step;
mod unwind;
#[cfg(any(test, target_arch = "x86_64"))]
mod x86_64;

// In assembly, because stable Rust has no weak symbols, and because the compiler cannot optimize the call away.
global_asm!(
    ".pushsection .text.__jit_debug_register_code, \"ax\", %progbits",
    ".balign 16",
    ".weak __jit_debug_register_code",
    ".type __jit_debug_register_code, %function",
    "__jit_debug_register_code:",
    "ret",
    ".size __jit_debug_register_code, . - __jit_debug_register_code",
    ".popsection",
    ".pushsection .data.__jit_debug_descriptor, \"aw\", %progbits",
    ".balign 8",
    ".weak __jit_debug_descriptor",
    ".type __jit_debug_descriptor, %object",
    "__jit_debug_descriptor:",
    ".long {VERSION}, {NO_ACTION}",
    ".quad 0, 0",
    ".size __jit_debug_descriptor, . - __jit_debug_descriptor",
    ".popsection",
    VERSION = const VERSION,
    NO_ACTION = const NO_ACTION,
);

unsafe extern "C" {
    #[link_name = "__jit_debug_descriptor"]
    static mut DESCRIPTOR: Descriptor;

    /// Does nothing: the debugger has a breakpoint there.
    #[link_name = "__jit_debug_register_code"]
    safe fn notify_debugger();
}

const VERSION: u32 = 1;

// `jit_actions_t`.
const NO_ACTION: u32 = 0;
const REGISTER: u32 = 1;
const UNREGISTER: u32 = 2;

/// `struct jit_descriptor`.
#[repr(C)]
#[derive(Debug)]
struct Descriptor {
    version: u32,
    action: u32,
    relevant: *mut Entry,
    first: *mut Entry,
}

/// `struct jit_code_entry`.
#[repr(C)]
#[derive(Debug)]
struct Entry {
    next: *mut Entry,
    previous: *mut Entry,
    object: *const u8,
    object_len_bytes: u64,
}

const _: () = assert!(size_of::<Descriptor>() == 24 && size_of::<Entry>() == 32);

/// Held while the list changes.
static LIST: Mutex<()> = Mutex::new(());

/// The process's list, locked.
struct List(#[expect(dead_code, reason = "held for its drop")] MutexGuard<'static, ()>);

impl List {
    fn lock() -> List {
        List(LIST.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts an entry at the list's front.
    fn link(&mut self, entry: NonNull<Entry>) {
        // SAFETY: (1): `self` is the lock; (2).
        unsafe {
            let first = (&raw const DESCRIPTOR.first).read();
            (*entry.as_ptr()).next = first;
            if let Some(first) = NonNull::new(first) {
                (*first.as_ptr()).previous = entry.as_ptr();
            }
            DESCRIPTOR.first = entry.as_ptr();
        }
        self.notify(REGISTER, entry);
    }

    /// Takes an entry out of the list.
    fn unlink(&mut self, entry: NonNull<Entry>) {
        // SAFETY: (1): `self` is the lock; (2).
        unsafe {
            let Entry { next, previous, .. } = *entry.as_ptr();
            match NonNull::new(previous) {
                Some(previous) => (*previous.as_ptr()).next = next,
                None => DESCRIPTOR.first = next,
            }
            if let Some(next) = NonNull::new(next) {
                (*next.as_ptr()).previous = previous;
            }
        }
        self.notify(UNREGISTER, entry);
    }

    fn notify(&mut self, action: u32, entry: NonNull<Entry>) {
        // SAFETY: (1): `self` is the lock.
        unsafe {
            DESCRIPTOR.relevant = entry.as_ptr();
            DESCRIPTOR.action = action;
        }
        notify_debugger();
        // SAFETY: (1): `self` is the lock.
        unsafe {
            DESCRIPTOR.action = NO_ACTION;
            DESCRIPTOR.relevant = ptr::null_mut();
        }
    }
}

/// The debugger of this process, attached now or later.
#[derive(Debug)]
pub(crate) struct Debugger;

impl Observer for Debugger {
    fn appeared(&mut self, region: &CodeRegion<'_>) -> io::Result<Option<Image>> {
        let image = GdbImage::register(std::slice::from_ref(region))?;
        Ok(Some(Box::new(image)))
    }
}

/// Code that is shown to debuggers. It must be dropped before the code's memory is reused.
struct GdbImage {
    /// Allocated by a box. The debugger reads it, so there is never a reference to it.
    entry: NonNull<Entry>,
    object: Box<[u8]>,
}

// SAFETY: the image owns the entry, except for the links, which (1) protects.
unsafe impl Send for GdbImage {}

impl GdbImage {
    /// Shows code to debuggers. Regions should be shown together: each image costs an attached debugger a few
    /// milliseconds, and more if there are many images.
    ///
    /// # Errors
    ///
    /// With [`io::ErrorKind::InvalidInput`] if there are more than [`elf::MAX_REGIONS`] regions.
    fn register(regions: &[CodeRegion<'_>]) -> io::Result<GdbImage> {
        if regions.len() > elf::MAX_REGIONS {
            let message = format!("{} regions are too many for one image", regions.len());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let isa = &step::HOST;
        let rows = regions.iter().map(|region| (region, unwind::rows(region, isa)));
        let frames = eh_frame::section(rows, isa).map_err(io::Error::other)?;
        let object = elf::object(regions, &frames, HOST).map_err(io::Error::other)?.into_boxed_slice();
        let entry = Box::new(Entry {
            next: ptr::null_mut(),
            previous: ptr::null_mut(),
            object: object.as_ptr(),
            object_len_bytes: object.len() as u64,
        });
        let entry = NonNull::from(Box::leak(entry));
        List::lock().link(entry);
        Ok(GdbImage { entry, object })
    }
}

impl Drop for GdbImage {
    fn drop(&mut self) {
        List::lock().unlink(self.entry);
        // SAFETY: (2): `register` leaked it, and it is no longer in the list.
        drop(unsafe { Box::from_raw(self.entry.as_ptr()) });
    }
}

impl fmt::Debug for GdbImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GdbImage").field("object_len_bytes", &self.object.len()).finish_non_exhaustive()
    }
}

#[cfg(target_arch = "x86_64")]
const HOST: Arch = Arch::X86_64;
#[cfg(target_arch = "aarch64")]
const HOST: Arch = Arch::Aarch64;

#[cfg(test)]
mod tests;
