//! The module under `#[instruction_set]` → [`Module`]: its items sorted by what they are, signatures typed.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Ident, Item, ItemFn, ItemMod};

use crate::arguments::Arguments;
use crate::catalogue::Problem;
use crate::consts::{self, Const};
use crate::errors::Errors;
use crate::op::{self, OpDef};
use crate::ty::{self, Struct, Structs, Ty};
use crate::types;

/// An instruction set as the author wrote it, with types.
pub(crate) struct Module {
    pub(crate) name: Ident,
    pub(crate) vis: syn::Visibility,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) args: Arguments,
    /// The value type.
    pub(crate) value: Ty,
    /// The context's struct.
    pub(crate) context: Option<String>,
    /// Everything that is passed through to Rust: all but ops and `extern "Rust"`.
    pub(crate) items: Vec<Item>,
    pub(crate) structs: Structs,
    pub(crate) consts: BTreeMap<String, Const>,
    /// By name; a method's is `Type::name`.
    pub(crate) helpers: BTreeMap<String, Helper>,
    pub(crate) runtime: Vec<Runtime>,
    pub(crate) ops: Vec<OpDef>,
}

/// A parameter of a helper or runtime function.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) ty: Ty,
}

/// A function of the module that ops can call, and that their stencils contain.
pub(crate) struct Helper {
    pub(crate) name: String,
    /// The type of the `impl` block, for `Self`.
    pub(crate) self_ty: Option<String>,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Ty,
    pub(crate) block: syn::Block,
}

/// A function outside of the module that ops can call.
pub(crate) struct Runtime {
    pub(crate) name: Ident,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Ty,
    pub(crate) cold: bool,
    pub(crate) signature: syn::Signature,
}

impl Module {
    pub(crate) fn runtime(&self, name: &str) -> Option<(usize, &Runtime)> {
        self.runtime.iter().enumerate().find(|(_, runtime)| runtime.name == name)
    }

    /// Reads a module; what has a problem is left out.
    pub(crate) fn read(args: TokenStream, module: ItemMod, errors: &mut Errors) -> Option<Module> {
        let args = Arguments::parse(args, errors);
        let Some((_, items)) = module.content else {
            errors.on(&module.ident, Problem::NotInline);
            return None;
        };
        let mut read = Module {
            name: module.ident,
            vis: module.vis,
            attrs: module.attrs.into_iter().filter(|attr| !is_instruction_set(attr)).collect(),
            args,
            value: Ty::U64,
            context: None,
            items: Vec::new(),
            structs: Structs::new(),
            consts: BTreeMap::new(),
            helpers: BTreeMap::new(),
            runtime: Vec::new(),
            ops: Vec::new(),
        };
        read.read_structs(&items, errors);
        read.read_roles(errors);
        let mut ops = Vec::new();
        for item in &items {
            read.read_item(item, &mut ops, errors);
        }
        consts::evaluate(&items, &mut read, errors);
        for function in ops {
            let name = function.sig.ident.to_string();
            if read.helpers.contains_key(&name) || read.ops.iter().any(|op| op.name == name) {
                errors.on(&function.sig.ident, Problem::TwoOps(name));
            } else if let Some(op) = op::read(&read, &function, errors) {
                read.ops.push(op);
            }
        }
        if read.ops.is_empty() && errors.is_empty() {
            errors.on(&read.name, Problem::NoOps);
        }
        Some(read)
    }

    /// Structs come first: everything else names them.
    fn read_structs(&mut self, items: &[Item], errors: &mut Errors) {
        let structs = items.iter().filter_map(|item| match item {
            Item::Struct(item) => Some(item),
            _ => None,
        });
        // All names are known before any field is typed, so that structs can point to each other.
        for item in structs.clone() {
            let name = item.ident.to_string();
            self.structs.insert(name.clone(), Struct { name, fields: Vec::new() });
        }
        for item in structs {
            let name = item.ident.to_string();
            if !item.generics.params.is_empty() {
                errors.on(&item.generics, Problem::GenericItem("struct"));
            }
            if !item.attrs.iter().any(is_fixed_repr) {
                errors.on(&item.ident, Problem::StructRepr(name.clone()));
            }
            let mut fields = Vec::new();
            for (index, field) in item.fields.iter().enumerate() {
                let field_name = field.ident.as_ref().map_or_else(|| index.to_string(), Ident::to_string);
                let ty = types::read_lenient(&field.ty, self);
                match ty {
                    Some(ty @ (Ty::Scalar(_) | Ty::Usize | Ty::Isize | Ty::Ptr { .. } | Ty::Struct(_) | Ty::Callee)) => {
                        fields.push((field_name, ty));
                    }
                    _ => errors.on(&field.ty, Problem::StructField(field.ty.to_token_stream().to_string())),
                }
            }
            self.structs.insert(name.clone(), Struct { name, fields });
        }
    }

    /// The value and the context type.
    fn read_roles(&mut self, errors: &mut Errors) {
        match self.args.value.clone() {
            Some(value) => match types::read_lenient(&value, self) {
                Some(ty) if is_value(&ty, &self.structs) => self.value = ty,
                _ => errors.on(&value, Problem::ValueType(value.to_token_stream().to_string())),
            },
            None => errors.at(Span::call_site(), Problem::MissingValue),
        }
        if let Some(context) = self.args.context.clone() {
            match types::read_lenient(&context, self) {
                Some(Ty::Struct(name)) => self.context = Some(name),
                _ => errors.on(&context, Problem::ContextStruct(context.to_token_stream().to_string())),
            }
        }
    }

    fn read_item(&mut self, item: &Item, ops: &mut Vec<ItemFn>, errors: &mut Errors) {
        match item {
            Item::Fn(function) if function.attrs.iter().any(op::is_vm_op) => ops.push(function.clone()),
            Item::Fn(function) => {
                self.items.push(item.clone());
                self.read_helper(None, &function.sig, &function.block, errors);
            }
            Item::Impl(block) => {
                self.items.push(item.clone());
                self.read_impl(block, errors);
            }
            Item::ForeignMod(block) => self.read_runtime(block, errors),
            Item::Struct(_) | Item::Const(_) | Item::Use(_) => self.items.push(item.clone()),
            other => errors.on(other, Problem::ModuleItem(item_name(other))),
        }
    }

    fn read_impl(&mut self, block: &syn::ItemImpl, errors: &mut Errors) {
        if block.trait_.is_some() {
            // A trait's methods are for Rust only: op bodies cannot name them.
            return;
        }
        let self_ty = match types::read_lenient(&block.self_ty, self) {
            Some(Ty::Struct(name)) => name,
            _ => return errors.on(&block.self_ty, Problem::UnknownType(block.self_ty.to_token_stream().to_string())),
        };
        if !block.generics.params.is_empty() {
            return errors.on(&block.generics, Problem::GenericItem("`impl` block"));
        }
        for item in &block.items {
            if let syn::ImplItem::Fn(function) = item {
                self.read_helper(Some(&self_ty), &function.sig, &function.block, errors);
            }
        }
    }

    fn read_helper(
        &mut self,
        self_ty: Option<&str>,
        signature: &syn::Signature,
        block: &syn::Block,
        errors: &mut Errors,
    ) {
        if !signature.generics.params.is_empty() {
            return errors.on(&signature.generics, Problem::GenericItem("helper"));
        }
        let before = errors.len();
        let params = self.read_params(self_ty, signature, errors);
        let result = self.read_result(self_ty, &signature.output, errors);
        if errors.len() > before {
            return;
        }
        let name = match self_ty {
            Some(self_ty) => format!("{self_ty}::{}", signature.ident),
            None => signature.ident.to_string(),
        };
        let self_ty = self_ty.map(str::to_owned);
        let helper = Helper { name: name.clone(), self_ty, params, result, block: block.clone() };
        if self.helpers.insert(name.clone(), helper).is_some() {
            errors.on(&signature.ident, Problem::TwoOps(name));
        }
    }

    fn read_params(&self, self_ty: Option<&str>, signature: &syn::Signature, errors: &mut Errors) -> Vec<Param> {
        let mut params = Vec::new();
        for input in &signature.inputs {
            match (input, self_ty) {
                (syn::FnArg::Receiver(receiver), Some(self_ty)) if receiver.reference.is_none() => {
                    params.push(Param { name: "self".into(), ty: Ty::Struct(self_ty.into()) });
                }
                (syn::FnArg::Receiver(receiver), _) => {
                    errors.on(receiver, Problem::TypeForm(receiver.to_token_stream().to_string()));
                }
                (syn::FnArg::Typed(typed), _) => {
                    let Some(ty) = types::read(&typed.ty, self, self_ty, errors) else { continue };
                    match pattern_name(&typed.pat) {
                        Some(name) => params.push(Param { name, ty }),
                        None => errors.on(&typed.pat, Problem::Pattern),
                    }
                }
            }
        }
        params
    }

    fn read_result(&self, self_ty: Option<&str>, output: &syn::ReturnType, errors: &mut Errors) -> Ty {
        match output {
            syn::ReturnType::Default => Ty::Unit,
            syn::ReturnType::Type(_, ty) => types::read(ty, self, self_ty, errors).unwrap_or(Ty::Never),
        }
    }

    fn read_runtime(&mut self, block: &syn::ItemForeignMod, errors: &mut Errors) {
        if block.abi.name.as_ref().is_none_or(|name| name.value() != "Rust") {
            return errors.on(&block.abi, Problem::ExternAbi);
        }
        for item in &block.items {
            let syn::ForeignItem::Fn(function) = item else {
                errors.on(item, Problem::ExternAbi);
                continue;
            };
            let signature = &function.sig;
            let before = errors.len();
            let params = self.read_params(None, signature, errors);
            let result = self.read_result(None, &signature.output, errors);
            for (index, (param, input)) in params.iter().zip(&signature.inputs).enumerate() {
                if param.ty == Ty::Vm && index > 0 {
                    errors.on(input, Problem::RuntimeVm);
                } else if param.ty != Ty::Vm && !self.is_word(&param.ty) {
                    errors.on(input, Problem::RuntimeParameter(param.ty.to_string()));
                }
            }
            let plain = match &result {
                Ty::Result(of) => of,
                other => other,
            };
            if !matches!(plain, Ty::Unit | Ty::Thrown) && !self.is_word(plain) {
                errors.on(&signature.output, Problem::RuntimeResult(result.to_string()));
            }
            if errors.len() == before {
                let cold = function.attrs.iter().any(|attr| attr.path().is_ident("cold"));
                let signature = signature.clone();
                self.runtime.push(Runtime { name: signature.ident.clone(), params, result, cold, signature });
            }
        }
    }

    /// Does it travel in one register, as 64 bits?
    pub(crate) fn is_word(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Scalar(_) | Ty::Usize | Ty::Isize | Ty::Ptr { .. } | Ty::Callee) || *ty == self.value
    }
}

/// Is it 8 bytes around one number?
fn is_value(ty: &Ty, structs: &Structs) -> bool {
    let inner = ty::transparent(ty, structs);
    matches!(inner, Ty::Scalar(scalar) if scalar.size_bytes() == 8)
}

fn is_fixed_repr(attr: &Attribute) -> bool {
    let mut fixed = false;
    if attr.path().is_ident("repr") {
        let _ = attr.parse_nested_meta(|meta| {
            fixed |= meta.path.is_ident("C") || meta.path.is_ident("transparent");
            Ok(())
        });
    }
    fixed
}

/// Is it `#[instruction_set(…)]`, with or without a path before it?
pub(crate) fn is_instruction_set(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|segment| segment.ident == "instruction_set")
}

/// The name that a plain pattern binds; `_` is a name of its own.
pub(crate) fn pattern_name(pattern: &syn::Pat) -> Option<String> {
    match pattern {
        syn::Pat::Ident(ident) if ident.by_ref.is_none() && ident.subpat.is_none() => Some(ident.ident.to_string()),
        syn::Pat::Wild(_) => Some("_".into()),
        _ => None,
    }
}

fn item_name(item: &Item) -> &'static str {
    match item {
        Item::Enum(_) => "an enum",
        Item::Static(_) => "a static",
        Item::Trait(_) => "a trait",
        Item::Mod(_) => "a module",
        Item::Macro(_) => "a macro call",
        Item::Type(_) => "a type alias",
        Item::Union(_) => "a union",
        _ => "this item",
    }
}

/// Does the struct already say that it can be copied?
pub(crate) fn derives_copy(attrs: &[Attribute]) -> bool {
    attrs.iter().filter(|attr| attr.path().is_ident("derive")).any(|attr| {
        let text = attr.meta.to_token_stream().to_string();
        text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "Copy")
    })
}

