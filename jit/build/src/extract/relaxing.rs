//! Relocations that refer to a number or an address indirectly → holes in the instructions that
//! [`relax`](crate::relax) substitutes.

use mimeo_def::CodeOffset;
use mimeo_def::stencil::{HoleValue, PatchKind};

use super::{Extractor, Field};
use crate::audit;
use crate::object_file::{Relocation, RelocationKind};
use crate::relax::aarch64::{self, Pair};
use crate::relax::{Meant, x86_64};

impl<'a> Extractor<'a> {
    /// Replaces instructions that load a number or an address from a table, or that use a number as an address.
    /// Returns `false` if the relocation is of another kind, or if there is no replacement.
    pub(super) fn relax(&mut self, field: Field<'a>, value: HoleValue, addend: i64) -> bool {
        let meant = match value {
            HoleValue::Hot | HoleValue::Cold | HoleValue::Rodata => Meant::Own,
            value if audit::is_number(value, &self.object.symbol(field.relocation.symbol).name) => Meant::Number,
            _ => Meant::Place,
        };
        match (field.relocation.kind, meant) {
            (RelocationKind::GotDistance, _) | (RelocationKind::Patch(PatchKind::X86Rel32), Meant::Number) => {
                self.relax_x86_64(field, meant, value, addend)
            }
            (RelocationKind::GotPage, _) => self.relax_pair(field, Pair::Table, meant, value, addend),
            (RelocationKind::Patch(PatchKind::A64AdrPage21), Meant::Number | Meant::Place) => {
                self.relax_pair(field, Pair::Address, meant, value, addend)
            }
            _ => false,
        }
    }

    fn relax_x86_64(&mut self, field: Field<'a>, meant: Meant, value: HoleValue, addend: i64) -> bool {
        let Field { part, at, relocation, .. } = field;
        let Some(instruction) = self.instruction(part, at) else { return false };
        let (start, end) = (instruction.at.0 as usize, instruction.end() as usize);
        // The processor counts distances from the instruction's end, which does not apply to a number.
        let bias = self.pc_bias(field);
        let through_table = relocation.kind == RelocationKind::GotDistance;
        // The entry after an address in the table belongs to another symbol.
        if through_table && relocation.addend + bias != 0 {
            return false;
        }
        let code = &mut self.part_mut(part).bytes[start..end];
        let position = at.0 as usize - start;
        let kind = match through_table {
            true => x86_64::through_table(code, position, meant),
            false => x86_64::number(code, position),
        };
        let Some(kind) = kind else { return false };
        let addend = if meant == Meant::Number { addend + bias } else { addend };
        self.add_hole(field, at, kind, value, addend);
        true
    }

    fn relax_pair(&mut self, field: Field<'a>, pair: Pair, meant: Meant, value: HoleValue, addend: i64) -> bool {
        let Field { part, at, piece, relocation } = field;
        let second_at = relocation.offset_bytes + 4;
        let expected = match pair {
            Pair::Address => RelocationKind::Patch(PatchKind::A64AddPageOffset),
            Pair::Table => RelocationKind::GotPageOffset,
        };
        let relocations = &self.object.section(piece.span.section).relocations;
        let at_place = |offset: usize| relocations.iter().find(move |other| other.offset_bytes == offset);
        let same = |other: &Relocation| {
            other.kind == expected && other.symbol == relocation.symbol && other.addend == relocation.addend
        };
        // The pair must lie within the piece, and the next two instructions must not have relocations of their own.
        if second_at >= piece.span.end() || !at_place(second_at).is_some_and(same) {
            return false;
        }
        let halves = [second_at + 4, second_at + 8];
        let free = halves.iter().all(|half| half + 4 <= piece.span.end() && at_place(*half).is_none());
        let len = if free { 16 } else { 8 };
        let start = at.0 as usize;
        let Some(code) = self.part_mut(part).bytes.get_mut(start..start + len) else { return false };
        let Some(holes) = aarch64::pair(code, pair, meant) else { return false };
        for (index, kind) in holes {
            self.add_hole(field, CodeOffset(at.0 + index as u32 * 4), kind, value, addend);
        }
        self.done.insert((piece.span.section, second_at));
        true
    }
}
