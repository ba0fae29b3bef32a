//! The [`Row`]s of regions → the bytes of an `.eh_frame` section, with which a debugger unwinds through the code.

use std::collections::BTreeMap;

use gimli::write::{
    Address, CallFrameInstruction as Instruction, CommonInformationEntry, EhFrame, EndianVec, Error,
    FrameDescriptionEntry, FrameTable,
};
use gimli::{Encoding, Format, LittleEndian};
use mimeo_jit::CodeRegion;

use super::step::{Isa, Register};
use super::unwind::{Frame, Row};

/// The version is that of `.eh_frame`, not that of DWARF.
const ENCODING: Encoding = Encoding { format: Format::Dwarf32, version: 1, address_size: 8 };

/// The unit of distances from the canonical frame address.
const DATA_ALIGN: i8 = -8;

/// The location of the caller's value of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// The register itself.
    Same,
    /// The stack, at this distance from the canonical frame address.
    At(i32),
    /// Unknown.
    Lost,
}

/// The rules of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rules {
    /// Distance of the canonical frame address from the stack pointer.
    cfa_offset: i32,
    /// The rule of the return address, and those of other registers that are not [`Rule::Same`].
    registers: BTreeMap<Register, Rule>,
}

impl Rules {
    fn of(frame: Option<&Frame>, isa: &Isa) -> Rules {
        frame.and_then(|frame| Self::known(frame, isa)).unwrap_or_else(|| Rules {
            cfa_offset: isa.call_pushes_bytes,
            registers: BTreeMap::from([(isa.return_address, Rule::Lost)]),
        })
    }

    /// Returns the rules of a known frame, if its numbers fit the format.
    fn known(frame: &Frame, isa: &Isa) -> Option<Rules> {
        let pushed = isa.call_pushes_bytes;
        let mut registers = BTreeMap::new();
        for (&register, &slot) in &frame.saved {
            registers.insert(register, Rule::At(i32::try_from(-slot).ok()?.checked_sub(pushed)?));
        }
        let returns = if pushed > 0 { Rule::At(-pushed) } else { Rule::Same };
        registers.entry(isa.return_address).or_insert(returns);
        Some(Rules { cfa_offset: i32::try_from(frame.depth_bytes).ok()?.checked_add(pushed)?, registers })
    }

    /// Returns the instructions that turn these rules into `next`.
    fn turn_into(&self, next: &Rules) -> Vec<Instruction> {
        let offset = (self.cfa_offset != next.cfa_offset).then_some(Instruction::CfaOffset(next.cfa_offset));
        let gone = self.registers.keys().filter(|register| !next.registers.contains_key(register));
        let gone = gone.map(|&register| (register, Rule::Same));
        let new = next.registers.iter().map(|(&register, &rule)| (register, rule));
        let changed = gone.chain(new.filter(|(register, rule)| self.registers.get(register) != Some(rule)));
        let rules = changed.map(|(register, rule)| match rule {
            Rule::At(offset) => Instruction::Offset(dwarf(register), offset),
            Rule::Same => Instruction::SameValue(dwarf(register)),
            Rule::Lost => Instruction::Undefined(dwarf(register)),
        });
        offset.into_iter().chain(rules).collect()
    }
}

fn dwarf(register: Register) -> gimli::Register {
    gimli::Register(register.0.into())
}

/// Returns an `.eh_frame` for regions with their rows.
///
/// # Errors
///
/// If the writer cannot describe the rows. It can, because all distances are multiples of 8.
pub(super) fn section<'a>(
    regions: impl Iterator<Item = (&'a CodeRegion<'a>, Vec<Row>)>,
    isa: &Isa,
) -> Result<Vec<u8>, Error> {
    let entry = Rules::of(Some(&Frame::default()), isa);
    let mut table = FrameTable::default();
    let mut common = CommonInformationEntry::new(ENCODING, 1, DATA_ALIGN, dwarf(isa.return_address));
    common.add_instruction(Instruction::Cfa(dwarf(isa.stack_pointer), entry.cfa_offset));
    for instruction in (Rules { registers: BTreeMap::new(), ..entry }).turn_into(&entry) {
        common.add_instruction(instruction);
    }
    let common = table.add_cie(common);
    for (region, rows) in regions {
        let start = Address::Constant(region.start as u64);
        let mut description = FrameDescriptionEntry::new(start, region.bytes.len() as u32);
        let mut rules = entry.clone();
        for row in &rows {
            let next = Rules::of(row.frame.as_ref(), isa);
            for instruction in rules.turn_into(&next) {
                description.add_instruction(row.at, instruction);
            }
            rules = next;
        }
        table.add_fde(common, description);
    }
    let mut section = EhFrame(EndianVec::new(LittleEndian));
    table.write_eh_frame(&mut section)?;
    let mut bytes = section.0.into_vec();
    // A record of length 0 ends the section.
    bytes.extend([0; 4]);
    Ok(bytes)
}

#[cfg(test)]
mod tests;
