//! [`Arena`]: elements that stay where they are, because ops have their addresses.

use std::ops::{Index, IndexMut};
use std::ptr::NonNull;

/// A list whose elements have a fixed address until it is dropped. A `Vec<Box<T>>` would claim each address for itself.
pub(crate) struct Arena<T> {
    elements: Vec<NonNull<T>>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Arena { elements: Vec::new() }
    }
}

impl<T> Arena<T> {
    pub(crate) fn len(&self) -> u32 {
        self.elements.len() as u32
    }

    /// Adds an element and returns its index.
    pub(crate) fn add(&mut self, element: T) -> u32 {
        self.elements.push(NonNull::from(Box::leak(Box::new(element))));
        self.len() - 1
    }

    /// Returns the address of an element.
    pub(crate) fn address(&self, index: u32) -> *mut T {
        self.elements[index as usize].as_ptr()
    }
}

impl<T> Index<u32> for Arena<T> {
    type Output = T;

    fn index(&self, index: u32) -> &T {
        // SAFETY: the element exists, and ops do not run while the reference does.
        unsafe { self.elements[index as usize].as_ref() }
    }
}

impl<T> IndexMut<u32> for Arena<T> {
    fn index_mut(&mut self, index: u32) -> &mut T {
        // SAFETY: as in `index`.
        unsafe { self.elements[index as usize].as_mut() }
    }
}

impl<T> Drop for Arena<T> {
    fn drop(&mut self) {
        for element in &self.elements {
            // SAFETY: a box was leaked for it.
            drop(unsafe { Box::from_raw(element.as_ptr()) });
        }
    }
}
