//! Many programs that do harm, on many threads at once: all end in time, and what they used is returned.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lua::{Failure, Lua, Options, Stop};
use mimeo::jit::{JitConfig, Mode};
use mimeo_corpus::alone::is_alone;
use mimeo_corpus::memory::Size;

use crate::harm::program;
use crate::with_callbacks;

/// The time that a program gets.
const TIME: Duration = Duration::from_millis(50);

/// The memory that a program gets.
const MEMORY_BYTES: usize = 32 << 20;

/// How far small objects can exceed the limit on memory until the next safepoint.
const OVERSHOOT_BYTES: usize = 64 << 10;

/// How long after its deadline a program may end at the latest. Much of it is for machines with fewer processors than
/// threads, and for code that is not optimised.
const GRACE: Duration = Duration::from_secs(20);

const THREADS: u64 = 8;

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |value| value.parse().unwrap_or_else(|_| panic!("{variable} is {value}")))
}

/// Creates a Lua as a host for untrusted programs does, with two functions that call back.
fn sandbox(seed: u64) -> Lua {
    let jit = [None, Some(Mode::On), Some(Mode::Auto)][seed as usize % 3].map(JitConfig::new);
    let sandboxed = Options::sandboxed();
    let limits = sandboxed.limits.with_memory(Some(MEMORY_BYTES));
    with_callbacks(Options { jit, limits, ..sandboxed })
}

/// Runs a program with a limited time, or with limited fuel. Returns how it ended, and how long after its time.
fn run(seed: u64) -> (Result<(), Failure>, Duration) {
    let program = program(seed);
    let mut lua = sandbox(seed);
    let start = Instant::now();
    let deadline = lua.deadline(TIME).expect("threads can be started");
    if seed.is_multiple_of(4) {
        lua.set_fuel(Some(1_000_000));
    }
    let result = lua.load(&program, "=harm").and_then(|function| lua.call(&function, &[]));
    let taken = start.elapsed();
    assert!(taken < TIME + GRACE, "{program} has taken {taken:?} (seed {seed})");
    if let Err(failure) = &result {
        match failure.stop {
            Some(Stop::Interrupted) => assert!(deadline.has_passed(), "{program} (seed {seed})"),
            Some(Stop::OutOfFuel) => assert_eq!(lua.fuel(), Some(0), "{program} (seed {seed})"),
            None => {}
        }
        assert!(failure.exit.is_none(), "{program} (seed {seed})");
    }
    // The Lua is usable afterwards. Finalisers of the program that are left can still take all the time.
    drop(deadline);
    lua.set_fuel(None);
    // SAFETY: no values are passed to the machine.
    let memory = unsafe { lua.machine() }.memory().clone();
    assert!(memory.used() <= MEMORY_BYTES + OVERSHOOT_BYTES, "{program} took {} (seed {seed})", memory.used());
    // What its globals hold stays.
    memory.set_limit(None);
    // An interruption ends with the call that it stops.
    let of_finalizers = lua.deadline(TIME).expect("threads can be started");
    lua.scope().collect();
    drop(of_finalizers);
    let deadline = lua.deadline(TIME).expect("threads can be started");
    match lua.load("return 6 * 7", "=check").and_then(|check| lua.call(&check, &[])) {
        Ok(results) => assert_eq!(results, [42.into()], "{program} (seed {seed})"),
        Err(failure) => assert!(failure.stop.is_some() && deadline.has_passed(), "{program} (seed {seed}): {failure}"),
    }
    (result.map(drop), taken.saturating_sub(TIME))
}

/// Returns the resident memory of the process in bytes, without what the allocator keeps for reuse, if the system tells.
fn resident() -> Option<u64> {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it returns free pages to the system.
    unsafe {
        libc::malloc_trim(0);
    }
    Size::now().map(|size| size.resident_bytes)
}

#[test]
fn random_harmful_programs_end_in_time_and_leave_nothing() {
    // Otherwise, glibc keeps memory that depends on chance: of the arena of each thread, and of the stacks of threads.
    let setup = "export GLIBC_TUNABLES=glibc.malloc.arena_max=1:glibc.pthread.stack_cache_size=0";
    if !is_alone("random::random_harmful_programs_end_in_time_and_leave_nothing", setup) {
        return;
    }
    let programs = number("MIMEO_HARMFUL_PROGRAMS", 120);
    let first = number("MIMEO_RANDOM_SEED", 1);
    let [next, stopped, latest] = [first, 0, 0].map(AtomicU64::new);
    let run_until = |end: u64| {
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= end {
                            break;
                        }
                        let (result, late) = run(seed);
                        let is_stopped = result.is_err_and(|failure| failure.stop.is_some());
                        stopped.fetch_add(u64::from(is_stopped), Ordering::Relaxed);
                        latest.fetch_max(late.as_millis() as u64, Ordering::Relaxed);
                    }
                });
            }
        });
        next.store(end, Ordering::Relaxed);
    };
    // What the process needs once: code, and the allocator's own pools.
    run_until(first + programs / 2);
    let before = resident();
    run_until(first + programs);
    let stopped = stopped.into_inner();
    assert!(programs < 50 || stopped * 2 > programs, "only {stopped} of {programs} were stopped");
    if let (Some(before), Some(after)) = (before, resident()) {
        println!("the last stop came {} ms late", latest.into_inner());
        println!("{stopped} of {programs} were stopped; resident: {before} bytes, then {after}");
        let room = 4 << 20;
        assert!(after < before + room, "{before} bytes were resident, then {after}");
    }
}
