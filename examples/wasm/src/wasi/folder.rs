//! The entries of a folder, and which folders the host grants.

use cap_fs_ext::{DirEntryExt as _, MetadataExt as _};
use cap_std::fs::Dir;

use super::Wasi;
use super::descriptors::Descriptor;
use super::errno::Errno;
use super::guest::{Guest, Record};
use super::status::kind;

/// What is in a folder.
pub(super) struct Entry {
    name: String,
    node: u64,
    kind: u8,
}

/// Returns what is in a folder, and the two names that every folder has.
fn entries(dir: &Dir) -> Result<Vec<Entry>, Errno> {
    let own = dir.dir_metadata()?;
    let own = |name: &str| Entry { name: name.to_owned(), node: own.ino(), kind: kind(own.file_type()) };
    let mut entries = vec![own("."), own("..")];
    for entry in dir.entries()? {
        let entry = entry?;
        // It may have been removed since.
        if let Ok(metadata) = entry.full_metadata() {
            let name = entry.file_name().to_string_lossy().into_owned();
            entries.push(Entry { name, node: metadata.ino(), kind: kind(metadata.file_type()) });
        }
    }
    Ok(entries)
}

/// Writes as many entries as there is room for, the last one in part: a program then knows that there are more.
pub(super) fn fd_readdir(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, buffer, len, cookie, out): (u32, u32, u32, u64, u32),
) -> Result<(), Errno> {
    let folder = wasi.descriptors.folder(fd)?;
    if cookie == 0 || folder.entries.is_empty() {
        folder.entries = entries(&folder.dir)?;
    }
    let mut rest = guest.range(buffer, len)?;
    for (index, entry) in (0..).zip(&folder.entries).skip(usize::try_from(cookie).unwrap_or(usize::MAX)) {
        let next: u64 = index + 1;
        let head = Record::<24>::new()
            .with(0, &next.to_le_bytes())
            .with(8, &entry.node.to_le_bytes())
            .with(16, &(entry.name.len() as u32).to_le_bytes())
            .with(20, &[entry.kind]);
        for bytes in [&head.0[..], entry.name.as_bytes()] {
            let count = bytes.len().min(rest.len());
            let (target, after) = rest.split_at_mut(count);
            target.copy_from_slice(&bytes[..count]);
            rest = after;
        }
    }
    let used = len - rest.len() as u32;
    guest.write(out, &used.to_le_bytes())
}

/// Returns the name by which the host granted a folder.
fn granted_as(wasi: &mut Wasi, fd: u32) -> Result<&str, Errno> {
    match wasi.descriptors.get(fd)? {
        Descriptor::Folder(folder) => folder.granted_as.as_deref().ok_or(Errno::BadDescriptor),
        _ => Err(Errno::BadDescriptor),
    }
}

pub(super) fn fd_prestat_get(wasi: &mut Wasi, guest: &mut Guest<'_>, (fd, out): (u32, u32)) -> Result<(), Errno> {
    let len = granted_as(wasi, fd)?.len() as u32;
    // The kind of a folder is zero, and there is no other.
    guest.write(out, &Record::<8>::new().with(4, &len.to_le_bytes()).0)
}

pub(super) fn fd_prestat_dir_name(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (fd, buffer, len): (u32, u32, u32),
) -> Result<(), Errno> {
    let name = granted_as(wasi, fd)?;
    if name.len() > len as usize {
        return Err(Errno::NameTooLong);
    }
    guest.write(buffer, name.as_bytes())
}
