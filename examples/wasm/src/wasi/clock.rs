//! Clocks, and waiting for them or for descriptors.

use std::time::{Duration, Instant, SystemTime};

use cpu_time::{ProcessTime, ThreadTime};
use mimeo::Control;

use super::Wasi;
use super::errno::Errno;
use super::guest::{Guest, Record};
use super::status::nanoseconds;

/// The numbers of clocks.
const REALTIME: u32 = 0;
const MONOTONIC: u32 = 1;
const PROCESS: u32 = 2;
const THREAD: u32 = 3;

/// Returns the time of a clock in nanoseconds.
fn time(wasi: &Wasi, clock: u32) -> Result<u64, Errno> {
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    Ok(match clock {
        REALTIME => nanoseconds(SystemTime::now()),
        MONOTONIC => nanos(wasi.start.elapsed()),
        PROCESS => nanos(ProcessTime::try_now()?.as_duration()),
        THREAD => nanos(ThreadTime::try_now()?.as_duration()),
        _ => return Err(Errno::Invalid),
    })
}

pub(super) fn clock_time_get(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (clock, _, out): (u32, u64, u32),
) -> Result<(), Errno> {
    guest.write(out, &time(wasi, clock)?.to_le_bytes())
}

/// Says that clocks have nanoseconds, as their interfaces do.
pub(super) fn clock_res_get(wasi: &mut Wasi, guest: &mut Guest<'_>, (clock, out): (u32, u32)) -> Result<(), Errno> {
    time(wasi, clock)?;
    guest.write(out, &1u64.to_le_bytes())
}

/// The size of what a program waits for.
const SUBSCRIPTION_BYTES: u32 = 48;
/// The size of what happened.
const EVENT_BYTES: u32 = 32;

/// What a program waits for.
struct Subscription {
    /// The program's own number.
    user: u64,
    kind: u8,
    /// How long it takes, or why it cannot be waited for.
    wait: Result<Duration, Errno>,
}

/// The clocks that can be waited for, at the start of the wait.
struct Clocks {
    realtime: u64,
    monotonic: u64,
}

impl Subscription {
    /// Reads the one with an index.
    fn read(wasi: &mut Wasi, guest: &mut Guest<'_>, all: u32, index: u32, now: &Clocks) -> Result<Subscription, Errno> {
        const CLOCK: u8 = 0;
        const READ: u8 = 1;
        const WRITE: u8 = 2;
        const ABSOLUTE: u8 = 1;
        let record: [u8; SUBSCRIPTION_BYTES as usize] = guest.read(place(all, index, SUBSCRIPTION_BYTES)?)?;
        let word = |at: usize| u64::from_le_bytes(record[at..at + 8].try_into().expect("it has eight bytes"));
        let (kind, number, is_absolute) = (record[8], word(16) as u32, record[40] & ABSOLUTE != 0);
        let wait = match (kind, number) {
            (CLOCK, REALTIME | MONOTONIC) => {
                let now = if number == REALTIME { now.realtime } else { now.monotonic };
                Ok(Duration::from_nanos(word(24).saturating_sub(if is_absolute { now } else { 0 })))
            }
            (CLOCK, _) => Err(Errno::NotSupported),
            // What is open can always be read or written.
            (READ | WRITE, fd) => wasi.descriptors.get(fd).map(|_| Duration::ZERO),
            _ => return Err(Errno::Invalid),
        };
        Ok(Subscription { user: word(0), kind, wait })
    }

    /// Returns when it happens, which is at once if it cannot be waited for.
    fn when(&self) -> Duration {
        self.wait.unwrap_or(Duration::ZERO)
    }
}

/// Returns the address of an element.
fn place(start: u32, index: u32, bytes: u32) -> Result<u32, Errno> {
    index.checked_mul(bytes).and_then(|offset| start.checked_add(offset)).ok_or(Errno::Fault)
}

/// Waits for the first of several times or descriptors.
pub(super) fn poll_oneoff(
    wasi: &mut Wasi,
    guest: &mut Guest<'_>,
    (subscriptions, events, count, out): (u32, u32, u32, u32),
) -> Result<(), Errno> {
    let now = Clocks { realtime: time(wasi, REALTIME)?, monotonic: time(wasi, MONOTONIC)? };
    let mut first = None;
    for index in 0..count {
        let when = Subscription::read(wasi, guest, subscriptions, index, &now)?.when();
        first = first.into_iter().chain([when]).min();
    }
    let first = first.ok_or(Errno::Invalid)?;
    sleep(first, &guest.control);
    let mut happened = 0;
    for index in 0..count {
        let subscription = Subscription::read(wasi, guest, subscriptions, index, &now)?;
        if subscription.when() <= first {
            let error = subscription.wait.map_or_else(|errno| errno as u16, |_| 0);
            let event = Record::<{ EVENT_BYTES as usize }>::new()
                .with(0, &subscription.user.to_le_bytes())
                .with(8, &error.to_le_bytes())
                .with(10, &[subscription.kind]);
            guest.write(place(events, happened, EVENT_BYTES)?, &event.0)?;
            happened += 1;
        }
    }
    guest.write(out, &happened.to_le_bytes())
}

/// Sleeps, until the program is interrupted.
fn sleep(time: Duration, control: &Control) {
    /// How long an interruption may wait.
    const SLICE: Duration = Duration::from_millis(10);
    let start = Instant::now();
    while let Some(rest) = time.checked_sub(start.elapsed()).filter(|rest| !rest.is_zero())
        && !control.is_interrupted()
    {
        std::thread::sleep(rest.min(SLICE));
    }
}
