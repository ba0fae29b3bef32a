//! A function with `#[vm_op]` → [`OpDef`]: its operands, its result and its attributes.

use mimeo_def::op::Scalar;
use proc_macro2::Span;
use syn::{Attribute, FnArg, ItemFn, ReturnType};

use crate::attributes::{is_known_to_rust, is_operand_attribute, is_vm_op};
use crate::catalogue::Problem;
use crate::errors::{Errors, Member};
use crate::family::{Branch, Written};
use crate::machine::Machine;
use crate::names;
use crate::text::{name_of, pattern_name, text_of};
use crate::ty::Ty;
use crate::types;

/// One op as the author defined it.
pub(crate) struct OpDef {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) params: Vec<OpParam>,
    pub(crate) result: OpResult,
    /// Whether `result = slot` is given: a stack machine's op writes its result to a local.
    pub(crate) result_slot: bool,
    pub(crate) stencil: StencilRequest,
    pub(crate) function: ItemFn,
    /// Its origin, if `each` made it.
    pub(crate) member: Option<Member>,
    /// What it has to do with a condition, if it is a branch.
    pub(crate) branch: Option<Branch>,
}

/// A parameter of an op.
#[derive(Clone, Debug)]
pub(crate) struct OpParam {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    pub(crate) kind: ParamKind,
}

/// Kind of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ParamKind {
    Vm,
    /// Popped or read from a slot, depending on the instruction set.
    Value,
    /// `#[place(…)]`
    Place {
        slot: bool,
        constant: bool,
    },
    Imm {
        scalar: Scalar,
        space: Option<String>,
    },
    Constant,
    Label,
    Labels,
    Window,
    Callee,
    Cache(String),
}

/// Result of an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OpResult {
    /// Whether it is a `Result<…, Thrown>`.
    pub(crate) fallible: bool,
    pub(crate) kind: ResultKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResultKind {
    /// This number of values, in a tuple if there are several.
    Values(u16),
    Flow,
    /// A tuple of this number of values, at least one, and a flow to another op of the function.
    ValuesAndFlow(u16),
}

impl ResultKind {
    /// Returns the number of values.
    pub(crate) fn values(self) -> u16 {
        match self {
            ResultKind::Values(count) | ResultKind::ValuesAndFlow(count) => count,
            ResultKind::Flow => 0,
        }
    }
}

impl OpResult {
    /// Returns `true` if the result consists of values and a flow.
    pub(crate) fn has_flow(self) -> bool {
        matches!(self.kind, ResultKind::ValuesAndFlow(_))
    }
}

/// What the author requests of the stencil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StencilRequest {
    Generate { required: bool },
    None,
    Handwritten { path: String, path_span: SpanEq, reviewed: String, span: SpanEq },
}

/// A span that comparisons ignore.
#[derive(Clone, Debug)]
pub(crate) struct SpanEq(pub(crate) Span);

impl PartialEq for SpanEq {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for SpanEq {}

/// Reads an op, or returns `None` if its signature has a problem.
pub(crate) fn read(machine: Machine<'_>, written: &Written, errors: &mut Errors) -> Option<OpDef> {
    let before = errors.len();
    let Written { function, member, branch } = written;
    let signature = &function.sig;
    let name = name_of(&signature.ident);
    if let Some(by) = names::op_is_reserved(&name) {
        errors.on(&signature.ident, Problem::ReservedName { name: name.clone(), by });
    }
    errors.on_generics(&signature.generics, Problem::OpGeneric);
    if signature.asyncness.is_some()
        || signature.constness.is_some()
        || signature.unsafety.is_some()
        || signature.abi.is_some()
    {
        errors.on(&signature.ident, Problem::OpAsync);
    }
    let (stencil, result_slot) = read_attribute(&function.attrs, errors);
    let mut params = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => errors.on(receiver, Problem::OpParameter("self".into())),
            FnArg::Typed(typed) => params.extend(read_param(machine, typed, errors)),
        }
    }
    let result = read_result(machine, &signature.output, errors);
    let (doc, function, member) = (doc_of(&function.attrs), function.clone(), member.clone());
    let branch = branch.clone();
    let op = OpDef { name, doc, params, result, result_slot, stencil, function, member, branch };
    check_shape(machine, &op, errors);
    (errors.len() == before).then_some(op)
}

/// Checks the rules between the parts of a signature.
fn check_shape(machine: Machine<'_>, op: &OpDef, errors: &mut Errors) {
    let stack = machine.stack;
    let inputs = || op.function.sig.inputs.iter();
    if let Some((_, second)) = op.params.iter().zip(inputs()).filter(|(param, _)| param.kind == ParamKind::Vm).nth(1) {
        errors.on(second, Problem::TwoVms);
    }
    let mut windows = op.params.iter().zip(inputs()).filter(|(param, _)| param.kind == ParamKind::Window);
    let (first, second) = (windows.next(), windows.next());
    if let (Some((_, input)), true) = (first, stack) {
        let last_popped = op.params.iter().rfind(|p| matches!(p.kind, ParamKind::Value | ParamKind::Window));
        if last_popped.is_some_and(|param| param.kind != ParamKind::Window) {
            errors.on(input, Problem::WindowLast);
        }
    }
    if let Some((_, second)) = second {
        errors.on(second, Problem::TwoWindows);
    }
    if op.result_slot && (!stack || op.result.kind.values() != 1) {
        errors.on(&op.function.sig.ident, Problem::ResultSlot);
    }
}

fn read_attribute(attrs: &[Attribute], errors: &mut Errors) -> (StencilRequest, bool) {
    let mut stencil = StencilRequest::Generate { required: false };
    let mut result_slot = false;
    let mut file: Option<syn::LitStr> = None;
    let mut reviewed: Option<syn::LitStr> = None;
    for attr in attrs.iter().filter(|attr| is_vm_op(attr)) {
        if matches!(attr.meta, syn::Meta::Path(_)) {
            continue;
        }
        let parsed = attr.parse_nested_meta(|meta| {
            let this = |span: Span| syn::Error::new(span, "");
            let value = meta.value().map_err(|_| this(meta.path.segments[0].ident.span()))?;
            if meta.path.is_ident("stencil") && value.peek(syn::LitStr) {
                file = Some(value.parse()?);
            } else if meta.path.is_ident("stencil") {
                let word: syn::Ident = value.parse()?;
                stencil = match word.to_string().as_str() {
                    "none" => StencilRequest::None,
                    "required" => StencilRequest::Generate { required: true },
                    _ => return Err(this(word.span())),
                };
            } else if meta.path.is_ident("reviewed") {
                reviewed = Some(value.parse()?);
            } else if meta.path.is_ident("result") {
                let word: syn::Ident = value.parse()?;
                if word != "slot" {
                    return Err(this(word.span()));
                }
                result_slot = true;
            } else {
                return Err(this(meta.path.segments[0].ident.span()));
            }
            Ok(())
        });
        if let Err(error) = parsed {
            match &attr.meta {
                syn::Meta::NameValue(_) => errors.on(attr, Problem::OpArgument),
                _ => errors.at(error.span(), Problem::OpArgument),
            }
        }
    }
    match (file, reviewed) {
        (Some(file), Some(reviewed)) => {
            let (path, path_span, span) = (file.value(), SpanEq(file.span()), SpanEq(reviewed.span()));
            stencil = StencilRequest::Handwritten { path, path_span, reviewed: reviewed.value(), span };
        }
        (None, None) => {}
        (Some(one), None) | (None, Some(one)) => errors.on(&one, Problem::Reviewed),
    }
    (stencil, result_slot)
}

fn read_param(machine: Machine<'_>, typed: &syn::PatType, errors: &mut Errors) -> Option<OpParam> {
    let Some(name) = pattern_name(&typed.pat) else {
        errors.on(&typed.pat, Problem::Pattern);
        return None;
    };
    let ty = types::read(&typed.ty, machine.structs, None, errors)?;
    let shown = || text_of(&typed.ty);
    let mut attrs = typed.attrs.iter().filter(|attr| is_operand_attribute(attr));
    let attr = attrs.next();
    if let Some(second) = attrs.next() {
        errors.on(second, Problem::OperandKinds);
    }
    let is_unknown = |attr: &&Attribute| !is_operand_attribute(attr) && !is_known_to_rust(attr);
    if let Some(unknown) = typed.attrs.iter().find(is_unknown) {
        errors.on(unknown, Problem::OperandAttribute(text_of(unknown.path())));
        return None;
    }
    let kind = match attr {
        Some(attr) => read_operand_attribute(machine, attr, typed, &ty, errors)?,
        None => match &ty {
            Ty::Vm => ParamKind::Vm,
            Ty::Label => ParamKind::Label,
            Ty::Labels => ParamKind::Labels,
            Ty::Window => ParamKind::Window,
            Ty::Callee => ParamKind::Callee,
            ty if *ty == *machine.value => ParamKind::Value,
            _ => {
                errors.on(&typed.ty, Problem::OpParameter(shown()));
                return None;
            }
        },
    };
    Some(OpParam { name, ty, kind })
}

fn read_operand_attribute(
    machine: Machine<'_>,
    attr: &Attribute,
    typed: &syn::PatType,
    ty: &Ty,
    errors: &mut Errors,
) -> Option<ParamKind> {
    let shown = || text_of(&typed.ty);
    let on_type = |problem: Problem, errors: &mut Errors| {
        errors.on(&typed.ty, problem);
        None
    };
    let bare = matches!(attr.meta, syn::Meta::Path(_));
    if attr.path().is_ident("imm") {
        let space = if bare { None } else { Some(read_space(attr, errors)?) };
        return match *ty {
            Ty::Scalar(scalar) if space.is_none() || is_index(ty) => Some(ParamKind::Imm { scalar, space }),
            Ty::Scalar(_) => on_type(Problem::ImmSpace(shown()), errors),
            _ => on_type(Problem::ImmType(shown()), errors),
        };
    }
    let kind = ["constant", "cache"].into_iter().find(|name| attr.path().is_ident(name));
    if let (Some(kind), false) = (kind, bare) {
        errors.on(attr, Problem::KindArgument(kind));
    }
    if attr.path().is_ident("cache") {
        return match ty {
            Ty::Cell(name) => Some(ParamKind::Cache(name.clone())),
            _ => on_type(Problem::CacheType(shown()), errors),
        };
    }
    if *ty != *machine.value {
        return on_type(Problem::ConstantType(shown()), errors);
    }
    if attr.path().is_ident("constant") {
        return Some(ParamKind::Constant);
    }
    let (mut slot, mut constant) = (false, false);
    let parsed = attr.parse_nested_meta(|meta| {
        slot |= meta.path.is_ident("slot");
        constant |= meta.path.is_ident("constant");
        if meta.path.is_ident("slot") || meta.path.is_ident("constant") { Ok(()) } else { Err(meta.error("place")) }
    });
    let problem = match (parsed, slot, constant) {
        (Ok(()), true, false) if !machine.stack => Problem::PlaceStack,
        (Ok(()), true, _) => return Some(ParamKind::Place { slot, constant }),
        _ => Problem::PlaceArgument,
    };
    errors.on(attr, problem);
    None
}

/// `in = name`
fn read_space(attr: &Attribute, errors: &mut Errors) -> Option<String> {
    let parsed = attr.parse_args_with(|input: syn::parse::ParseStream<'_>| {
        input.parse::<syn::Token![in]>()?;
        input.parse::<syn::Token![=]>()?;
        input.parse::<syn::Ident>()
    });
    match parsed {
        Ok(name) => Some(name_of(&name)),
        Err(_) => {
            errors.on(attr, Problem::ImmArgument);
            None
        }
    }
}

fn is_index(ty: &Ty) -> bool {
    matches!(ty, Ty::Scalar(Scalar::U8 | Scalar::U16 | Scalar::U32))
}

fn read_result(machine: Machine<'_>, output: &ReturnType, errors: &mut Errors) -> OpResult {
    let nothing = OpResult { fallible: false, kind: ResultKind::Values(0) };
    let ReturnType::Type(_, written) = output else { return nothing };
    let Some(ty) = types::read(written, machine.structs, None, errors) else { return nothing };
    let (fallible, inner) = match &ty {
        Ty::Result(inner) => (true, &**inner),
        other => (false, other),
    };
    let kind = match inner {
        Ty::Unit => ResultKind::Values(0),
        Ty::Flow => ResultKind::Flow,
        one if *one == *machine.value => ResultKind::Values(1),
        Ty::Tuple(many) if many.len() > 1 && many.iter().all(|ty| *ty == *machine.value) => {
            ResultKind::Values(many.len() as u16)
        }
        Ty::Tuple(many) if is_values_and_flow(many, machine.value) => ResultKind::ValuesAndFlow(many.len() as u16 - 1),
        _ => {
            errors.on(written, Problem::OpResult(text_of(written)));
            ResultKind::Values(0)
        }
    };
    OpResult { fallible, kind }
}

fn is_values_and_flow(types: &[Ty], value: &Ty) -> bool {
    match types.split_last() {
        Some((Ty::Flow, values)) => !values.is_empty() && values.iter().all(|ty| ty == value),
        _ => false,
    }
}

impl OpDef {
    /// Returns the type of the body.
    pub(crate) fn body_ty(&self, value: &Ty) -> Ty {
        let inner = match self.result.kind {
            ResultKind::Flow => Ty::Flow,
            ResultKind::Values(0) => Ty::Unit,
            ResultKind::Values(1) => value.clone(),
            ResultKind::Values(count) => Ty::Tuple(vec![value.clone(); count as usize]),
            ResultKind::ValuesAndFlow(count) => {
                let mut types = vec![value.clone(); count as usize];
                types.push(Ty::Flow);
                Ty::Tuple(types)
            }
        };
        if self.result.fallible { Ty::Result(Box::new(inner)) } else { inner }
    }
}

/// Returns the text of the doc comments, one line each, without the leading spaces.
pub(crate) fn doc_of(attrs: &[Attribute]) -> String {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    lines.map(|line| line.strip_prefix(' ').unwrap_or(&line).to_owned()).collect::<Vec<_>>().join("\n")
}
