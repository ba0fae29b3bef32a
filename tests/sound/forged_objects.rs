//! Only the crate of a language makes values of addresses.
#![forbid(unsafe_code)]

use mimeo_tests::boxed::boxed_ops::Value;

fn forge(value: Value) {
    let _ = Value::text(std::ptr::null_mut()); //~ E0624
    let _ = Value(0xfffe_0000_0000_1000); //~ E0423
    let _ = value.0; //~ E0616
}

fn main() {}
