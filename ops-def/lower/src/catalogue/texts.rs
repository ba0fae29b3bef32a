//! A problem → what happened, and what to write instead.

use std::fmt;

use super::problem::Problem;

/// The message, then `help:` with what to write instead on the next line.
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
                "the instruction set must be in an inline module",
                "write `mod ops { … }` with the ops between the braces: the macro must see all of them at once",
            ),
            Problem::InstructionSetArgument => pair(
                "this is not an argument of `#[mimeo::instruction_set]`",
                "the arguments are `value`, `context`, `host` and `error = Type`, `boolean = function`, `arity = N`, `operands = registers` or `stack`, and `memory = typed`",
            ),
            Problem::TwoArguments(name) => (format!("`{name}` is given twice"), "remove one of them".into()),
            Problem::MissingValue => pair(
                "the instruction set does not say what a slot holds",
                "write `#[mimeo::instruction_set(value = Value)]`, where the type is a `repr(transparent)` struct of the module, `i64`, `u64` or `f64`, or `value = nan_box(…)`",
            ),
            Problem::ValueType { name, size_bytes } => {
                let size = size_bytes.map_or_else(String::new, |size| format!(": it has {size} byte{}", if size == 1 { "" } else { "s" }));
                (
                    format!("`{name}` cannot be the value type{size}"),
                    "a slot has 8 bytes: write `i64`, `u64`, `f64`, or a `repr(transparent)` struct of the module around one of them".into(),
                )
            }
            Problem::NanBoxForm => pair(
                "this list of kinds is malformed",
                "list words, and names with types: `nan_box(int, bool, nil, text: *mut Text)`",
            ),
            Problem::NanBoxKind(name) => (
                format!("`{name}` is not a kind of value"),
                "write `int`, `float`, `bool` or `nil`, or a name with its type, such as `text: *mut Text` or `number: f64`".into(),
            ),
            Problem::NanBoxType(ty) => (
                format!("a NaN-boxed value cannot contain a `{ty}`"),
                "use `f64`, `i32`, `u32`, `bool`, `()` for a kind with one value, or a raw pointer".into(),
            ),
            Problem::NanBoxPointer(name) => (
                format!("the module has no struct `{name}`"),
                "define it in the module as a `repr(C)` struct, or write the path of a type elsewhere, as in `*mut crate::heap::Text`".into(),
            ),
            Problem::NanBoxSecond { first, ty } => (
                format!("`{first}` is already a kind with the type `{ty}`"),
                "remove one of them".into(),
            ),
            Problem::NanBoxMany(max) => (
                format!("there are tags for {max} kinds with a payload, and this is one more"),
                "use one kind for several types of objects, whose first field says which type it is".into(),
            ),
            Problem::NanBoxAgain(name) => (
                format!("this kind would add a second `Value::{name}`"),
                "rename it: a kind `text` adds `Value::text`, `is_text` and `as_text`; `bool` adds `TRUE` and `FALSE` as well, and `nil` adds `NIL` and `is_nil`".into(),
            ),
            Problem::NanBoxName(name) => (
                format!("`value = nan_box(…)` adds a `{name}`"),
                "remove it or rename it; other methods belong in an `impl Value` block".into(),
            ),
            Problem::ContextStruct(name) => (
                format!("`{name}` cannot be the context"),
                "the context is a `repr(C)` struct of the module without `Cell`s".into(),
            ),
            Problem::NoOps => pair("the instruction set has no ops", "write at least one function with `#[vm_op]`"),
            Problem::TwoOps(name) => {
                (format!("two functions or ops are called `{name}`"), "rename one of them".into())
            }
            Problem::SameOpcode { one, other, opcode } if one == other => (
                format!("two encodings are called `{one}`, with the opcode `{opcode}`"),
                "rename the op: `#[place(slot, constant)]` makes an encoding called `op_operand_constant`".into(),
            ),
            Problem::SameOpcode { one, other, opcode } => (
                format!("the ops `{one}` and `{other}` would both have the opcode `{opcode}`"),
                "rename one of them".into(),
            ),
            Problem::ReservedName { name, by } => (format!("the name `{name}` is reserved for {by}"), "choose another name".into()),
            Problem::StructRepr(name) => (
                format!("the layout of `{name}` is not fixed"),
                "write `#[repr(C)]` above it, or `#[repr(transparent)]` when it has one field".into(),
            ),
            Problem::StructLayout { name, argument } => (
                format!("`{argument}` changes the layout of `{name}`"),
                "write only `#[repr(C)]`: stencils assume that fields have their natural alignment".into(),
            ),
            Problem::StructField(ty) => (
                format!("a struct that stencils use cannot contain a `{ty}`"),
                "use numbers, `bool`, raw pointers and structs of the module; put the rest into the `host` type".into(),
            ),
            Problem::GenericItem(what) => {
                (format!("a {what} of an instruction set cannot be generic"), "write it for one type".into())
            }
            Problem::Lifetime => pair(
                "the op language has no lifetimes",
                "remove it: write `&mut Vm`, `&Counter` for an inline-cache cell, or a raw pointer",
            ),
            Problem::ModuleItem(what) => (
                format!("{what} cannot be in an instruction set"),
                "move it out of the module, which can contain structs, constants, helper functions, `impl` blocks, `unsafe extern \"Rust\"` blocks and ops".into(),
            ),
            Problem::NestedModule => pair(
                "an instruction set is one module, without others inside",
                "write its items directly among the ops, or move it out of the module if ops do not use it",
            ),
            Problem::Conditional => pair(
                "an instruction set must be the same in every build",
                "remove the condition, or put it on the whole module; put what differs between builds into runtime functions",
            ),
            Problem::ConstValue => pair(
                "the value of this constant is too complex",
                "use numbers, `bool`, other constants, structs of these, operators and casts",
            ),
            Problem::ExternAbi => pair(
                "an instruction set declares only runtime functions, in an `unsafe extern \"Rust\"` block",
                "write `unsafe extern \"Rust\" { fn name(vm: &mut Vm, …) -> …; }` and implement them outside the module",
            ),
            Problem::RuntimeHome => pair(
                "`#[runtime(…)]` applies to a whole block of runtime functions",
                "write it once, above the block, with the module that implements them: `#[runtime(crate::runtime)] unsafe extern \"Rust\" { … }`",
            ),
            Problem::RuntimeParameter(ty) => (
                format!("a runtime function cannot take a `{ty}`"),
                "use `vm: &mut Vm`, the value type, a number, `bool`, a raw pointer, `Callee`, `Window`, or an inline-cache cell as `&Counter`".into(),
            ),
            Problem::RuntimeResult(ty) => (
                format!("a runtime function cannot return a `{ty}`"),
                "return nothing, the value type, a number, `bool`, a raw pointer, `Thrown`, or a `Result<…, Thrown>` of one of them".into(),
            ),
            Problem::RuntimeVm => pair(
                "the first parameter must be the machine",
                "write `vm: &mut Vm` as the first parameter",
            ),
            Problem::HelperType(ty) => (
                format!("a helper function cannot use a `{ty}` here"),
                "only ops use labels and flows: return a value from the helper, and act on it in the op".into(),
            ),
            Problem::Receiver => pair(
                "a method must take `self` by value, or `&self` if its type is an inline-cache cell",
                "write `self`, or `&self` for an inline-cache cell",
            ),
            Problem::OpOutside => pair(
                "`#[vm_op]` belongs on a function directly inside a `#[mimeo::instruction_set(…)]` module",
                "move the function there: the macro needs the types, constants and helpers of the module",
            ),
            Problem::OpArgument => pair(
                "this is not an argument of `#[vm_op]`",
                "the arguments are `stencil = none`, `stencil = required`, `stencil = \"file.c\"` with `reviewed = \"…\"`, `result = slot`, `branches`, and `each(…): …`",
            ),
            Problem::EachForm => pair(
                "this `each` is malformed",
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
                format!("use it in the function or its attributes, or as `{{{name}}}` in its documentation, or remove it"),
            ),
            Problem::EachEntry { entry, placeholder, what } => (
                format!("`{entry}` cannot replace `{placeholder}`, which is used as {what}"),
                "write a name, type, expression or pattern, as the function requires; a binary operator replaces a function of two arguments".into(),
            ),
            Problem::BranchesForm => pair(
                "these `branches` are malformed",
                "write `branches`, or list what to make: `branches(value, if = name, unless)`, also with `when`",
            ),
            Problem::BranchesNone => pair(
                "this condition decides no branch",
                "add `if`, `unless` or both; an op that only results in a value needs no `branches`",
            ),
            Problem::BranchesWhen(name) => (
                format!("`{name}` is the result that a branch jumps for, and the op `value` does not jump"),
                "remove `value` or `when`".into(),
            ),
            Problem::BranchesValue(ty) => (
                format!("the instruction set does not say which `{ty}` a `bool` becomes"),
                format!("write `#[mimeo::instruction_set(…, boolean = function)]` with a helper that turns a `bool` into a `{ty}`, or `branches(if, unless)` without `value`"),
            ),
            Problem::BranchesOperands => pair(
                "a condition without operands always has the same result",
                "add an operand, or `vm: &mut Vm` if it depends on the machine",
            ),
            Problem::BranchesLabel => pair(
                "a condition cannot have labels",
                "remove the parameter: each branch gets the operand `to: Label` after those of the condition",
            ),
            Problem::BranchesResult(ty) => (
                format!("a condition returns a `bool`, not `{ty}`"),
                "return `bool`, or `Result<bool, Thrown>`; `branches` makes a value and jumps of it".into(),
            ),
            Problem::OpParameter(ty) => (
                format!("an op's operand cannot be a `{ty}`"),
                "use the value type, `Label`, `Labels`, `Window`, `Callee` or `vm: &mut Vm`, or mark it `#[imm]`, `#[constant]`, `#[place(…)]` or `#[cache]`".into(),
            ),
            Problem::OpResult(ty) => (
                format!("an op cannot return a `{ty}`"),
                "return nothing, the value type, a tuple of values, `Flow`, a tuple of values and a `Flow`, or a `Result<…, Thrown>` of one of them".into(),
            ),
            Problem::OpGeneric => pair("an op cannot be generic", "write one op for each type"),
            Problem::OpAsync => pair(
                "an op must be a plain function",
                "remove `async`, `const`, `unsafe` and `extern`; put unsafe code into an `unsafe` block",
            ),
            Problem::OperandAttribute(name) => (
                format!("`#[{name}]` is not a kind of operand"),
                "write `#[imm]`, `#[imm(in = space)]`, `#[constant]`, `#[place(slot, constant)]` or `#[cache]`".into(),
            ),
            Problem::MisplacedAttribute(name) => (
                format!("`#[{name}]` belongs on an operand of an op"),
                format!("write it before a parameter of a function with `#[vm_op]`: `#[vm_op] fn name(#[{name}] operand: …)`"),
            ),
            Problem::OperandKinds => pair(
                "an operand can have only one kind",
                "write only one of `#[imm]`, `#[constant]`, `#[place(…)]` and `#[cache]`",
            ),
            Problem::TwoVms => pair("an op can take the machine only once", "remove one `vm: &mut Vm`"),
            Problem::VmReference(text) => (
                format!("the machine cannot be taken as `{text}`"),
                "write `vm: &mut Vm`".into(),
            ),
            Problem::ImmType(ty) => (
                format!("`#[imm]` cannot be a `{ty}`"),
                "use an integer of a fixed width, `bool`, `f32` or `f64`".into(),
            ),
            Problem::ImmArgument => {
                pair("this is not an argument of `#[imm]`", "write `#[imm]`, or `#[imm(in = name)]` for an index into an index space")
            }
            Problem::ImmSpace(ty) => (
                format!("an index into an index space cannot be a `{ty}`"),
                "write `#[imm(in = name)] index: u32`, or use `u16` or `u8`".into(),
            ),
            Problem::ConstantType(ty) => (
                format!("an operand in a slot or in the constant pool cannot be a `{ty}`"),
                "use the value type, or `#[imm]` for a number".into(),
            ),
            Problem::PlaceArgument => pair(
                "this is not a place for an operand",
                "write `#[place(slot)]`, or `#[place(slot, constant)]` for an op with two encodings",
            ),
            Problem::PlaceStack => pair(
                "an operand of a register machine is already in a slot",
                "remove `#[place(slot)]`, or write `#[place(slot, constant)]`",
            ),
            Problem::CacheType(ty) => (
                format!("`#[cache]` cannot be a `{ty}`"),
                "write `#[cache] cell: &Counter`, with a `repr(C)` struct of the module whose fields are `Cell`s".into(),
            ),
            Problem::CellReference(name) => (
                "a reference to an inline-cache cell must be shared and have no lifetime: a runtime function may run the op again".into(),
                format!("write `&{name}`, with fields such as `hits: Cell<u32>`, `cell.hits.get()` and `cell.hits.set(value)`"),
            ),
            Problem::NoCell(name) => (
                format!("only inline-cache cells can be referenced, and the fields of `{name}` are not `Cell`s"),
                "write each field like `hits: Cell<u32>`, or take the struct by value".into(),
            ),
            Problem::CellByValue(name) => (
                format!("`{name}` is an inline-cache cell, which cannot be moved or copied"),
                format!("write `&{name}`, and use its fields through `get` and `set`"),
            ),
            Problem::CellType(text) => (
                format!("a `{text}` can only be a field of an inline-cache cell"),
                "take the struct with the field as `#[cache] cell: &Counter`; use plain values in variables and other structs".into(),
            ),
            Problem::CellField(text) => (
                "every field of an inline-cache cell must be a `Cell`".into(),
                format!("write `Cell<{text}>`"),
            ),
            Problem::CellCallee => pair(
                "an inline-cache cell starts as zeros, so it cannot hold a `Callee`",
                "store what identifies the function, such as a value or the address of an object",
            ),
            Problem::CellAccess(field, ty) => (
                format!("`{field}` is a `Cell<{ty}>`"),
                format!("write `{field}.get()` or `{field}.set(value)`"),
            ),
            Problem::KindArgument(name) => {
                (format!("`#[{name}]` takes no arguments"), format!("write `#[{name}]`"))
            }
            Problem::TwoWindows => pair("an op can have one window", "pass the rest in slots"),
            Problem::WindowLast => pair(
                "the window must be on top of the operand stack",
                "make it the last operand that is popped",
            ),
            Problem::ResultSlot => pair(
                "`result = slot` is for a stack machine's op with one result",
                "remove it: on a register machine, every result is in a slot",
            ),
            Problem::StackCall => pair(
                "this op pushes a call's result on one path and not on another",
                "on a stack machine, an op that calls must call or return an error on every path",
            ),
            Problem::StackReturns => pair(
                "a function of a stack machine returns one value",
                "write `vm.ret(value)`: a call pushes one result, so the others would be lost",
            ),
            Problem::CallPops => pair(
                "this op makes a call and pops more than its window",
                "a call's result replaces the window: take the other values as `#[place(slot)]`, or leave them on the stack for another op to drop",
            ),
            Problem::Reviewed => pair(
                "a hand-written stencil needs the fingerprint of the op that it was reviewed against",
                "write `#[vm_op(stencil = \"file.c\", reviewed = \"…\")]`; the build's report has the fingerprint",
            ),
            Problem::UnknownType(name) => (
                format!("unknown type `{name}`"),
                "define it in the module as a `repr(C)` struct; types from elsewhere can only be used behind raw pointers".into(),
            ),
            Problem::TypeForm(text) => (
                format!("the op language has no type `{text}`"),
                "use integers, `f32`, `f64`, `bool`, raw pointers, structs of the module, `Option`, tuples and `Result<…, Thrown>`".into(),
            ),
            Problem::Mismatch { expected, found } => {
                let help = match found.as_str() {
                    "()" => "the value of a block is its last expression, without a `;`",
                    _ => "convert it with `as`, or change one of the types; a number without a type is an `i32` or an `f64`",
                };
                (format!("expected `{expected}`, found `{found}`"), help.into())
            }
            Problem::FloatLiteral { expected, found } => {
                (format!("expected `{expected}`, found `{found}`"), "write the number as a float, as in `1.0`".into())
            }
            Problem::LiteralRange { literal, ty } => {
                (format!("`{literal}` does not fit into `{ty}`"), "use a number in range, or a larger type".into())
            }
            Problem::NoneType => {
                pair("the type of this `None` is not known", "write the type, as in `let x: Option<i64> = None`")
            }
            Problem::Branches { one, other } => {
                (format!("one branch is a `{one}`, the other a `{other}`"), "give both the same type".into())
            }
            Problem::Unsupported { what, instead } => {
                (format!("the op language does not support {what}"), (*instead).to_owned())
            }
            Problem::UnknownName(name) => (
                format!("unknown name `{name}`"),
                "an op can use its operands, its variables and the constants of the module".into(),
            ),
            Problem::UnknownFunction(name) => (
                format!("unknown function `{name}`"),
                "define it in the module as a helper, or declare it in `unsafe extern \"Rust\"` and implement it outside".into(),
            ),
            Problem::OpCall(name) => (
                format!("`{name}` is an op, and ops cannot call each other"),
                "move the shared code into a helper function".into(),
            ),
            Problem::UnknownMethod { ty, method } => (
                format!("the op language has no method `{method}` for `{ty}`"),
                "write it in an `impl` block of the module, or declare a runtime function in `unsafe extern \"Rust\"`".into(),
            ),
            Problem::UnknownField { ty, field } => {
                (format!("`{ty}` has no field `{field}`"), "use one of its fields".into())
            }
            Problem::ArgumentCount { name, takes, given } => {
                let plural = if *takes == 1 { "" } else { "s" };
                (format!("`{name}` takes {takes} argument{plural}, not {given}"), "pass one argument for each parameter".into())
            }
            Problem::PlainArithmetic { op, method } => (
                format!("plain integer `{op}` panics in debug builds, wraps in release builds, and is undefined in C"),
                format!("write `a.wrapping_{method}(b)`, `a.checked_{method}(b)` or `a.overflowing_{method}(b)`"),
            ),
            Problem::PlainShift { op, method } => (
                format!("plain `{op}` panics when the shift is not smaller than the number of bits"),
                format!("write `a.wrapping_{method}(n)`, which masks the shift, or `a.checked_{method}(n)`"),
            ),
            Problem::PlainNegate => pair(
                "plain integer `-` panics in debug builds for the smallest number",
                "write `a.wrapping_neg()` or `a.checked_neg()`",
            ),
            Problem::DivisionMayPanic { what, remainder } => {
                let checked = if *remainder { "checked_rem" } else { "checked_div" };
                (format!("`{what}` panics when the divisor is 0"), format!("write `a.{checked}(b)` and handle `None`"))
            }
            Problem::FloatRemainder => pair(
                "the remainder of floats needs a library call",
                "declare a runtime function in `unsafe extern \"Rust\"` and call it",
            ),
            Problem::MinOfFloats { method, long } => (
                format!("Rust does not say which zero `{method}` of 0.0 and -0.0 is"),
                format!("write `a.{long}_number(b)`, or `a.{long}(b)` if a NaN is to be passed on"),
            ),
            Problem::CompareStructs(ty) => {
                (format!("`{ty}` cannot be compared as a whole"), "compare its fields, in a helper of its `impl` block".into())
            }
            Problem::Operator { op, ty } => {
                (format!("`{op}` cannot be applied to `{ty}`"), "convert the operands with `as`, or use a method".into())
            }
            Problem::CastForm { from, to } => (
                format!("`{from}` cannot be cast to `{to}`"),
                "cast between numbers, from `bool` to integers, or between pointers and 64-bit integers".into(),
            ),
            Problem::FlowValue => pair(
                "a `Flow` can only be the result of an op",
                "write it as the last expression of each path through the op",
            ),
            Problem::HostAccess => pair(
                "stencils cannot access `vm.host`",
                "put what the op needs into the context, or declare a runtime function in `unsafe extern \"Rust\"`",
            ),
            Problem::NoContext => pair(
                "this instruction set has no context",
                "write `#[mimeo::instruction_set(…, context = Context)]`, with a `repr(C)` struct of the module",
            ),
            Problem::VmField(field) => (
                format!("an op cannot access `vm.{field}`"),
                "use `vm.context`, `vm.call(callee, window)`, `vm.tail_call(callee)`, `vm.ret(value)`, `vm.ret_window(window)` and `vm.deopt()`, and `vm.slot_of`, `vm.set_slot_of` and `vm.fill` for the window, and `vm.function_word()`; the rest is for runtime functions".into(),
            ),
            Problem::VmValue => pair(
                "`vm` can only be passed to a function or used for its context",
                "write `vm.context.field`, or pass `vm` to a helper or runtime function",
            ),
            Problem::OperandValue { ty, instead } => {
                (format!("a `{ty}` is not a value"), format!("it is part of the op's encoding; write {instead}"))
            }
            Problem::ConditionType(ty) => {
                (format!("a condition is a `bool`, not a `{ty}`"), "compare it: `x != 0`".into())
            }
            Problem::Unbounded => pair(
                "this loop is not known to end",
                "write `while i < n { …; i = i.wrapping_add(1); }` with `i` and `n` changed nowhere else in the loop",
            ),
            Problem::Continue => pair("`continue` can skip the step of the loop", "put the rest of the body into `if … { … }`"),
            Problem::Pattern => pair(
                "the op language does not support this pattern",
                "use numbers, ranges, `bool`, constants, `Some(…)`, `None`, `Ok(…)`, `Err(…)`, tuples, names, `_`, and `|` without names",
            ),
            Problem::PatternName(name) => (
                format!("`{name}` is not a constant of the module, so it would match anything"),
                "define the constant in the module, or start the name of a variable with a lowercase letter".into(),
            ),
            Problem::TryType(ty) => {
                (format!("`?` needs a `Result<…, Thrown>`, not a `{ty}`"), "use `match` or `if let`".into())
            }
            Problem::TryOutside => pair(
                "`?` needs a function that returns `Result<…, Thrown>`",
                "change the return type of this function",
            ),
            Problem::Recursive(name) => {
                (format!("the helper `{name}` calls itself"), "write a runtime function: helpers are inlined into stencils".into())
            }
            Problem::LateThrow => pair(
                "this can throw or deopt after the op has had a visible effect",
                "do this first, and store to memory and call the runtime only when nothing can fail any more",
            ),
            Problem::FlowBesideValues => pair(
                "a flow returned together with values must be `Flow::Next` or a label's `jump()`",
                "branch outside the tuple: `if … { (value, to.jump()) } else { (value, Flow::Next) }`",
            ),
            Problem::DerefType(ty) => {
                (format!("`*` needs a raw pointer to a known type, not a `{ty}`"), "cast it with `.cast::<T>()`".into())
            }
            Problem::AssignTo => pair(
                "this cannot be assigned to",
                "assign to a variable, through a raw pointer, or to a field of the context; use `set` for a field of a cell",
            ),
            Problem::LetWithoutType => pair(
                "a variable without a value needs a type",
                "write `let x: i64;`, or give it a value",
            ),
            Problem::NanBits => pair(
                "this float can be a computed NaN, whose bits depend on the compiler",
                "write `.canonical_bits()`, which turns every NaN into the same one, or call `to_bits()` only after `!x.is_nan()` or a comparison that is false for NaN",
            ),
            Problem::NanLeaves(how) => (
                format!("a float that is {how} can be a computed NaN, whose bits depend on the compiler"),
                "write `x.quiet()`, which turns every NaN into the same one, or do this only after `!x.is_nan()` or a comparison that is false for NaN".into(),
            ),
            Problem::NanArgument(helper) => (
                format!("`{helper}` exposes the bits of this float, which can be a computed NaN, whose bits depend on the compiler"),
                "pass `x.quiet()`, which turns every NaN into the same one, or call it only after `!x.is_nan()` or a comparison that is false for NaN".into(),
            ),
        }
    }
}
