//! Kind, size and times of what is open.

use std::fs::File;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cap_fs_ext::{DirExt as _, FileTypeExt as _, MetadataExt as _, SystemTimeSpec};
use cap_std::fs::{FileType, Metadata};

use super::Wasi;
use super::descriptors::{Descriptor, OpenFile};
use super::errno::Errno;
use super::guest::{Guest, Record};

/// The flags of a descriptor.
pub(super) mod flags {
    pub(in super::super) const APPEND: u32 = 1 << 0;
    pub(in super::super) const DSYNC: u32 = 1 << 1;
    pub(in super::super) const RSYNC: u32 = 1 << 3;
    pub(in super::super) const SYNC: u32 = 1 << 4;
    pub(in super::super) const ALL: u32 = (1 << 5) - 1;
}

/// What may be done with a descriptor. Programs ask for them when they open a file, and libraries look at them.
pub(super) mod rights {
    const SEEK: u64 = 1 << 2;
    const TELL: u64 = 1 << 5;
    const FDSTAT_SET_FLAGS: u64 = 1 << 3;
    const FILESTAT_GET: u64 = 1 << 21;
    const FILESTAT_SET_SIZE: u64 = 1 << 22;
    const FILESTAT_SET_TIMES: u64 = 1 << 23;
    const POLL: u64 = 1 << 27;
    const READ_ENTRIES: u64 = 1 << 14;
    const ALLOCATE: u64 = 1 << 8;
    pub(in super::super) const READ: u64 = 1 << 1;
    pub(in super::super) const WRITE: u64 = 1 << 6;
    /// What needs a file that can be read.
    pub(in super::super) const READING: u64 = READ | READ_ENTRIES;
    /// What needs a file that can be written.
    pub(in super::super) const WRITING: u64 = WRITE | ALLOCATE | FILESTAT_SET_SIZE;
    /// What can be done with a standard stream, apart from reading or writing it.
    pub(in super::super) const STREAM: u64 = FDSTAT_SET_FLAGS | FILESTAT_GET | POLL;
    /// What can be done with a file, apart from reading and writing it: also synchronizing and advice.
    pub(in super::super) const FILE: u64 = STREAM | SEEK | TELL | FILESTAT_SET_TIMES | 1 << 0 | 1 << 4 | 1 << 7;
    /// What can be done with a folder: also with its paths, which the bits 9 to 20 and 24 to 26 are about.
    pub(in super::super) const FOLDER: u64 =
        FDSTAT_SET_FLAGS | FILESTAT_GET | FILESTAT_SET_TIMES | 1 << 4 | (0xfff << 9) | (7 << 24);
    /// What can be done with what is in a folder.
    pub(in super::super) const IN_FOLDER: u64 = FOLDER | FILE | READING | WRITING;
}

/// The numbers of kinds.
mod kinds {
    pub(super) const UNKNOWN: u8 = 0;
    pub(super) const BLOCK_DEVICE: u8 = 1;
    pub(super) const CHARACTER_DEVICE: u8 = 2;
    pub(super) const FOLDER: u8 = 3;
    pub(super) const FILE: u8 = 4;
    pub(super) const SOCKET: u8 = 6;
    pub(super) const SYMBOLIC_LINK: u8 = 7;
}

/// Returns the number of a kind of file.
pub(super) fn kind(ty: FileType) -> u8 {
    if ty.is_dir() {
        kinds::FOLDER
    } else if ty.is_file() {
        kinds::FILE
    } else if ty.is_symlink() {
        kinds::SYMBOLIC_LINK
    } else if ty.is_block_device() {
        kinds::BLOCK_DEVICE
    } else if ty.is_char_device() {
        kinds::CHARACTER_DEVICE
    } else if ty.is_socket() {
        kinds::SOCKET
    } else {
        kinds::UNKNOWN
    }
}

fn stream_kind(is_terminal: bool) -> u8 {
    if is_terminal { kinds::CHARACTER_DEVICE } else { kinds::UNKNOWN }
}

pub(super) fn fd_fdstat_get(wasi: &mut Wasi, guest: &mut Guest<'_>, (fd, out): (u32, u32)) -> Result<(), Errno> {
    let (kind, flags, rights, inherited) = match wasi.descriptors.get(fd)? {
        Descriptor::Input(input) => (stream_kind(input.is_terminal), 0, rights::STREAM | rights::READ, 0),
        Descriptor::Output(output) => (stream_kind(output.is_terminal), 0, rights::STREAM | rights::WRITE, 0),
        Descriptor::Folder(_) => (kinds::FOLDER, 0, rights::FOLDER, rights::IN_FOLDER),
        Descriptor::File(OpenFile { file, can_read, can_write, flags }) => {
            let reading = if *can_read { rights::READ } else { 0 };
            let writing = if *can_write { rights::WRITING } else { 0 };
            let ty = Metadata::from_file(file)?.file_type();
            (kind(ty), *flags, rights::FILE | reading | writing, 0)
        }
    };
    let record = Record::<24>::new()
        .with(0, &[kind])
        .with(2, &(flags as u16).to_le_bytes())
        .with(8, &rights.to_le_bytes())
        .with(16, &inherited.to_le_bytes());
    guest.write(out, &record.0)
}

pub(super) fn fd_fdstat_set_flags(wasi: &mut Wasi, _: &mut Guest<'_>, (fd, flags): (u32, u32)) -> Result<(), Errno> {
    match wasi.descriptors.get(fd)? {
        _ if flags & !flags::ALL != 0 => Err(Errno::Invalid),
        Descriptor::File(file) => {
            file.flags = flags;
            Ok(())
        }
        _ if flags == 0 => Ok(()),
        _ => Err(Errno::NotSupported),
    }
}

/// What may be done with a descriptor does not change.
pub(super) fn fd_fdstat_set_rights(
    wasi: &mut Wasi,
    _: &mut Guest<'_>,
    (fd, _, _): (u32, u64, u64),
) -> Result<(), Errno> {
    wasi.descriptors.get(fd)?;
    Err(Errno::NotImplemented)
}

pub(super) fn fd_filestat_get(wasi: &mut Wasi, guest: &mut Guest<'_>, (fd, out): (u32, u32)) -> Result<(), Errno> {
    let metadata = match wasi.descriptors.get(fd)? {
        Descriptor::Input(input) => return write_stream_status(guest, out, input.is_terminal),
        Descriptor::Output(output) => return write_stream_status(guest, out, output.is_terminal),
        Descriptor::File(file) => Metadata::from_file(&file.file)?,
        Descriptor::Folder(folder) => folder.dir.dir_metadata()?,
    };
    write_status(guest, out, &metadata)
}

fn write_stream_status(guest: &mut Guest<'_>, out: u32, is_terminal: bool) -> Result<(), Errno> {
    let record = Record::<64>::new().with(16, &[stream_kind(is_terminal)]).with(24, &1u64.to_le_bytes());
    guest.write(out, &record.0)
}

/// Writes kind, size and times.
pub(super) fn write_status(guest: &mut Guest<'_>, out: u32, metadata: &Metadata) -> Result<(), Errno> {
    let time = |time: std::io::Result<cap_std::time::SystemTime>| match time {
        Ok(time) => nanoseconds(time.into_std()),
        Err(_) => 0,
    };
    let record = Record::<64>::new()
        .with(0, &metadata.dev().to_le_bytes())
        .with(8, &metadata.ino().to_le_bytes())
        .with(16, &[kind(metadata.file_type())])
        .with(24, &metadata.nlink().to_le_bytes())
        .with(32, &metadata.len().to_le_bytes())
        .with(40, &time(metadata.accessed()).to_le_bytes())
        .with(48, &time(metadata.modified()).to_le_bytes())
        .with(56, &changed(metadata).unwrap_or_else(|| time(metadata.modified())).to_le_bytes());
    guest.write(out, &record.0)
}

/// Returns when the status changed, if the system knows.
#[cfg(unix)]
fn changed(metadata: &Metadata) -> Option<u64> {
    use cap_fs_ext::OsMetadataExt as _;
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(u64::try_from(metadata.ctime_nsec()).ok()?)
}

/// Returns when the status changed, if the system knows.
#[cfg(not(unix))]
fn changed(_: &Metadata) -> Option<u64> {
    None
}

/// Returns the nanoseconds since 1970; zero for what was before.
pub(super) fn nanoseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}

pub(super) fn fd_filestat_set_size(wasi: &mut Wasi, _: &mut Guest<'_>, (fd, size): (u32, u64)) -> Result<(), Errno> {
    Ok(resizable(wasi, fd)?.set_len(size)?)
}

pub(super) fn fd_allocate(wasi: &mut Wasi, _: &mut Guest<'_>, (fd, offset, len): (u32, u64, u64)) -> Result<(), Errno> {
    let file = resizable(wasi, fd)?;
    let end = offset.checked_add(len).filter(|_| len > 0).ok_or(Errno::Invalid)?;
    if end > file.metadata()?.len() {
        file.set_len(end)?;
    }
    Ok(())
}

/// Returns a file whose size can change.
fn resizable(wasi: &mut Wasi, fd: u32) -> Result<&mut File, Errno> {
    let file = wasi.descriptors.file(fd)?;
    if file.can_write { Ok(&mut file.file) } else { Err(Errno::Invalid) }
}

pub(super) fn fd_filestat_set_times(
    wasi: &mut Wasi,
    _: &mut Guest<'_>,
    (fd, accessed, modified, flags): (u32, u64, u64, u32),
) -> Result<(), Errno> {
    let times = Times::new(accessed, modified, flags)?;
    match wasi.descriptors.get(fd)? {
        Descriptor::File(file) => {
            let [accessed, modified] = [times.accessed, times.modified].map(|time| time.map(Time::resolve));
            let mut times = std::fs::FileTimes::new();
            if let Some(accessed) = accessed {
                times = times.set_accessed(accessed);
            }
            if let Some(modified) = modified {
                times = times.set_modified(modified);
            }
            file.file.set_times(times)?;
        }
        Descriptor::Folder(folder) => {
            folder.dir.set_times(".", times.accessed.map(Time::spec), times.modified.map(Time::spec))?;
        }
        Descriptor::Input(_) | Descriptor::Output(_) => return Err(Errno::BadDescriptor),
    }
    Ok(())
}

/// The times that a program sets.
pub(super) struct Times {
    pub(super) accessed: Option<Time>,
    pub(super) modified: Option<Time>,
}

/// A time that a program sets.
#[derive(Clone, Copy)]
pub(super) enum Time {
    Now,
    At(SystemTime),
}

impl Times {
    pub(super) fn new(accessed: u64, modified: u64, flags: u32) -> Result<Times, Errno> {
        let time = |nanoseconds, flags| match flags & 3 {
            0 => Ok(None),
            1 => {
                let time = UNIX_EPOCH.checked_add(Duration::from_nanos(nanoseconds));
                time.map(|time| Some(Time::At(time))).ok_or(Errno::Invalid)
            }
            2 => Ok(Some(Time::Now)),
            _ => Err(Errno::Invalid),
        };
        if flags > 15 {
            return Err(Errno::Invalid);
        }
        Ok(Times { accessed: time(accessed, flags)?, modified: time(modified, flags >> 2)? })
    }
}

impl Time {
    fn resolve(self) -> SystemTime {
        match self {
            Time::Now => SystemTime::now(),
            Time::At(time) => time,
        }
    }

    pub(super) fn spec(self) -> SystemTimeSpec {
        match self {
            Time::Now => SystemTimeSpec::SymbolicNow,
            Time::At(time) => SystemTimeSpec::Absolute(cap_std::time::SystemTime::from_std(time)),
        }
    }
}
