//! A helper → its C function.

use crate::effects::Effects;
use crate::ir::{Body, Expr, LocalId};
use crate::module::Module;
use crate::ty::Ty;

use super::body::{Emitter, Ending, takes_machine};
use super::path::Path;
use super::{names, types};

/// The end of a helper's function, which returns a value.
struct HelperEnd<'a> {
    result: &'a Ty,
}

impl Ending for HelperEnd<'_> {
    // A helper has no base.
    const RELOAD: &'static str = "frame = vm->core.frame;";

    const BASE: &'static str = "frame->base";

    /// The value is not good, or irrelevant because the runtime panicked.
    fn throw(&self) -> String {
        format!("return ({}){{0}};", types::name(self.result))
    }

    fn tail(emitter: &mut Emitter<'_, Self>, expr: &Expr, path: &mut Path) {
        let value = emitter.expr(expr, path);
        if expr.ty != Ty::Never {
            emitter.line(format!("return {value};"));
        }
    }
}

/// Returns the head of a helper's function.
pub(super) fn head(module: &Module, effects: &Effects, name: &str, body: &Body) -> String {
    let machine = takes_machine(&module.helpers[name], effects).then(|| "Vm *vm, Frame *frame".to_owned());
    let declared = body.locals[..body.params].iter().enumerate().filter(|(_, local)| local.ty != Ty::Vm);
    let declared =
        declared.map(|(i, local)| format!("{} {}", types::name(&local.ty), names::local(&body.locals, LocalId(i))));
    let all: Vec<String> = machine.into_iter().chain(declared).collect();
    let all = if all.is_empty() { "void".to_owned() } else { all.join(", ") };
    let result = types::name(&module.helpers[name].result);
    format!("HELPER {result} {}({all})", names::helper(name))
}

/// Returns a helper's function.
pub(super) fn function(module: &Module, effects: &Effects, name: &str, body: &Body) -> String {
    let end = HelperEnd { result: &module.helpers[name].result };
    let mut emitter = Emitter::new(module, effects, body.locals.clone(), end);
    HelperEnd::tail(&mut emitter, &body.root, &mut Path::start());
    // A body that ends in a `return` on every path has no value at its end.
    if body.root.ty == Ty::Never {
        emitter.line("__builtin_unreachable();");
    }
    format!("{} {{\n{}}}\n", head(module, effects, name, body), emitter.out.into_text())
}
