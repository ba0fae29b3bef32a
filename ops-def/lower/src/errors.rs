//! [`Errors`]: problems accumulate, so that three mistakes give three errors in one build.

use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote};

use crate::catalogue::Problem;
use crate::text::name_of;

/// The problems found so far, each at the author's own tokens.
#[derive(Default)]
pub(crate) struct Errors {
    found: Vec<Found>,
    /// The op being checked, if `each` made it.
    member: Option<Member>,
}

/// A problem, with the first and the last of the tokens that it is about.
struct Found {
    first: Span,
    last: Span,
    problem: Problem,
    member: Option<Member>,
}

/// One of the ops that `each` made from a function.
#[derive(Clone)]
pub(crate) struct Member {
    name: String,
    /// Number of ops made from the function.
    of: usize,
    /// Start of the shared function.
    shared: (usize, usize),
}

impl Member {
    pub(crate) fn new(name: &Ident, of: usize, shared: Span) -> Member {
        Member { name: name_of(name), of, shared: place(shared) }
    }
}

/// Returns line and column.
fn place(span: Span) -> (usize, usize) {
    (span.start().line, span.start().column)
}

impl Errors {
    /// Runs `check`, and attributes the problems it finds to this op if `each` made it.
    pub(crate) fn within<T>(&mut self, member: &Option<Member>, check: impl FnOnce(&mut Errors) -> T) -> T {
        self.member.clone_from(member);
        let result = check(self);
        self.member = None;
        result
    }

    pub(crate) fn at(&mut self, span: Span, problem: Problem) {
        self.found.push(Found { first: span, last: span, problem, member: self.member.clone() });
    }

    pub(crate) fn on(&mut self, tokens: &impl ToTokens, problem: Problem) {
        // Only unstable Rust can join spans, so both ends are kept.
        let mut spans = tokens.to_token_stream().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        let last = spans.last().unwrap_or(first);
        self.found.push(Found { first, last, problem, member: self.member.clone() });
    }

    /// Reports generic parameters, if there are any: lifetimes as such, others as this problem.
    pub(crate) fn on_generics(&mut self, generics: &syn::Generics, problem: Problem) -> bool {
        let mut params = generics.params.iter();
        let are_lifetimes = params.all(|param| matches!(param, syn::GenericParam::Lifetime(_)));
        if !generics.params.is_empty() {
            self.on(generics, if are_lifetimes { Problem::Lifetime } else { problem });
        }
        !generics.params.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Combines all problems into one `syn::Error`, in source order and without duplicates.
    pub(crate) fn into_error(mut self) -> Option<syn::Error> {
        self.found.sort_by_key(|found| place(found.first));
        let mut problems: Vec<Vec<Found>> = Vec::new();
        for found in self.found {
            let is_same = |other: &Found| place(other.first) == place(found.first) && other.problem == found.problem;
            match problems.iter_mut().rfind(|problem| is_same(&problem[0])) {
                Some(problem) => problem.push(found),
                None => problems.push(vec![found]),
            }
        }
        let mut errors = problems.iter().map(|found| {
            let Found { first, last, problem, .. } = &found[0];
            let (first, last) = (Ident::new("first", *first), Ident::new("last", *last));
            syn::Error::new_spanned(quote!(#first #last), format!("{problem}{}", note(found)))
        });
        let mut all = errors.next()?;
        errors.for_each(|error| all.combine(error));
        Some(all)
    }
}

/// Returns a note listing the ops with a problem in a shared body, unless all of them have it.
fn note(found: &[Found]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for found in found {
        match &found.member {
            Some(member) if place(found.first) >= member.shared => names.push(&member.name),
            _ => return String::new(),
        }
    }
    names.dedup();
    match &found[0].member {
        Some(member) if names.len() < member.of => format!("\nnote: only in `{}`", names.join("`, `")),
        _ => String::new(),
    }
}
