//! The library → [`Builtins`], the functions whose calls have ops of their own.

use super::math::FLOATS;
use crate::heap::{Shortcut, Tracer};
use crate::ops::ops::{Builtins, NOTHING, Value, Vm};

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

/// Says how further functions can be called without a frame.
pub(super) fn set_shortcuts(vm: &mut Vm) {
    for &(name, float) in FLOATS {
        set_shortcut(vm, "math", name, Shortcut::Float(float));
    }
    set_shortcut(vm, "string", "sub", Shortcut::Part);
    set_shortcut(vm, "_G", "select", Shortcut::Select);
}

fn set_shortcut(vm: &mut Vm, module: &str, name: &str, shortcut: Shortcut) {
    let builtin = function(vm, module, name).to_builtin().expect("every library has it");
    vm.host.heap.set_shortcut(builtin, shortcut);
}

fn function(vm: &mut Vm, module: &str, name: &str) -> Value {
    let [module, name] = [module, name].map(|text| vm.host.heap.text(text.as_bytes()));
    let module = vm.host.globals.get_text(module).to_table().expect("every library has it");
    module.get_text(name)
}
