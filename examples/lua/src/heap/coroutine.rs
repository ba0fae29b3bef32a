//! A function and, once it has started, a fiber → a [`Coroutine`].
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use super::trace::traced;
use super::{Gc, Heap, Hook, Kind};
use crate::ops::ops::{BLACK, Object, Table, Upvalue, Value};

/// The state of a coroutine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoroutineState {
    /// Not started, or waiting in `yield`.
    Suspended,
    /// Running.
    Running,
    /// Has resumed another coroutine.
    Normal,
    /// Finished.
    Dead,
}

/// A function that was active when an error ended its coroutine.
#[derive(Debug)]
pub struct LeftFunction {
    /// The function.
    pub function: Value,
    /// The line in which it was, if it is written in Lua.
    pub line: Option<u32>,
    /// The kind and the name under which it was called.
    pub name: Option<(&'static str, String)>,
    /// Its locals.
    pub locals: Box<[LeftLocal]>,
}

traced!(LeftFunction { function, locals } not { line, name });

impl LeftFunction {
    fn size(&self) -> usize {
        size_of::<LeftFunction>() + size_of_val(&*self.locals)
    }
}

/// A local of a [`LeftFunction`].
#[derive(Clone, Copy, Debug)]
pub struct LeftLocal {
    /// Its name.
    pub name: Value,
    /// Its value.
    pub value: Value,
}

traced!(LeftLocal { name, value } not {});

/// A coroutine.
#[derive(Debug)]
#[repr(C)]
pub struct Coroutine {
    pub(super) object: Object,
    /// Its state.
    pub state: CoroutineState,
    fiber: Option<u32>,
    /// The function to start with; `nil` after the start.
    pub(super) body: Value,
    /// The open upvalues of its stack, while it does not run.
    pub(super) open_upvalues: *mut Upvalue,
    hook: Hook,
    globals: *mut Table,
    /// The functions that an error has left, innermost first.
    left: Option<Box<[LeftFunction]>>,
}

// Its stack belongs to the fiber.
traced!(Coroutine { body, hook, globals, left } not { object, state, fiber, open_upvalues });

impl Coroutine {
    /// Its size in bytes, with its places in the lists of the heap and of the host.
    pub(super) fn size(&self) -> usize {
        size_of::<Coroutine>() + 5 * size_of::<u64>() + self.left().iter().map(LeftFunction::size).sum::<usize>()
    }

    /// Returns `true` if it has not started.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.state == CoroutineState::Suspended && self.fiber.is_none()
    }

    /// Returns its hook.
    #[must_use]
    pub fn hook(&self) -> Hook {
        self.hook
    }

    /// Returns the table of globals for chunks that it loads, if it was set.
    #[must_use]
    pub fn globals(&self) -> Option<Gc<Table>> {
        // SAFETY: (1): the coroutine keeps the table alive, unless it is null.
        unsafe { Gc::option(self.globals) }
    }

    /// Returns the functions that were active when an error ended it, innermost first.
    #[must_use]
    pub fn left(&self) -> &[LeftFunction] {
        self.left.as_deref().unwrap_or_default()
    }

    /// Returns the fiber in which it runs, from its start to its end.
    #[must_use]
    pub fn fiber(&self) -> Option<u32> {
        self.fiber
    }
}

impl Heap {
    /// Creates a coroutine that will call a function.
    pub fn new_coroutine(&mut self, body: Value) -> Gc<Coroutine> {
        let object = Object { next: self.objects, kind: Kind::Coroutine as u8, mark: self.tracer.white };
        let open_upvalues = std::ptr::null_mut();
        let (state, hook) = (CoroutineState::Suspended, Hook::NONE);
        let globals = std::ptr::null_mut();
        let coroutine = Coroutine { object, state, fiber: None, body, open_upvalues, hook, globals, left: None };
        let coroutine: Gc<Coroutine> = self.place(coroutine);
        self.objects = coroutine.as_object();
        self.accounts.charge(coroutine.size());
        coroutine
    }

    /// Sets the table of globals for chunks that a coroutine loads.
    pub fn set_globals(&mut self, mut coroutine: Gc<Coroutine>, globals: Gc<Table>) {
        // SAFETY: (3): there is no other reference into the coroutine.
        unsafe { coroutine.as_mut() }.globals = globals.as_ptr();
        if coroutine.object.mark & BLACK != 0 {
            self.barrier_forward(coroutine, globals.into());
        }
    }

    /// Sets the functions that an error leaves, or removes them.
    pub fn set_left(&mut self, mut coroutine: Gc<Coroutine>, left: Option<Box<[LeftFunction]>>) {
        let before = coroutine.size();
        // SAFETY: (3): as above.
        unsafe { coroutine.as_mut() }.left = left;
        self.accounts.resize(before, coroutine.size());
        if coroutine.object.mark & BLACK != 0 {
            for function in coroutine.left() {
                self.barrier_forward(coroutine, function.function);
                for local in &function.locals {
                    self.barrier_forward(coroutine, local.name);
                    self.barrier_forward(coroutine, local.value);
                }
            }
        }
    }

    /// Sets the hook of a coroutine.
    pub fn set_hook(&mut self, mut coroutine: Gc<Coroutine>, hook: Hook) {
        // SAFETY: (3): there is no other reference into the coroutine.
        unsafe { coroutine.as_mut() }.hook = hook;
        if coroutine.object.mark & BLACK != 0 {
            self.barrier_forward(coroutine, hook.function);
        }
    }

    /// Starts the coroutine in a fiber. Returns the function to call there.
    ///
    /// # Panics
    ///
    /// If it has started before (test `a_coroutine_starts_only_once`).
    pub fn begin(&mut self, mut coroutine: Gc<Coroutine>, fiber: u32) -> Value {
        // SAFETY: (3): there is no other reference into the coroutine.
        let body = std::mem::replace(&mut unsafe { coroutine.as_mut() }.body, Value::NIL);
        assert!(!body.is_nil(), "a coroutine starts only once");
        // SAFETY: (3): as above.
        unsafe { coroutine.as_mut() }.fiber = Some(fiber);
        self.coroutines.push(coroutine);
        body
    }

    /// Closes upvalues of coroutines that are not marked, and queues their fibers for
    /// [`take_dead_fibers`](Self::take_dead_fibers). Marked upvalues keep their values.
    pub(super) fn close_dead_coroutines(&mut self) {
        let (live, dead): (Vec<_>, Vec<_>) =
            self.coroutines.drain(..).partition(|coroutine| !self.tracer.is_white(coroutine.as_object()));
        self.coroutines = live;
        self.coroutines.retain(|coroutine| coroutine.fiber.is_some());
        for mut coroutine in dead {
            // SAFETY: (3): as above; the coroutine is not marked, but its memory is freed only by the sweep.
            let mut list = std::mem::replace(&mut unsafe { coroutine.as_mut() }.open_upvalues, std::ptr::null_mut());
            // SAFETY: (6): the list is that of the coroutine's stack, which exists until its fiber is dropped.
            unsafe { self.close_upvalues(&mut list, 0) };
            self.dead_fibers.extend(coroutine.fiber);
        }
    }
}

impl Gc<Coroutine> {
    /// Sets its state.
    pub fn set_state(&mut self, state: CoroutineState) {
        // SAFETY: (3): there is no other reference into the coroutine.
        unsafe { self.as_mut() }.state = state;
    }

    /// Marks it as finished. Returns its fiber, which the caller must drop.
    pub fn end(&mut self) -> Option<u32> {
        // SAFETY: (3): as above.
        let coroutine = unsafe { self.as_mut() };
        coroutine.state = CoroutineState::Dead;
        coroutine.fiber.take()
    }

    /// Takes the open upvalues of its stack, which the caller keeps while it runs.
    pub fn take_open_upvalues(&mut self) -> *mut Upvalue {
        // SAFETY: (3): as above.
        std::mem::replace(&mut unsafe { self.as_mut() }.open_upvalues, std::ptr::null_mut())
    }

    /// Gives the open upvalues back.
    ///
    /// # Safety
    ///
    /// (6) of the heap's contract: the list is that of this coroutine's stack.
    pub unsafe fn set_open_upvalues(&mut self, list: *mut Upvalue) {
        // SAFETY: (3): as above; (6) is the caller's promise.
        unsafe { self.as_mut() }.open_upvalues = list;
    }
}
