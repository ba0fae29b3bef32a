//! What paths name: opening, creating and removing it. A path starts at a folder, and does not lead out of it.

use cap_fs_ext::{DirExt as _, FollowSymlinks, OpenOptionsFollowExt as _, OpenOptionsMaybeDirExt as _};
use cap_std::fs::{Dir, Metadata, OpenOptions};

use super::Wasi;
use super::descriptors::{Descriptor, Folder, OpenFile};
use super::errno::Errno;
use super::guest::Guest;
use super::status::{Time, Times, flags, rights, write_status};

/// The flag of paths whose last part is followed if it is a symbolic link.
const FOLLOW: u32 = 1;

/// How a path is opened.
mod opening {
    pub(super) const CREATE: u32 = 1;
    pub(super) const FOLDER: u32 = 2;
    pub(super) const EXCLUSIVE: u32 = 4;
    pub(super) const TRUNCATE: u32 = 8;
    pub(super) const ALL: u32 = 15;
}

pub(super) fn path_open(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, lookup, path, len, how, wanted, _, flags, out): (u32, u32, u32, u32, u32, u64, u64, u32, u32),
) -> Result<(), Errno> {
    let path = guest.path(path, len)?;
    let dir = wasi.descriptors.dir(fd)?;
    let has = |flag| how & flag != 0;
    if how & !opening::ALL != 0 || flags & !flags::ALL != 0 || (has(opening::CREATE) && has(opening::FOLDER)) {
        return Err(Errno::Invalid);
    }
    // Checked before the file is created.
    guest.range(out, 4)?;
    let can_write = wanted & rights::WRITING != 0;
    let can_read = wanted & rights::READING != 0 || !can_write;
    let mut options = OpenOptions::new();
    options
        .read(can_read)
        // Creating and truncating need it, whatever the program can do afterwards.
        .write(can_write || has(opening::CREATE) || has(opening::TRUNCATE))
        .create(has(opening::CREATE))
        .create_new(has(opening::CREATE) && has(opening::EXCLUSIVE))
        .truncate(has(opening::TRUNCATE))
        .maybe_dir(!has(opening::CREATE) && !has(opening::TRUNCATE))
        .follow(if lookup & FOLLOW != 0 { FollowSymlinks::Yes } else { FollowSymlinks::No });
    let file = dir.open_with(&path, &options)?.into_std();
    let descriptor = match Metadata::from_file(&file)?.is_dir() {
        true if can_write => return Err(Errno::IsFolder),
        true => Descriptor::Folder(Folder::opened(Dir::from_std_file(file))),
        false if has(opening::FOLDER) => return Err(Errno::NotFolder),
        false => Descriptor::File(OpenFile { file, can_read, can_write, flags }),
    };
    let opened = wasi.descriptors.add(descriptor);
    guest.write(out, &opened.to_le_bytes())
}

pub(super) fn path_create_directory(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, path, len): (u32, u32, u32),
) -> Result<(), Errno> {
    let path = guest.path(path, len)?;
    Ok(wasi.descriptors.dir(fd)?.create_dir(path)?)
}

pub(super) fn path_remove_directory(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, path, len): (u32, u32, u32),
) -> Result<(), Errno> {
    let path = guest.path(path, len)?;
    Ok(wasi.descriptors.dir(fd)?.remove_dir(path)?)
}

pub(super) fn path_unlink_file(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, path, len): (u32, u32, u32),
) -> Result<(), Errno> {
    let path = guest.path(path, len)?;
    Ok(wasi.descriptors.dir(fd)?.remove_file_or_symlink(path)?)
}

pub(super) fn path_filestat_get(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, lookup, path, len, out): (u32, u32, u32, u32, u32),
) -> Result<(), Errno> {
    let path = guest.path(path, len)?;
    let dir = wasi.descriptors.dir(fd)?;
    let metadata = if lookup & FOLLOW != 0 { dir.metadata(path)? } else { dir.symlink_metadata(path)? };
    write_status(guest, out, &metadata)
}

pub(super) fn path_filestat_set_times(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, lookup, path, len, accessed, modified, flags): (u32, u32, u32, u32, u64, u64, u32),
) -> Result<(), Errno> {
    let path = guest.path(path, len)?;
    let times = Times::new(accessed, modified, flags)?;
    let dir = wasi.descriptors.dir(fd)?;
    let (accessed, modified) = (times.accessed.map(Time::spec), times.modified.map(Time::spec));
    match lookup & FOLLOW {
        0 => dir.set_symlink_times(path, accessed, modified)?,
        _ => dir.set_times(path, accessed, modified)?,
    }
    Ok(())
}

pub(super) fn path_link(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, lookup, path, len, new_fd, new_path, new_len): (u32, u32, u32, u32, u32, u32, u32),
) -> Result<(), Errno> {
    let (path, new_path) = (guest.path(path, len)?, guest.path(new_path, new_len)?);
    if lookup & FOLLOW != 0 {
        return Err(Errno::Invalid);
    }
    let (dir, new_dir) = (wasi.descriptors.dir(fd)?, wasi.descriptors.dir(new_fd)?);
    Ok(dir.hard_link(path, new_dir, new_path)?)
}

pub(super) fn path_rename(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, path, len, new_fd, new_path, new_len): (u32, u32, u32, u32, u32, u32),
) -> Result<(), Errno> {
    let (path, new_path) = (guest.path(path, len)?, guest.path(new_path, new_len)?);
    let (dir, new_dir) = (wasi.descriptors.dir(fd)?, wasi.descriptors.dir(new_fd)?);
    Ok(dir.rename(path, new_dir, new_path)?)
}

pub(super) fn path_symlink(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (target, target_len, fd, path, len): (u32, u32, u32, u32, u32),
) -> Result<(), Errno> {
    let (target, path) = (guest.path(target, target_len)?, guest.path(path, len)?);
    Ok(wasi.descriptors.dir(fd)?.symlink(target, path)?)
}

/// Writes as much of the target of a symbolic link as there is room for.
pub(super) fn path_readlink(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, path, len, buffer, buffer_len, out): (u32, u32, u32, u32, u32, u32),
) -> Result<(), Errno> {
    let path = guest.path(path, len)?;
    let target = wasi.descriptors.dir(fd)?.read_link(path)?;
    let target = target.to_str().ok_or(Errno::IllegalSequence)?;
    let used = target.len().min(buffer_len as usize);
    guest.write(buffer, &target.as_bytes()[..used])?;
    guest.write(out, &(used as u32).to_le_bytes())
}
