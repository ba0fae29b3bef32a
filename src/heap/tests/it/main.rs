//! The heap as a language uses it. One of the files has the allocator of all of them.

mod graph;
mod machine;
mod memory;
mod world;
