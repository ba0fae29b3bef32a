//! Memory from the operating system → [`Pages`], runs of whole pages that are writable or executable, never both.
//!
//! Mapping memory and faulting it in costs more than compiling a function, so a [`CodePool`] maps chunks and allocates
//! runs from them. A dropped run can be allocated again.
//!
//! Contract of this island:
//! 1. A chunk's memory stays mapped while there is an `Arc` to it, and every run holds one.
//! 2. The runs of a chunk, both allocated and in its `free` list, are disjoint.
//! 3. A run is writable or executable as its `state` says; those in `free` are writable and all zero. In a staged chunk only
//!    [`Mapping::install`] writes: the bytes of a run that is being filled are elsewhere, and those in `free` are all zero.
//!    With `--cfg mimeo_asan`, runs that return to `free` become inaccessible, so that entering reclaimed code faults.

use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use region::Protection;

use crate::memory::mapping::{IS_STAGED, Mapping, page_bytes};

/// Number of pages of the first chunk of a pool. Each further chunk has twice as many.
const FIRST_CHUNK_PAGES: usize = 16;
const LARGEST_CHUNK_PAGES: usize = 256;
/// Number of pages that are kept for reuse when none is in use.
const LEAST_SPARE_PAGES: usize = 64;

/// Memory that was mapped in one piece.
#[derive(Debug)]
struct Chunk {
    memory: Mapping,
    pages: usize,
    /// Whether code is written elsewhere, as with [`IS_STAGED`]. Tests set it on every system.
    is_staged: bool,
    /// Whether every address at which its code can be entered has a landing pad.
    has_landing_pads: bool,
    /// The free runs, as ranges of page numbers; sorted, never adjacent.
    free: Mutex<Vec<Range<usize>>>,
}

impl Chunk {
    fn map(pages: usize, is_staged: bool, has_landing_pads: bool) -> io::Result<Arc<Chunk>> {
        let memory = Mapping::new(pages)?;
        let free = Mutex::new(std::iter::once(0..pages).collect());
        Ok(Arc::new(Chunk { memory, pages, is_staged, has_landing_pads, free }))
    }

    fn take(self: &Arc<Self>, pages: usize) -> Option<Pages> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let index = free.iter().position(|run| run.len() >= pages)?;
        let state = if self.is_staged { State::Staged(zeros(pages * page_bytes()).ok()?) } else { State::Writable };
        let start = free[index].start;
        free[index].start += pages;
        if free[index].is_empty() {
            free.remove(index);
        }
        let pages = Pages { chunk: Arc::clone(self), run: start..start + pages, state };
        if cfg!(mimeo_asan) && !self.is_staged {
            pages.protect(Protection::READ_WRITE).ok()?;
        }
        Some(pages)
    }

    fn is_free(&self) -> bool {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.first().is_some_and(|run| run.len() == self.pages)
    }

    fn give_back(&self, run: Range<usize>) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let index = free.partition_point(|other| other.start < run.start);
        free.insert(index, run);
        if free.get(index + 1).is_some_and(|next| next.start == free[index].end) {
            free[index].end = free.remove(index + 1).end;
        }
        if index > 0 && free[index - 1].end == free[index].start {
            free[index - 1].end = free.remove(index).end;
        }
    }
}

/// The state of a run of pages.
#[derive(Debug)]
enum State {
    /// The pages are writable.
    Writable,
    /// The contents are in this buffer, and copied when they are complete.
    Staged(Vec<u8>),
    /// The pages are executable.
    Executable,
}

/// A run of whole pages, initially writable and all zero.
#[derive(Debug)]
pub(crate) struct Pages {
    chunk: Arc<Chunk>,
    run: Range<usize>,
    state: State,
}

impl Pages {
    /// Maps pages in a separate mapping.
    pub(crate) fn map(len_bytes: usize) -> io::Result<Pages> {
        let pages = pages_for(len_bytes);
        let chunk = Chunk::map(pages, IS_STAGED, false)?;
        chunk.take(pages).ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))
    }

    #[inline]
    pub(crate) fn start(&self) -> *mut u8 {
        // Stays inside the mapping, by (2).
        self.chunk.memory.start().wrapping_add(self.run.start * page_bytes())
    }

    pub(crate) fn len_bytes(&self) -> usize {
        self.run.len() * page_bytes()
    }

    /// Returns the contents.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.state {
            State::Staged(bytes) => bytes,
            // SAFETY: (1), (2); readable in both states, and not changed while borrowed.
            State::Writable | State::Executable => unsafe {
                std::slice::from_raw_parts(self.start(), self.len_bytes())
            },
        }
    }

    /// Returns the contents of a run that is not executable, for writing.
    ///
    /// # Panics
    ///
    /// If it is executable (test `executable_pages_cannot_be_borrowed_for_writing`).
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        let (start, len_bytes) = (self.start(), self.len_bytes());
        match &mut self.state {
            State::Staged(bytes) => bytes,
            // SAFETY: (1), (2), (3).
            State::Writable => unsafe { std::slice::from_raw_parts_mut(start, len_bytes) },
            State::Executable => panic!("executable memory is not writable"),
        }
    }

    /// Makes the pages executable and no longer writable.
    pub(crate) fn make_executable(&mut self) -> io::Result<()> {
        match &self.state {
            State::Staged(bytes) => self.install(bytes)?,
            // SAFETY: as in `protect`.
            State::Writable => unsafe {
                self.chunk.memory.make_executable(self.start(), self.len_bytes(), self.chunk.has_landing_pads)?;
            },
            State::Executable => {}
        }
        self.state = State::Executable;
        Ok(())
    }

    /// Brings the memory into the state that (3) requires of free runs.
    fn clear(&mut self) -> io::Result<()> {
        match &self.state {
            // Nothing was installed.
            State::Staged(_) => return Ok(()),
            State::Executable if self.chunk.is_staged => return self.install(&zeros(self.len_bytes())?),
            State::Executable => self.protect(Protection::READ_WRITE)?,
            State::Writable => {}
        }
        self.state = State::Writable;
        self.bytes_mut().fill(0);
        if cfg!(mimeo_asan) { self.protect(Protection::NONE) } else { Ok(()) }
    }

    fn install(&self, bytes: &[u8]) -> io::Result<()> {
        // SAFETY: (1), (2): as many bytes as the run has, which run only while it has an owner; no reference into the
        // memory exists, because a staged run lends other bytes.
        unsafe { self.chunk.memory.install(self.start(), bytes) }
    }

    fn protect(&self, protection: Protection) -> io::Result<()> {
        // SAFETY: (1), (2): whole pages of this run; no reference into them exists, because the callers borrow the run
        // mutably.
        unsafe { self.chunk.memory.protect(self.start(), self.len_bytes(), protection) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // Memory that cannot be cleared stays with the chunk until that is unmapped.
        if self.clear().is_ok() {
            self.chunk.give_back(self.run.clone());
        }
    }
}

/// An allocator of pages, which maps chunks as needed. A chunk lives as long as its pages.
#[derive(Debug)]
pub(crate) struct CodePool {
    chunks: Vec<Arc<Chunk>>,
    has_landing_pads: bool,
}

impl CodePool {
    /// Creates a pool. `has_landing_pads` says whether all its code has a landing pad wherever it can be entered.
    pub(crate) fn new(has_landing_pads: bool) -> CodePool {
        CodePool { chunks: Vec::new(), has_landing_pads }
    }

    /// Allocates pages for a number of bytes, at least one.
    pub(crate) fn take(&mut self, len_bytes: usize) -> io::Result<Pages> {
        let pages = pages_for(len_bytes);
        // The newest chunk is the largest, and the least used.
        if let Some(found) = self.chunks.iter().rev().find_map(|chunk| chunk.take(pages)) {
            return Ok(found);
        }
        let doubled = FIRST_CHUNK_PAGES << self.chunks.len().min(usize::BITS as usize / 2);
        let chunk = Chunk::map(doubled.min(LARGEST_CHUNK_PAGES).max(pages), IS_STAGED, self.has_landing_pads)?;
        self.chunks.push(Arc::clone(&chunk));
        chunk.take(pages).ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))
    }

    /// Frees unused chunks. About as many pages as are in use are kept, so that memory is not mapped and unmapped for
    /// every function.
    pub(crate) fn trim(&mut self) {
        let used: usize = self.chunks.iter().filter(|chunk| !chunk.is_free()).map(|chunk| chunk.pages).sum();
        let mut spare = used.max(LEAST_SPARE_PAGES);
        self.chunks.retain(|chunk| {
            if chunk.is_free() && chunk.pages > spare {
                return false;
            }
            spare -= if chunk.is_free() { chunk.pages } else { 0 };
            true
        });
    }
}

/// Allocates this many zeros.
fn zeros(len_bytes: usize) -> io::Result<Vec<u8>> {
    let mut zeros = Vec::new();
    zeros.try_reserve_exact(len_bytes).map_err(|_| io::ErrorKind::OutOfMemory)?;
    zeros.resize(len_bytes, 0);
    Ok(zeros)
}

/// Returns the number of pages for a number of bytes, at least one.
pub(crate) fn pages_for(len_bytes: usize) -> usize {
    len_bytes.div_ceil(page_bytes()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_disjoint_and_reused() {
        let mut pool = CodePool::new(false);
        let page = page_bytes();
        let mut runs: Vec<Pages> = (1..40).map(|pages| pool.take(pages * page).unwrap()).collect();
        let mut places: Vec<(usize, usize)> = runs.iter().map(|run| (run.start() as usize, run.len_bytes())).collect();
        places.sort_unstable();
        assert!(places.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0));

        let chunks = pool.chunks.len();
        for (index, run) in runs.iter_mut().enumerate() {
            run.bytes_mut().fill(index as u8 + 1);
            run.make_executable().unwrap();
        }
        runs.retain(|run| run.run.len() % 2 == 0);
        runs.clear();
        let again: Vec<Pages> = (1..40).map(|pages| pool.take(pages * page).unwrap()).collect();
        assert_eq!(pool.chunks.len(), chunks, "dropped runs are reused");
        assert!(again.iter().all(|run| run.bytes().iter().all(|&byte| byte == 0)));
    }

    #[test]
    fn unused_chunks_are_freed() {
        let mut pool = CodePool::new(false);
        let kept = pool.take(1).unwrap();
        let runs: Vec<Pages> = (0..40).map(|_| pool.take(20 * page_bytes()).unwrap()).collect();
        let chunks = pool.chunks.len();
        assert!(chunks > 4);
        pool.trim();
        assert_eq!(pool.chunks.len(), chunks, "all are in use");
        drop(runs);
        pool.trim();
        let pages: usize = pool.chunks.iter().map(|chunk| chunk.pages).sum();
        assert!(pages <= FIRST_CHUNK_PAGES + LEAST_SPARE_PAGES, "{pages}");
        drop(kept);
    }

    #[cfg(mimeo_asan)]
    #[test]
    fn a_dropped_run_is_inaccessible_until_it_is_reused() {
        let mut pool = CodePool::new(false);
        let is_accessible = |start: *mut u8| region::query(start).unwrap().protection() != Protection::NONE;
        let _neighbour = pool.take(1).unwrap();
        let mut pages = pool.take(1).unwrap();
        pages.make_executable().unwrap();
        let start = pages.start();
        assert!(is_accessible(start));
        drop(pages);
        assert!(!is_accessible(start));
        let again = pool.take(1).unwrap();
        assert!(again.start() == start && is_accessible(start));
    }

    #[test]
    #[should_panic(expected = "executable memory is not writable")]
    fn executable_pages_cannot_be_borrowed_for_writing() {
        let mut pages = Pages::map(1).unwrap();
        pages.make_executable().unwrap();
        pages.bytes_mut();
    }

    /// Runs on every system what Apple silicon does, except the functions that change the mode of a thread.
    #[test]
    fn staged_code_is_copied_when_it_is_complete_and_cleared_when_it_is_dropped() {
        let chunk = Chunk::map(4, true, false).unwrap();
        let memory = |pages: &Pages| {
            let start: *const u8 = pages.start();
            // SAFETY: (1): one byte of the first page, readable in every state.
            unsafe { start.read_volatile() }
        };
        let mut pages = chunk.take(2).unwrap();
        pages.bytes_mut().fill(7);
        assert_eq!((memory(&pages), pages.bytes()[0]), (0, 7), "nothing is copied before it is complete");
        pages.make_executable().unwrap();
        let start = pages.start();
        assert_eq!(memory(&pages), 7);
        assert!(pages.bytes().iter().all(|&byte| byte == 7) && pages.bytes().as_ptr() == start);
        drop(pages);

        let again = chunk.take(3).unwrap();
        assert_eq!(again.start(), start, "dropped runs are reused");
        assert_eq!(memory(&again), 0, "the code was cleared");
        assert!(again.bytes().iter().all(|&byte| byte == 0));
        drop(again);
        assert!(chunk.is_free());
    }

    #[test]
    #[should_panic(expected = "executable memory is not writable")]
    fn installed_pages_cannot_be_borrowed_for_writing() {
        let mut pages = Chunk::map(1, true, false).unwrap().take(1).unwrap();
        pages.make_executable().unwrap();
        pages.bytes_mut();
    }

    #[test]
    fn a_chunk_is_unmapped_with_its_last_pages() {
        let mut pool = CodePool::new(false);
        let pages = pool.take(1).unwrap();
        let chunk = Arc::downgrade(&pages.chunk);
        drop(pool);
        assert!(chunk.upgrade().is_some(), "the pages still hold it");
        drop(pages);
        assert!(chunk.upgrade().is_none());
    }
}
