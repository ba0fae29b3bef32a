//! The roots → a heap without unreachable objects, in steps.
//!
//! ```text
//! Pause ─► Mark ─ … ─ the last phase, at once ─► SweepTexts ─ … ─► SweepObjects ─ … ─► Pause
//! ```

use super::accounts::STEP;
use super::gc::Managed;
use super::{Event, Gc, Heap, Tracer};
use crate::ops::ops::{Object, Table, Value};

/// The part of the machine that refers to objects.
///
/// A cycle traces the roots at its beginning and again in the last phase of the marking. In that phase the stacks must
/// be `nil` above their top frames ([`Tracer::is_final`]): a value that an earlier call left there can be freed now,
/// and must not be found when a later frame covers its slot without having written it yet.
pub trait Roots {
    /// Traces everything that the host holds, the active stacks including those of running coroutines, and their open
    /// upvalues.
    fn trace(&mut self, tracer: &mut Tracer);

    /// Traces the stack of a fiber if it is not running. Returns the number of slots.
    fn trace_fiber(&mut self, fiber: u32, tracer: &mut Tracer) -> usize;
}

/// The part of a step's work that a call of a finalizer takes, in bytes visited.
const FINALIZER_COST: usize = 100;

/// What the collector does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing: every object is white.
    Pause,
    /// Trace grey objects.
    Mark,
    /// Sweep interned texts from a bucket on.
    SweepTexts(usize),
    /// Sweep the other objects after one, or from the first on.
    SweepObjects(*mut Object),
}

impl Heap {
    /// Returns `true` if a [`step`](Self::step) can be due, or memory has to be [settled](Self::settle).
    #[inline]
    #[must_use]
    pub fn needs_attention(&self) -> bool {
        self.accounts.left <= 0 || self.accounts.eager > 0
    }

    /// Returns `true` if a [`step`](Self::step) is due.
    #[must_use]
    pub fn needs_step(&self) -> bool {
        (self.accounts.due() <= 0 || self.accounts.eager > 0) && !self.accounts.is_stopped
    }

    /// Does the work that is due for the bytes allocated since the last step. Returns `true` if a cycle ended.
    ///
    /// # Safety
    ///
    /// (1) of the heap's contract: objects that are unreachable from the roots are not used afterwards.
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
        self.finalizers_due = usize::try_from(work).unwrap_or(0) / FINALIZER_COST + 1;
        self.accounts.set_due(STEP);
        // The objects of finalizers are garbage that the next cycle would only visit again, unless one makes many objects.
        if self.is_finalizing() && !self.accounts.have_doubled() {
            return false;
        }
        while work > 0 {
            work -= self.advance(roots) as i64;
            if self.phase == Phase::Pause {
                if !self.is_finalizing() {
                    self.accounts.rest();
                }
                return true;
            }
        }
        false
    }

    /// Returns `true` between two cycles, while there are finalizers to call.
    #[must_use]
    pub fn is_finalizing(&self) -> bool {
        self.phase == Phase::Pause && !self.finalizers.is_empty()
    }

    /// Returns `true` between two cycles, when all finalizers were called.
    #[must_use]
    pub fn is_resting(&self) -> bool {
        self.phase == Phase::Pause && self.finalizers.is_empty()
    }

    /// Runs a step as if `kilobytes` had been allocated, for `collectgarbage("step", kilobytes)`. Returns `true` if a cycle
    /// ended.
    ///
    /// # Safety
    ///
    /// The same as for [`step`](Self::step).
    pub unsafe fn step_by(&mut self, kilobytes: u32, roots: &mut dyn Roots) -> bool {
        self.accounts.set_due(self.accounts.due().min(0) - i64::from(kilobytes) * 1024);
        // SAFETY: the caller's promise.
        unsafe { self.step(roots) }
    }

    /// Runs a full cycle: `collectgarbage("collect")`.
    ///
    /// # Safety
    ///
    /// The same as for [`step`](Self::step).
    pub unsafe fn collect(&mut self, roots: &mut dyn Roots) {
        if self.phase == Phase::Mark {
            // Marked objects may have become unreachable. Without a flip the sweep makes everything white.
            self.tracer.grey.clear();
            self.tracer.partial.clear();
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
        self.finalizers_due = usize::MAX;
        self.accounts.rest();
    }

    /// Returns the size of all objects, of the stacks of coroutines and of the code of chunks in kilobytes:
    /// `collectgarbage("count")`.
    #[must_use]
    pub fn count(&self) -> f64 {
        self.accounts.size() as f64 / 1024.0
    }

    /// Sets the size at which a cycle starts, in per cent of the size after the last one. Returns the previous value.
    /// This is `collectgarbage("setpause", percent)`.
    pub fn set_pause(&mut self, percent: u32) -> u32 {
        std::mem::replace(&mut self.accounts.pause, percent)
    }

    /// Sets how much a step works, in per cent of the bytes allocated: `collectgarbage("setstepmul", percent)`. Returns
    /// the previous value.
    pub fn set_step_multiplier(&mut self, percent: u32) -> u32 {
        std::mem::replace(&mut self.accounts.step_multiplier, percent)
    }

    /// Disables steps: `collectgarbage("stop")`.
    pub fn stop(&mut self) {
        self.accounts.is_stopped = true;
    }

    /// Enables steps again: `collectgarbage("restart")`.
    pub fn restart(&mut self) {
        self.accounts.is_stopped = false;
        self.accounts.set_due(self.accounts.due().min(0));
    }

    /// Enables steps again after one that the program has requested.
    pub fn restart_after_step(&mut self) {
        self.accounts.is_stopped = false;
        self.accounts.set_due(self.accounts.due());
    }

    /// Returns `true` if steps are disabled.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.accounts.is_stopped
    }

    /// For tests: makes a step always due, and every `every`th one a full cycle. 0 turns this off.
    pub fn set_eager(&mut self, every: u32) {
        (self.accounts.eager, self.accounts.eager_left) = (every, every);
    }

    /// For tests: returns the number of steps until the next full cycle of [`set_eager`](Self::set_eager).
    #[must_use]
    pub fn eager_left(&self) -> u32 {
        self.accounts.eager_left
    }

    /// Does the next piece of work. Returns its cost in bytes visited.
    fn advance(&mut self, roots: &mut dyn Roots) -> usize {
        match self.phase {
            Phase::Pause => {
                self.accounts.begin();
                self.tracer.mode = Some(self.event_name(Event::Mode));
                self.phase = Phase::Mark;
                self.mark_roots(roots);
                size_of::<Object>()
            }
            Phase::Mark => match self.tracer.grey.pop() {
                Some(object) => self.tracer.trace(object, roots),
                None => self.tracer.trace_part().unwrap_or_else(|| self.finish_marking(roots)),
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

    /// Runs the last phase of the marking at once: traces again what can have changed without a barrier.
    fn finish_marking(&mut self, roots: &mut dyn Roots) -> usize {
        self.tracer.is_final = true;
        self.mark_roots(roots);
        let again = std::mem::take(&mut self.tracer.again);
        self.tracer.grey.extend(again);
        let mut work = self.mark_all(roots);
        self.queue_finalizers();
        let waiting = self.mark_all(roots);
        self.accounts.waiting = waiting;
        work += waiting;
        self.clear_weak_tables();
        // Weak tables have lost fields, and the addresses of freed objects are reused.
        self.end_epoch();
        self.close_dead_coroutines();
        self.sweep_shapes();
        debug_assert!(self.tracer.grey.is_empty() && self.tracer.again.is_empty(), "an object is still grey");
        self.tracer.is_final = false;
        self.tracer.flip();
        self.texts.forget_single();
        self.phase = Phase::SweepTexts(0);
        work
    }

    /// Tells the collector that a black table got a value: it is traced again in the last phase.
    #[cold]
    pub fn barrier_back(&mut self, table: Gc<Table>) {
        match self.phase {
            Phase::Mark => self.tracer.revisit(table.as_object()),
            _ => self.tracer.whiten(table.as_object()),
        }
    }

    /// Tells the collector that values in the array part or the hash part of a table are about to move: those that were not
    /// traced yet would be missed where the others are.
    pub(super) fn move_barrier(&mut self, table: Gc<Table>) {
        if self.phase == Phase::Mark && self.tracer.is_partial(table) {
            self.barrier_back(table);
        }
    }

    /// Tells the collector that a black object other than a table got a value.
    #[cold]
    pub fn barrier_forward<T: Managed>(&mut self, owner: Gc<T>, value: Value) {
        match self.phase {
            Phase::Mark => self.tracer.value(value),
            _ => self.tracer.whiten(owner.as_object()),
        }
    }

    /// Tells the collector that a black object other than a table refers to another object.
    #[cold]
    pub(super) fn barrier_forward_to<T: Managed, U: Managed>(&mut self, owner: Gc<T>, object: Gc<U>) {
        match self.phase {
            Phase::Mark => self.tracer.object(object),
            _ => self.tracer.whiten(owner.as_object()),
        }
    }
}
