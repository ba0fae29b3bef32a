//! Random bytes, the scheduler, signals and sockets.

use super::Wasi;
use super::errno::Errno;
use super::guest::Guest;

pub(super) fn random_get(_: &mut Wasi, guest: &mut Guest<'_>, (at, len): (u32, u32)) -> Result<(), Errno> {
    getrandom::fill(guest.range(at, len)?).map_err(|_| Errno::Io)
}

pub(super) fn sched_yield(_: &mut Wasi, _: &mut Guest<'_>, (): ()) -> Result<(), Errno> {
    std::thread::yield_now();
    Ok(())
}

/// There are no signals.
pub(super) fn proc_raise(_: &mut Wasi, _: &mut Guest<'_>, _: (u32,)) -> Result<(), Errno> {
    Err(Errno::NotImplemented)
}

pub(super) fn sock_accept(wasi: &mut Wasi, _: &mut Guest<'_>, (fd, _, _): (u32, u32, u32)) -> Result<(), Errno> {
    no_socket(wasi, fd)
}

pub(super) fn sock_recv(
    wasi: &mut Wasi,
    _: &mut Guest<'_>,
    (fd, ..): (u32, u32, u32, u32, u32, u32),
) -> Result<(), Errno> {
    no_socket(wasi, fd)
}

pub(super) fn sock_send(wasi: &mut Wasi, _: &mut Guest<'_>, (fd, ..): (u32, u32, u32, u32, u32)) -> Result<(), Errno> {
    no_socket(wasi, fd)
}

pub(super) fn sock_shutdown(wasi: &mut Wasi, _: &mut Guest<'_>, (fd, _): (u32, u32)) -> Result<(), Errno> {
    no_socket(wasi, fd)
}

/// No descriptor is a socket.
fn no_socket(wasi: &mut Wasi, fd: u32) -> Result<(), Errno> {
    wasi.descriptors.get(fd)?;
    Err(Errno::NotSocket)
}
