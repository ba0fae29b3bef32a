//! The table `string`, which is also where `s:name()` finds its functions.

mod basic;
mod format;
mod output;
mod pattern;
mod strip;

use super::{Functions, define_module, set};
use crate::ops::ops::Vm;
pub(super) use output::Output;

const FUNCTIONS: Functions = &[
    ("byte", basic::byte),
    ("char", basic::char),
    ("dump", basic::dump_function),
    ("find", pattern::find),
    ("format", format::format),
    ("gmatch", pattern::gmatch),
    ("gsub", pattern::gsub),
    ("len", basic::len),
    ("lower", basic::lower),
    ("match", pattern::first_match),
    ("rep", basic::rep),
    ("reverse", basic::reverse),
    ("sub", basic::sub),
    ("upper", basic::upper),
];

pub(super) fn open(vm: &mut Vm) {
    let functions = define_module(vm, "string", FUNCTIONS);
    let metatable = vm.host.heap.new_table(0, 1, 0);
    set(&mut vm.host.heap, metatable, "__index", functions.into());
    vm.host.text_metatable = Some(metatable);
}
