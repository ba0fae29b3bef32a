//! The [`Row`]s of regions → the bytes of an `.eh_frame` section, by which a debugger unwinds through the code.
//!
//! The format is that of DWARF 5, chapter 6.4, as the Linux Standard Base 5.0, chapter 10.6, changes it. The
//! library that writes it, gimli, would bring five crates more; this is one common entry and one per region.

use std::collections::BTreeMap;

use super::step::{Isa, Register};
use super::unwind::{Frame, Row};
use crate::observe::code_region::CodeRegion;

/// Distances from the canonical frame address are counted in this.
const DATA_ALIGN: i64 = -8;

/// `DW_CFA_*`.
mod op {
    pub(super) const NOP: u8 = 0x00;
    pub(super) const ADVANCE_LOC4: u8 = 0x04;
    pub(super) const UNDEFINED: u8 = 0x07;
    pub(super) const SAME_VALUE: u8 = 0x08;
    pub(super) const DEF_CFA: u8 = 0x0c;
    pub(super) const DEF_CFA_OFFSET: u8 = 0x0e;
    pub(super) const OFFSET: u8 = 0x80;
}

/// Where the caller's value of a register is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// In the register.
    Same,
    /// So many times [`DATA_ALIGN`] from the canonical frame address.
    At(u64),
    /// Nobody knows.
    Lost,
}

/// The rules of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rules {
    /// Of the canonical frame address from the stack pointer.
    cfa_offset: u64,
    /// Always that of the return address; of the others those that are not [`Rule::Same`].
    registers: BTreeMap<Register, Rule>,
}

impl Rules {
    fn of(frame: Option<&Frame>, isa: &Isa) -> Rules {
        let units = |bytes: i64| Rule::At((bytes / -DATA_ALIGN) as u64);
        let Some(frame) = frame else {
            let lost = (isa.return_address, Rule::Lost);
            return Rules { cfa_offset: isa.call_pushes_bytes as u64, registers: BTreeMap::from([lost]) };
        };
        let saved = frame.saved.iter().map(|(&register, &slot)| (register, units(slot + isa.call_pushes_bytes)));
        let mut registers: BTreeMap<Register, Rule> = saved.collect();
        let returns = if isa.call_pushes_bytes > 0 { units(isa.call_pushes_bytes) } else { Rule::Same };
        registers.entry(isa.return_address).or_insert(returns);
        Rules { cfa_offset: (frame.depth_bytes + isa.call_pushes_bytes) as u64, registers }
    }

    /// The instructions that turn these rules into `next`.
    fn turn_into(&self, next: &Rules, out: &mut Vec<u8>) {
        if self.cfa_offset != next.cfa_offset {
            out.push(op::DEF_CFA_OFFSET);
            uleb128(next.cfa_offset, out);
        }
        let gone = self.registers.keys().filter(|register| !next.registers.contains_key(register));
        let gone = gone.map(|&register| (register, Rule::Same));
        let new = next.registers.iter().map(|(&register, &rule)| (register, rule));
        for (register, rule) in gone.chain(new.filter(|(register, rule)| self.registers.get(register) != Some(rule))) {
            match rule {
                Rule::At(units) => {
                    out.push(op::OFFSET | register.0);
                    uleb128(units, out);
                }
                Rule::Same => out.extend([op::SAME_VALUE, register.0]),
                Rule::Lost => out.extend([op::UNDEFINED, register.0]),
            }
        }
    }
}

/// An `.eh_frame` for regions with their rows.
pub(super) fn section<'a>(regions: impl Iterator<Item = (&'a CodeRegion<'a>, Vec<Row>)>, isa: &Isa) -> Vec<u8> {
    let entry = Rules::of(Some(&Frame::default()), isa);
    let mut section = Vec::new();
    record(&mut section, |_, out| {
        // What tells it from a region's; version; no augmentation; code is counted in bytes.
        out.extend([0, 0, 0, 0, 1, 0, 1]);
        sleb128_byte(DATA_ALIGN as i8, out);
        out.push(isa.return_address.0);
        out.extend([op::DEF_CFA, isa.stack_pointer.0]);
        uleb128(entry.cfa_offset, out);
        Rules { registers: BTreeMap::new(), ..entry }.turn_into(&entry, out);
    });
    for (region, rows) in regions {
        record(&mut section, |at, out| {
            // How far back the common entry is, which is the first of the section.
            out.extend((at as u32).to_le_bytes());
            out.extend((region.start as u64).to_le_bytes());
            out.extend((region.bytes.len() as u64).to_le_bytes());
            let (mut rules, mut at) = (entry.clone(), 0);
            for row in &rows {
                if row.at > at {
                    out.push(op::ADVANCE_LOC4);
                    out.extend((row.at - at).to_le_bytes());
                    at = row.at;
                }
                let next = Rules::of(row.frame.as_ref(), isa);
                rules.turn_into(&next, out);
                rules = next;
            }
        });
    }
    // A record of no length ends the section.
    section.extend([0; 4]);
    section
}

/// Appends a record: its length, and what `fill` makes of the place behind that, padded to whole addresses.
fn record(section: &mut Vec<u8>, fill: impl FnOnce(usize, &mut Vec<u8>)) {
    const LEN_BYTES: usize = 4;
    let start = section.len();
    let mut content = Vec::new();
    fill(start + LEN_BYTES, &mut content);
    let padded = (LEN_BYTES + content.len()).next_multiple_of(8) - LEN_BYTES;
    content.resize(padded, op::NOP);
    section.extend((content.len() as u32).to_le_bytes());
    section.extend(content);
}

fn uleb128(mut value: u64, out: &mut Vec<u8>) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        out.push(if value == 0 { low } else { low | 0x80 });
        if value == 0 {
            return;
        }
    }
}

/// A number from -64 to 63.
fn sleb128_byte(value: i8, out: &mut Vec<u8>) {
    out.push(value as u8 & 0x7f);
}

#[cfg(test)]
mod tests;
