//! Every message of the op language: what happened, and what to write instead. `tests/ui` pins each one.

use std::fmt;

/// A construct that is refused, or a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    // The module.
    NotAModule,
    NotInline,
    InstructionSetArgument,
    TwoArguments(String),
    MissingValue,
    ValueType(String),
    ContextStruct(String),
    NoOps,
    TwoOps(String),
    SameOpcode { one: String, other: String, opcode: String },
    ReservedName { name: String, by: &'static str },
    StructRepr(String),
    StructLayout { name: String, argument: String },
    StructField(String),
    GenericItem(&'static str),
    ModuleItem(&'static str),
    Conditional,
    ConstValue,
    ExternAbi,
    RuntimeHome,
    RuntimeParameter(String),
    RuntimeResult(String),
    RuntimeVm,
    HelperType(String),
    Receiver,
    // An op's signature.
    OpOutside,
    OpArgument,
    EachForm,
    EachRows,
    EachLength { row: String, takes: usize, given: usize },
    EachUnused(String),
    EachEntry { entry: String, placeholder: String, what: &'static str },
    OpParameter(String),
    OpResult(String),
    OpGeneric,
    OpAsync,
    OperandKinds,
    TwoVms,
    ImmType(String),
    ImmArgument,
    ImmSpace(String),
    ConstantType(String),
    PlaceArgument,
    PlaceStack,
    CacheType(String),
    CellReference(String),
    NoCell(String),
    CellByValue(String),
    CellType(String),
    CellField(String),
    CellCallee,
    CellAccess(String, String),
    KindArgument(&'static str),
    TwoWindows,
    WindowLast,
    ResultSlot,
    StackCall,
    CallPops,
    Reviewed,
    // Types.
    UnknownType(String),
    TypeForm(String),
    Mismatch { expected: String, found: String },
    FloatLiteral(String),
    LiteralRange { literal: String, ty: String },
    NoneType,
    Branches { one: String, other: String },
    // Expressions.
    Unsupported { what: &'static str, instead: &'static str },
    UnknownName(String),
    UnknownFunction(String),
    OpCall(String),
    UnknownMethod { ty: String, method: String },
    UnknownField { ty: String, field: String },
    ArgumentCount { name: String, takes: usize, given: usize },
    PlainArithmetic { op: &'static str, method: &'static str },
    PlainShift { op: &'static str, method: &'static str },
    PlainNegate,
    DivisionMayPanic { what: String, remainder: bool },
    FloatRemainder,
    CompareStructs(String),
    Operator { op: String, ty: String },
    CastForm { from: String, to: String },
    FlowValue,
    HostAccess,
    NoContext,
    VmField(String),
    VmValue,
    OperandValue { ty: String, instead: &'static str },
    ConditionType(String),
    Unbounded,
    Continue,
    Pattern,
    PatternName(String),
    TryType(String),
    TryOutside,
    Recursive(String),
    LateThrow,
    FlowBesideValues,
    DerefType(String),
    AssignTo,
    LetWithoutType,
    NanBits,
    NanLeaves(&'static str),
    NanArgument(String),
}

/// `message`, then on a line of its own `help: what to write instead`.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (message, help) = self.texts();
        write!(f, "{message}\nhelp: {help}")
    }
}

impl Problem {
    fn texts(&self) -> (String, String) {
        let pair = |message: &str, help: &str| (message.to_owned(), help.to_owned());
        match self {
            Problem::NotAModule => pair(
                "`#[mimeo::instruction_set]` belongs on a module",
                "write `#[mimeo::instruction_set(value = …)] pub mod ops { … }`",
            ),
            Problem::NotInline => pair(
                "the instruction set must stand in the module itself",
                "write `mod ops { … }` with the ops between the braces: the lowering reads them all at once",
            ),
            Problem::InstructionSetArgument => pair(
                "this is no argument of `#[mimeo::instruction_set]`",
                "it has `value`, `context`, `host` and `error = Type`, `arity = N`, and `operands = registers` or `stack`",
            ),
            Problem::TwoArguments(name) => (format!("`{name}` is given twice"), "remove one of the two".into()),
            Problem::MissingValue => pair(
                "the instruction set does not say what a slot holds",
                "write `#[mimeo::instruction_set(value = Value)]`, with a `repr(transparent)` struct of the module or `i64`, `u64`, `f64`",
            ),
            Problem::ValueType(name) => (
                format!("`{name}` cannot be the value type"),
                "a value is 8 bytes: `i64`, `u64`, `f64`, or a `repr(transparent)` struct of the module around one of them".into(),
            ),
            Problem::ContextStruct(name) => (
                format!("`{name}` cannot be the context"),
                "the context is a `repr(C)` struct of the module, without `Cell`s".into(),
            ),
            Problem::NoOps => pair("the instruction set has no ops", "write at least one function under `#[vm_op]`"),
            Problem::TwoOps(name) => {
                (format!("there are two functions or ops called `{name}`"), "give one of them another name".into())
            }
            Problem::SameOpcode { one, other, opcode } if one == other => (
                format!("there are two encodings called `{one}`, of opcode `{opcode}`"),
                "give the op another name: `#[place(slot, constant)]` makes an encoding called `op_operand_constant`".into(),
            ),
            Problem::SameOpcode { one, other, opcode } => (
                format!("the ops `{one}` and `{other}` would both have the opcode `{opcode}`"),
                "give one of them another name".into(),
            ),
            Problem::ReservedName { name, by } => (format!("the name `{name}` is taken by {by}"), "choose another".into()),
            Problem::StructRepr(name) => (
                format!("the layout of `{name}` is not fixed"),
                "write `#[repr(C)]` above it, or `#[repr(transparent)]` when it has one field".into(),
            ),
            Problem::StructLayout { name, argument } => (
                format!("`{argument}` changes the layout of `{name}`"),
                "write plain `#[repr(C)]`: stencils assume fields at their natural alignment".into(),
            ),
            Problem::StructField(ty) => (
                format!("a struct that stencils see cannot hold a `{ty}`"),
                "it can hold numbers, `bool`, raw pointers, and structs of the module; put the rest into the `host` type".into(),
            ),
            Problem::GenericItem(what) => {
                (format!("a {what} of an instruction set cannot be generic"), "write it for one type".into())
            }
            Problem::ModuleItem(what) => (
                format!("{what} cannot be in an instruction set"),
                "move it out of the module; inside are structs, constants, helper functions, `impl` blocks, `unsafe extern \"Rust\"` and ops".into(),
            ),
            Problem::Conditional => pair(
                "an instruction set is the same in every build",
                "remove the condition, or put it on the whole module; what differs between builds belongs into the runtime",
            ),
            Problem::ConstValue => pair(
                "the value of this constant is not plain",
                "a constant is a number, a `bool`, another constant, a struct of these, or these under operators and casts",
            ),
            Problem::ExternAbi => pair(
                "only runtime functions are declared here, in an `unsafe extern \"Rust\"` block",
                "write `unsafe extern \"Rust\" { fn name(vm: &mut Vm, …) -> …; }` and implement them outside the module",
            ),
            Problem::RuntimeHome => pair(
                "`#[runtime(…)]` names the module that implements all functions of a block",
                "write it once, above the block: `#[runtime(crate::runtime)] unsafe extern \"Rust\" { … }`",
            ),
            Problem::RuntimeParameter(ty) => (
                format!("a runtime function cannot take a `{ty}`"),
                "it takes `vm: &mut Vm`, the value type, numbers, `bool`, raw pointers, `Callee`, `Window`, and an inline-cache cell as `&Counter`".into(),
            ),
            Problem::RuntimeResult(ty) => (
                format!("a runtime function cannot return a `{ty}`"),
                "it returns nothing, the value type, a number, `bool`, a raw pointer, `Thrown`, or `Result<…, Thrown>` of one of them".into(),
            ),
            Problem::RuntimeVm => pair(
                "the machine comes first",
                "write `vm: &mut Vm` as the first parameter",
            ),
            Problem::HelperType(ty) => (
                format!("a helper function has nothing to do with a `{ty}`"),
                "labels and flows belong to the op: have the helper return a value, and let the op act on it".into(),
            ),
            Problem::Receiver => pair(
                "a method of the op language takes itself by value, that of an inline-cache cell by `&self`",
                "write `self`, or `&self` for a cell",
            ),
            Problem::OpOutside => pair(
                "`#[vm_op]` belongs on a function that stands directly in a `#[mimeo::instruction_set(…)]` module",
                "move the function there; the lowering needs the types, constants and helpers around it",
            ),
            Problem::OpArgument => pair(
                "this is no argument of `#[vm_op]`",
                "it has `stencil = none`, `stencil = required`, `stencil = \"file.c\"` with `reviewed = \"…\"`, `result = slot`, and `each(…): …`",
            ),
            Problem::EachForm => pair(
                "this is not how `each` is written",
                "write placeholders, a colon, and a row for each op: `each(compare, word): less(<, \"less\"), equal(==, \"equal\")`",
            ),
            Problem::EachRows => pair(
                "this `each` has no rows, so it makes no ops",
                "write a row for each op after the colon: `each(compare): less(<), equal(==)`",
            ),
            Problem::EachLength { row, takes, given } => {
                let count = |of: usize, one: &str, many: &str| format!("{of} {}", if of == 1 { one } else { many });
                let (takes, given) =
                    (count(*takes, "placeholder", "placeholders"), count(*given, "entry", "entries"));
                (
                    format!("`each` has {takes}, but the row of `{row}` has {given}"),
                    "write one entry for each placeholder, in the same order, with commas between them".into(),
                )
            }
            Problem::EachUnused(name) => (
                format!("the placeholder `{name}` is not used"),
                format!("use it in the function or its attributes, or as `{{{name}}}` in its documentation; else remove it and its column"),
            ),
            Problem::EachEntry { entry, placeholder, what } => (
                format!("`{entry}` cannot replace `{placeholder}`, which is used as {what}"),
                "an entry is a name, type, expression or pattern, whichever the function needs; a binary operator replaces a function of two arguments".into(),
            ),
            Problem::OpParameter(ty) => (
                format!("an op's operand cannot be a `{ty}`"),
                "it is the value type, `Label`, `Window`, `Callee`, `vm: &mut Vm`, or marked `#[imm]`, `#[constant]`, `#[place(…)]`, `#[cache]`".into(),
            ),
            Problem::OpResult(ty) => (
                format!("an op cannot result in a `{ty}`"),
                "it results in nothing, the value type, a tuple of it, `Flow`, a tuple of values and a `Flow`, or `Result<…, Thrown>` of one of them".into(),
            ),
            Problem::OpGeneric => pair("an op cannot be generic", "write one op for each type"),
            Problem::OpAsync => pair(
                "an op is a plain function",
                "remove `async`, `const`, `unsafe` and `extern`; unsafe code goes into an `unsafe` block",
            ),
            Problem::OperandKinds => pair(
                "an operand is of one kind",
                "write one of `#[imm]`, `#[constant]`, `#[place(…)]` and `#[cache]`",
            ),
            Problem::TwoVms => pair("there is one machine", "take `vm: &mut Vm` once"),
            Problem::ImmType(ty) => (
                format!("`#[imm]` cannot be a `{ty}`"),
                "an immediate is an integer of a fixed width, `bool` or `f64`".into(),
            ),
            Problem::ImmArgument => {
                pair("this is no argument of `#[imm]`", "write `#[imm]`, or `#[imm(in = name)]` for an index into a space")
            }
            Problem::ImmSpace(ty) => (
                format!("an index into a space cannot be a `{ty}`"),
                "write `#[imm(in = name)] index: u32`, or `u16` or `u8`".into(),
            ),
            Problem::ConstantType(ty) => (
                format!("an operand in a slot or in the constant pool cannot be a `{ty}`"),
                "it has the value type; write numbers as `#[imm]`".into(),
            ),
            Problem::PlaceArgument => pair(
                "this is no place for an operand",
                "write `#[place(slot)]`, or `#[place(slot, constant)]` for an op with two encodings",
            ),
            Problem::PlaceStack => pair(
                "an operand of a register machine is in a slot already",
                "remove `#[place(slot)]`, or write `#[place(slot, constant)]`",
            ),
            Problem::CacheType(ty) => (
                format!("`#[cache]` cannot be a `{ty}`"),
                "write `#[cache] cell: &Counter`, with a `repr(C)` struct of the module whose fields are `Cell`s".into(),
            ),
            Problem::CellReference(name) => (
                "a reference to an inline-cache cell is shared, and ends with the op's run: a runtime function may run the op again".into(),
                format!("write `&{name}`, with fields such as `hits: Cell<u32>`, `cell.hits.get()` and `cell.hits.set(value)`"),
            ),
            Problem::NoCell(name) => (
                format!("there are references to inline-cache cells only, and the fields of `{name}` are not `Cell`s"),
                "write each field as in `hits: Cell<u32>`, or take the struct by value".into(),
            ),
            Problem::CellByValue(name) => (
                format!("`{name}` is an inline-cache cell, which stays where it is"),
                format!("write `&{name}`, and read and change its fields by `get` and `set`"),
            ),
            Problem::CellType(text) => (
                format!("a `{text}` is a field of an inline-cache cell, and nothing else"),
                "take the struct with the field as `#[cache] cell: &Counter`; variables and other structs hold plain values".into(),
            ),
            Problem::CellField(text) => (
                "all fields of an inline-cache cell are `Cell`s, or none is".into(),
                format!("write `Cell<{text}>`"),
            ),
            Problem::CellCallee => pair(
                "an inline-cache cell starts as zeros and holds no `Callee`",
                "keep what the function is found by, such as a value or the address of an object",
            ),
            Problem::CellAccess(field, ty) => (
                format!("`{field}` is a `Cell<{ty}>`"),
                format!("write `{field}.get()` or `{field}.set(value)`"),
            ),
            Problem::KindArgument(name) => {
                (format!("`#[{name}]` has no arguments"), format!("write `#[{name}]`"))
            }
            Problem::TwoWindows => pair("an op can have one window", "pass the rest in slots"),
            Problem::WindowLast => pair(
                "the window lies on top of the operand stack",
                "make it the last of the operands that are popped",
            ),
            Problem::ResultSlot => pair(
                "`result = slot` is for a stack machine's op with one result",
                "remove it: on a register machine every result goes into a slot",
            ),
            Problem::StackCall => pair(
                "this op pushes a call's result on one way and not on another",
                "on a stack machine an op that calls must call, or return an error, on every way",
            ),
            Problem::CallPops => pair(
                "this op calls, and pops more than its window",
                "a call's result comes back where the window was: take the other values by `#[place(slot)]`, or leave them on the stack for another op to drop",
            ),
            Problem::Reviewed => pair(
                "a hand-written stencil needs the fingerprint of the op that it was written against",
                "write `#[vm_op(stencil = \"file.c\", reviewed = \"…\")]`; the build's report has the fingerprint",
            ),
            Problem::UnknownType(name) => (
                format!("the type `{name}` is not known here"),
                "define it in the module, as a `repr(C)` struct; a type from elsewhere can only be pointed to".into(),
            ),
            Problem::TypeForm(text) => (
                format!("the op language has no type `{text}`"),
                "it has integers, `f64`, `bool`, raw pointers, structs of the module, `Option`, tuples and `Result<…, Thrown>`".into(),
            ),
            Problem::Mismatch { expected, found } => {
                let help = match found.as_str() {
                    "()" => "the value of a block is its last expression, without a `;`",
                    _ => "convert it with `as`, or change one of the two; a number without a type is an `i32` or an `f64`",
                };
                (format!("expected `{expected}`, found `{found}`"), help.into())
            }
            Problem::FloatLiteral(found) => {
                (format!("expected `f64`, found `{found}`"), "write the number as a float, as in `1.0`".into())
            }
            Problem::LiteralRange { literal, ty } => {
                (format!("`{literal}` does not fit into `{ty}`"), "write a smaller number, or give it a larger type".into())
            }
            Problem::NoneType => {
                pair("the type of this `None` is not known", "write it down, as in `let x: Option<i64> = None`")
            }
            Problem::Branches { one, other } => {
                (format!("one branch is a `{one}`, the other a `{other}`"), "make both the same type".into())
            }
            Problem::Unsupported { what, instead } => {
                (format!("the op language has no {what}"), (*instead).to_owned())
            }
            Problem::UnknownName(name) => (
                format!("`{name}` is not known here"),
                "an op sees its operands, its variables, and the constants of the module".into(),
            ),
            Problem::UnknownFunction(name) => (
                format!("the function `{name}` is not known here"),
                "define it in the module as a helper, or declare it in `unsafe extern \"Rust\"` and implement it outside".into(),
            ),
            Problem::OpCall(name) => (
                format!("`{name}` is an op, and ops do not call each other"),
                "move what both do into a helper function".into(),
            ),
            Problem::UnknownMethod { ty, method } => (
                format!("the op language has no method `{method}` for `{ty}`"),
                "write it in an `impl` block of the module, or declare a runtime function in `unsafe extern \"Rust\"`".into(),
            ),
            Problem::UnknownField { ty, field } => {
                (format!("`{ty}` has no field `{field}`"), "name one of its fields".into())
            }
            Problem::ArgumentCount { name, takes, given } => {
                let plural = if *takes == 1 { "" } else { "s" };
                (format!("`{name}` takes {takes} argument{plural}, not {given}"), "pass as many as it takes".into())
            }
            Problem::PlainArithmetic { op, method } => (
                format!("plain integer `{op}` panics in debug builds, wraps in release builds, and is undefined in C"),
                format!("write `a.wrapping_{method}(b)`, `a.checked_{method}(b)` or `a.overflowing_{method}(b)`"),
            ),
            Problem::PlainShift { op, method } => (
                format!("plain `{op}` panics when the shift is as wide as the number"),
                format!("write `a.wrapping_{method}(n)`, which masks the shift, or `a.checked_{method}(n)`"),
            ),
            Problem::PlainNegate => pair(
                "plain integer `-` panics on the smallest number",
                "write `a.wrapping_neg()` or `a.checked_neg()`",
            ),
            Problem::DivisionMayPanic { what, remainder } => {
                let checked = if *remainder { "checked_rem" } else { "checked_div" };
                (format!("`{what}` panics when the divisor is 0"), format!("write `a.{checked}(b)` and say what happens on `None`"))
            }
            Problem::FloatRemainder => pair(
                "the remainder of floats is a library call",
                "declare a runtime function in `unsafe extern \"Rust\"` and call it",
            ),
            Problem::CompareStructs(ty) => {
                (format!("`{ty}` cannot be compared as a whole"), "compare its fields, in a helper of its `impl` block".into())
            }
            Problem::Operator { op, ty } => {
                (format!("`{op}` does not work on `{ty}`"), "convert the operands with `as`, or use a method".into())
            }
            Problem::CastForm { from, to } => (
                format!("`{from}` cannot be cast to `{to}`"),
                "casts go between numbers, from `bool` to integers, and between pointers and 64-bit integers".into(),
            ),
            Problem::FlowValue => pair(
                "a `Flow` is the result of an op and nothing else",
                "write it as the last expression of each way through the op",
            ),
            Problem::HostAccess => pair(
                "stencils cannot see `vm.host`",
                "put what the op needs into the context, or declare a runtime function in `unsafe extern \"Rust\"`",
            ),
            Problem::NoContext => pair(
                "this instruction set has no context",
                "write `#[mimeo::instruction_set(…, context = Context)]`, with a `repr(C)` struct of the module",
            ),
            Problem::VmField(field) => (
                format!("an op cannot see `vm.{field}`"),
                "it has `vm.context`, `vm.call(callee, window)`, `vm.ret(value)` and `vm.deopt()`; the rest is for runtime functions".into(),
            ),
            Problem::VmValue => pair(
                "`vm` can only be passed on, or asked for its context",
                "write `vm.context.field`, or pass `vm` to a helper or runtime function",
            ),
            Problem::OperandValue { ty, instead } => {
                (format!("a `{ty}` is not a value"), format!("it belongs to the op's encoding; write {instead}"))
            }
            Problem::ConditionType(ty) => {
                (format!("a condition is a `bool`, not a `{ty}`"), "compare it: `x != 0`".into())
            }
            Problem::Unbounded => pair(
                "that this loop ends is not to be seen",
                "write `while i < n { …; i = i.wrapping_add(1); }` with `i` and `n` changed nowhere else in the loop",
            ),
            Problem::Continue => pair("`continue` can skip the step of a bounded loop", "write `if … { … }` around the rest"),
            Problem::Pattern => pair(
                "the op language has no such pattern",
                "it has numbers, ranges, `bool`, constants, `Some(…)`, `None`, `Ok(…)`, `Err(…)`, tuples, names, `_`, and `|` without names",
            ),
            Problem::PatternName(name) => (
                format!("`{name}` is no constant of the module, so it would match anything"),
                "define the constant in the module; a name that stands for what is matched starts with a lowercase letter".into(),
            ),
            Problem::TryType(ty) => {
                (format!("`?` needs a `Result<…, Thrown>`, not a `{ty}`"), "take it apart with `match` or `if let`".into())
            }
            Problem::TryOutside => pair(
                "`?` needs a function that results in `Result<…, Thrown>`",
                "change the result of this function",
            ),
            Problem::Recursive(name) => {
                (format!("the helper `{name}` calls itself"), "stencils contain their helpers; write a runtime function".into())
            }
            Problem::LateThrow => pair(
                "this can throw or deopt after the op has had a visible effect",
                "do it first: store to memory and call the runtime only when nothing can go wrong any more",
            ),
            Problem::FlowBesideValues => pair(
                "beside values a flow is `Flow::Next` or a label's `jump()`",
                "decide first: `if … { (value, to.jump()) } else { (value, Flow::Next) }`",
            ),
            Problem::DerefType(ty) => {
                (format!("`*` needs a raw pointer to a known type, not a `{ty}`"), "cast it with `.cast::<T>()`".into())
            }
            Problem::AssignTo => pair(
                "this cannot be assigned to",
                "assign to a variable, through a raw pointer, or to a field of the context; the field of a cell has `set`",
            ),
            Problem::LetWithoutType => pair(
                "a variable without a value needs a type",
                "write `let x: i64;`, or give it a value",
            ),
            Problem::NanBits => pair(
                "this float can be a NaN that an operation made, whose bits depend on the compiler",
                "write `.canonical_bits()`, which has one NaN, or call `to_bits()` only after `!x.is_nan()` or a comparison that no NaN passes",
            ),
            Problem::NanLeaves(how) => (
                format!("a float that is {how} can be a NaN that an operation made, whose bits depend on the compiler"),
                "write `x.quiet()`, which makes every NaN the same one, or do it only after `!x.is_nan()` or a comparison that no NaN passes".into(),
            ),
            Problem::NanArgument(helper) => (
                format!("`{helper}` exposes the bits of this float, which can be a NaN that an operation made, whose bits depend on the compiler"),
                "pass `x.quiet()`, which makes every NaN the same one, or call it only after `!x.is_nan()` or a comparison that no NaN passes".into(),
            ),
        }
    }
}
