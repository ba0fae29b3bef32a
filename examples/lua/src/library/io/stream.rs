//! Bytes ↔ a file, a process, or the host's input and output: [`Stream`], with the buffer that is between.

use std::fs;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::process::Child;

use crate::runtime::Host;

/// Bytes that a buffer holds.
const BUFFER: usize = 16 << 10;

// What Unix calls these errors. C says them of its streams before it asks the system.
const BAD_DESCRIPTOR: i32 = 9;
const INVALID: i32 = 22;
const ILLEGAL_SEEK: i32 = 29;

/// Where the bytes come from and go.
enum Channel {
    Stdin,
    Stdout,
    Stderr,
    Disk(fs::File),
    Process(Child),
}

/// When bytes that were written go on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Buffering {
    /// When there are many.
    Full,
    /// When a line ends.
    Line,
    /// At once.
    None,
}

/// An open file.
pub(super) struct Stream {
    channel: Channel,
    buffering: Buffering,
    is_writable: bool,
    /// What was read: `input[from..to]` was not asked for yet. It is empty when there is output.
    input: Box<[u8]>,
    from: usize,
    to: usize,
    /// What was written, and has not gone on.
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

    /// The bytes that can be had at once: none at the end.
    pub(super) fn ready(&mut self, host: &mut Host) -> io::Result<&[u8]> {
        if self.from == self.to {
            self.flush_own()?;
            self.input.is_empty().then(|| self.input = vec![0; BUFFER].into());
            (self.from, self.to) = (0, 0);
            self.to = loop {
                match read_some(&mut self.channel, host, &mut self.input) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => break read?,
                }
            };
        }
        Ok(&self.input[self.from..self.to])
    }

    /// The first so many of the bytes that were ready were taken.
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
        // What cannot be written is said at once.
        if is_due || !self.is_writable { self.flush(host) } else { Ok(()) }
    }

    pub(super) fn flush(&mut self, host: &mut Host) -> io::Result<()> {
        match self.channel {
            Channel::Stdout => host.stdout.flush(),
            _ => self.flush_own(),
        }
    }

    /// As [`flush`](Self::flush), for streams that are not the host's.
    fn flush_own(&mut self) -> io::Result<()> {
        if self.output.is_empty() {
            return Ok(());
        }
        // What failed once is not tried again.
        let output = std::mem::take(&mut self.output);
        match &mut self.channel {
            Channel::Disk(file) => file.write_all(&output),
            Channel::Process(Child { stdin: Some(stdin), .. }) => stdin.write_all(&output),
            _ => Err(io::Error::from_raw_os_error(BAD_DESCRIPTOR)),
        }
    }

    /// What was read too early is read again later.
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

    /// Goes to a place, and returns which it is. `None` is one before the first.
    pub(super) fn seek(&mut self, host: &mut Host, place: Option<SeekFrom>) -> io::Result<u64> {
        self.flush(host)?;
        let Channel::Disk(file) = &mut self.channel else { return Err(io::Error::from_raw_os_error(ILLEGAL_SEEK)) };
        let place = place.ok_or_else(|| io::Error::from_raw_os_error(INVALID))?;
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

    /// Writes what is left, and waits for the process if it is one.
    pub(super) fn close(&mut self) -> io::Result<()> {
        let flushed = self.flush_own();
        if let Channel::Process(child) = &mut self.channel {
            // It may wait for these.
            (child.stdin, child.stdout) = (None, None);
            child.wait()?;
        }
        flushed
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // Who wants to hear of a failure closes the file.
        let _unheard = self.close();
    }
}

fn read_some(channel: &mut Channel, host: &mut Host, buffer: &mut [u8]) -> io::Result<usize> {
    match channel {
        Channel::Stdin => {
            // Somebody may wait for a question before he answers it.
            let _unheard = host.stdout.flush();
            host.stdin.read(buffer)
        }
        Channel::Disk(file) => file.read(buffer),
        Channel::Process(Child { stdout: Some(stdout), .. }) => stdout.read(buffer),
        _ => Err(io::Error::from_raw_os_error(BAD_DESCRIPTOR)),
    }
}
