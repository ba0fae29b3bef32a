//! Lua's objects: creates them, reads and stores their contents, and frees the unreachable ones.
//!
//! ```text
//!   runtime functions ── Heap::new_table, set, … ──► objects ◄── fields of `ops::Table` … ── stencils
//!          │                                            ▲
//!          └─ Heap::step(roots), when it needs one ─────┘ marks from the roots, sweeps the rest
//! ```
//!
//! Creating an object never collects and never fails; it only uses up a budget. The code that runs the machine calls
//! [`needs_attention`](Heap::needs_attention) where everything that is still in use can be found from the [`Roots`],
//! and if it returns `true`, [`step`](Heap::step) if that [is due](Heap::needs_step), and [`settle`](Heap::settle).
//! Between two such places a [`Value`] or [`Gc`] can be used freely. What can be large is [claimed](Heap::claim) first.
//!
//! # The contract
//!
//! Everything below relies on these rules. The unsafe blocks in this module cite their numbers.
//!
//! 1. A [`Gc<T>`], and a [`Value`] with the tag of an object, is the address of a live object of that kind. Only the
//!    heap creates them. [`Heap::step`] and [`Heap::collect`] free the objects that are unreachable from the roots, so
//!    both are `unsafe`: their caller promises not to use such a value again. Values of a dropped heap must not be used
//!    either.
//! 2. The fields of an object are as the documentation of its type in [`ops`](crate::ops::ops) says. In particular
//!    `slots` and `array` of a table are blocks of the pool that hold as many values as their lengths say or, with a
//!    length of 0, dangling.
//! 3. No reference into an object outlives the call that created it, except to what never changes (the bytes of a text,
//!    and the parts that a chunk, a builtin or a shape was made with). So a `&mut` to an object is the only reference
//!    to it.
//! 4. A heap and its objects stay in one thread.
//! 5. No black object points to a white one, except a table that waits in `again`: code that stores an object into
//!    another calls the [barrier](Heap::barrier_back), or [`barrier_forward`](Heap::barrier_forward). Values on a stack
//!    need no barrier: the stacks are scanned last.
//! 6. An open upvalue points into a stack that exists as long as its coroutine or, for the main stack, the machine.
//!    Before the stack or the slot's frame is removed, the upvalue is [closed](Heap::close_upvalues).
//! 7. The bytes of a text never change and never move. They are in its own allocation, or they are the first bytes of a
//!    [buffer](Heap::append) that exists as long as a text in it does. A buffer is written only after all of them.

mod accounts;
mod array;
mod buffer;
mod caches;
mod collect;
mod coroutine;
mod event;
mod free;
mod function;
mod gc;
mod hash;
mod hook;
mod inherit;
mod intern;
mod mark;
mod memory;
mod names;
mod pool;
mod set;
mod shape;
mod shapes;
mod sweep;
mod table;
mod text;
mod trace;
mod upvalue;
mod userdata;
mod value;
mod weak;

#[cfg(test)]
mod tests;

pub use collect::Roots;
pub use coroutine::{Coroutine, CoroutineState, LeftFunction, LeftLocal};
pub use event::Event;
pub use function::{
    Builtin, Capture, Chunk, ChunkParts, Closure, HiddenLocal, LocalName, LocalRange, NameKind, Native, OperandName,
    Prototype, Shortcut, StopPoint,
};
pub use gc::{Gc, Kind};
pub use hash::HashPart;
pub use hook::Hook;
pub use mark::Tracer;
pub use set::BadKey;
pub use shape::Shape;
pub use userdata::Userdata;

use std::collections::VecDeque;

use crate::ops::ops::Object;
#[cfg(doc)]
use crate::ops::ops::Value;

use accounts::Accounts;
pub(crate) use accounts::HEADROOM;
use collect::Phase;
use inherit::Inheritance;
use intern::Texts;
use pool::Pool;
use shapes::Shapes;

/// All objects of one Lua, and their collector.
///
/// The [`Default`] is an empty heap, which is cheap to create. It replaces the real heap while that collects with the
/// rest of the machine as its roots.
#[derive(Debug)]
pub struct Heap {
    /// All objects but interned texts and shapes, newest first.
    objects: *mut Object,
    texts: Texts,
    shapes: Shapes,
    accounts: Accounts,
    tracer: Tracer,
    phase: Phase,
    /// All userdata that were not finalised yet, oldest first.
    userdata: Vec<Gc<Userdata>>,
    /// All coroutines that have a fiber.
    coroutines: Vec<Gc<Coroutine>>,
    /// Userdata that wait for their `__gc`, in the order of the calls.
    finalizers: VecDeque<Gc<Userdata>>,
    /// The number of them that may be called now.
    finalizers_due: usize,
    dead_fibers: Vec<u32>,
    dead_programs: Vec<u64>,
    /// The names of the metamethods.
    events: Vec<Gc<crate::ops::ops::Text>>,
    inheritance: Inheritance,
    pool: Pool,
}

impl Default for Heap {
    fn default() -> Heap {
        Heap {
            objects: std::ptr::null_mut(),
            texts: Texts::default(),
            shapes: Shapes::default(),
            accounts: Accounts::default(),
            tracer: Tracer::default(),
            phase: Phase::Pause,
            userdata: Vec::new(),
            coroutines: Vec::new(),
            finalizers: VecDeque::new(),
            finalizers_due: 0,
            dead_fibers: Vec::new(),
            dead_programs: Vec::new(),
            events: Vec::new(),
            inheritance: Inheritance::default(),
            pool: Pool::default(),
        }
    }
}

impl Heap {
    /// Returns the fibers of coroutines that were freed since the last call. The caller must drop them.
    pub fn take_dead_fibers(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.dead_fibers)
    }

    /// Returns the [programs](ChunkParts::program) of chunks that were freed since the last call. The caller must
    /// unload them.
    pub fn take_dead_programs(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.dead_programs)
    }

    /// Returns how often shapes were freed, for [`Context::shapes_freed`](crate::ops::ops::Context::shapes_freed).
    #[must_use]
    pub fn shapes_freed(&self) -> u32 {
        self.shapes.freed
    }
}
