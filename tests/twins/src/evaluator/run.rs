//! Sites → what stencils would do: a loop that follows addresses of sites.
//!
//! Contract of this island: (1) the driver enters at an address that the tier returned or that is in a record or a
//! function's header, all of which are addresses of sites; (2) a function is loaded while its sites exist, and sites exist
//! until their function is unloaded or the tier is dropped; (3) at a site, `core`, `base` and `frame` are those of the
//! machine, slot 0 of the running function and its record, as for a stencil.

use std::cell::Cell;

use mimeo::Function;
use mimeo::def::Pc;
use mimeo::def::frame::{CORE_BYTES, CodeAddr, Core, Exit, Fault, Frame, FunctionHeader, Outcome, PANICKED};
use mimeo::def::op::OpInfo;
use mimeo::tier::Word;
use mimeo_ir::{Body, Edge, End, Inst, ParamId, Set, ValueId};

use super::memory::{Access, Memory};
use super::site::{Code, Kind, Op, Site};

/// What the sites of a tier share.
pub(super) struct Shared {
    pub(super) ops: &'static [OpInfo],
    pub(super) set: Set,
    pub(super) shims: Vec<*const ()>,
    pub(super) memory: Memory,
    /// Ops until the next side exit.
    pub(super) until_exit: Cell<u32>,
    /// Ops between side exits; 0 for none.
    pub(super) exit_every: u32,
    /// The only place in functions at which ops are evaluated, if there is one.
    pub(super) only: Option<Pc>,
}

impl Shared {
    /// Returns whether an op is left to the interpreter.
    fn exits_at(&self, pc: Pc) -> bool {
        if self.only.is_some_and(|only| only != pc) {
            return true;
        }
        if self.exit_every == 0 {
            return false;
        }
        let left = self.until_exit.get();
        self.until_exit.set(if left == 0 { self.exit_every - 1 } else { left - 1 });
        left == 0
    }
}

/// A function of the convention between stencils and Rust.
#[cfg(target_arch = "x86_64")]
macro_rules! shim {
    ($($arg:ty),* => $result:ty) => { unsafe extern "sysv64" fn($($arg),*) -> $result };
}
#[cfg(not(target_arch = "x86_64"))]
macro_rules! shim {
    ($($arg:ty),* => $result:ty) => { unsafe extern "C" fn($($arg),*) -> $result };
}

/// Runs from a site until an exit: the tier's [`Enter`](mimeo_interp::tier::Enter).
///
/// # Safety
///
/// (1), (3).
#[cfg(target_arch = "x86_64")]
pub(super) unsafe extern "sysv64" fn enter(core: *mut Core, base: *mut u64, frame: *mut Frame, code: CodeAddr) -> u64 {
    // SAFETY: (1), (3).
    unsafe { Run { core, base, frame, values: Vec::new() }.run(code) }
}

/// Runs from a site until an exit: the tier's [`Enter`](mimeo_interp::tier::Enter).
///
/// # Safety
///
/// (1), (3).
#[cfg(not(target_arch = "x86_64"))]
pub(super) unsafe extern "C" fn enter(core: *mut Core, base: *mut u64, frame: *mut Frame, code: CodeAddr) -> u64 {
    // SAFETY: (1), (3).
    unsafe { Run { core, base, frame, values: Vec::new() }.run(code) }
}

/// Calls a runtime function.
///
/// # Safety
///
/// `shim` takes the machine and this many words, and the machine's record is current.
unsafe fn call(shim: *const (), core: *mut Core, args: &[u64]) -> Outcome {
    type Word = u64;
    macro_rules! with {
        ($($arg:ident: $ty:ty),*) => {{
            // SAFETY: the caller's promise.
            let shim = unsafe { std::mem::transmute::<*const (), shim!(*mut Core $(, $ty)* => Outcome)>(shim) };
            // SAFETY: the caller's promise.
            unsafe { shim(core $(, $arg)*) }
        }};
    }
    match *args {
        [] => with!(),
        [a] => with!(a: Word),
        [a, b] => with!(a: Word, b: Word),
        [a, b, c] => with!(a: Word, b: Word, c: Word),
        [a, b, c, d] => with!(a: Word, b: Word, c: Word, d: Word),
        [a, b, c, d, e] => with!(a: Word, b: Word, c: Word, d: Word, e: Word),
        [a, b, c, d, e, f] => with!(a: Word, b: Word, c: Word, d: Word, e: Word, f: Word),
        [a, b, c, d, e, f, g] => with!(a: Word, b: Word, c: Word, d: Word, e: Word, f: Word, g: Word),
        [a, b, c, d, e, f, g, h] => with!(a: Word, b: Word, c: Word, d: Word, e: Word, f: Word, g: Word, h: Word),
        _ => panic!("a runtime function with {} arguments", args.len()),
    }
}

/// The registers of a stencil.
struct Run {
    core: *mut Core,
    base: *mut u64,
    frame: *mut Frame,
    /// The values of the running body.
    values: Vec<u64>,
}

impl Run {
    /// # Safety
    ///
    /// (1), (3).
    unsafe fn run(&mut self, mut at: CodeAddr) -> u64 {
        loop {
            // SAFETY: (1): the address is that of a site.
            let site = unsafe { &*std::ptr::with_exposed_provenance::<Site>(at) };
            // SAFETY: (2): a site that is no exit belongs to code.
            let code = unsafe { site.code.as_ref() };
            at = match (&site.kind, code) {
                (Kind::Op(op), Some(code)) if code.shared.exits_at(op.pc) => {
                    // SAFETY: (3).
                    unsafe { (*self.frame).pc = u64::from(op.pc.0) };
                    // SAFETY: (3).
                    return unsafe { self.exit(Exit::Deopt) };
                }
                // SAFETY: (3), at the site of an op of this code.
                (Kind::Op(op), Some(code)) => match unsafe { self.op(code, op) } {
                    Ok(next) => next,
                    // SAFETY: (3).
                    Err(exit) => return unsafe { self.exit(exit) },
                },
                (Kind::Poll(pc), Some(code)) => {
                    // SAFETY: (3).
                    unsafe {
                        (*self.core).budget -= 1;
                        if (*self.core).budget < 0 {
                            (*self.frame).pc = u64::from(pc.0);
                            return self.exit(Exit::Poll);
                        }
                    }
                    code.after_poll(*pc)
                }
                (Kind::Exit(exit), _) => {
                    if *exit == Exit::Call {
                        // SAFETY: (3).
                        unsafe { (*self.frame).pc = 0 };
                    }
                    // SAFETY: (3).
                    return unsafe { self.exit(*exit) };
                }
                (_, None) => unreachable!("ops and polls are in code"),
            };
        }
    }

    /// Leaves native code.
    ///
    /// # Safety
    ///
    /// (3).
    unsafe fn exit(&mut self, exit: Exit) -> u64 {
        // SAFETY: (3).
        unsafe {
            (*self.core).frame = self.frame;
            (*self.core).exit_before = (*self.core).exit;
            (*self.core).exit = exit as u32;
        }
        exit as u64
    }

    /// Evaluates an op. Returns the next site, or why native code is left.
    ///
    /// # Safety
    ///
    /// (3), at the op's site.
    unsafe fn op(&mut self, code: &Code, op: &Op) -> Result<CodeAddr, Exit> {
        let (shared, info) = (&*code.shared, &code.shared.ops[op.opcode]);
        let body = shared.set.body_of(op.opcode);
        self.values.clear();
        self.values.resize(body.values.len(), 0);
        let at = code.at(op);
        for (param, word) in body.blocks[0].params.iter().zip(at.inputs()) {
            self.values[param.0 as usize] = match word {
                // SAFETY: (3); the verifier checks that the slot is in the frame.
                Word::Slot(slot) => unsafe { *self.base.add(slot as usize) },
                Word::Bits(bits) => bits,
                Word::Label(_) | Word::Labels { .. } => 0,
            };
        }
        let mut block = &body.blocks[0];
        loop {
            for inst in &block.insts {
                // SAFETY: (3).
                unsafe { self.inst(code, info, body, inst) };
            }
            let edge = match &block.end {
                End::Jump { edge } => edge,
                End::Branch { condition, then, other } => match self.get(*condition) {
                    0 => other,
                    _ => then,
                },
                End::Runtime { function, args, has_result, ok, err } => {
                    let args: Vec<u64> = args.iter().map(|&arg| self.get(arg)).collect();
                    // SAFETY: (3); the body was made with the set that has this function.
                    let outcome = unsafe {
                        (*self.frame).pc = u64::from(op.pc.0);
                        (*self.core).frame = self.frame;
                        call(shared.shims[function.0 as usize], self.core, &args)
                    };
                    shared.memory.forget();
                    // SAFETY: (3): the running function's record is on top again.
                    unsafe {
                        self.frame = (*self.core).frame;
                        self.base = (*self.frame).base;
                        if (*self.core).exit == PANICKED {
                            return Err(Exit::Throw);
                        }
                    }
                    match err {
                        Some(err) if outcome.status != 0 => err,
                        _ => {
                            let result = has_result.then_some(outcome.value);
                            block = self.follow(body, ok, result);
                            continue;
                        }
                    }
                }
                // SAFETY: (3).
                end => return unsafe { self.end(code, op, end) },
            };
            block = self.follow(body, edge, None);
        }
    }

    fn get(&self, value: ValueId) -> u64 {
        self.values[value.0 as usize]
    }

    /// Passes the values of an edge to the parameters of its block.
    fn follow<'a>(&mut self, body: &'a Body, edge: &Edge, result: Option<u64>) -> &'a mimeo_ir::Block {
        let block = &body.blocks[edge.to.0 as usize];
        if block.params.is_empty() {
            return block;
        }
        // All values are read before the first is written: a block can be its own successor.
        let args: Vec<u64> = result.into_iter().chain(edge.args.iter().map(|&arg| self.get(arg))).collect();
        for (param, arg) in block.params.iter().zip(args) {
            self.values[param.0 as usize] = arg;
        }
        block
    }

    /// # Safety
    ///
    /// (3).
    unsafe fn inst(&mut self, code: &Code, info: &OpInfo, body: &Body, inst: &Inst) {
        let (to, bits) = match *inst {
            Inst::Const { to, bits } => (to, bits),
            Inst::Unary { to, op, of } => (to, op.apply(body.ty(of), body.ty(to), self.get(of))),
            Inst::Binary { to, op, a, b } => (to, op.apply(body.ty(a), self.get(a), self.get(b))),
            Inst::Select { to, condition, then, other } => {
                (to, self.get(if self.get(condition) == 0 { other } else { then }))
            }
            // SAFETY: (3): the record names a loaded function.
            Inst::FunctionWord { to } => (to, unsafe { (*(*self.frame).function.cast::<Function>()).word() }),
            Inst::Context { to } => (to, self.core.expose_provenance() as u64 + CORE_BYTES as u64),
            Inst::Load { to, address, offset, description } => {
                let address = self.get(address).wrapping_add(offset.into());
                let access = Access { address, ty: body.ty(to), description, is_store: false };
                // SAFETY: (3); the op's definition accesses this memory.
                (to, unsafe { self.load(code, info, access) })
            }
            Inst::Store { address, offset, description, value } => {
                let address = self.get(address).wrapping_add(offset.into());
                let access = Access { address, ty: body.ty(value), description, is_store: true };
                // SAFETY: (3); the op's definition accesses this memory.
                unsafe { self.store(code, info, access, self.get(value)) };
                return;
            }
            // SAFETY: (3); the verifier checks that the window is in the frame.
            Inst::WindowLoad { to, window, index } => (to, unsafe { *self.window_slot(window, index) }),
            Inst::WindowFill { window, value } => {
                let (window, value) = (self.get(window), self.get(value));
                for slot in window as u32..window as u32 + (window >> 32) as u32 {
                    // SAFETY: (3); the verifier checks that the window is in the frame.
                    unsafe { *self.base.add(slot as usize) = value };
                }
                return;
            }
            Inst::WindowStore { window, index, value } => {
                // SAFETY: (3); the verifier checks that the window is in the frame.
                unsafe { *self.window_slot(window, index) = self.get(value) };
                return;
            }
        };
        self.values[to.0 as usize] = bits;
    }

    /// Returns the address of a slot of a window, which the body has compared with its length.
    fn window_slot(&self, window: ValueId, index: ValueId) -> *mut u64 {
        let (window, index) = (self.get(window), self.get(index));
        assert!(index < window >> 32, "a body reads or writes slot {index} of a window that is shorter");
        self.base.wrapping_add(window as u32 as usize + index as usize)
    }

    /// # Safety
    ///
    /// (3), and the memory can be read.
    unsafe fn load(&self, code: &Code, info: &OpInfo, access: Access) -> u64 {
        let place = access.address as usize;
        // SAFETY: the caller's promise. Bytes are at any address.
        unsafe {
            code.shared.memory.note(info.name, &code.shared.set, access, self.core, self.frame);
            match access.ty.bytes() {
                1 => std::ptr::with_exposed_provenance::<u8>(place).read().into(),
                2 => std::ptr::with_exposed_provenance::<u16>(place).read_unaligned().into(),
                4 => std::ptr::with_exposed_provenance::<u32>(place).read_unaligned().into(),
                _ => std::ptr::with_exposed_provenance::<u64>(place).read_unaligned(),
            }
        }
    }

    /// # Safety
    ///
    /// (3), and the memory can be written.
    unsafe fn store(&self, code: &Code, info: &OpInfo, access: Access, bits: u64) {
        let place = access.address as usize;
        // SAFETY: the caller's promise. Bytes are at any address.
        unsafe {
            code.shared.memory.note(info.name, &code.shared.set, access, self.core, self.frame);
            match access.ty.bytes() {
                1 => std::ptr::with_exposed_provenance_mut::<u8>(place).write(bits as u8),
                2 => std::ptr::with_exposed_provenance_mut::<u16>(place).write_unaligned(bits as u16),
                4 => std::ptr::with_exposed_provenance_mut::<u32>(place).write_unaligned(bits as u32),
                _ => std::ptr::with_exposed_provenance_mut::<u64>(place).write_unaligned(bits),
            }
        }
    }

    /// Ends an op. Returns the next site, or why native code is left.
    ///
    /// # Safety
    ///
    /// (3).
    unsafe fn end(&mut self, code: &Code, op: &Op, end: &End) -> Result<CodeAddr, Exit> {
        let next = |code: &Code| code.op_at(op.next_pc).expect("the verifier checks that an op follows");
        match end {
            End::Next { results } => {
                // SAFETY: (3).
                unsafe { self.write(code, op, results) };
                Ok(next(code))
            }
            End::To { results, label } => {
                // SAFETY: (3).
                unsafe { self.write(code, op, results) };
                Ok(code.target(op.pc, targets(code, op, *label)[0]))
            }
            End::Switch { index, labels } => {
                let targets = targets(code, op, *labels);
                let index = self.get(*index).min(targets.len() as u64 - 1);
                Ok(code.target(op.pc, targets[index as usize]))
            }
            End::Call { callee, window } => {
                let (callee, window) = (self.callee(*callee), self.get(*window));
                let (start, len) = (window as u32, window >> 32);
                // SAFETY: (3); a callee is a loaded function.
                unsafe {
                    let base = self.base.add(start as usize);
                    let room_bytes = ((*self.core).stack_limit.addr() - base.addr()) as u64;
                    if len < (*callee).arity {
                        return Err(self.refuse(op, Fault::Arity, callee, base));
                    }
                    if room_bytes < (*callee).frame_bytes || self.frame >= (*self.core).frame_limit {
                        return Err(self.refuse(op, Fault::Call, callee, base));
                    }
                    (*self.frame).pc = u64::from(op.next_pc.0);
                    (*self.frame).ret = next(code);
                    self.frame = self.frame.add(1);
                    (*self.frame).function = callee;
                    (*self.frame).base = base;
                    self.base = base;
                    Ok((*callee).entry.get())
                }
            }
            End::TailCall { callee } => {
                let callee = self.callee(*callee);
                // SAFETY: as above.
                unsafe {
                    let room_bytes = ((*self.core).stack_limit.addr() - self.base.addr()) as u64;
                    if (*(*self.frame).function).frame_bytes / 8 < (*callee).arity {
                        return Err(self.refuse(op, Fault::Arity, callee, self.base));
                    }
                    if room_bytes < (*callee).frame_bytes {
                        return Err(self.refuse(op, Fault::TailCall, callee, self.base));
                    }
                    (*self.frame).function = callee;
                    Ok((*callee).entry.get())
                }
            }
            End::Return { value } => {
                // SAFETY: (3): a function has a caller, and a frame at least one slot.
                unsafe {
                    *self.base = self.get(*value);
                    self.frame = self.frame.sub(1);
                    self.base = (*self.frame).base;
                    Ok((*self.frame).ret)
                }
            }
            End::ReturnWindow { window } => {
                let window = self.get(*window);
                // SAFETY: (3): the window is in the frame, and a function has a caller.
                unsafe {
                    std::ptr::copy(self.base.add(window as u32 as usize), self.base, (window >> 32) as usize);
                    self.frame = self.frame.sub(1);
                    self.base = (*self.frame).base;
                    Ok((*self.frame).ret)
                }
            }
            End::Deopt => {
                // SAFETY: (3).
                unsafe { (*self.frame).pc = u64::from(op.next_pc.0) };
                Err(Exit::Leave)
            }
            End::Throw => Err(Exit::Throw),
            End::Jump { .. } | End::Branch { .. } | End::Runtime { .. } => unreachable!("the op continues"),
        }
    }

    fn callee(&self, value: ValueId) -> *const FunctionHeader {
        std::ptr::with_exposed_provenance(self.get(value) as usize)
    }

    /// Refuses a call, as the caller's error.
    ///
    /// # Safety
    ///
    /// (3).
    unsafe fn refuse(&mut self, op: &Op, fault: Fault, callee: *const FunctionHeader, base: *mut u64) -> Exit {
        // SAFETY: (3).
        unsafe {
            (*self.frame).pc = u64::from(op.pc.0);
            (*self.core).fault = fault as u32;
            (*self.core).fault_callee = callee;
            (*self.core).fault_base = base;
        }
        Exit::Throw
    }

    /// Writes the results of an op.
    ///
    /// # Safety
    ///
    /// (3).
    unsafe fn write(&mut self, code: &Code, op: &Op, results: &[ValueId]) {
        let at = code.at(op);
        for (slot, &result) in at.results().zip(results) {
            // SAFETY: (3): the verifier checks that the slot is in the frame.
            unsafe { *self.base.add(slot as usize) = self.get(result) };
        }
    }
}

/// Returns the ops at an operand that is a label or a list of labels.
fn targets(code: &Code, op: &Op, ParamId(param): ParamId) -> Vec<Pc> {
    let at = code.at(op);
    at.inputs().nth(param as usize).into_iter().flat_map(|word| at.targets(word)).collect()
}
