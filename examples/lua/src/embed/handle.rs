//! Objects that Rust holds → roots of the collector: [`Handle`], and [`Pins`], which keeps the roots.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use crate::heap::Tracer;
use crate::ops::ops::Value as Bits;

/// The objects that handles hold.
#[derive(Clone, Default)]
pub(super) struct Pins(Rc<RefCell<Slab>>);

#[derive(Default)]
struct Slab {
    /// The objects, `nil` in free places.
    objects: Vec<Bits>,
    free: Vec<usize>,
}

impl Pins {
    /// Holds an object.
    pub(super) fn hold(&self, object: Bits) -> Handle {
        let mut slab = self.0.borrow_mut();
        let at = match slab.free.pop() {
            Some(at) => {
                slab.objects[at] = object;
                at
            }
            None => {
                slab.objects.push(object);
                slab.objects.len() - 1
            }
        };
        Handle { at, pins: self.clone() }
    }

    /// Returns the object of a handle that was created here.
    ///
    /// # Panics
    ///
    /// If the handle belongs to another Lua (test `handles_outlive_their_lua_and_are_refused_by_others`).
    pub(super) fn object(&self, handle: &Handle) -> Bits {
        assert!(Rc::ptr_eq(&self.0, &handle.pins.0), "the handle belongs to another Lua");
        handle.bits()
    }

    pub(super) fn trace(&self, tracer: &mut Tracer) {
        self.0.borrow().objects.iter().for_each(|&object| tracer.value(object));
    }
}

/// An object of a Lua, which stays alive while this handle exists.
///
/// A clone refers to the same object, and two handles are equal if Lua's `rawequal` says so of their objects. A handle
/// that is captured by a [Rust function](crate::Scope::function) of the same Lua lives as long as that Lua.
pub struct Handle {
    at: usize,
    pins: Pins,
}

impl Handle {
    fn bits(&self) -> Bits {
        self.pins.0.borrow().objects[self.at]
    }

    /// Returns the name of its type, as Lua's `type` does.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.bits().type_name()
    }
}

impl Clone for Handle {
    fn clone(&self) -> Handle {
        self.pins.hold(self.bits())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut slab = self.pins.0.borrow_mut();
        slab.objects[self.at] = Bits::NIL;
        slab.free.push(self.at);
    }
}

impl PartialEq for Handle {
    fn eq(&self, other: &Handle) -> bool {
        Rc::ptr_eq(&self.pins.0, &other.pins.0) && self.bits() == other.bits()
    }
}

impl Eq for Handle {}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.type_name())
    }
}

/// A table of a Lua, which stays alive while this handle exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table(pub(super) Handle);

/// A function of a Lua, which stays alive while this handle exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function(pub(super) Handle);

impl From<Table> for Handle {
    fn from(table: Table) -> Handle {
        table.0
    }
}

impl From<Function> for Handle {
    fn from(function: Function) -> Handle {
        function.0
    }
}
