//! The table `string`, which is what `s:name()` finds its functions in.

mod basic;
mod format;
mod output;
mod pattern;

use mimeo::Thrown;

use super::{Functions, define_module, set};
use crate::ops::ops::Vm;
use crate::runtime::Call;
use output::Output;

const FUNCTIONS: Functions = &[
    ("byte", basic::byte),
    ("char", basic::char),
    ("dump", basic::dump),
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

impl Call<'_> {
    /// As [`int32`](Call::int32), of an argument that may be missing.
    fn int32_or(&mut self, index: u32, default: i32) -> Result<i32, Thrown> {
        if self.has(index) { self.int32(index) } else { Ok(default) }
    }
}
