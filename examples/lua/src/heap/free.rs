//! An unreachable object → free memory.
//!
//! The numbers in `SAFETY` comments are those of the [heap](super)'s contract.

use std::alloc::Layout;

use super::function::closure_layout;
use super::{Builtin, Chunk, Coroutine, Gc, Heap, Kind, Shape, Userdata};
use crate::ops::ops::{Closure, Object, Table, Text, Upvalue};

impl Heap {
    /// Frees an object that is in no list any more.
    ///
    /// Programs create closures and their upvalues alternately. Branches on the two are predicted better than the jump
    /// table of a `match`.
    #[inline]
    pub(super) fn free(&mut self, object: *mut Object) {
        // SAFETY: (1): the object is live until here and of this kind, so (2) its block has the layout of that kind.
        unsafe {
            let kind = Kind::of(object);
            if kind == Kind::Closure {
                let layout = closure_layout(Gc::<Closure>::from_ptr(object.cast()).upvalues_len as usize);
                self.release(object, layout, layout.size());
            } else if kind == Kind::Upvalue {
                self.free_as::<Upvalue>(object, size_of::<Upvalue>());
            } else {
                self.free_other(kind, object);
            }
        }
    }

    /// Frees an object of this kind.
    fn free_other(&mut self, kind: Kind, object: *mut Object) {
        // SAFETY: (1): the object is live until here and was created as this kind, with this layout.
        unsafe {
            match kind {
                Kind::Text => {
                    let text: Gc<Text> = Gc::from_ptr(object.cast());
                    let (layout, buffer) = (text.layout(), text.buffer());
                    self.release(object, layout, layout.size());
                    if let Some(buffer) = buffer {
                        self.leave(buffer);
                    }
                }
                Kind::Closure | Kind::Upvalue => unreachable!("`free` handles these"),
                Kind::Table => {
                    let mut table: Gc<Table> = Gc::from_ptr(object.cast());
                    if !table.hash.is_null() {
                        self.set_hash_part(&mut table, None);
                    }
                    if table.array_len > 0 {
                        self.resize_array(&mut table, 0);
                    }
                    if table.slots_len > 0 {
                        self.resize_slots(&mut table, 0);
                    }
                    self.free_as::<Table>(object, size_of::<Table>());
                }
                Kind::Coroutine => self.free_as::<Coroutine>(object, (*object.cast::<Coroutine>()).size()),
                Kind::Builtin => self.free_as::<Builtin>(object, (*object.cast::<Builtin>()).size()),
                Kind::Userdata => self.free_as::<Userdata>(object, (*object.cast::<Userdata>()).size()),
                Kind::Shape => self.free_as::<Shape>(object, (*object.cast::<Shape>()).size()),
                Kind::Chunk => {
                    let chunk: Gc<Chunk> = Gc::from_ptr(object.cast());
                    self.dead_programs.push(chunk.parts().program);
                    self.free_as::<Chunk>(object, chunk.size());
                }
            }
        }
    }

    /// Drops an object that was created as a `T`.
    ///
    /// # Safety
    ///
    /// The object was created as a `T`, and is not used again.
    unsafe fn free_as<T>(&mut self, object: *mut Object, size: usize) {
        // SAFETY: the caller's promise (1): it was created as a `T`, and is not used again.
        unsafe {
            object.cast::<T>().drop_in_place();
            self.release(object, Layout::new::<T>(), size);
        }
    }

    /// # Safety
    ///
    /// The same as for [`Pool::free`](super::pool::Pool::free).
    unsafe fn release(&mut self, object: *mut Object, layout: Layout, size: usize) {
        self.accounts.release(size);
        // SAFETY: the caller's promise (1): the block has this layout, and is not used again.
        unsafe { self.pool.free(object.cast(), layout) };
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        let buckets = std::mem::take(&mut self.texts.buckets);
        self.accounts.release(size_of_val(&*buckets));
        for mut object in buckets.into_iter().chain([self.objects]) {
            while !object.is_null() {
                // SAFETY: (1): the object is live, because it is in the list; nothing uses it after the heap is
                // dropped.
                let next = unsafe { (*object).next };
                self.free(object);
                object = next;
            }
        }
        for shape in std::mem::take(&mut self.shapes.all) {
            self.free(shape.as_object());
        }
        debug_assert_eq!(self.accounts.live, 0, "a heap without objects still has bytes");
    }
}
