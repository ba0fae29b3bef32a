//! The arguments of `#[instruction_set(…)]` → [`Arguments`].

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Ident, LitInt, Token, Type};

use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::nan_box;

/// The arguments of the attribute.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) value: Option<Type>,
    /// `nan_box(…)` instead of a value type.
    pub(crate) nan_box: Option<nan_box::Written>,
    pub(crate) context: Option<Type>,
    pub(crate) host: Option<Type>,
    pub(crate) error: Option<Type>,
    /// The function that turns a `bool` into a value.
    pub(crate) boolean: Option<Type>,
    /// Number of arguments that every function takes.
    pub(crate) arity: Option<u16>,
    /// Whether `operands = stack` is given.
    pub(crate) stack: bool,
    /// Whether `memory = typed` is given.
    pub(crate) typed_memory: bool,
    /// Whether the arguments have an error.
    pub(crate) broken: bool,
    /// Whether `operands` is `stack`; `None` if it is not given.
    operands: Option<bool>,
}

/// The value of an argument.
enum Written {
    Type(Box<Type>),
    Number(LitInt),
    NanBox(nan_box::Written),
}

impl Arguments {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Arguments {
        let mut arguments = Arguments::default();
        let before = errors.len();
        let argument = |input: syn::parse::ParseStream<'_>| {
            let name: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            let value = if name == "arity" {
                Written::Number(input.parse()?)
            } else if name == "value" && nan_box::Written::is_next(input) {
                Written::NanBox(input.parse()?)
            } else {
                Written::Type(Box::new(input.parse()?))
            };
            Ok((name, value))
        };
        let parser =
            |input: syn::parse::ParseStream<'_>| Punctuated::<_, Token![,]>::parse_terminated_with(input, argument);
        match parser.parse2(tokens) {
            Ok(list) => {
                for (name, value) in list {
                    match value {
                        Written::Type(ty) => arguments.set(&name, *ty, errors),
                        Written::Number(number) => arguments.set_arity(&name, &number, errors),
                        Written::NanBox(_) if arguments.value.is_some() || arguments.nan_box.is_some() => {
                            errors.on(&name, Problem::TwoArguments(name.to_string()));
                        }
                        Written::NanBox(written) => arguments.nan_box = Some(written),
                    }
                }
                arguments.stack = arguments.operands == Some(true);
            }
            Err(error) => errors.at(error.span(), Problem::InstructionSetArgument),
        }
        arguments.broken = errors.len() > before;
        arguments
    }

    /// Returns the value type, as the attribute names it.
    pub(crate) fn value_tokens(&self) -> TokenStream {
        match &self.value {
            Some(value) => quote!(#value),
            None => quote!(u64),
        }
    }

    fn set(&mut self, name: &Ident, ty: Type, errors: &mut Errors) {
        let argument = name.to_string();
        let word = |word: &str| matches!(&ty, Type::Path(path) if path.path.is_ident(word));
        let before = match argument.as_str() {
            "value" => self.value.replace(ty).is_some() || self.nan_box.is_some(),
            "context" => self.context.replace(ty).is_some(),
            "host" => self.host.replace(ty).is_some(),
            "error" => self.error.replace(ty).is_some(),
            "boolean" if matches!(ty, Type::Path(_)) => self.boolean.replace(ty).is_some(),
            "operands" if word("stack") || word("registers") => self.operands.replace(word("stack")).is_some(),
            "memory" if word("typed") => std::mem::replace(&mut self.typed_memory, true),
            _ => return errors.on(name, Problem::InstructionSetArgument),
        };
        if before {
            errors.on(name, Problem::TwoArguments(argument));
        }
    }

    fn set_arity(&mut self, name: &Ident, number: &LitInt, errors: &mut Errors) {
        match number.base10_parse() {
            Ok(_) if self.arity.is_some() => errors.on(name, Problem::TwoArguments(name.to_string())),
            Ok(arity) => self.arity = Some(arity),
            Err(_) => errors.on(number, Problem::InstructionSetArgument),
        }
    }
}
