//! A condition, which is a function with `#[vm_op(branches)]` → the op with its value, and the branches that it decides.

use mimeo_def::op::Scalar;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, FnArg, ItemFn, Lit, Meta, ReturnType, Stmt, Token, Type, parse_quote, parse_quote_spanned};

use crate::arguments::Arguments;
use crate::attributes;
use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::family::{Written, substitute};
use crate::machine::Machine;
use crate::op::doc_of;
use crate::text::{ident_of, name_of, text_of};
use crate::ty::Ty;
use crate::types;

/// Name of the label that each branch gets.
const LABEL: &str = "to";

/// Returns the ops that a function defines: itself, unless it is a condition; none if there is a problem.
pub(crate) fn expand(
    written: Written,
    machine: Machine<'_>,
    arguments: &Arguments,
    errors: &mut Errors,
) -> Vec<Written> {
    let member = written.member.clone();
    errors.within(&member, |errors| {
        let mut function = written.function;
        match take_branches(&mut function, errors) {
            Ok(None) => vec![Written { function, member: written.member }],
            Ok(Some(branches)) => {
                let condition = Condition::read(&function, branches, machine, arguments, errors);
                let functions = condition.map_or_else(Vec::new, |condition| condition.ops(errors));
                functions.into_iter().map(|function| Written { function, member: member.clone() }).collect()
            }
            Err(()) => Vec::new(),
        }
    })
}

/// What a condition becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The op whose result is the condition's.
    Value,
    /// The op that jumps if the condition's result is this one.
    Jump(bool),
}

impl Form {
    const ALL: [Form; 3] = [Form::Value, Form::Jump(true), Form::Jump(false)];

    fn keyword(self) -> &'static str {
        match self {
            Form::Value => "value",
            Form::Jump(true) => "if",
            Form::Jump(false) => "unless",
        }
    }

    /// Returns the name of the op, if the author chose none.
    fn name(self, condition: &Ident) -> Ident {
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
    fn doc(self, doc: String) -> String {
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
struct Branches {
    keyword: Ident,
    made: Vec<Made>,
    /// The name that is `true` in one branch and `false` in the other.
    when: Option<Ident>,
    /// A word that is given again.
    again: Option<Ident>,
}

/// An op to be made, with the name that the author chose.
struct Made {
    form: Form,
    name: Option<Ident>,
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
fn take_branches(function: &mut ItemFn, errors: &mut Errors) -> Result<Option<Branches>, ()> {
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

/// A condition without problems in its signature.
struct Condition<'a> {
    function: &'a ItemFn,
    branches: Branches,
    /// Whether it returns a `Result<bool, Thrown>`.
    fallible: bool,
    value: TokenStream,
    /// The function that turns a `bool` into a value; without one, the value is an integer.
    boolean: Option<&'a Type>,
}

impl<'a> Condition<'a> {
    fn read(
        function: &'a ItemFn,
        branches: Branches,
        machine: Machine<'_>,
        arguments: &'a Arguments,
        errors: &mut Errors,
    ) -> Option<Self> {
        let before = errors.len();
        let makes = |form| branches.made.iter().any(|made| made.form == form);
        if let Some(again) = &branches.again {
            errors.on(again, Problem::TwoArguments(name_of(again)));
        } else if !makes(Form::Jump(true)) && !makes(Form::Jump(false)) {
            errors.on(&branches.keyword, Problem::BranchesNone);
        }
        if let (Some(when), true) = (&branches.when, makes(Form::Value)) {
            errors.on(when, Problem::BranchesWhen(name_of(when)));
        }
        let boolean = arguments.boolean.as_ref();
        let is_integer = matches!(machine.value, Ty::Scalar(Scalar::I64 | Scalar::U64));
        if makes(Form::Value) && boolean.is_none() && !is_integer {
            errors.on(&branches.keyword, Problem::BranchesValue(text_of(&arguments.value_tokens())));
        }
        let signature = &function.sig;
        if signature.inputs.is_empty() {
            errors.on(&signature.ident, Problem::BranchesOperands);
        }
        for input in &signature.inputs {
            if let FnArg::Typed(typed) = input
                && let Some(Ty::Label | Ty::Labels) = types::read_lenient(&typed.ty, machine.structs)
            {
                errors.on(&typed.ty, Problem::BranchesLabel);
            }
        }
        let mut uses = Uses { label: None };
        uses.visit_item_fn(function);
        if let Some(ident) = uses.label {
            errors.on(&ident, Problem::ReservedName { name: LABEL.into(), by: "the label of the branches" });
        }
        let is_bool = |ty: &Ty| *ty == Ty::Scalar(Scalar::Bool);
        let output = match &signature.output {
            ReturnType::Type(_, ty) => types::read_lenient(ty, machine.structs),
            ReturnType::Default => None,
        };
        let fallible = match &output {
            Some(Ty::Result(inner)) if is_bool(inner) => true,
            Some(ty) if is_bool(ty) => false,
            _ => {
                match &signature.output {
                    ReturnType::Type(_, ty) => errors.on(ty, Problem::BranchesResult(text_of(ty))),
                    ReturnType::Default => errors.on(&signature.ident, Problem::BranchesResult("()".into())),
                }
                false
            }
        };
        let value = arguments.value_tokens();
        (errors.len() == before).then_some(Condition { function, branches, fallible, value, boolean })
    }

    /// Returns the functions of the ops: that of the value, and those of the branches.
    fn ops(&self, errors: &mut Errors) -> Vec<ItemFn> {
        let before = errors.len();
        let mut used = [false];
        let makes = |form: &Form| self.branches.made.iter().find(|made| made.form == *form);
        let ops: Vec<ItemFn> =
            Form::ALL.iter().filter_map(makes).map(|made| self.op(made, &mut used, errors)).collect();
        if let (Some(when), [false]) = (&self.branches.when, used) {
            errors.on(when, Problem::EachUnused(name_of(when)));
        }
        if errors.len() > before { Vec::new() } else { ops }
    }

    fn op(&self, made: &Made, used: &mut [bool], errors: &mut Errors) -> ItemFn {
        let mut function = self.function.clone();
        let name = made.name.clone().unwrap_or_else(|| made.form.name(&function.sig.ident));
        if let (Some(when), Form::Jump(word)) = (&self.branches.when, made.form) {
            let entries = [quote_spanned!(when.span()=> #word)];
            substitute(&mut function, std::slice::from_ref(when), &entries, used, errors);
        }
        let span = name.span();
        function.sig.ident = name;
        let doc = made.form.doc(doc_of(&function.attrs));
        function.attrs.retain(|attr| !attr.path().is_ident("doc"));
        let lines = doc.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
        function.attrs.splice(..0, lines.map(|line| parse_quote_spanned!(span=> #[doc = #line])));
        let label = Ident::new(LABEL, span);
        let output: Type = match made.form {
            Form::Value => syn::parse2(self.value.clone()).unwrap_or_else(|_| parse_quote!(_)),
            Form::Jump(_) => {
                function.sig.inputs.push(parse_quote_spanned!(span=> #label: Label));
                parse_quote_spanned!(span=> Flow)
            }
        };
        function.sig.output = match self.fallible {
            true => parse_quote_spanned!(span=> -> Result<#output, Thrown>),
            false => parse_quote_spanned!(span=> -> #output),
        };
        let mut results = Results { condition: self, form: made.form, label, span };
        results.visit_block_mut(&mut function.block);
        results.replace_in_block(&mut function.block, self.fallible);
        function
    }
}

/// Finds the first use of the name that the label will have.
struct Uses {
    label: Option<Ident>,
}

impl Visit<'_> for Uses {
    fn visit_pat_ident(&mut self, pattern: &syn::PatIdent) {
        if pattern.ident == LABEL {
            self.label.get_or_insert_with(|| pattern.ident.clone());
        }
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_expr_path(&mut self, path: &syn::ExprPath) {
        if let Some(ident) = path.path.get_ident().filter(|ident| *ident == LABEL) {
            self.label.get_or_insert_with(|| ident.clone());
        }
    }
}

/// Replaces the results of a condition, wherever the function ends, with those of an op.
struct Results<'a> {
    condition: &'a Condition<'a>,
    form: Form,
    label: Ident,
    span: Span,
}

impl VisitMut for Results<'_> {
    fn visit_expr_return_mut(&mut self, returned: &mut syn::ExprReturn) {
        visit_mut::visit_expr_return_mut(self, returned);
        if let Some(expr) = &mut returned.expr {
            self.replace(expr, self.condition.fallible);
        }
    }
}

impl Results<'_> {
    fn replace_in_block(&self, block: &mut Block, in_result: bool) {
        if let Some(Stmt::Expr(expr, None)) = block.stmts.last_mut() {
            self.replace(expr, in_result);
        }
    }

    /// Replaces a result, which is a `Result<bool, Thrown>` or, in an `Ok(…)`, a `bool`.
    fn replace(&self, expr: &mut Expr, in_result: bool) {
        match expr {
            Expr::If(syn::ExprIf { then_branch, else_branch: Some((_, otherwise)), .. }) => {
                self.replace_in_block(then_branch, in_result);
                self.replace(otherwise, in_result);
            }
            Expr::Match(of) => of.arms.iter_mut().for_each(|arm| self.replace(&mut arm.body, in_result)),
            Expr::Block(syn::ExprBlock { label: None, block, .. }) | Expr::Unsafe(syn::ExprUnsafe { block, .. }) => {
                self.replace_in_block(block, in_result);
            }
            Expr::Paren(syn::ExprParen { expr: inner, .. }) | Expr::Group(syn::ExprGroup { expr: inner, .. }) => {
                self.replace(inner, in_result);
                *expr = (**inner).clone();
            }
            // It has been replaced.
            Expr::Return(_) => {}
            Expr::Call(call) if in_result && is_call(call, "Ok") => {
                self.replace(&mut call.args[0], false);
                *expr = call.args[0].clone();
            }
            Expr::Call(call) if in_result && is_call(call, "Err") => {}
            _ => *expr = self.result(expr.clone(), in_result),
        }
    }

    /// Turns a condition into the op's result.
    fn result(&self, condition: Expr, in_result: bool) -> Expr {
        let span = self.span;
        let wrapped = |expr: Expr| match self.condition.fallible {
            true => parse_quote_spanned!(span=> Ok(#expr)),
            false => expr,
        };
        let condition = match in_result {
            true => Expr::Try(syn::ExprTry {
                attrs: Vec::new(),
                expr: Box::new(condition),
                question_token: Token![?](span),
            }),
            false => condition,
        };
        let Form::Jump(when) = self.form else { return wrapped(self.value(condition)) };
        let flow = |jumps: bool| {
            let label = &self.label;
            let (jump, next) = (parse_quote_spanned!(span=> #label.jump()), parse_quote_spanned!(span=> Flow::Next));
            wrapped(if jumps { jump } else { next })
        };
        if let Expr::Lit(syn::ExprLit { lit: Lit::Bool(known), .. }) = &condition {
            return flow(known.value == when);
        }
        let (yes, no) = (flow(when), flow(!when));
        let mut branch: syn::ExprIf = parse_quote_spanned!(span=> if true { #yes } else { #no });
        *branch.cond = condition;
        Expr::If(branch)
    }

    fn value(&self, condition: Expr) -> Expr {
        let (expr, value) = (Box::new(condition), &self.condition.value);
        match self.condition.boolean {
            Some(boolean) => Expr::Call(syn::ExprCall {
                attrs: Vec::new(),
                func: parse_quote!(#boolean),
                paren_token: syn::token::Paren(self.span),
                args: Punctuated::from_iter([*expr]),
            }),
            None => Expr::Cast(syn::ExprCast {
                attrs: Vec::new(),
                expr,
                as_token: Token![as](self.span),
                ty: parse_quote!(#value),
            }),
        }
    }
}

/// Returns `true` for a call of this function with one argument.
fn is_call(call: &syn::ExprCall, name: &str) -> bool {
    matches!(&*call.func, Expr::Path(path) if path.path.is_ident(name)) && call.args.len() == 1
}

#[cfg(test)]
mod tests;
