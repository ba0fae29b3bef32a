//! [`NanBox`]: the kinds of values, and how each is encoded.

use proc_macro2::{Ident, Span};
use syn::Type;

/// The name of the value type.
pub(super) const VALUE: &str = "Value";

/// The tag of the first kind with a payload.
pub(super) const FIRST_TAG: u64 = 0xffff;

/// The tag that kinds without a payload and `bool` share.
pub(super) const SHARED_TAG: u64 = 0xfff1;

/// Position of the tag.
pub(super) const TAG_SHIFT: u32 = 48;

/// A list of kinds without problems.
pub(crate) struct NanBox {
    /// Place of the list.
    pub(super) span: Span,
    pub(super) kinds: Vec<Kind>,
}

/// A kind of value.
pub(super) struct Kind {
    pub(super) name: Ident,
    /// The type of what is in such a value; that of `nil` is `()`.
    pub(super) ty: Type,
    pub(super) form: Form,
}

/// How a value of a kind is encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A double is its own encoding.
    Float,
    /// A tag of its own, and a number of 32 bits.
    Integer { tag: u64, signed: bool },
    /// A tag of its own, and an address.
    Pointer { tag: u64 },
    /// The shared tag, and the `bool` as the lowest bit.
    Bool,
    /// The bits of the only value.
    Unit(u64),
}

impl NanBox {
    /// Returns the value type.
    pub(crate) fn value(&self) -> Type {
        let name = Ident::new(VALUE, self.span);
        syn::parse_quote!(#name)
    }

    /// Returns the helper that turns a `bool` into a value.
    pub(crate) fn boolean(&self) -> Option<Type> {
        let kind = self.kinds.iter().find(|kind| kind.form == Form::Bool)?;
        let (value, name) = (self.value(), &kind.name);
        Some(syn::parse_quote!(#value::#name))
    }

    /// Returns `true` if values have addresses.
    pub(crate) fn has_pointers(&self) -> bool {
        self.kinds.iter().any(|kind| matches!(kind.form, Form::Pointer { .. }))
    }
}
