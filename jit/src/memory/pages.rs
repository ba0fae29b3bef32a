//! Memory of the operating system → [`Pages`], runs of whole pages that are writable or executable, never both.
//!
//! Mapping memory and faulting it in costs more than compiling a function, so a [`CodePool`] maps chunks and hands
//! out parts of them; a run that is dropped can be handed out again.
//!
//! Contract of this island:
//! 1. A chunk's memory stays mapped while there is an `Arc` of it, and every run holds one.
//! 2. The runs of a chunk, those handed out and those in its `free` list, are disjoint.
//! 3. A run is writable or executable as its `state` says; those in `free` are writable and all zero. In a chunk that is
//!    staged only [`Mapping::install`] writes: a run that is filled has its bytes elsewhere, those in `free` are all zero.
//!    With `--cfg mimeo_asan`, runs that were handed out and are in `free` again are inaccessible, so that entering
//!    reclaimed code is a fault.

use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use region::Protection;

use crate::memory::mapping::{IS_STAGED, Mapping, page_bytes};

/// Pages of the first chunk of a pool; each further one has twice as many.
const FIRST_CHUNK_PAGES: usize = 16;
const LARGEST_CHUNK_PAGES: usize = 256;
/// Pages that are kept for later when none is in use.
const LEAST_SPARE_PAGES: usize = 64;

/// Memory that was mapped at once.
#[derive(Debug)]
struct Chunk {
    memory: Mapping,
    pages: usize,
    /// Code is laid out elsewhere, as [`IS_STAGED`] says; tests have it on every system.
    is_staged: bool,
    /// Runs of pages that can be handed out, by page number, sorted, never adjacent.
    free: Mutex<Vec<Range<usize>>>,
}

impl Chunk {
    fn map(pages: usize, is_staged: bool) -> io::Result<Arc<Chunk>> {
        let memory = Mapping::new(pages)?;
        let free = Mutex::new(std::iter::once(0..pages).collect());
        Ok(Arc::new(Chunk { memory, pages, is_staged, free }))
    }

    fn take(self: &Arc<Self>, pages: usize) -> Option<Pages> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let index = free.iter().position(|run| run.len() >= pages)?;
        let start = free[index].start;
        free[index].start += pages;
        if free[index].is_empty() {
            free.remove(index);
        }
        let state = if self.is_staged { State::Staged(vec![0; pages * page_bytes()]) } else { State::Writable };
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

/// What may be done with a run of pages.
#[derive(Debug)]
enum State {
    /// It can be written.
    Writable,
    /// It is filled here, and copied when it is full.
    Staged(Vec<u8>),
    /// It can be executed.
    Executable,
}

/// A run of whole pages. Starts out writable and all zero.
#[derive(Debug)]
pub(crate) struct Pages {
    chunk: Arc<Chunk>,
    run: Range<usize>,
    state: State,
}

impl Pages {
    /// Pages with a mapping of their own.
    pub(crate) fn map(len_bytes: usize) -> io::Result<Pages> {
        let pages = pages_for(len_bytes);
        let chunk = Chunk::map(pages, IS_STAGED)?;
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

    /// The contents.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.state {
            State::Staged(bytes) => bytes,
            // SAFETY: (1), (2); readable in both states, and not changed while borrowed.
            State::Writable | State::Executable => unsafe {
                std::slice::from_raw_parts(self.start(), self.len_bytes())
            },
        }
    }

    /// The contents, of a run that is not executable.
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

    /// Takes away the right to write, and gives the right to execute.
    pub(crate) fn make_executable(&mut self) -> io::Result<()> {
        match &self.state {
            State::Staged(bytes) => self.install(bytes)?,
            State::Writable => self.protect(Protection::READ_EXECUTE)?,
            State::Executable => {}
        }
        self.state = State::Executable;
        Ok(())
    }

    /// Makes the memory such as (3) wants it of what is free.
    fn clear(&mut self) -> io::Result<()> {
        match &self.state {
            // Nothing was installed.
            State::Staged(_) => return Ok(()),
            State::Executable if self.chunk.is_staged => return self.install(&vec![0; self.len_bytes()]),
            State::Executable => self.protect(Protection::READ_WRITE)?,
            State::Writable => {}
        }
        self.state = State::Writable;
        self.bytes_mut().fill(0);
        if cfg!(mimeo_asan) { self.protect(Protection::NONE) } else { Ok(()) }
    }

    fn install(&self, bytes: &[u8]) -> io::Result<()> {
        // SAFETY: (1), (2): as many bytes as the run has, none of which runs before or after its owner's time; no
        // reference into the memory exists, as the borrows of a run that is staged are of other bytes.
        unsafe { self.chunk.memory.install(self.start(), bytes) }
    }

    fn protect(&self, protection: Protection) -> io::Result<()> {
        // SAFETY: (1), (2): whole pages of our own; no reference into them exists, as the callers borrow the run
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

/// Hands out pages of chunks that are mapped as they are needed. The chunks live as long as their pages.
#[derive(Debug, Default)]
pub(crate) struct CodePool {
    chunks: Vec<Arc<Chunk>>,
}

impl CodePool {
    /// Pages for so many bytes, at least one.
    pub(crate) fn take(&mut self, len_bytes: usize) -> io::Result<Pages> {
        let pages = pages_for(len_bytes);
        // The newest chunk is the largest, and the least used.
        if let Some(found) = self.chunks.iter().rev().find_map(|chunk| chunk.take(pages)) {
            return Ok(found);
        }
        let doubled = FIRST_CHUNK_PAGES << self.chunks.len().min(usize::BITS as usize / 2);
        let chunk = Chunk::map(doubled.min(LARGEST_CHUNK_PAGES).max(pages), IS_STAGED)?;
        self.chunks.push(Arc::clone(&chunk));
        chunk.take(pages).ok_or_else(|| io::Error::from(io::ErrorKind::OutOfMemory))
    }

    /// Gives chunks back of which nothing is in use. Some are kept, about as much as is in use, so that memory does
    /// not come and go with every function.
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

/// Number of pages for so many bytes, at least one.
pub(crate) fn pages_for(len_bytes: usize) -> usize {
    len_bytes.div_ceil(page_bytes()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_disjoint_and_used_again() {
        let mut pool = CodePool::default();
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
        assert_eq!(pool.chunks.len(), chunks, "what was dropped is used again");
        assert!(again.iter().all(|run| run.bytes().iter().all(|&byte| byte == 0)));
    }

    #[test]
    fn chunks_of_which_nothing_is_in_use_are_given_back() {
        let mut pool = CodePool::default();
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
    fn what_was_dropped_is_inaccessible_until_it_is_used_again() {
        let mut pool = CodePool::default();
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

    /// On every system as on Apple silicon, but for the functions by which a thread changes its mode.
    #[test]
    fn staged_code_is_copied_when_it_is_complete_and_cleared_when_it_goes() {
        let chunk = Chunk::map(4, true).unwrap();
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
        assert_eq!(again.start(), start, "what was dropped is used again");
        assert_eq!(memory(&again), 0, "no code is left behind");
        assert!(again.bytes().iter().all(|&byte| byte == 0));
        drop(again);
        assert!(chunk.is_free());
    }

    #[test]
    #[should_panic(expected = "executable memory is not writable")]
    fn installed_pages_cannot_be_borrowed_for_writing() {
        let mut pages = Chunk::map(1, true).unwrap().take(1).unwrap();
        pages.make_executable().unwrap();
        pages.bytes_mut();
    }

    #[test]
    fn a_chunk_is_unmapped_with_its_last_pages() {
        let mut pool = CodePool::default();
        let pages = pool.take(1).unwrap();
        let chunk = Arc::downgrade(&pages.chunk);
        drop(pool);
        assert!(chunk.upgrade().is_some(), "the pages still hold it");
        drop(pages);
        assert!(chunk.upgrade().is_none());
    }
}
