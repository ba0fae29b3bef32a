//! The runtime functions: the slow paths of the ops, and what builtins use.

mod arithmetic;
mod bounds;
mod builtin;
mod collect;
mod compare;
mod concat;
mod coroutine;
mod error;
mod function;
mod hook;
mod index;
mod place;
mod protected;
mod run;
mod scratch;
mod shortcut;
mod stubs;
mod switch;
mod unwinding;
mod upvalue;
mod work;

use std::io::{Read, Write};

use lua_syntax::parse::Memory;
use mimeo::{Control, StackMove};

use crate::heap::{Coroutine, Gc, Heap, Tracer};
use crate::ops::ops::{Builtins, Ops, Table, Upvalue, Value, Vm};

pub use arithmetic::to_number;
pub use bounds::Bounds;
pub use builtin::{BuiltinFn, Call};
pub use concat::{push_text, too_long};
pub use coroutine::{Resumed, create_coroutine, globals_of, resume, running, set_globals_of, yield_values};
pub use error::{Error, out_of_memory, raise, raise_text, raise_text_at, value_of};
pub use index::{PlainKind, get, metatable_of};
pub use place::{Frame, frame_at, frames, frames_of, name_of_callee, place, place_of};
pub use protected::{Exit, Failure, leave, run_protected};
pub use run::{run, run_all};
pub use scratch::Scratch;
pub use stubs::Stubs;

pub(crate) use arithmetic::{arithmetic, length_of, power_of, prepare_loop};
pub(crate) use builtin::{builtin_frame, call_builtin};
pub(crate) use collect::{
    claim, claim_keeping, clear_after_arguments, collect_as_requested, collect_before, collect_garbage, end_of_machine,
    free_memory, reclaim, safepoint, safepoint_of_builtin, step_by,
};
pub use compare::{are_same, is_before};
pub(crate) use compare::{is_equal, is_less, is_less_equal};
pub(crate) use concat::concatenate;
pub(crate) use coroutine::{Fibers, finish_coroutine};
pub(crate) use function::{
    callable, collect_arguments, copy_rest, copy_whole_rest, fill_parameters, fill_results, move_down, text_of_chunk,
};
pub(crate) use hook::{Hooks, hook_of, set_hook};
pub(crate) use index::{
    advance, copy_literals, copy_pairs, index, index_field, index_global, index_method, make_table, set, set_elements,
    set_name,
};
pub(crate) use protected::{caught, protect};
pub(crate) use shortcut::{float_of, int32, part_of, selected};
pub(crate) use switch::Switch;
pub(crate) use unwinding::before_unwinding;
pub(crate) use upvalue::{close_upvalues, make_closure, store_upvalue};
pub(crate) use work::{PART, append, compare, pay, pay_at_once};

// SAFETY: (1) Only the heap creates values with addresses. Code outside of this crate gets one only through the hidden
// modules, whose users keep the heap's contract. (2) Bytecode comes from the generator and the stubs. (3) The context's
// pointers point into the heap, which is dropped with the machine; `Lua` exposes neither context nor host. (4) Caches
// compare before they are used, and zeros compare equal to nothing. (5) A callee is part of a function, which keeps its
// chunk and with it the program alive. (6) Upvalues are closed before their frame is removed, and follow a stack that
// moves. (7) The tests of the collector check this. (8) Runtime functions hold objects by address across calls, and
// `kept` or a slot keeps them alive. (9) Values are neither `Send` nor shared.
unsafe impl mimeo::TrustedOps for Ops {
    fn stack_moved(vm: &mut Vm, moved: &StackMove) {
        // SAFETY: (6) of the heap's contract: the list is that of the stack on which the machine runs.
        unsafe { vm.host.heap.move_open_upvalues(vm.context.open_upvalues, moved) };
    }
}

/// The part of the host that belongs to the embedder.
pub(crate) trait Embedder: Default {
    /// Traces the objects that it keeps alive.
    fn trace(&self, tracer: &mut Tracer);

    /// Returns the function that protects calls from outside, if the handler is its.
    fn protection(&self, handler: Value) -> Option<Value>;

    /// Returns `true` for the function that protects calls from outside.
    fn protects(&self, function: Value) -> bool;
}

/// The embedder of the machine: implemented for [`Ops`] by the code above the runtime.
pub(crate) trait Embedded {
    /// The embedder's part of the host.
    type Embedding: Embedder;
}

/// The state of a running Lua that only runtime functions access.
pub struct Host {
    /// All objects.
    pub heap: Heap,
    /// The table of globals for chunks that are loaded from now on: that of the running coroutine, or of the main program.
    pub globals: Gc<Table>,
    /// The table of globals of the main program.
    pub(crate) main_globals: Gc<Table>,
    /// The table of globals in which the library was defined.
    pub(crate) first_globals: Gc<Table>,
    /// Values outside of any program: loaded modules, and the metatables of kinds of userdata.
    pub registry: Gc<Table>,
    /// The metatable of all strings.
    pub text_metatable: Option<Gc<Table>>,
    /// The metatables of values of each [`PlainKind`].
    pub kind_metatables: [Option<Gc<Table>>; PlainKind::COUNT],
    /// The code of builtins.
    pub stubs: Stubs,
    /// The builtins whose calls have ops of their own.
    pub(crate) builtins: Builtins,
    /// Standard output.
    pub stdout: Box<dyn Write>,
    /// Standard input.
    pub stdin: Box<dyn Read>,
    /// The function `xpcall`. In its frames, the handler replaces it.
    pub(crate) xpcall: Value,
    /// The handler of an `xpcall` while it is running.
    pub(crate) handling: Option<Value>,
    /// Whether `xpcall` was ever called, so that errors have to look for its handler.
    pub(crate) has_handlers: bool,
    /// Values that runtime functions keep alive while others run.
    pub(crate) kept: Vec<Value>,
    /// What a coroutine passes to the one that resumed it: true, then the values.
    pub(crate) transfer: Vec<Value>,
    /// The fibers of coroutines, by the numbers that the heap uses.
    pub(crate) fibers: Fibers,
    /// The hook of the main program, and the state of the running one.
    pub(crate) hooks: Hooks,
    /// The running coroutines, innermost last.
    pub(crate) running: Vec<Gc<Coroutine>>,
    /// The open upvalues of the stacks that resumed these, the main stack first.
    pub(crate) left_upvalues: Vec<*mut Upvalue>,
    /// A buffer to reuse; empty while it is in use.
    pub(crate) buffer: Vec<u8>,
    /// A vector to reuse for the upvalues of a new closure.
    pub(crate) captured: Vec<Gc<Upvalue>>,
    /// Whether a finaliser is running: no other one starts then.
    pub(crate) is_finalizing: bool,
    /// Whether a chunk is being loaded by a reader of the program.
    pub(crate) is_reading: bool,
    /// The memory of the parser that ran last.
    pub(crate) parser: Memory,
    /// What the program may do.
    pub(crate) bounds: Bounds,
    /// The machine's own handle, for functions that have only the host.
    pub(crate) control: Control,
    /// The part that belongs to the embedder.
    pub(crate) embedding: <Ops as Embedded>::Embedding,
    /// What `jit.on` and `jit.off` change, if there is a native tier.
    pub(crate) switch: Option<Switch>,
    /// Set once the program has called `os.exit`.
    pub(crate) exit: Option<Exit>,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("heap", &self.heap).finish_non_exhaustive()
    }
}

impl Host {
    /// Creates a host in which nothing is defined.
    pub fn new(stdin: Box<dyn Read>, stdout: Box<dyn Write>) -> Host {
        let mut heap = Heap::default();
        let (globals, registry) = (heap.new_table(0, 0, 0), heap.new_table(0, 0, 0));
        Host {
            heap,
            globals,
            main_globals: globals,
            first_globals: globals,
            registry,
            text_metatable: None,
            kind_metatables: [None; PlainKind::COUNT],
            stubs: Stubs::default(),
            builtins: Builtins::NONE,
            stdout,
            stdin,
            xpcall: Value::NIL,
            handling: None,
            has_handlers: false,
            kept: Vec::new(),
            transfer: Vec::new(),
            fibers: Fibers::default(),
            hooks: Hooks::default(),
            running: Vec::new(),
            left_upvalues: Vec::new(),
            buffer: Vec::new(),
            captured: Vec::new(),
            is_finalizing: false,
            is_reading: false,
            parser: Memory::default(),
            bounds: Bounds::default(),
            control: Control::default(),
            embedding: Default::default(),
            switch: None,
            exit: None,
        }
    }
}
