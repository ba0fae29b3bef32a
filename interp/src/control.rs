//! [`Control`]: a machine's handle for other threads and signal handlers, through which they interrupt it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A handle that interrupts a machine's program. It can be sent to other threads, and outlives the machine.
///
/// An interrupted program gets an error of the kind [`TrapKind::Interrupted`](crate::TrapKind::Interrupted) at its next
/// check, which at the latest comes after about a thousand calls and backward jumps. See [the
/// budget](crate::Vm#budget).
///
/// ```
/// use mimeo::TrapKind;
/// use mimeo_doc_ops::{SUM, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// let control = machine.control().clone();
/// let other = std::thread::spawn(move || control.interrupt());
/// // Adds the numbers up to 10^12, which would take a long time.
/// let trap = machine.call(linked.function(SUM), &[1_000_000_000_000]).expect_err("it is interrupted");
/// assert_eq!(trap.kind, TrapKind::Interrupted);
/// # other.join().expect("it only sets a flag");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Control {
    is_interrupted: Arc<AtomicBool>,
    is_paused: Arc<AtomicBool>,
}

impl Control {
    /// Interrupts the machine's program. If none is running, the next one is interrupted when it starts. The interruption
    /// stays until the outermost run has ended, so that a program cannot catch it and go on.
    ///
    /// May be called in a signal handler: it only stores to an atomic variable. See [`Control`] for an example.
    #[inline]
    pub fn interrupt(&self) {
        self.is_interrupted.store(true, Ordering::Relaxed);
    }

    /// Withdraws an interruption that has not arrived yet, and returns `true` if there was one.
    ///
    /// ```
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// machine.control().interrupt();
    /// assert!(machine.control().clear());
    /// assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
    /// ```
    pub fn clear(&self) -> bool {
        self.is_interrupted.swap(false, Ordering::Relaxed)
    }

    /// Makes the program stop and call its [debugger](crate::Vm::set_debugger). Has no effect without one. May be called
    /// in a signal handler.
    ///
    /// ```
    /// use mimeo::{Stop, StepMode};
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// machine.vm_mut().set_debugger(|vm, stop| {
    ///     assert_eq!(stop, Stop::Pause);
    ///     vm.host.printed.push(vm.slot(1));
    ///     Ok(StepMode::Continue)
    /// });
    /// machine.control().pause();
    /// machine.call(linked.function(SUM), &[100_000])?;
    /// assert_eq!(machine.vm().host.printed.len(), 1);
    /// # Ok::<(), mimeo_doc_ops::Trap>(())
    /// ```
    pub fn pause(&self) {
        self.is_paused.store(true, Ordering::Relaxed);
    }

    /// Returns `true` if a pause was requested since the last call.
    pub(crate) fn take_pause(&self) -> bool {
        self.is_paused.load(Ordering::Relaxed) && self.is_paused.swap(false, Ordering::Relaxed)
    }

    /// Returns `true` if an interruption has not arrived yet.
    ///
    /// ```
    /// use mimeo_doc_ops::sample_machine;
    ///
    /// let (machine, _) = sample_machine();
    /// assert!(!machine.control().is_interrupted());
    /// machine.control().interrupt();
    /// assert!(machine.control().is_interrupted());
    /// ```
    #[inline]
    pub fn is_interrupted(&self) -> bool {
        self.is_interrupted.load(Ordering::Relaxed)
    }
}
