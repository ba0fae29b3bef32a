//! A list of kinds and the items of its module → a [`NanBox`], or the problems of the list.

use proc_macro2::{Ident, Span};
use syn::{Item, Type, UseTree};

use super::kind::{FIRST_TAG, Form, Kind, NanBox, SHARED_TAG, TAG_SHIFT, VALUE};
use super::written::Written;
use crate::catalogue::Problem;
use crate::errors::Errors;
use crate::text::{name_of, text_of};
use crate::ty::Ty;

impl NanBox {
    /// Reads the list for a module with these items.
    pub(crate) fn read(written: &Written, items: &[Item], errors: &mut Errors) -> Option<NanBox> {
        let before = errors.len();
        if let Some(span) = written.malformed {
            errors.at(span, Problem::NanBoxForm);
            return None;
        }
        let mut reader = Reader { items, errors, kinds: Vec::new(), tag: FIRST_TAG, units: 0 };
        for (name, ty) in &written.kinds {
            reader.read_kind(name, ty.as_ref());
        }
        let Reader { errors, mut kinds, .. } = reader;
        let span = Span::call_site().located_at(written.keyword.span());
        if kinds.iter().all(|kind| kind.form != Form::Float) {
            let name = Ident::new("float", span);
            kinds.insert(0, Kind { name, ty: syn::parse_quote!(f64), form: Form::Float });
        }
        let nan_box = NanBox { span, kinds };
        nan_box.check_names(items, errors);
        (errors.len() == before).then_some(nan_box)
    }

    /// Checks that nothing is made twice, and that nothing of the author's has the name of something that is made.
    fn check_names(&self, items: &[Item], errors: &mut Errors) {
        let mut made: Vec<String> = Vec::new();
        for kind in &self.kinds {
            let names: Vec<String> = kind.members().iter().map(name_of).collect();
            if let Some(again) = names.iter().find(|name| made.contains(name)) {
                errors.on(&kind.name, Problem::NanBoxAgain(again.clone()));
            }
            made.extend(names);
        }
        for item in items {
            let names = match item {
                Item::Impl(block) if block.trait_.is_none() && text_of(&block.self_ty) == VALUE => {
                    block.items.iter().filter_map(member).filter(|name| made.contains(&name_of(name))).collect()
                }
                other => declared(other).into_iter().filter(|name| *name == VALUE).collect::<Vec<_>>(),
            };
            for name in names {
                let in_value = if name == VALUE { String::new() } else { format!("{VALUE}::") };
                errors.on(name, Problem::NanBoxName(in_value + &name_of(name)));
            }
        }
    }
}

/// Reads the kinds, one after the other.
struct Reader<'a> {
    items: &'a [Item],
    errors: &'a mut Errors,
    kinds: Vec<Kind>,
    /// The next tag of a kind with a payload.
    tag: u64,
    /// Number of kinds without a payload.
    units: u64,
}

impl Reader<'_> {
    /// Reads `int` or `text: *mut Text`.
    fn read_kind(&mut self, name: &Ident, ty: Option<&Type>) {
        if self.kinds.iter().any(|kind| kind.name == *name) {
            return self.errors.on(name, Problem::TwoArguments(name_of(name)));
        }
        let ty = match (ty, name_of(name).as_str()) {
            (Some(ty), _) => ty.clone(),
            (None, "int") => syn::parse_quote!(i32),
            (None, "float") => syn::parse_quote!(f64),
            (None, "bool") => syn::parse_quote!(bool),
            (None, "nil") => syn::parse_quote!(()),
            (None, other) => return self.errors.on(name, Problem::NanBoxKind(other.to_owned())),
        };
        let Some(form) = self.form(name, &ty) else { return };
        let is_single = matches!(form, Form::Float | Form::Bool);
        if let Some(first) = self.kinds.iter().find(|kind| is_single && kind.form == form) {
            let first = name_of(&first.name);
            return self.errors.on(name, Problem::NanBoxSecond { first, ty: text_of(&ty) });
        }
        self.kinds.push(Kind { name: name.clone(), ty, form });
    }

    fn form(&mut self, name: &Ident, ty: &Type) -> Option<Form> {
        let word = match ty {
            Type::Path(path) => path.path.get_ident().map(name_of),
            _ => None,
        };
        match (ty, word.as_deref()) {
            (Type::Tuple(tuple), _) if tuple.elems.is_empty() => {
                // 0 and 1 are the two of `bool`.
                self.units += 1;
                Some(Form::Unit((SHARED_TAG << TAG_SHIFT) + 1 + self.units))
            }
            (Type::Ptr(pointer), _) => {
                if let Some(unknown) = self.unknown(&pointer.elem) {
                    self.errors.on(&pointer.elem, Problem::NanBoxPointer(unknown));
                }
                Some(Form::Pointer { tag: self.next_tag(name)? })
            }
            (_, Some("f64")) => Some(Form::Float),
            (_, Some("bool")) => Some(Form::Bool),
            (_, Some(word @ ("i32" | "u32"))) => {
                Some(Form::Integer { signed: word == "i32", tag: self.next_tag(name)? })
            }
            _ => {
                self.errors.on(ty, Problem::NanBoxType(text_of(ty)));
                None
            }
        }
    }

    fn next_tag(&mut self, name: &Ident) -> Option<u64> {
        if self.tag == SHARED_TAG {
            self.errors.on(name, Problem::NanBoxMany(FIRST_TAG - SHARED_TAG));
            return None;
        }
        self.tag -= 1;
        Some(self.tag + 1)
    }

    /// Returns what a pointer points to if that is no number, value or struct of the module. A path with `::` leads out
    /// of the module.
    fn unknown(&self, pointed_to: &Type) -> Option<String> {
        let is_struct = |name: &Ident| {
            let mut items = self.items.iter();
            items.any(|item| matches!(item, Item::Struct(of) if of.ident == *name))
        };
        let is_number = |name: &Ident| {
            let ty = Ty::from_name(&name_of(name));
            ty.is_some_and(|ty| matches!(ty, Ty::Scalar(_) | Ty::Usize | Ty::Isize))
        };
        let is_known = match pointed_to {
            Type::Path(path) if path.path.segments.len() > 1 => true,
            Type::Path(path) => {
                path.path.get_ident().is_some_and(|name| name == VALUE || is_struct(name) || is_number(name))
            }
            _ => false,
        };
        (!is_known).then(|| text_of(pointed_to))
    }
}

/// Returns the name of a function or constant in an `impl` block.
pub(super) fn member(item: &syn::ImplItem) -> Option<&Ident> {
    match item {
        syn::ImplItem::Fn(function) => Some(&function.sig.ident),
        syn::ImplItem::Const(constant) => Some(&constant.ident),
        _ => None,
    }
}

/// Returns the names that an item gives the module.
fn declared(item: &Item) -> Vec<&Ident> {
    match item {
        Item::Const(item) => vec![&item.ident],
        Item::Enum(item) => vec![&item.ident],
        Item::Fn(item) => vec![&item.sig.ident],
        Item::Static(item) => vec![&item.ident],
        Item::Struct(item) => vec![&item.ident],
        Item::Type(item) => vec![&item.ident],
        Item::Use(item) => imported(&item.tree),
        _ => Vec::new(),
    }
}

fn imported(tree: &UseTree) -> Vec<&Ident> {
    match tree {
        UseTree::Path(path) => imported(&path.tree),
        UseTree::Group(group) => group.items.iter().flat_map(imported).collect(),
        UseTree::Name(name) => vec![&name.ident],
        UseTree::Rename(rename) => vec![&rename.rename],
        UseTree::Glob(_) => Vec::new(),
    }
}
