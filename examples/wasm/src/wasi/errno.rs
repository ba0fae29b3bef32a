//! [`Errno`]: the numbers of errors, and those of the system's errors.

use std::io::{self, ErrorKind};

/// Why a function failed. The numbers are WASI's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Errno {
    Access = 2,
    Again = 6,
    BadDescriptor = 8,
    Busy = 10,
    Deadlock = 16,
    Quota = 19,
    Exists = 20,
    Fault = 21,
    FileTooBig = 22,
    IllegalSequence = 25,
    Interrupted = 27,
    Invalid = 28,
    Io = 29,
    IsFolder = 31,
    Loop = 32,
    TooManyFiles = 33,
    TooManyLinks = 34,
    NameTooLong = 37,
    NoEntry = 44,
    NoMemory = 48,
    NoSpace = 51,
    NotImplemented = 52,
    NotFolder = 54,
    NotEmpty = 55,
    NotSocket = 57,
    NotSupported = 58,
    Overflow = 61,
    Permission = 63,
    Pipe = 64,
    ReadOnly = 69,
    NotSeekable = 70,
    TimedOut = 73,
    TextBusy = 74,
    CrossesDevices = 75,
}

impl From<io::Error> for Errno {
    fn from(error: io::Error) -> Errno {
        let special = error.raw_os_error().and_then(without_kind);
        special.unwrap_or_else(|| of_kind(error.kind(), error.raw_os_error().is_some()))
    }
}

/// Returns the number for an error that the kinds of the standard library do not tell from others.
#[cfg(unix)]
fn without_kind(system: i32) -> Option<Errno> {
    Some(match system {
        libc::EPERM => Errno::Permission,
        libc::EBADF => Errno::BadDescriptor,
        libc::ELOOP => Errno::Loop,
        libc::EMFILE | libc::ENFILE => Errno::TooManyFiles,
        libc::EOVERFLOW => Errno::Overflow,
        _ => return None,
    })
}

/// Returns the number for an error that the kinds of the standard library do not tell from others.
#[cfg(not(unix))]
fn without_kind(_: i32) -> Option<Errno> {
    None
}

fn of_kind(kind: ErrorKind, is_of_system: bool) -> Errno {
    match kind {
        ErrorKind::NotFound => Errno::NoEntry,
        ErrorKind::PermissionDenied if is_of_system => Errno::Access,
        // The path leads out of the folder.
        ErrorKind::PermissionDenied => Errno::Permission,
        ErrorKind::AlreadyExists => Errno::Exists,
        ErrorKind::WouldBlock => Errno::Again,
        ErrorKind::NotADirectory => Errno::NotFolder,
        ErrorKind::IsADirectory => Errno::IsFolder,
        ErrorKind::DirectoryNotEmpty => Errno::NotEmpty,
        ErrorKind::ReadOnlyFilesystem => Errno::ReadOnly,
        ErrorKind::InvalidInput | ErrorKind::InvalidData => Errno::Invalid,
        ErrorKind::TimedOut => Errno::TimedOut,
        ErrorKind::StorageFull => Errno::NoSpace,
        ErrorKind::NotSeekable => Errno::NotSeekable,
        ErrorKind::QuotaExceeded => Errno::Quota,
        ErrorKind::FileTooLarge => Errno::FileTooBig,
        ErrorKind::ResourceBusy => Errno::Busy,
        ErrorKind::ExecutableFileBusy => Errno::TextBusy,
        ErrorKind::Deadlock => Errno::Deadlock,
        ErrorKind::CrossesDevices => Errno::CrossesDevices,
        ErrorKind::TooManyLinks => Errno::TooManyLinks,
        ErrorKind::InvalidFilename => Errno::NameTooLong,
        ErrorKind::Interrupted => Errno::Interrupted,
        ErrorKind::Unsupported => Errno::NotSupported,
        ErrorKind::OutOfMemory => Errno::NoMemory,
        ErrorKind::BrokenPipe => Errno::Pipe,
        _ => Errno::Io,
    }
}
