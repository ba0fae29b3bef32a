//! Tests that start other programs (cargo, compilers, git) or read the files of the tree. What they find does not depend
//! on the processor or the C compiler of the build, so `--skip tools::` leaves them out where that changes.

mod drift;
mod new;
mod outside;
mod packages;
mod prebuilt;
mod reentry;
mod sanitizer;
mod tidy;
mod tree;
mod ui;
