//! Output of programs → chunks for the embedder's function, or for standard output: [`Output`].
//!
//! An island of unsafe code: it calls a C function. The numbers are those of the contract in `lib.rs`.

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::fmt;
use std::io::{self, Write};
use std::rc::Rc;

/// Receives output of a program: `len` bytes, and the `user` pointer that was registered. Returns 0 on success; any
/// other number ends the program with an error. Output arrives in chunks of any size, all of them before the run
/// returns, in the thread that runs the program.
pub type WriteFn = Option<unsafe extern "C-unwind" fn(user: *mut c_void, bytes: *const c_char, len: usize) -> c_int>;

/// The destination of output: a function and its first argument, or standard output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) write: WriteFn,
    pub(crate) user: *mut c_void,
}

impl Target {
    pub(crate) const STDOUT: Target = Target { write: None, user: std::ptr::null_mut() };
}

/// Number of bytes that are buffered before the function is called.
const PIECE_BYTES: usize = 8 << 10;

/// The output of a program. It buffers bytes, and discards them if they cannot be written.
pub struct Output {
    target: Rc<Cell<Target>>,
    gathered: Vec<u8>,
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("target", &self.target.get()).finish_non_exhaustive()
    }
}

impl Output {
    pub(crate) fn new(target: Rc<Cell<Target>>) -> Self {
        Output { target, gathered: Vec::new() }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        // Taken before the call, so that a piece on which the function panics is not written again.
        let piece = std::mem::take(&mut self.gathered);
        let Target { write, user } = self.target.get();
        let Some(write) = write else { return io::stdout().write_all(&piece) };
        if piece.is_empty() {
            return Ok(());
        }
        // SAFETY: (5).
        match unsafe { write(user, piece.as_ptr().cast(), piece.len()) } {
            0 => Ok(()),
            number => Err(io::Error::other(format!("the output function returned {number}"))),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= PIECE_BYTES {
            self.pass_on()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        match self.target.get().write {
            Some(_) => Ok(()),
            None => io::stdout().flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records each piece, and refuses those that start with `!`.
    unsafe extern "C-unwind" fn note(user: *mut c_void, bytes: *const c_char, len: usize) -> c_int {
        // SAFETY: `output` passes a list as `user`, and the bytes are those of a piece.
        let (pieces, piece) = unsafe {
            (&*user.cast::<std::cell::RefCell<Vec<Vec<u8>>>>(), std::slice::from_raw_parts(bytes.cast::<u8>(), len))
        };
        pieces.borrow_mut().push(piece.to_vec());
        if piece.starts_with(b"!") { 7 } else { 0 }
    }

    #[test]
    fn what_is_written_comes_in_pieces_and_nothing_comes_twice() {
        let pieces = std::cell::RefCell::new(Vec::<Vec<u8>>::new());
        let user = (&raw const pieces).cast_mut().cast();
        let mut output = Output::new(Rc::new(Cell::new(Target { write: Some(note), user })));
        output.flush().expect("nothing to write");
        output.write_all(b"a").expect("gathered");
        output.write_all(b"b").expect("gathered");
        assert!(pieces.borrow().is_empty());
        output.flush().expect("written");
        output.write_all(b"!").expect("gathered");
        assert_eq!(output.flush().expect_err("refused").to_string(), "the output function returned 7");
        output.flush().expect("the refused piece is gone");
        output.write_all(&[b'c'; PIECE_BYTES]).expect("written");
        let expected = [b"ab".to_vec(), b"!".to_vec(), vec![b'c'; PIECE_BYTES]];
        assert_eq!(*pieces.borrow(), expected);
    }
}
