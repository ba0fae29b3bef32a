//! One binary for the tests of calc's C interface: the header, C programs, the page.

mod embed;
mod header;
mod page;
mod toolchain;
