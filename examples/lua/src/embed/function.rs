//! A Rust closure → a function that a program can call.

use std::rc::Rc;

use mimeo::Thrown;

use super::{Failure, Function, Scope, Value};
use crate::ops::ops::{Value as Bits, Vm};
use crate::runtime::{Call, place, raise};

/// What the program calls: a closure of the arguments, which gives the results.
pub(super) type RustFunction = dyn Fn(&mut Scope<'_>, &[Value]) -> Result<Vec<Value>, Failure>;

impl Scope<'_> {
    /// A function that is written in Rust. The closure lives as long as this Lua.
    ///
    /// What it returns are the function's results, and what it returns as an error is thrown. A panic in it ends the
    /// program: it comes out of the call that Rust has made, and this Lua is not to be used again.
    pub fn function(
        &mut self,
        name: &'static str,
        function: impl Fn(&mut Scope<'_>, &[Value]) -> Result<Vec<Value>, Failure> + 'static,
    ) -> Function {
        self.enter(|vm| {
            let functions = &mut vm.host.embedding.functions;
            let number = Bits::number(functions.len() as f64);
            functions.push(Rc::new(function));
            let callee = vm.host.stubs.builtin();
            let builtin = vm.host.heap.new_builtin(name, callee, call_rust, Box::new([number]));
            Function(vm.host.embedding.pins.hold(builtin.into()))
        })
    }

    /// The error of a function of Rust's, which says where the program has called it.
    pub fn error(&mut self, message: impl AsRef<[u8]>) -> Failure {
        let mut text = self.enter(|vm| place(vm, 1));
        text.extend_from_slice(message.as_ref());
        text.into()
    }
}

fn call_rust(call: &mut Call<'_>) -> Result<(), Thrown> {
    let number = call.builtin().captured()[0].as_number();
    let function = Rc::clone(&call.vm.host.embedding.functions[number as usize]);
    let args = call.rest(0);
    let results = {
        let outside = Outside::new(call.vm);
        let mut scope = Scope::new(outside.0);
        let args: Vec<Value> = args.iter().map(|&value| scope.value(value)).collect();
        // Only values that are held, or copies, go out and come back.
        let results = function(&mut scope, &args);
        // It may have caught a panic.
        scope.check();
        results
            .map(|values| values.iter().map(|value| scope.bits(value)).collect::<Vec<_>>())
            .map_err(|failure| scope.bits(&failure.value))
    };
    match results {
        Ok(values) => call.give_all(&values),
        Err(value) => Err(raise(call.vm, value)),
    }
}

/// While this lives, the program waits for code that is not Lua's own.
struct Outside<'a>(&'a mut Vm);

impl<'a> Outside<'a> {
    fn new(vm: &'a mut Vm) -> Outside<'a> {
        vm.host.embedding.is_inside = false;
        Outside(vm)
    }
}

impl Drop for Outside<'_> {
    fn drop(&mut self) {
        // Also when it panics: the panic goes through the program then.
        self.0.host.embedding.is_inside = true;
    }
}
