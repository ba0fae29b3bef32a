//! The depths of the operand stack that the verifier found → the ops that control reaches, with their depths: [`Depths`].

use mimeo_def::Pc;

/// Marks a unit that is not the start of an op, while a function is verified.
pub(crate) const NO_OP: u16 = u16::MAX;
/// Marks the start of an op that control does not reach, while a function is verified.
pub(crate) const UNREACHABLE: u16 = u16::MAX - 1;

/// The ops of a function that control reaches, and the depth of the operand stack before each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Depths {
    /// A bit for each unit of the code: whether such an op starts there.
    reachable: Box<[u64]>,
    /// For each unit of the code, if the functions have an operand stack. The depth is 0 on a register machine.
    depths: Box<[u16]>,
}

impl Depths {
    /// Keeps what the verifier found for each unit of the code.
    pub(crate) fn new(found: &[u16], has_stack: bool) -> Depths {
        let bits = |units: &[u16]| {
            let reached = units.iter().rev();
            reached.fold(0, |bits, &depth| bits << 1 | u64::from(depth < UNREACHABLE))
        };
        let depths = if has_stack { found.into() } else { Box::default() };
        Depths { reachable: found.chunks(u64::BITS as usize).map(bits).collect(), depths }
    }

    /// Returns the depth before the op at `pc`, if a reachable op starts there.
    #[inline]
    pub(crate) fn get(&self, Pc(pc): Pc) -> Option<u16> {
        let bits = self.reachable.get((pc / u64::BITS) as usize)?;
        let is_reachable = bits >> (pc % u64::BITS) & 1 == 1;
        is_reachable.then(|| self.depths.get(pc as usize).copied().unwrap_or(0))
    }

    /// Returns the depths by unit of the code. They exist only if the functions have an operand stack.
    pub(crate) fn as_ptr(&self) -> *const u16 {
        self.depths.as_ptr()
    }

    pub(crate) fn size_bytes(&self) -> usize {
        size_of_val(&*self.reachable) + size_of_val(&*self.depths)
    }
}

#[cfg(test)]
mod tests {
    use mimeo_def::Pc;

    use super::{Depths, NO_OP, UNREACHABLE};

    #[test]
    fn only_reachable_ops_have_a_depth() {
        let mut found = vec![NO_OP; 130];
        for (pc, depth) in [(0, 0), (63, 1), (64, 2), (65, UNREACHABLE), (129, 3)] {
            found[pc] = depth;
        }
        for has_stack in [true, false] {
            let depths = Depths::new(&found, has_stack);
            let known: Vec<_> = (0..200).filter_map(|pc| Some((pc, depths.get(Pc(pc))?))).collect();
            let expected =
                [(0, 0), (63, 1), (64, 2), (129, 3)].map(|(pc, depth)| (pc, if has_stack { depth } else { 0 }));
            assert_eq!(known, expected);
        }
    }
}
