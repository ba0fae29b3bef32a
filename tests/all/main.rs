//! One binary for all tests of the whole, so that linking costs once.

mod programs;
