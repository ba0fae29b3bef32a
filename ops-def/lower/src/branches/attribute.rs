//! The arguments of `#[vm_op]` → [`Branches`]: what is to be made of a condition.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{ItemFn, Meta, Token};

use crate::attributes;
use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::text::{ident_of, name_of};

/// Name of the label that each branch gets.
pub(super) const LABEL: &str = "to";

/// What a condition becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The op whose result is the condition's.
    Value,
    /// The op that jumps if the condition's result is this one.
    Jump(bool),
}

impl Form {
    pub(super) const ALL: [Form; 3] = [Form::Value, Form::Jump(true), Form::Jump(false)];

    fn keyword(self) -> &'static str {
        match self {
            Form::Value => "value",
            Form::Jump(true) => "if",
            Form::Jump(false) => "unless",
        }
    }

    /// Returns the name of the op, if the author chose none.
    pub(super) fn name(self, condition: &Ident) -> Ident {
        match self {
            Form::Value => condition.clone(),
            Form::Jump(_) => {
                let mut name = ident_of(&format!("jump_{}_{}", self.keyword(), name_of(condition)));
                name.set_span(condition.span());
                name
            }
        }
    }

    /// Turns "Whether `a < b`." into "Jumps to `to` if `a < b`."
    pub(super) fn doc(self, doc: String) -> String {
        let first = doc.find("\n\n").map_or(&*doc, |end| &doc[..end]);
        if self == Form::Value || first.trim().is_empty() {
            return doc;
        }
        let rest = &doc[first.len()..];
        let openings = ["Whether ", "Returns `true` if "];
        let what = openings.iter().find_map(|opening| first.strip_prefix(opening)).unwrap_or(first).trim_end();
        let end = if what.ends_with('.') { "" } else { "." };
        format!("Jumps to `{LABEL}` {} {what}{end}{rest}", self.keyword())
    }
}

/// `branches`, or `branches(value, if, unless = jump_if_not_less)`
pub(super) struct Branches {
    pub(super) keyword: Ident,
    pub(super) made: Vec<Made>,
    /// The name that is `true` in one branch and `false` in the other.
    pub(super) when: Option<Ident>,
    /// A word that is given again.
    pub(super) again: Option<Ident>,
}

/// An op to be made, with the name that the author chose.
pub(super) struct Made {
    pub(super) form: Form,
    pub(super) name: Option<Ident>,
}

impl Parse for Branches {
    fn parse(input: ParseStream<'_>) -> syn::Result<Branches> {
        let keyword = input.parse()?;
        let mut branches = Branches { keyword, made: Vec::new(), when: None, again: None };
        if !input.peek(syn::token::Paren) {
            branches.made.extend(Form::ALL.map(|form| Made { form, name: None }));
            return Ok(branches);
        }
        let inside;
        syn::parenthesized!(inside in input);
        while !inside.is_empty() {
            branches.read(&inside)?;
            if !inside.is_empty() {
                inside.parse::<Token![,]>()?;
            }
        }
        Ok(branches)
    }
}

impl Branches {
    /// Reads `if` or `if = name`.
    fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let word = input.call(Ident::parse_any)?;
        let name = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        let form = Form::ALL.into_iter().find(|form| word == form.keyword());
        let is_known = match form {
            Some(form) if self.made.iter().all(|made| made.form != form) => {
                self.made.push(Made { form, name });
                return Ok(());
            }
            None if word == "when" && self.when.is_none() => {
                self.when = Some(name.unwrap_or(word));
                return Ok(());
            }
            Some(_) => true,
            None => word == "when",
        };
        if !is_known {
            return Err(syn::Error::new(word.span(), ""));
        }
        self.again = Some(word);
        Ok(())
    }
}

/// Removes `branches` from the arguments of `#[vm_op]`, and returns it.
pub(super) fn take_branches(function: &mut ItemFn, errors: &mut Errors) -> Result<Option<Branches>, ()> {
    let mut all = Vec::new();
    for attr in function.attrs.iter_mut().filter(|attr| attributes::is_vm_op(attr)) {
        let Meta::List(list) = &mut attr.meta else { continue };
        match split.parse2(list.tokens.clone()) {
            Ok((others, found)) => {
                list.tokens = others;
                all.extend(found);
            }
            Err(error) => {
                errors.at(error.span(), Problem::BranchesForm);
                return Err(());
            }
        }
    }
    if let Some(second) = all.get(1) {
        errors.on(&second.keyword, Problem::TwoArguments(name_of(&second.keyword)));
        return Err(());
    }
    Ok(all.pop())
}

/// Splits the arguments of `#[vm_op]` into `branches` and the others.
fn split(input: ParseStream<'_>) -> syn::Result<(TokenStream, Vec<Branches>)> {
    let (mut others, mut found) = (TokenStream::new(), Vec::new());
    let mut is_start = true;
    while !input.is_empty() {
        if is_start && input.fork().parse::<Ident>().is_ok_and(|word| word == "branches") {
            found.push(input.parse()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
            continue;
        }
        is_start = input.peek(Token![,]);
        others.extend([input.parse::<TokenTree>()?]);
    }
    Ok((others, found))
}
