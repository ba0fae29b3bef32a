//! What the command `mimeo` does: object files → what is in them, ops → tables to check in.
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`command`] | a command line | what was asked for |
//! | [`listing`] | an object file | its stencils, for people |
//! | [`generate`] | ops and a target | the table that is checked in beside the ops |
//! | [`selftest`] | objects made by hand, sound and broken | the certainty that extraction takes and refuses them |
#![forbid(unsafe_code)]

pub mod command;
pub mod generate;
pub mod listing;
pub mod selftest;
