//! Work → its results, done by as many threads as the machine has processors.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::thread;

/// Room for as many runs inside each other as a Lua allows: without optimisation each takes 50 KiB.
const STACK_BYTES: usize = 64 << 20;

/// Does `work` with each of these; a panic is a result too. The results are in the order of the items.
pub fn for_each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<Result<R, String>> {
    let next = Mutex::new(items.iter().enumerate());
    let done = Mutex::new(Vec::new());
    let take = || next.lock().expect("no thread panics with it").next();
    let turn = || {
        while let Some((index, item)) = take() {
            let result = catch_unwind(AssertUnwindSafe(|| work(item))).map_err(|payload| panic_text(&*payload));
            done.lock().expect("no thread panics with it").push((index, result));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, turn).expect("a thread starts");
        }
    });
    let mut done = done.into_inner().expect("no thread panics with it");
    done.sort_by_key(|&(index, _)| index);
    done.into_iter().map(|(_, result)| result).collect()
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}

/// Does `work` in a thread with room for it.
pub fn with_stack<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        thread.expect("a thread starts").join().unwrap_or_else(|payload| resume_unwind(payload))
    })
}
