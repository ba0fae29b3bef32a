//! The roots → a heap without what they do not lead to, in steps.
//!
//! ```text
//! Pause ─► Mark ─ … ─ the last phase, at once ─► SweepTexts ─ … ─► SweepObjects ─ … ─► Pause
//! ```

use super::accounts::STEP;
use super::gc::Managed;
use super::{Event, Gc, Heap, Tracer};
use crate::ops::ops::{Object, Table, Value};

/// What of the machine leads to objects.
///
/// A cycle asks for all at its beginning and once more in the last phase of the marking. In that phase the stacks must
/// be `nil` behind their top frames ([`Tracer::is_final`]): what a call left there may be freed now, and must not look
/// alive when the next cycle finds it in a frame that has not written to it yet.
pub trait Roots {
    /// Hands on everything that the host holds, what is on the stacks that are under way, and their open upvalues:
    /// those of running coroutines too.
    fn trace(&mut self, tracer: &mut Tracer);

    /// Hands on what is on the stack of a fiber if it does not run; returns the number of slots.
    fn trace_fiber(&mut self, fiber: u32, tracer: &mut Tracer) -> usize;
}

/// What the collector does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing; everything is white.
    Pause,
    /// Looks at what is grey.
    Mark,
    /// Sweeps interned texts from a bucket on.
    SweepTexts(usize),
    /// Sweeps the other objects behind one, or from the first on.
    SweepObjects(*mut Object),
}

impl Heap {
    /// Is it time for a [`step`](Self::step)?
    #[inline]
    #[must_use]
    pub fn needs_step(&self) -> bool {
        (self.accounts.budget <= 0 || self.accounts.eager > 0) && !self.accounts.is_stopped
    }

    /// Works as much as is due for what was made since the last time; returns whether a cycle ended.
    ///
    /// # Safety
    ///
    /// (1) of the heap's contract: no object is used afterwards to which the roots do not lead.
    pub unsafe fn step(&mut self, roots: &mut dyn Roots) -> bool {
        if self.accounts.eager > 0 {
            self.accounts.eager_left = self.accounts.eager_left.saturating_sub(1);
            if self.accounts.eager_left > 0 {
                return false;
            }
            self.accounts.eager_left = self.accounts.eager;
            // SAFETY: the caller's promise.
            unsafe { self.collect(roots) };
            return true;
        }
        let mut work = self.accounts.work();
        while work > 0 {
            work -= self.advance(roots) as i64;
            if self.phase == Phase::Pause {
                self.accounts.rest();
                return true;
            }
        }
        self.accounts.budget = STEP;
        false
    }

    /// `collectgarbage("step", kilobytes)`: a step as if so much had been made. Returns whether a cycle ended.
    ///
    /// # Safety
    ///
    /// As [`step`](Self::step).
    pub unsafe fn step_by(&mut self, kilobytes: u32, roots: &mut dyn Roots) -> bool {
        self.accounts.budget = self.accounts.budget.min(0) - i64::from(kilobytes) * 1024;
        // SAFETY: the caller's promise.
        unsafe { self.step(roots) }
    }

    /// `collectgarbage("collect")`: a full cycle.
    ///
    /// # Safety
    ///
    /// As [`step`](Self::step).
    pub unsafe fn collect(&mut self, roots: &mut dyn Roots) {
        if self.phase == Phase::Mark {
            // What is marked already may have been lost since. Without a flip the sweep makes everything white.
            self.tracer.grey.clear();
            self.tracer.again.clear();
            self.phase = Phase::SweepTexts(0);
            for shape in &self.shapes.all {
                self.tracer.whiten(shape.as_object());
            }
        }
        while self.phase != Phase::Pause {
            self.advance(roots);
        }
        self.advance(roots);
        while self.phase != Phase::Pause {
            self.advance(roots);
        }
        self.accounts.rest();
    }

    /// `collectgarbage("count")`: kilobytes of all objects.
    #[must_use]
    pub fn count(&self) -> f64 {
        self.accounts.live as f64 / 1024.0
    }

    /// `collectgarbage("setpause", percent)`: how much there may be when a cycle begins, in per cent of what the last
    /// one left. Returns what it was.
    pub fn set_pause(&mut self, percent: u32) -> u32 {
        std::mem::replace(&mut self.accounts.pause, percent)
    }

    /// `collectgarbage("setstepmul", percent)`: how much a step works, in per cent of what was made. Returns what it was.
    pub fn set_step_multiplier(&mut self, percent: u32) -> u32 {
        std::mem::replace(&mut self.accounts.step_multiplier, percent)
    }

    /// `collectgarbage("stop")`: no step is needed from now on.
    pub fn stop(&mut self) {
        self.accounts.is_stopped = true;
    }

    /// `collectgarbage("restart")`
    pub fn restart(&mut self) {
        self.accounts.is_stopped = false;
        self.accounts.budget = self.accounts.budget.min(0);
    }

    /// Has [`stop`](Self::stop) been called, and not [`restart`](Self::restart)?
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.accounts.is_stopped
    }

    /// For tests: a step is always needed, and every so manieth one is a full cycle; 0 for neither.
    pub fn set_eager(&mut self, every: u32) {
        (self.accounts.eager, self.accounts.eager_left) = (every, every);
    }

    /// For tests: how many steps are left to the next of the cycles that [`set_eager`](Self::set_eager) asks for.
    #[must_use]
    pub fn eager_left(&self) -> u32 {
        self.accounts.eager_left
    }

    /// Does the next piece of work; returns its cost, in bytes that were looked at.
    fn advance(&mut self, roots: &mut dyn Roots) -> usize {
        match self.phase {
            Phase::Pause => {
                self.tracer.mode = Some(self.event_name(Event::Mode));
                self.phase = Phase::Mark;
                self.mark_roots(roots);
                size_of::<Object>()
            }
            Phase::Mark => match self.tracer.grey.pop() {
                Some(object) => self.tracer.trace(object, roots),
                None => self.finish_marking(roots),
            },
            Phase::SweepTexts(from) => self.sweep_texts(from),
            Phase::SweepObjects(before) => self.sweep_objects(before),
        }
    }

    fn mark_roots(&mut self, roots: &mut dyn Roots) {
        for &name in &self.events {
            self.tracer.object(name);
        }
        for &userdata in &self.finalizers {
            self.tracer.object(userdata);
        }
        if let Some(root) = self.shapes.root {
            self.tracer.object(root);
        }
        roots.trace(&mut self.tracer);
    }

    fn mark_all(&mut self, roots: &mut dyn Roots) -> usize {
        let mut work = 0;
        while let Some(object) = self.tracer.grey.pop() {
            work += self.tracer.trace(object, roots);
        }
        work
    }

    /// The last phase: what may have changed without a barrier is looked at once more, nothing else happening between.
    fn finish_marking(&mut self, roots: &mut dyn Roots) -> usize {
        self.tracer.is_final = true;
        self.mark_roots(roots);
        let again = std::mem::take(&mut self.tracer.again);
        self.tracer.grey.extend(again);
        let mut work = self.mark_all(roots);
        self.queue_finalizers();
        work += self.mark_all(roots);
        self.clear_weak_tables();
        // Weak tables have lost fields, and what is freed leaves its address to others.
        self.end_epoch();
        self.bury_coroutines();
        self.sweep_shapes();
        debug_assert!(self.tracer.grey.is_empty() && self.tracer.again.is_empty(), "something is grey");
        self.tracer.is_final = false;
        self.tracer.flip();
        self.phase = Phase::SweepTexts(0);
        work
    }

    /// A black table got another field: it is looked at once more in the last phase.
    #[cold]
    pub fn barrier_back(&mut self, table: Gc<Table>) {
        match self.phase {
            Phase::Mark => self.tracer.revisit(table.as_object()),
            _ => self.tracer.whiten(table.as_object()),
        }
    }

    /// A black object that is no table got a value.
    #[cold]
    pub fn barrier_forward<T: Managed>(&mut self, owner: Gc<T>, value: Value) {
        match self.phase {
            Phase::Mark => self.tracer.value(value),
            _ => self.tracer.whiten(owner.as_object()),
        }
    }
}
