//! An op that is about to run → [`TracedOp`], its line of a trace: where it is, its operands, the values that it reads.

use std::fmt;
use std::ops::ControlFlow;

use mimeo_def::op::OperandKind;

use crate::op_at::{OpAt, Word};
use crate::{FrameView, InstructionSet, OpText, Site, Vm, Window};

/// A function that is called before each op that runs. Given to [`Vm::set_tracer`]. See [`TracedOp`] for an example.
pub type Tracer<I> = dyn FnMut(&TracedOp<'_, I>) -> ControlFlow<()>;

/// More values of a window than these are not shown.
const SHOWN: usize = 8;

/// An op that is about to run, for a [tracer](Vm::set_tracer).
///
/// If the language's values implement `Debug`, displaying it creates a line without a line break: the place as a
/// [backtrace](crate::Backtrace) shows it, the op as a [listing](crate::Disassembly) does, and the values that the op reads,
/// by the names of slots on a register machine and by the names of operands on a stack machine.
///
/// ```
/// use std::cell::RefCell;
/// use std::ops::ControlFlow;
/// use std::rc::Rc;
///
/// use mimeo_doc_ops::{DIVIDE, sample_machine};
///
/// let (mut machine, linked) = sample_machine();
/// let lines = Rc::new(RefCell::new(Vec::new()));
/// let trace = Rc::clone(&lines);
/// machine.vm_mut().set_tracer(None, move |op| {
///     let name = &op.frame().function.body().name;
///     trace.borrow_mut().extend((name == "divide").then(|| op.to_string()));
///     ControlFlow::Continue(())
/// });
/// assert_eq!(machine.call(linked.function(DIVIDE), &[84, 2])?, 42);
/// assert_eq!(lines.borrow()[0], "sample:3:5 in `divide`  0000  divide r0, r0, r1  ; r0=84, r1=2");
/// # Ok::<(), mimeo_doc_ops::Trap>(())
/// ```
#[derive(Debug)]
pub struct TracedOp<'a, I: InstructionSet> {
    vm: &'a Vm<I>,
    frame: FrameView<'a>,
}

impl<'a, I: InstructionSet> TracedOp<'a, I> {
    /// Returns the next op of the top frame.
    pub(crate) fn next(vm: &'a Vm<I>) -> Option<Self> {
        Some(TracedOp { vm, frame: vm.frames().next()? })
    }

    /// Returns the machine. See [`TracedOp`] for an example of a trace.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use mimeo_doc_ops::{SUM, sample_machine};
    ///
    /// let (mut machine, linked) = sample_machine();
    /// machine.vm_mut().set_tracer(None, |op| {
    ///     assert!(op.vm().host.printed.is_empty());
    ///     ControlFlow::Continue(())
    /// });
    /// assert_eq!(machine.call(linked.function(SUM), &[10]), Ok(55));
    /// ```
    pub fn vm(&self) -> &'a Vm<I> {
        self.vm
    }

    /// Returns the frame, whose [`pc`](FrameView::pc) is the op. See [`TracedOp`] for an example.
    pub fn frame(&self) -> FrameView<'a> {
        self.frame
    }
}

impl<I: InstructionSet<Value: fmt::Debug>> TracedOp<'_, I> {
    /// Writes the values that the op reads, each with its name.
    fn write_inputs(&self, f: &mut fmt::Formatter<'_>, op: &OpAt<'_>) -> fmt::Result {
        let mut shown: Vec<u32> = Vec::new();
        let mut separator = "  ; ";
        for operand in op.info.operands.iter().filter(|operand| !operand.kind.is_output()) {
            match (operand.kind, op.word(operand)) {
                (OperandKind::Window | OperandKind::StackWindow, Word::Bits(bits)) => {
                    let window = Window::from_word(bits);
                    let values = (window.start()..).take(window.len() as usize).map(|slot| self.vm.slot(slot));
                    write!(f, "{separator}{}=[", operand.name)?;
                    for (index, value) in values.take(SHOWN).enumerate() {
                        write!(f, "{}{value:?}", if index == 0 { "" } else { ", " })?;
                    }
                    write!(f, "{}]", if window.len() as usize > SHOWN { ", …" } else { "" })?;
                }
                (_, Word::Slot(slot)) if !shown.contains(&slot) => {
                    shown.push(slot);
                    match operand.kind {
                        OperandKind::Stack { .. } => write!(f, "{separator}{}", operand.name)?,
                        _ => write!(f, "{separator}r{slot}")?,
                    }
                    write!(f, "={:?}", self.vm.slot(slot))?;
                }
                _ => continue,
            }
            separator = ", ";
        }
        Ok(())
    }
}

impl<I: InstructionSet<Value: fmt::Debug>> fmt::Display for TracedOp<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FrameView { function, pc, .. } = self.frame;
        write!(f, "{}  {pc}  ", Site::new(function.body(), pc))?;
        let Some(op) = OpAt::of(function, I::OPS, pc) else { return f.write_str("???") };
        write!(f, "{}", OpText { body: function.body(), pc, info: op.info })?;
        self.write_inputs(f, &op)
    }
}
