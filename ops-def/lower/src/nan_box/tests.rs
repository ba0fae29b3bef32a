//! Lists of kinds → the items that a module gains, as Rust, as text, and in the bodies of ops.

use expect_test::expect;
use quote::ToTokens;

use super::{NanBox, Written};
use crate::errors::Errors;
use crate::ssa::tests::bodies_with;

/// Returns what a list of kinds becomes in a module with a struct `Text`.
fn read(list: &str) -> NanBox {
    let written: Written = syn::parse_str(list).expect("it is a list");
    let items = [syn::parse_quote!(
        #[repr(C)]
        pub struct Text {
            pub len: u32,
        }
    )];
    let mut errors = Errors::default();
    let nan_box = NanBox::read(&written, &items, &mut errors);
    assert!(errors.is_empty(), "{list}: {:?}", errors.into_error());
    nan_box.expect("it has no problem")
}

/// Returns the names of the constants and functions of `Value`.
fn members(list: &str) -> Vec<String> {
    let [_, syn::Item::Impl(block), _] = read(list).items() else { panic!("it is an `impl` block") };
    block.items.iter().filter_map(super::reader::member).map(|name| name.to_token_stream().to_string()).collect()
}

#[test]
fn each_form_of_a_kind_adds_what_it_needs() {
    assert_eq!(members("nan_box(float)"), ["float", "is_float", "as_float"]);
    assert_eq!(members("nan_box(nil, number: f64)"), ["NIL", "is_nil", "number", "is_number", "as_number"]);
    let bool = ["FALSE", "TRUE", "truth", "is_truth", "as_truth"];
    assert_eq!(members("nan_box(truth: bool, float,)")[..5], bool);
    assert_eq!(members("nan_box(float, r#type: u32)")[3..], ["r#type", "is_type", "as_type"]);
    assert_eq!(members("nan_box(text: *const Text)")[..3], ["float", "is_float", "as_float"]);
}

#[test]
fn kinds_with_a_payload_have_tags_in_the_order_of_the_list() {
    let table = read("nan_box(text: *mut Text, nil, int, bool, undefined: (), id: u32)").table();
    expect![[r#"
        | kind | type | bits |
        |---|---|---|
        | `float` | `f64` | up to `0xfff0_0000_0000_0000`; the only NaN is `0x7ff8_0000_0000_0000` |
        | `text` | `*mut Text` | from `0xffff_0000_0000_0000` |
        | `nil` | `()` | `0xfff1_0000_0000_0002` |
        | `int` | `i32` | from `0xfffe_0000_0000_0000` |
        | `bool` | `bool` | `0xfff1_0000_0000_0000` and `0xfff1_0000_0000_0001` |
        | `undefined` | `()` | `0xfff1_0000_0000_0003` |
        | `id` | `u32` | from `0xfffd_0000_0000_0000` |
    "#]]
    .assert_eq(&table);
}

#[test]
fn only_lists_with_addresses_need_promises() {
    assert!(read("nan_box(int, text: *mut Text)").has_pointers());
    assert!(!read("nan_box(int, float, id: u32, bool, nil)").has_pointers());
}

/// The test of a kind and its payload are a comparison and a conversion: nothing is tested twice.
#[test]
fn tests_of_kinds_are_one_comparison() {
    let ops = "#[repr(C)] pub struct Text { pub len: u32 }
        #[vm_op] fn add(a: Value, b: Value) -> Value {
            if let Some(x) = a.as_int() && let Some(y) = b.as_int() { return Value::int(x.wrapping_add(y)); }
            Value::NIL
        }
        #[vm_op] fn half(a: Value) -> Value {
            match a.as_float() { Some(number) => Value::float(number * 0.5), None => Value::FALSE }
        }
        #[vm_op(branches(value, if))] fn nothing(a: Value) -> bool { a.is_nil() }
        #[vm_op] fn negated(a: Value) -> Value { if let Some(a) = a.as_bool() { Value::bool(!a) } else { a } }
        #[vm_op] fn length(a: Value) -> Value {
            if let Some(text) = a.as_text() { Value::id(unsafe { (*text).len }) } else { Value::NIL }
        }";
    let list = "nan_box(int, bool, nil, text: *mut Text, id: u32)";
    expect![[r#"
        add
        b0(v0: i64, v1: i64):
          v2: i64 = 0xffff000000000000
          v3: i8 = less_equal_unsigned v2, v0
          branch v3, b1, b3
        b1:
          v4: i32 = truncate v0
          v5: i64 = 0xffff000000000000
          v6: i8 = less_equal_unsigned v5, v1
          branch v6, b2, b3
        b2:
          v7: i32 = truncate v1
          v8: i32 = add v4, v7
          v9: i64 = 0xffff000000000000
          v10: i64 = zero_extend v8
          v11: i64 = or v9, v10
          next v11
        b3:
          v12: i64 = 0xfff1000000000002
          next v12

        half
        b0(v0: i64):
          v1: i64 = 0xfff0000000000000
          v2: i8 = less_equal_unsigned v0, v1
          branch v2, b1, b2
        b1:
          v3: f64 = float_from_bits v0
          v4: f64 = 0.5
          v5: f64 = float_mul v3, v4
          v6: i8 = float_not_equal v5, v5
          v7: i64 = float_to_bits v5
          v8: i64 = 0x7ff8000000000000
          v9: i64 = select v6, v8, v7
          next v9
        b2:
          v10: i64 = 0xfff1000000000000
          next v10

        nothing
        b0(v0: i64):
          v1: i64 = 0xfff1000000000002
          v2: i8 = equal v0, v1
          v3: i64 = 0xfff1000000000000
          v4: i64 = zero_extend v2
          v5: i64 = or v3, v4
          next v5

        jump_if_nothing
        b0(v0: i64, v1: i64):
          v2: i64 = 0xfff1000000000002
          v3: i8 = equal v0, v2
          branch v3, b1, b2
        b1:
          to v1
        b2:
          next

        negated
        b0(v0: i64):
          v1: i64 = 1
          v2: i64 = or v0, v1
          v3: i64 = 0xfff1000000000001
          v4: i8 = equal v2, v3
          branch v4, b1, b2
        b1:
          v5: i64 = 0xfff1000000000001
          v6: i8 = equal v0, v5
          v7: i8 = 1
          v8: i8 = xor v6, v7
          v9: i64 = 0xfff1000000000000
          v10: i64 = zero_extend v8
          v11: i64 = or v9, v10
          next v11
        b2:
          next v0

        length
        b0(v0: i64):
          v1: i64 = 48
          v2: i64 = shr_unsigned v0, v1
          v3: i64 = 65534
          v4: i8 = equal v2, v3
          branch v4, b1, b2
        b1:
          v5: i64 = 0xffffffffffff
          v6: i64 = and v0, v5
          v7: i32 = load [v6]
          v8: i64 = 0xfffd000000000000
          v9: i64 = zero_extend v7
          v10: i64 = or v8, v9
          next v10
        b2:
          v11: i64 = 0xfff1000000000002
          next v11

    "#]]
    .assert_eq(&bodies_with(&format!("value = {list}"), ops));
}
