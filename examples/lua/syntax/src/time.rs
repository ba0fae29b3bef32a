//! Turns seconds since 1970 into dates and back: `os.date` and `os.time`, with C's conversions in the C locale.

mod format;
mod shape;
mod zone;

pub use zone::{Date, Fields, Zone};
