//! Every message of the op language: what happened, and what to write instead. `tests/ui` pins each one.

mod problem;
mod texts;

pub(crate) use problem::Problem;
