//! The arguments of `#[instruction_set(…)]` → [`Arguments`].

use proc_macro2::TokenStream;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Ident, Token, Type};

use crate::catalogue::Problem;
use crate::errors::Errors;

/// What the attribute says.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) value: Option<Type>,
    pub(crate) context: Option<Type>,
    pub(crate) host: Option<Type>,
    /// `operands = stack`
    pub(crate) stack: bool,
}

impl Arguments {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Arguments {
        let mut arguments = Arguments::default();
        let argument = |input: syn::parse::ParseStream<'_>| {
            let name: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            Ok((name, input.parse::<Type>()?))
        };
        let parser = |input: syn::parse::ParseStream<'_>| Punctuated::<_, Token![,]>::parse_terminated_with(input, argument);
        match parser.parse2(tokens) {
            Ok(list) => {
                for (name, ty) in list {
                    arguments.set(&name, ty, errors);
                }
            }
            Err(error) => errors.at(error.span(), Problem::UnknownArgument(error.to_string())),
        }
        arguments
    }

    fn set(&mut self, name: &Ident, ty: Type, errors: &mut Errors) {
        let operands = matches!(&ty, Type::Path(path) if path.path.is_ident("stack") || path.path.is_ident("registers"));
        match name.to_string().as_str() {
            "value" => self.value = Some(ty),
            "context" => self.context = Some(ty),
            "host" => self.host = Some(ty),
            "operands" if operands => self.stack = matches!(&ty, Type::Path(path) if path.path.is_ident("stack")),
            other => errors.on(name, Problem::UnknownArgument(other.to_owned())),
        }
    }
}
