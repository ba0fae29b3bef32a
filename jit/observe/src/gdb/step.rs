//! Machine code → [`Step`]s, the effect of each instruction on the native stack and on control flow.

/// A machine register by its number in DWARF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Register(pub(super) u8);

/// The effect of one instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) len_bytes: u32,
    pub(super) flow: Flow,
    /// The bytes by which the stack grows before memory is accessed.
    pub(super) grows_before: i64,
    /// The 64-bit registers that are stored to the stack or loaded from it.
    pub(super) accesses: [Option<Access>; 2],
    /// The bytes by which the stack grows afterwards.
    pub(super) grows_after: i64,
}

/// A register and its place on the stack, in bytes from the stack pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Store(Register, i64),
    Load(Register, i64),
}

/// The control flow after an instruction. Distances are from its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// To the next instruction.
    Next,
    /// To the target.
    Jump(i64),
    /// To the target or to the next instruction.
    Branch(i64),
    /// To the target, if it is known, and then to the next instruction.
    Call(Option<i64>),
    /// To an unknown target.
    Away,
}

impl Step {
    /// Creates the step of an instruction that does not use the stack.
    pub(super) const fn new(len_bytes: u32, flow: Flow) -> Self {
        Step { len_bytes, flow, grows_before: 0, accesses: [None; 2], grows_after: 0 }
    }
}

/// The properties of an architecture that the walk needs.
#[derive(Debug)]
pub(super) struct Isa {
    /// Decodes the first instruction of the bytes; `None` if its effect is unknown.
    pub(super) decode: fn(&[u8]) -> Option<Step>,
    pub(super) stack_pointer: Register,
    /// The DWARF number of the register of the return address.
    pub(super) return_address: Register,
    /// The bytes that a call pushes: the return address, or nothing.
    pub(super) call_pushes_bytes: i32,
    /// The callee-saved registers, and that of the return address if there is one.
    pub(super) preserved: &'static [Register],
}

/// The architecture of this process.
#[cfg(target_arch = "x86_64")]
pub(super) use super::x86_64::ISA as HOST;

/// The architecture of this process.
#[cfg(target_arch = "aarch64")]
pub(super) use super::aarch64::ISA as HOST;
