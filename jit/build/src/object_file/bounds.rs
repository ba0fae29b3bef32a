//! What a reader found → the same with every place inside its section and an end for every symbol, or what is
//! wrong with the file.

use super::{Object, SectionKind, Symbol};

/// Checks places and gives symbols their ends; the error is a clause in words.
pub(super) fn settle(mut object: Object) -> Result<Object, String> {
    for section in &object.sections {
        for relocation in &section.relocations {
            let last = section.bytes.len().checked_sub(relocation.kind.len_bytes());
            if last.is_none_or(|last| relocation.offset_bytes > last) {
                return Err(format!("a relocation of section `{}` lies outside of it", section.name));
            }
            if relocation.symbol.0 >= object.symbols.len() {
                return Err(format!("a relocation of section `{}` has no symbol", section.name));
            }
        }
    }
    // Offsets in variables' sections are never used, but computed with.
    let is_far = |symbol: &&Symbol| symbol.place.is_some_and(|place| i32::try_from(place.offset_bytes).is_err());
    if let Some(symbol) = object.symbols.iter().find(is_far) {
        return Err(format!("symbol `{}` lies beyond its section", symbol.name));
    }
    let ends = ends(&object);
    for (symbol, end) in object.symbols.iter_mut().zip(ends) {
        let (Some(place), Some(end)) = (symbol.place, end) else { continue };
        if symbol.is_bounded {
            symbol.len_bytes = end.saturating_sub(place.offset_bytes);
        }
        if place.offset_bytes.checked_add(symbol.len_bytes).is_none_or(|last| last > end) {
            return Err(format!("symbol `{}` reaches beyond its section", symbol.name));
        }
    }
    Ok(object)
}

/// For each symbol of code or constants the furthest place that it can reach to: the next symbol where the file
/// gives no size, else the section's end.
fn ends(object: &Object) -> Vec<Option<usize>> {
    let mut starts: Vec<_> = object.symbols.iter().filter_map(|symbol| symbol.place).collect();
    starts.sort_by_key(|place| (place.section, place.offset_bytes));
    let end = |symbol: &Symbol| {
        let place = symbol.place?;
        let section = object.section(place.section);
        // Variables may lie in a section that the file has no bytes for; nobody takes them along.
        if !matches!(section.kind, SectionKind::Code | SectionKind::Constant) {
            return None;
        }
        let key = (place.section, place.offset_bytes);
        let next = starts.partition_point(|other| (other.section, other.offset_bytes) <= key);
        let next = starts.get(next).filter(|next| symbol.is_bounded && next.section == place.section);
        let len = section.bytes.len();
        Some(next.map_or(len, |next| next.offset_bytes.min(len)))
    };
    object.symbols.iter().map(end).collect()
}
