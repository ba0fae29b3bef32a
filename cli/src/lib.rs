//! What the command `mimeo` does: object files → what is in them, ops → tables to check in.
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`command`] | a command line | what was asked for |
//! | [`listing`] | an object file | its stencils, for people |
//! | [`generate`] | ops and a target | the table that is checked in beside the ops |
//! | [`selftest`] | objects made by hand, sound and broken | the certainty that extraction takes and refuses them |
//! | [`fuzz`] | object files and tables, damaged at random | the certainty that reading them does not panic |
//! | [`support`] | the supported targets | the page that says what works where, as it was run |
#![forbid(unsafe_code)]

pub mod command;
pub mod fuzz;
pub mod generate;
pub mod listing;
pub mod selftest;
pub mod support;
