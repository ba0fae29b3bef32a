//! What ops cannot do themselves: the slow paths of the ops, and what builtins work with.

mod arithmetic;
mod builtin;
mod collect;
mod compare;
mod concat;
mod coroutine;
mod error;
mod function;
mod index;
mod place;
mod protected;
mod run;
mod stubs;
mod upvalue;

use std::io::{Read, Write};

use mimeo::StackMove;

use crate::heap::{Coroutine, Gc, Heap, Tracer};
use crate::ops::ops::{Ops, Table, Upvalue, Value, Vm};

pub use arithmetic::to_number;
pub use builtin::{BuiltinFn, Call};
pub use concat::{out_of_memory, push_text};
pub use coroutine::{Resumed, create_coroutine, resume, running, yield_values};
pub use error::{Error, raise, raise_text, raise_text_at};
pub use index::{PlainKind, get, metatable_of};
pub use place::{Frame, frame_at, frames, name_of_callee, place, place_of};
pub use protected::{Exit, Failure, leave, run_protected};
pub use run::{run, run_all};
pub use stubs::Stubs;

pub(crate) use arithmetic::{arithmetic, length_of, power_of, prepare_loop};
pub(crate) use builtin::{builtin_frame, call_builtin};
pub(crate) use collect::{
    clear_behind_arguments, collect_garbage, end_of_machine, safepoint, safepoint_of_builtin, step_by,
};
pub use compare::is_before;
pub(crate) use compare::{is_equal, is_less, is_less_equal};
pub(crate) use concat::concatenate;
pub(crate) use coroutine::{Fibers, finish_coroutine};
pub(crate) use function::{
    callable, collect_arguments, copy_rest, copy_whole_rest, fill_parameters, fill_results, move_down,
};
pub(crate) use index::{
    advance, index, index_field, index_global, index_method, make_table, set, set_elements, set_name,
};
pub(crate) use protected::{caught, protect};
pub(crate) use upvalue::{close_upvalues, make_closure, store_upvalue};

// SAFETY: (1) only the heap makes values with addresses, and nobody outside of this crate gets one but through the hidden
// modules, whose users keep the heap's contract. (2) Bytecode is made by the generator and the stubs. (3) The context's
// pointers lead into the heap, which goes with the machine; `Lua` hands out neither context nor host. (4) Caches compare
// before they are used, and zeros compare with nothing. (5) A callee is part of a function, which keeps its chunk and with it
// the program. (6) Upvalues are closed before their frame goes, and follow a stack that moves. (7) is what the collector is tested for. (8) Runtime
// functions hold objects by address across calls, and `kept` or a slot keeps them alive. (9) Values are neither `Send` nor
// shared.
unsafe impl mimeo::TrustedOps for Ops {
    fn stack_moved(vm: &mut Vm, moved: &StackMove) {
        // SAFETY: (6) of the heap's contract: the list is that of the stack on which the machine works.
        unsafe { vm.host.heap.move_open_upvalues(vm.context.open_upvalues, moved) };
    }
}

/// What the host keeps for the one who embeds the machine.
pub(crate) trait Embedder: Default {
    /// Hands on what the collector must keep.
    fn trace(&self, tracer: &mut Tracer);

    /// Whether it is the function under which calls from outside run.
    fn protects(&self, function: Value) -> bool;
}

/// Says who embeds the machine: implemented for [`Ops`] by the code above the runtime.
pub(crate) trait Embedded {
    /// What the host keeps for it.
    type Embedding: Embedder;
}

/// What only runtime functions see of a running Lua.
pub struct Host {
    /// All its objects.
    pub heap: Heap,
    /// Where the globals are of chunks that are loaded from now on.
    pub globals: Gc<Table>,
    /// What belongs to no program: loaded modules, the metatables of kinds of userdata.
    pub registry: Gc<Table>,
    /// The metatable of all strings.
    pub text_metatable: Option<Gc<Table>>,
    /// The metatables that all values of a [`PlainKind`] have.
    pub kind_metatables: [Option<Gc<Table>>; PlainKind::COUNT],
    /// The code of builtins.
    pub stubs: Stubs,
    /// Standard output.
    pub stdout: Box<dyn Write>,
    /// Standard input.
    pub stdin: Box<dyn Read>,
    /// The handler of an `xpcall` that is running.
    pub(crate) handling: Option<Value>,
    /// An `xpcall` was made, so errors have to look for its handler.
    pub(crate) has_handlers: bool,
    /// What runtime functions hold while others run.
    pub(crate) kept: Vec<Value>,
    /// What goes from one coroutine to another.
    pub(crate) transfer: Vec<Value>,
    /// Room for what goes to another one: it is empty.
    pub(crate) spare_values: Vec<Value>,
    /// The fibers of coroutines, by the numbers that the heap knows.
    pub(crate) fibers: Fibers,
    /// The coroutines that run, the innermost last.
    pub(crate) running: Vec<Gc<Coroutine>>,
    /// The open upvalues of the stacks that these have left, the main one's first.
    pub(crate) left_upvalues: Vec<*mut Upvalue>,
    /// Where bytes are put together: taken, used, and given back.
    pub(crate) buffer: Vec<u8>,
    /// Where the upvalues of a new closure are put together.
    pub(crate) captured: Vec<Gc<Upvalue>>,
    /// A finaliser runs: no other one starts.
    pub(crate) is_finalizing: bool,
    /// What belongs to the one who embeds the machine.
    pub(crate) embedding: <Ops as Embedded>::Embedding,
    /// The program has ended, and is being left.
    pub(crate) exit: Option<Exit>,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("heap", &self.heap).finish_non_exhaustive()
    }
}

impl Host {
    /// A Lua in which nothing is defined.
    pub fn new(stdin: Box<dyn Read>, stdout: Box<dyn Write>) -> Host {
        let mut heap = Heap::default();
        let (globals, registry) = (heap.new_table(0, 0, 0), heap.new_table(0, 0, 0));
        Host {
            heap,
            globals,
            registry,
            text_metatable: None,
            kind_metatables: [None; PlainKind::COUNT],
            stubs: Stubs::default(),
            stdout,
            stdin,
            handling: None,
            has_handlers: false,
            kept: Vec::new(),
            transfer: Vec::new(),
            spare_values: Vec::new(),
            fibers: Fibers::default(),
            running: Vec::new(),
            left_upvalues: Vec::new(),
            buffer: Vec::new(),
            captured: Vec::new(),
            is_finalizing: false,
            embedding: Default::default(),
            exit: None,
        }
    }
}
