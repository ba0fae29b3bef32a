//! Real C, compiled by the compilers of this machine → stencils with the expected holes, or the exact refusal.
//!
//! Every test runs with every compiler that is found; [`machine`] lists them and says which are mandatory.
//! `CC=clang-19 cargo test` adds that one to the list.

mod baseline;
mod damage;
mod fixture;
mod hints;
mod landing_pads;
mod machine;
mod prebuilt;
mod refusals;
mod stencils;
mod tables;
mod tiny;
