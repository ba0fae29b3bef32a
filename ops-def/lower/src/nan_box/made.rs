//! The kinds of a NaN box → the items that the module gains, and the text that describes them.

use std::fmt::Write;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Item;
use syn::ext::IdentExt;

use super::kind::{FIRST_TAG, Form, Kind, NanBox, SHARED_TAG, TAG_SHIFT, VALUE};
use crate::text::{name_of, text_of};

/// The greatest double as a number of 64 bits: negative infinity.
const LAST_FLOAT: u64 = 0xfff0_0000_0000_0000;

/// The bits below the tag.
const PAYLOAD: u64 = 0x0000_ffff_ffff_ffff;

impl NanBox {
    /// Returns the items: the struct, its helpers, and how Rust shows a value.
    pub(crate) fn items(&self) -> [Item; 3] {
        let (span, value) = (self.span, Ident::new(VALUE, self.span));
        let doc = format!(
            "A value of 64 bits: a double, or a tag that no double has and a payload (NaN-boxing).\n\n{}\n\
             Two values are equal if their bits are. The bits of a `{}` are those of the number.",
            self.table(),
            self.float(),
        );
        let makers = self.makers();
        let members = self.kinds.iter().map(|kind| kind.made(&makers));
        let shown = self.kinds.iter().map(Kind::shown);
        [
            syn::parse_quote_spanned! {span=>
                #[doc = #doc]
                #[repr(transparent)]
                #[derive(Clone, Copy, PartialEq, Eq)]
                pub struct #value(#makers u64);
            },
            syn::parse_quote_spanned! {span=>
                #[allow(dead_code, reason = "a language need not use all of it")]
                impl #value { #(#members)* }
            },
            syn::parse_quote_spanned! {span=>
                impl ::core::fmt::Debug for #value {
                    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        #(#shown)*
                        ::core::write!(f, "Value({:#x})", self.0)
                    }
                }
            },
        ]
    }

    /// Returns a table of the kinds, in Markdown.
    pub(crate) fn table(&self) -> String {
        let mut out = "| kind | type | bits |\n|---|---|---|\n".to_owned();
        for kind in &self.kinds {
            let (name, ty) = (name_of(&kind.name), text_of(&kind.ty));
            let bits = match kind.form {
                Form::Float => format!("up to `{}`; the only NaN is `{}`", hex(LAST_FLOAT), hex(f64::NAN.to_bits())),
                Form::Integer { tag, .. } | Form::Pointer { tag } => format!("from `{}`", hex(tag << TAG_SHIFT)),
                Form::Bool => format!("`{}` and `{}`", hex(falsehood()), hex(falsehood() | 1)),
                Form::Unit(bits) => format!("`{}`", hex(bits)),
            };
            writeln!(out, "| `{name}` | `{ty}` | {bits} |").expect("writing to a string");
        }
        out
    }

    /// Returns who can make a value of bits or an address: only the crate, if there are addresses. Safe code outside of it
    /// could make a value of an object that does not exist.
    fn makers(&self) -> TokenStream {
        if self.has_pointers() { quote!(pub(crate)) } else { quote!(pub) }
    }

    fn float(&self) -> String {
        let float = self.kinds.iter().find(|kind| kind.form == Form::Float);
        float.map(|kind| name_of(&kind.name)).unwrap_or_default()
    }
}

impl Kind {
    fn span(&self) -> Span {
        Span::call_site().located_at(self.name.span())
    }

    fn is(&self) -> Ident {
        format_ident!("is_{}", self.name.unraw(), span = self.span())
    }

    /// Returns the name of the method that reads it.
    fn reads(&self) -> Ident {
        format_ident!("as_{}", self.name.unraw(), span = self.span())
    }

    /// Returns the name of the constant of a kind with one value.
    fn constant(&self) -> Ident {
        Ident::new(&name_of(&self.name).to_uppercase(), self.span())
    }

    /// Returns the names of everything that is made of the kind.
    pub(super) fn members(&self) -> Vec<Ident> {
        match self.form {
            Form::Unit(_) => vec![self.constant(), self.is()],
            Form::Bool => {
                let constants = ["TRUE", "FALSE"].map(|name| Ident::new(name, self.span()));
                let methods = [self.name.clone(), self.is(), self.reads()];
                constants.into_iter().chain(methods).collect()
            }
            _ => vec![self.name.clone(), self.is(), self.reads()],
        }
    }

    /// Returns the constants and helpers of the kind. `makers` is who can make a value of an address.
    fn made(&self, makers: &TokenStream) -> TokenStream {
        let (span, ty, name, is, reads) = (self.span(), &self.ty, &self.name, self.is(), self.reads());
        let shown = name_of(name);
        let is_doc = format!("Returns `true` if the kind is `{shown}`.");
        let new_doc = match self.form {
            Form::Float => format!("Creates a value of the kind `{shown}`. Every NaN becomes the same one."),
            _ => format!("Creates a value of the kind `{shown}`."),
        };
        let reads_doc = format!("Returns the `{}` if the kind is `{shown}`.", text_of(ty));
        let makers = if matches!(self.form, Form::Pointer { .. }) { makers.clone() } else { quote!(pub) };
        let test = self.test();
        let constants = match self.form {
            Form::Unit(bits) => {
                let (constant, bits, doc) = (self.constant(), literal(bits), format!("The only `{shown}`."));
                quote_spanned!(span=> #[doc = #doc] pub const #constant: Self = Self(#bits);)
            }
            Form::Bool => {
                let (no, yes) = (literal(falsehood()), literal(falsehood() | 1));
                quote_spanned! {span=>
                    #[doc = "`false`"]
                    pub const FALSE: Self = Self(#no);
                    #[doc = "`true`"]
                    pub const TRUE: Self = Self(#yes);
                }
            }
            _ => TokenStream::new(),
        };
        let (creates, returns) = match self.conversions() {
            Some((encode, decode)) => (
                quote_spanned! {span=>
                    #[doc = #new_doc]
                    #[inline]
                    #makers fn #name(value: #ty) -> Self {
                        Self(#encode)
                    }
                },
                quote_spanned! {span=>
                    #[doc = #reads_doc]
                    #[inline]
                    pub fn #reads(self) -> Option<#ty> {
                        if self.#is() { Some(#decode) } else { None }
                    }
                },
            ),
            None => (TokenStream::new(), TokenStream::new()),
        };
        quote_spanned! {span=>
            #constants
            #creates
            #[doc = #is_doc]
            #[inline]
            pub fn #is(self) -> bool {
                #test
            }
            #returns
        }
    }

    /// Returns the condition that `self` is of this kind: one comparison.
    fn test(&self) -> TokenStream {
        match self.form {
            Form::Float => {
                let last = literal(LAST_FLOAT);
                quote!(self.0 <= #last)
            }
            Form::Integer { tag: FIRST_TAG, .. } | Form::Pointer { tag: FIRST_TAG } => {
                let first = literal(FIRST_TAG << TAG_SHIFT);
                quote!(self.0 >= #first)
            }
            Form::Integer { tag, .. } | Form::Pointer { tag } => {
                let tag: Literal = format!("{tag:#x}").parse().expect("it is a number");
                quote!(self.0.wrapping_shr(#TAG_SHIFT) == #tag)
            }
            Form::Bool => {
                let truth = literal(falsehood() | 1);
                quote!(self.0 | 1 == #truth)
            }
            Form::Unit(bits) => {
                let bits = literal(bits);
                quote!(self.0 == #bits)
            }
        }
    }

    /// Returns how `value` becomes bits and how the bits of `self` become the value again, if there is more than one.
    fn conversions(&self) -> Option<(TokenStream, TokenStream)> {
        let ty = &self.ty;
        match self.form {
            Form::Float => Some((quote!(value.canonical_bits()), quote!(f64::from_bits(self.0)))),
            Form::Integer { tag, signed } => {
                let first = literal(tag << TAG_SHIFT);
                let bits = if signed { quote!(value as u32 as u64) } else { quote!(value as u64) };
                Some((quote!(#first | #bits), quote!(self.0 as #ty)))
            }
            Form::Pointer { tag } => {
                let (first, payload) = (literal(tag << TAG_SHIFT), literal(PAYLOAD));
                Some((quote!(#first | value as u64), quote!((self.0 & #payload) as #ty)))
            }
            Form::Bool => {
                let (no, yes) = (literal(falsehood()), literal(falsehood() | 1));
                Some((quote!(#no | value as u64), quote!(self.0 == #yes)))
            }
            Form::Unit(_) => None,
        }
    }

    /// Returns the statement that shows a value if it is of this kind.
    fn shown(&self) -> TokenStream {
        let (span, is, reads, name) = (self.span(), self.is(), self.reads(), name_of(&self.name));
        match self.form {
            Form::Unit(_) => quote_spanned!(span=> if self.#is() { return f.write_str(#name); }),
            _ => quote_spanned! {span=>
                if let Some(value) = self.#reads() { return f.debug_tuple(#name).field(&value).finish(); }
            },
        }
    }
}

/// Returns the bits of `false`; the other `bool` has one bit more.
fn falsehood() -> u64 {
    SHARED_TAG << TAG_SHIFT
}

fn hex(bits: u64) -> String {
    format!("{:#06x}_{:04x}_{:04x}_{:04x}", bits >> 48, bits >> 32 & 0xffff, bits >> 16 & 0xffff, bits & 0xffff)
}

fn literal(bits: u64) -> Literal {
    hex(bits).parse().expect("it is a number")
}
