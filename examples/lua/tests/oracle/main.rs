//! What the real Luas say is what this one says.

mod ask;
mod chunks;
mod corpus;
mod dates;
mod formats;
mod numbers;
mod patterns;
mod random;
