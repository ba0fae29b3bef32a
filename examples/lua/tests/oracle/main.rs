//! Comparisons with the reference Luas.

mod ask;
mod chunks;
mod corpus;
mod dates;
mod formats;
mod library;
mod numbers;
mod patterns;
mod random;
