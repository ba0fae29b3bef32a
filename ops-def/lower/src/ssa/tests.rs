//! Ops → their bodies in SSA form, as text. The twin tests show that such bodies do what the ops do; these show that
//! they are what a person would write.

use expect_test::{Expect, expect, expect_file};

use crate::errors::Errors;
use crate::set::Set;

/// Returns the bodies of the ops in a module with these items, whose values are `i64`.
fn bodies(items: &str) -> String {
    bodies_with("value = i64, context = Context, operands = registers", items)
}

/// Returns the bodies of the ops in a module with these arguments and items.
pub(crate) fn bodies_with(arguments: &str, items: &str) -> String {
    let source = format!("#[instruction_set({arguments})] mod ops {{ {items} }}");
    let module: syn::ItemMod = syn::parse_str(&source).expect("it is a module");
    let syn::Meta::List(args) = &module.attrs[0].meta else { panic!("the attribute has arguments") };
    let set = Set::read(args.tokens.clone(), module.clone(), &mut Errors::default()).expect("it has a value type");
    let ir = set.ir();
    assert!(mimeo_ir::Set::from_bytes(&ir.to_bytes()).is_ok(), "the bodies are well formed");
    let functions: Vec<String> = set.module.runtime.iter().map(|function| function.name.to_string()).collect();
    let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
    let lowered = set.ops.iter().filter(|op| set.bodies[op.def].is_some()).enumerate();
    lowered.map(|(index, op)| format!("{}\n{}\n", op.name, ir.text_of(index, &functions))).collect()
}

const ITEMS: &str = include_str!("tests/ops.rs");

/// Every construct and every method of the op language.
#[test]
fn every_construct() {
    let bodies = bodies(ITEMS);
    // `places` has two encodings.
    assert_eq!(bodies.matches("\nb0").count(), ITEMS.matches("#[vm_op]").count() + 1, "no op has a problem");
    expect_file!["tests/bodies.txt"].assert_eq(&bodies);
}

fn check(op: &str, expected: Expect) {
    let context = "#[repr(C)] pub struct Context { pub nothing: u64 }";
    expected.assert_eq(&bodies(&format!("{context} {op}")));
}

#[test]
fn a_condition_of_a_helper_branches_directly() {
    let helper = "fn is_small(a: i64) -> bool { a > 0 && (a < 10 || a == 12) }";
    let op = "#[vm_op] fn small(a: i64, to: Label) -> Flow { if is_small(a) { to.jump() } else { Flow::Next } }";
    check(
        &format!("{helper} {op}"),
        expect![[r#"
            small
            b0(v0: i64, v1: i64):
              v2: i64 = 0
              v3: i8 = less_signed v2, v0
              branch v3, b1, b4
            b1:
              v4: i64 = 10
              v5: i8 = less_signed v0, v4
              branch v5, b3, b2
            b2:
              v6: i64 = 12
              v7: i8 = equal v0, v6
              branch v7, b3, b4
            b3:
              to v1
            b4:
              next

        "#]],
    );
}

#[test]
fn variables_of_loops_are_parameters_and_others_are_not() {
    let op = "#[vm_op] fn sum(a: i64, #[imm] n: u32) -> i64 {
        let (mut i, mut total) = (0u32, 0i64);
        let twice = a.wrapping_add(a);
        while i < n {
            total = total.wrapping_add(twice);
            i = i.wrapping_add(1);
        }
        total
    }";
    check(
        op,
        expect![[r#"
        sum
        b0(v0: i64, v1: i64):
          v2: i32 = truncate v1
          v3: i32 = 0
          v4: i64 = 0
          v5: i64 = add v0, v0
          jump b1(v3, v4)
        b1(v6: i32, v7: i64):
          v8: i8 = less_unsigned v6, v2
          branch v8, b2, b3
        b2:
          v9: i64 = add v7, v5
          v10: i32 = 1
          v11: i32 = add v6, v10
          jump b1(v11, v9)
        b3:
          next v7

    "#]],
    );
}

#[test]
fn the_error_of_a_helper_goes_where_the_op_takes_it() {
    let items = "extern \"Rust\" { fn ask(vm: &mut Vm, a: i64) -> Result<i64, Thrown>; }
        fn twice(vm: &mut Vm, a: i64) -> Result<i64, Thrown> { Ok(ask(vm, a)?.wrapping_add(a)) }
        #[vm_op] fn pass(vm: &mut Vm, a: i64) -> Result<i64, Thrown> { Ok(twice(vm, a)?.wrapping_neg()) }
        #[vm_op] fn keep(vm: &mut Vm, a: i64) -> i64 { match twice(vm, a) { Ok(b) => b, Err(_) => 7 } }";
    check(
        items,
        expect![[r#"
            pass
            b0(v0: i64):
              runtime ask(v0) ok b1 with the result err b2
            b1(v1: i64):
              v2: i64 = add v1, v0
              v3: i64 = 0
              v4: i64 = sub v3, v2
              next v4
            b2:
              throw

            keep
            b0(v0: i64):
              runtime ask(v0) ok b1 with the result err b2
            b1(v1: i64):
              v2: i64 = add v1, v0
              next v2
            b2:
              v3: i64 = 7
              next v3

        "#]],
    );
}

#[test]
fn a_condition_passes_on_what_it_assigns() {
    let op = "#[vm_op] fn chain(a: i64, b: i64) -> i64 {
        if let Some(sum) = a.checked_add(b) && sum > 3 && let (x, false) = sum.overflowing_mul(b) { x } else { sum_of(a) }
    }
    fn sum_of(a: i64) -> i64 { a.wrapping_add(a) }";
    check(
        op,
        expect![[r#"
        chain
        b0(v0: i64, v1: i64):
          v2: i64 = add v0, v1
          v3: i8 = add_overflows_signed v0, v1
          v4: i8 = 1
          v5: i8 = xor v3, v4
          branch v5, b1, b4
        b1:
          v6: i64 = 3
          v7: i8 = less_signed v6, v2
          branch v7, b2, b4
        b2:
          v8: i64 = mul v2, v1
          v9: i8 = mul_overflows_signed v2, v1
          v10: i8 = 0
          v11: i8 = equal v9, v10
          branch v11, b3, b4
        b3:
          next v8
        b4:
          v12: i64 = add v0, v0
          next v12

    "#]],
    );
}

#[test]
fn a_hint_is_the_condition_itself() {
    let with = "#[vm_op] fn rare(a: i64, b: i64) -> i64 { if unlikely(a > b) && !likely(a == 3) { 1 } else { 2 } }";
    let context = "#[repr(C)] pub struct Context { pub nothing: u64 }";
    let bodies = |op: &str| bodies(&format!("{context} {op}"));
    assert_eq!(bodies(with), bodies(&with.replace("unlikely", "").replace("likely", "")));
    // A function of the module hides that of mimeo.
    let own = "fn likely(a: i64) -> bool { a > 5 } #[vm_op] fn rare(a: i64) -> i64 { likely(a) as i64 }";
    assert_eq!(bodies(own), bodies(&own.replace("likely", "greater")));
}
