//! Helpers and runtime functions of the module → their typed signatures.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use syn::Ident;

use crate::attributes::{is_operand_attribute, take_operand_attributes};
use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::machine::Machine;
use crate::names;
use crate::text::{name_of, pattern_name, text_of};
use crate::ty::{self, Structs, Ty};
use crate::types;

/// A parameter of a helper or runtime function.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) ty: Ty,
}

/// A function of the module that ops can call and that is inlined into their stencils.
pub(crate) struct Helper {
    pub(crate) name: String,
    /// The type of the `impl` block, for `Self`.
    pub(crate) self_ty: Option<String>,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Ty,
    pub(crate) block: syn::Block,
    /// Span of its name.
    pub(crate) span: Span,
}

/// A function outside the module that ops can call.
pub(crate) struct Runtime {
    pub(crate) name: Ident,
    /// The module that it is in, from the block's `#[runtime(…)]`.
    pub(crate) home: Option<syn::Path>,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Ty,
    pub(crate) cold: bool,
    pub(crate) signature: syn::Signature,
}

/// The functions of a module that ops can call.
#[derive(Default)]
pub(crate) struct Functions {
    /// By name; a method's is `Type::name`.
    pub(crate) helpers: BTreeMap<String, Helper>,
    pub(crate) runtime: Vec<Runtime>,
    /// Names of functions left out because of a problem.
    pub(crate) broken: BTreeSet<String>,
    /// Whether generated code has an item with the name of one.
    pub(crate) clashes: bool,
}

impl Functions {
    pub(crate) fn read_impl(&mut self, block: &syn::ItemImpl, structs: &Structs, errors: &mut Errors) {
        if block.trait_.is_some() {
            // Methods of a trait are for Rust only: op bodies cannot name them.
            return;
        }
        let Some(self_ty) = types::struct_name(&block.self_ty, structs) else {
            return errors.on(&block.self_ty, Problem::UnknownType(text_of(&block.self_ty)));
        };
        if errors.on_generics(&block.generics, Problem::GenericItem("`impl` block")) {
            return;
        }
        for item in &block.items {
            if let syn::ImplItem::Fn(function) = item {
                self.read_helper(Some(&self_ty), &function.sig, &function.block, structs, errors);
            }
        }
    }

    pub(crate) fn read_helper(
        &mut self,
        self_ty: Option<&str>,
        signature: &syn::Signature,
        block: &syn::Block,
        structs: &Structs,
        errors: &mut Errors,
    ) {
        let before = errors.len();
        let (own_name, span) = (name_of(&signature.ident), signature.ident.span());
        let name = self_ty.map_or_else(|| own_name.clone(), |self_ty| format!("{self_ty}::{own_name}"));
        if self_ty.is_none() {
            self.clashes |= names::check(&signature.ident, names::is_reserved(&own_name), errors);
        }
        if errors.on_generics(&signature.generics, Problem::GenericItem("helper")) {
            self.broken.insert(name);
            return;
        }
        let params = read_params(self_ty, signature, structs, errors);
        let result = read_result(self_ty, &signature.output, structs, errors);
        for (param, input) in params.iter().zip(&signature.inputs) {
            if !is_helper_param(&param.ty) {
                errors.on(input, Problem::HelperType(param.ty.to_string()));
            }
        }
        if let Some(result) = result.as_ref().filter(|result| !is_helper_result(result)) {
            errors.on(&signature.output, Problem::HelperType(result.to_string()));
        }
        let Some(result) = result.filter(|_| errors.len() == before) else {
            self.broken.insert(name);
            return;
        };
        // In C, `A::b_c` and `A_b::c` have the same name.
        let symbol = |name: &str| name.replace("::", "_");
        if self.helpers.keys().any(|known| *known != name && symbol(known) == symbol(&name)) {
            errors.on(&signature.ident, Problem::TwoOps(symbol(&name)));
        }
        let self_ty = self_ty.map(str::to_owned);
        let helper = Helper { name: name.clone(), self_ty, params, result, block: block.clone(), span };
        if self.helpers.insert(name.clone(), helper).is_some() {
            errors.on(&signature.ident, Problem::TwoOps(name));
        }
    }

    pub(crate) fn read_runtime(&mut self, block: &syn::ItemForeignMod, machine: Machine<'_>, errors: &mut Errors) {
        if block.abi.name.as_ref().is_none_or(|name| name.value() != "Rust") {
            for item in &block.items {
                if let syn::ForeignItem::Fn(function) = item {
                    self.broken.insert(name_of(&function.sig.ident));
                }
            }
            return errors.on(&block.abi, Problem::ExternAbi);
        }
        let before = errors.len();
        let home = read_home(&block.attrs, errors);
        let is_known = errors.len() == before;
        for item in &block.items {
            let syn::ForeignItem::Fn(function) = item else {
                errors.on(item, Problem::ExternAbi);
                continue;
            };
            let signature = &function.sig;
            let name = name_of(&signature.ident);
            let misplaced = function.attrs.iter().find(|attr| attr.path().is_ident("runtime"));
            if let Some(attr) = misplaced {
                errors.on(attr, Problem::RuntimeHome);
            }
            let checked = self.check_runtime(signature, machine, errors);
            let Some((params, result)) = checked.filter(|_| is_known && misplaced.is_none()) else {
                self.broken.insert(name);
                continue;
            };
            let cold = function.attrs.iter().any(|attr| attr.path().is_ident("cold"));
            let signature = signature.clone();
            let (name, home) = (signature.ident.clone(), home.clone());
            self.runtime.push(Runtime { name, home, params, result, cold, signature });
        }
    }

    fn check_runtime(
        &self,
        signature: &syn::Signature,
        machine: Machine<'_>,
        errors: &mut Errors,
    ) -> Option<(Vec<Param>, Ty)> {
        let all_before = errors.len();
        let name = name_of(&signature.ident);
        if self.helpers.contains_key(&name) || self.runtime.iter().any(|known| known.name == name) {
            errors.on(&signature.ident, Problem::TwoOps(name));
        } else if let Some(by) = names::runtime_is_reserved(&name) {
            errors.on(&signature.ident, Problem::ReservedName { name, by });
        }
        errors.on_generics(&signature.generics, Problem::GenericItem("runtime function"));
        report_misplaced(&take_operand_attributes(&mut signature.clone()), errors);
        let before = errors.len();
        let params = read_params(None, signature, machine.structs, errors);
        if errors.len() == before {
            for (index, (param, input)) in params.iter().zip(&signature.inputs).enumerate() {
                if param.ty == Ty::Vm && index > 0 {
                    errors.on(input, Problem::RuntimeVm);
                } else if !matches!(param.ty, Ty::Vm | Ty::Cell(_)) && !machine.is_word(&param.ty) {
                    errors.on(input, Problem::RuntimeParameter(param.ty.to_string()));
                }
            }
        }
        let result = read_result(None, &signature.output, machine.structs, errors)?;
        let plain = match &result {
            Ty::Result(of) => of,
            other => other,
        };
        if !matches!(plain, Ty::Unit | Ty::Thrown) && !machine.is_word(plain) {
            errors.on(&signature.output, Problem::RuntimeResult(result.to_string()));
        }
        (errors.len() == all_before).then_some((params, result))
    }
}

fn read_params(
    self_ty: Option<&str>,
    signature: &syn::Signature,
    structs: &Structs,
    errors: &mut Errors,
) -> Vec<Param> {
    let mut params = Vec::new();
    let mut machines = 0;
    for input in &signature.inputs {
        match (input, self_ty) {
            (syn::FnArg::Receiver(receiver), self_ty) => {
                match self_ty.and_then(|of| receiver_ty(receiver, of, structs)) {
                    Some(ty) => params.push(Param { name: "self".into(), ty }),
                    None => errors.on(receiver, Problem::Receiver),
                }
            }
            (syn::FnArg::Typed(typed), _) => {
                let Some(ty) = types::read(&typed.ty, structs, self_ty, errors) else { continue };
                machines += usize::from(ty == Ty::Vm);
                if ty == Ty::Vm && machines > 1 {
                    errors.on(input, Problem::TwoVms);
                }
                match pattern_name(&typed.pat) {
                    Some(name) => params.push(Param { name, ty }),
                    None => errors.on(&typed.pat, Problem::Pattern),
                }
            }
        }
    }
    params
}

/// Returns the type of `self`, or of `&self` in the methods of an inline-cache cell.
fn receiver_ty(receiver: &syn::Receiver, of: &str, structs: &Structs) -> Option<Ty> {
    let is_cell = ty::is_cell(of, structs);
    match &receiver.reference {
        _ if receiver.colon_token.is_some() => None,
        None if !is_cell => Some(Ty::Struct(of.into())),
        Some((_, None)) if is_cell && receiver.mutability.is_none() => Some(Ty::Cell(of.into())),
        _ => None,
    }
}

fn read_result(self_ty: Option<&str>, output: &syn::ReturnType, structs: &Structs, errors: &mut Errors) -> Option<Ty> {
    match output {
        syn::ReturnType::Default => Some(Ty::Unit),
        syn::ReturnType::Type(_, ty) => types::read(ty, structs, self_ty, errors),
    }
}

/// Reads `#[runtime(crate::runtime)]` of a block: the module that contains its functions.
fn read_home(attrs: &[syn::Attribute], errors: &mut Errors) -> Option<syn::Path> {
    let mut home = None;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("runtime")) {
        match attr.parse_args_with(syn::Path::parse_mod_style) {
            Ok(path) if home.is_none() => home = Some(path),
            _ => errors.on(attr, Problem::RuntimeHome),
        }
    }
    home
}

/// Reports attributes of operands that are not on an operand.
pub(crate) fn report_misplaced(attrs: &[syn::Attribute], errors: &mut Errors) {
    for attr in attrs.iter().filter(|attr| is_operand_attribute(attr)) {
        errors.on(attr, Problem::MisplacedAttribute(text_of(attr.path())));
    }
}

/// Returns `true` if a helper can take the type. The parts of an op's encoding belong to the op.
fn is_helper_param(ty: &Ty) -> bool {
    !matches!(ty, Ty::Never | Ty::Flow | Ty::Label | Ty::Labels)
}

/// Returns `true` if a helper can return the type.
fn is_helper_result(ty: &Ty) -> bool {
    match ty {
        Ty::Never | Ty::Flow | Ty::Label | Ty::Labels | Ty::Window | Ty::Vm | Ty::Cell(_) => false,
        Ty::Result(of) => is_helper_result(of),
        Ty::Tuple(of) => of.iter().all(is_helper_result),
        _ => true,
    }
}
