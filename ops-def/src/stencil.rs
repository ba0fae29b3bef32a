//! Stencils as data: code bytes, holes, and the table that holds those of one instruction set.

use crate::frame::Exit;
use crate::{CodeOffset, Feature, Fingerprint};

/// All stencils of an instruction set for one architecture. Generated at build time.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// [`STENCIL_ABI`](crate::frame::STENCIL_ABI) of the lowering that made it.
    pub abi: u32,
    /// Architecture of the code.
    pub arch: Arch,
    /// Processor features that the code may need beyond the architecture's base, sorted; usually none.
    pub baseline: &'static [Feature],
    /// Convention with which stencils pass the machine's registers to each other.
    pub convention: Convention,
    /// How the compiler identifies itself.
    pub compiler: &'static str,
    /// The compiler flags that the probe selected.
    pub flags: &'static str,
    /// `uint64_t enter(vm, base, frame, code)`: C convention in, stencil convention out.
    pub enter: Stencil,
    /// The exits, in the order of [`Exit::ALL`].
    pub exits: &'static [Stencil],
    /// `OP_DEOPT_TO_INTERP`, used for an op without a stencil.
    pub deopt_op: Stencil,
    /// Counts an event before a loop head or the first op, and leaves when [`Core::budget`](crate::frame::Core::budget)
    /// is used up.
    pub poll: Stencil,
    /// Runs the optimized code of a loop before the loop's head, and continues where that says.
    pub graft: Stencil,
    /// The ops, in the order of the instruction set.
    pub ops: &'static [OpStencil],
}

/// Architectures for which there are stencils.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    /// x86-64, System V convention.
    X86_64,
    /// AArch64, AAPCS64 with x18 reserved.
    Aarch64,
}

impl Arch {
    /// Returns the name that Rust and GNU use for the architecture.
    pub const fn name(self) -> &'static str {
        match self {
            Arch::X86_64 => "x86_64",
            Arch::Aarch64 => "aarch64",
        }
    }

    /// Returns `true` if the code begins with a landing pad: the instruction that a processor with CET or BTI requires
    /// where an indirect call or jump arrives, and that every other processor executes as a `nop`.
    pub const fn begins_with_landing_pad(self, code: &[u8]) -> bool {
        match self {
            // `endbr64`
            Arch::X86_64 => matches!(code, [0xf3, 0x0f, 0x1e, 0xfa, ..]),
            // `bti c` and `bti jc`; compilers jump to other functions through x16 and x17, which `bti c` accepts.
            Arch::Aarch64 => matches!(code, [0x5f | 0xdf, 0x24, 0x03, 0xd5, ..]),
        }
    }

    /// Returns the architecture that this code runs on, if there are stencils for it.
    pub const fn host() -> Option<Arch> {
        if cfg!(target_arch = "x86_64") {
            Some(Arch::X86_64)
        } else if cfg!(target_arch = "aarch64") {
            Some(Arch::Aarch64)
        } else {
            None
        }
    }
}

/// How stencils call each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Convention {
    /// The platform's C convention.
    C,
    /// `preserve_none`: no register is saved across a tail call.
    PreserveNone,
}

/// One op's place in a table.
#[derive(Clone, Copy, Debug)]
pub struct OpStencil {
    /// Name of the op.
    pub name: &'static str,
    /// Fingerprint of the definition from which the stencil was made.
    pub fingerprint: Fingerprint,
    /// [`hash_text`](crate::fingerprint::hash_text) of the C file, if the stencil was written by hand.
    pub handwritten: Option<u32>,
    /// The stencil, or the reason why the op has none.
    pub stencil: Result<Stencil, &'static str>,
}

/// Machine code of one op, to be copied and patched.
///
/// The hot parts of consecutive ops are adjacent; the cold parts are at the end of the function.
#[derive(Clone, Copy, Debug)]
pub struct Stencil {
    /// Code that runs every time.
    pub hot: &'static [u8],
    /// Code of slow paths.
    pub cold: &'static [u8],
    /// Constants that the code reads, aligned to 16 bytes.
    pub rodata: &'static [u8],
    /// Holes in the hot part, sorted by position.
    pub hot_holes: &'static [Hole],
    /// Holes in the cold part, sorted by position.
    pub cold_holes: &'static [Hole],
    /// Number of bytes at the end of the hot part that jump to the continuation. They can be dropped if it follows.
    pub tail_jump: u8,
}

impl Stencil {
    /// A stencil without code.
    pub const EMPTY: Stencil =
        Stencil { hot: &[], cold: &[], rodata: &[], hot_holes: &[], cold_holes: &[], tail_jump: 0 };
}

/// A place in a stencil that is filled at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hole {
    /// First byte of the field (x86-64) or of the instruction (AArch64), from the start of its part.
    pub at: CodeOffset,
    /// How the value is written.
    pub kind: PatchKind,
    /// What is written.
    pub value: HoleValue,
    /// Number added to the value.
    pub addend: i64,
}

/// How a value is written into an instruction. `S` is the value, `A` the addend, `P` the address of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatchKind {
    /// `S + A` in 32 bits, sign-extended by the processor (`R_X86_64_32S`).
    X86Abs32Signed,
    /// `S + A` in 32 bits, zero-extended by the processor (`R_X86_64_32`).
    X86Abs32,
    /// `S + A` in 64 bits (`R_X86_64_64`).
    X86Abs64,
    /// `S + A - P` in 32 bits (`R_X86_64_PC32`, `R_X86_64_PLT32`).
    X86Rel32,
    /// `b`, `bl`: `S + A - P`, ±128 MiB (`R_AARCH64_JUMP26`, `R_AARCH64_CALL26`).
    A64Branch26,
    /// `b.cond`, `cbz`, `cbnz`: `S + A - P`, ±1 MiB (`R_AARCH64_CONDBR19`).
    A64Branch19,
    /// `tbz`, `tbnz`: `S + A - P`, ±32 KiB (`R_AARCH64_TSTBR14`).
    A64Branch14,
    /// `adr`: `S + A - P`, ±1 MiB (`R_AARCH64_ADR_PREL_LO21`).
    A64Adr21,
    /// `adrp`: `page(S + A) - page(P)`, ±4 GiB (`R_AARCH64_ADR_PREL_PG_HI21`).
    A64AdrPage21,
    /// `add`: low 12 bits of the address `S + A` (`R_AARCH64_ADD_ABS_LO12_NC`).
    A64AddPageOffset,
    /// `ldr`, `str`: low 12 bits of the address `S + A`, scaled by `1 << shift` (`R_AARCH64_LDST*_ABS_LO12_NC`).
    A64LoadPageOffset {
        /// log₂ of the access size in bytes.
        shift: u8,
    },
    /// `ldr`, `str` of a frame slot: all of `S + A`, scaled by `1 << shift`, up to `4095 << shift`.
    A64LoadOffset {
        /// log₂ of the access size in bytes.
        shift: u8,
    },
    /// `movz`, `movk`: 16 bits of `S + A` from bit `shift` (`R_AARCH64_MOVW_UABS_G*`).
    A64MovWide {
        /// 0, 16, 32 or 48.
        shift: u8,
    },
}

/// A list of all kinds → an array of them; the compiler reports a kind that is missing.
macro_rules! every_kind {
    ($($kind:ident $({ shift: $shift:literal })?,)*) => {{
        #[expect(unreachable_patterns, reason = "a kind with shifts is listed once for each shift")]
        const _: fn(PatchKind) = |kind| match kind {
            $(PatchKind::$kind { .. } => {})*
        };
        [$(PatchKind::$kind $({ shift: $shift })?,)*]
    }};
}

impl PatchKind {
    /// Every kind, with every shift that a field of its instruction can have.
    pub const ALL: [PatchKind; 24] = every_kind![
        X86Abs32Signed,
        X86Abs32,
        X86Abs64,
        X86Rel32,
        A64Branch26,
        A64Branch19,
        A64Branch14,
        A64Adr21,
        A64AdrPage21,
        A64AddPageOffset,
        A64LoadPageOffset { shift: 0 },
        A64LoadPageOffset { shift: 1 },
        A64LoadPageOffset { shift: 2 },
        A64LoadPageOffset { shift: 3 },
        A64LoadPageOffset { shift: 4 },
        A64LoadOffset { shift: 0 },
        A64LoadOffset { shift: 1 },
        A64LoadOffset { shift: 2 },
        A64LoadOffset { shift: 3 },
        A64LoadOffset { shift: 4 },
        A64MovWide { shift: 0 },
        A64MovWide { shift: 16 },
        A64MovWide { shift: 32 },
        A64MovWide { shift: 48 },
    ];

    /// Returns the number of bytes that the patch writes.
    pub const fn len_bytes(self) -> u32 {
        match self {
            PatchKind::X86Abs64 => 8,
            _ => 4,
        }
    }

    /// Returns the architecture to which the patch belongs.
    pub const fn arch(self) -> Arch {
        match self {
            PatchKind::X86Abs32Signed | PatchKind::X86Abs32 | PatchKind::X86Abs64 | PatchKind::X86Rel32 => Arch::X86_64,
            _ => Arch::Aarch64,
        }
    }
}

/// What goes into a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HoleValue {
    /// What the operand with this index in [`OpInfo::operands`](crate::op::OpInfo::operands) stands for: a slot's
    /// (or a window's first slot's) offset from the frame's base in bytes, an immediate, a constant's bits,
    /// a label's code address, the address of a function's header or of a cache cell.
    Operand(u16),
    /// Number of values in the window with this operand index.
    WindowLen(u16),
    /// This op's [`Pc`](crate::Pc).
    Pc,
    /// The next op's [`Pc`](crate::Pc).
    NextPc,
    /// The word that the host gave the function.
    FunctionWord,
    /// Code address of the next op.
    Continue,
    /// Code address of the runtime function with this index.
    Runtime(u16),
    /// Code address of an exit.
    Exit(Exit),
    /// Address of the optimized code that a graft runs.
    Region,
    /// Address of the table of the code addresses at which that code can leave.
    RegionExits,
    /// Start of this stencil's own hot part.
    Hot,
    /// Start of this stencil's own cold part.
    Cold,
    /// Start of this stencil's own constants.
    Rodata,
}

impl Table {
    /// A table without stencils.
    pub const EMPTY: Table = Table {
        abi: crate::frame::STENCIL_ABI,
        arch: Arch::X86_64,
        baseline: &[],
        convention: Convention::C,
        compiler: "",
        flags: "",
        enter: Stencil::EMPTY,
        exits: &[],
        deopt_op: Stencil::EMPTY,
        poll: Stencil::EMPTY,
        graft: Stencil::EMPTY,
        ops: &[],
    };

    /// Returns `true` if there are stencils and each begins with a
    /// [landing pad](Arch::begins_with_landing_pad), so that every address at which native code can be entered has one.
    pub fn has_landing_pads(&self) -> bool {
        let support = [&self.enter, &self.deopt_op, &self.poll, &self.graft].into_iter().chain(self.exits);
        let ops = self.ops.iter().filter_map(|op| op.stencil.as_ref().ok());
        support.chain(ops).all(|stencil| self.arch.begins_with_landing_pad(stencil.hot))
    }

    /// Returns `true` if the op at this index has this name, for use in `const` assertions.
    pub const fn is_op(&self, index: usize, name: &str) -> bool {
        if index >= self.ops.len() {
            return false;
        }
        let (found, wanted) = (self.ops[index].name.as_bytes(), name.as_bytes());
        if found.len() != wanted.len() {
            return false;
        }
        let mut i = 0;
        while i < found.len() {
            if found[i] != wanted[i] {
                return false;
            }
            i += 1;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_landing_pads_if_each_stencil_has_one() {
        const PADDED: Stencil = Stencil { hot: &[0xf3, 0x0f, 0x1e, 0xfa, 0xc3], ..Stencil::EMPTY };
        const BARE: Stencil = Stencil { hot: &[0xc3], ..Stencil::EMPTY };
        const OP: OpStencil = OpStencil {
            name: "op",
            fingerprint: Fingerprint { operands: 0, body: 0, reached: 0, layout: 0 },
            handwritten: None,
            stencil: Ok(PADDED),
        };
        const TABLE: Table = Table {
            enter: PADDED,
            exits: &[PADDED],
            deopt_op: PADDED,
            poll: PADDED,
            graft: PADDED,
            ops: &[OP, OpStencil { stencil: Err("none"), ..OP }],
            ..Table::EMPTY
        };
        assert!(TABLE.has_landing_pads());
        assert!(!Table::EMPTY.has_landing_pads());
        let bare = [
            Table { enter: BARE, ..TABLE },
            Table { exits: &[PADDED, BARE], ..TABLE },
            Table { deopt_op: BARE, ..TABLE },
            Table { poll: BARE, ..TABLE },
            Table { graft: BARE, ..TABLE },
            Table { ops: &[OP, OpStencil { stencil: Ok(BARE), ..OP }], ..TABLE },
            // The pads of another architecture.
            Table { arch: Arch::Aarch64, ..TABLE },
        ];
        assert!(bare.iter().all(|table| !table.has_landing_pads()));
    }
}
