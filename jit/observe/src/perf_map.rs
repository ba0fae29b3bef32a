//! New native code → lines of `/tmp/perf-<pid>.map`, which Linux's `perf` reads to name samples in the code.
//!
//! The format is that of [`tools/perf/Documentation/jit-interface.txt`][format]: a line for each piece of code,
//! `START SIZE NAME`, the numbers hexadecimal without a prefix. Lines cannot be removed: perf reads the file when it
//! reports, long after the samples were taken. If memory is reused, both functions are in the file, and it is unspecified
//! which of the two perf names (perf 6.1 keeps both, and finds sometimes one, sometimes the other). A profile in which
//! that matters needs the format `jitdump`, whose records have times.
//!
//! [format]: https://github.com/torvalds/linux/blob/master/tools/perf/Documentation/jit-interface.txt

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use mimeo_jit::{CodeRegion, Image, Observer};

/// The folder in which perf looks.
const FOLDER: &str = "/tmp";

/// The files that this process created. All machines of all threads hold the lock while they create or append.
static CREATED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// The process's perf map, opened for appending. All machines of a process write to the same file.
#[derive(Debug)]
pub(crate) struct PerfMap {
    file: File,
}

impl PerfMap {
    /// Opens the map that perf reads, and creates it if this process has none yet.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, and with [`io::ErrorKind::Unsupported`] where there is no perf.
    pub(crate) fn open() -> io::Result<Self> {
        Self::open_in(Path::new(FOLDER))
    }

    fn open_in(folder: &Path) -> io::Result<Self> {
        if !cfg!(target_os = "linux") {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "perf maps are for Linux"));
        }
        let path = folder.join(format!("perf-{}.map", std::process::id()));
        let mut created = CREATED.lock().unwrap_or_else(PoisonError::into_inner);
        let mut options = OpenOptions::new();
        options.append(true);
        if !created.contains(&path) {
            // An earlier process may have had the same id. All users can write to the folder and guess the name, so the
            // file must be new: nothing is written through another user's link.
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => options.create_new(true),
            };
        }
        let file = options.open(&path)?;
        created.insert(path);
        Ok(PerfMap { file })
    }

    /// Appends the line of a region.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    fn add(&mut self, region: &CodeRegion<'_>) -> io::Result<()> {
        let line = format!("{:x} {:x} mimeo::{}\n", region.start, region.bytes.len(), OneLine(region.name));
        let _created = CREATED.lock().unwrap_or_else(PoisonError::into_inner);
        self.file.write_all(line.as_bytes())
    }
}

impl Observer for PerfMap {
    fn appeared(&mut self, region: &CodeRegion<'_>) -> io::Result<Option<Image>> {
        self.add(region)?;
        Ok(None)
    }
}

/// A name, with a `?` in place of each control character, which could end or hide the line.
struct OneLine<'a>(&'a str);

impl std::fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for part in self.0.split_inclusive(char::is_control) {
            match part.strip_suffix(char::is_control) {
                Some(before) => write!(f, "{before}?")?,
                None => f.write_str(part)?,
            }
        }
        Ok(())
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
