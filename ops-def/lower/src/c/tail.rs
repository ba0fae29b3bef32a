//! The ends of a body → C that writes results, transfers control and throws errors; slow paths are outlined.

use crate::ir::{Expr, Kind, LocalId};
use crate::op::OpResult;
use crate::ty::Ty;

use super::body::{Emitter, Ending};
use super::outline::{self, Operands, Passing, Rest};
use super::path::Path;
use super::types;

/// The end of an op's function, which leaves through a tail call.
pub(super) struct OpEnd {
    op: Shared,
    /// Name of the op.
    name: String,
    /// The functions of its slow paths.
    outlined: Vec<String>,
}

/// The end of an outlined function, which leaves through a call in its last statement: the compiler decides whether
/// that is a tail call, because the signatures may differ.
pub(super) struct OutlinedEnd {
    op: Shared,
}

/// What the functions of one op share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) result: OpResult,
    pub(super) operands: Operands,
    /// Whether the op reads or writes slots of its window.
    pub(super) uses_window: bool,
}

/// An end of a function that belongs to an op.
pub(super) trait EndOfOp: Ending {
    /// The keyword of the statement that transfers control.
    const LEAVE: &'static str;

    fn op(&self) -> &Shared;

    /// Emits the rest of a path as a separate function. Returns `false` if it emitted nothing, because this path is not
    /// one of several, or the function would need too many variables.
    fn outline(emitter: &mut Emitter<'_, Self>, rest: Rest<'_>, path: &Path) -> bool;
}

impl OpEnd {
    pub(super) fn new(name: &str, op: Shared) -> Self {
        OpEnd { op, name: name.to_owned(), outlined: Vec::new() }
    }

    /// Returns the functions of the slow paths.
    pub(super) fn into_outlined(self) -> Vec<String> {
        self.outlined
    }
}

impl Ending for OpEnd {
    const RELOAD: &'static str = "RELOAD;";

    const BASE: &'static str = "base";

    fn throw(&self) -> String {
        "TAIL EXIT_throw(vm, base, frame);".to_owned()
    }

    fn tail(emitter: &mut Emitter<'_, Self>, expr: &Expr, path: &mut Path) {
        emitter.tail(expr, path);
    }
}

impl EndOfOp for OpEnd {
    const LEAVE: &'static str = "TAIL";

    fn op(&self) -> &Shared {
        &self.op
    }

    fn outline(emitter: &mut Emitter<'_, Self>, rest: Rest<'_>, path: &Path) -> bool {
        if !path.is_one_of_several() {
            return false;
        }
        let Emitter { module, effects, locals, end, .. } = emitter;
        let Some(passing) = Passing::plan(rest, locals, &end.op.operands, path.slots(), module.machine()) else {
            return false;
        };
        let mut inner = Emitter::new(module, effects, locals.clone(), OutlinedEnd { op: end.op.clone() });
        let mut inner_path = Path::start();
        passing.lines.iter().for_each(|line| inner.line(line));
        inner.statements(rest.statements, &mut inner_path);
        match rest.last {
            Some(last) => inner.tail(last, &mut inner_path),
            None => inner.finish_unit(&mut inner_path),
        }
        let symbol = format!("op_{}__cold{}", end.name, end.outlined.len());
        let head = format!("OUTLINED {symbol}(Vm *vm, Slot *base, Frame *frame{})", passing.parameters);
        end.outlined.push(format!("{head} {{\n{}}}\n", inner.out.into_text()));
        emitter.line(format!("return {symbol}(vm, base, frame{});", passing.arguments));
        true
    }
}

impl Ending for OutlinedEnd {
    const RELOAD: &'static str = "RELOAD;";

    const BASE: &'static str = "base";

    fn throw(&self) -> String {
        "return EXIT_throw(vm, base, frame);".to_owned()
    }

    fn tail(emitter: &mut Emitter<'_, Self>, expr: &Expr, path: &mut Path) {
        emitter.tail(expr, path);
    }
}

impl EndOfOp for OutlinedEnd {
    const LEAVE: &'static str = "return";

    fn op(&self) -> &Shared {
        &self.op
    }

    fn outline(_: &mut Emitter<'_, Self>, _: Rest<'_>, _: &Path) -> bool {
        false
    }
}

impl<E: EndOfOp> Emitter<'_, E> {
    /// Emits the end of a path through the op: nothing follows it.
    fn tail(&mut self, expr: &Expr, path: &mut Path) {
        let is_block = matches!(expr.kind, Kind::Block(..));
        let whole = Rest { statements: &[], last: Some(expr) };
        if !is_block && outline::is_slow(expr) && E::outline(self, whole, path) {
            return;
        }
        match &expr.kind {
            Kind::If(condition, then, other) => {
                let condition = self.condition(condition, path);
                let mut first = path.arm();
                self.braces(&format!("if ({condition})"), |out| out.tail(then, &mut first));
                let mut second = path.arm_after(first);
                self.braces("else", |out| out.tail(other, &mut second));
            }
            Kind::Block(statements, tail) => {
                for (index, statement) in statements.iter().enumerate() {
                    let rest = Rest { statements: &statements[index..], last: tail.as_deref() };
                    if outline::is_slow_statement(statement) && E::outline(self, rest, path) {
                        return;
                    }
                    self.statements(std::slice::from_ref(statement), path);
                }
                match tail {
                    Some(tail) => self.tail(tail, path),
                    None if expr.ty == Ty::Never => {}
                    None => self.finish_unit(path),
                }
            }
            Kind::Return(value) => self.tail(value, path),
            Kind::Ok(value) => self.finish(value, path),
            Kind::Err(thrown) => self.tail_throw(thrown, path),
            Kind::Runtime(name, args) => self.tail_runtime(name, args, &expr.ty, path),
            _ if expr.ty == Ty::Never => {
                self.expr(expr, path);
            }
            _ if matches!(expr.ty, Ty::Result(_)) => {
                let result = self.expr(expr, path);
                let result = self.out.named(result, &expr.ty);
                self.braces(&format!("if (!{result}.good)"), Self::throw);
                self.finish_value(&format!("{result}.value"));
            }
            _ => self.finish(expr, path),
        }
    }

    /// Ends an op without a result.
    fn finish_unit(&mut self, path: &mut Path) {
        self.finish(&Expr::new(Kind::Unit, Ty::Unit, proc_macro2::Span::call_site()), path);
    }

    /// Ends the op with this result.
    fn finish(&mut self, expr: &Expr, path: &mut Path) {
        match &expr.kind {
            Kind::If(condition, then, other) => {
                let condition = self.condition(condition, path);
                self.braces(&format!("if ({condition})"), |out| out.finish(then, &mut path.arm()));
                self.braces("else", |out| out.finish(other, &mut path.arm()));
            }
            Kind::Block(statements, Some(tail)) => {
                self.statements(statements, path);
                self.finish(tail, path);
            }
            Kind::Tuple(parts) if self.end.op().result.has_flow() => {
                let (flow, values) = parts.split_last().expect("the type has parts");
                // All values before the first is written: an operand can be in the slot of a result.
                let values: Vec<String> = values
                    .iter()
                    .map(|value| {
                        let text = self.expr(value, path);
                        self.out.named(text, &value.ty)
                    })
                    .collect();
                self.write_results(&values);
                self.finish(flow, path);
            }
            Kind::Next => self.next_op(),
            Kind::Jump(label) => {
                let hole = self.locals[label.0].name.clone();
                self.jump_to(&format!("JUMP_{hole}"));
            }
            Kind::Switch(labels, index) => self.switch(*labels, index, path),
            Kind::Call(callee, window) => self.call(callee, *window, path),
            Kind::TailCall(callee) => self.tail_call(callee, path),
            Kind::Ret(value) => {
                let text = self.expr(value, path);
                let word = types::to_word(&text, &value.ty, &self.module.structs);
                if self.end.op().uses_window {
                    self.line("IN_ORDER;");
                }
                self.line(format!("base[0] = {word};"));
                self.ret();
            }
            Kind::RetWindow(window) => {
                let window = self.local_name(*window);
                self.braces(&format!("for (uint64_t index = 0; index < {window}.len; index += 1)"), |out| {
                    out.line(format!("uint64_t word = WINDOW_SLOT(base, {window}, index);"));
                    // The window can begin at any slot of the frame, so the first values may replace later ones only
                    // after those were read.
                    out.line("IN_ORDER;");
                    out.line("base[index] = word;");
                });
                self.ret();
            }
            Kind::Deopt => {
                self.line("frame->pc = HOLE_OFFSET(HOLE_next_pc);");
                self.jump_to("EXIT_leave");
            }
            _ => {
                let value = self.expr(expr, path);
                if expr.ty != Ty::Never {
                    self.finish_value(&value);
                }
            }
        }
    }

    fn ret(&mut self) {
        self.line("frame -= 1;");
        self.leave("frame->ret(vm, frame->base, frame)");
    }

    /// Writes the results, and continues with the next op.
    fn finish_value(&mut self, value: &str) {
        let values: Vec<String> = match self.end.op().result.kind.values() {
            1 => vec![value.to_owned()],
            count => (0..count).map(|index| format!("{value}._{index}")).collect(),
        };
        self.write_results(&values);
        self.next_op();
    }

    fn write_results(&mut self, values: &[String]) {
        let ty = self.module.value.clone();
        if let [value] = values {
            let word = types::to_word(value, &ty, &self.module.structs);
            if self.end.op().uses_window {
                self.line("IN_ORDER;");
            }
            self.line(format!("WRITE_SLOT(HOLE_dst, {word});"));
            return;
        }
        for (index, value) in values.iter().enumerate() {
            let word = types::to_word(value, &ty, &self.module.structs);
            // Two results, or a result and an operand, can be in the same slot.
            self.line("IN_ORDER;");
            self.line(format!("WRITE_SLOT(HOLE_dst{index}, {word});"));
        }
    }

    fn next_op(&mut self) {
        self.jump_to("CONTINUE");
    }

    fn jump_to(&mut self, to: &str) {
        self.leave(&format!("{to}(vm, base, frame)"));
    }

    /// Emits a final transfer of control.
    fn leave(&mut self, call: &str) {
        self.line(format!("{} {call};", E::LEAVE));
    }

    /// Emits a jump through the table of the labels' addresses.
    fn switch(&mut self, labels: LocalId, index: &Expr, path: &mut Path) {
        let hole = self.locals[labels.0].name.clone();
        let index = self.expr(index, path);
        self.line(format!("uint64_t index = {index};"));
        self.line(format!("uint64_t last = HOLE_32(HOLE_{hole}_len) - 1;"));
        self.line(format!("Continuation *const *labels = (Continuation *const *)HOLE_64(HOLE_{hole});"));
        self.leave("labels[index < last ? index : last](vm, base, frame)");
    }

    /// Emits a call: a tail jump to the callee's entry, after checks that the callee's frame fits and, unless the
    /// verifier has compared the two, that the window has enough arguments.
    fn call(&mut self, callee: &Expr, window: LocalId, path: &mut Path) {
        let is_verified = self.is_verified(callee);
        let callee = self.expr(callee, path);
        let window = self.local_name(window);
        self.line(format!("const Function *callee = {callee};"));
        self.line(format!("Slot *callee_base = (Slot *)((char *)base + {window}.offset_bytes);"));
        if !is_verified {
            self.fault(&format!("{window}.len < callee->arity"), "ARITY");
        }
        self.line("uint64_t room_bytes = (uint64_t)((char *)vm->core.stack_limit - (char *)callee_base);");
        self.fault("room_bytes < callee->frame_bytes || frame >= vm->core.frame_limit", "CALL");
        self.line("frame->pc = HOLE_OFFSET(HOLE_next_pc);");
        self.line("frame->ret = (Continuation *)HOLE_CODE(CONTINUE);");
        self.line("frame[1].function = callee;");
        self.line("frame[1].base = callee_base;");
        self.leave("callee->entry(vm, callee_base, frame + 1)");
    }

    /// Emits a tail call: the callee replaces the running function, whose slots contain the arguments.
    fn tail_call(&mut self, callee: &Expr, path: &mut Path) {
        let is_verified = self.is_verified(callee);
        let callee = self.expr(callee, path);
        self.line(format!("const Function *callee = {callee};"));
        self.line("Slot *callee_base = base;");
        if !is_verified {
            self.fault("frame->function->frame_bytes / 8 < callee->arity", "ARITY");
        }
        self.line("uint64_t room_bytes = (uint64_t)((char *)vm->core.stack_limit - (char *)base);");
        self.fault("room_bytes < callee->frame_bytes", "TAIL_CALL");
        self.line("frame->function = callee;");
        self.leave("callee->entry(vm, base, frame)");
    }

    /// Returns `true` if the verifier has checked the number of arguments: all functions take the same number, or the
    /// callee is an operand of the op.
    fn is_verified(&self, callee: &Expr) -> bool {
        self.module.args.arity.is_some()
            || matches!(callee.kind, Kind::Local(local) if self.end.op().operands.is_verified(local.0))
    }

    /// Emits the check that refuses a call, which is an error of the calling op.
    fn fault(&mut self, condition: &str, fault: &str) {
        self.braces(&format!("if ({condition})"), |out| {
            out.line("frame->pc = HOLE_OFFSET(HOLE_pc);");
            out.line(format!("vm->core.fault = {fault};"));
            out.line("vm->core.fault_callee = callee;");
            out.line("vm->core.fault_base = callee_base;");
            out.jump_to("EXIT_throw");
        });
    }

    /// Emits `Err(thrown)` at the end.
    fn tail_throw(&mut self, thrown: &Expr, path: &mut Path) {
        match &thrown.kind {
            Kind::Runtime(name, args) => self.tail_runtime(name, args, &thrown.ty, path),
            _ => {
                self.expr(thrown, path);
                self.throw();
            }
        }
    }

    /// Emits a runtime call at the end.
    fn tail_runtime(&mut self, name: &str, args: &[Expr], ty: &Ty, path: &mut Path) {
        let words = self.words(args, path);
        let outcome = self.runtime_call(name, words, path);
        // A function without an error in its type can still panic, which the status reports too.
        let of = match ty {
            Ty::Thrown => return self.throw(),
            Ty::Result(of) => of,
            other => other,
        };
        self.braces(&format!("if ({outcome}.status)"), Self::throw);
        let value = self.outcome_value(&outcome, of);
        let value = self.out.named(value, of);
        self.finish_value(&value);
    }
}
