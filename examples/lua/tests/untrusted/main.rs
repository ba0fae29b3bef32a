//! Programs that do harm → a result or a stop, in time: what `docs/untrusted.md` promises.

mod harm;
mod random;
mod stops;
