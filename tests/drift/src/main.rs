//! The smallest program that runs ops in both tiers.

mod ops;

use mimeo::def::Slot;
use mimeo::jit::{HasJit, JitConfig, Mode, WithJit};
use ops::ops::{Assembler, Context, Machine, Ops, ProgramBuilder};

/// A type from elsewhere, to which only pointers get into the ops.
pub struct Text(str);

/// The runtime function.
pub fn note(vm: &mut ops::ops::Vm, value: i64) -> i64 {
    vm.host += 1;
    value
}

fn main() {
    let mut assembler = Assembler::new("main", 0, 3);
    assembler.number(Slot(0), 3);
    assembler.number(Slot(1), 4);
    assembler.add(Slot(2), Slot(0), Slot(1));
    assembler.double(Slot(2), Slot(2));
    assembler.tell(Slot(2), Slot(2));
    assembler.r#loop(Slot(2), Slot(2), Slot(1), Slot(0), 5);
    assembler.ret(Slot(2));
    let mut builder = ProgramBuilder::new();
    let main = builder.declare("main");
    builder.define(main, assembler.finish().expect("it has no labels"));
    let program = builder.finish().expect("it is defined").verify().expect("it is fine");
    for native in [false, true] {
        let config = JitConfig { mode: Mode::On, ..JitConfig::default() };
        let builder = Machine::builder(Context { bias: 100, r#fn: 6, names: std::ptr::null() }, 0);
        let mut machine = if native { builder.jit(config).build() } else { builder.build() };
        if let Some(reason) = machine.jit().and_then(|jit| jit.unavailable()) {
            panic!("{reason}");
        }
        let linked = machine.load(&program);
        let result = machine.call(linked, main, &[]).expect("nothing throws");
        println!("{result} after {} call", machine.vm().host);
    }
}
