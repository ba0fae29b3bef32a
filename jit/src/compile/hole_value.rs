//! A [`HoleValue`] of an op → the number or address for the hole, at one place in one function.
//!
//! There are two steps: when the tier is made, an op's hole values become [`Source`]s, which know the operand's kind;
//! when the op is compiled, a [`Site`] resolves them.
//!
//! Contract of this island: (1) the function is verified, so the index in a function operand is valid in its program.

use mimeo_def::frame::CodeAddr;
use mimeo_def::op::{OpInfo, OperandKind, Scalar};
use mimeo_def::stencil::{HoleValue, PatchKind};
use mimeo_def::{CodeOffset, Pc, Slot};
use mimeo_interp::Function;

use crate::compile::island::{FarIndex, Island};

/// The source of a hole's value; `unit` is the operand's offset in the instruction, in 16-bit units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Slot {
        unit: u16,
    },
    /// `window` is the unit of the length of a window above the popped values.
    Stack {
        index: u16,
        pops: u16,
        window: Option<u16>,
    },
    Window {
        unit: u16,
    },
    StackWindow {
        unit: u16,
    },
    Len {
        unit: u16,
    },
    Immediate {
        unit: u16,
        scalar: Scalar,
    },
    Constant {
        unit: u16,
    },
    Label {
        unit: u16,
    },
    Labels {
        unit: u16,
    },
    Function {
        unit: u16,
    },
    Cache {
        unit: u16,
    },
    Pc,
    NextPc,
    FunctionWord,
    Continue,
    Far(FarIndex),
    Region,
    RegionExits,
    Hot,
    Cold,
    Rodata,
}

impl Source {
    /// Returns the source of an op's hole value, or `None` if the op has no such operand.
    pub(crate) fn of(value: HoleValue, op: Option<&OpInfo>) -> Option<Source> {
        Some(match value {
            HoleValue::Operand(index) => Source::of_operand(op?, index)?,
            HoleValue::WindowLen(index) => {
                let operand = op?.operands.get(usize::from(index))?;
                match operand.kind {
                    OperandKind::Labels => Source::Len { unit: operand.unit + 2 },
                    OperandKind::Window => Source::Len { unit: operand.unit + 1 },
                    OperandKind::StackWindow => Source::Len { unit: operand.unit },
                    _ => return None,
                }
            }
            HoleValue::Pc => Source::Pc,
            HoleValue::NextPc => Source::NextPc,
            HoleValue::FunctionWord => Source::FunctionWord,
            HoleValue::Continue => Source::Continue,
            HoleValue::Runtime(_) => Source::Far(FarIndex::of(value)?),
            HoleValue::Exit(_) => Source::Far(FarIndex::of(value)?),
            HoleValue::Region => Source::Region,
            HoleValue::RegionExits => Source::RegionExits,
            HoleValue::Hot => Source::Hot,
            HoleValue::Cold => Source::Cold,
            HoleValue::Rodata => Source::Rodata,
        })
    }

    fn of_operand(op: &OpInfo, index: u16) -> Option<Source> {
        let operand = op.operands.get(usize::from(index))?;
        let unit = operand.unit;
        Some(match operand.kind {
            OperandKind::Slot { .. } => Source::Slot { unit },
            OperandKind::Stack { index, .. } => {
                let window = op.operands.iter().find(|o| o.kind == OperandKind::StackWindow).map(|o| o.unit);
                Source::Stack { index, pops: op.pops, window }
            }
            OperandKind::Immediate { scalar, .. } => Source::Immediate { unit, scalar },
            OperandKind::Constant => Source::Constant { unit },
            OperandKind::Label => Source::Label { unit },
            OperandKind::Labels => Source::Labels { unit },
            OperandKind::Window => Source::Window { unit },
            OperandKind::StackWindow => Source::StackWindow { unit },
            OperandKind::Function => Source::Function { unit },
            OperandKind::Cache { .. } => Source::Cache { unit },
        })
    }
}

/// The data that the ops of one function share.
pub(crate) struct FunctionContext<'a> {
    pub(crate) function: &'a Function,
    /// The code units of the function.
    pub(crate) code: &'a [u16],
    /// By code unit: the offset of the code of the op that starts there, or [`NO_CODE`].
    pub(crate) starts: &'a [CodeOffset],
    /// The address at which the compiled function will run.
    pub(crate) address: CodeAddr,
    pub(crate) island: &'a Island,
    /// The table of the addresses at the function's lists of labels.
    pub(crate) labels: CodeAddr,
    /// The length of a poll, which directly precedes the op at each loop head, or the graft before it.
    pub(crate) poll_bytes: u32,
}

impl FunctionContext<'_> {
    /// Returns the address at which the op at `target` is entered, which is its graft if it has one.
    #[inline]
    pub(crate) fn address_of(&self, target: Pc) -> Result<u64, NoCode> {
        match self.starts.get(target.0 as usize) {
            Some(&start) if start != NO_CODE => Ok(self.address as u64 + u64::from(start.0)),
            _ => Err(NoCode { target }),
        }
    }

    /// Returns the address at which a jump arrives: a backward jump at the poll of its loop head, a forward jump after
    /// the poll, if the op has one.
    #[inline]
    pub(crate) fn address_of_label(&self, from: Pc, target: Pc) -> Result<u64, NoCode> {
        let op = self.address_of(target)?;
        Ok(if target <= from { op - u64::from(self.poll_bytes) } else { op })
    }
}

/// The entry for a unit at which no code starts.
pub(crate) const NO_CODE: CodeOffset = CodeOffset(u32::MAX);

/// The size of an address in the table of labels.
pub(crate) const LABEL_BYTES: usize = size_of::<u64>();

/// An op whose holes are being filled.
pub(crate) struct Site<'a> {
    pub(crate) context: &'a FunctionContext<'a>,
    pub(crate) pc: Pc,
    pub(crate) next_pc: Pc,
    /// Slots in use before the op: locals and operand stack.
    pub(crate) height: u32,
    pub(crate) hot: CodeAddr,
    pub(crate) cold: CodeAddr,
    pub(crate) rodata: CodeAddr,
    /// The optimized code that a graft runs, and the table of its exits.
    pub(crate) region: CodeAddr,
    pub(crate) region_exits: CodeAddr,
}

/// A branch to an op that has no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoCode {
    pub(crate) target: Pc,
}

impl Site<'_> {
    /// Returns the value for a hole of this kind whose field will be at `place`.
    #[inline]
    pub(crate) fn resolve(&self, source: Source, kind: PatchKind, place: CodeAddr) -> Result<u64, NoCode> {
        Ok(match source {
            Source::Slot { unit } | Source::Window { unit } => slot_bytes(u32::from(self.unit(unit))),
            Source::Stack { index, pops, window } => {
                let window_len = window.map_or(0, |unit| u32::from(self.unit(unit)));
                slot_bytes(self.height - window_len - u32::from(pops) + u32::from(index))
            }
            Source::StackWindow { unit } => slot_bytes(self.height - u32::from(self.unit(unit))),
            Source::Len { unit } => u64::from(self.unit(unit)),
            Source::Immediate { unit, scalar } => self.immediate(unit, scalar),
            Source::Constant { unit } => self.context.function.body().constants[usize::from(self.unit(unit))],
            Source::Label { unit } => self.context.address_of_label(self.pc, Pc(self.unit2(unit)))?,
            Source::Labels { unit } => (self.context.labels + LABEL_BYTES * self.unit2(unit) as usize) as u64,
            // SAFETY: (1).
            Source::Function { unit } => unsafe { self.context.function.sibling(self.unit2(unit)) as u64 },
            Source::Cache { unit } => self.context.function.cache_address(self.unit2(unit)).expose_provenance() as u64,
            Source::Pc => u64::from(self.pc.0),
            Source::NextPc => u64::from(self.next_pc.0),
            Source::FunctionWord => self.context.function.word(),
            Source::Continue => self.context.address_of(self.next_pc)?,
            Source::Far(target) => self.context.island.resolve(target, self.context.address, kind, place) as u64,
            Source::Region => self.region as u64,
            Source::RegionExits => self.region_exits as u64,
            Source::Hot => self.hot as u64,
            Source::Cold => self.cold as u64,
            Source::Rodata => self.rodata as u64,
        })
    }

    #[inline]
    fn unit(&self, unit: u16) -> u16 {
        self.context.code[self.pc.0 as usize + usize::from(unit)]
    }

    #[inline]
    fn unit2(&self, unit: u16) -> u32 {
        u32::from(self.unit(unit)) | u32::from(self.unit(unit + 1)) << 16
    }

    fn unit4(&self, unit: u16) -> u64 {
        u64::from(self.unit2(unit)) | u64::from(self.unit2(unit + 2)) << 32
    }

    /// Returns the bits of a 64-bit number, or of a narrower one extended to 32 bits according to its type. The prelude's
    /// `HOLE_64` and `HOLE_32` take these.
    fn immediate(&self, unit: u16, scalar: Scalar) -> u64 {
        match scalar {
            Scalar::Bool | Scalar::U8 => u64::from(self.unit(unit) as u8),
            Scalar::I8 => u64::from(self.unit(unit) as i8 as u32),
            Scalar::U16 => u64::from(self.unit(unit)),
            Scalar::I16 => u64::from(self.unit(unit) as i16 as u32),
            Scalar::U32 | Scalar::I32 | Scalar::F32 => u64::from(self.unit2(unit)),
            Scalar::I64 | Scalar::U64 | Scalar::F64 => self.unit4(unit),
        }
    }
}

/// Returns the distance of a slot from the frame's base. The operand stack of a verified function may extend beyond the
/// slots that an instruction can name.
#[inline]
fn slot_bytes(slot: u32) -> u64 {
    const SLOT_BYTES: u64 = Slot(1).offset_bytes() as u64;
    u64::from(slot) * SLOT_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiny::machine;
    use crate::tiny::programs::Builder;

    /// Resolves a source against `units`, an instruction at pc 4 with 10 slots in use.
    fn resolve(source: Source, units: &[u16]) -> Result<u64, NoCode> {
        let body = Builder::new("f", 0, 1).push_constant(0x1234_5678_9abc).op(crate::tiny::Op::Ret).end();
        let run = machine(vec![body], None);
        let function = run.machine.functions(run.linked).next().unwrap();
        let code: Vec<u16> = [0; 4].iter().chain(units).copied().collect();
        let mut starts = [NO_CODE; 16];
        starts[4] = CodeOffset(0x20);
        starts[7] = CodeOffset(0x40);
        let island = Island::new(vec![0x5000; 16]);
        let context = FunctionContext {
            function,
            code: &code,
            starts: &starts,
            address: 0x1000,
            island: &island,
            labels: 0x2000,
            poll_bytes: 8,
        };
        let site = Site {
            context: &context,
            pc: Pc(4),
            next_pc: Pc(7),
            height: 10,
            hot: 1,
            cold: 2,
            rodata: 3,
            region: 4,
            region_exits: 5,
        };
        let value = site.resolve(source, PatchKind::X86Abs64, 0x1000);
        if source == (Source::Function { unit: 1 }) {
            assert_eq!(value, Ok(std::ptr::from_ref(function) as u64));
        }
        value
    }

    #[test]
    fn slots_are_offsets_from_the_base() {
        assert_eq!(resolve(Source::Slot { unit: 1 }, &[0, 5]), Ok(40));
        assert_eq!(resolve(Source::Window { unit: 1 }, &[0, 5, 2]), Ok(40));
        assert_eq!(resolve(Source::Len { unit: 2 }, &[0, 5, 2]), Ok(2));
        // Two values popped from 10 slots are 8 and 9; what is pushed goes to 8.
        assert_eq!(resolve(Source::Stack { index: 1, pops: 2, window: None }, &[0]), Ok(72));
        assert_eq!(resolve(Source::Stack { index: 0, pops: 2, window: None }, &[0]), Ok(64));
        // A window of 3 on top is 7, 8, 9; one value popped below it is 6.
        assert_eq!(resolve(Source::StackWindow { unit: 1 }, &[0, 3]), Ok(56));
        assert_eq!(resolve(Source::Stack { index: 0, pops: 1, window: Some(1) }, &[0, 3]), Ok(48));
    }

    #[test]
    fn narrow_immediates_are_widened_to_32_bits() {
        let value = |scalar, units: &[u16]| resolve(Source::Immediate { unit: 1, scalar }, units).unwrap();
        assert_eq!(value(Scalar::Bool, &[0, 1]), 1);
        assert_eq!(value(Scalar::I8, &[0, 0xffff]), 0xffff_ffff);
        assert_eq!(value(Scalar::U8, &[0, 0xff]), 255);
        assert_eq!(value(Scalar::I16, &[0, 0xfffe]), 0xffff_fffe);
        assert_eq!(value(Scalar::U16, &[0, 0xfffe]), 0xfffe);
        assert_eq!(value(Scalar::I32, &[0, 0xfffe, 0xffff]), 0xffff_fffe);
        assert_eq!(value(Scalar::U32, &[0, 0xfffe, 0xffff]), 0xffff_fffe);
        assert_eq!(value(Scalar::I64, &[0, 1, 0, 0, 0x8000]), 1 << 63 | 1);
        assert_eq!(value(Scalar::F32, &[0, 0, 0x3f80]), u64::from(1f32.to_bits()));
        assert_eq!(value(Scalar::F64, &[0, 0, 0, 0, 0x3ff0]), 1f64.to_bits());
    }

    #[test]
    fn places_in_code_are_addresses() {
        assert_eq!(resolve(Source::Pc, &[0]), Ok(4));
        assert_eq!(resolve(Source::NextPc, &[0]), Ok(7));
        assert_eq!(resolve(Source::Continue, &[0]), Ok(0x1040));
        assert_eq!(resolve(Source::Label { unit: 1 }, &[0, 7, 0]), Ok(0x1040));
        // A backward jump arrives at the poll, which has 8 bytes.
        assert_eq!(resolve(Source::Label { unit: 1 }, &[0, 4, 0]), Ok(0x1018));
        assert_eq!(resolve(Source::Label { unit: 1 }, &[0, 8, 0]), Err(NoCode { target: Pc(8) }));
        assert_eq!(resolve(Source::Label { unit: 1 }, &[0, 0, 1]), Err(NoCode { target: Pc(0x1_0000) }));
        assert_eq!(resolve(Source::Labels { unit: 1 }, &[0, 3, 0, 2]), Ok(0x2018));
        assert_eq!(resolve(Source::Len { unit: 3 }, &[0, 3, 0, 2]), Ok(2));
        assert_eq!(
            [Source::Hot, Source::Cold, Source::Rodata, Source::Region, Source::RegionExits]
                .map(|source| resolve(source, &[0])),
            [Ok(1), Ok(2), Ok(3), Ok(4), Ok(5)]
        );
        assert_eq!(resolve(Source::Far(FarIndex::of(HoleValue::Runtime(1)).unwrap()), &[0]), Ok(0x5000));
    }

    #[test]
    fn constants_and_callees_belong_to_the_function() {
        assert_eq!(resolve(Source::Constant { unit: 1 }, &[0, 0]), Ok(0x1234_5678_9abc));
        assert!(resolve(Source::Function { unit: 1 }, &[0, 0, 0]).is_ok());
    }
}
