//! A stencil of a checked-in table → [`Draft`], the form in which it can be audited again.

use mimeo_def::stencil::{Arch, Hole, HoleValue};
use mimeo_lower::Symbol;

use super::{CONSTANTS_LIMIT_BYTES, Draft, DraftHole, DraftPart};
use crate::isa;
use crate::refusal::Refusal;
use crate::stencil::OwnedStencil;

/// Decodes a stencil and finds the symbols of its holes. `symbol` is the name of its function.
///
/// # Errors
///
/// If a hole needs a symbol that is not in `symbols`, or if the code cannot be decoded.
pub fn reread(stencil: &OwnedStencil, arch: Arch, symbol: &str, symbols: &[Symbol]) -> Result<Draft, Refusal> {
    let len_bytes = stencil.rodata.len();
    if len_bytes > CONSTANTS_LIMIT_BYTES {
        let symbol = symbol.to_owned();
        return Err(Refusal::ConstantsTooLarge { symbol, len_bytes, limit_bytes: CONSTANTS_LIMIT_BYTES });
    }
    let part = |bytes: &[u8], holes: &[Hole]| {
        let instructions = isa::decode(arch, bytes).map_err(|at| Refusal::InvalidInstruction { at })?;
        let holes = holes.iter().map(|hole| draft_hole(*hole, symbols)).collect::<Result<_, _>>()?;
        Ok(DraftPart { bytes: bytes.to_vec(), instructions, holes })
    };
    Ok(Draft {
        symbol: symbol.to_owned(),
        arch,
        hot: part(&stencil.hot, &stencil.hot_holes)?,
        cold: part(&stencil.cold, &stencil.cold_holes)?,
        rodata: stencil.rodata.clone(),
    })
}

/// Returns a hole with the symbol that it came from.
fn draft_hole(hole: Hole, symbols: &[Symbol]) -> Result<DraftHole, Refusal> {
    let declared = symbols.iter().find(|symbol| symbol.value == hole.value).map(|symbol| symbol.name.clone());
    let symbol = match hole.value {
        HoleValue::Hot | HoleValue::Cold | HoleValue::Rodata => format!("{:?}", hole.value).to_lowercase(),
        value => declared.ok_or_else(|| Refusal::UndeclaredSymbol { symbol: format!("{value:?}") })?,
    };
    // This prevents overflow in sums with the addend during the audit.
    if i32::try_from(hole.addend).is_err() {
        return Err(Refusal::Object {
            reason: format!("`{symbol}` is referred to at a distance of {} bytes", hole.addend),
        });
    }
    Ok(DraftHole { hole, symbol })
}
