//! The state of a running machine as both tiers see it: frame records, the machine's core, exits.
//!
//! The C that the lowering emits declares the same structs and asserts the same offsets
//! (`mimeo-lower`, `c/prelude.h`); [`STENCIL_ABI`] changes with every change here.

use core::cell::Cell;
use core::mem::offset_of;

/// Version of everything that a stencil assumes: these layouts, the exits, the calling convention.
pub const STENCIL_ABI: u32 = 3;

/// An address in native code, or one of the machine's markers.
pub type CodeAddr = usize;

/// One activation of a function. Records lie in an array of their own beside the value stack, so that
/// the value stack holds nothing but values.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The function that runs here.
    pub function: *const FunctionHeader,
    /// Its slot 0, in the value stack.
    pub base: *mut u64,
    /// Where the interpreter goes on in this function: the op being run, or behind the call that is under way.
    pub pc: u64,
    /// Where native code goes on when the callee returns; a marker when the interpreter made the call.
    pub ret: CodeAddr,
}

impl Frame {
    /// The record of a function that was just called, or of a host. Nothing reads `ret` until the function makes a call.
    pub const fn new(function: *const FunctionHeader, base: *mut u64) -> Frame {
        Frame { function, base, pc: 0, ret: 0 }
    }
}

/// What a calling stencil must know of its callee.
#[repr(C)]
#[derive(Debug)]
pub struct FunctionHeader {
    /// Native entry, or the exit that has the interpreter run the function.
    pub entry: Cell<CodeAddr>,
    /// Bytes that its frame takes in the value stack, from slot 0.
    pub frame_bytes: u64,
    /// Arguments that a call must pass at least.
    pub arity: u64,
}

/// The part of the machine that stencils know. It is followed by the language's context.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct Core {
    /// Top frame record; current whenever the interpreter or a runtime function runs.
    pub frame: *mut Frame,
    /// End of the value stack.
    pub stack_limit: *mut u64,
    /// The last record that a call may fill.
    pub frame_limit: *mut Frame,
    /// Why native code was left, an [`Exit`].
    pub exit: u64,
    /// Marker in [`Frame::ret`]: the interpreter made the call.
    pub return_marker: CodeAddr,
    /// Marker in [`Frame::ret`] of the host's record: the run is finished.
    pub finish_marker: CodeAddr,
    /// Not 0 when a call was refused and the tier was left with [`Exit::Throw`] for that: a [`Fault`].
    pub fault: u32,
    /// What [`Core::exit`] was when the exit was taken, which only twin tests read: no op may change it.
    pub exit_before: u32,
    /// The function that the refused call named.
    pub fault_callee: *const FunctionHeader,
    /// Where its frame was to begin; the driver makes the call there once the stack is larger.
    pub fault_base: *mut u64,
    /// How often a value stack of the machine was moved. Whoever holds addresses of frames across a runtime call
    /// compares it.
    pub moves: u64,
}

/// Size of [`Core`] in bytes, and the offset of the context behind it.
pub const CORE_BYTES: usize = 80;

const _: () = {
    assert!(offset_of!(Frame, function) == 0 && offset_of!(Frame, base) == 8);
    assert!(offset_of!(Frame, pc) == 16 && offset_of!(Frame, ret) == 24 && size_of::<Frame>() == 32);
    assert!(offset_of!(FunctionHeader, entry) == 0 && offset_of!(FunctionHeader, frame_bytes) == 8);
    assert!(offset_of!(Core, frame) == 0 && offset_of!(Core, stack_limit) == 8);
    assert!(offset_of!(Core, frame_limit) == 16 && offset_of!(Core, exit) == 24 && offset_of!(Core, fault) == 48);
    assert!(offset_of!(Core, fault_callee) == 56 && offset_of!(Core, fault_base) == 64);
    assert!(offset_of!(FunctionHeader, arity) == 16);
    assert!(offset_of!(Core, exit_before) == 52);
    assert!(size_of::<Core>() == CORE_BYTES);
};

/// Value of [`Core::exit`] while a runtime function's panic waits for native code to be left.
pub const PANICKED: u64 = 7;

/// Why a tier refused to make a call.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The callee's frame does not fit the value stack, or there is no record left for it.
    Call = 1,
    /// The call passes fewer arguments than the callee takes.
    Arity = 2,
    /// The frame of a function that is tail-called does not fit the value stack.
    TailCall = 3,
}

impl Fault {
    /// The fault with this number, as [`Core::fault`] holds it.
    pub const fn from_code(code: u32) -> Option<Fault> {
        match code {
            1 => Some(Fault::Call),
            2 => Some(Fault::Arity),
            3 => Some(Fault::TailCall),
            _ => None,
        }
    }
}

/// Why a tier handed control to the driver. The top frame record is current at every exit.
#[repr(u64)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Exit {
    /// Side exit: the interpreter must run the op at `pc`; native code may go on behind it.
    Deopt = 1,
    /// The op is done and asked for the interpreter: go on there at `pc`.
    Leave = 2,
    /// A function was called, its record is on top, and the other tier must run it.
    Call = 3,
    /// A function returned into a frame of the other tier, which is on top again.
    Return = 4,
    /// The outermost function returned.
    Finish = 5,
    /// An error is pending, or [`Core::fault`] is set.
    Throw = 6,
}

impl Exit {
    /// The exits that have a stencil in every table, in the order of [`Table::exits`](crate::stencil::Table::exits).
    pub const ALL: [Exit; 6] = [Exit::Deopt, Exit::Leave, Exit::Call, Exit::Return, Exit::Finish, Exit::Throw];

    /// Name in C symbols and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Exit::Deopt => "deopt",
            Exit::Leave => "leave",
            Exit::Call => "call",
            Exit::Return => "return",
            Exit::Finish => "finish",
            Exit::Throw => "throw",
        }
    }

    /// The exit with this number.
    pub const fn from_code(code: u64) -> Option<Exit> {
        match code {
            1..=6 => Some(Exit::ALL[code as usize - 1]),
            _ => None,
        }
    }
}

/// What a runtime function's shim hands back to a stencil, in two registers.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// 0: go on with `value`; 1: an error is pending.
    pub status: u64,
    /// The result, as bits.
    pub value: u64,
}
