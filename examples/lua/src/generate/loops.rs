//! Loops → ops. The test follows the body, so that an iteration takes one jump.

use lua_syntax::parse::{Block, Bounds, Expression, LocalId};
use lua_syntax::syntax::Line;
use mimeo::asm::Place;
use mimeo::def::Slot;

use super::fold::number_of;
use super::function::{Generator, Loop};
use crate::heap::HiddenLocal;
use crate::ops::ops::Value;

impl Generator<'_> {
    pub(super) fn while_loop(&mut self, condition: &Expression, body: &Block) {
        let (start, test, end) = (self.asm.label(), self.asm.label(), self.asm.label());
        let line = self.line();
        self.asm.jump(test);
        self.asm.bind(start);
        self.loops.push(Loop { end, outside: self.active.len() });
        self.block(body);
        self.loops.pop();
        self.asm.bind(test);
        self.can_stop_in(line);
        self.jump(condition, start, true);
        self.asm.bind(end);
    }

    pub(super) fn repeat_loop(&mut self, body: &Block, condition: &Expression) {
        let (start, end) = (self.asm.label(), self.asm.label());
        self.asm.bind(start);
        let scope = self.enter();
        self.loops.push(Loop { end, outside: self.active.len() });
        if body.statements.is_empty() {
            self.can_stop();
        }
        self.statements(body.statements);
        self.loops.pop();
        match body.closes {
            None => self.jump(condition, start, false),
            // The condition sees the body's locals, so they are closed both before the next iteration and at the end.
            Some(_) => {
                let done = self.asm.label();
                self.jump(condition, done, true);
                self.close_to(scope.0);
                self.asm.jump(start);
                self.asm.bind(done);
                self.close_to(scope.0);
            }
        }
        self.leave(scope);
        self.asm.bind(end);
    }

    pub(super) fn numeric_for(&mut self, local: LocalId, bounds: &Bounds, body: &Block) {
        let scope = self.enter();
        let one = Expression::Number(1.0);
        let step = bounds.step.as_ref().unwrap_or(&one);
        // The variable can be the counter if the body never assigns or captures it.
        let is_counter = {
            let local = self.function.locals[local.index()];
            !local.is_assigned && !local.is_captured
        };
        let counter = self.take();
        self.into(&bounds.start, counter);
        let limit = self.take();
        self.into(&bounds.limit, limit);
        let step_slot = self.take();
        self.into(step, step_slot);
        self.at(bounds.line);
        self.check_bounds([&bounds.start, &bounds.limit, step], [counter, limit, step_slot]);
        let variable = if is_counter { counter } else { self.take() };
        self.hold();
        let (start, end) = (self.asm.label(), self.asm.label());
        self.asm.loop_begin(variable, counter, limit, step_slot, end);
        self.asm.bind(start);
        let hidden = [HiddenLocal::Index, HiddenLocal::Limit, HiddenLocal::Step];
        let hidden = self.begin_hidden(hidden, [counter, limit, step_slot]);
        self.loops.push(Loop { end, outside: self.active.len() });
        self.declare(local, variable);
        self.statements(body.statements);
        if body.closes.is_some() {
            self.close_to(scope.0);
        }
        self.loops.pop();
        self.at(bounds.line);
        self.can_stop();
        match number_of(step) {
            Some(step) if is_counter && step > 0.0 => self.asm.loop_up(counter, counter, limit, step, start),
            _ => self.asm.loop_next(counter, variable, counter, limit, step_slot, start),
        }
        self.end_hidden(hidden);
        self.asm.bind(end);
        self.leave(scope);
    }

    /// Converts the three values to numbers, unless all are known.
    fn check_bounds(&mut self, values: [&Expression; 3], slots: [Slot; 3]) {
        if values.iter().all(|value| number_of(value).is_some()) {
            return;
        }
        let [counter, limit, step] = slots;
        let checked = self.asm.label();
        self.asm.loop_check(counter, limit, step, checked);
        for (which, slot) in (0..).zip(slots) {
            self.asm.loop_number(slot, slot, which);
        }
        self.asm.bind(checked);
    }

    pub(super) fn generic_for(&mut self, locals: &[LocalId], values: &[Expression], body: &Block, line: Line) {
        let scope = self.enter();
        let function = self.list(values, 3);
        let (state, control) = (Slot(function.0 + 1), Slot(function.0 + 2));
        self.hold();
        // The call's window starts at the variables.
        let count = locals.len() as u16;
        let window = self.take_many(count.max(3));
        self.release(window.0 + count);
        let (start, next, end) = (self.asm.label(), self.asm.label(), self.asm.label());
        self.asm.jump(next);
        self.asm.bind(start);
        let hidden = [HiddenLocal::Generator, HiddenLocal::State, HiddenLocal::Control];
        let hidden = self.begin_hidden(hidden, [function, state, control]);
        self.loops.push(Loop { end, outside: self.active.len() });
        for (index, &local) in (0..).zip(locals) {
            self.declare(local, Slot(window.0 + index));
        }
        self.statements(body.statements);
        if body.closes.is_some() {
            self.close_to(scope.0);
        }
        self.loops.pop();
        self.end_ranges(scope.0);
        self.asm.bind(next);
        self.at(line);
        self.can_stop();
        // The most common iterators run without a call.
        if count <= 2 {
            let (key, value) = (window, Slot(window.0 + 1));
            self.asm.iterate_elements(control, key, value, function, state, control, start);
            self.asm.iterate_fields(function, state, control, 3, start);
        }
        for (index, slot) in (0..).zip([function, state, control]) {
            self.asm.copy(Slot(window.0 + index), Place::<Value>::Slot(slot));
        }
        self.asm.call(window, window, 3);
        if count > 1 {
            self.asm.adjust(window, count);
        }
        self.asm.iterate(control, window, start);
        self.end_hidden(hidden);
        self.asm.bind(end);
        self.leave(scope);
    }
}
