//! The ends of a body → C that writes results, transfers control and throws errors; slow paths are outlined.

use crate::ir::{Expr, Kind, LocalId};
use crate::op::OpResult;
use crate::ty::Ty;

use super::body::{Emitter, Place};
use super::outline::Operands;
use super::types;

/// What the function of an op adds to [`Emitter`].
pub(super) struct OpEnd {
    pub(super) result: OpResult,
    /// Name of the op, for outlined functions.
    pub(super) op: String,
    /// Outlined functions.
    pub(super) outlined: Vec<String>,
    /// Whether the op has more than one path, so that the rest of a slow path is outlined.
    pub(super) branches: bool,
    pub(super) operands: Operands,
}

impl OpEnd {
    pub(super) fn new(op: &str, result: OpResult, branches: bool, operands: Operands) -> Self {
        OpEnd { result, op: op.to_owned(), outlined: Vec::new(), branches, operands }
    }
}

impl Emitter<'_> {
    /// Emits the end of a path through the function: nothing follows it.
    pub(super) fn tail(&mut self, expr: &Expr) {
        if self.end.is_none() {
            let value = self.expr(expr);
            if expr.ty != Ty::Never {
                self.line(format!("return {value};"));
            }
            return;
        }
        let is_block = matches!(expr.kind, Kind::Block(..));
        if !is_block && self.may_outline() && self.is_slow(expr) && self.outline(&[], Some(expr)) {
            return;
        }
        match &expr.kind {
            Kind::If(condition, then, other) => {
                let condition = self.expr(condition);
                self.branch(&format!("if ({condition})"), |out| out.tail(then));
                self.branch("else", |out| out.tail(other));
            }
            Kind::Block(statements, tail) => {
                for (index, statement) in statements.iter().enumerate() {
                    let is_slow = self.may_outline() && self.is_slow_statement(statement);
                    if is_slow && self.outline(&statements[index..], tail.as_deref()) {
                        return;
                    }
                    self.statements(std::slice::from_ref(statement));
                }
                match tail {
                    Some(tail) => self.tail(tail),
                    None if expr.ty == Ty::Never => {}
                    None => self.finish_unit(),
                }
            }
            Kind::Return(value) => self.tail(value),
            Kind::Ok(value) => self.finish(value),
            Kind::Err(thrown) => self.tail_throw(thrown),
            Kind::Runtime(name, args) => self.tail_runtime(name, args, expr),
            _ if expr.ty == Ty::Never => {
                self.expr(expr);
            }
            _ if matches!(expr.ty, Ty::Result(_)) => {
                let result = self.expr(expr);
                let result = self.named(result, &expr.ty);
                self.braces(&format!("if (!{result}.good)"), Self::throw);
                self.finish_value(&format!("{result}.value"));
            }
            _ => self.finish(expr),
        }
    }

    /// Returns `true` if this is one of several paths through an op.
    fn may_outline(&self) -> bool {
        self.place == Place::Op && self.in_branch && self.end.as_ref().is_some_and(|end| end.branches)
    }

    /// Ends an op without a result.
    pub(super) fn finish_unit(&mut self) {
        self.finish(&Expr::new(Kind::Unit, Ty::Unit, proc_macro2::Span::call_site()));
    }

    /// Ends the op with this result.
    fn finish(&mut self, expr: &Expr) {
        match &expr.kind {
            Kind::If(condition, then, other) => {
                let condition = self.expr(condition);
                self.braces(&format!("if ({condition})"), |out| out.finish(then));
                self.braces("else", |out| out.finish(other));
            }
            Kind::Block(statements, Some(tail)) => {
                self.statements(statements);
                self.finish(tail);
            }
            Kind::Tuple(parts) if self.end.as_ref().is_some_and(|end| end.result.has_flow()) => {
                let (flow, values) = parts.split_last().expect("the type has parts");
                // All values before the first is written: an operand can be in the slot of a result.
                let values: Vec<String> = values
                    .iter()
                    .map(|value| {
                        let text = self.expr(value);
                        self.named(text, &value.ty)
                    })
                    .collect();
                self.write_results(&values);
                self.finish(flow);
            }
            Kind::Next => self.next_op(),
            Kind::Jump(label) => {
                let hole = self.locals[label.0].name.clone();
                self.jump_to(&format!("JUMP_{hole}"));
            }
            Kind::Call(callee, window) => self.call(callee, *window),
            Kind::TailCall(callee) => self.tail_call(callee),
            Kind::Ret(value) => {
                let text = self.expr(value);
                let word = types::to_word(&text, &value.ty, self.module);
                self.line(format!("base[0] = {word};"));
                self.line("frame -= 1;");
                self.leave("frame->ret(vm, frame->base, frame)");
            }
            Kind::Deopt => {
                self.line("frame->pc = HOLE_OFFSET(HOLE_next_pc);");
                self.jump_to("EXIT_leave");
            }
            _ => {
                let value = self.expr(expr);
                if expr.ty != Ty::Never {
                    self.finish_value(&value);
                }
            }
        }
    }

    /// Writes the results, and continues with the next op.
    fn finish_value(&mut self, value: &str) {
        let values: Vec<String> = match self.end.as_ref().map_or(0, |end| end.result.kind.values()) {
            1 => vec![value.to_owned()],
            count => (0..count).map(|index| format!("{value}._{index}")).collect(),
        };
        self.write_results(&values);
        self.next_op();
    }

    fn write_results(&mut self, values: &[String]) {
        let ty = self.module.value.clone();
        if let [value] = values {
            let word = types::to_word(value, &ty, self.module);
            self.line(format!("WRITE_SLOT(HOLE_dst, {word});"));
            return;
        }
        for (index, value) in values.iter().enumerate() {
            let word = types::to_word(value, &ty, self.module);
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

    /// Emits a final transfer of control. An outlined function leaves the tail call to the compiler, because its
    /// signature may differ.
    fn leave(&mut self, call: &str) {
        let word = if self.place == Place::Outlined { "return" } else { "TAIL" };
        self.line(format!("{word} {call};"));
    }

    /// Emits a call: a tail jump to the callee's entry, after checks that the callee's frame fits and, unless the
    /// verifier has compared the two, that the window has enough arguments.
    fn call(&mut self, callee: &Expr, window: LocalId) {
        let is_verified = self.is_verified(callee);
        let callee = self.expr(callee);
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
    fn tail_call(&mut self, callee: &Expr) {
        let is_verified = self.is_verified(callee);
        let callee = self.expr(callee);
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
        let end = self.end.as_ref().expect("only ops call functions");
        self.module.args.arity.is_some()
            || matches!(callee.kind, Kind::Local(local) if end.operands.is_verified(local.0))
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
    fn tail_throw(&mut self, thrown: &Expr) {
        match &thrown.kind {
            Kind::Runtime(name, args) => self.tail_runtime(name, args, thrown),
            _ => {
                self.expr(thrown);
                self.throw();
            }
        }
    }

    /// Emits a runtime call at the end.
    fn tail_runtime(&mut self, name: &str, args: &[Expr], expr: &Expr) {
        let words = self.words(args);
        self.end_with_runtime(name, words, &expr.ty);
    }

    fn end_with_runtime(&mut self, name: &str, words: Vec<String>, ty: &Ty) {
        let outcome = self.runtime_call(name, words);
        // A function without an error in its type can still panic, which the status reports too.
        let of = match ty {
            Ty::Thrown => return self.throw(),
            Ty::Result(of) => of,
            other => other,
        };
        self.braces(&format!("if ({outcome}.status)"), Self::throw);
        let value = self.outcome_value(&outcome, of);
        let value = self.named(value, of);
        self.finish_value(&value);
    }
}
