//! [`Case`]: one instruction with operands, the frames to run it on, and the program around it.
//!
//! ```text
//! function 0:     push, push, …     on a stack machine, so that the op can pop
//!                 the op            the only place with native code
//!                 end               after the op, and one for each label, so that each path ends
//! functions 1…5:  end               callees with 0 to 4 arguments
//!
//! In some cases runtime functions call function 0, so that the op runs again inside itself.
//! ```

use crate::{Language, Random};
use mimeo::asm::{FunctionBody, FunctionIndex};
use mimeo::def::op::{OpInfo, OperandInfo, OperandKind};
use mimeo::def::{OpIndex, Pc, Slot};
use mimeo::program::{Program, Verified};
use mimeo::{InstructionSet, Operands, Value};

/// The longest window that is tried.
const MAX_WINDOW: u64 = 4;

/// The number of labels in a list.
pub(crate) const LABELS: u32 = 3;

/// The number of constants in the pool.
const CONSTANTS: u64 = 4;

/// The ops that surround the op under test in every program, and the depth of the operand stack.
#[derive(Clone, Debug)]
pub(crate) struct Scaffold {
    push: Option<OpIndex>,
    end: OpIndex,
    depth: u16,
}

/// An instruction, and the frames to run it on one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) op: OpIndex,
    /// The encoded operands; 0 for labels and cache cells.
    pub(crate) operands: Vec<u64>,
    pub(crate) constants: Vec<u64>,
    pub(crate) locals: u16,
    /// The slots of the frame, for each run.
    pub(crate) frames: Vec<Vec<u64>>,
    /// The seed of the state that all runs share.
    pub(crate) state: u64,
    /// Arguments of function 0.
    pub(crate) arity: u16,
    /// Whether runtime functions may run function 0.
    pub(crate) reentry: Reentry,
    /// The slots and the operands of the instruction that the language chose.
    pub(crate) fixed_slots: Vec<usize>,
    pub(crate) fixed_operands: Vec<usize>,
}

/// How the op under test can be run again by a runtime function that it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reentry {
    /// It cannot.
    None,
    /// Function 0 is one of its operands.
    Operand,
    /// The language can pass function 0, which takes no arguments, to its runtime functions.
    Language,
}

impl Scaffold {
    /// Finds the ops that the programs need besides the op under test.
    ///
    /// # Errors
    ///
    /// A sentence that says what the instruction set lacks.
    pub(crate) fn find<I: InstructionSet>(spaces: &[(&'static str, u32)]) -> Result<Scaffold, String> {
        let simple = |info: &OpInfo| {
            info.operands.iter().all(|operand| match operand.kind {
                OperandKind::Immediate { space: Some(space), .. } => len_of(spaces, space) > 0,
                // A tail call also returns, but its callee would be the function with the op.
                OperandKind::Function | OperandKind::Labels => false,
                _ => true,
            })
        };
        let find = |wanted: &dyn Fn(&OpInfo) -> bool| {
            I::OPS.iter().position(|info| simple(info) && wanted(info)).map(|index| OpIndex(index as u16))
        };
        // Not by a tail call, which continues in another function.
        let names_function = |info: &OpInfo| info.operands.iter().any(|operand| operand.kind == OperandKind::Function);
        let ends = |info: &OpInfo| !info.control.falls_through && !info.control.calls && !names_function(info);
        let end = find(&|info| ends(info) && info.control.returns && !info.control.jumps)
            .or_else(|| find(&|info| ends(info) && info.control.jumps && info.pops == info.pushes))
            .ok_or("no op only returns or only jumps, so no function can end")?;
        let push = find(&|info| {
            let window = info.operands.iter().any(|operand| operand.kind == OperandKind::StackWindow);
            info.pops == 0 && info.pushes == 1 && info.control.falls_through && !info.control.jumps && !window
        });
        let (push, depth) = match I::OPERANDS {
            Operands::Registers => (None, 0),
            Operands::Stack => {
                let push = push.ok_or("no op only pushes a value")?;
                let pops = I::OPS.iter().map(|info| info.pops).max().unwrap_or(0);
                (Some(push), pops + longest_window::<I>() as u16 + I::OPS[end.0 as usize].pops + 2)
            }
        };
        Ok(Scaffold { push, end, depth })
    }

    /// Returns the position of the op under test.
    pub(crate) fn pc<I: InstructionSet>(&self) -> Pc {
        let push_units = self.push.map_or(0, |push| I::OPS[push.0 as usize].len_units);
        Pc(u32::from(push_units) * u32::from(self.depth))
    }

    /// Appends `op` with the simplest operands; labels go to the op itself.
    fn append_simple<I: InstructionSet>(&self, code: &mut Vec<u16>, op: OpIndex) {
        let at = code.len() as u32;
        code.push(op.0);
        for operand in I::OPS[op.0 as usize].operands {
            let bits = if operand.kind == OperandKind::Label { u64::from(at) } else { 0 };
            append(code, bits, operand.kind.len_units());
        }
    }

    /// Returns `true` if functions end by returning.
    fn returns<I: InstructionSet>(&self) -> bool {
        I::OPS[self.end.0 as usize].control.returns
    }

    fn append_pushes<I: InstructionSet>(&self, code: &mut Vec<u16>, count: u16) {
        for _ in 0..count {
            self.append_simple::<I>(code, self.push.expect("a stack machine has one"));
        }
    }

    /// Returns a function that ends at once.
    fn callee<I: InstructionSet>(&self, arity: u16) -> FunctionBody {
        let mut code = Vec::new();
        self.append_pushes::<I>(&mut code, I::OPS[self.end.0 as usize].pops * u16::from(self.push.is_some()));
        self.append_simple::<I>(&mut code, self.end);
        FunctionBody {
            name: format!("callee{arity}"),
            arity,
            locals: arity.max(1),
            // If the set has one arity for all functions, windows may be longer.
            variadic: I::ARITY.is_some(),
            code,
            constants: vec![0],
            ..FunctionBody::default()
        }
    }
}

impl Case {
    /// Returns a random instruction with `frames` random frames.
    ///
    /// # Errors
    ///
    /// If a space that an operand names has no elements.
    pub(crate) fn random<I: InstructionSet, L: Language<I>>(
        language: &L,
        scaffold: &Scaffold,
        op: OpIndex,
        frames: usize,
        random: &mut Random,
    ) -> Result<Case, String> {
        let info = &I::OPS[op.0 as usize];
        // Occasionally a frame whose slots are far from its base.
        let is_far = random.once_in(16);
        let arity = I::ARITY.unwrap_or(0);
        let locals = if is_far { 5000 } else { 4 + random.below(4) as u16 }.max(arity);
        let mut case = Case {
            op,
            operands: Vec::new(),
            constants: (0..CONSTANTS).map(|_| any_value(language, random).to_bits()).collect(),
            locals,
            frames: Vec::new(),
            state: random.bits(),
            arity,
            reentry: Reentry::None,
            fixed_slots: Vec::new(),
            fixed_operands: Vec::new(),
        };
        let longest = longest_window::<I>();
        let needed = if info.control.calls { arity } else { 0 };
        let shortest = u64::from(language.shortest_window(info).max(needed)).min(longest);
        let window = shortest + random.below(longest + 1 - shortest);
        for (index, operand) in info.operands.iter().enumerate() {
            let bits = case.operand(language, info, operand, window, random)?;
            if bits.1 {
                case.fixed_operands.push(index);
            }
            case.operands.push(bits.0);
        }
        let slots = case.program::<I>(scaffold, &language.spaces()).facts()[0].slots as usize;
        for _ in 0..frames {
            let mut slots: Vec<u64> = (0..slots).map(|_| any_value(language, random).to_bits()).collect();
            case.fixed_slots.clear();
            for (index, operand) in info.operands.iter().enumerate() {
                let Some(slot) = case.input_slot(scaffold, info, index) else { continue };
                if let Some(bits) = language.operand(info, operand, random) {
                    slots[slot] = bits;
                    case.fixed_slots.push(slot);
                }
            }
            case.frames.push(slots);
        }
        // Several of its frames must fit the stack.
        if !is_far && case.state.is_multiple_of(2) {
            case.reenter::<I>(info, scaffold.returns::<I>());
        }
        Ok(case)
    }

    /// Lets runtime functions run function 0 if possible. The function must end by returning, and the values that the
    /// language chose for operands must be in the locals after the arguments: a run overwrites its arguments and pushes
    /// its own operands.
    fn reenter<I: InstructionSet>(&mut self, info: &OpInfo, returns: bool) {
        let function = info.operands.iter().position(|operand| operand.kind == OperandKind::Function);
        let given = function.map_or(0, |function| self.operands[function] as u16 - 1);
        let arity = I::ARITY.unwrap_or(given);
        let stays = |slot: &usize| (usize::from(arity)..usize::from(self.locals)).contains(slot);
        let transfers = info.control.calls || info.control.tail_calls || info.control.returns;
        if !returns || transfers || !self.fixed_slots.iter().all(stays) {
            return;
        }
        self.arity = arity;
        self.reentry = match function {
            Some(function) => {
                self.operands[function] = 0;
                Reentry::Operand
            }
            None => Reentry::Language,
        };
    }

    /// Returns the case without reentry.
    pub(crate) fn without_reentry<I: InstructionSet>(&self) -> Case {
        let arity = I::ARITY.unwrap_or(0);
        let mut case = Case { arity, reentry: Reentry::None, ..self.clone() };
        let mut operands = I::OPS[self.op.0 as usize].operands.iter();
        let function = operands.position(|operand| operand.kind == OperandKind::Function);
        if let (Reentry::Operand, Some(function)) = (self.reentry, function) {
            case.operands[function] = 1 + u64::from(self.arity);
        }
        case
    }

    /// Returns the encoding of one operand, and whether the language chose it.
    fn operand<I: InstructionSet, L: Language<I>>(
        &mut self,
        language: &L,
        info: &OpInfo,
        operand: &OperandInfo,
        window: u64,
        random: &mut Random,
    ) -> Result<(u64, bool), String> {
        let free = |bits| Ok((bits, false));
        let locals = u64::from(self.locals);
        match operand.kind {
            OperandKind::Slot { output } => {
                // The value chosen for one operand must not overwrite the value chosen for another.
                let taken = |slot: u64, case: &Case| {
                    case.operands
                        .iter()
                        .zip(info.operands)
                        .any(|(&bits, other)| bits == slot && other.kind == OperandKind::Slot { output: false })
                };
                let mut slot = if random.once_in(4) { locals - 1 } else { random.below(locals) };
                if !output && language.operand(info, operand, &mut random.clone()).is_some() {
                    while taken(slot, self) {
                        slot = (slot + 1) % locals;
                    }
                }
                free(slot)
            }
            OperandKind::Immediate { scalar, space } => {
                if let Some(bits) = language.operand(info, operand, random) {
                    return Ok((bits, true));
                }
                let Some(space) = space else { return free(random.immediate(scalar)) };
                match len_of(&language.spaces(), space) {
                    0 => Err(format!("`{}` is an index into `{space}`, which has no elements", operand.name)),
                    len => Ok((random.below(u64::from(len)), true)),
                }
            }
            OperandKind::Constant => {
                let index = random.below(CONSTANTS);
                let chosen = language.operand(info, operand, random);
                if let Some(bits) = chosen {
                    self.constants[index as usize] = bits;
                }
                Ok((index, chosen.is_some()))
            }
            OperandKind::Window => {
                let start = random.below(locals - window.max(1) + 1);
                free(start | window << 16)
            }
            OperandKind::StackWindow => free(window),
            OperandKind::Function => {
                let windows = |o: &OperandInfo| matches!(o.kind, OperandKind::Window | OperandKind::StackWindow);
                let arity = if info.operands.iter().any(windows) { window } else { random.below(MAX_WINDOW + 1) };
                free(1 + arity)
            }
            OperandKind::Label | OperandKind::Labels | OperandKind::Stack { .. } | OperandKind::Cache { .. } => free(0),
        }
    }

    /// Returns the slot from which an operand is read.
    pub(crate) fn input_slot(&self, scaffold: &Scaffold, info: &OpInfo, operand: usize) -> Option<usize> {
        match info.operands[operand].kind {
            OperandKind::Slot { output: false } => Some(self.operands[operand] as usize),
            OperandKind::Stack { index, output: false } => {
                let top = self.locals + scaffold.depth - self.window_len(info);
                Some(usize::from(top - info.pops + index))
            }
            _ => None,
        }
    }

    fn window_len(&self, info: &OpInfo) -> u16 {
        let window = info.operands.iter().position(|operand| operand.kind == OperandKind::StackWindow);
        window.map_or(0, |window| self.operands[window] as u16)
    }

    /// Returns the program of the case.
    pub(crate) fn program<I: InstructionSet>(
        &self,
        scaffold: &Scaffold,
        spaces: &[(&'static str, u32)],
    ) -> Program<I, Verified> {
        let info = &I::OPS[self.op.0 as usize];
        let mut code = Vec::new();
        scaffold.append_pushes::<I>(&mut code, scaffold.depth);
        let next = code.len() as u32 + u32::from(info.len_units);
        let end_units = u32::from(I::OPS[scaffold.end.0 as usize].len_units);
        code.push(self.op.0);
        let mut labels = 0;
        let mut listed = Vec::new();
        for (operand, &bits) in info.operands.iter().zip(&self.operands) {
            let bits = match operand.kind {
                OperandKind::Label => {
                    labels += 1;
                    u64::from(next + labels * end_units)
                }
                OperandKind::Labels => {
                    let start = listed.len() as u64;
                    listed.extend((1..=LABELS).map(|label| Pc(next + (labels + label) * end_units)));
                    labels += LABELS;
                    start | u64::from(LABELS) << 32
                }
                _ => bits,
            };
            append(&mut code, bits, operand.kind.len_units());
        }
        for _ in 0..=labels {
            scaffold.append_simple::<I>(&mut code, scaffold.end);
        }
        let subject = FunctionBody {
            name: info.name.to_owned(),
            arity: self.arity,
            locals: self.locals,
            code,
            constants: self.constants.clone(),
            labels: listed,
            escaping: (0..self.locals).map(Slot).collect(),
            ..FunctionBody::default()
        };
        let callees = (0..=longest_window::<I>() as u16).map(|given| scaffold.callee::<I>(I::ARITY.unwrap_or(given)));
        let functions = std::iter::once(subject).chain(callees).collect();
        match Program::<I, _>::new(functions, spaces.to_vec()).verify() {
            Ok(program) => program,
            Err(error) => panic!("`{}` cannot be tested alone, see `Language::skip`: {error}", info.name),
        }
    }

    /// The function with the op under test.
    pub(crate) const SUBJECT: FunctionIndex = FunctionIndex(0);
}

/// Returns the longest window of a case, in which all arguments fit.
fn longest_window<I: InstructionSet>() -> u64 {
    MAX_WINDOW.max(I::ARITY.map_or(0, u64::from))
}

/// Returns one of the language's edge cases or one of its random values.
fn any_value<I: InstructionSet, L: Language<I>>(language: &L, random: &mut Random) -> I::Value {
    if random.once_in(3) { random.pick(&language.edges()) } else { language.value(random) }
}

fn append(code: &mut Vec<u16>, bits: u64, len_units: u16) {
    code.extend((0..len_units).map(|unit| (bits >> (16 * unit)) as u16));
}

fn len_of(spaces: &[(&'static str, u32)], space: &str) -> u32 {
    spaces.iter().find(|(name, _)| *name == space).map_or(0, |&(_, len)| len)
}
