//! Bytes ↔ a file, a process, or the host's input and output: [`Stream`], a buffered channel.

use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::process::Child;

use crate::library::system::{BAD_DESCRIPTOR, ILLEGAL_SEEK, INVALID};
use crate::runtime::Host;

/// Size of a buffer in bytes.
const BUFFER: usize = 16 << 10;

/// The source and destination of the bytes.
enum Channel {
    Stdin,
    Stdout,
    Stderr,
    Disk(fs::File),
    Process(Child),
}

/// When written bytes are flushed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Buffering {
    /// When the buffer is full.
    Full,
    /// At the end of each line.
    Line,
    /// Immediately.
    None,
}

/// An open file.
pub(super) struct Stream {
    channel: Channel,
    buffering: Buffering,
    is_writable: bool,
    /// Bytes read from the channel, of which `input[from..to]` are unread. Empty while there is output.
    input: Box<[u8]>,
    from: usize,
    to: usize,
    /// Written bytes that were not flushed yet.
    output: Vec<u8>,
}

impl Stream {
    fn new(channel: Channel, is_writable: bool) -> Stream {
        let (input, output) = (Box::default(), Vec::new());
        Stream { channel, buffering: Buffering::Full, is_writable, input, from: 0, to: 0, output }
    }

    pub(super) fn stdin() -> Stream {
        Stream::new(Channel::Stdin, false)
    }

    pub(super) fn stdout() -> Stream {
        Stream::new(Channel::Stdout, true)
    }

    pub(super) fn stderr() -> Stream {
        Stream::new(Channel::Stderr, true)
    }

    pub(super) fn disk(file: fs::File, is_writable: bool) -> Stream {
        Stream::new(Channel::Disk(file), is_writable)
    }

    pub(super) fn process(child: Child) -> Stream {
        let is_writable = child.stdin.is_some();
        Stream::new(Channel::Process(child), is_writable)
    }

    pub(super) fn set_buffering(&mut self, buffering: Buffering) {
        self.buffering = buffering;
    }

    /// Returns the buffered bytes, after filling an empty buffer. There are none at the end.
    pub(super) fn ready(&mut self, host: &mut Host) -> io::Result<&[u8]> {
        if self.from == self.to {
            self.flush_own()?;
            if host.control.is_interrupted() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            self.input.is_empty().then(|| self.input = vec![0; BUFFER].into());
            (self.from, self.to) = (0, 0);
            self.to = loop {
                match read_some(&mut self.channel, host, &mut self.input) {
                    // A signal has arrived, perhaps one that interrupts the program.
                    Err(error) if error.kind() == io::ErrorKind::Interrupted && !host.control.is_interrupted() => {}
                    read => break read?,
                }
            };
        }
        Ok(&self.input[self.from..self.to])
    }

    /// Consumes the first `len` of the buffered bytes.
    pub(super) fn take(&mut self, len: usize) {
        self.from += len;
    }

    pub(super) fn write(&mut self, host: &mut Host, bytes: &[u8]) -> io::Result<()> {
        self.forget_input()?;
        match &self.channel {
            Channel::Stdout => host.stdout.write_all(bytes)?,
            Channel::Stderr => return io::stderr().write_all(bytes),
            _ => self.output.extend_from_slice(bytes),
        }
        let is_due = match self.buffering {
            Buffering::Full => self.output.len() >= BUFFER,
            Buffering::Line => bytes.contains(&b'\n'),
            Buffering::None => true,
        };
        // A stream that is not writable fails immediately.
        if is_due || !self.is_writable { self.flush(host) } else { Ok(()) }
    }

    pub(super) fn flush(&mut self, host: &mut Host) -> io::Result<()> {
        match self.channel {
            Channel::Stdout => host.stdout.flush(),
            _ => self.flush_own(),
        }
    }

    /// Works like [`flush`](Self::flush), for streams that are not the host's.
    fn flush_own(&mut self) -> io::Result<()> {
        if self.output.is_empty() {
            return Ok(());
        }
        // Bytes that could not be written are not written again.
        let output = std::mem::take(&mut self.output);
        match &mut self.channel {
            Channel::Disk(file) => file.write_all(&output).map_err(of_open_file),
            Channel::Process(Child { stdin: Some(stdin), .. }) => stdin.write_all(&output),
            _ => Err(BAD_DESCRIPTOR.into()),
        }
    }

    /// Discards the unread bytes, and moves the file position back to them.
    fn forget_input(&mut self) -> io::Result<()> {
        let unread = (self.to - self.from) as i64;
        if unread > 0
            && let Channel::Disk(file) = &mut self.channel
        {
            file.seek(SeekFrom::Current(-unread))?;
            (self.from, self.to) = (0, 0);
        }
        Ok(())
    }

    /// Moves to a position, and returns it. `None` is a position before the start.
    pub(super) fn seek(&mut self, host: &mut Host, place: Option<SeekFrom>) -> io::Result<u64> {
        self.flush(host)?;
        let Channel::Disk(file) = &mut self.channel else { return Err(ILLEGAL_SEEK.into()) };
        let place = place.ok_or(INVALID)?;
        let unread = (self.to - self.from) as u64;
        if place == SeekFrom::Current(0) {
            return Ok(file.stream_position()?.saturating_sub(unread));
        }
        let place = match place {
            SeekFrom::Current(offset) => SeekFrom::Current(offset.saturating_sub_unsigned(unread)),
            place => place,
        };
        let place = file.seek(place)?;
        (self.from, self.to) = (0, 0);
        Ok(place)
    }

    /// Flushes the stream, and waits for the process if it is one.
    pub(super) fn close(&mut self) -> io::Result<()> {
        let flushed = self.flush_own();
        if let Channel::Process(child) = &mut self.channel {
            // The process may be waiting for these.
            (child.stdin, child.stdout) = (None, None);
            child.wait()?;
        }
        flushed
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // Errors are reported only by an explicit close.
        let _ignored = self.close();
    }
}

fn read_some(channel: &mut Channel, host: &mut Host, buffer: &mut [u8]) -> io::Result<usize> {
    match channel {
        Channel::Stdin => {
            // The output may be a prompt for this input.
            let _ignored = host.stdout.flush();
            host.stdin.read(buffer)
        }
        Channel::Disk(file) => file.read(buffer).map_err(of_open_file),
        Channel::Process(Child { stdout: Some(stdout), .. }) => stdout.read(buffer),
        _ => Err(BAD_DESCRIPTOR.into()),
    }
}

/// Returns C's error for a file that was not opened for reading or for writing, which Windows calls access denied.
fn of_open_file(error: io::Error) -> io::Error {
    let is_denied = cfg!(windows) && error.kind() == io::ErrorKind::PermissionDenied;
    if is_denied { BAD_DESCRIPTOR.into() } else { error }
}
