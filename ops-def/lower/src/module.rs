//! The module under `#[instruction_set]` → [`Module`]: its items sorted by what they are, signatures typed.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::visit::Visit;
use syn::{Attribute, Ident, Item, ItemFn, ItemMod};

use crate::arguments::Arguments;
use crate::catalogue::Problem;
use crate::consts::{self, Const};
use crate::errors::Errors;
use crate::names;
use crate::op::{self, OpDef};
use crate::text::{name_of, text_of};
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
    /// Names of all functions under `#[vm_op]`, those with a problem too.
    pub(crate) op_names: BTreeSet<String>,
    /// Names of what was left out because of a problem, which is reported there and not at each use.
    pub(crate) broken: BTreeSet<String>,
    /// Items have the names of what is generated, which is then left out.
    pub(crate) clashes: bool,
    /// What `use` brings in by name.
    pub(crate) imports: BTreeSet<String>,
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
    /// Where its name is.
    pub(crate) span: Span,
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
            op_names: BTreeSet::new(),
            broken: BTreeSet::new(),
            clashes: false,
            imports: BTreeSet::new(),
        };
        items.iter().for_each(|item| Conditions { errors }.visit_item(item));
        read.read_structs(&items, errors);
        // Without a value type there is nothing right to say about the rest.
        read.read_roles(errors)?;
        let mut ops = Vec::new();
        for item in &items {
            read.read_item(item, &mut ops, errors);
        }
        consts::evaluate(&items, &mut read, errors);
        for function in ops {
            let name = name_of(&function.sig.ident);
            let taken = read.helpers.contains_key(&name) || read.runtime(&name).is_some();
            if !read.op_names.insert(name.clone()) || taken {
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
            let name = name_of(&item.ident);
            self.structs.insert(name.clone(), Struct { name, fields: Vec::new() });
        }
        for item in structs {
            let fields = self.read_struct(item, errors);
            let name = name_of(&item.ident);
            self.structs.insert(name.clone(), Struct { name, fields });
        }
    }

    fn read_struct(&mut self, item: &syn::ItemStruct, errors: &mut Errors) -> Vec<(String, Ty)> {
        let name = name_of(&item.ident);
        self.check_name(&item.ident, names::struct_is_reserved(&name), errors);
        if !item.generics.params.is_empty() {
            errors.on(&item.generics, Problem::GenericItem("struct"));
        }
        if !read_repr(item, errors) {
            errors.on(&item.ident, Problem::StructRepr(name.clone()));
        }
        let mut fields = Vec::new();
        for (index, field) in item.fields.iter().enumerate() {
            let field_name = field.ident.as_ref().map_or_else(|| index.to_string(), name_of);
            match types::read_lenient(&field.ty, self) {
                // Its layout would have no end, which rustc says better.
                Some(Ty::Struct(of)) if self.is_inside(&of, &name) => {
                    errors.on(&field.ty, Problem::StructField(of));
                }
                Some(ty @ (Ty::Scalar(_) | Ty::Usize | Ty::Isize | Ty::Ptr { .. } | Ty::Struct(_) | Ty::Callee)) => {
                    fields.push((field_name, ty));
                }
                _ => errors.on(&field.ty, Problem::StructField(text_of(&field.ty))),
            }
        }
        fields
    }

    /// Is the struct `outer` the struct `inner`, or does it contain it?
    fn is_inside(&self, outer: &str, inner: &str) -> bool {
        let fields = self.structs.get(outer).map(|of| of.fields.as_slice()).unwrap_or_default();
        outer == inner || fields.iter().any(|(_, ty)| matches!(ty, Ty::Struct(of) if self.is_inside(of, inner)))
    }

    /// The value and the context type.
    fn read_roles(&mut self, errors: &mut Errors) -> Option<()> {
        if let Some(context) = self.args.context.clone() {
            match types::read_lenient(&context, self) {
                Some(Ty::Struct(name)) => self.context = Some(name),
                _ => errors.on(&context, Problem::ContextStruct(text_of(&context))),
            }
        }
        let Some(value) = self.args.value.clone() else {
            if self.args.broken {
                return None;
            }
            errors.at(Span::call_site(), Problem::MissingValue);
            return None;
        };
        match types::read_lenient(&value, self) {
            Some(ty) if is_value(&ty, &self.structs) => self.value = ty,
            _ => {
                errors.on(&value, Problem::ValueType(text_of(&value)));
                return None;
            }
        }
        Some(())
    }

    fn read_item(&mut self, item: &Item, ops: &mut Vec<ItemFn>, errors: &mut Errors) {
        match item {
            Item::Fn(function) if function.attrs.iter().any(op::is_vm_op) => ops.push(function.clone()),
            Item::Fn(function) => {
                self.items.push(item.clone());
                self.read_helper(None, &function.sig, &function.block, errors);
            }
            Item::Impl(block) => {
                let mut kept = block.clone();
                for item in &mut kept.items {
                    if let syn::ImplItem::Fn(function) = item
                        && function.attrs.iter().any(op::is_vm_op)
                    {
                        function.attrs.retain(|attr| !op::is_vm_op(attr));
                        errors.on(&function.sig.ident, Problem::OpOutside);
                    }
                }
                self.items.push(kept.into());
                self.read_impl(block, errors);
            }
            Item::ForeignMod(block) => self.read_runtime(block, errors),
            Item::Use(import) => {
                self.items.push(item.clone());
                self.read_import(&import.tree, errors);
            }
            Item::Const(constant) => {
                self.items.push(item.clone());
                self.check_name(&constant.ident, names::is_reserved(&name_of(&constant.ident)), errors);
            }
            Item::Struct(_) => self.items.push(item.clone()),
            other => {
                // Kept, so that rustc does not miss it.
                self.items.push(item.clone());
                errors.on(&item_head(other), Problem::ModuleItem(item_name(other)));
            }
        }
    }

    /// An import must not give a word of the op language another meaning.
    fn read_import(&mut self, tree: &syn::UseTree, errors: &mut Errors) {
        let name = match tree {
            syn::UseTree::Path(path) => return self.read_import(&path.tree, errors),
            syn::UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.read_import(tree, errors));
            }
            syn::UseTree::Glob(_) => return,
            syn::UseTree::Name(name) => &name.ident,
            syn::UseTree::Rename(rename) => &rename.rename,
        };
        self.imports.insert(name_of(name));
        // The machine's own types may be imported once more.
        let machine = ["Flow", "Thrown", "Label", "Window", "Callee"].iter().any(|own| name == own);
        if !machine {
            self.check_name(name, names::is_reserved(&name_of(name)), errors);
        }
    }

    fn check_name(&mut self, ident: &Ident, by: Option<&'static str>, errors: &mut Errors) {
        if let Some(by) = by {
            self.clashes |= names::is_reserved(&name_of(ident)).is_some();
            errors.on(ident, Problem::ReservedName { name: name_of(ident), by });
        }
    }

    fn read_impl(&mut self, block: &syn::ItemImpl, errors: &mut Errors) {
        if block.trait_.is_some() {
            // A trait's methods are for Rust only: op bodies cannot name them.
            return;
        }
        let self_ty = match types::read_lenient(&block.self_ty, self) {
            Some(Ty::Struct(name)) => name,
            _ => return errors.on(&block.self_ty, Problem::UnknownType(text_of(&block.self_ty))),
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
        let before = errors.len();
        let (own_name, span) = (name_of(&signature.ident), signature.ident.span());
        let name = self_ty.map_or_else(|| own_name.clone(), |self_ty| format!("{self_ty}::{own_name}"));
        if self_ty.is_none() {
            self.check_name(&signature.ident, names::is_reserved(&own_name), errors);
        }
        if !signature.generics.params.is_empty() {
            errors.on(&signature.generics, Problem::GenericItem("helper"));
            self.broken.insert(name);
            return;
        }
        let params = self.read_params(self_ty, signature, errors);
        let result = self.read_result(self_ty, &signature.output, errors);
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
        // In C, `A::b_c` and `A_b::c` are one.
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

    fn read_params(&self, self_ty: Option<&str>, signature: &syn::Signature, errors: &mut Errors) -> Vec<Param> {
        let mut params = Vec::new();
        let mut machines = 0;
        for input in &signature.inputs {
            match (input, self_ty) {
                (syn::FnArg::Receiver(receiver), Some(self_ty))
                    if receiver.reference.is_none() && receiver.colon_token.is_none() =>
                {
                    params.push(Param { name: "self".into(), ty: Ty::Struct(self_ty.into()) });
                }
                (syn::FnArg::Receiver(receiver), _) => errors.on(receiver, Problem::Receiver),
                (syn::FnArg::Typed(typed), _) => {
                    let Some(ty) = types::read(&typed.ty, self, self_ty, errors) else { continue };
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

    fn read_result(&self, self_ty: Option<&str>, output: &syn::ReturnType, errors: &mut Errors) -> Option<Ty> {
        match output {
            syn::ReturnType::Default => Some(Ty::Unit),
            syn::ReturnType::Type(_, ty) => types::read(ty, self, self_ty, errors),
        }
    }

    fn read_runtime(&mut self, block: &syn::ItemForeignMod, errors: &mut Errors) {
        if block.abi.name.as_ref().is_none_or(|name| name.value() != "Rust") {
            for item in &block.items {
                if let syn::ForeignItem::Fn(function) = item {
                    self.broken.insert(name_of(&function.sig.ident));
                }
            }
            return errors.on(&block.abi, Problem::ExternAbi);
        }
        for item in &block.items {
            let syn::ForeignItem::Fn(function) = item else {
                errors.on(item, Problem::ExternAbi);
                continue;
            };
            let signature = &function.sig;
            let name = name_of(&signature.ident);
            let Some((params, result)) = self.check_runtime(signature, errors) else {
                self.broken.insert(name);
                continue;
            };
            let cold = function.attrs.iter().any(|attr| attr.path().is_ident("cold"));
            let signature = signature.clone();
            self.runtime.push(Runtime { name: signature.ident.clone(), params, result, cold, signature });
        }
    }

    fn check_runtime(&self, signature: &syn::Signature, errors: &mut Errors) -> Option<(Vec<Param>, Ty)> {
        let all_before = errors.len();
        let name = name_of(&signature.ident);
        if self.helpers.contains_key(&name) || self.runtime(&name).is_some() {
            errors.on(&signature.ident, Problem::TwoOps(name));
        } else if let Some(by) = names::runtime_is_reserved(&name) {
            errors.on(&signature.ident, Problem::ReservedName { name, by });
        }
        if !signature.generics.params.is_empty() {
            errors.on(&signature.generics, Problem::GenericItem("runtime function"));
        }
        let before = errors.len();
        let params = self.read_params(None, signature, errors);
        if errors.len() == before {
            for (index, (param, input)) in params.iter().zip(&signature.inputs).enumerate() {
                if param.ty == Ty::Vm && index > 0 {
                    errors.on(input, Problem::RuntimeVm);
                } else if param.ty != Ty::Vm && !self.is_word(&param.ty) {
                    errors.on(input, Problem::RuntimeParameter(param.ty.to_string()));
                }
            }
        }
        let result = self.read_result(None, &signature.output, errors)?;
        let plain = match &result {
            Ty::Result(of) => of,
            other => other,
        };
        if !matches!(plain, Ty::Unit | Ty::Thrown) && !self.is_word(plain) {
            errors.on(&signature.output, Problem::RuntimeResult(result.to_string()));
        }
        (errors.len() == all_before).then_some((params, result))
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

/// Is the layout of the struct that of C? What changes it is refused by name.
fn read_repr(item: &syn::ItemStruct, errors: &mut Errors) -> bool {
    let mut fixed = false;
    for attr in item.attrs.iter().filter(|attr| attr.path().is_ident("repr")) {
        let _ = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("C") || meta.path.is_ident("transparent") {
                fixed = true;
            } else {
                let (name, argument) = (name_of(&item.ident), text_of(&meta.path));
                errors.on(&meta.path, Problem::StructLayout { name, argument });
                // It is not missing, it is wrong.
                fixed = true;
            }
            if meta.input.peek(syn::token::Paren) {
                meta.input.parse::<proc_macro2::Group>()?;
            }
            Ok(())
        });
    }
    fixed
}

/// Can a helper take it? What belongs to the op's encoding stays with the op.
fn is_helper_param(ty: &Ty) -> bool {
    !matches!(ty, Ty::Never | Ty::Flow | Ty::Label)
}

/// Can a helper return it?
fn is_helper_result(ty: &Ty) -> bool {
    match ty {
        Ty::Never | Ty::Flow | Ty::Label | Ty::Window | Ty::Vm | Ty::Cell(_) => false,
        Ty::Result(of) => is_helper_result(of),
        _ => true,
    }
}

/// Finds conditional compilation: the lowering sees the source before rustc drops anything from it.
struct Conditions<'a> {
    errors: &'a mut Errors,
}

impl Visit<'_> for Conditions<'_> {
    fn visit_attribute(&mut self, attr: &Attribute) {
        if attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr") {
            self.errors.on(attr, Problem::Conditional);
        }
    }
}

/// Is it `#[instruction_set(…)]`, with or without a path before it?
pub(crate) fn is_instruction_set(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|segment| segment.ident == "instruction_set")
}

/// The name that a plain pattern binds; `_` is a name of its own.
pub(crate) fn pattern_name(pattern: &syn::Pat) -> Option<String> {
    match pattern {
        syn::Pat::Ident(ident) if ident.by_ref.is_none() && ident.subpat.is_none() => Some(name_of(&ident.ident)),
        syn::Pat::Wild(_) => Some("_".into()),
        _ => None,
    }
}

/// The tokens of an item that say what it is.
fn item_head(item: &Item) -> TokenStream {
    match item {
        Item::Enum(item) => item.ident.to_token_stream(),
        Item::Static(item) => item.ident.to_token_stream(),
        Item::Trait(item) => item.ident.to_token_stream(),
        Item::Mod(item) => item.ident.to_token_stream(),
        Item::Macro(item) => item.mac.path.to_token_stream(),
        Item::Type(item) => item.ident.to_token_stream(),
        Item::Union(item) => item.ident.to_token_stream(),
        other => other.to_token_stream(),
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
