//! Rust subset → typed IR → {handlers, C, metadata}, for the macro and for the build script. Pure: no I/O.
//!
//! ```text
//! types.rs                       types → `Ty` (ty.rs)
//! family.rs                      `each`: one function → several ops
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
//! ```
#![forbid(unsafe_code)]

mod arguments;
mod attributes;
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
mod module;
mod names;
mod nan;
mod op;
mod rust;
mod set;
mod ssa;
mod structs;
mod text;
mod ty;
mod types;

use proc_macro2::TokenStream;

use errors::Errors;
use set::Set;

pub use lowered::{Lowered, LoweredOp, PRELUDE, SUPPORT, StencilSource, Symbol};
pub use rust::TableFile;

/// Lowers every instruction set of a source file to C. `file_name` is used in `#line`.
///
/// Ops with errors are left out: the macro reports the errors at the author's token.
///
/// # Errors
///
/// Returns an error if the file is not valid Rust.
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
    let file = syn::parse_file(source)?;
    let mut sets = Vec::new();
    for item in file.items {
        let syn::Item::Mod(module) = item else { continue };
        let Some(attr) = module.attrs.iter().find(|attr| attributes::is_instruction_set(attr)) else { continue };
        let args = match &attr.meta {
            syn::Meta::List(list) => list.tokens.clone(),
            _ => TokenStream::new(),
        };
        if let Some(set) = Set::read(args, module, &mut Errors::default()) {
            sets.push(set.lower(file_name));
        }
    }
    Ok(sets)
}

/// Expands `#[instruction_set(args)] module` to Rust. `table` returns where the stencils of a module with this name are.
pub fn expand(args: TokenStream, module: TokenStream, table: impl FnOnce(&str) -> TableFile) -> TokenStream {
    let mut errors = Errors::default();
    let module: syn::ItemMod = match syn::parse2(module) {
        Ok(module) => module,
        Err(error) => {
            errors.at(error.span(), catalogue::Problem::NotAModule);
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
        Ok(function) => errors.on(&function.sig.ident, catalogue::Problem::OpOutside),
        Err(error) => errors.at(error.span(), catalogue::Problem::OpOutside),
    }
    errors.into_error().map(|error| error.to_compile_error()).unwrap_or_default()
}
