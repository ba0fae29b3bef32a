//! [`Vector`]: a list in an object, whose parts ops can read.
//!
//! The numbers in `SAFETY` comments are those of the [contract](crate).

use std::alloc::{Layout, alloc, dealloc, realloc};
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::{NonNull, drop_in_place, slice_from_raw_parts_mut};
use std::slice::{from_raw_parts, from_raw_parts_mut};

use mimeo_interp::OutOfMemory;

use crate::{Trace, Tracer};

/// A list of an object, made by [`Heap::vector`](crate::Heap::vector) and extended by
/// [`Heap::push`](crate::Heap::push). Ops only know types of their own module, so a language declares a struct of the
/// same fields there, and [`vector!`](crate::vector) checks that it has this layout.
///
/// ```
/// use mimeo_doc_ops::objects::Heap;
///
/// let mut numbers = Heap::default().vector(&[1, 2, 3])?;
/// numbers[0] = 7;
/// assert_eq!(numbers.pop(), Some(3));
/// assert_eq!(*numbers, [7, 2]);
/// # Ok::<(), mimeo::OutOfMemory>(())
/// ```
#[repr(C)]
pub struct Vector<T> {
    /// The first item, or dangling if the capacity is 0.
    start: NonNull<T>,
    len: usize,
    capacity: usize,
}

impl<T> Default for Vector<T> {
    fn default() -> Vector<T> {
        Vector { start: NonNull::dangling(), len: 0, capacity: 0 }
    }
}

impl<T> Vector<T> {
    pub(crate) fn copy_of(items: &[T]) -> Result<Vector<T>, OutOfMemory>
    where
        T: Copy,
    {
        let mut vector = Vector::default();
        vector.resize(items.len())?;
        // SAFETY: (6): the new block has room for the items, which can be copied.
        unsafe { vector.start.copy_from_nonoverlapping(NonNull::from(items).cast(), items.len()) };
        vector.len = items.len();
        Ok(vector)
    }

    /// Returns how many bytes more the next [`push`](Self::push) needs, if it has to move the items.
    pub(crate) fn growth(&self) -> Option<usize> {
        let more = self.next_capacity().saturating_sub(self.capacity);
        (self.len == self.capacity).then(|| more.saturating_mul(size_of::<T>()))
    }

    fn next_capacity(&self) -> usize {
        self.capacity.saturating_mul(2).max(4)
    }

    pub(crate) fn push(&mut self, item: T) -> Result<(), OutOfMemory> {
        if self.len == self.capacity {
            self.resize(self.next_capacity())?;
        }
        // SAFETY: (6): there is room for another item.
        unsafe { self.start.add(self.len).write(item) };
        self.len += 1;
        Ok(())
    }

    /// Removes and returns the last item. See [`Vector`] for an example.
    pub fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: (6): it was the last item, and is not used again.
        Some(unsafe { self.start.add(self.len).read() })
    }

    /// Moves the items to a block of this capacity, which is at least their number.
    fn resize(&mut self, capacity: usize) -> Result<(), OutOfMemory> {
        const { assert!(size_of::<T>() > 0, "items of no size take no memory") };
        let layout = Layout::array::<T>(capacity).map_err(|_| OutOfMemory)?;
        if layout.size() == 0 {
            return Ok(());
        }
        // SAFETY: (6): the layout has a size, and `old` is that of the block, if there is one.
        let start = unsafe {
            match self.layout() {
                Some(old) => realloc(self.start.as_ptr().cast(), old, layout.size()),
                None => alloc(layout),
            }
        };
        self.start = NonNull::new(start.cast()).ok_or(OutOfMemory)?;
        self.capacity = capacity;
        Ok(())
    }

    /// Returns the layout of the block, if there is one.
    fn layout(&self) -> Option<Layout> {
        (self.capacity > 0).then(|| Layout::array::<T>(self.capacity).expect("the block was allocated"))
    }

    /// Returns the first item, the number of items, and the capacity. For [`vector!`](crate::vector).
    #[doc(hidden)]
    #[must_use]
    pub fn into_parts(self) -> (*mut T, usize, usize) {
        let vector = ManuallyDrop::new(self);
        (vector.start.as_ptr(), vector.len, vector.capacity)
    }

    /// Returns `true` if a struct has the layout of a vector. For [`vector!`](crate::vector).
    #[doc(hidden)]
    #[must_use]
    pub const fn has_layout(struct_: Layout, start: usize, len: usize, capacity: usize) -> bool {
        use std::mem::offset_of;
        struct_.size() == size_of::<Self>()
            && struct_.align() == align_of::<Self>()
            && start == offset_of!(Self, start)
            && len == offset_of!(Self, len)
            && capacity == offset_of!(Self, capacity)
    }
}

impl<T> Deref for Vector<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: (6): so many items are there.
        unsafe { from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T> DerefMut for Vector<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: (6): so many items are there.
        unsafe { from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl<T> Drop for Vector<T> {
    fn drop(&mut self) {
        // SAFETY: (6): so many items are there, in a block of this layout.
        unsafe {
            drop_in_place(slice_from_raw_parts_mut(self.start.as_ptr(), self.len));
            if let Some(layout) = self.layout() {
                dealloc(self.start.as_ptr().cast(), layout);
            }
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Vector<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

// SAFETY: (3): it traces every item.
unsafe impl<T: Trace> Trace for Vector<T> {
    fn trace(&self, tracer: &mut Tracer) {
        self[..].trace(tracer);
    }

    fn bytes(&self) -> usize {
        self.capacity * size_of::<T>() + self[..].bytes()
    }

    fn release(&mut self) {
        self[..].release();
    }
}
