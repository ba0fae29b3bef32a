//! The module with `#[instruction_set]` → [`Module`]: its items by kind, with typed signatures.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::visit::Visit;
use syn::{Attribute, Ident, Item, ItemMod};

use crate::arguments::Arguments;
use crate::attributes::{is_instruction_set, is_vm_op, take_operand_attributes};
use crate::branches;
use crate::catalogue::Problem;
use crate::consts::{self, Consts};
use crate::errors::Errors;
use crate::family::{self, Written};
use crate::functions::{Functions, Helper, Runtime, report_misplaced};
use crate::machine::Machine;
use crate::names;
use crate::nan_box::NanBox;
use crate::op::{self, OpDef};
use crate::structs;
use crate::text::{name_of, text_of};
use crate::ty::{self, Structs, Ty};
use crate::types;

/// An instruction set as the author wrote it, with types.
pub(crate) struct Module {
    pub(crate) name: Ident,
    pub(crate) vis: syn::Visibility,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) args: Arguments,
    /// The value type.
    pub(crate) value: Ty,
    /// What the value type is made of, if it is not the author's own.
    pub(crate) nan_box: Option<NanBox>,
    /// The context's struct.
    pub(crate) context: Option<String>,
    /// Items that are passed through to Rust: all except ops and `extern "Rust"`.
    pub(crate) items: Vec<Item>,
    pub(crate) structs: Structs,
    pub(crate) consts: Consts,
    /// By name; a method's is `Type::name`.
    pub(crate) helpers: BTreeMap<String, Helper>,
    pub(crate) runtime: Vec<Runtime>,
    pub(crate) ops: Vec<OpDef>,
    /// Names of all functions with `#[vm_op]`, including those with a problem.
    pub(crate) op_names: BTreeSet<String>,
    /// Names of items left out because of a problem, which is not reported again at each use.
    pub(crate) broken: BTreeSet<String>,
    /// Whether an item has the name of generated code, which is then left out.
    pub(crate) clashes: bool,
    /// Names that `use` imports.
    pub(crate) imports: BTreeSet<String>,
}

impl Module {
    pub(crate) fn runtime(&self, name: &str) -> Option<(usize, &Runtime)> {
        self.runtime.iter().enumerate().find(|(_, runtime)| runtime.name == name)
    }

    pub(crate) fn machine(&self) -> Machine<'_> {
        Machine { value: &self.value, stack: self.args.stack, structs: &self.structs }
    }

    /// Reads a module, without the items that have a problem.
    pub(crate) fn read(args: TokenStream, module: ItemMod, errors: &mut Errors) -> Option<Module> {
        let mut args = Arguments::parse(args, errors);
        let Some((_, mut items)) = module.content else {
            errors.on(&module.ident, Problem::NotInline);
            return None;
        };
        items.iter().for_each(|item| Conditions { errors }.visit_item(item));
        let nan_box = match &args.nan_box {
            Some(written) => Some(NanBox::read(written, &items, errors)?),
            None => None,
        };
        if let Some(nan_box) = &nan_box {
            items.splice(..0, nan_box.items());
            args.value = Some(nan_box.value());
            args.boolean = args.boolean.or_else(|| nan_box.boolean());
        }
        let (structs, clashes) = structs::read(&items, errors);
        let mut read = Module {
            name: module.ident,
            vis: module.vis,
            attrs: module.attrs.into_iter().filter(|attr| !is_instruction_set(attr)).collect(),
            args,
            value: Ty::U64,
            nan_box,
            context: None,
            items: Vec::new(),
            structs,
            consts: Consts::new(),
            helpers: BTreeMap::new(),
            runtime: Vec::new(),
            ops: Vec::new(),
            op_names: BTreeSet::new(),
            broken: BTreeSet::new(),
            clashes,
            imports: BTreeSet::new(),
        };
        // Without a value type, nothing true can be said about the rest.
        read.read_roles(errors)?;
        let mut ops = Vec::new();
        let mut functions = Functions::default();
        for item in &items {
            read.read_item(item, &mut functions, &mut ops, errors);
        }
        (read.helpers, read.runtime, read.broken) = (functions.helpers, functions.runtime, functions.broken);
        read.clashes |= functions.clashes;
        let (consts, broken) = consts::evaluate(&items, &read.structs, errors);
        read.consts = consts;
        read.broken.extend(broken);
        for written in ops {
            let ident = &written.function.sig.ident;
            let name = name_of(ident);
            let taken = read.helpers.contains_key(&name) || read.runtime(&name).is_some();
            if !read.op_names.insert(name.clone()) || taken {
                errors.on(ident, Problem::TwoOps(name));
            } else if let Some(op) = errors.within(&written.member, |errors| op::read(read.machine(), &written, errors))
            {
                read.ops.push(op);
            }
        }
        if read.ops.is_empty() && errors.is_empty() {
            errors.on(&read.name, Problem::NoOps);
        }
        Some(read)
    }

    /// Reads the value type and the context type.
    fn read_roles(&mut self, errors: &mut Errors) -> Option<()> {
        if let Some(context) = self.args.context.clone() {
            match types::read_lenient(&context, &self.structs) {
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
        match types::read_lenient(&value, &self.structs) {
            Some(ty) if is_value(&ty, &self.structs) => self.value = ty,
            other => {
                let size_bytes = other.and_then(|ty| ty::layout(&ty, &self.structs)).map(|layout| layout.size);
                let size_bytes = size_bytes.filter(|&size| size != 8);
                errors.on(&value, Problem::ValueType { name: text_of(&value), size_bytes });
                return None;
            }
        }
        Some(())
    }

    fn read_item(&mut self, item: &Item, functions: &mut Functions, ops: &mut Vec<Written>, errors: &mut Errors) {
        match item {
            Item::Fn(function) if function.attrs.iter().any(is_vm_op) => {
                report_misplaced(&function.attrs, errors);
                for written in family::expand(function, errors) {
                    ops.extend(branches::expand(written, self.machine(), &self.args, errors));
                }
            }
            Item::Fn(function) => {
                let mut kept = function.clone();
                report_misplaced(&take_operand_attributes(&mut kept.sig), errors);
                self.items.push(kept.into());
                functions.read_helper(None, &function.sig, &function.block, &self.structs, errors);
            }
            Item::Impl(block) => {
                let mut kept = block.clone();
                for item in &mut kept.items {
                    let syn::ImplItem::Fn(function) = item else { continue };
                    report_misplaced(&take_operand_attributes(&mut function.sig), errors);
                    if function.attrs.iter().any(is_vm_op) {
                        function.attrs.retain(|attr| !is_vm_op(attr));
                        errors.on(&function.sig.ident, Problem::OpOutside);
                    }
                }
                self.items.push(kept.into());
                functions.read_impl(block, &self.structs, errors);
            }
            Item::ForeignMod(block) => functions.read_runtime(block, self.machine(), errors),
            Item::Use(import) => {
                self.items.push(item.clone());
                self.read_import(&import.tree, errors);
            }
            Item::Const(constant) => {
                self.items.push(item.clone());
                self.clashes |= names::check(&constant.ident, names::is_reserved(&name_of(&constant.ident)), errors);
            }
            Item::Struct(_) => self.items.push(item.clone()),
            other => {
                // Kept, so that rustc finds it.
                self.items.push(item.clone());
                let problem = match other {
                    Item::Mod(_) => Problem::NestedModule,
                    _ => Problem::ModuleItem(item_name(other)),
                };
                errors.on(&item_head(other), problem);
            }
        }
    }

    /// Checks that an import does not give a name of the op language another meaning.
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
        // The machine's own types may be imported again.
        let machine = ["Flow", "Thrown", "Label", "Labels", "Window", "Callee", "Cell"].iter().any(|own| name == own);
        if !machine {
            self.clashes |= names::check(name, names::is_reserved(&name_of(name)), errors);
        }
    }
}

/// Returns `true` for 8 bytes that consist of one number.
fn is_value(ty: &Ty, structs: &Structs) -> bool {
    let inner = ty::transparent(ty, structs);
    matches!(inner, Ty::Scalar(scalar) if scalar.size_bytes() == 8)
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

/// Returns the tokens of an item that show what it is.
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
        Item::Macro(_) => "a macro call",
        Item::Type(_) => "a type alias",
        Item::Union(_) => "a union",
        _ => "this item",
    }
}
