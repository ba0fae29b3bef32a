//! Ops → what the audit of their stencils requires: the symbols that correct code must use, and whether control
//! continues at an address that the code reads. Also how variables reach the functions of slow paths.

use crate::{Lowered, StencilSource, lower_file};

const MODULE: &str = "
    #[instruction_set(value = i64, context = Context, operands = registers)]
    mod ops {
        #[repr(C)]
        pub struct Context { pub nothing: u64 }
        unsafe extern \"Rust\" {
            fn log(vm: &mut Vm, value: i64);
            fn look(vm: &mut Vm, values: Window);
            fn refuse(vm: &mut Vm) -> Thrown;
            fn other(vm: &mut Vm) -> Callee;
        }
        #[vm_op] fn first(a: i64, _b: i64) -> i64 { a }
        #[vm_op] fn pair(a: i64) -> (i64, i64) { (a, a) }
        #[vm_op] fn jump(to: Label) -> Flow { to.jump() }
        #[vm_op] fn branch(a: i64, to: Label) -> Flow { if a > 0 { to.jump() } else { Flow::Next } }
        #[vm_op] fn jump_to_one(a: i64, to: Labels) -> Flow { to.jump(a as u64) }
        #[vm_op] fn leave(vm: &mut Vm) -> Flow { vm.deopt() }
        #[vm_op] fn call(vm: &mut Vm, callee: Callee, args: Window) -> Flow { vm.call(callee, args) }
        #[vm_op] fn call_other(vm: &mut Vm, args: Window) -> Flow { let callee = other(vm); vm.call(callee, args) }
        #[vm_op] fn tail_call(vm: &mut Vm, callee: Callee) -> Flow { vm.tail_call(callee) }
        #[vm_op] fn ret(vm: &mut Vm, a: i64) -> Flow { vm.ret(a) }
        #[vm_op] fn note(vm: &mut Vm, a: i64) { log(vm, a) }
        #[vm_op] fn fail(vm: &mut Vm) -> Result<i64, Thrown> { Err(refuse(vm)) }
        #[vm_op] fn half(vm: &mut Vm, a: i64) -> Result<i64, Thrown> { if a > 0 { Ok(a) } else { Err(refuse(vm)) } }
        #[vm_op] fn early(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
            if a > 0 { return Ok(a); }
            Err(refuse(vm))
        }
        #[vm_op] fn see(vm: &mut Vm, args: Window) { look(vm, args) }
        #[vm_op] fn len(args: Window) -> i64 { args.len() as i64 }
        #[vm_op] fn fill(vm: &mut Vm, args: Window) { vm.fill(args, 1); }
        #[vm_op] fn ret_all(vm: &mut Vm, args: Window) -> Flow { vm.ret_window(args) }
        #[vm_op] fn word(vm: &mut Vm) -> i64 { vm.function_word() as i64 }
    }
";

fn lowered() -> Lowered {
    lower(MODULE)
}

fn lower(module: &str) -> Lowered {
    let mut sets = lower_file(module, "ops.rs").expect("it is Rust");
    assert_eq!(sets.len(), 1);
    sets.remove(0)
}

#[test]
fn calls_returns_and_lists_of_labels_continue_at_an_address_that_their_code_reads() {
    let set = lowered();
    let transferring: Vec<&str> = set.ops.iter().filter(|op| op.transfers).map(|op| op.name.as_str()).collect();
    assert_eq!(transferring, ["jump_to_one", "call", "call_other", "tail_call", "ret", "ret_all"]);
}

#[test]
fn only_callees_that_the_verifier_does_not_know_have_their_arity_checked() {
    let checking = |module: &str| -> Vec<String> {
        let ops = lower(module).ops.into_iter();
        let ops = ops.filter(|op| matches!(&op.source, StencilSource::Generated(c) if c.contains("callee->arity")));
        ops.map(|op| op.name).collect()
    };
    assert_eq!(checking(MODULE), ["call_other"]);
    assert!(checking(&MODULE.replace("operands = registers", "operands = registers, arity = 1")).is_empty());
}

#[test]
fn code_must_use_what_its_op_uses() {
    let required: Vec<String> = lowered()
        .ops
        .iter()
        .map(|op| {
            let symbols = op.symbols.iter().filter(|symbol| symbol.required).map(|symbol| symbol.name.as_str());
            format!("{}: {}", op.name, symbols.collect::<Vec<_>>().join(" "))
        })
        .collect();
    let expected = [
        "first: CONTINUE HOLE_dst HOLE_a",
        "pair: CONTINUE HOLE_dst0 HOLE_dst1 HOLE_a",
        "jump: JUMP_to",
        "branch: CONTINUE HOLE_a JUMP_to",
        "jump_to_one: HOLE_a HOLE_to HOLE_to_len",
        "leave: HOLE_next_pc",
        // The verifier has checked the number of arguments, unless it does not know the function.
        "call: HOLE_next_pc CONTINUE HOLE_callee HOLE_args",
        "call_other: HOLE_next_pc CONTINUE HOLE_args HOLE_args_len",
        "tail_call: HOLE_callee",
        "ret: HOLE_a",
        "note: HOLE_a",
        "fail: ",
        // An op that throws on only one path still has a result.
        "half: CONTINUE HOLE_dst HOLE_a",
        "early: CONTINUE HOLE_dst HOLE_a",
        "see: HOLE_args HOLE_args_len",
        "len: CONTINUE HOLE_dst HOLE_args_len",
        "fill: HOLE_args HOLE_args_len",
        "ret_all: HOLE_args HOLE_args_len",
        "word: HOLE_function_word CONTINUE HOLE_dst",
    ];
    assert_eq!(required, expected);
}

/// Ops with a slow path that uses the operand `a`, after code that may change the slot of `a`, or may not.
const SLOW: &str = "
    #[instruction_set(value = i64, context = Context, operands = registers)]
    mod ops {
        #[repr(C)]
        pub struct Context { pub nothing: u64 }
        unsafe extern \"Rust\" {
            fn touch(vm: &mut Vm);
            fn look(vm: &mut Vm, a: i64) -> i64;
        }
        fn touch_if(vm: &mut Vm, a: i64) { if a > 0 { touch(vm); } }
        fn sum(a: i64, b: i64) -> i64 { a.wrapping_add(b) }
        #[vm_op] fn at_once(vm: &mut Vm, a: i64, n: i64) -> i64 {
            if n > 7 { look(vm, a) } else { n }
        }
        #[vm_op] fn assigned(vm: &mut Vm, mut a: i64, n: i64) -> i64 {
            a = a.wrapping_add(n);
            if n > 7 { look(vm, a) } else { n }
        }
        #[vm_op] fn after_a_call(vm: &mut Vm, a: i64, n: i64) -> i64 {
            if n > 8 { touch(vm); }
            if n > 7 { look(vm, a) } else { n }
        }
        #[vm_op] fn after_a_helper(vm: &mut Vm, a: i64, n: i64) -> i64 {
            touch_if(vm, n);
            if n > 7 { look(vm, a) } else { n }
        }
        #[vm_op] fn after_a_pure_helper(vm: &mut Vm, a: i64, n: i64) -> i64 {
            let n = sum(n, 1);
            if n > 7 { look(vm, a) } else { n }
        }
        #[vm_op] fn after_a_write(vm: &mut Vm, a: i64, n: i64) -> i64 {
            vm.context.nothing = 1;
            if n > 7 { look(vm, a) } else { n }
        }
        #[vm_op] fn after_an_arm_that_returns(vm: &mut Vm, a: i64, n: i64) -> i64 {
            if n == a { vm.context.nothing = 1; return n; }
            if n > 7 { look(vm, a) } else { n }
        }
        #[vm_op] fn after_a_pure_loop(vm: &mut Vm, a: i64, n: i64) -> i64 {
            let mut i = 0i64;
            while i < n { i = i.wrapping_add(1); }
            if n > 7 { look(vm, a) } else { n }
        }
        #[vm_op] fn in_the_next_iteration(vm: &mut Vm, a: i64, n: i64) -> i64 {
            let mut i = 0i64;
            while i < n {
                if i == 5 { return look(vm, a); }
                touch(vm);
                i = i.wrapping_add(1);
            }
            n
        }
        #[vm_op] fn after_a_break(vm: &mut Vm, a: i64, n: i64) -> i64 {
            let mut i = 0i64;
            while i < n {
                if i == a { touch(vm); break; }
                i = i.wrapping_add(1);
            }
            if n > 7 { look(vm, a) } else { n }
        }
    }
";

#[test]
fn an_operand_whose_slot_may_have_changed_is_passed_to_the_slow_path() {
    let passed: Vec<(String, bool)> = lower(SLOW)
        .ops
        .into_iter()
        .map(|op| {
            let StencilSource::Generated(c) = op.source else { panic!("`{}` is generated", op.name) };
            let (_, function) = c.split_once("OUTLINED ").expect("the slow path is a function of its own");
            let (head, body) = function.split_once('{').expect("it has a body");
            let reads = body.split("STENCIL").next().is_some_and(|body| body.contains("READ_SLOT(HOLE_a)"));
            assert_ne!(head.contains("uint64_t a0"), reads, "{}: {c}", op.name);
            (op.name, !reads)
        })
        .collect();
    let expected = [
        ("at_once", false),
        ("assigned", true),
        ("after_a_call", true),
        ("after_a_helper", true),
        ("after_a_pure_helper", false),
        ("after_a_write", true),
        ("after_an_arm_that_returns", false),
        ("after_a_pure_loop", false),
        ("in_the_next_iteration", true),
        ("after_a_break", true),
    ];
    assert_eq!(passed, expected.map(|(name, is_passed)| (name.to_owned(), is_passed)));
}

#[test]
fn a_branch_says_what_its_parts_expect() {
    for (condition, expected) in [
        ("likely(a > 0)", Some("LIKELY")),
        ("unlikely(a > 0)", Some("UNLIKELY")),
        ("!unlikely(a > 0)", Some("LIKELY")),
        ("unlikely(!likely(a > 0))", Some("UNLIKELY")),
        ("a > 0", None),
        ("a > 0 && unlikely(b > 0)", Some("UNLIKELY")),
        ("likely(a > 0) && unlikely(b > 0)", Some("UNLIKELY")),
        ("likely(a > 0) && b > 0", None),
        ("likely(a > 0) && likely(b > 0)", Some("LIKELY")),
        ("likely(a > 0) || b > 0", Some("LIKELY")),
        ("unlikely(a > 0) || b > 0", None),
        ("unlikely(a > 0) || unlikely(b > 0)", Some("UNLIKELY")),
        ("let Some(c) = a.checked_add(b) && unlikely(c > 0)", Some("UNLIKELY")),
    ] {
        for body in [
            format!("if {condition} {{ Ok(1) }} else {{ Ok(2) }}"),
            format!("Ok(if {condition} {{ 1 }} else {{ 2 }})"),
            format!("if {condition} {{ return Ok(1); }} Ok(2)"),
        ] {
            let op = format!("#[vm_op] fn op(a: i64, b: i64) -> Result<i64, Thrown> {{ {body} }}");
            let lowered = lower(&format!("#[instruction_set(value = i64)] mod ops {{ {op} }}"));
            let StencilSource::Generated(c) = &lowered.ops[0].source else { panic!("it has generated C") };
            let found = c.split("if (").filter_map(|rest| {
                ["LIKELY", "UNLIKELY"].into_iter().find(|hint| rest.starts_with(&format!("{hint}(")))
            });
            assert_eq!(found.collect::<Vec<_>>(), Vec::from_iter(expected), "{body}\n{c}");
        }
    }
}
