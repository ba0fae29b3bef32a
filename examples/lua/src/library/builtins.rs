//! The library → [`Builtins`], the functions whose calls have ops of their own.

use crate::heap::Tracer;
use crate::ops::ops::{Builtins, Value, Vm};

/// What no value is.
const NOTHING: Value = Value(0xffff_0000_0000_0000);

macro_rules! builtins {
    ($($module:ident: $($name:ident)*;)*) => {
        impl Builtins {
            /// No function is one of these.
            pub(crate) const NONE: Builtins = Builtins { $($($name: NOTHING,)*)* };

            /// Returns those of the library that was opened.
            pub(super) fn find(vm: &mut Vm) -> Builtins {
                Builtins { $($($name: function(vm, stringify!($module), stringify!($name)),)*)* }
            }

            /// Keeps them alive: no other object must get the address of one.
            pub(crate) fn trace(&self, tracer: &mut Tracer) {
                $($(tracer.value(self.$name);)*)*
            }
        }
    };
}

builtins! {
    bit: arshift band bor bxor lshift rshift;
    math: abs ceil floor max min sqrt;
    string: byte;
}

fn function(vm: &mut Vm, module: &str, name: &str) -> Value {
    let [module, name] = [module, name].map(|text| vm.host.heap.text(text.as_bytes()));
    let module = vm.host.globals.get_text(module).to_table().expect("every library has it");
    module.get_text(name)
}
