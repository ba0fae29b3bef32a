//! [`Cursor`]: the interpreter's registers, through which handlers access code, frame and stack.
//!
//! Contract of this island, which verification and the generated `interpret` discharge:
//! 1. `frame` is the top record; its function is verified code of this instruction set, `code` its first unit.
//! 2. `pc` is the start of an op; the units read belong to that op and have the kind that the method expects.
//! 3. Slots named by the op lie in the frame at `base`; on a stack machine `sp` is the depth that the
//!    verifier computed, and the values popped and pushed lie in the frame.

use mimeo_def::frame::{Exit, Fault, Frame};

use crate::{Callee, Flow, Function, InstructionSet, Label, Labels, Operands, Thrown, Value, Vm, Window};

/// The interpreter's registers. Used by generated code only.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    pc: *const u16,
    code: *const u16,
    base: *mut u64,
    sp: *mut u64,
    frame: *mut Frame,
    /// The value of `core.moves` when `base`, `sp` and `frame` were read.
    moves: u64,
}

impl Cursor {
    /// Creates a cursor for the top frame at its `pc`.
    ///
    /// # Safety
    ///
    /// (1), and the record's `pc` is the start of a reachable op.
    #[inline(always)]
    pub unsafe fn resume<I: InstructionSet>(vm: &Vm<I>) -> Self {
        // SAFETY: (1).
        unsafe {
            let frame = vm.core.frame;
            let Frame { function, base, pc, .. } = *frame;
            let function = function.cast::<Function>();
            let code = (*function).code;
            let depth = match I::OPERANDS {
                Operands::Registers => 0,
                Operands::Stack => *(*function).depths.add(pc as usize),
            };
            let sp = base.add((*function).locals as usize + depth as usize);
            Cursor { pc: code.add(pc as usize), code, base, sp, frame, moves: vm.core.moves }
        }
    }

    #[inline(always)]
    fn function(&self) -> *const Function {
        // SAFETY: (1).
        unsafe { (*self.frame).function.cast() }
    }

    /// Returns the opcode.
    ///
    /// # Safety
    ///
    /// (2).
    #[inline(always)]
    pub unsafe fn opcode(&self) -> u16 {
        // SAFETY: (2).
        unsafe { *self.pc }
    }

    /// Returns a one-unit operand.
    ///
    /// # Safety
    ///
    /// (2).
    #[inline(always)]
    pub unsafe fn unit(&self, unit: usize) -> u16 {
        // SAFETY: (2).
        unsafe { *self.pc.add(unit) }
    }

    /// Returns a two-unit operand.
    ///
    /// # Safety
    ///
    /// (2).
    #[inline(always)]
    pub unsafe fn unit2(&self, unit: usize) -> u32 {
        // SAFETY: (2); units are little-endian whatever the host is.
        unsafe { u32::from(*self.pc.add(unit)) | u32::from(*self.pc.add(unit + 1)) << 16 }
    }

    /// Returns a four-unit operand.
    ///
    /// # Safety
    ///
    /// (2).
    #[inline(always)]
    pub unsafe fn unit4(&self, unit: usize) -> u64 {
        // SAFETY: (2).
        unsafe { u64::from(self.unit2(unit)) | u64::from(self.unit2(unit + 2)) << 32 }
    }

    /// Returns the value in the slot that the operand names.
    ///
    /// # Safety
    ///
    /// (2), (3).
    #[inline(always)]
    pub unsafe fn slot<V: Value>(&self, unit: usize) -> V {
        // SAFETY: (2), (3).
        unsafe { V::from_bits(*self.base.add(self.unit(unit) as usize)) }
    }

    /// Writes the slot that the operand names.
    ///
    /// # Safety
    ///
    /// (2), (3).
    #[inline(always)]
    pub unsafe fn set_slot<V: Value>(&mut self, unit: usize, value: V) {
        // SAFETY: (2), (3).
        unsafe { *self.base.add(self.unit(unit) as usize) = value.to_bits() }
    }

    /// Returns the value at depth `below` of the operand stack; 1 is the top.
    ///
    /// # Safety
    ///
    /// (3).
    #[inline(always)]
    pub unsafe fn peek<V: Value>(&self, below: usize) -> V {
        // SAFETY: (3).
        unsafe { V::from_bits(*self.sp.sub(below)) }
    }

    /// Pops `count` values off the operand stack.
    ///
    /// # Safety
    ///
    /// (3).
    #[inline(always)]
    pub unsafe fn drop(&mut self, count: usize) {
        // SAFETY: (3).
        self.sp = unsafe { self.sp.sub(count) };
    }

    /// Pushes a value on the operand stack.
    ///
    /// # Safety
    ///
    /// (3).
    #[inline(always)]
    pub unsafe fn push<V: Value>(&mut self, value: V) {
        // SAFETY: (3).
        unsafe {
            *self.sp = value.to_bits();
            self.sp = self.sp.add(1);
        }
    }

    /// Returns the constant that the operand names.
    ///
    /// # Safety
    ///
    /// (2).
    #[inline(always)]
    pub unsafe fn constant<V: Value>(&self, unit: usize) -> V {
        // SAFETY: (1), (2).
        unsafe { V::from_bits(*(*self.function()).constants.add(self.unit(unit) as usize)) }
    }

    /// Returns a branch target.
    ///
    /// # Safety
    ///
    /// (2).
    #[inline(always)]
    pub unsafe fn label(&self, unit: usize) -> Label {
        // SAFETY: (2).
        Label(unsafe { self.unit2(unit) })
    }

    /// Returns a list of branch targets.
    ///
    /// # Safety
    ///
    /// (1), (2), and the list is dropped before the function is.
    #[inline(always)]
    pub unsafe fn labels(&self, unit: usize) -> Labels {
        // SAFETY: (1), (2): the verifier checks that the function's list has them; the caller's promise.
        unsafe {
            let first = (*self.function()).labels.add(self.unit2(unit) as usize);
            Labels(std::slice::from_raw_parts(first, self.unit(unit + 2).into()))
        }
    }

    /// Returns a window in the frame.
    ///
    /// # Safety
    ///
    /// (2).
    #[inline(always)]
    pub unsafe fn window(&self, unit: usize) -> Window {
        // SAFETY: (2).
        unsafe { Window { start: u32::from(self.unit(unit)), len: u32::from(self.unit(unit + 1)) } }
    }

    /// Returns a window on top of the operand stack. Must be called before [`drop`](Self::drop).
    ///
    /// # Safety
    ///
    /// (2), (3).
    #[inline(always)]
    pub unsafe fn stack_window(&self, unit: usize) -> Window {
        // SAFETY: (2), (3): both pointers are into the same frame, `base` below `sp`.
        unsafe {
            let len = self.unit(unit);
            let depth = self.sp.offset_from_unsigned(self.base) as u32;
            Window { start: depth - u32::from(len), len: u32::from(len) }
        }
    }

    /// Returns a function.
    ///
    /// # Safety
    ///
    /// (2).
    #[inline(always)]
    pub unsafe fn callee<I>(&self, unit: usize) -> Callee<I> {
        // SAFETY: (1), (2).
        unsafe { Callee::new((*self.function()).sibling(self.unit2(unit))) }
    }

    /// Returns the op's inline-cache cell.
    ///
    /// # Safety
    ///
    /// (2), and `C` is the cell's type: a struct of `Cell`s for which all-zero bits are valid.
    #[inline(always)]
    pub unsafe fn cache<C>(&self, unit: usize) -> &C {
        // SAFETY: (1), (2); the verifier gave each op its own cell. Nested runs of the op share it, which the `Cell`s
        // allow.
        unsafe { &*(*self.function()).cache_address(self.unit2(unit)).cast::<C>() }
    }

    /// Writes the interpreter's position to the record, before a runtime function or an exit.
    ///
    /// # Safety
    ///
    /// (1).
    #[inline(always)]
    pub unsafe fn sync<I: InstructionSet>(&self, vm: &mut Vm<I>) {
        // SAFETY: (1); `pc` is in the function's code.
        unsafe { (*self.frame).pc = self.pc.offset_from_unsigned(self.code) as u64 };
        vm.core.frame = self.frame;
    }

    /// Updates the addresses after a runtime function, if the stack was moved.
    ///
    /// # Safety
    ///
    /// (1) held before the runtime function was called, and the record is on top again.
    #[inline(always)]
    pub unsafe fn follow<I: InstructionSet>(&mut self, vm: &Vm<I>) {
        if vm.core.moves != self.moves {
            // SAFETY: the caller's promise.
            *self = unsafe { self.relocated(vm) };
        }
    }

    /// Returns the cursor for the moved stack. Like every method that is not inlined, it takes the cursor by value: a
    /// cursor whose address is passed lies in memory and not in registers.
    #[cold]
    unsafe fn relocated<I: InstructionSet>(mut self, vm: &Vm<I>) -> Self {
        let depth_bytes = self.sp.addr() - self.base.addr();
        // SAFETY: (1): the top record is that of the running function, and has as many slots as before.
        unsafe {
            self.frame = vm.core.frame;
            self.base = (*self.frame).base;
            self.sp = self.base.byte_add(depth_bytes);
        }
        self.moves = vm.core.moves;
        self
    }

    /// Leaves the interpreter.
    ///
    /// # Safety
    ///
    /// (1).
    #[inline(always)]
    pub unsafe fn exit<I: InstructionSet>(&self, vm: &mut Vm<I>, exit: Exit) -> Exit {
        // SAFETY: (1).
        unsafe { self.sync(vm) };
        exit
    }

    /// Leaves the interpreter because an op returned `Err`.
    ///
    /// # Panics
    ///
    /// If `thrown` belongs to another error or request.
    ///
    /// # Safety
    ///
    /// (1).
    #[cold]
    pub unsafe fn throw<I: InstructionSet>(self, vm: &mut Vm<I>, thrown: Thrown) -> Exit {
        vm.check_thrown(&thrown);
        // SAFETY: (1).
        unsafe { self.exit(vm, Exit::Throw) }
    }

    /// Leaves the interpreter because a call is refused.
    ///
    /// # Safety
    ///
    /// (1).
    #[cold]
    unsafe fn refuse<I: InstructionSet>(self, vm: &mut Vm<I>, fault: Fault, callee: Callee<I>, base: *mut u64) -> Exit {
        (vm.core.fault, vm.core.fault_callee, vm.core.fault_base) = (fault as u32, callee.header, base);
        // SAFETY: (1).
        unsafe { self.exit(vm, Exit::Throw) }
    }

    /// Finishes an op of `len` units and follows its `flow`. Returns an exit if the interpreter must stop.
    ///
    /// # Safety
    ///
    /// (1), (2), (3).
    #[inline(always)]
    pub unsafe fn finish<I: InstructionSet, const SINGLE: bool>(
        &mut self,
        vm: &mut Vm<I>,
        flow: Flow<I>,
        len: usize,
    ) -> Option<Exit> {
        // SAFETY: (1), (2), (3).
        unsafe {
            match flow {
                Flow::Next | Flow::Leave => self.pc = self.pc.add(len),
                Flow::Jump(label) => {
                    let target = self.code.add(label.0 as usize);
                    let back = target <= self.pc;
                    self.pc = target;
                    if back {
                        let is_due = vm.count_event();
                        if !SINGLE && (count_down(self.function()) || is_due) {
                            return Some(self.exit(vm, Exit::Leave));
                        }
                    }
                }
                Flow::Call(callee, window) => return self.call::<I, SINGLE>(vm, callee, window, len),
                Flow::TailCall(callee) => return self.tail_call::<I, SINGLE>(vm, callee),
                Flow::Return(bits) => {
                    // A frame has at least one slot.
                    *self.base = bits;
                    return self.ret::<I, SINGLE>(vm);
                }
                Flow::ReturnWindow(window) => {
                    std::ptr::copy(self.base.add(window.start as usize), self.base, window.len as usize);
                    return self.ret::<I, SINGLE>(vm);
                }
            }
            if SINGLE { Some(self.exit(vm, Exit::Leave)) } else { None }
        }
    }

    #[inline(always)]
    unsafe fn call<I: InstructionSet, const SINGLE: bool>(
        &mut self,
        vm: &mut Vm<I>,
        callee: Callee<I>,
        window: Window,
        len: usize,
    ) -> Option<Exit> {
        // SAFETY: (1), (2), (3); the window starts in this frame, so `base` stays below the limit.
        unsafe {
            let base = self.base.add(window.start as usize);
            let room_bytes = vm.core.stack_limit.addr() - base.addr();
            if I::ARITY.is_none() && u64::from(window.len) < (*callee.header).arity {
                return Some(self.refuse(vm, Fault::Arity, callee, base));
            }
            if (room_bytes as u64) < (*callee.header).frame_bytes || self.frame >= vm.core.frame_limit {
                return Some(self.refuse(vm, Fault::Call, callee, base));
            }
            let function = callee.header.cast::<Function>();
            (*self.frame).pc = self.pc.offset_from_unsigned(self.code) as u64 + len as u64;
            (*self.frame).ret = vm.core.return_marker;
            self.frame = self.frame.add(1);
            (*self.frame).function = callee.header;
            (*self.frame).base = base;
            self.base = base;
            self.code = (*function).code;
            self.pc = self.code;
            self.sp = base.add((*function).locals as usize);
            let is_due = vm.count_event();
            if count_down(function) || is_due || SINGLE {
                return Some(self.exit(vm, Exit::Call));
            }
            None
        }
    }

    #[inline(always)]
    unsafe fn tail_call<I: InstructionSet, const SINGLE: bool>(
        &mut self,
        vm: &mut Vm<I>,
        callee: Callee<I>,
    ) -> Option<Exit> {
        // SAFETY: (1), (2), (3).
        unsafe {
            let room_bytes = vm.core.stack_limit.addr() - self.base.addr();
            if I::ARITY.is_none() && (*(*self.frame).function).frame_bytes / 8 < (*callee.header).arity {
                return Some(self.refuse(vm, Fault::Arity, callee, self.base));
            }
            if (room_bytes as u64) < (*callee.header).frame_bytes {
                return Some(self.refuse(vm, Fault::TailCall, callee, self.base));
            }
            let function = callee.header.cast::<Function>();
            (*self.frame).function = callee.header;
            self.code = (*function).code;
            self.pc = self.code;
            self.sp = self.base.add((*function).locals as usize);
            let is_due = vm.count_event();
            if count_down(function) || is_due || SINGLE {
                return Some(self.exit(vm, Exit::Call));
            }
            None
        }
    }

    #[inline(always)]
    unsafe fn ret<I: InstructionSet, const SINGLE: bool>(&mut self, vm: &mut Vm<I>) -> Option<Exit> {
        // SAFETY: (1), (2), (3): a function has a caller, which may be the host.
        unsafe {
            self.sp = self.base.add(1);
            self.frame = self.frame.sub(1);
            let Frame { function, base, pc, ret } = *self.frame;
            if SINGLE || ret != vm.core.return_marker {
                vm.core.frame = self.frame;
                return Some(if ret == vm.core.finish_marker { Exit::Finish } else { Exit::Return });
            }
            self.base = base;
            self.code = (*function.cast::<Function>()).code;
            self.pc = self.code.add(pc as usize);
            None
        }
    }
}

/// Counts one call or loop iteration, and returns `true` if the driver must be notified.
///
/// # Safety
///
/// `function` is a loaded function.
#[inline(always)]
pub(crate) unsafe fn count_down(function: *const Function) -> bool {
    // SAFETY: the caller's promise.
    let countdown = unsafe { &(*function).countdown };
    countdown.set(countdown.get() - 1);
    countdown.get() <= 0
}
