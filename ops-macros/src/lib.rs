//! The attributes of mimeo: tokens in, tokens out; all the work is in `mimeo-lower`.
#![forbid(unsafe_code)]

use std::path::Path;

use mimeo_lower::TableFile;
use proc_macro::TokenStream;

/// Turns a module of ops into an instruction set: interpreter, assembler, metadata, and the stencils' checks.
///
/// Arguments: `value = Type` (what a slot holds, 8 bytes), `context = Type` (a `repr(C)` struct of the module that
/// ops and stencils see as `vm.context`), `host = Type` (any Rust type, which runtime functions see as `vm.host`),
/// `error = Type` (what `vm.throw` takes; a `String` by default), `operands = registers` or `stack`, `arity = N` (every
/// function takes `N` arguments: calls then need no check of it at run time, which the verifier makes).
///
/// Beside the author's items the module has: `Ops`, the type that names the instruction set; `Opcode`; `Assembler`, with a
/// method for each op; `Program` and `ProgramBuilder`; `Machine` and `Vm`; `Callee`, `FunctionRef`, `FiberRef` and `Linked`,
/// which name functions, fibers and programs; `Flow`; and `Trap`. A module that has `unsafe`, pointers or callees in its data
/// needs an implementation of `TrustedOps` for `Ops`.
///
/// What only Rust can do is in runtime functions, which the module declares and ops and helpers call:
///
/// ```text
/// #[runtime(crate::runtime)]
/// unsafe extern "Rust" {
///     #[cold]
///     fn overflow(vm: &mut Vm, operator: u8) -> Thrown;
/// }
/// ```
///
/// `#[runtime(…)]` is the path of the module that implements them, from which they are imported; without it, that is the
/// parent of the instruction set. `#[cold]` says that a call is rare.
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
/// `#[vm_op(result = slot)]`: a stack machine's op whose result goes into a local;
/// `#[vm_op(each(…): …)]`: several ops.
///
/// # Several ops from one function
///
/// `each` has placeholders, a colon, and a row for each op: its name, and one entry for each placeholder. These are the six
/// comparisons of calc:
///
/// ```text
/// /// `a {compare} b`
/// #[vm_op(each(compare):
///     less(<), less_equal(<=), greater(>), greater_equal(>=), equal(==), not_equal(!=))]
/// fn comparison(a: i64, b: i64) -> i64 {
///     compare(a, b) as i64
/// }
/// ```
///
/// They are six ops as if each were written out: with an opcode, a method of the `Assembler`, documentation (`` `a < b` ``), a
/// stencil and a fingerprint of its own. The function's own name is not used.
///
/// An entry replaces its placeholder wherever the function has a name, a type, an expression or a pattern. A binary operator
/// replaces a function of two arguments. In documentation and string literals `{compare}` is replaced by the text of the
/// entry; a string literal has no quotation marks there.
///
/// `each` is the last argument. The others apply to all ops and can have placeholders, too:
/// `#[vm_op(stencil = native, each(native, by): add_one(required, 1), add_two(none, 2))]`.
///
/// A mistake in the function is reported once, and if not all ops have it, the message says which ones do.
///
/// # NaNs
///
/// An op sees the bits of a NaN only if all compilers agree on them.
///
/// IEEE 754 leaves open which NaN an operation results in, and so do Rust and C. One compiler drops the `+ 0.0` in
/// `x + 0.0`, and a signalling NaN stays as it is; another one adds, and makes it quiet. Both are right. But where values
/// are NaN-boxed, the bits of a NaN are a tag, and then the interpreter and a stencil would have two different values. So
/// there are two kinds of floats:
///
/// * A float that *came from outside* keeps its bits: an operand, an immediate, a constant, what is read from memory,
///   `f64::from_bits(…)`. Variables, branches, helpers, `-` and `abs` keep them too; the last two change the sign's bit.
/// * A float that *an operation made* has bits that are known only if it is not a NaN: the results of `+`, `-`, `*`, `/`,
///   `sqrt`, `floor`, `ceil`, `trunc`, and of a runtime function. A cast of an integer, and the sum, difference or product
///   of two floats that are known to be finite, is never a NaN.
///
/// The bits of a float are seen by `to_bits`, in memory, in a runtime function, and in the result of an op or of the
/// language's function (also where the value type is `f64`: the host and the twin test see them). There a float that an
/// operation made is refused unless it is known on that path not to be a NaN, because `is_nan`, or a comparison that no NaN
/// passes, was asked of it or of what was made from it. The checker follows variables, `&&`, `||`, `!`, `match`, early
/// returns and helpers. Otherwise the op says what becomes of NaNs, with a method of `QuietNan`:
///
/// * `x.canonical_bits()` are the bits of `x`, or those of the one quiet NaN, `0x7ff8_0000_0000_0000`.
/// * `x.quiet()` is `x`, or that NaN.
///
/// ```text
/// #[vm_op]
/// fn add(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
///     let sum = a.as_f64() + b.as_f64();
///     // What is not a number is a NaN, and so is its sum: the path of numbers needs no other test.
///     if sum.is_nan() { add_slow(vm, a, b) } else { Ok(Value(sum.to_bits())) }
/// }
///
/// #[vm_op]
/// fn multiply(a: f64, b: f64) -> f64 {
///     (a * b).quiet()
/// }
/// ```
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
