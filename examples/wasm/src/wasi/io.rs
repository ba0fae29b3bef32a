//! Reading and writing.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek as _, SeekFrom, Write};

use super::Wasi;
use super::descriptors::{Descriptor, OpenFile};
use super::errno::Errno;
use super::guest::Guest;
use super::status::flags;

pub(super) fn fd_read(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, buffers, count, out): (u32, u32, u32, u32),
) -> Result<(), Errno> {
    let total = match wasi.descriptors.get(fd)? {
        Descriptor::Input(input) => {
            let mut is_first = true;
            // Only the first buffer: filling another one could wait.
            guest.transfer(buffers, count, |buffer| {
                if std::mem::take(&mut is_first) { read(&mut input.stream, buffer) } else { Ok(0) }
            })
        }
        Descriptor::File(file) => {
            let file = readable(file)?;
            guest.transfer(buffers, count, |buffer| read(file, buffer))
        }
        Descriptor::Folder(_) => Err(Errno::IsFolder),
        Descriptor::Output(_) => Err(Errno::BadDescriptor),
    }?;
    guest.write(out, &total.to_le_bytes())
}

pub(super) fn fd_pread(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, buffers, count, offset, out): (u32, u32, u32, u64, u32),
) -> Result<(), Errno> {
    let file = readable(wasi.descriptors.file(fd)?)?;
    let total = at(file, offset, |file| guest.transfer(buffers, count, |buffer| read(file, buffer)))?;
    guest.write(out, &total.to_le_bytes())
}

pub(super) fn fd_write(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, buffers, count, out): (u32, u32, u32, u32),
) -> Result<(), Errno> {
    let total = match wasi.descriptors.get(fd)? {
        Descriptor::Output(output) => {
            let total = guest.transfer(buffers, count, |buffer| write(&mut output.stream, buffer))?;
            output.stream.flush()?;
            total
        }
        Descriptor::File(file) => {
            let flags = file.flags;
            let file = writable(file)?;
            if flags & flags::APPEND != 0 {
                file.seek(SeekFrom::End(0))?;
            }
            let total = guest.transfer(buffers, count, |buffer| write(file, buffer))?;
            synchronize(file, flags)?;
            total
        }
        Descriptor::Folder(_) | Descriptor::Input(_) => return Err(Errno::BadDescriptor),
    };
    guest.write(out, &total.to_le_bytes())
}

pub(super) fn fd_pwrite(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, buffers, count, offset, out): (u32, u32, u32, u64, u32),
) -> Result<(), Errno> {
    let file = wasi.descriptors.file(fd)?;
    let flags = file.flags;
    let file = writable(file)?;
    let total = at(file, offset, |file| guest.transfer(buffers, count, |buffer| write(file, buffer)))?;
    synchronize(file, flags)?;
    guest.write(out, &total.to_le_bytes())
}

pub(super) fn fd_seek(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, offset, whence, out): (u32, i64, u32, u32),
) -> Result<(), Errno> {
    let target = match whence {
        0 => SeekFrom::Start(u64::try_from(offset).map_err(|_| Errno::Invalid)?),
        1 => SeekFrom::Current(offset),
        2 => SeekFrom::End(offset),
        _ => return Err(Errno::Invalid),
    };
    let position = wasi.descriptors.file(fd)?.file.seek(target)?;
    guest.write(out, &position.to_le_bytes())
}

pub(super) fn fd_tell(wasi: &mut Wasi, guest: &mut Guest<'_>, (fd, out): (u32, u32)) -> Result<(), Errno> {
    let position = wasi.descriptors.file(fd)?.file.stream_position()?;
    guest.write(out, &position.to_le_bytes())
}

pub(super) fn fd_sync(wasi: &mut Wasi, _: &mut Guest<'_>, (fd,): (u32,)) -> Result<(), Errno> {
    synchronize_descriptor(wasi, fd, flags::SYNC)
}

pub(super) fn fd_datasync(wasi: &mut Wasi, _: &mut Guest<'_>, (fd,): (u32,)) -> Result<(), Errno> {
    synchronize_descriptor(wasi, fd, flags::DSYNC)
}

fn synchronize_descriptor(wasi: &mut Wasi, fd: u32, flag: u32) -> Result<(), Errno> {
    match wasi.descriptors.get(fd)? {
        Descriptor::File(file) => synchronize(&file.file, flag),
        // The system may have no way to do it.
        Descriptor::Folder(_) => Ok(()),
        Descriptor::Input(_) | Descriptor::Output(_) => Err(Errno::Invalid),
    }
}

/// Waits until what was written is on the disk, if flags say so.
fn synchronize(file: &File, flags: u32) -> Result<(), Errno> {
    if flags & (flags::SYNC | flags::RSYNC) != 0 {
        file.sync_all()?;
    } else if flags & flags::DSYNC != 0 {
        file.sync_data()?;
    }
    Ok(())
}

/// Checks the advice, which says how the program will access the file, and does not need it.
pub(super) fn fd_advise(
    wasi: &mut Wasi,
    _: &mut Guest<'_>,
    (fd, _, _, advice): (u32, u64, u64, u32),
) -> Result<(), Errno> {
    const LAST: u32 = 5;
    wasi.descriptors.file(fd)?;
    if advice > LAST { Err(Errno::Invalid) } else { Ok(()) }
}

fn readable(file: &mut OpenFile) -> Result<&mut File, Errno> {
    if file.can_read { Ok(&mut file.file) } else { Err(Errno::BadDescriptor) }
}

fn writable(file: &mut OpenFile) -> Result<&mut File, Errno> {
    if file.can_write { Ok(&mut file.file) } else { Err(Errno::BadDescriptor) }
}

/// Does something at a position, without changing that of the file.
fn at<R>(file: &mut File, offset: u64, action: impl FnOnce(&mut File) -> Result<R, Errno>) -> Result<R, Errno> {
    let before = file.stream_position()?;
    file.seek(SeekFrom::Start(offset))?;
    let result = action(file);
    file.seek(SeekFrom::Start(before))?;
    result
}

fn read(from: &mut (impl Read + ?Sized), buffer: &mut [u8]) -> Result<usize, Errno> {
    loop {
        match from.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return Ok(result?),
        }
    }
}

/// Writes all bytes, or as many as there is room for.
fn write(to: &mut (impl Write + ?Sized), buffer: &[u8]) -> Result<usize, Errno> {
    let mut done = 0;
    while done < buffer.len() {
        match to.write(&buffer[done..]) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) if done > 0 => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done)
}
