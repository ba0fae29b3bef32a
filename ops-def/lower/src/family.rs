//! A function with `#[vm_op(each(…): …)]` → the functions of its ops, one for each row.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, ItemFn, LitStr, Meta, Pat, Token, Type};

use crate::attributes;
use crate::catalogue::Problem;
use crate::errors::{Errors, Member};
use crate::text::{name_of, placed, text_of};

/// A function of one op, with its origin if `each` made it.
pub(crate) struct Written {
    pub(crate) function: ItemFn,
    pub(crate) member: Option<Member>,
    /// What it has to do with a condition, if it is a branch.
    pub(crate) branch: Option<Branch>,
}

/// An op that is the branch of a condition which also has an op with its value.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    /// The name of that op.
    pub(crate) value: String,
    /// The result for which the branch jumps.
    pub(crate) when: bool,
}

/// Returns the ops that a function with `#[vm_op]` defines; none if its `each` has a problem.
pub(crate) fn expand(function: &ItemFn, errors: &mut Errors) -> Vec<Written> {
    let mut family = None;
    let mut plain = function.clone();
    for attr in plain.attrs.iter_mut().filter(|attr| attributes::is_vm_op(attr)) {
        let Meta::List(list) = &mut attr.meta else { continue };
        match split.parse2(list.tokens.clone()) {
            Ok((_, None)) => {}
            Ok((_, Some(second))) if family.is_some() => {
                errors.on(&second.keyword, Problem::TwoArguments("each".into()));
                return Vec::new();
            }
            Ok((arguments, each)) => (list.tokens, family) = (arguments, each),
            Err(error) => {
                errors.at(error.span(), Problem::EachForm);
                return Vec::new();
            }
        }
    }
    match family {
        Some(each) => each.members(&plain, errors),
        None => vec![Written { function: plain, member: None, branch: None }],
    }
}

/// `each(less, word): jump_if_less(<, "if"), jump_unless_less(<, "unless")`
struct Each {
    keyword: Ident,
    /// Names in the function that each op replaces with its own entries.
    placeholders: Vec<Ident>,
    rows: Vec<Row>,
}

/// One op: its name, and the entries that replace the placeholders.
struct Row {
    name: Ident,
    entries: Vec<TokenStream>,
}

/// Splits the arguments of `#[vm_op]` into `each`, which is the last one, and those before it.
fn split(input: ParseStream<'_>) -> syn::Result<(TokenStream, Option<Each>)> {
    let mut others = TokenStream::new();
    let mut is_start = true;
    while !input.is_empty() {
        if is_start && input.fork().parse::<Ident>().is_ok_and(|word| word == "each") {
            return Ok((others, Some(input.parse()?)));
        }
        is_start = input.peek(Token![,]);
        others.extend([input.parse::<TokenTree>()?]);
    }
    Ok((others, None))
}

impl Parse for Each {
    fn parse(input: ParseStream<'_>) -> syn::Result<Each> {
        let keyword: Ident = input.parse()?;
        let placeholders = list(input, &keyword)?;
        let placeholders = placeholders.into_iter().map(syn::parse2).collect::<syn::Result<Vec<Ident>>>()?;
        if placeholders.is_empty() || input.parse::<Token![:]>().is_err() {
            return Err(syn::Error::new(keyword.span(), ""));
        }
        let mut rows = Vec::new();
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            let entries = list(input, &name)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
            rows.push(Row { name, entries });
        }
        Ok(Each { keyword, placeholders, rows })
    }
}

/// Returns the entries of a parenthesised list as tokens; `before` is the name before it.
fn list(input: ParseStream<'_>, before: &Ident) -> syn::Result<Vec<TokenStream>> {
    let malformed = || syn::Error::new(before.span(), "");
    let group: Group = input.parse().map_err(|_| malformed())?;
    if group.delimiter() != Delimiter::Parenthesis {
        return Err(malformed());
    }
    let (mut entries, mut entry) = (Vec::new(), TokenStream::new());
    for token in group.stream() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => entries.push(std::mem::take(&mut entry)),
            other => entry.extend([other]),
        }
    }
    // A comma after the last entry is optional.
    if !entry.is_empty() {
        entries.push(entry);
    }
    if entries.iter().any(TokenStream::is_empty) { Err(malformed()) } else { Ok(entries) }
}

impl Each {
    /// Returns one function for each row.
    fn members(&self, function: &ItemFn, errors: &mut Errors) -> Vec<Written> {
        let before = errors.len();
        for (index, name) in self.placeholders.iter().enumerate() {
            if self.placeholders[..index].contains(name) {
                errors.on(name, Problem::TwoArguments(name_of(name)));
            }
        }
        if self.rows.is_empty() {
            errors.on(&self.keyword, Problem::EachRows);
        }
        for Row { name, entries } in &self.rows {
            let (row, takes, given) = (name_of(name), self.placeholders.len(), entries.len());
            if takes != given {
                errors.on(name, Problem::EachLength { row, takes, given });
            }
        }
        if errors.len() > before {
            return Vec::new();
        }
        let mut used = vec![false; self.placeholders.len()];
        let mut members = Vec::new();
        for row in &self.rows {
            let mut member = function.clone();
            substitute(&mut member, &self.placeholders, &row.entries, &mut used, errors);
            member.sig.ident = row.name.clone();
            let body = function.sig.fn_token.span;
            members.push(Written {
                function: member,
                member: Some(Member::new(&row.name, self.rows.len(), body)),
                branch: None,
            });
        }
        for (name, _) in self.placeholders.iter().zip(used).filter(|(_, used)| !used) {
            errors.on(name, Problem::EachUnused(name_of(name)));
        }
        if errors.len() > before { Vec::new() } else { members }
    }
}

/// Replaces the placeholders in a function with their entries, and marks those that it has.
pub(crate) fn substitute(
    function: &mut ItemFn,
    placeholders: &[Ident],
    entries: &[TokenStream],
    used: &mut [bool],
    errors: &mut Errors,
) {
    // The function's own name is not a placeholder.
    function.sig.ident = Ident::new("_", function.sig.ident.span());
    Substitution { placeholders, entries, used, errors }.visit_item_fn_mut(function);
}

/// Replaces the placeholders with the entries of a row.
///
/// The tokens of an entry get the span of the placeholder, so that a problem of the function is reported at the
/// function, in the same place for all ops.
struct Substitution<'a> {
    placeholders: &'a [Ident],
    entries: &'a [TokenStream],
    used: &'a mut [bool],
    errors: &'a mut Errors,
}

impl Substitution<'_> {
    /// Looks up a placeholder by its name and marks it as used.
    fn placeholder(&mut self, ident: &Ident) -> Option<usize> {
        let index = self.placeholders.iter().position(|name| name == ident)?;
        self.used[index] = true;
        Some(index)
    }

    /// Parses a placeholder's entry as a `T`, with the span of the placeholder.
    fn entry<T>(&mut self, index: usize, at: Span, what: &'static str, parse: impl Parser<Output = T>) -> Option<T> {
        let entry = &self.entries[index];
        let parsed = parse.parse2(placed(entry.clone(), at)).ok();
        if parsed.is_none() {
            let (text, placeholder) = (text_of(entry), name_of(&self.placeholders[index]));
            self.errors.on(entry, Problem::EachEntry { entry: text, placeholder, what });
        }
        parsed
    }

    /// Turns `less(a, b)` into `a < b`, for a placeholder whose entry is a binary operator.
    fn operation(&mut self, expr: &Expr) -> Option<Expr> {
        let Expr::Call(call) = expr else { return None };
        let Expr::Path(path) = &*call.func else { return None };
        let name = path.path.get_ident()?;
        let index = self.placeholder(name)?;
        let op = syn::parse2(placed(self.entries[index].clone(), name.span())).ok()?;
        let mut operands = call.args.iter().cloned().map(Box::new);
        let (Some(left), Some(right), None) = (operands.next(), operands.next(), operands.next()) else { return None };
        Some(Expr::Binary(syn::ExprBinary { attrs: call.attrs.clone(), left, op, right }))
    }

    /// Replaces every `{word}` that is a placeholder.
    fn text(&mut self, text: &LitStr) -> LitStr {
        let mut value = text.value();
        for index in 0..self.placeholders.len() {
            let placeholder = format!("{{{}}}", name_of(&self.placeholders[index]));
            if value.contains(&placeholder) {
                self.used[index] = true;
                let entry = &self.entries[index];
                let words = syn::parse2::<LitStr>(entry.clone()).map_or_else(|_| text_of(entry), |text| text.value());
                value = value.replace(&placeholder, &words);
            }
        }
        LitStr::new(&value, text.span())
    }

    /// Replaces the placeholders in the tokens of an attribute. In `#[vm_op]` itself, entries keep their spans in the row.
    fn tokens(&mut self, tokens: TokenStream, is_own: bool) -> TokenStream {
        let mut result = TokenStream::new();
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => match self.placeholder(&ident) {
                    Some(index) if is_own => result.extend(self.entries[index].clone()),
                    Some(index) => result.extend(placed(self.entries[index].clone(), ident.span())),
                    None => result.extend([TokenTree::Ident(ident)]),
                },
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), self.tokens(group.stream(), is_own));
                    inner.set_span(group.span());
                    result.extend([TokenTree::Group(inner)]);
                }
                TokenTree::Literal(literal) => match syn::parse2::<LitStr>(literal.to_token_stream()) {
                    Ok(text) => self.text(&text).to_tokens(&mut result),
                    Err(_) => result.extend([TokenTree::Literal(literal)]),
                },
                other => result.extend([other]),
            }
        }
        result
    }
}

impl VisitMut for Substitution<'_> {
    fn visit_attribute_mut(&mut self, attr: &mut Attribute) {
        let is_own = attributes::is_vm_op(attr);
        match &mut attr.meta {
            Meta::List(list) => list.tokens = self.tokens(list.tokens.clone(), is_own),
            _ => visit_mut::visit_attribute_mut(self, attr),
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Some(operation) = self.operation(expr) {
            *expr = operation;
        } else if let Expr::Path(path) = expr
            && let Some(ident) = path.path.get_ident()
            && let Some(index) = self.placeholder(ident)
        {
            let entry = self.entry(index, ident.span(), "an expression", Expr::parse);
            return entry.into_iter().for_each(|entry| *expr = entry);
        }
        visit_mut::visit_expr_mut(self, expr);
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::Path(path) = ty
            && let Some(ident) = path.path.get_ident()
            && let Some(index) = self.placeholder(ident)
        {
            let entry = self.entry(index, ident.span(), "a type", Type::parse);
            return entry.into_iter().for_each(|entry| *ty = entry);
        }
        visit_mut::visit_type_mut(self, ty);
    }

    fn visit_pat_mut(&mut self, pat: &mut Pat) {
        if let Pat::Ident(syn::PatIdent { ident, by_ref: None, mutability: None, subpat: None, .. }) = pat
            && let Some(index) = self.placeholder(ident)
        {
            let entry = self.entry(index, ident.span(), "a pattern", Pat::parse_multi);
            return entry.into_iter().for_each(|entry| *pat = entry);
        }
        visit_mut::visit_pat_mut(self, pat);
    }

    fn visit_ident_mut(&mut self, ident: &mut Ident) {
        if let Some(index) = self.placeholder(ident)
            && let Some(entry) = self.entry(index, ident.span(), "a name", Ident::parse)
        {
            *ident = entry;
        }
    }

    fn visit_lit_str_mut(&mut self, text: &mut LitStr) {
        *text = self.text(text);
    }
}

#[cfg(test)]
pub(crate) mod tests;
