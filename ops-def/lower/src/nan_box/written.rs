//! The tokens of `nan_box(…)` → [`Written`].

use proc_macro2::{Ident, Span, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Token, Type, token};

/// `nan_box(int, bool, text: *mut Text)` as the author wrote it.
pub(crate) struct Written {
    pub(super) keyword: Ident,
    /// Names, and types where they are given.
    pub(super) kinds: Vec<(Ident, Option<Type>)>,
    /// The first token that does not belong there.
    pub(super) malformed: Option<Span>,
}

impl Written {
    /// Returns `true` if the next word is `nan_box`.
    pub(crate) fn is_next(input: ParseStream<'_>) -> bool {
        input.fork().parse::<Ident>().is_ok_and(|word| word == "nan_box")
    }
}

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> syn::Result<Written> {
        let keyword: Ident = input.parse()?;
        if !input.peek(token::Paren) {
            let malformed = Some(keyword.span());
            return Ok(Written { keyword, kinds: Vec::new(), malformed });
        }
        let inside;
        syn::parenthesized!(inside in input);
        let kinds = Punctuated::<_, Token![,]>::parse_terminated_with(&inside, kind);
        // What is left must not be an error of its own.
        inside.parse::<TokenStream>()?;
        Ok(match kinds {
            Ok(kinds) if kinds.is_empty() => {
                let malformed = Some(keyword.span());
                Written { keyword, kinds: Vec::new(), malformed }
            }
            Ok(kinds) => Written { keyword, kinds: kinds.into_iter().collect(), malformed: None },
            Err(error) => Written { keyword, kinds: Vec::new(), malformed: Some(error.span()) },
        })
    }
}

/// Parses `int` or `text: *mut Text`.
fn kind(input: ParseStream<'_>) -> syn::Result<(Ident, Option<Type>)> {
    let name = input.parse()?;
    let ty = match input.parse::<Option<Token![:]>>()? {
        Some(_) => Some(input.parse()?),
        None => None,
    };
    Ok((name, ty))
}
