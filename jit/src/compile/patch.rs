//! A hole and its value → the bytes of an instruction.
//!
//! This is the inner loop of compilation, and its checks run in every build: a wrong table or a value that is too large
//! must become an error and never code. Errors are computed in cold functions.

use mimeo_def::frame::CodeAddr;
use mimeo_def::stencil::{Hole, PatchKind};

use crate::errors::PatchError;

/// Writes `value` into a hole of `part`, the copied hot or cold part of one stencil, which runs at `part_address`.
///
/// # Errors
///
/// If the value does not fit, the hole is not inside the part, or the bytes there are not those of an instruction that
/// the patch kind can fill. The part is then unchanged.
///
/// ```
/// use mimeo_def::CodeOffset;
/// use mimeo_def::stencil::{Hole, HoleValue, PatchKind};
///
/// let mut jump = [0xe9, 0, 0, 0, 0]; // jmp CONTINUE
/// let hole = Hole { at: CodeOffset(1), kind: PatchKind::X86Rel32, value: HoleValue::Continue, addend: -4 };
/// mimeo_jit::patch(&mut jump, &hole, 0x1010, 0x1000)?;
/// assert_eq!(jump, [0xe9, 0x0b, 0, 0, 0]);
/// # Ok::<(), mimeo_jit::PatchError>(())
/// ```
#[inline]
pub fn patch(part: &mut [u8], hole: &Hole, value: u64, part_address: CodeAddr) -> Result<(), PatchError> {
    let at = hole.at.0 as usize;
    let target = value.wrapping_add_signed(hole.addend);
    let place = (part_address as u64).wrapping_add(at as u64);
    let Some(field) = part.get_mut(at..).and_then(|rest| rest.first_chunk_mut::<4>()) else {
        return Err(outside(hole, part.len()));
    };
    match hole.kind {
        PatchKind::X86Abs32Signed => fill_x86(field, hole, target as i64, i32::try_from(target as i64).is_ok()),
        PatchKind::X86Abs32 => fill_x86(field, hole, target as i64, u32::try_from(target).is_ok()),
        PatchKind::X86Rel32 => {
            let distance = target.wrapping_sub(place) as i64;
            fill_x86(field, hole, distance, i32::try_from(distance).is_ok())
        }
        PatchKind::X86Abs64 => {
            let part_bytes = part.len();
            match part[at..].first_chunk_mut::<8>() {
                Some(field) if is_unfilled(u64::from_le_bytes(*field), hole.addend as u64) => {
                    *field = target.to_le_bytes();
                    Ok(())
                }
                Some(field) => Err(unexpected(hole, u64::from_le_bytes(*field))),
                None => Err(outside(hole, part_bytes)),
            }
        }
        _ => {
            let old = u32::from_le_bytes(*field);
            *field = fill_a64(old, hole, target, place)?.to_le_bytes();
            Ok(())
        }
    }
}

/// Returns `true` if a field is empty, or holds the addend as in object formats without explicit addends.
#[inline]
fn is_unfilled(found: u64, addend: u64) -> bool {
    found == 0 || found == addend
}

#[inline]
fn fill_x86(field: &mut [u8; 4], hole: &Hole, value: i64, fits: bool) -> Result<(), PatchError> {
    if !fits {
        return Err(out_of_range(hole, value));
    }
    let found = u32::from_le_bytes(*field);
    if !is_unfilled(u64::from(found), u64::from(hole.addend as u32)) {
        return Err(unexpected(hole, u64::from(found)));
    }
    *field = (value as u32).to_le_bytes();
    Ok(())
}

/// Returns the instruction `old` with its immediate field filled.
#[inline]
fn fill_a64(old: u32, hole: &Hole, target: u64, place: u64) -> Result<u32, PatchError> {
    if !is_expected_a64(old, hole.kind) {
        return Err(unexpected(hole, u64::from(old)));
    }
    let distance = target.wrapping_sub(place) as i64;
    let field = match hole.kind {
        PatchKind::A64Branch26 => a64_signed(hole, distance, 4, 26)?,
        PatchKind::A64Branch19 => a64_signed(hole, distance, 4, 19)? << 5,
        PatchKind::A64Branch14 => a64_signed(hole, distance, 4, 14)? << 5,
        PatchKind::A64Adr21 => a64_adr(a64_signed(hole, distance, 1, 21)?),
        PatchKind::A64AdrPage21 => {
            let pages = (target >> 12).wrapping_sub(place >> 12) as i64;
            // Page numbers have 52 bits.
            a64_adr(a64_signed(hole, pages << 12 >> 12, 1, 21)?)
        }
        PatchKind::A64AddPageOffset => (target as u32 & 0xfff) << 10,
        PatchKind::A64LoadPageOffset { shift } => a64_scaled(hole, target & 0xfff, shift)?,
        PatchKind::A64LoadOffset { shift } => a64_scaled(hole, target, shift)?,
        PatchKind::A64MovWide { shift } => ((target >> shift) as u32 & 0xffff) << 5,
        PatchKind::X86Abs32Signed | PatchKind::X86Abs32 | PatchKind::X86Abs64 | PatchKind::X86Rel32 => {
            return Err(unexpected(hole, u64::from(old)));
        }
    };
    Ok(old | field)
}

/// Returns `value / unit_bytes` as a signed number of `bits` bits.
#[inline]
fn a64_signed(hole: &Hole, value: i64, unit_bytes: u32, bits: u32) -> Result<u32, PatchError> {
    let unit = i64::from(unit_bytes);
    if value & (unit - 1) != 0 {
        return Err(misaligned(hole, value, unit_bytes));
    }
    let scaled = value / unit;
    let limit = 1 << (bits - 1);
    if !(-limit..limit).contains(&scaled) {
        return Err(out_of_range(hole, value));
    }
    Ok(scaled as u32 & ((1 << bits) - 1))
}

/// Returns `value >> shift` in the 12-bit field of a load or store.
#[inline]
fn a64_scaled(hole: &Hole, value: u64, shift: u8) -> Result<u32, PatchError> {
    if value & ((1 << shift) - 1) != 0 {
        return Err(misaligned(hole, value as i64, 1 << shift));
    }
    match value >> shift {
        scaled @ 0..=0xfff => Ok((scaled as u32) << 10),
        _ => Err(out_of_range(hole, value as i64)),
    }
}

/// Returns the fields of `adr` and `adrp`, which hold the two low bits separately.
#[inline]
fn a64_adr(imm: u32) -> u32 {
    (imm & 3) << 29 | (imm >> 2) << 5
}

/// Returns `true` if the bits that determine the class of an instruction are right for the patch kind and its field is
/// empty. Source: Arm Architecture Reference Manual, C4.1, "A64 instruction set encoding".
#[inline]
fn is_expected_a64(old: u32, kind: PatchKind) -> bool {
    let is = |mask: u32, bits: u32, field: u32| old & (mask | field) == bits;
    match kind {
        PatchKind::A64Branch26 => is(0x7c00_0000, 0x1400_0000, 0x03ff_ffff),
        PatchKind::A64Branch19 => {
            is(0xff00_0010, 0x5400_0000, 0x00ff_ffe0) || is(0x7e00_0000, 0x3400_0000, 0x00ff_ffe0)
        }
        PatchKind::A64Branch14 => is(0x7e00_0000, 0x3600_0000, 0x0007_ffe0),
        PatchKind::A64Adr21 => is(0x9f00_0000, 0x1000_0000, 0x60ff_ffe0),
        PatchKind::A64AdrPage21 => is(0x9f00_0000, 0x9000_0000, 0x60ff_ffe0),
        PatchKind::A64AddPageOffset => is(0x7fc0_0000, 0x1100_0000, 0x003f_fc00),
        PatchKind::A64LoadPageOffset { shift } | PatchKind::A64LoadOffset { shift } => {
            is(0x3b00_0000, 0x3900_0000, 0x003f_fc00) && a64_access_shift(old) == u32::from(shift)
        }
        PatchKind::A64MovWide { shift } => {
            let class = old & 0x7f80_0000;
            (class == 0x5280_0000 || class == 0x7280_0000)
                && old & 0x001f_ffe0 == 0
                && (old >> 21 & 3) * 16 == u32::from(shift)
        }
        PatchKind::X86Abs32Signed | PatchKind::X86Abs32 | PatchKind::X86Abs64 | PatchKind::X86Rel32 => false,
    }
}

/// Returns the binary logarithm of the number of bytes that a load or store moves.
#[inline]
fn a64_access_shift(instruction: u32) -> u32 {
    let size = instruction >> 30;
    let (is_vector, is_wide) = (instruction >> 26 & 1 == 1, instruction >> 23 & 1 == 1);
    if is_vector && is_wide && size == 0 { 4 } else { size }
}

/// Checks the bytes at a hole as [`patch`] does, without filling it.
pub(crate) fn check_field(part: &[u8], hole: &Hole) -> Result<(), PatchError> {
    let at = hole.at.0 as usize;
    let len = hole.kind.len_bytes() as usize;
    let Some(field) = at.checked_add(len).and_then(|end| part.get(at..end)) else {
        return Err(outside(hole, part.len()));
    };
    let found = field.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte));
    let expected = match hole.kind {
        PatchKind::X86Abs64 => is_unfilled(found, hole.addend as u64),
        PatchKind::X86Abs32Signed | PatchKind::X86Abs32 | PatchKind::X86Rel32 => {
            is_unfilled(found, u64::from(hole.addend as u32))
        }
        kind => is_expected_a64(found as u32, kind),
    };
    if expected { Ok(()) } else { Err(unexpected(hole, found)) }
}

#[cold]
fn out_of_range(hole: &Hole, value: i64) -> PatchError {
    PatchError::OutOfRange { at: hole.at, kind: hole.kind, value }
}

#[cold]
fn misaligned(hole: &Hole, value: i64, unit_bytes: u32) -> PatchError {
    PatchError::Misaligned { at: hole.at, kind: hole.kind, value, unit_bytes }
}

#[cold]
fn outside(hole: &Hole, part_bytes: usize) -> PatchError {
    PatchError::Outside { at: hole.at, kind: hole.kind, part_bytes }
}

#[cold]
fn unexpected(hole: &Hole, found: u64) -> PatchError {
    PatchError::Unexpected { at: hole.at, kind: hole.kind, found }
}

#[cfg(test)]
mod tests;
