//! The state of a running machine as both tiers see it: frame records, the machine's core, exits.
//!
//! The generated C declares the same structs and asserts the same offsets (`mimeo-lower`, `c/prelude.h`).
//! [`STENCIL_ABI`] changes with every change here.

use core::cell::Cell;
use core::mem::offset_of;

/// Version of everything that a stencil assumes: these layouts, the exits, the calling convention.
pub const STENCIL_ABI: u32 = 4;

/// An address in native code, or one of the machine's markers.
pub type CodeAddr = usize;

/// One activation of a function. Records are in a separate array, so that the value stack holds only values.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The function that runs here.
    pub function: *const FunctionHeader,
    /// Its slot 0, in the value stack.
    pub base: *mut u64,
    /// Where the interpreter resumes in this function: at the current op, or after the active call.
    pub pc: u64,
    /// Where native code resumes when the callee returns; a marker if the interpreter made the call.
    pub ret: CodeAddr,
}

impl Frame {
    /// Creates the record of a function that was just called, or of a host. Nothing reads `ret` until the function makes
    /// a call.
    pub const fn new(function: *const FunctionHeader, base: *mut u64) -> Frame {
        Frame { function, base, pc: 0, ret: 0 }
    }
}

/// What a calling stencil must know about its callee.
#[repr(C)]
#[derive(Debug)]
pub struct FunctionHeader {
    /// Native entry, or the exit that makes the interpreter run the function.
    pub entry: Cell<CodeAddr>,
    /// Size of its frame in the value stack in bytes, from slot 0.
    pub frame_bytes: u64,
    /// Minimum number of arguments that a call must pass.
    pub arity: u64,
    /// Identifies the function as it may be inlined: optimized code that contains a copy of it compares this number before
    /// it runs the copy. No other function ever has it.
    pub serial: Cell<u64>,
}

/// The part of the machine that stencils know. The language's context follows it.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct Core {
    /// Top frame record; current whenever the interpreter or a runtime function runs.
    pub frame: *mut Frame,
    /// End of the value stack.
    pub stack_limit: *mut u64,
    /// The last record that a call may fill.
    pub frame_limit: *mut Frame,
    /// Why native code was left: an [`Exit`].
    pub exit: u32,
    /// The number of calls and backward jumps until the driver is needed. Negative when it is. Only the machine's thread
    /// accesses it.
    pub budget: i32,
    /// Marker in [`Frame::ret`]: the interpreter made the call.
    pub return_marker: CodeAddr,
    /// Marker in [`Frame::ret`] of the host's record: the run is finished.
    pub finish_marker: CodeAddr,
    /// A [`Fault`] if a call was refused and native code left with [`Exit::Throw`] because of it; otherwise 0.
    pub fault: u32,
    /// The value of [`Core::exit`] when the exit was taken. Only twin tests read it: no op may change [`Core::exit`].
    pub exit_before: u32,
    /// The callee of the refused call.
    pub fault_callee: *const FunctionHeader,
    /// Where the callee's frame was to begin. The driver makes the call there after growing the stack.
    pub fault_base: *mut u64,
    /// Number of times that a value stack of the machine was moved. Code that holds addresses of frames across a runtime
    /// call compares it.
    pub moves: u64,
}

/// Size of [`Core`] in bytes, which is also the offset of the context after it.
pub const CORE_BYTES: usize = 80;

const _: () = {
    assert!(offset_of!(Frame, function) == 0 && offset_of!(Frame, base) == 8);
    assert!(offset_of!(Frame, pc) == 16 && offset_of!(Frame, ret) == 24 && size_of::<Frame>() == 32);
    assert!(offset_of!(FunctionHeader, entry) == 0 && offset_of!(FunctionHeader, frame_bytes) == 8);
    assert!(offset_of!(Core, frame) == 0 && offset_of!(Core, stack_limit) == 8);
    assert!(offset_of!(Core, frame_limit) == 16 && offset_of!(Core, exit) == 24 && offset_of!(Core, fault) == 48);
    assert!(offset_of!(Core, budget) == 28);
    assert!(offset_of!(Core, fault_callee) == 56 && offset_of!(Core, fault_base) == 64);
    assert!(offset_of!(FunctionHeader, arity) == 16 && offset_of!(FunctionHeader, serial) == 24);
    assert!(offset_of!(Core, exit_before) == 52);
    assert!(size_of::<Core>() == CORE_BYTES);
};

/// Value of [`Core::exit`] after a runtime function panicked, until native code is left.
pub const PANICKED: u32 = 127;

/// Why a tier refused to make a call.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The callee's frame does not fit into the value stack, or no record is left for it.
    Call = 1,
    /// The call passes fewer arguments than the callee takes.
    Arity = 2,
    /// The frame of a tail-called function does not fit into the value stack.
    TailCall = 3,
}

impl Fault {
    /// Returns the fault with this number, as [`Core::fault`] holds it.
    pub const fn from_code(code: u32) -> Option<Fault> {
        match code {
            1 => Some(Fault::Call),
            2 => Some(Fault::Arity),
            3 => Some(Fault::TailCall),
            _ => None,
        }
    }
}

/// Why a tier returned control to the driver. The top frame record is current at every exit.
#[repr(u64)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Exit {
    /// Side exit: the interpreter must run the op at `pc`; native code can resume after it.
    Deopt = 1,
    /// The op is done and requested the interpreter, which resumes at `pc`.
    Leave = 2,
    /// A function was called whose record is on top, and the other tier must run it.
    Call = 3,
    /// A function returned to a frame of the other tier, which is on top again.
    Return = 4,
    /// The outermost function returned.
    Finish = 5,
    /// An error is pending, or [`Core::fault`] is set.
    Throw = 6,
    /// [`Core::budget`] is used up. The op at `pc` is next.
    Poll = 7,
}

impl Exit {
    /// The exits that have a stencil in every table, in the order of [`Table::exits`](crate::stencil::Table::exits).
    pub const ALL: [Exit; 7] =
        [Exit::Deopt, Exit::Leave, Exit::Call, Exit::Return, Exit::Finish, Exit::Throw, Exit::Poll];

    /// Returns the name used in C symbols and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Exit::Deopt => "deopt",
            Exit::Leave => "leave",
            Exit::Call => "call",
            Exit::Return => "return",
            Exit::Finish => "finish",
            Exit::Throw => "throw",
            Exit::Poll => "poll",
        }
    }

    /// Returns the exit with this number.
    pub const fn from_code(code: u64) -> Option<Exit> {
        match code {
            1..=7 => Some(Exit::ALL[code as usize - 1]),
            _ => None,
        }
    }
}

/// What a runtime function's shim returns to a stencil, in two registers.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// 0: continue with `value`; 1: an error is pending.
    pub status: u64,
    /// The result, as bits.
    pub value: u64,
}
