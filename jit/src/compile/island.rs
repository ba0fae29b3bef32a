//! The far targets of a function → stubs at its end, through which short branches reach any address.

use mimeo_def::CodeOffset;
use mimeo_def::frame::{CodeAddr, Exit};
use mimeo_def::stencil::{HoleValue, PatchKind};

/// A target outside the function: the exits in the order of [`Exit::ALL`], then the runtime functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FarIndex(u32);

impl FarIndex {
    /// Returns the far target that a hole value names, if it names one.
    pub(crate) fn of(value: HoleValue) -> Option<FarIndex> {
        match value {
            HoleValue::Exit(exit) => Some(FarIndex::of_exit(exit)),
            HoleValue::Runtime(index) => Some(FarIndex(Exit::ALL.len() as u32 + u32::from(index))),
            _ => None,
        }
    }

    /// Returns the far target that is an exit.
    pub(crate) fn of_exit(exit: Exit) -> FarIndex {
        FarIndex(exit as u32 - 1)
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// Length of a stub in bytes, on both architectures; also its alignment.
pub(crate) const STUB_BYTES: u32 = 16;

/// A jump to the address in the last 8 bytes.
#[cfg(not(target_arch = "aarch64"))]
const STUB: [u8; 8] = [0xff, 0x25, 2, 0, 0, 0, 0x0f, 0x0b]; // jmp *[rip + 2]; ud2
#[cfg(target_arch = "aarch64")]
const STUB: [u8; 8] = [0x50, 0, 0, 0x58, 0, 0x02, 0x1f, 0xd6]; // ldr x16, #8; br x16

const NO_STUB: u32 = u32::MAX;

/// The stubs of one function. Its buffers are reused for the next function.
#[derive(Clone, Debug)]
pub(crate) struct Island {
    /// The address of each far target.
    targets: Vec<CodeAddr>,
    /// The index of each target's stub, or [`NO_STUB`].
    stubs: Vec<u32>,
    /// The targets that have a stub.
    used: Vec<FarIndex>,
    start: CodeOffset,
}

impl Island {
    /// Creates an island. `targets` are the addresses of the exits, then those of the runtime functions.
    pub(crate) fn new(targets: Vec<CodeAddr>) -> Self {
        let stubs = vec![NO_STUB; targets.len()];
        Island { targets, stubs, used: Vec::new(), start: CodeOffset(0) }
    }

    /// Forgets the previous function.
    pub(crate) fn clear(&mut self) {
        for target in self.used.drain(..) {
            self.stubs[target.index()] = NO_STUB;
        }
    }

    /// Ensures that there is a stub for a target.
    #[inline]
    pub(crate) fn add(&mut self, target: FarIndex) {
        let stub = &mut self.stubs[target.index()];
        if *stub == NO_STUB {
            *stub = self.used.len() as u32;
            self.used.push(target);
        }
    }

    /// Returns the length of all stubs.
    pub(crate) fn len_bytes(&self) -> u32 {
        self.used.len() as u32 * STUB_BYTES
    }

    /// Sets the offset at which the stubs begin.
    pub(crate) fn place(&mut self, start: CodeOffset) {
        self.start = start;
    }

    /// Writes the stubs into the function's bytes.
    pub(crate) fn emit(&self, code: &mut [u8]) {
        let stubs = code[self.start.0 as usize..].as_chunks_mut::<{ STUB_BYTES as usize }>().0;
        for (stub, target) in stubs.iter_mut().zip(&self.used) {
            stub[..8].copy_from_slice(&STUB);
            stub[8..].copy_from_slice(&(self.targets[target.index()] as u64).to_le_bytes());
        }
    }

    /// Returns the address of a far target.
    pub(crate) fn target(&self, target: FarIndex) -> CodeAddr {
        self.targets[target.index()]
    }

    /// Returns the address for a hole at `place` that refers to a far target: the target itself if the hole reaches it,
    /// and its stub otherwise. `function` is the address at which the code of the function will run.
    pub(crate) fn resolve(&self, target: FarIndex, function: CodeAddr, kind: PatchKind, place: CodeAddr) -> CodeAddr {
        let address = self.targets[target.index()];
        let reach = match kind {
            PatchKind::X86Abs64 | PatchKind::A64MovWide { .. } => return address,
            PatchKind::X86Rel32 => 1 << 31,
            PatchKind::A64Branch26 => 1 << 27,
            PatchKind::A64Branch19 => 1 << 20,
            PatchKind::A64Branch14 => 1 << 15,
            // `adrp` comes with an `add` or `ldr` that must agree with it, so neither can decide alone.
            _ => 0,
        };
        // Addends are a few bytes.
        const SLACK: usize = 16;
        if address.abs_diff(place) + SLACK < reach {
            return address;
        }
        function + (self.start.0 + self.stubs[target.index()] * STUB_BYTES) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_goes_to_its_target_or_through_the_stub() {
        let deopt = FarIndex::of(HoleValue::Exit(Exit::Deopt)).unwrap();
        let throw = FarIndex::of(HoleValue::Exit(Exit::Throw)).unwrap();
        let mut island = Island::new(vec![0x7000_0000_0000, 0, 0, 0, 0, 0x1000]);
        for target in [throw, deopt, throw] {
            island.add(target);
        }
        island.place(CodeOffset(64));
        assert_eq!(island.len_bytes(), 32);
        let resolve = |target, kind| island.resolve(target, 0x4000, kind, 0x4010);
        assert_eq!(resolve(throw, PatchKind::X86Rel32), 0x1000);
        assert_eq!(resolve(throw, PatchKind::A64Branch14), 0x1000);
        assert_eq!(resolve(throw, PatchKind::A64AdrPage21), 0x4040);
        assert_eq!(resolve(deopt, PatchKind::X86Rel32), 0x4050);
        assert_eq!(resolve(deopt, PatchKind::A64Branch26), 0x4050);
        assert_eq!(resolve(deopt, PatchKind::X86Abs64), 0x7000_0000_0000);

        let mut code = vec![0; 96];
        island.emit(&mut code);
        assert_eq!(code[64..72], STUB);
        assert_eq!(code[88..96], 0x7000_0000_0000u64.to_le_bytes());
        island.clear();
        assert_eq!(island.len_bytes(), 0);
    }
}
