//! Code that appears → lines of `/tmp/perf-<pid>.map`, by which Linux's `perf` names the samples in it.
//!
//! The format is that of [`tools/perf/Documentation/jit-interface.txt`][format]: a line for each piece of code,
//! `START SIZE NAME`, the numbers hexadecimal without a prefix. Nothing can be taken back: perf reads the file
//! when it reports, long after the samples were taken. Code whose memory is used again is in it twice, and which of
//! the two perf then names is not defined (perf 6.1 keeps both, and finds now the first, now another). A profile in
//! which that matters needs the format `jitdump`, whose records have times.
//!
//! [format]: https://github.com/torvalds/linux/blob/master/tools/perf/Documentation/jit-interface.txt

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use mimeo_jit::{CodeRegion, Image, Observer};

/// Where perf looks.
const FOLDER: &str = "/tmp";

/// The files that this process began. Held while one is begun or appended to, by all machines of all threads.
static BEGUN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// The process's perf map, opened for appending. All machines of a process write to the same file.
#[derive(Debug)]
pub(crate) struct PerfMap {
    file: File,
}

impl PerfMap {
    /// Opens the map that perf reads; begins it when this process has none yet.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, and with [`io::ErrorKind::Unsupported`] where there is no perf.
    pub(crate) fn open() -> io::Result<Self> {
        Self::open_in(Path::new(FOLDER))
    }

    fn open_in(folder: &Path) -> io::Result<Self> {
        if !cfg!(target_os = "linux") {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "perf maps are for Linux"));
        }
        let path = folder.join(format!("perf-{}.map", std::process::id()));
        let mut begun = BEGUN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut options = OpenOptions::new();
        options.append(true);
        if !begun.contains(&path) {
            // An earlier process may have had the same number. The folder is everyone's and the name can be
            // guessed, so the file must be a new one: nothing is written through another user's link.
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => options.create_new(true),
            };
        }
        let file = options.open(&path)?;
        begun.insert(path);
        Ok(PerfMap { file })
    }

    /// Appends a line for a piece of code.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    fn add(&mut self, region: &CodeRegion<'_>) -> io::Result<()> {
        let line = format!("{:x} {:x} mimeo::{}\n", region.start, region.bytes.len(), OneLine(region.name));
        let _begun = BEGUN.lock().unwrap_or_else(PoisonError::into_inner);
        self.file.write_all(line.as_bytes())
    }
}

impl Observer for PerfMap {
    fn appeared(&mut self, region: &CodeRegion<'_>) -> io::Result<Option<Image>> {
        self.add(region)?;
        Ok(None)
    }
}

/// A name, with a `?` for everything that would end or hide the line.
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
