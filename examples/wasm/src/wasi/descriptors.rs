//! [`Descriptors`]: the numbers of what is open, and closing it.

use std::fs::File;
use std::io::{Read, Write};

use cap_std::fs::Dir;

use super::Wasi;
use super::errno::Errno;
use super::folder::Entry;
use super::guest::Guest;

/// What a descriptor stands for.
pub(super) enum Descriptor {
    Input(Stream<dyn Read>),
    Output(Stream<dyn Write>),
    File(OpenFile),
    Folder(Folder),
}

/// A standard stream.
pub(super) struct Stream<S: ?Sized> {
    pub(super) stream: Box<S>,
    pub(super) is_terminal: bool,
}

/// A file.
pub(super) struct OpenFile {
    pub(super) file: File,
    pub(super) can_read: bool,
    pub(super) can_write: bool,
    /// The flags of `fdflags`.
    pub(super) flags: u32,
}

/// A folder.
pub(super) struct Folder {
    pub(super) dir: Dir,
    /// The name by which the host granted it.
    pub(super) granted_as: Option<String>,
    /// What was in it when reading its entries began.
    pub(super) entries: Vec<Entry>,
}

impl Folder {
    /// Creates a folder that the program opened.
    pub(super) fn opened(dir: Dir) -> Folder {
        Folder { dir, granted_as: None, entries: Vec::new() }
    }

    /// Creates a folder that the host grants.
    pub(super) fn granted(dir: Dir, name: String) -> Folder {
        Folder { dir, granted_as: Some(name), entries: Vec::new() }
    }
}

/// What is open. The index is the number.
pub(super) struct Descriptors {
    open: Vec<Option<Descriptor>>,
}

impl Descriptors {
    pub(super) fn new(open: impl IntoIterator<Item = Descriptor>) -> Descriptors {
        Descriptors { open: open.into_iter().map(Some).collect() }
    }

    fn place(&mut self, fd: u32) -> Result<&mut Option<Descriptor>, Errno> {
        let place = self.open.get_mut(fd as usize);
        place.filter(|place| place.is_some()).ok_or(Errno::BadDescriptor)
    }

    pub(super) fn get(&mut self, fd: u32) -> Result<&mut Descriptor, Errno> {
        self.place(fd)?.as_mut().ok_or(Errno::BadDescriptor)
    }

    /// Returns a file.
    pub(super) fn file(&mut self, fd: u32) -> Result<&mut OpenFile, Errno> {
        match self.get(fd)? {
            Descriptor::File(file) => Ok(file),
            Descriptor::Folder(_) => Err(Errno::IsFolder),
            Descriptor::Input(_) | Descriptor::Output(_) => Err(Errno::NotSeekable),
        }
    }

    /// Returns a folder.
    pub(super) fn folder(&mut self, fd: u32) -> Result<&mut Folder, Errno> {
        match self.get(fd)? {
            Descriptor::Folder(folder) => Ok(folder),
            _ => Err(Errno::NotFolder),
        }
    }

    /// Returns a folder, which may be the same as another, for its paths.
    pub(super) fn dir(&self, fd: u32) -> Result<&Dir, Errno> {
        match self.open.get(fd as usize) {
            Some(Some(Descriptor::Folder(folder))) => Ok(&folder.dir),
            Some(Some(_)) => Err(Errno::NotFolder),
            _ => Err(Errno::BadDescriptor),
        }
    }

    /// Adds a descriptor, which gets the lowest free number.
    pub(super) fn add(&mut self, descriptor: Descriptor) -> u32 {
        let free = self.open.iter().position(Option::is_none).unwrap_or_else(|| {
            self.open.push(None);
            self.open.len() - 1
        });
        self.open[free] = Some(descriptor);
        free as u32
    }

    pub(super) fn close(&mut self, fd: u32) -> Result<(), Errno> {
        self.place(fd).map(|place| *place = None)
    }
}

pub(super) fn fd_close(wasi: &mut Wasi, _: &mut Guest<'_>, (fd,): (u32,)) -> Result<(), Errno> {
    wasi.descriptors.close(fd)
}

pub(super) fn fd_renumber(wasi: &mut Wasi, _: &mut Guest<'_>, (from, to): (u32, u32)) -> Result<(), Errno> {
    wasi.descriptors.place(to)?;
    let moved = wasi.descriptors.place(from)?.take();
    wasi.descriptors.open[to as usize] = moved;
    Ok(())
}
