//! An expression or statements → their values in an active function.

use super::frame::{Home, Level, Variable};
use crate::embed::{Function, Scope, Value};
use crate::load::{LoadError, load};
use crate::ops::ops::Vm;

/// The name of the chunks that are loaded here.
pub(super) const NAME: &[u8] = b"=(evaluate)";

/// Runs a text in which the locals and upvalues of a function are visible, and can be assigned.
///
/// # Errors
///
/// If the text does not compile, or throws an error.
pub(super) fn evaluate(vm: &mut Vm, level: Option<&Level>, text: &str) -> Result<Vec<Value>, String> {
    // The state of the stopped program must not change.
    let (arguments, results, handling) = (vm.context.arguments, vm.context.results, vm.host.handling.take());
    let result = run(vm, level, text);
    (vm.context.arguments, vm.context.results, vm.host.handling) = (arguments, results, handling);
    result
}

fn run(vm: &mut Vm, level: Option<&Level>, text: &str) -> Result<Vec<Value>, String> {
    let mut variables: Vec<Variable> = Vec::new();
    for word in text.split(|c: char| !(c == '_' || c.is_ascii_alphanumeric())) {
        let is_new = variables.iter().all(|variable| variable.name != word);
        variables.extend(level.filter(|_| is_new).and_then(|level| level.variable(vm, word)));
    }
    let names: Vec<&str> = variables.iter().map(|variable| &*variable.name).collect();
    let declared = if names.is_empty() { String::new() } else { format!("local {} ", names.join(",")) };
    let closure = level.and_then(Level::closure);
    let environment = closure.map_or(vm.host.globals, |closure| closure.environment());
    let mut compile = |body: String| {
        let source = format!("{declared}return function() {body}\nend");
        load(vm, source.as_bytes(), NAME, environment)
    };
    let compiled = match compile(format!("return {text}")) {
        Err(LoadError::Message(_)) => compile(text.to_owned()),
        compiled => compiled,
    };
    let main = match compiled {
        Ok(main) => main,
        Err(LoadError::Message(message)) => return Err(String::from_utf8_lossy(&message).into_owned()),
        Err(LoadError::Stopped(stop)) => return Err(vm.catch(stop).kind.to_string()),
    };
    let chunk = main.prototype().chunk();
    // The chunk itself comes first.
    let prototype = chunk.parts().prototypes.get(1).ok_or("there is nothing to evaluate")?;
    let names =
        prototype.upvalue_names.iter().map(|&name| super::frame::text_of(chunk.parts().constants[name as usize]));
    let (mut upvalues, mut copies) = (Vec::new(), Vec::new());
    for name in names {
        let variable = variables.iter().find(|variable| variable.name == name).ok_or("a name is missing")?;
        upvalues.push(match variable.home {
            Home::Upvalue(upvalue) => upvalue,
            Home::Slot(frame, slot) => {
                let copy = vm.host.heap.closed_upvalue(variable.value);
                copies.push((frame, slot, copy, variable.value));
                copy
            }
        });
    }
    let closure = vm.host.heap.new_closure(chunk, 1, environment, &upvalues);
    let mut scope = Scope::new(vm);
    let Value::Function(function) = scope.value(closure.into()) else { return Err("it is not a function".to_owned()) };
    let result = call(&mut scope, &function);
    for (frame, slot, copy, before) in copies {
        // The handle keeps the closure and its variables alive. If the text did not assign the variable, a function
        // that it called may have.
        if copy.value().0 != before.0 {
            scope.vm().set_frame_slot(frame, slot, copy.value());
        }
    }
    drop(function);
    result
}

fn call(scope: &mut Scope<'_>, function: &Function) -> Result<Vec<Value>, String> {
    scope.call(function, &[]).map_err(|failure| failure.to_string())
}
