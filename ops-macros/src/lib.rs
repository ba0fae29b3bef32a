//! The attributes of mimeo: tokens in, tokens out; all the work is in `mimeo-lower`.
#![forbid(unsafe_code)]

use std::path::Path;

use mimeo_lower::TableFile;
use proc_macro::TokenStream;

/// Turns a module of ops into an instruction set: interpreter, assembler, metadata, and the stencils' checks.
///
/// Arguments: `value = Type` (what a slot holds, 8 bytes), `context = Type` (a `repr(C)` struct of the module that
/// ops and stencils see as `vm.context`), `host = Type` (any Rust type, which runtime functions see as `vm.host`),
/// `operands = registers` or `stack`.
///
/// # Errors
///
/// Everything that the op language does not have is refused at the author's token, with what to write instead.
#[proc_macro_attribute]
pub fn instruction_set(args: TokenStream, item: TokenStream) -> TokenStream {
    mimeo_lower::expand(args.into(), item.into(), find_table).into()
}

/// Marks a function of an `#[instruction_set]` module as an op.
///
/// It hands back nothing, a value, a tuple of values, where to go (`Flow`), or values and where to go as one tuple
/// (`(next, to.jump())`: the end of a counting loop); each also as a `Result<…, Thrown>`.
///
/// `#[cache] cell: &Counter` is memory of this op at its place in a function, an inline cache: a `repr(C)` struct of the
/// module whose fields are `Cell`s (`cell.hits.get()`, `cell.hits.set(value)`). It starts as zeros, holds no `Callee`, and
/// may be changed by every runtime function, which can run the op again.
///
/// `#[vm_op(stencil = none)]`: no native code; `#[vm_op(stencil = required)]`: the build fails without;
/// `#[vm_op(stencil = "file.c", reviewed = "…")]`: written by hand, against the op with this fingerprint;
/// `#[vm_op(result = slot)]`: a stack machine's op whose result goes into a local.
#[proc_macro_attribute]
pub fn vm_op(_args: TokenStream, item: TokenStream) -> TokenStream {
    mimeo_lower::expand_op_outside(item.into()).into()
}

/// The table that the build script made for the module with this name.
fn find_table(module: &str) -> TableFile {
    let file = format!("mimeo_{module}.rs");
    let how = format!(
        "there is no stencil table for `{module}`\n\
         help: add `mimeo-build` to the [build-dependencies] and write this build.rs:\n      \
         fn main() {{ mimeo_build::ops(\"src/{module}.rs\").compile(); }}"
    );
    // Cargo sets it for the compiler as soon as the package has a build script.
    match std::env::var("OUT_DIR") {
        Ok(out) if Path::new(&out).join(&file).is_file() => {
            // The build script writes it when the table is one that is checked in.
            let renewal = Path::new(&out).join(format!("mimeo_{module}.renewal"));
            TableFile::Found { file, renewal: std::fs::read_to_string(renewal).ok() }
        }
        _ => TableFile::Missing(how),
    }
}
