//! A condition, which is a function with `#[vm_op(branches)]` → the op with its value, and the branches that it decides.

mod attribute;
mod results;

use mimeo_def::op::Scalar;
use proc_macro2::Ident;
use quote::quote_spanned;
use syn::visit::{self, Visit};
use syn::{FnArg, ItemFn, ReturnType, Type, parse_quote_spanned};

use crate::arguments::Arguments;
use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::family::{Branch, Written, substitute};
use crate::machine::Machine;
use crate::op::doc_of;
use crate::text::{name_of, text_of};
use crate::ty::Ty;
use crate::types;

use attribute::{Branches, Form, LABEL, Made, take_branches};
use results::Outcome;

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
            Ok(None) => vec![Written { function, member: written.member, branch: None }],
            Ok(Some(branches)) => {
                let condition = Condition::read(&function, branches, machine, arguments, errors);
                let ops = condition.map_or_else(Vec::new, |condition| condition.ops(errors));
                ops.into_iter().map(|(function, branch)| Written { function, member: member.clone(), branch }).collect()
            }
            Err(()) => Vec::new(),
        }
    })
}

/// A condition without problems in its signature.
struct Condition<'a> {
    function: &'a ItemFn,
    branches: Branches,
    outcome: Outcome<'a>,
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
        let value = arguments.value.as_ref()?;
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
            errors.on(&branches.keyword, Problem::BranchesValue(text_of(value)));
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
        let outcome = Outcome { fallible, value, boolean };
        (errors.len() == before).then_some(Condition { function, branches, outcome })
    }

    /// Returns the functions of the ops: that of the value, and those of the branches.
    fn ops(&self, errors: &mut Errors) -> Vec<(ItemFn, Option<Branch>)> {
        let before = errors.len();
        let mut used = [false];
        let makes = |form: &Form| self.branches.made.iter().find(|made| made.form == *form);
        let value = makes(&Form::Value).map(|made| self.name(made));
        let branch = |form: Form| match (form, &value) {
            (Form::Jump(when), Some(value)) => Some(Branch { value: name_of(value), when }),
            _ => None,
        };
        let made = Form::ALL.iter().filter_map(makes);
        let ops: Vec<_> = made.map(|made| (self.op(made, &mut used, errors), branch(made.form))).collect();
        if let (Some(when), [false]) = (&self.branches.when, used) {
            errors.on(when, Problem::EachUnused(name_of(when)));
        }
        if errors.len() > before { Vec::new() } else { ops }
    }

    fn name(&self, made: &Made) -> Ident {
        made.name.clone().unwrap_or_else(|| made.form.name(&self.function.sig.ident))
    }

    fn op(&self, made: &Made, used: &mut [bool], errors: &mut Errors) -> ItemFn {
        let mut function = self.function.clone();
        let name = self.name(made);
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
            Form::Value => self.outcome.value.clone(),
            Form::Jump(_) => {
                function.sig.inputs.push(parse_quote_spanned!(span=> #label: Label));
                parse_quote_spanned!(span=> Flow)
            }
        };
        function.sig.output = match self.outcome.fallible {
            true => parse_quote_spanned!(span=> -> Result<#output, Thrown>),
            false => parse_quote_spanned!(span=> -> #output),
        };
        results::replace(&self.outcome, made.form, &label, &mut function.block, errors);
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

#[cfg(test)]
mod tests;
