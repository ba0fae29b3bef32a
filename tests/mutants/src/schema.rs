//! A source and its [`Mutant`]s → a source that contains all of them, each active if the switch selects it.

use std::ops::Range;

use crate::find::{Mutant, Place};

/// A mutated source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schemata {
    /// The text.
    pub text: String,
    /// The index of each mutant, and the range in the text of the mutant and its original.
    pub places: Vec<(usize, Range<usize>)>,
}

/// Inserts mutants into a source. `number` returns the number of a mutant for the switch, or `None` to leave it out.
///
/// The mutants are those of [`find::mutants`](crate::find::mutants): sorted, and nested or disjoint.
pub fn schemata(source: &str, mutants: &[Mutant], number: impl Fn(usize) -> Option<u32>) -> Schemata {
    let chosen: Vec<(usize, u32)> = (0..mutants.len()).filter_map(|index| Some((index, number(index)?))).collect();
    let mut out = Schemata::default();
    emit(source, mutants, &chosen, 0..source.len(), &mut out);
    out
}

/// Emits a part of the source that contains all chosen mutants.
fn emit(source: &str, mutants: &[Mutant], chosen: &[(usize, u32)], part: Range<usize>, out: &mut Schemata) {
    let mut at = part.start;
    let mut rest = chosen;
    while let [(first, _), ..] = rest {
        let Mutant { range, place, .. } = &mutants[*first];
        // Mutants of the same text come first, then those nested in it.
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

/// Emits the mutants of one text, then the text itself.
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
    // Deleting a statement can cause errors in later code and in the statement itself.
    let whole = start..out.text.len();
    out.places.extend(variants.iter().map(|&(index, _)| (index, whole.clone())));
    if place == Place::Expr {
        out.text.push(')');
    }
}

#[cfg(test)]
mod tests;
