//! [`Errors`]: problems accumulate, so that three mistakes give three errors in one build.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote};

use crate::catalogue::Problem;

/// The problems found so far, each at the author's own tokens.
#[derive(Default)]
pub(crate) struct Errors {
    found: Vec<Found>,
}

/// A problem, from the first to the last of the tokens that it is about.
struct Found {
    first: Span,
    last: Span,
    problem: Problem,
}

impl Errors {
    pub(crate) fn at(&mut self, span: Span, problem: Problem) {
        self.found.push(Found { first: span, last: span, problem });
    }

    pub(crate) fn on(&mut self, tokens: &impl ToTokens, problem: Problem) {
        // Spans are joined in unstable Rust only, so both ends are kept.
        let mut spans = tokens.to_token_stream().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        let last = spans.last().unwrap_or(first);
        self.found.push(Found { first, last, problem });
    }

    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All problems as one `syn::Error`, in the order of the source, each once.
    pub(crate) fn into_error(mut self) -> Option<syn::Error> {
        let place = |found: &Found| (found.first.start().line, found.first.start().column);
        self.found.sort_by_key(place);
        self.found.dedup_by(|a, b| place(a) == place(b) && a.problem == b.problem);
        let mut errors = self.found.iter().map(|Found { first, last, problem }| {
            let (first, last) = (Ident::new("first", *first), Ident::new("last", *last));
            syn::Error::new_spanned(quote!(#first #last), problem)
        });
        let mut all = errors.next()?;
        errors.for_each(|error| all.combine(error));
        Some(all)
    }
}
