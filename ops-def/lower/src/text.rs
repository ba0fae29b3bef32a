//! Tokens → text, the same in the macro and in the build script, whose token printers differ in spacing.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;

/// Returns the name without the `r#` of a raw identifier.
pub(crate) fn name_of(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// Returns the name that a plain pattern binds; `_` counts as a name.
pub(crate) fn pattern_name(pattern: &syn::Pat) -> Option<String> {
    match pattern {
        syn::Pat::Ident(ident) if ident.by_ref.is_none() && ident.subpat.is_none() => Some(name_of(&ident.ident)),
        syn::Pat::Wild(_) => Some("_".into()),
        _ => None,
    }
}

/// Returns the identifier with this name, with `r#` if it is a keyword.
pub(crate) fn ident_of(name: &str) -> Ident {
    syn::parse_str(name).unwrap_or_else(|_| Ident::new_raw(name, proc_macro2::Span::call_site()))
}

/// Turns `load_global` into `LoadGlobal`.
pub(crate) fn camel_case(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
        })
        .collect()
}

/// Returns the tokens with the usual spacing of types and paths.
pub(crate) fn text_of(tokens: &impl ToTokens) -> String {
    let mut out = String::new();
    write(tokens.to_token_stream(), &mut out);
    out
}

/// Returns the tokens, all with this span.
pub(crate) fn placed(tokens: TokenStream, span: Span) -> TokenStream {
    let at = |token| {
        let mut token = match token {
            TokenTree::Group(group) => TokenTree::Group(Group::new(group.delimiter(), placed(group.stream(), span))),
            other => other,
        };
        token.set_span(span);
        token
    };
    tokens.into_iter().map(at).collect()
}

fn write(tokens: TokenStream, out: &mut String) {
    for token in tokens {
        let word = match &token {
            TokenTree::Ident(_) | TokenTree::Literal(_) => true,
            TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
            TokenTree::Punct(punct) => punct.as_char() == '+',
        };
        let after_word = out.ends_with(|last: char| last.is_alphanumeric() || last == '_');
        if word && after_word || out.ends_with([',', ';', '+']) {
            out.push(' ');
        }
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                out.push_str(open);
                write(group.stream(), out);
                out.push_str(close);
            }
            other => out.push_str(&other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_spaced_as_authors_do() {
        for text in [
            "*mut std::ffi::c_void",
            "Result<(i64, bool), Thrown>",
            "&'a mut [u8; 4]",
            "dyn Send + Sync",
            "(i64, *mut u8)",
        ] {
            let ty: syn::Type = syn::parse_str(text).expect("it is a type");
            assert_eq!(text_of(&ty), text);
        }
    }

    #[test]
    fn keywords_are_raw_where_they_are_identifiers() {
        assert_eq!(ident_of("type").to_string(), "r#type");
        assert_eq!(ident_of("ty").to_string(), "ty");
        assert_eq!(name_of(&ident_of("type")), "type");
    }
}
