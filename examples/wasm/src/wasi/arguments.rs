//! Arguments and the environment.

use super::Wasi;
use super::errno::Errno;
use super::guest::Guest;

pub(super) fn args_sizes_get(wasi: &mut Wasi, guest: &mut Guest<'_>, out: (u32, u32)) -> Result<(), Errno> {
    write_sizes(guest, &wasi.args, out)
}

pub(super) fn args_get(wasi: &mut Wasi, guest: &mut Guest<'_>, out: (u32, u32)) -> Result<(), Errno> {
    write(guest, &wasi.args, out)
}

pub(super) fn environ_sizes_get(wasi: &mut Wasi, guest: &mut Guest<'_>, out: (u32, u32)) -> Result<(), Errno> {
    write_sizes(guest, &wasi.environment, out)
}

pub(super) fn environ_get(wasi: &mut Wasi, guest: &mut Guest<'_>, out: (u32, u32)) -> Result<(), Errno> {
    write(guest, &wasi.environment, out)
}

/// Writes the number of strings, and that of their bytes with the zero after each.
fn write_sizes(guest: &mut Guest<'_>, strings: &[Vec<u8>], (count, bytes): (u32, u32)) -> Result<(), Errno> {
    let total: usize = strings.iter().map(|string| string.len() + 1).sum();
    guest.write(count, &(strings.len() as u32).to_le_bytes())?;
    guest.write(bytes, &u32::try_from(total).map_err(|_| Errno::Overflow)?.to_le_bytes())
}

/// Writes strings with a zero after each to `bytes`, and their addresses to `addresses`.
fn write(guest: &mut Guest<'_>, strings: &[Vec<u8>], (addresses, bytes): (u32, u32)) -> Result<(), Errno> {
    let (mut address, mut at) = (addresses, bytes);
    for string in strings {
        guest.write(address, &at.to_le_bytes())?;
        guest.write(at, string)?;
        let end = at.checked_add(string.len() as u32).ok_or(Errno::Fault)?;
        guest.write(end, &[0])?;
        // The last string may end where the memory does, and there is no address after it.
        address = address.wrapping_add(4);
        at = end.wrapping_add(1);
    }
    Ok(())
}
