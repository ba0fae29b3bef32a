//! Machine code → [`Step`]s: what each instruction means to a walk over the native stack.

/// A machine register by its number in DWARF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Register(pub(super) u8);

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) len_bytes: u32,
    pub(super) flow: Flow,
    /// Bytes that the stack grows by before memory is accessed.
    pub(super) grows_before: i64,
    /// Whole registers that are stored to the stack or loaded from it.
    pub(super) accesses: [Option<Access>; 2],
    /// Bytes that the stack grows by afterwards.
    pub(super) grows_after: i64,
}

/// A register and its place on the stack, in bytes from the stack pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Store(Register, i64),
    Load(Register, i64),
}

/// Where control goes; distances are from the instruction's first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// To the next instruction.
    Next,
    /// To the target.
    Jump(i64),
    /// To the target or to the next instruction.
    Branch(i64),
    /// To the target, if that is known, and then to the next instruction.
    Call(Option<i64>),
    /// Somewhere that the instruction does not tell.
    Away,
}

impl Step {
    /// An instruction that leaves the stack alone.
    pub(super) const fn new(len_bytes: u32, flow: Flow) -> Self {
        Step { len_bytes, flow, grows_before: 0, accesses: [None; 2], grows_after: 0 }
    }
}

/// What the walk must know of an architecture.
#[derive(Debug)]
pub(super) struct Isa {
    /// The first instruction of the bytes; `None` when it is not known what that does.
    pub(super) decode: fn(&[u8]) -> Option<Step>,
    pub(super) stack_pointer: Register,
    /// What DWARF calls the register of the return address.
    pub(super) return_address: Register,
    /// Bytes that a call pushes: the return address, or nothing.
    pub(super) call_pushes_bytes: i32,
    /// The registers that a function must hand back as it found them, and the return address if it is in one.
    pub(super) preserved: &'static [Register],
}

/// The architecture that this code runs on.
#[cfg(target_arch = "x86_64")]
pub(super) use super::x86_64::ISA as HOST;

/// The architecture that this code runs on.
#[cfg(target_arch = "aarch64")]
pub(super) use super::aarch64::ISA as HOST;
