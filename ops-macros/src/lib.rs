//! The attributes of mimeo: tokens → tokens, through `mimeo-lower`.
#![forbid(unsafe_code)]

use std::path::PathBuf;

use mimeo_lower::TableFile;
use proc_macro::TokenStream;

/// Turns a module of ops into an instruction set: interpreter, assembler, metadata and checks of the stencils.
///
/// Arguments:
///
/// * `value = Type`: what a slot holds, 8 bytes.
/// * `value = nan_box(int, bool, nil, text: *mut Text)`: the macro adds a struct `Value`, which is a double or a value of
///   one of these kinds, [with its helpers](#nan-boxing).
/// * `context = Type`: a `repr(C)` struct of the module that ops and stencils access as `vm.context`.
/// * `host = Type`: any Rust type, which runtime functions access as `vm.host`.
/// * `error = Type`: what `vm.throw` takes; a `String` by default.
/// * `boolean = function`: a helper that turns a `bool` into a value, for [conditions](macro@vm_op#conditions). An `i64` or
///   `u64` is 1 or 0 without it.
/// * `operands = registers` or `stack`: the kind of machine; `registers` by default.
/// * `memory = typed`: a promise that ops access each byte of memory under one description between two calls of the
///   runtime, either as a field of a struct or as plain memory of one type. The optimizing tier then knows that a store
///   under another description does not change it. The twins' `Evaluator` finds accesses that break the promise.
/// * `arity = N`: every function takes `N` arguments. The verifier checks it, so calls need no check at run time.
///
/// The macro adds to the author's module:
///
/// * `Ops`, the type that names the instruction set, with its reference for people; and `Opcode`.
/// * `Assembler`, with a method for each op; `ProgramBuilder` and `Program`, which collect functions.
/// * `Machine` and `Vm`: what the host runs, and what ops and runtime functions see of it.
/// * `Linked`, `FunctionRef` and `FiberRef`, with which the host names programs, functions and fibers; and `Callee`, with
///   which ops name functions.
/// * `Flow`, where control goes after an op, and `Trap`, an error that no program caught.
///
/// A module that uses `unsafe`, or has pointers or callees in its data, needs an implementation of `TrustedOps` for `Ops`.
///
/// Code that needs all of Rust goes into runtime functions, which the module declares, and which ops and helpers call:
///
/// ```text
/// #[runtime(crate::runtime)]
/// unsafe extern "Rust" {
///     #[cold]
///     fn overflow(vm: &mut Vm, operator: u8) -> Thrown;
/// }
/// ```
///
/// `#[runtime(…)]` names the module that implements them, by default the parent of the instruction set. `#[cold]` marks
/// a function that is rarely called.
///
/// # NaN boxing
///
/// `nan_box` lists the kinds of values that are not doubles. Each has a name and a type: `i32`, `u32`, `bool`, `()` for a
/// kind with one value, or a raw pointer. `int` is `int: i32`, `bool` is `bool: bool`, and `nil` is `nil: ()`. Doubles are
/// called `float` unless the list has another name for them, as in `number: f64`.
///
/// ```text
/// #[mimeo::instruction_set(value = nan_box(int, bool, nil, text: *mut Text))]
/// mod ops {
///     #[vm_op]
///     fn negate(vm: &mut Vm, a: Value) -> Result<Value, Thrown> {
///         if let Some(int) = a.as_int() && let Some(negated) = int.checked_neg() {
///             return Ok(Value::int(negated));
///         }
///         match a.as_float() {
///             Some(float) => Ok(Value::float(-float)),
///             None => Err(not_a_number(vm, a)),
///         }
///     }
/// }
/// ```
///
/// * `Value::int(i)` creates a value, `value.is_int()` tests its kind, and `value.as_int()` returns an `Option<i32>`.
/// * `Value::TRUE`, `Value::FALSE` and `Value::NIL` are constants. A kind with one value has no more than its constant and
///   its test.
/// * `Value::float` makes every NaN the same one, so that no NaN looks like a value of another kind.
/// * `value.0` is the bits. The documentation of `Value` lists them.
///
/// # Errors
///
/// Code outside the op language is a compile error at the author's token that says what to write instead.
#[proc_macro_attribute]
pub fn instruction_set(args: TokenStream, item: TokenStream) -> TokenStream {
    mimeo_lower::expand(args.into(), item.into(), find_table).into()
}

/// Marks a function of an `#[instruction_set]` module as an op.
///
/// The pages `docs/op-language.md` and `docs/op-expressions.md` of the repository are the whole reference: each operand,
/// type, expression, method and rule, with an op and the C that becomes of it. In short:
///
/// | parameter | operand |
/// |---|---|
/// | `a: Value` | a value in a slot, or popped from the operand stack |
/// | `#[place(slot, constant)] a: Value` | a value in a slot or in the constant pool; the assembler chooses the encoding |
/// | `#[constant] a: Value` | a value in the constant pool |
/// | `#[imm] a: i32` | a number in the instruction: an integer of a fixed width, `bool`, `f32` or `f64` |
/// | `#[imm(in = space)] a: u32` | an index that `load` has checked against the size of this space |
/// | `#[cache] cell: &Counter` | an inline cache |
/// | `to: Label` | a branch target, for `to.jump()` |
/// | `to: Labels` | a list of branch targets, for `to.jump(index)` |
/// | `callee: Callee`, `args: Window` | a function, and a range of slots with its arguments |
/// | `vm: &mut Vm` | the machine, for `vm.context` and for runtime functions |
///
/// An op returns nothing, a value, a tuple of values, the next op to run (`Flow`), or values and a `Flow` in one tuple
/// (`(next, to.jump())`, at the end of a counting loop). Each can also be wrapped in a `Result<…, Thrown>`. A flow is
/// `Flow::Next`, `to.jump()`, `to.jump(index)`, `vm.call(callee, args)`, `vm.tail_call(callee)`, `vm.ret(value)`,
/// `vm.ret_window(args)` or `vm.deopt()`.
///
/// `args.len()` is the number of values in a window. `vm.slot_of(args, index)` is one of them, if there are as many,
/// `vm.set_slot_of(args, index, value)` sets it, and `vm.fill(args, value)` sets all. `vm.function_word()` is what the host
/// gave the function when it loaded its program.
///
/// Whatever can throw or deopt must precede every visible effect: a store to memory, or a call of the runtime.
///
/// An inline cache is memory for this op at this place in a function. It is a `repr(C)` struct of the module whose fields
/// are `Cell`s (`cell.hits.get()`, `cell.hits.set(value)`). It starts as zeros and cannot hold a `Callee`. Any runtime
/// function can change it, because it can run the op again.
///
/// Arguments:
///
/// * `#[vm_op(stencil = none)]`: the op has no native code.
/// * `#[vm_op(stencil = required)]`: the build fails if the op has no stencil.
/// * `#[vm_op(stencil = "file.c", reviewed = "…")]`: the stencil is written by hand, and was reviewed against the op with
///   this fingerprint.
/// * `#[vm_op(result = slot)]`: the result of a stack machine's op goes into a local.
/// * `#[vm_op(branches)]`: the function is a condition, which defines an op with its value and two branches.
/// * `#[vm_op(each(…): …)]`: the function defines several ops.
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
/// They are six ops as if each were written out. Each has its own opcode, `Assembler` method, documentation
/// (`` `a < b` ``), stencil and fingerprint. The name of the function is not used.
///
/// An entry replaces its placeholder wherever the function has a name, a type, an expression or a pattern. A binary operator
/// replaces a function of two arguments. In documentation and string literals, `{compare}` is replaced by the text of the
/// entry, without the quotation marks of a string literal.
///
/// `each` must be the last argument. The other arguments apply to all ops and can contain placeholders:
/// `#[vm_op(stencil = native, each(native, by): add_one(required, 1), add_two(none, 2))]`.
///
/// An error in the function is reported once. If it does not affect all ops, the message lists those it affects.
///
/// # Conditions
///
/// A function with `branches` returns a `bool`, or a `Result<bool, Thrown>`. It is three ops:
///
/// ```text
/// /// Whether `a < b`.
/// #[vm_op(branches)]
/// fn less(a: i64, b: i64) -> bool {
///     a < b
/// }
/// ```
///
/// * `less` results in the value of the condition: 1 or 0, or what the set's `boolean` function returns.
/// * `jump_if_less` takes a label `to` after the operands, and jumps to it if the condition is true.
/// * `jump_unless_less` jumps if it is false.
///
/// `branches(if, unless)` makes only these, and `branches(if = jump_below)` chooses a name. With `each`, the names are made
/// of those of the rows. The documentation of the branches is made of that of the condition: ``Jumps to `to` if `a < b`.``
///
/// With `branches(if, unless, when)`, the body can use the name `when`: the result for which the branch jumps. A runtime
/// function needs it if it requests a call whose result decides the jump.
///
/// # NaNs
///
/// An op can observe the bits of a NaN only if all compilers agree on them.
///
/// IEEE 754 does not specify which NaN an operation results in, nor do Rust and C. One compiler drops the `+ 0.0` in
/// `x + 0.0`, so a signalling NaN stays signalling; another compiler adds, which makes it quiet. Both are right. But where
/// values are NaN-boxed, the bits of a NaN are a tag, and the interpreter and a stencil would compute different values.
/// The checker therefore distinguishes two kinds of floats:
///
/// * A float that *came from outside* keeps its bits: an operand, an immediate, a constant, a value read from memory, or
///   `f64::from_bits(…)`. Variables, branches and helpers preserve the bits; `-` and `abs` change only the sign bit.
/// * A float that *an operation produced* has known bits only if it is not a NaN: the results of `+`, `-`, `*`, `/`,
///   `sqrt`, `floor`, `ceil`, `trunc`, `round_ties_even`, the methods of `MinMax`, runtime functions, and casts between
///   `f32` and `f64`. A cast of an integer is never a NaN, and neither is the sum, difference or product of two floats that
///   are known to be finite.
///
/// The bits of a float become visible through `to_bits`, in memory, in a runtime function, and in the result of an op or of
/// the language's function. (This includes the value type `f64`: the host and the twin test see the bits.) One of them
/// becomes visible through `is_sign_negative`, and where `copysign` takes a sign from. There, a float that an operation
/// produced is an error unless it is known on that path not to be a NaN. It is known after a check of the float, or of a
/// float computed from it, by `is_nan` or by a comparison that is false for NaN. The checker follows variables, `&&`, `||`,
/// `!`, `match`, early returns and helpers. In all other cases, the op replaces NaNs with a method of `QuietNan`:
///
/// * `x.canonical_bits()` returns the bits of `x`, or those of the one quiet NaN: `0x7ff8_0000_0000_0000` of `f64`,
///   `0x7fc0_0000` of `f32`.
/// * `x.quiet()` returns `x`, or that NaN.
///
/// ```text
/// #[vm_op]
/// fn add(vm: &mut Vm, a: Value, b: Value) -> Result<Value, Thrown> {
///     let sum = a.as_f64() + b.as_f64();
///     // Non-numbers read as NaN, and so does their sum: the path of numbers needs no other test.
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

/// Returns the table that the build script made for the module with this name.
fn find_table(module: &str) -> TableFile {
    let call = format!("mimeo_build::ops({:?}).compile();", ops_file(module));
    // Cargo sets `OUT_DIR` for the compiler if the package has a build script.
    let Some(out) = std::env::var_os("OUT_DIR").map(PathBuf::from) else {
        return TableFile::Missing(format!(
            "there is no stencil table for `{module}`\n\
             help: add `mimeo-build` to the [build-dependencies] and create this build.rs:\n      \
             fn main() {{ {call} }}"
        ));
    };
    let file = format!("mimeo_{module}.rs");
    if !out.join(&file).is_file() {
        return TableFile::Missing(format!(
            "the build script made no stencil table for `{module}`\nhelp: write `{call}` in its `main`"
        ));
    }
    let read = |extension: &str| std::fs::read_to_string(out.join(format!("mimeo_{module}.{extension}"))).ok();
    // The build script writes `.renewal` for a table that is checked in.
    TableFile::Found { file, renewal: read("renewal"), missing: read("missing").unwrap_or_default() }
}

/// Returns the path of the file with the module, relative to the package, or the usual one if it is not known.
fn ops_file(module: &str) -> String {
    let usual = format!("src/{module}.rs");
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let file = proc_macro::Span::call_site().local_file().and_then(|file| file.canonicalize().ok());
    let (Some(package), Some(file)) = (package, file) else { return usual };
    file.strip_prefix(package).ok().and_then(|path| path.to_str()).map_or(usual, str::to_owned)
}
