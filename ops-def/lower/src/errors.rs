//! [`Errors`]: problems accumulate, so that three mistakes give three errors in one build.

use proc_macro2::Span;
use syn::spanned::Spanned;

use crate::catalogue::Problem;

/// The problems found so far, each at the author's own token.
#[derive(Default)]
pub(crate) struct Errors {
    found: Vec<(Span, Problem)>,
}

impl Errors {
    pub(crate) fn at(&mut self, span: Span, problem: Problem) {
        self.found.push((span, problem));
    }

    pub(crate) fn on(&mut self, tokens: &impl Spanned, problem: Problem) {
        self.at(tokens.span(), problem);
    }

    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All problems as one `syn::Error`, in the order of the source.
    pub(crate) fn into_error(mut self) -> Option<syn::Error> {
        self.found.sort_by_key(|(span, _)| (span.start().line, span.start().column));
        let mut errors = self.found.iter().map(|(span, problem)| syn::Error::new(*span, problem));
        let mut all = errors.next()?;
        errors.for_each(|error| all.combine(error));
        Some(all)
    }
}
