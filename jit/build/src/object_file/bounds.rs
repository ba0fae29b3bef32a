//! The output of a reader → the same with every place inside its section and an end for every symbol, or what is wrong
//! with the file.

use super::{Object, SectionKind, Symbol};

/// Checks places and sets the ends of symbols. The error is a clause.
pub(super) fn settle(mut object: Object) -> Result<Object, String> {
    for section in &object.sections {
        for relocation in &section.relocations {
            let last = section.bytes.len().checked_sub(relocation.kind.len_bytes());
            if last.is_none_or(|last| relocation.offset_bytes > last) {
                return Err(format!("a relocation of section `{}` lies outside it", section.name));
            }
            if relocation.symbol.0 >= object.symbols.len() {
                return Err(format!("a relocation of section `{}` has no symbol", section.name));
            }
        }
    }
    // Offsets in sections of variables are not used, but they occur in computations.
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

/// Returns the limit for the end of each symbol of code or constants: the next symbol if the file gives no size, or
/// else the end of the section.
fn ends(object: &Object) -> Vec<Option<usize>> {
    let mut starts: Vec<_> = object.symbols.iter().filter_map(|symbol| symbol.place).collect();
    starts.sort_by_key(|place| (place.section, place.offset_bytes));
    let end = |symbol: &Symbol| {
        let place = symbol.place?;
        let section = object.section(place.section);
        // Variables may be in a section without bytes in the file. They are never copied.
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
