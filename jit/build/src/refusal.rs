//! Findings of the extractor and the audit → [`Refusal`], one sentence that says why an op has no stencil.

use std::fmt;

use mimeo_def::CodeOffset;

use crate::isa::Need;

/// The reason why machine code cannot be a stencil, although its C compiled.
///
/// [`Display`](fmt::Display) writes one sentence that begins in lower case and can follow the op's name.
/// Positions are offsets into the part (hot or cold) that contains the instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the sentences of the `Display` impl say what each field is")]
pub enum Refusal {
    Object { reason: String },
    NoFunction { symbol: String },
    EmptyCode { symbol: String },
    TooLarge { len_bytes: usize, budget_bytes: usize },
    ConstantsTooLarge { symbol: String, len_bytes: usize, limit_bytes: usize },
    InvalidInstruction { at: CodeOffset },
    OutsideBaseline { at: CodeOffset, need: Need, baseline: String },
    UnknownRelocation { name: String, symbol: String },
    GlobalOffsetTable { symbol: String },
    ThreadLocal { symbol: String },
    WritableData { symbol: String },
    JumpTable { symbol: String },
    UndeclaredCall { symbol: String },
    UndeclaredSymbol { symbol: String },
    UnusedSymbol { symbol: String },
    CallsTarget { symbol: String },
    NotAJump { symbol: String },
    OffTarget { symbol: String, distance_bytes: i64 },
    NotACall { symbol: String },
    LocalCall { at: CodeOffset },
    IndirectCall { at: CodeOffset },
    IndirectJump { at: CodeOffset },
    ForbiddenInstruction { at: CodeOffset },
    RelativeData { symbol: String },
    AbsoluteCode { symbol: String },
    AbsoluteConstants { symbol: String },
    OutsideConstants { at: CodeOffset },
    BadField { symbol: String, at: CodeOffset },
    OverlappingHoles { symbol: String, at: CodeOffset },
    Return { at: CodeOffset },
    StackPointer { at: CodeOffset },
    UnbalancedFrame { at: CodeOffset, depth_bytes: i64 },
    OutsideFrame { at: CodeOffset },
    DifferentDepths { at: CodeOffset, depths_bytes: [i64; 2] },
    RunsOff { symbol: String },
    MidInstruction { at: CodeOffset },
    Trap { at: CodeOffset },
    NoLandingPad { symbol: String },
    TailJump { stated_bytes: u8, found_bytes: u8 },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Object { reason } => write!(f, "the object file cannot be read: {reason}"),
            Refusal::NoFunction { symbol } => write!(f, "the object file defines no function `{symbol}`"),
            Refusal::EmptyCode { symbol } => write!(f, "`{symbol}` has no code"),
            Refusal::TooLarge { len_bytes, budget_bytes } => {
                write!(f, "its code is {len_bytes} bytes long, over the budget of {budget_bytes}")
            }
            Refusal::ConstantsTooLarge { symbol, len_bytes, limit_bytes } => {
                write!(f, "constant data `{symbol}` is {len_bytes} bytes long, over the limit of {limit_bytes}")
            }
            Refusal::InvalidInstruction { at } => write!(f, "has an invalid instruction at {}", Hex(at)),
            Refusal::OutsideBaseline { at, need, baseline } => match need {
                Need::Unlisted(_) => write!(f, "is outside the baseline at {}: {need}", Hex(at)),
                need => write!(f, "needs {need} at {}, which the baseline ({baseline}) does not have", Hex(at)),
            },
            Refusal::UnknownRelocation { name, symbol } => {
                write!(f, "relocation `{name}` against `{symbol}` has no patch kind")
            }
            Refusal::GlobalOffsetTable { symbol } => {
                write!(f, "refers to `{symbol}` through the global offset table, which copied code does not have")
            }
            Refusal::ThreadLocal { symbol } => write!(f, "uses the thread-local variable `{symbol}`"),
            Refusal::WritableData { symbol } => write!(f, "uses writable data (`{symbol}`), which is not copied"),
            Refusal::JumpTable { symbol } => {
                write!(f, "constant data `{symbol}` holds addresses, as a jump table does")
            }
            Refusal::UndeclaredCall { symbol } => {
                write!(f, "calls `{symbol}`, which is not a runtime function of this op")
            }
            Refusal::UndeclaredSymbol { symbol } => write!(f, "uses `{symbol}`, which this op does not declare"),
            Refusal::UnusedSymbol { symbol } => write!(f, "does not use `{symbol}`, which the definition uses"),
            Refusal::CallsTarget { symbol } => write!(f, "calls `{symbol}` instead of jumping there"),
            Refusal::NotAJump { symbol } => write!(f, "uses `{symbol}` in an instruction that is not a jump"),
            Refusal::OffTarget { symbol, distance_bytes } => {
                write!(f, "jumps {distance_bytes} bytes past the start of `{symbol}`")
            }
            Refusal::NotACall { symbol } => {
                write!(f, "uses runtime function `{symbol}` in an instruction that is not a call")
            }
            Refusal::LocalCall { at } => {
                write!(f, "calls its own code at {}, but can only call runtime functions", Hex(at))
            }
            Refusal::IndirectCall { at } => write!(f, "calls through a register or memory at {}", Hex(at)),
            Refusal::IndirectJump { at } => {
                write!(
                    f,
                    "jumps through a register or memory at {}, which only ops that call, return or jump to one of several labels may do",
                    Hex(at)
                )
            }
            Refusal::ForbiddenInstruction { at } => {
                write!(f, "makes a system call, starts a transaction or accesses processor state at {}", Hex(at))
            }
            Refusal::RelativeData { symbol } => {
                write!(f, "uses `{symbol}` as an address relative to the code, not as a number")
            }
            Refusal::AbsoluteCode { symbol } => write!(f, "takes the address of its own code (`{symbol}`)"),
            Refusal::AbsoluteConstants { symbol } => {
                write!(
                    f,
                    "reads its constants (`{symbol}`) through a 32-bit absolute address, which cannot hold every address"
                )
            }
            Refusal::OutsideConstants { at } => write!(f, "refers to memory outside its constants at {}", Hex(at)),
            Refusal::BadField { symbol, at } => {
                write!(f, "the hole for `{symbol}` at {} is not an operand field of an instruction", Hex(at))
            }
            Refusal::OverlappingHoles { symbol, at } => {
                write!(f, "the hole for `{symbol}` at {} overlaps the one before it", Hex(at))
            }
            Refusal::Return { at } => {
                write!(f, "returns at {} instead of jumping to the continuation or an exit", Hex(at))
            }
            Refusal::StackPointer { at } => {
                write!(f, "changes the stack pointer at {} by an unknown amount", Hex(at))
            }
            Refusal::UnbalancedFrame { at, depth_bytes } => {
                write!(f, "leaves the stencil at {} with {depth_bytes} bytes on the native stack", Hex(at))
            }
            Refusal::OutsideFrame { at } => {
                write!(f, "accesses the native stack outside its own frame at {}", Hex(at))
            }
            Refusal::DifferentDepths { at, depths_bytes: [a, b] } => {
                write!(f, "reaches {} with {a} bytes on the native stack on one path and {b} on another", Hex(at))
            }
            Refusal::RunsOff { symbol } => write!(f, "runs off the end of its {symbol} code"),
            Refusal::MidInstruction { at } => {
                write!(f, "jumps to {}, which is not the start of an instruction", Hex(at))
            }
            Refusal::Trap { at } => write!(f, "has a trap instruction at {}", Hex(at)),
            Refusal::NoLandingPad { symbol } => write!(f, "`{symbol}` does not begin with a landing pad"),
            Refusal::TailJump { stated_bytes, found_bytes } => write!(
                f,
                "ends in a jump of {found_bytes} bytes to the continuation, but the table says {stated_bytes}"
            ),
        }
    }
}

impl std::error::Error for Refusal {}

/// A position in hexadecimal, as in a disassembly.
struct Hex<'a>(&'a CodeOffset);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0.0)
    }
}
