//! IR expressions → C statements that leave the result in a C expression without side effects.
//!
//! Everything with an effect becomes a separate statement, which preserves Rust's order of evaluation.

use crate::effects::Effects;
use crate::functions::Helper;
use crate::ir::{Expr, Kind, Local, LocalId, Stmt};
use crate::module::Module;
use crate::ty::Ty;

use super::path::{self, Path};
use super::writer::Writer;
use super::{names, types};

/// How a C function ends.
pub(super) trait Ending: Sized {
    /// The statement after a runtime function, which may have moved the stack.
    const RELOAD: &'static str;

    /// The expression for the frame's first slot.
    const BASE: &'static str;

    /// Returns the statement that leaves the function with the pending error.
    fn throw(&self) -> String;

    /// Emits the end of a path through the function: nothing follows it.
    fn tail(emitter: &mut Emitter<'_, Self>, expr: &Expr, path: &mut Path);
}

/// Emits the statements of one C function.
pub(super) struct Emitter<'a, E> {
    pub(super) module: &'a Module,
    pub(super) effects: &'a Effects,
    pub(super) locals: Vec<Local>,
    pub(super) end: E,
    pub(super) out: Writer,
}

impl<'a, E: Ending> Emitter<'a, E> {
    pub(super) fn new(module: &'a Module, effects: &'a Effects, locals: Vec<Local>, end: E) -> Self {
        Emitter { module, effects, locals, end, out: Writer::new() }
    }

    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        self.out.line(text);
    }

    /// Emits `head {`, what `inside` emits, and `}`.
    pub(super) fn braces<T>(&mut self, head: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.out.open(head);
        let result = inside(self);
        self.out.close();
        result
    }

    pub(super) fn local_name(&self, local: LocalId) -> String {
        names::local(&self.locals, local)
    }

    /// Evaluates several expressions in order.
    pub(super) fn list(&mut self, list: &[Expr], path: &mut Path) -> Vec<String> {
        let mut texts = Vec::new();
        for (index, expr) in list.iter().enumerate() {
            let text = self.expr(expr, path);
            // Later expressions must not change what this one read.
            let changes = list[index + 1..].iter().any(does_something);
            texts.push(if changes { self.out.keep(text, &expr.ty) } else { text });
        }
        texts
    }

    fn pair(&mut self, a: &Expr, b: &Expr, path: &mut Path) -> (String, String) {
        let left = self.expr(a, path);
        let left = if does_something(b) { self.out.keep(left, &a.ty) } else { left };
        (left, self.expr(b, path))
    }

    /// Emits the effects of the expression, and returns its value.
    pub(super) fn expr(&mut self, expr: &Expr, path: &mut Path) -> String {
        let ty = &expr.ty;
        match &expr.kind {
            Kind::Int(bits) => types::int_literal(*bits, ty),
            Kind::Float(bits) => types::float_literal(*bits, ty),
            Kind::Bool(value) => format!("((_Bool){})", u8::from(*value)),
            Kind::Unit => "0".into(),
            // Whatever name the author gives the machine.
            Kind::Local(_) if *ty == Ty::Vm => "vm".into(),
            Kind::Local(local) => self.local_name(*local),
            Kind::Const(name) => types::const_literal(&self.module.consts[name], &self.module.structs),
            Kind::Context => "vm->context".into(),
            Kind::FunctionWord => "HOLE_64(HOLE_function_word)".into(),
            Kind::Field(base, index) => self.field(base, *index, path),
            Kind::Deref(pointer) => format!("(*{})", self.expr(pointer, path)),
            Kind::DerefUnaligned(pointer) => format!("UNALIGNED({}, {})", types::name(ty), self.expr(pointer, path)),
            Kind::Not(a) if *ty == Ty::BOOL => format!("(!{})", self.expr(a, path)),
            Kind::Not(a) => format!("(({})~{})", types::name(ty), self.expr(a, path)),
            // The statement that branches says what is expected.
            Kind::Expect(a, _) => self.expr(a, path),
            Kind::Negate(a) => format!("(-{})", self.expr(a, path)),
            // As numbers: C can only compare pointers into one object.
            Kind::Binary(op, a, b) if matches!(a.ty, Ty::Ptr { .. }) => {
                let (a, b) = self.pair(a, b, path);
                format!("((_Bool)((uintptr_t){a} {} (uintptr_t){b}))", op.symbol())
            }
            Kind::Binary(op, a, b) => {
                let (a, b) = self.pair(a, b, path);
                format!("(({})({a} {} {b}))", types::name(ty), op.symbol())
            }
            Kind::And(a, b) => self.short_circuit(a, b, "&&", path),
            Kind::Or(a, b) => self.short_circuit(a, b, "||", path),
            Kind::Cast(a) => self.cast(a, ty, path),
            Kind::Intrinsic(intrinsic, args) => {
                let texts = self.list(args, path);
                let args_of = texts.into_iter().zip(args).map(|(text, arg)| (text, &arg.ty)).collect();
                self.out.intrinsic(*intrinsic, args_of, &args[0].ty, ty)
            }
            Kind::If(condition, then, other) => self.if_value((condition, then, other), ty, path),
            Kind::While(condition, body) => self.while_loop(condition, body, path),
            Kind::Break => self.diverge("break;"),
            Kind::Block(statements, tail) => {
                self.statements(statements, path);
                match tail {
                    Some(tail) => self.expr(tail, path),
                    None => "0".into(),
                }
            }
            Kind::Return(value) => {
                E::tail(self, value, path);
                "0".into()
            }
            Kind::Try(inner) => self.try_value(inner, path),
            Kind::Helper(name, args) => self.helper(name, args, ty, path),
            Kind::Runtime(name, args) => self.runtime_value(name, args, ty, path),
            Kind::Struct(_, parts) | Kind::Tuple(parts) => {
                let parts = self.list(parts, path);
                self.out.keep(format!("{{{}}}", parts.join(", ")), ty)
            }
            Kind::Some(value) | Kind::Ok(value) => {
                let value = self.expr(value, path);
                self.out.keep(format!("{{1, {value}}}"), ty)
            }
            Kind::None => self.out.keep("{0}".into(), ty),
            Kind::Err(thrown) => {
                self.expr(thrown, path);
                self.out.keep("{0}".into(), ty)
            }
            Kind::IsGood(local) => format!("{}.good", self.local_name(*local)),
            Kind::Payload(local) => format!("{}.value", self.local_name(*local)),
            Kind::Assign(place, value) => {
                let value = self.expr(value, path);
                let value = if does_something(place) { self.out.keep(value, &place.ty) } else { value };
                if path::writes_memory(place) {
                    path.change_slots();
                }
                if let Kind::WindowSlot(local, index) = &place.kind {
                    let slot = self.window_slot(*local, index, path);
                    let word = types::to_word(&value, &place.ty, &self.module.structs);
                    self.line("IN_ORDER;");
                    self.line(format!("{slot} = {word};"));
                } else {
                    let place = self.expr(place, path);
                    self.line(format!("{place} = {value};"));
                }
                "0".into()
            }
            Kind::WindowLen(local) => format!("{}.len", self.local_name(*local)),
            Kind::WindowSlot(local, index) => {
                let slot = self.window_slot(*local, index, path);
                self.out.keep(types::from_word(&slot, ty, &self.module.structs), ty)
            }
            Kind::Fill(local, value) => {
                let text = self.expr(value, path);
                let text = self.out.keep(types::to_word(&text, &value.ty, &self.module.structs), &Ty::U64);
                path.change_slots();
                let window = self.local_name(*local);
                self.line("IN_ORDER;");
                self.braces(&format!("for (uint64_t index = 0; index < {window}.len; index += 1)"), |out| {
                    out.line(format!("WINDOW_SLOT({}, {window}, index) = {text};", E::BASE));
                });
                "0".into()
            }
            Kind::Next
            | Kind::Jump(_)
            | Kind::Switch(..)
            | Kind::Call(..)
            | Kind::TailCall(_)
            | Kind::Ret(_)
            | Kind::RetWindow(_)
            | Kind::Deopt => {
                unreachable!("the checker lets a flow stand at the end of an op only")
            }
        }
    }

    /// Returns the slot of a window with this index.
    fn window_slot(&mut self, window: LocalId, index: &Expr, path: &mut Path) -> String {
        let index = self.expr(index, path);
        format!("WINDOW_SLOT({}, {}, {index})", E::BASE, self.local_name(window))
    }

    fn diverge(&mut self, text: &str) -> String {
        self.line(text);
        "0".into()
    }

    fn field(&mut self, base: &Expr, index: usize, path: &mut Path) -> String {
        let text = self.expr(base, path);
        match &base.ty {
            Ty::Struct(of) => format!("{text}.{}", types::field(&self.module.structs[of].fields[index].0)),
            Ty::Cell(of) => format!("{text}->{}", types::field(&self.module.structs[of].fields[index].0)),
            _ => format!("{text}._{index}"),
        }
    }

    fn short_circuit(&mut self, a: &Expr, b: &Expr, symbol: &str, path: &mut Path) -> String {
        let left = self.expr(a, path);
        if !does_something(b) {
            let right = self.expr(b, path);
            return format!("({left} {symbol} {right})");
        }
        let result = self.out.keep(left, &Ty::BOOL);
        let head = if symbol == "&&" { format!("if ({result})") } else { format!("if (!{result})") };
        self.braces(&head, |out| {
            let right = out.expr(b, path);
            out.line(format!("{result} = {right};"));
        });
        result
    }

    fn cast(&mut self, from: &Expr, to: &Ty, path: &mut Path) -> String {
        let text = self.expr(from, path);
        match (&from.ty, to) {
            (from, to) if from.is_float() && to.integer().is_some() => {
                let to = match to {
                    Ty::Usize => "u64".into(),
                    Ty::Isize => "i64".into(),
                    other => other.to_string(),
                };
                format!("{from}_to_{to}({text})")
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

    fn if_value(&mut self, (condition, then, other): (&Expr, &Expr, &Expr), ty: &Ty, path: &mut Path) -> String {
        let condition = self.condition(condition, path);
        let result = match ty {
            Ty::Unit | Ty::Never => None,
            ty => {
                let name = self.out.fresh();
                self.line(format!("{} {name};", types::name(ty)));
                Some(name)
            }
        };
        let arm = |out: &mut Self, arm: &Expr, path: &mut Path| {
            let value = out.expr(arm, path);
            if let (Some(result), false) = (&result, arm.ty == Ty::Never) {
                out.line(format!("{result} = {value};"));
            }
        };
        let (mut first, mut second) = (path.arm(), path.arm());
        self.braces(&format!("if ({condition})"), |out| arm(out, then, &mut first));
        if does_something(other) || result.is_some() {
            self.braces("else", |out| arm(out, other, &mut second));
        }
        path.join([(first, then), (second, other)]);
        result.unwrap_or_else(|| "0".into())
    }

    /// Emits the effects of the condition of a branch, and returns it with what the author expects of it.
    pub(super) fn condition(&mut self, condition: &Expr, path: &mut Path) -> String {
        let text = self.expr(condition, path);
        match condition.expected() {
            Some(true) => format!("LIKELY({text})"),
            Some(false) => format!("UNLIKELY({text})"),
            None => text,
        }
    }

    fn while_loop(&mut self, condition: &Expr, body: &Expr, path: &mut Path) -> String {
        path.repeat(condition, body, self.effects);
        self.braces("for (;;)", |out| {
            let condition = out.expr(condition, path);
            out.line(format!("if (!{condition}) break;"));
            out.expr(body, path);
        });
        "0".into()
    }

    pub(super) fn statements(&mut self, statements: &[Stmt], path: &mut Path) {
        for statement in statements {
            match statement {
                Stmt::Let(local, None) => {
                    let line = format!("{} {};", types::name(&self.locals[local.0].ty), self.local_name(*local));
                    self.line(line);
                }
                Stmt::Let(local, Some(value)) => {
                    let text = self.expr(value, path);
                    if value.ty == Ty::Never {
                        continue;
                    }
                    let line =
                        format!("{} {} = {text};", types::name(&self.locals[local.0].ty), self.local_name(*local));
                    self.line(line);
                }
                Stmt::Expr(expr) => {
                    self.expr(expr, path);
                }
            }
        }
    }

    /// Emits `e?`.
    fn try_value(&mut self, inner: &Expr, path: &mut Path) -> String {
        let result = self.expr(inner, path);
        let result = self.out.named(result, &inner.ty);
        self.braces(&format!("if (!{result}.good)"), Self::throw);
        format!("{result}.value")
    }

    /// Emits the exit from the function with the pending error.
    pub(super) fn throw(&mut self) {
        let line = self.end.throw();
        self.line(line);
    }

    fn helper(&mut self, name: &str, args: &[Expr], ty: &Ty, path: &mut Path) -> String {
        let args = self.arguments(args, path);
        let takes_machine = takes_machine(&self.module.helpers[name], self.effects);
        let machine = if takes_machine { vec!["vm".into(), "frame".into()] } else { Vec::new() };
        let all: Vec<String> = machine.into_iter().chain(args).collect();
        if self.effects.visible(name) {
            path.change_slots();
        }
        if self.effects.runtime(name) {
            // Where the helper does not call the runtime, nothing else has set what is reloaded after it.
            self.line(SET_FRAME);
        }
        let call = format!("{}({})", names::helper(name), all.join(", "));
        let result = self.out.keep(call, ty);
        if self.effects.runtime(name) {
            self.line(E::RELOAD);
            self.braces("if (PANICKED)", Self::throw);
        }
        result
    }

    /// Emits the arguments without `vm`, which calls of helpers and shims pass separately.
    fn arguments(&mut self, args: &[Expr], path: &mut Path) -> Vec<String> {
        let texts = self.list(args, path);
        texts.into_iter().zip(args).filter(|(_, arg)| arg.ty != Ty::Vm).map(|(text, _)| text).collect()
    }

    /// Emits the arguments of a runtime function as words, without `vm`.
    pub(super) fn words(&mut self, args: &[Expr], path: &mut Path) -> Vec<String> {
        let texts = self.list(args, path);
        texts
            .into_iter()
            .zip(args)
            .filter(|(_, arg)| arg.ty != Ty::Vm)
            .map(|(text, arg)| types::to_word(&text, &arg.ty, &self.module.structs))
            .collect()
    }

    /// Emits the call of a runtime function, and returns the name of its `Outcome`.
    pub(super) fn runtime_call(&mut self, name: &str, words: Vec<String>, path: &mut Path) -> String {
        self.line("frame->pc = HOLE_OFFSET(HOLE_pc);");
        self.line(SET_FRAME);
        path.change_slots();
        let outcome = self.out.fresh();
        let all: Vec<String> = std::iter::once("vm".to_owned()).chain(words).collect();
        self.line(format!("Outcome {outcome} = rt_{name}({});", all.join(", ")));
        self.line(E::RELOAD);
        outcome
    }

    fn runtime_value(&mut self, name: &str, args: &[Expr], ty: &Ty, path: &mut Path) -> String {
        let words = self.words(args, path);
        let outcome = self.runtime_call(name, words, path);
        self.braces("if (PANICKED)", Self::throw);
        match ty {
            Ty::Result(of) => {
                let value = self.outcome_value(&outcome, of);
                self.out.keep(format!("{{!{outcome}.status, {value}}}"), ty)
            }
            ty => self.outcome_value(&outcome, ty),
        }
    }

    /// Returns the result of a runtime function that did not fail.
    pub(super) fn outcome_value(&self, outcome: &str, ty: &Ty) -> String {
        match ty {
            Ty::Unit | Ty::Thrown => "0".into(),
            ty => types::from_word(&format!("{outcome}.value"), ty, &self.module.structs),
        }
    }
}

/// Tells the runtime which record is on top. Native code does not when it calls and returns.
const SET_FRAME: &str = "vm->core.frame = frame;";

/// Returns `true` if a helper's C takes `vm` and `frame`, which it needs for the runtime or the context.
pub(super) fn takes_machine(helper: &Helper, effects: &Effects) -> bool {
    effects.runtime(&helper.name) || helper.params.iter().any(|param| param.ty == Ty::Vm)
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
                | Kind::Fill(..)
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
