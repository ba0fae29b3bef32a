//! The command `mimeo`: names → projects of new languages, object files → listings of their stencils, ops → tables to
//! check in, and pages.
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`command`] | a command line | the requested action |
//! | [`new`] | a name | the project of a new language |
//! | [`listing`] | an object file | its stencils, for people |
//! | [`generate`] | ops and a target | the table to check in beside the ops |
//! | [`explore`] | ops | a page with each stage of them |
//! | [`renew`] | a folder with tables | the same tables for the current ops, or what is stale |
//! | [`selftest`] | built-in objects, valid and invalid | a report on the results of extraction |
//! | [`fuzz`] | a damaged file | the number of its stencils |
#![forbid(unsafe_code)]

pub mod command;
pub mod explore;
pub mod fuzz;
pub mod generate;
pub mod listing;
pub mod new;
pub mod renew;
pub mod selftest;
