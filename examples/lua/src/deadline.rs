//! [`Deadline`]: a time at which a program is interrupted, by a thread that serves the whole process.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mimeo::Control;

/// A time at which a program is interrupted, unless this is dropped before: see [`Lua::deadline`](crate::Lua::deadline).
#[derive(Debug)]
pub struct Deadline {
    key: Key,
    control: Control,
}

/// The time of a deadline, and a number that tells apart deadlines with the same time.
type Key = (Instant, u64);

/// The deadlines of the process, and the thread that waits for them.
#[derive(Debug)]
struct Watchdog {
    state: Mutex<State>,
    is_earlier: Condvar,
}

#[derive(Debug)]
struct State {
    deadlines: BTreeMap<Key, Control>,
    next_number: u64,
    is_running: bool,
}

static WATCHDOG: Watchdog = Watchdog {
    state: Mutex::new(State { deadlines: BTreeMap::new(), next_number: 0, is_running: false }),
    is_earlier: Condvar::new(),
};

impl Deadline {
    pub(crate) fn start(control: &Control, after: Duration) -> io::Result<Deadline> {
        let now = Instant::now();
        // A time that cannot be represented never comes; neither does one in a century.
        let at = now.checked_add(after).unwrap_or_else(|| now + Duration::from_secs(100 * 365 * 24 * 3600));
        let mut state = WATCHDOG.lock();
        if !state.is_running {
            std::thread::Builder::new().name("lua deadlines".to_owned()).spawn(|| WATCHDOG.run())?;
            state.is_running = true;
        }
        state.next_number += 1;
        let key = (at, state.next_number);
        state.deadlines.insert(key, control.clone());
        if state.deadlines.first_key_value().is_some_and(|(&first, _)| first == key) {
            WATCHDOG.is_earlier.notify_one();
        }
        Ok(Deadline { key, control: control.clone() })
    }

    /// Returns `true` if the program was interrupted because of this deadline.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        !WATCHDOG.lock().deadlines.contains_key(&self.key)
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        let is_early = WATCHDOG.lock().deadlines.remove(&self.key).is_some();
        if !is_early {
            // If no program was running, the next one must not be interrupted.
            self.control.clear();
        }
    }
}

impl Watchdog {
    /// Locks the state, which is consistent after every step, so that a panic elsewhere does not matter.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            while let Some(first) = state.deadlines.first_entry().filter(|first| first.key().0 <= now) {
                first.remove().interrupt();
            }
            let next = state.deadlines.first_key_value().map(|(&(at, _), _)| at);
            state = match next {
                Some(at) => {
                    let waited = self.is_earlier.wait_timeout(state, at.saturating_duration_since(now));
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.is_earlier.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}
