//! [`Machine`]: programs, stacks and tiers put together; the driver that alternates between the tiers.

mod single;

use std::fmt;
use std::panic::resume_unwind;
use std::ptr::NonNull;

use mimeo_def::frame::{CodeAddr, Core, Exit, Frame};
use mimeo_def::{OpIndex, Pc};

use crate::asm::FunctionIndex;
use crate::function::Loaded;
use crate::program::{Program, Verified};
use crate::stacks::Stacks;
use crate::tier::{Markers, NativeTier};
use crate::{Function, InstructionSet, Trap, Value, Vm};

pub use single::{OpRun, Went};

/// How deep and how wide a program may get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Slots of the value stack.
    pub slots: u32,
    /// Calls under way at once.
    pub depth: u32,
}

impl Default for Limits {
    /// 4 Mi slots (32 MiB of address space) and 200,000 calls.
    fn default() -> Self {
        Limits { slots: 4 << 20, depth: 200_000 }
    }
}

/// A program that was loaded into a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linked(u32);

/// A machine for one language: its state, the loaded programs, and the tiers that run them.
///
/// Contract of this island: (1) `vm` is a live allocation that only this machine uses, and no reference to it
/// outlives a call into a tier; (2) the frame records from `stacks` up to `core.frame` name functions in
/// `loaded`, none of which is dropped before the machine.
pub struct Machine<I: InstructionSet> {
    vm: NonNull<Vm<I>>,
    stacks: Stacks,
    loaded: Vec<Loaded<I>>,
    tier: Option<Box<dyn NativeTier<I>>>,
    markers: Markers,
}

impl<I: InstructionSet> fmt::Debug for Machine<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("loaded", &self.loaded.len()).finish_non_exhaustive()
    }
}

/// What the driver does next.
enum Next {
    Native(CodeAddr),
    Interpret,
    /// One op, after a side exit.
    Step,
}

impl From<Option<CodeAddr>> for Next {
    fn from(code: Option<CodeAddr>) -> Self {
        code.map_or(Next::Interpret, Next::Native)
    }
}

impl<I: InstructionSet> Machine<I> {
    /// A machine with the language's state, and perhaps a native tier.
    pub fn new(context: I::Context, host: I::Host, limits: Limits, tier: Option<Box<dyn NativeTier<I>>>) -> Self {
        let stacks = Stacks::new(limits);
        let markers = tier.as_ref().map_or(Markers::INTERPRETER, |tier| tier.markers());
        let core = Core {
            frame: stacks.host_frame(),
            stack_limit: stacks.limit(),
            frame_limit: stacks.frame_limit(),
            exit: 0,
            return_marker: markers.ret,
            finish_marker: markers.finish,
        };
        let vm = Box::new(Vm { core, context, host, pending: None, panic: None });
        Machine { vm: NonNull::from(Box::leak(vm)), stacks, loaded: Vec::new(), tier, markers }
    }

    /// The state that ops and runtime functions work on.
    pub fn vm(&self) -> &Vm<I> {
        // SAFETY: (1).
        unsafe { self.vm.as_ref() }
    }

    /// The state that ops and runtime functions work on.
    pub fn vm_mut(&mut self) -> &mut Vm<I> {
        // SAFETY: (1).
        unsafe { self.vm.as_mut() }
    }

    /// The native tier, if the machine has one of this type.
    pub fn tier_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.tier.as_mut()?.as_any().downcast_mut()
    }

    /// Loads a program, so that its functions can be called.
    pub fn load(&mut self, program: &Program<I, Verified>) -> Linked {
        let first_id = self.loaded.iter().map(|loaded| loaded.functions().count() as u32).sum();
        let countdown = if self.tier.is_some() { 1 } else { i32::MAX };
        self.loaded.push(Loaded::new(program.clone(), first_id, self.markers.call, countdown));
        Linked(self.loaded.len() as u32 - 1)
    }

    /// The program that was loaded.
    pub fn program(&self, linked: Linked) -> &Program<I, Verified> {
        &self.loaded[linked.0 as usize].program
    }

    /// The functions of a loaded program, in the order of their declaration.
    pub fn functions(&self, linked: Linked) -> impl Iterator<Item = &Function> {
        self.loaded[linked.0 as usize].functions()
    }

    /// The functions of a loaded program, and the native tier if the machine has one of this type.
    pub fn functions_and_tier<T: 'static>(
        &mut self,
        linked: Linked,
    ) -> (impl Iterator<Item = &Function>, Option<&mut T>) {
        let tier = self.tier.as_mut().and_then(|tier| tier.as_any().downcast_mut());
        (self.loaded[linked.0 as usize].functions(), tier)
    }

    /// Calls a function from the host and runs it to its end.
    ///
    /// # Errors
    ///
    /// The error with which the program ended; also when the number of arguments is wrong.
    ///
    /// # Panics
    ///
    /// When `function` is not one of the program's; and with the panic of a runtime function, once native
    /// code is left.
    pub fn call(&mut self, linked: Linked, function: FunctionIndex, args: &[I::Value]) -> Result<I::Value, Trap> {
        let record = self.functions(linked).nth(function.0 as usize).expect("the index is a function of the program");
        let (body, slots) = (record.body(), record.facts().slots);
        let record: *const Function = record;
        let trap = |message| Trap { message, function: body.name.clone(), pc: Pc(0), position: None, depth: 0 };
        if args.len() != body.arity as usize {
            let plural = if body.arity == 1 { "" } else { "s" };
            return Err(trap(format!("`{}` takes {} argument{plural}, not {}", body.name, body.arity, args.len())));
        }
        let base = self.stacks.base();
        if u64::from(slots) * 8 > self.stacks.limit() as u64 - base as u64 {
            return Err(trap("stack overflow".to_owned()));
        }
        for (i, arg) in args.iter().enumerate() {
            // SAFETY: (2): the arguments are slots of the frame, which fits the stack.
            unsafe { *base.add(i) = arg.to_bits() };
        }
        // SAFETY: (2): the frame fits the stack.
        unsafe { self.set_only_frame(record, base, Pc(0)) };
        self.drive()?;
        // SAFETY: (2): the result is in the first slot.
        Ok(I::Value::from_bits(unsafe { *base }))
    }

    /// Makes a function the only one that runs, called by the host.
    ///
    /// # Safety
    ///
    /// The function is loaded, and its frame fits the value stack at `base`.
    unsafe fn set_only_frame(&mut self, function: *const Function, base: *mut u64, pc: Pc) {
        // SAFETY: (2): record 0 is the host's, and record 1 may be filled.
        unsafe {
            let host = self.stacks.host_frame();
            *host = Frame { function: std::ptr::null(), base, pc: 0, ret: self.markers.finish };
            *host.add(1) = Frame { function: function.cast(), base, pc: u64::from(pc.0), ret: 0 };
            self.vm.as_mut().core.frame = host.add(1);
        }
    }

    /// Alternates between the tiers until the outermost function returns.
    fn drive(&mut self) -> Result<(), Trap> {
        let mut next = self.enter_top();
        loop {
            let (native, stepped) = (matches!(next, Next::Native(_)), matches!(next, Next::Step));
            let exit = match next {
                Next::Native(code) => {
                    let tier = self.tier.as_mut().expect("only a tier hands out code");
                    // SAFETY: the address is for the top frame; see `enter_top` and `resume_top`.
                    let exit = unsafe { tier.enter(self.vm.as_ptr(), code) };
                    self.note_exit(exit);
                    exit
                }
                // SAFETY: (1), (2): the top record is current and its pc is an op.
                Next::Interpret => unsafe { I::interpret::<false>(self.vm.as_mut()) },
                // SAFETY: as above.
                Next::Step => unsafe { I::interpret::<true>(self.vm.as_mut()) },
            };
            next = match exit {
                Exit::Finish => return Ok(()),
                Exit::Throw => return Err(self.trap()),
                Exit::Deopt => Next::Step,
                Exit::Leave if stepped => self.resume_top(),
                Exit::Leave if native => Next::Interpret,
                Exit::Leave => self.loop_top(),
                Exit::Return => self.resume_top(),
                Exit::Call => {
                    if stepped {
                        self.return_to_native();
                    }
                    self.enter_top()
                }
            };
        }
    }

    /// The function of a frame, and where it is.
    fn running(&self, frame: *const Frame) -> (&Function, Pc) {
        // SAFETY: (2).
        unsafe { (&*(*frame).function.cast::<Function>(), Pc((*frame).pc as u32)) }
    }

    fn top(&self) -> *mut Frame {
        self.vm().core.frame
    }

    /// A function was just called: which tier runs it?
    fn enter_top(&mut self) -> Next {
        // SAFETY: (2).
        unsafe { (*self.top()).pc = 0 };
        self.ask(self.top(), |tier, function, _| tier.called(function)).into()
    }

    /// The interpreter is at the head of a hot loop: which tier goes on?
    fn loop_top(&mut self) -> Next {
        self.ask(self.top(), |tier, function, pc| tier.looped(function, pc)).into()
    }

    /// Goes on in the top frame, natively where that is possible.
    fn resume_top(&mut self) -> Next {
        self.native_address(self.top()).into()
    }

    fn native_address(&mut self, frame: *const Frame) -> Option<CodeAddr> {
        self.ask(frame, |tier, function, pc| tier.resume(function, pc))
    }

    /// Asks the native tier where to run a frame; without one, it is long until the next question.
    fn ask(
        &mut self,
        frame: *const Frame,
        question: impl FnOnce(&mut dyn NativeTier<I>, &Function, Pc) -> Option<CodeAddr>,
    ) -> Option<CodeAddr> {
        let mut tier = self.tier.take();
        let (function, pc) = self.running(frame);
        let code = match &mut tier {
            Some(tier) => question(&mut **tier, function, pc),
            None => {
                function.set_countdown(i32::MAX);
                None
            }
        };
        self.tier = tier;
        code
    }

    /// The interpreter made a call on behalf of native code: the callee shall return there.
    fn return_to_native(&mut self) {
        // SAFETY: (2): below a function's record is its caller's.
        let caller = unsafe { self.top().sub(1) };
        if let Some(code) = self.native_address(caller) {
            // SAFETY: (2).
            unsafe { (*caller).ret = code };
        }
    }

    fn note_exit(&mut self, exit: Exit) {
        let op = (exit == Exit::Deopt).then(|| {
            let (function, pc) = self.running(self.top());
            OpIndex(function.body().code[pc.0 as usize])
        });
        if let Some(tier) = &mut self.tier {
            tier.left(exit, op);
        }
    }

    /// The pending error, with the place of the op that the top frame runs. Goes on with a runtime function's panic.
    fn trap(&mut self) -> Trap {
        let top = self.top();
        if let Some(payload) = self.vm_mut().panic.take() {
            resume_unwind(payload);
        }
        let message = self.vm_mut().pending.take().unwrap_or_else(|| "error".to_owned());
        // SAFETY: (2): both are records of one array.
        let depth = unsafe { top.offset_from_unsigned(self.stacks.host_frame()) };
        let (function, pc) = self.running(top);
        let body = function.body();
        Trap { message, function: body.name.clone(), pc, position: body.position(pc), depth }
    }
}

impl<I: InstructionSet> Drop for Machine<I> {
    fn drop(&mut self) {
        // SAFETY: (1): leaked from a box in `new`, freed only here.
        drop(unsafe { Box::from_raw(self.vm.as_ptr()) });
    }
}
