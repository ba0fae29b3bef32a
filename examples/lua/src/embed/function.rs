//! A Rust closure → a function that a program can call.

use std::rc::Rc;

use mimeo::Thrown;

use super::{Failure, Function, Scope, Value};
use crate::ops::ops::{Value as Bits, Vm};
use crate::runtime::{Call, place, raise};

/// The closure of a Rust function, from the arguments to the results.
pub(super) type RustFunction = dyn Fn(&mut Scope<'_>, &[Value]) -> Result<Vec<Value>, Failure>;

impl Scope<'_> {
    /// Creates a function from a Rust closure. The closure lives as long as this Lua.
    ///
    /// The returned values are the function's results; a returned error is thrown. A panic in the closure ends the
    /// program: it unwinds out of the call from Rust, and this Lua cannot be used again.
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

    /// Creates the error of a Rust function; the message starts with the place where the program called it.
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
        // Only copies and handles cross this boundary.
        let results = function(&mut scope, &args);
        // The function may have caught a panic.
        scope.check();
        results
            .map(|values| values.iter().map(|value| scope.bits(value)).collect::<Vec<_>>())
            .map_err(|failure| (scope.bits(&failure.value), failure.stop))
    };
    match results {
        Ok(values) => call.give_all(&values),
        // The program cannot catch the stop with which a call by the Rust function has ended.
        Err((_, Some(_))) if let Some(trap) = call.vm.host.embedding.stopped.take() => Err(call.vm.throw_again(trap)),
        Err((value, _)) => Err(raise(call.vm, value)),
    }
}

/// Marks, while it lives, that the program is waiting for Rust code.
pub(crate) struct Outside<'a>(pub(crate) &'a mut Vm);

impl<'a> Outside<'a> {
    pub(crate) fn new(vm: &'a mut Vm) -> Outside<'a> {
        vm.host.embedding.is_inside = false;
        Outside(vm)
    }
}

impl Drop for Outside<'_> {
    fn drop(&mut self) {
        // A panic unwinds through the program, so this also runs then.
        self.0.host.embedding.is_inside = true;
    }
}
