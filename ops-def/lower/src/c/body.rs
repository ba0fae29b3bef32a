//! IR expressions → C statements that leave the result in a C expression without side effects.
//!
//! Everything with an effect becomes a separate statement, which preserves Rust's order of evaluation.

use crate::ir::{Expr, Kind, Local, LocalId, Stmt};
use crate::module::Module;
use crate::ty::Ty;

use super::types;

/// What a body belongs to, which decides how an error leaves it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The function of an op, which leaves through a tail call.
    Op,
    /// An outlined part of an op, whose signature may differ.
    Outlined,
    /// A helper, which returns a `Result`.
    Helper,
}

/// Emits the statements of one C function.
pub(super) struct Emitter<'a> {
    pub(super) module: &'a Module,
    pub(super) effects: &'a crate::effects::Effects,
    pub(super) locals: Vec<Local>,
    pub(super) place: Place,
    /// Result type of a helper's function.
    pub(super) result: Ty,
    /// How an op ends; `None` in a helper.
    pub(super) end: Option<super::tail::OpEnd>,
    pub(super) out: String,
    /// Whether the emitted code is on one of several paths through the function.
    pub(super) in_branch: bool,
    /// Whether a runtime function was called, or memory was written, on the path to the emitted code.
    pub(super) disturbed: bool,
    indent: usize,
    temporaries: usize,
}

impl<'a> Emitter<'a> {
    pub(super) fn new(
        module: &'a Module,
        effects: &'a crate::effects::Effects,
        locals: Vec<Local>,
        place: Place,
        result: Ty,
    ) -> Self {
        Emitter {
            module,
            effects,
            locals,
            place,
            result,
            end: None,
            out: String::new(),
            in_branch: false,
            disturbed: false,
            indent: 1,
            temporaries: 0,
        }
    }

    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
        self.out.push_str(text.as_ref());
        self.out.push('\n');
    }

    /// Emits `head {`, what `inside` emits, and `}`.
    pub(super) fn braces<T>(&mut self, head: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.line(format!("{head} {{"));
        self.indent += 1;
        let result = inside(self);
        self.indent -= 1;
        self.line("}");
        result
    }

    /// Emits one of several paths: `head {`, what `inside` emits, and `}`.
    pub(super) fn branch<T>(&mut self, head: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.in_branch, true);
        let result = self.braces(head, inside);
        self.in_branch = before;
        result
    }

    pub(super) fn local_name(&self, local: LocalId) -> String {
        let Local { name, .. } = &self.locals[local.0];
        let clean: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        format!("{clean}_{}", local.0)
    }

    fn fresh(&mut self) -> String {
        self.temporaries += 1;
        format!("t{}", self.temporaries)
    }

    /// Puts a C expression into a new variable.
    pub(super) fn keep(&mut self, text: String, ty: &Ty) -> String {
        let name = self.fresh();
        self.line(format!("{} {name} = {text};", types::name(ty)));
        name
    }

    /// Returns a C expression that can be written several times.
    pub(super) fn named(&mut self, text: String, ty: &Ty) -> String {
        if is_name(&text) { text } else { self.keep(text, ty) }
    }

    /// Evaluates several expressions in order.
    pub(super) fn list(&mut self, list: &[Expr]) -> Vec<String> {
        let mut texts = Vec::new();
        for (index, expr) in list.iter().enumerate() {
            let text = self.expr(expr);
            // Later expressions must not change what this one read.
            let changes = list[index + 1..].iter().any(does_something);
            texts.push(if changes { self.keep(text, &expr.ty) } else { text });
        }
        texts
    }

    fn pair(&mut self, a: &Expr, b: &Expr) -> (String, String) {
        let left = self.expr(a);
        let left = if does_something(b) { self.keep(left, &a.ty) } else { left };
        (left, self.expr(b))
    }

    /// Emits the effects of the expression, and returns its value.
    pub(super) fn expr(&mut self, expr: &Expr) -> String {
        let ty = &expr.ty;
        match &expr.kind {
            Kind::Int(bits) => types::int_literal(*bits, ty),
            Kind::Float(bits) => format!("f64_from_bits({bits:#x}ULL)"),
            Kind::Bool(value) => format!("((_Bool){})", u8::from(*value)),
            Kind::Unit => "0".into(),
            // Whatever name the author gives the machine.
            Kind::Local(_) if *ty == Ty::Vm => "vm".into(),
            Kind::Local(local) => self.local_name(*local),
            Kind::Const(name) => types::const_literal(&self.module.consts[name], self.module),
            Kind::Context => "vm->context".into(),
            Kind::Field(base, index) => self.field(base, *index),
            Kind::Deref(pointer) => format!("(*{})", self.expr(pointer)),
            Kind::Not(a) if *ty == Ty::BOOL => format!("(!{})", self.expr(a)),
            Kind::Not(a) => format!("(({})~{})", types::name(ty), self.expr(a)),
            Kind::Negate(a) => format!("(-{})", self.expr(a)),
            // As numbers: C can only compare pointers into one object.
            Kind::Binary(op, a, b) if matches!(a.ty, Ty::Ptr { .. }) => {
                let (a, b) = self.pair(a, b);
                format!("((_Bool)((uintptr_t){a} {} (uintptr_t){b}))", op.symbol())
            }
            Kind::Binary(op, a, b) => {
                let (a, b) = self.pair(a, b);
                format!("(({})({a} {} {b}))", types::name(ty), op.symbol())
            }
            Kind::And(a, b) => self.short_circuit(a, b, "&&"),
            Kind::Or(a, b) => self.short_circuit(a, b, "||"),
            Kind::Cast(a) => self.cast(a, ty),
            Kind::Intrinsic(intrinsic, args) => self.intrinsic(*intrinsic, args, ty),
            Kind::If(condition, then, other) => self.if_value(condition, then, other, ty),
            Kind::While(condition, body) => self.while_loop(condition, body),
            Kind::Break => self.diverge("break;"),
            Kind::Block(statements, tail) => {
                self.statements(statements);
                tail.as_ref().map_or_else(|| "0".into(), |tail| self.expr(tail))
            }
            Kind::Return(value) => {
                self.tail(value);
                "0".into()
            }
            Kind::Try(inner) => self.try_value(inner),
            Kind::Helper(name, args) => self.helper(name, args, ty),
            Kind::Runtime(name, args) => self.runtime_value(name, args, ty),
            Kind::Struct(_, parts) | Kind::Tuple(parts) => {
                let parts = self.list(parts);
                self.keep(format!("{{{}}}", parts.join(", ")), ty)
            }
            Kind::Some(value) | Kind::Ok(value) => {
                let value = self.expr(value);
                self.keep(format!("{{1, {value}}}"), ty)
            }
            Kind::None => self.keep("{0}".into(), ty),
            Kind::Err(thrown) => {
                self.expr(thrown);
                self.keep("{0}".into(), ty)
            }
            Kind::IsGood(local) => format!("{}.good", self.local_name(*local)),
            Kind::Payload(local) => format!("{}.value", self.local_name(*local)),
            Kind::Assign(place, value) => {
                let value = self.expr(value);
                let value = if does_something(place) { self.keep(value, &place.ty) } else { value };
                self.disturbed |= !matches!(place.kind, Kind::Local(_));
                let place = self.expr(place);
                self.line(format!("{place} = {value};"));
                "0".into()
            }
            Kind::WindowLen(local) => format!("{}.len", self.local_name(*local)),
            Kind::Next | Kind::Jump(_) | Kind::Call(..) | Kind::TailCall(_) | Kind::Ret(_) | Kind::Deopt => {
                unreachable!("the checker lets a flow stand at the end of an op only")
            }
        }
    }

    fn diverge(&mut self, text: &str) -> String {
        self.line(text);
        "0".into()
    }

    fn field(&mut self, base: &Expr, index: usize) -> String {
        let text = self.expr(base);
        match &base.ty {
            Ty::Struct(of) => format!("{text}.{}", types::field(&self.module.structs[of].fields[index].0)),
            Ty::Cell(of) => format!("{text}->{}", types::field(&self.module.structs[of].fields[index].0)),
            _ => format!("{text}._{index}"),
        }
    }

    fn short_circuit(&mut self, a: &Expr, b: &Expr, symbol: &str) -> String {
        let left = self.expr(a);
        if !does_something(b) {
            let right = self.expr(b);
            return format!("({left} {symbol} {right})");
        }
        let result = self.keep(left, &Ty::BOOL);
        let head = if symbol == "&&" { format!("if ({result})") } else { format!("if (!{result})") };
        self.braces(&head, |out| {
            let right = out.expr(b);
            out.line(format!("{result} = {right};"));
        });
        result
    }

    fn cast(&mut self, from: &Expr, to: &Ty) -> String {
        let text = self.expr(from);
        match (&from.ty, to) {
            (from, to) if from.is_float() && to.integer().is_some() => {
                let to = match to {
                    Ty::Usize => "u64".into(),
                    Ty::Isize => "i64".into(),
                    other => other.to_string(),
                };
                format!("f64_to_{to}({text})")
            }
            (Ty::Ptr { .. }, to) if to.integer().is_some() => {
                format!("(({})(uintptr_t){text})", types::name(to))
            }
            (from, Ty::Ptr { .. }) if from.integer().is_some() => {
                format!("(({})(uintptr_t){text})", types::name(to))
            }
            _ => format!("(({}){text})", types::name(to)),
        }
    }

    fn if_value(&mut self, condition: &Expr, then: &Expr, other: &Expr, ty: &Ty) -> String {
        let condition = self.expr(condition);
        let result = match ty {
            Ty::Unit | Ty::Never => None,
            ty => {
                let name = self.fresh();
                self.line(format!("{} {name};", types::name(ty)));
                Some(name)
            }
        };
        let arm = |out: &mut Self, arm: &Expr| {
            let disturbed = out.disturbed;
            let value = out.expr(arm);
            if arm.ty == Ty::Never {
                // Code after the `if` is not reached through this arm.
                out.disturbed = disturbed;
            }
            if let (Some(result), false) = (&result, arm.ty == Ty::Never) {
                out.line(format!("{result} = {value};"));
            }
        };
        self.branch(&format!("if ({condition})"), |out| arm(out, then));
        if does_something(other) || result.is_some() {
            self.branch("else", |out| arm(out, other));
        }
        // Code after a path that ends the function is on another path.
        self.in_branch |= returns(then) || returns(other);
        result.unwrap_or_else(|| "0".into())
    }

    fn while_loop(&mut self, condition: &Expr, body: &Expr) -> String {
        self.braces("for (;;)", |out| {
            let condition = out.expr(condition);
            out.line(format!("if (!{condition}) break;"));
            out.expr(body);
        });
        "0".into()
    }

    pub(super) fn statements(&mut self, statements: &[Stmt]) {
        for statement in statements {
            match statement {
                Stmt::Let(local, None) => {
                    let line = format!("{} {};", types::name(&self.locals[local.0].ty), self.local_name(*local));
                    self.line(line);
                }
                Stmt::Let(local, Some(value)) => {
                    let text = self.expr(value);
                    if value.ty == Ty::Never {
                        continue;
                    }
                    let line =
                        format!("{} {} = {text};", types::name(&self.locals[local.0].ty), self.local_name(*local));
                    self.line(line);
                }
                Stmt::Expr(expr) => {
                    self.expr(expr);
                }
            }
        }
    }

    /// Emits `e?`.
    fn try_value(&mut self, inner: &Expr) -> String {
        let result = self.expr(inner);
        let result = self.named(result, &inner.ty);
        self.braces(&format!("if (!{result}.good)"), Self::throw);
        format!("{result}.value")
    }

    /// Emits the exit from the function with the pending error.
    pub(super) fn throw(&mut self) {
        match self.place {
            Place::Op => self.line("TAIL EXIT_throw(vm, base, frame);"),
            Place::Outlined => self.line("return EXIT_throw(vm, base, frame);"),
            // Not good, or irrelevant because the runtime panicked.
            Place::Helper => {
                let line = format!("return ({}){{0}};", types::name(&self.result));
                self.line(line);
            }
        }
    }

    fn helper(&mut self, name: &str, args: &[Expr], ty: &Ty) -> String {
        let args = self.arguments(args);
        let takes_machine = super::takes_machine(&self.module.helpers[name], self.effects);
        let machine = if takes_machine { vec!["vm".into(), "frame".into()] } else { Vec::new() };
        let all: Vec<String> = machine.into_iter().chain(args).collect();
        self.disturbed |= self.effects.visible(name);
        let call = format!("{}({})", super::helper_symbol(name), all.join(", "));
        let result = self.keep(call, ty);
        if self.effects.runtime(name) {
            self.reload();
            self.braces("if (PANICKED)", Self::throw);
        }
        result
    }

    /// Emits the arguments without `vm`, which calls of helpers and shims pass separately.
    fn arguments(&mut self, args: &[Expr]) -> Vec<String> {
        let texts = self.list(args);
        texts.into_iter().zip(args).filter(|(_, arg)| arg.ty != Ty::Vm).map(|(text, _)| text).collect()
    }

    /// Emits the arguments of a runtime function as words, without `vm`.
    pub(super) fn words(&mut self, args: &[Expr]) -> Vec<String> {
        let texts = self.list(args);
        texts
            .into_iter()
            .zip(args)
            .filter(|(_, arg)| arg.ty != Ty::Vm)
            .map(|(text, arg)| types::to_word(&text, &arg.ty, self.module))
            .collect()
    }

    /// Emits the call of a runtime function, and returns the name of its `Outcome`.
    pub(super) fn runtime_call(&mut self, name: &str, words: Vec<String>) -> String {
        self.line("frame->pc = HOLE_OFFSET(HOLE_pc);");
        self.line("vm->core.frame = frame;");
        self.disturbed = true;
        let outcome = self.fresh();
        let all: Vec<String> = std::iter::once("vm".to_owned()).chain(words).collect();
        self.line(format!("Outcome {outcome} = rt_{name}({});", all.join(", ")));
        self.reload();
        outcome
    }

    /// Emits the reload after a runtime function, which may have moved the stack. A helper has no base.
    fn reload(&mut self) {
        self.line(if self.place == Place::Helper { "frame = vm->core.frame;" } else { "RELOAD;" });
    }

    fn runtime_value(&mut self, name: &str, args: &[Expr], ty: &Ty) -> String {
        let words = self.words(args);
        let outcome = self.runtime_call(name, words);
        self.braces("if (PANICKED)", Self::throw);
        match ty {
            Ty::Result(of) => {
                let value = self.outcome_value(&outcome, of);
                self.keep(format!("{{!{outcome}.status, {value}}}"), ty)
            }
            ty => self.outcome_value(&outcome, ty),
        }
    }

    /// Returns the result of a runtime function that did not fail.
    pub(super) fn outcome_value(&self, outcome: &str, ty: &Ty) -> String {
        match ty {
            Ty::Unit | Ty::Thrown => "0".into(),
            ty => types::from_word(&format!("{outcome}.value"), ty, self.module),
        }
    }
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Returns `true` if evaluating the expression can end the function.
fn returns(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |part| found |= matches!(part.kind, Kind::Return(_) | Kind::Try(_)));
    found
}

/// Returns `true` if evaluating the expression emits statements that matter to the expressions next to it.
fn does_something(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |part| {
        found |= matches!(
            part.kind,
            Kind::Helper(..)
                | Kind::Runtime(..)
                | Kind::Assign(..)
                | Kind::If(..)
                | Kind::While(..)
                | Kind::Block(..)
                | Kind::Return(_)
                | Kind::Try(_)
                | Kind::Break
                | Kind::Some(_)
                | Kind::None
                | Kind::Ok(_)
                | Kind::Err(_)
                | Kind::Struct(..)
                | Kind::Tuple(_)
                | Kind::Intrinsic(..)
        );
    });
    found
}
