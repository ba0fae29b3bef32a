//! A source and its [`Mutant`]s → the source with all of them in it, each where the switch says that it is on.

use std::ops::Range;

use crate::find::{Mutant, Place};

/// A mutated source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schemata {
    /// The text.
    pub text: String,
    /// Where in the text each mutant stands, with what it is a mutant of: by its place in the list.
    pub places: Vec<(usize, Range<usize>)>,
}

/// Puts mutants into a source. Each has a number, by which the switch knows it; those without one are left out.
///
/// The mutants are those of [`find::mutants`](crate::find::mutants): sorted, and one inside of another or apart.
pub fn schemata(source: &str, mutants: &[Mutant], number: impl Fn(usize) -> Option<u32>) -> Schemata {
    let chosen: Vec<(usize, u32)> = (0..mutants.len()).filter_map(|index| Some((index, number(index)?))).collect();
    let mut out = Schemata::default();
    emit(source, mutants, &chosen, 0..source.len(), &mut out);
    out
}

/// Emits a part of the source; all chosen mutants are in it.
fn emit(source: &str, mutants: &[Mutant], chosen: &[(usize, u32)], part: Range<usize>, out: &mut Schemata) {
    let mut at = part.start;
    let mut rest = chosen;
    while let [(first, _), ..] = rest {
        let Mutant { range, place, .. } = &mutants[*first];
        // Those of the same text come first, then those inside of it.
        let same =
            rest.iter().take_while(|(index, _)| (&mutants[*index].range, &mutants[*index].place) == (range, place));
        let same = same.count();
        let inside = rest[same..].iter().take_while(|(index, _)| mutants[*index].range.end <= range.end).count();
        let inside = if range.is_empty() { 0 } else { inside };
        out.text.push_str(&source[at..range.start]);
        emit_variants(source, mutants, &rest[..same], &rest[same..same + inside], out);
        at = range.end;
        rest = &rest[same + inside..];
    }
    out.text.push_str(&source[at..part.end]);
}

/// Emits the mutants of one text, and the text.
fn emit_variants(
    source: &str,
    mutants: &[Mutant],
    variants: &[(usize, u32)],
    inside: &[(usize, u32)],
    out: &mut Schemata,
) {
    let Mutant { range, place, .. } = mutants[variants[0].0].clone();
    if place == Place::Expr {
        out.text.push('(');
    }
    let start = out.text.len();
    for &(index, number) in variants {
        let start = out.text.len();
        out.text.push_str(&format!("if ::mimeo_mutant_switch::on({number}) {{ {} }}", mutants[index].text));
        out.places.push((index, start..out.text.len()));
        out.text.push_str(if place == Place::Body { " " } else { " else " });
    }
    if place == Place::Body {
        return;
    }
    out.text.push_str("{ ");
    emit(source, mutants, inside, range, out);
    out.text.push_str(" }");
    // Leaving a statement out can be wrong because of what comes after it, and of what is in it.
    let whole = start..out.text.len();
    out.places.extend(variants.iter().map(|&(index, _)| (index, whole.clone())));
    if place == Place::Expr {
        out.text.push(')');
    }
}

#[cfg(test)]
mod tests;
