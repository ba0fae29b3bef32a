//! The time of a loop that adds, in each of the two languages, with small integers, large ones and floats.

use std::hint::black_box;
use std::time::Instant;

use mimeo::jit::{JitConfig, Mode};
use wide::{Number, Objects, Slots, Sum};

/// The kinds of numbers: their name, and the first one. The sums of small ones fit 32 bits.
const KINDS: [(&str, i64); 3] = [("small integers", -20_000), ("large integers", 1 << 40), ("floats", 0)];

/// The rounds of a loop, and how often it runs.
const ROUNDS: i64 = 40_000;
const RUNS: u32 = 100;

fn main() {
    println!("nanoseconds of a round, which is two additions and a branch");
    for (name, mode) in [("interpreter", Mode::Off), ("native code", Mode::On)] {
        for (kind, first) in KINDS {
            let numbers = [first, 0, 1, first + ROUNDS].map(|number| match kind {
                "floats" => Number::Float(number as f64),
                _ => Number::Int(number),
            });
            let (objects, slots) = (time::<Objects>(mode, numbers), time::<Slots>(mode, numbers));
            let [objects, slots] = [objects, slots].map(|time| time as f64 / (ROUNDS * i64::from(RUNS)) as f64);
            println!("{name}, {kind}: objects {objects:.2}, two slots {slots:.2}");
        }
    }
    let (objects, slots) = (code_bytes::<Objects>(), code_bytes::<Slots>());
    println!("bytes of native code: objects {objects}, two slots {slots}");
}

/// Returns the least nanoseconds of five runs.
fn time<S: Sum>(mode: Mode, numbers: [Number; 4]) -> u128 {
    let mut sum = S::new(JitConfig::new(mode));
    let times = (0..5).map(|_| {
        let start = Instant::now();
        for _ in 0..RUNS {
            black_box(sum.run(numbers).expect("the sum is small enough"));
        }
        start.elapsed().as_nanos()
    });
    times.min().expect("there are five")
}

fn code_bytes<S: Sum>() -> u64 {
    let mut sum = S::new(JitConfig::new(Mode::On));
    sum.run([0, 0, 1, 1].map(Number::Int)).expect("the sum is small enough");
    sum.code_bytes()
}
