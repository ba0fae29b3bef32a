//! Conditions → the same Rust and the same C as a value and two branches that are written out.

use crate::family::tests::{BRANCHES, assert_same, expanded, problems};

/// Conditions, and the same ops written out.
const CASES: [(&str, &str); 10] = [
    // The usual names, and the documentation.
    (
        "/// Whether `a < b`.
         ///
         /// As signed numbers.
         #[vm_op(branches)]
         fn less(a: i64, #[imm] b: i64) -> bool { a < b }",
        "/// Whether `a < b`.
         ///
         /// As signed numbers.
         #[vm_op]
         fn less(a: i64, #[imm] b: i64) -> i64 { (a < b) as i64 }
         /// Jumps to `to` if `a < b`.
         ///
         /// As signed numbers.
         #[vm_op]
         fn jump_if_less(a: i64, #[imm] b: i64, to: Label) -> Flow { if a < b { to.jump() } else { Flow::Next } }
         /// Jumps to `to` unless `a < b`.
         ///
         /// As signed numbers.
         #[vm_op]
         fn jump_unless_less(a: i64, #[imm] b: i64, to: Label) -> Flow { if a < b { Flow::Next } else { to.jump() } }",
    ),
    // Other names, in the usual order, and a body with parentheses.
    (
        "/// Returns `true` if `a` is
         /// 0. Then it ends
         #[vm_op(branches(unless = repeat, value = r#try))]
         fn is_zero(a: i64) -> bool { (a == 0) }",
        "/// Returns `true` if `a` is
         /// 0. Then it ends
         #[vm_op]
         fn r#try(a: i64) -> i64 { (a == 0) as i64 }
         /// Jumps to `to` unless `a` is
         /// 0. Then it ends.
         #[vm_op]
         fn repeat(a: i64, to: Label) -> Flow { if a == 0 { Flow::Next } else { to.jump() } }",
    ),
    // No documentation, one branch, other arguments, and a raw name.
    (
        "#[vm_op(branches(if), stencil = none)]
         fn r#in(a: i64) -> bool { a == 0 }",
        "#[vm_op(stencil = none)]
         fn jump_if_in(a: i64, to: Label) -> Flow { if a == 0 { to.jump() } else { Flow::Next } }",
    ),
    // Results wherever the function ends.
    (
        "#[vm_op(stencil = required, branches)]
         fn ends(a: i64, b: i64) -> bool {
             if a == 1 { return b == 2; }
             if a == 3 { if b == 4 { return true; } else { return false } }
             match a {
                 5 => false,
                 6 => { let c = a == b; c }
                 7 if b == 8 => return match b { 9 => return true, _ => b == 10 },
                 _ => if b == 11 { unsafe { *(b as *const i64) == 12 } } else if b == 13 { a == b } else { true },
             }
         }",
        "#[vm_op(stencil = required)]
         fn ends(a: i64, b: i64) -> i64 {
             if a == 1 { return (b == 2) as i64; }
             if a == 3 { if b == 4 { return true as i64; } else { return false as i64 } }
             match a {
                 5 => false as i64,
                 6 => { let c = a == b; c as i64 }
                 7 if b == 8 => return match b { 9 => return true as i64, _ => (b == 10) as i64 },
                 _ => if b == 11 { unsafe { (*(b as *const i64) == 12) as i64 } }
                      else if b == 13 { (a == b) as i64 } else { true as i64 },
             }
         }
         #[vm_op(stencil = required)]
         fn jump_if_ends(a: i64, b: i64, to: Label) -> Flow {
             if a == 1 { return if b == 2 { to.jump() } else { Flow::Next }; }
             if a == 3 { if b == 4 { return to.jump(); } else { return Flow::Next } }
             match a {
                 5 => Flow::Next,
                 6 => { let c = a == b; if c { to.jump() } else { Flow::Next } }
                 7 if b == 8 => return match b { 9 => return to.jump(), _ => if b == 10 { to.jump() } else { Flow::Next } },
                 _ => if b == 11 { unsafe { if *(b as *const i64) == 12 { to.jump() } else { Flow::Next } } }
                      else if b == 13 { if a == b { to.jump() } else { Flow::Next } } else { to.jump() },
             }
         }
         #[vm_op(stencil = required)]
         fn jump_unless_ends(a: i64, b: i64, to: Label) -> Flow {
             if a == 1 { return if b == 2 { Flow::Next } else { to.jump() }; }
             if a == 3 { if b == 4 { return Flow::Next; } else { return to.jump() } }
             match a {
                 5 => to.jump(),
                 6 => { let c = a == b; if c { Flow::Next } else { to.jump() } }
                 7 if b == 8 => return match b { 9 => return Flow::Next, _ => if b == 10 { Flow::Next } else { to.jump() } },
                 _ => if b == 11 { unsafe { if *(b as *const i64) == 12 { Flow::Next } else { to.jump() } } }
                      else if b == 13 { if a == b { Flow::Next } else { to.jump() } } else { Flow::Next },
             }
         }",
    ),
    // A result that can be an error.
    (
        "#[vm_op(branches)]
         fn asked(vm: &mut Vm, a: i64) -> Result<bool, Thrown> {
             if a == 1 { return Ok(a > 0); }
             if a == 2 { return Err(refuse(vm)); }
             if a == 3 { return Ok(match a { 4 => true, _ => a == 5 }) }
             ask(vm, a)
         }",
        "#[vm_op]
         fn asked(vm: &mut Vm, a: i64) -> Result<i64, Thrown> {
             if a == 1 { return Ok((a > 0) as i64); }
             if a == 2 { return Err(refuse(vm)); }
             if a == 3 { return match a { 4 => Ok(true as i64), _ => Ok((a == 5) as i64) } }
             Ok(ask(vm, a)? as i64)
         }
         #[vm_op]
         fn jump_if_asked(vm: &mut Vm, a: i64, to: Label) -> Result<Flow, Thrown> {
             if a == 1 { return if a > 0 { Ok(to.jump()) } else { Ok(Flow::Next) }; }
             if a == 2 { return Err(refuse(vm)); }
             if a == 3 { return match a {
                 4 => Ok(to.jump()),
                 _ => if a == 5 { Ok(to.jump()) } else { Ok(Flow::Next) }
             } }
             if ask(vm, a)? { Ok(to.jump()) } else { Ok(Flow::Next) }
         }
         #[vm_op]
         fn jump_unless_asked(vm: &mut Vm, a: i64, to: Label) -> Result<Flow, Thrown> {
             if a == 1 { return if a > 0 { Ok(Flow::Next) } else { Ok(to.jump()) }; }
             if a == 2 { return Err(refuse(vm)); }
             if a == 3 { return match a {
                 4 => Ok(Flow::Next),
                 _ => if a == 5 { Ok(Flow::Next) } else { Ok(to.jump()) }
             } }
             if ask(vm, a)? { Ok(Flow::Next) } else { Ok(to.jump()) }
         }",
    ),
    // The result that a branch jumps for, in the body and in the documentation.
    (
        "/// `a`, and not {when}
         #[vm_op(branches(if, unless, when))]
         fn told(vm: &mut Vm, a: i64) -> Result<bool, Thrown> { tell(vm, a, when) }",
        "/// Jumps to `to` if `a`, and not true.
         #[vm_op]
         fn jump_if_told(vm: &mut Vm, a: i64, to: Label) -> Result<Flow, Thrown> {
             if tell(vm, a, true)? { Ok(to.jump()) } else { Ok(Flow::Next) }
         }
         /// Jumps to `to` unless `a`, and not false.
         #[vm_op]
         fn jump_unless_told(vm: &mut Vm, a: i64, to: Label) -> Result<Flow, Thrown> {
             if tell(vm, a, false)? { Ok(Flow::Next) } else { Ok(to.jump()) }
         }",
    ),
    // The same with a name for it.
    (
        "#[vm_op(branches(when = jumps_for, unless))]
         fn told(vm: &mut Vm, a: i64) -> Result<bool, Thrown> { tell(vm, a, jumps_for) }",
        "#[vm_op]
         fn jump_unless_told(vm: &mut Vm, a: i64, to: Label) -> Result<Flow, Thrown> {
             if tell(vm, a, false)? { Ok(Flow::Next) } else { Ok(to.jump()) }
         }",
    ),
    // A family of conditions, whose names are made of those of the rows.
    (
        "/// `a {compare} b`
         #[vm_op(branches(value, if), each(compare): less(<), equal(==))]
         fn comparison(a: i64, b: i64) -> bool { compare(a, b) }",
        "/// `a < b`
         #[vm_op]
         fn less(a: i64, b: i64) -> i64 { (a < b) as i64 }
         /// Jumps to `to` if `a < b`.
         #[vm_op]
         fn jump_if_less(a: i64, b: i64, to: Label) -> Flow { if a < b { to.jump() } else { Flow::Next } }
         /// `a == b`
         #[vm_op]
         fn equal(a: i64, b: i64) -> i64 { (a == b) as i64 }
         /// Jumps to `to` if `a == b`.
         #[vm_op]
         fn jump_if_equal(a: i64, b: i64, to: Label) -> Flow { if a == b { to.jump() } else { Flow::Next } }",
    ),
    // A family whose rows choose the names.
    (
        "#[vm_op(branches(if = name, unless = opposite), each(compare, name, opposite): x(<, below, from), y(==, at, off))]
         fn comparison(a: i64, b: i64) -> bool { compare(a, b) }",
        "#[vm_op]
         fn below(a: i64, b: i64, to: Label) -> Flow { if a < b { to.jump() } else { Flow::Next } }
         #[vm_op]
         fn from(a: i64, b: i64, to: Label) -> Flow { if a < b { Flow::Next } else { to.jump() } }
         #[vm_op]
         fn at(a: i64, b: i64, to: Label) -> Flow { if a == b { to.jump() } else { Flow::Next } }
         #[vm_op]
         fn off(a: i64, b: i64, to: Label) -> Flow { if a == b { Flow::Next } else { to.jump() } }",
    ),
    // A function that is no condition.
    ("#[vm_op()] fn same(a: i64) -> i64 { a }", "#[vm_op] fn same(a: i64) -> i64 { a }"),
];

/// Conditions of a set whose values are not numbers.
const BOXED: (&str, &str) = (
    "#[vm_op(branches(value, unless))]
     fn asked(vm: &mut Vm, a: Value) -> Result<bool, Thrown> {
         if a.0 == 1 { return Ok(true) }
         ask(vm, a)
     }
     #[vm_op(branches(value, unless))]
     fn is_zero(a: Value) -> bool { a.0 == 0 }",
    "#[vm_op]
     fn asked(vm: &mut Vm, a: Value) -> Result<Value, Thrown> {
         if a.0 == 1 { return Ok(Value::boolean(true)) }
         Ok(Value::boolean(ask(vm, a)?))
     }
     #[vm_op]
     fn jump_unless_asked(vm: &mut Vm, a: Value, to: Label) -> Result<Flow, Thrown> {
         if a.0 == 1 { return Ok(Flow::Next) }
         if ask(vm, a)? { Ok(Flow::Next) } else { Ok(to.jump()) }
     }
     #[vm_op]
     fn is_zero(a: Value) -> Value { Value::boolean(a.0 == 0) }
     #[vm_op]
     fn jump_unless_is_zero(a: Value, to: Label) -> Flow { if a.0 == 0 { Flow::Next } else { to.jump() } }",
);

fn module(ops: &str) -> String {
    format!(
        "mod ops {{
            unsafe extern \"Rust\" {{
                fn ask(vm: &mut Vm, a: i64) -> Result<bool, Thrown>;
                fn tell(vm: &mut Vm, a: i64, when: bool) -> Result<bool, Thrown>;
                #[cold]
                fn refuse(vm: &mut Vm) -> Thrown;
            }}
            {ops}
        }}"
    )
}

#[test]
fn a_condition_equals_its_ops_written_out() {
    for arguments in ["value = i64", "value = i64, operands = stack"] {
        for (condition, ops) in CASES {
            assert_same(arguments, &module(condition), &module(ops));
        }
    }
}

#[test]
fn a_function_of_the_module_turns_a_result_into_a_value() {
    let module = |ops: &str| {
        format!(
            "mod ops {{
                #[repr(transparent)]
                pub struct Value(u64);
                impl Value {{ fn boolean(b: bool) -> Value {{ Value(b as u64) }} }}
                unsafe extern \"Rust\" {{ fn ask(vm: &mut Vm, a: Value) -> Result<bool, Thrown>; }}
                {ops}
            }}"
        )
    };
    assert_same("value = Value, boolean = Value::boolean", &module(BOXED.0), &module(BOXED.1));
}

#[test]
fn a_problem_in_a_condition_is_reported_once() {
    let problems = |ops: &str| problems("value = i64", &module(ops));
    let missing = "#[vm_op(branches)]\nfn less(a: i64, b: i64) -> bool { a < missing(b) }";
    assert_eq!(problems(missing), "unknown function `missing`; \n");
    let family = "#[vm_op(branches, each(by): one(1), two(true), three(2))]
                  fn less(a: i64) -> bool { a < by }";
    assert_eq!(problems(family), "expected `i64`, found `bool`; note: only in `two`\n");
}

#[test]
fn the_assembler_knows_the_branches_of_each_value() {
    // `both_a`, `both_a_b_constant` and the two encodings of each branch; `half` has no branch for `false`, and `jumps`
    // no value.
    let ops = "#[vm_op(branches)] fn both(a: i64, #[place(slot, constant)] b: i64) -> bool { a < b }
               #[vm_op(branches(value, if))] fn half(a: i64) -> bool { a == 0 }
               #[vm_op(branches(if, unless))] fn jumps(a: i64) -> bool { a == 1 }";
    let text = expanded("value = i64", &module(ops));
    let (_, list) = text.split_once(BRANCHES).expect("it is a register machine");
    let (list, _) = list.split_once(']').expect("the list ends");
    let expected = "(0,false,4),(0,true,2),(1,false,5),(1,true,3),(6,true,7),";
    assert_eq!(list.replace("u16", "").replace(' ', ""), expected);
    assert!(!expanded("value = i64, operands = stack", &module(ops)).contains("branch_on_last"));
}
