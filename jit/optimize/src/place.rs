//! [`Place`]: an op of a region, which can be that of a function inlined at a call.

use std::fmt;

use mimeo_def::Pc;

/// How deep functions are inlined.
const DEPTH: usize = 3;

/// An op of the region's function, or the call there and an op of the function that is inlined at it, and so on. The order
/// is that in which the ops are compiled: those of an inlined function follow its call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// The places in each function plus 1, outermost first, then zeros.
    path: [u32; DEPTH + 1],
}

impl Place {
    /// Returns an op of the region's function.
    pub(crate) fn outermost(pc: Pc) -> Place {
        let mut path = [0; DEPTH + 1];
        path[0] = pc.0 + 1;
        Place { path }
    }

    /// Returns how many calls are around it.
    pub(crate) fn depth(self) -> usize {
        self.path.iter().filter(|&&pc| pc != 0).count() - 1
    }

    /// Returns the place in its function.
    pub(crate) fn pc(self) -> Pc {
        Pc(self.path[self.depth()] - 1)
    }

    /// Returns another op of the same function.
    pub(crate) fn beside(mut self, pc: Pc) -> Place {
        self.path[self.depth()] = pc.0 + 1;
        self
    }

    /// Returns the first op of the function that is inlined at this call, if that is not too deep.
    pub(crate) fn inside(mut self) -> Option<Place> {
        let depth = self.depth();
        *self.path.get_mut(depth + 1)? = 1;
        Some(self)
    }

    /// Returns the call at which its function is inlined, if it is.
    pub(crate) fn call(mut self) -> Option<Place> {
        let depth = self.depth();
        self.path[depth] = 0;
        (depth > 0).then_some(self)
    }

    /// Returns the calls around it, outermost first.
    pub(crate) fn calls(self) -> Vec<Place> {
        let mut calls: Vec<Place> = std::iter::successors(self.call(), |place| place.call()).collect();
        calls.reverse();
        calls
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.path[..=self.depth()].iter().map(|pc| pc - 1)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_of_an_inlined_function_are_between_its_call_and_the_next_op() {
        let call = Place::outermost(Pc(7));
        let first = call.inside().expect("it is not deep");
        let (later, next) = (first.beside(Pc(9)), call.beside(Pc(8)));
        assert!(call < first && first < later && later < next);
        let deeper = first.inside().expect("it is not deep");
        assert!(first < deeper && deeper < later);
        assert_eq!((deeper.call(), later.call(), call.call()), (Some(first), Some(call), None));
        assert_eq!((deeper.calls(), deeper.depth(), later.pc()), (vec![call, first], 2, Pc(9)));
        assert!(std::iter::successors(Some(call), |place| place.inside()).count() == DEPTH + 1);
        assert_eq!(format!("{later:?}"), "[7, 9]");
    }
}
