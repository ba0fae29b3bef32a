//! Rust subset → typed IR → {handlers, C, metadata}, for the macro and for the build script. Pure: no I/O.
//!
//! ```text
//! types.rs                       types → `Ty` (ty.rs)
//! family.rs                      `each`: one function → several ops
//! branches.rs                    a condition → its value, and the branches that it decides
//! nan_box.rs                     `nan_box`: kinds of values → the value type
//! structs.rs, consts.rs,         the items of the module, with types
//! functions.rs, op.rs
//! module.rs                      the module: its items by kind
//! effects.rs                     what helpers do to the machine
//! check/                         bodies → typed IR (ir.rs), or problems (catalogue.rs)
//! nan/                           where the bits of a computed NaN become visible
//! encode.rs, canonical/          operands → encodings; IR → fingerprints
//! c/                             IR → C
//! ssa/                           IR → SSA, which programs read at run time
//! set.rs                         all of that for one instruction set
//! rust/                          encodings → interpreter, assembler, metadata
//! mistake.rs                     problems → positions and messages, where no compiler shows them
//! ```
#![forbid(unsafe_code)]

mod arguments;
mod attributes;
mod branches;
mod c;
mod canonical;
mod catalogue;
mod check;
mod consts;
mod effects;
mod encode;
mod errors;
mod family;
mod functions;
mod ir;
mod lowered;
mod machine;
mod mistake;
mod module;
mod names;
mod nan;
mod nan_box;
mod op;
mod rust;
mod set;
mod ssa;
mod structs;
mod text;
mod ty;
mod types;

use proc_macro2::{Span, TokenStream};
use syn::spanned::Spanned;

use catalogue::Problem;
use errors::Errors;
use set::Set;

pub use lowered::{Definition, Lowered, LoweredOp, PRELUDE, SUPPORT, StencilSource, Symbol};
pub use mistake::Mistake;
pub use rust::TableFile;

/// Lowers every instruction set of a source file to C. `file_name` is used in `#line`.
///
/// Ops with errors are left out: the macro reports the errors at the author's token. [`mistakes`] returns them where no
/// macro runs.
///
/// # Errors
///
/// Returns an error if the file is not valid Rust, or if it has modules with `#[instruction_set]` and none can be read,
/// for instance because there is no value type.
///
/// ```
/// let source = r#"
///     #[instruction_set(value = i64)]
///     mod ops {
///         #[vm_op]
///         fn add(a: i64, b: i64) -> i64 { a.wrapping_add(b) }
///     }
/// "#;
/// let sets = mimeo_lower::lower_file(source, "ops.rs").unwrap();
/// assert_eq!(sets[0].name, "ops");
/// assert_eq!(sets[0].ops[0].name, "add");
/// ```
pub fn lower_file(source: &str, file_name: &str) -> Result<Vec<Lowered>, syn::Error> {
    Ok(sets(source)?.iter().map(|set| set.lower(file_name)).collect())
}

/// Returns how the ops of every instruction set of a source file are defined, in the order of [`lower_file`].
///
/// # Errors
///
/// As [`lower_file`].
///
/// ```
/// let source = r#"
///     #[instruction_set(value = i64)]
///     mod ops {
///         /// `dst = a + b`
///         #[vm_op]
///         fn add(a: i64, b: i64) -> i64 { a.wrapping_add(b) }
///     }
/// "#;
/// let add = &mimeo_lower::definitions(source).unwrap()[0][0];
/// assert_eq!((add.name.as_str(), add.lines.clone()), ("add", 4..=6));
/// assert!(add.ir.contains("v2: i64 = add v0, v1"));
/// ```
pub fn definitions(source: &str) -> Result<Vec<Vec<Definition>>, syn::Error> {
    Ok(sets(source)?.iter().map(Set::definitions).collect())
}

/// Reads every instruction set of a source file.
fn sets(source: &str) -> Result<Vec<Set>, syn::Error> {
    let (mut sets, mut unread) = (Vec::new(), None);
    for item in syn::parse_file(source)?.items {
        let syn::Item::Mod(module) = item else { continue };
        let Some((args, _)) = arguments_of(&module.attrs) else { continue };
        let mut errors = Errors::default();
        match Set::read(args, module, &mut errors) {
            Some(set) => sets.push(set),
            None => unread = errors.into_error(),
        }
    }
    match unread {
        Some(error) if sets.is_empty() => Err(error),
        _ => Ok(sets),
    }
}

/// Returns the errors that keep a source file's instruction sets from compiling, sorted by position: that the file is
/// not valid Rust, or what the macros report. What rustc finds in valid Rust is not among them.
///
/// ```
/// let source = r#"
///     #[instruction_set(value = i64)]
///     mod ops {
///         #[vm_op]
///         fn add(a: i64, b: i64) -> i64 { a + b }
///     }
/// "#;
/// let mistakes = mimeo_lower::mistakes(source);
/// assert_eq!((mistakes[0].line, mistakes[0].column), (5, 41));
/// assert!(mistakes[0].message.contains("\nhelp: write `a.wrapping_add(b)`"));
/// ```
pub fn mistakes(source: &str) -> Vec<Mistake> {
    match syn::parse_file(source) {
        Ok(file) => file.items.into_iter().flat_map(mistakes_of).collect(),
        Err(error) => {
            // An unexpected end of the file is reported at its last token.
            let last = source.parse().ok().and_then(|tokens: TokenStream| tokens.into_iter().last());
            let end = last.map_or_else(Span::call_site, |token| token.span());
            Mistake::list(syn::Error::new(error.span(), format!("this is not valid Rust: {error}")), end)
        }
    }
}

/// Returns the errors that the macros report for one item of a file.
fn mistakes_of(item: syn::Item) -> Vec<Mistake> {
    let mut errors = Errors::default();
    let (whole, error) = match item {
        syn::Item::Mod(module) => {
            let Some((args, whole)) = arguments_of(&module.attrs) else {
                let items = module.content.into_iter().flat_map(|(_, items)| items);
                return items.flat_map(mistakes_of).collect();
            };
            let set = Set::read(args, module, &mut errors);
            (whole, errors.into_error().or_else(|| rust::reviewed(&set?)))
        }
        syn::Item::Fn(function) => {
            if arguments_of(&function.attrs).is_some() {
                errors.on(&function.sig, Problem::NotAModule);
            } else if function.attrs.iter().any(attributes::is_vm_op) {
                errors.on(&function.sig.ident, Problem::OpOutside);
            }
            (function.span(), errors.into_error())
        }
        _ => return Vec::new(),
    };
    error.map_or_else(Vec::new, |error| Mistake::list(error, whole))
}

/// Returns the arguments and the place of `#[instruction_set(…)]`.
fn arguments_of(attrs: &[syn::Attribute]) -> Option<(TokenStream, Span)> {
    let attr = attrs.iter().find(|attr| attributes::is_instruction_set(attr))?;
    let args = match &attr.meta {
        syn::Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    };
    Some((args, attr.span()))
}

/// Expands `#[instruction_set(args)] module` to Rust. `table` returns where the stencils of a module with this name are.
pub fn expand(args: TokenStream, module: TokenStream, table: impl FnOnce(&str) -> TableFile) -> TokenStream {
    let mut errors = Errors::default();
    let module: syn::ItemMod = match syn::parse2(module) {
        Ok(module) => module,
        Err(error) => {
            errors.at(error.span(), Problem::NotAModule);
            return errors.into_error().map(|error| error.to_compile_error()).unwrap_or_default();
        }
    };
    let Some(set) = Set::read(args, module, &mut errors) else {
        return errors.into_error().map(|error| error.to_compile_error()).unwrap_or_default();
    };
    rust::module(&set, table, errors)
}

/// Expands a `#[vm_op]` outside an `#[instruction_set]` to the error that says so.
pub fn expand_op_outside(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    match syn::parse2::<syn::ItemFn>(item) {
        Ok(function) => errors.on(&function.sig.ident, Problem::OpOutside),
        Err(error) => errors.at(error.span(), Problem::OpOutside),
    }
    errors.into_error().map(|error| error.to_compile_error()).unwrap_or_default()
}
