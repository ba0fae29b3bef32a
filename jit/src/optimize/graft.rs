//! A [`Region`] and its loop head → [`Graft`], which a compiled function runs in place of the loop.
#![cfg(feature = "native")]

use std::rc::Rc;

use mimeo_def::Pc;

use crate::optimize::Region;

/// Optimized code to be installed before the op at a loop head.
#[derive(Clone, Debug)]
pub(crate) struct Graft {
    pub(crate) head: Pc,
    pub(crate) region: Rc<Region>,
}

impl Graft {
    /// Returns the bytes of memory that it takes besides the installed code.
    pub(crate) fn table_bytes(&self) -> usize {
        size_of::<Graft>() + self.region.code.len() + size_of_val(&*self.region.exits)
    }
}
