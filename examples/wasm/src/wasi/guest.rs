//! [`Guest`]: the memory of the program that calls, whose addresses are checked.

use mimeo::Control;

use super::errno::Errno;

/// The largest number of buffers in one call, as on Linux.
const MAX_BUFFERS: u32 = 1024;
/// The largest number of bytes that one call transfers, as on Linux.
const MAX_TRANSFER: u32 = 0x7fff_f000;
/// The size of the address and the length of a buffer.
const BUFFER_BYTES: u32 = 8;

/// The program that calls.
pub(super) struct Guest<'a> {
    pub(super) bytes: &'a mut [u8],
    /// Says whether the program was interrupted.
    pub(super) control: Control,
}

impl Guest<'_> {
    /// Returns the bytes in a range.
    pub(super) fn range(&mut self, at: u32, len: u32) -> Result<&mut [u8], Errno> {
        let at = at as usize;
        at.checked_add(len as usize).and_then(|end| self.bytes.get_mut(at..end)).ok_or(Errno::Fault)
    }

    /// Writes bytes, such as those of a number, which is little-endian.
    pub(super) fn write(&mut self, at: u32, bytes: &[u8]) -> Result<(), Errno> {
        let len = u32::try_from(bytes.len()).map_err(|_| Errno::Fault)?;
        self.range(at, len)?.copy_from_slice(bytes);
        Ok(())
    }

    /// Reads the bytes of a record.
    pub(super) fn read<const N: usize>(&mut self, at: u32) -> Result<[u8; N], Errno> {
        let bytes = self.range(at, N as u32)?;
        Ok((&*bytes).try_into().expect("the range has this length"))
    }

    /// Reads a path.
    pub(super) fn path(&mut self, at: u32, len: u32) -> Result<String, Errno> {
        /// More than the path of any system has.
        const MAX_PATH: u32 = 1 << 16;
        let bytes = self.range(at, len)?;
        if len > MAX_PATH {
            return Err(Errno::NameTooLong);
        }
        let path = std::str::from_utf8(bytes).map_err(|_| Errno::IllegalSequence)?;
        match path {
            "" => Err(Errno::NoEntry),
            path if path.contains('\0') => Err(Errno::Invalid),
            path => Ok(path.to_owned()),
        }
    }

    /// Passes buffers to `transfer` one after the other, until it transfers less than a buffer or fails. Returns the
    /// number of bytes.
    pub(super) fn transfer(
        &mut self,
        buffers: u32,
        count: u32,
        mut transfer: impl FnMut(&mut [u8]) -> Result<usize, Errno>,
    ) -> Result<u32, Errno> {
        if count > MAX_BUFFERS {
            return Err(Errno::Invalid);
        }
        let mut total = 0;
        for index in 0..count {
            let record = buffers.checked_add(index * BUFFER_BYTES).ok_or(Errno::Fault)?;
            let [at, len] = halves(self.read(record)?);
            let wanted = len.min(MAX_TRANSFER - total);
            let buffer = self.range(at, len)?;
            if wanted == 0 {
                continue;
            }
            match transfer(&mut buffer[..wanted as usize]) {
                Ok(done) => {
                    total += done as u32;
                    if done < len as usize {
                        break;
                    }
                }
                Err(_) if total > 0 => break,
                Err(errno) => return Err(errno),
            }
        }
        Ok(total)
    }
}

/// Returns the two numbers in eight bytes.
fn halves(bytes: [u8; 8]) -> [u32; 2] {
    let both = u64::from_le_bytes(bytes);
    [both as u32, (both >> 32) as u32]
}

/// The bytes of a record, which is made field by field.
pub(super) struct Record<const N: usize>(pub(super) [u8; N]);

impl<const N: usize> Record<N> {
    pub(super) fn new() -> Record<N> {
        Record([0; N])
    }

    /// Sets the field at an offset.
    pub(super) fn with(mut self, offset: usize, bytes: &[u8]) -> Record<N> {
        self.0[offset..offset + bytes.len()].copy_from_slice(bytes);
        self
    }
}
