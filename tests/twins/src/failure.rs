//! [`Failure`]: the message of a difference between the tiers.

use std::fmt;

use crate::Language;
use crate::case::{Case, LABELS, Scaffold};
use crate::language::value_of;
use crate::twins::{Difference, Engine, Outcome, Settings};
use mimeo::InstructionSet;
use mimeo::def::op::{OperandKind, Scalar};
use mimeo::def::stencil::{Hole, Stencil};
use mimeo::jit::Diagnostic;
use mimeo_interp::OpOutcome;
use mimeo_ir::Set;

/// A difference, with everything that helps to find its cause.
pub(crate) struct Failure<'a, I: InstructionSet, L: Language<I>> {
    pub(crate) language: &'a L,
    pub(crate) scaffold: &'a Scaffold,
    pub(crate) engine: Engine,
    pub(crate) case: &'a Case,
    pub(crate) difference: Difference<L::Snapshot>,
    pub(crate) settings: &'a Settings,
}

impl<I: InstructionSet, L: Language<I>> fmt::Display for Failure<'_, I, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let index = self.case.op.0 as usize;
        let name = I::OPS[index].name;
        let Difference { interpreted, native, .. } = &self.difference;
        let code = Diagnostic::Differential;
        match self.engine {
            Engine::Stencil => writeln!(f, "{code}: `{name}` of `{}` behaves differently in the two tiers", I::NAME)?,
            Engine::Body => {
                writeln!(
                    f,
                    "{code}: the handler of `{name}` of `{}` and its evaluated body behave differently",
                    I::NAME
                )?;
            }
        }
        self.write_operands(f)?;
        if self.difference.frame > 0 {
            writeln!(f, "  (after {} runs of the same instruction)", self.difference.frame)?;
        }
        if self.difference.reenters {
            writeln!(f, "  (runtime functions can call function 0, which contains the op)")?;
        }
        self.write_outcome(f, "interpreter", interpreted, native)?;
        let other = if self.engine == Engine::Stencil { "native code" } else { "the body" };
        self.write_outcome(f, other, native, interpreted)?;
        writeln!(f, "rerun it with Settings {{ seed: {:#x}, only: Some({name:?}.into()), .. }}", self.settings.seed)?;
        if self.engine == Engine::Body {
            let names: Vec<&str> = I::RUNTIME.iter().map(|function| function.name).collect();
            let set = Set::from_bytes(I::IR).expect("the body was evaluated");
            return write!(f, "its body:\n{}", set.text_of(index, &names));
        }
        match c_of(I::C, name) {
            Some(c) => writeln!(f, "its C:\n{}", c.trim_end())?,
            None => writeln!(f, "its C was written by hand")?,
        }
        match &I::STENCILS.ops[index].stencil {
            Ok(stencil) => write_code(f, stencil),
            Err(reason) => writeln!(f, "it has no stencil: {reason}"),
        }
    }
}

impl<I: InstructionSet, L: Language<I>> Failure<'_, I, L> {
    fn show(&self, bits: u64) -> String {
        self.language.show(value_of::<I>(bits))
    }

    fn write_operands(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let info = &I::OPS[self.case.op.0 as usize];
        let slots = &self.case.frames[self.difference.frame];
        for (index, operand) in info.operands.iter().enumerate() {
            let bits = self.case.operands[index];
            write!(f, "  {} is ", operand.name)?;
            match operand.kind {
                OperandKind::Slot { output: true } => writeln!(f, "slot {bits}")?,
                OperandKind::Stack { output: true, .. } => writeln!(f, "pushed")?,
                OperandKind::Slot { output: false } | OperandKind::Stack { output: false, .. } => {
                    let slot = self.case.input_slot(self.scaffold, info, index).unwrap_or_default();
                    writeln!(f, "{}, from slot {slot}", self.show(slots[slot]))?;
                }
                OperandKind::Constant => writeln!(f, "{}, a constant", self.show(self.case.constants[bits as usize]))?,
                OperandKind::Immediate { scalar: Scalar::F32, .. } => writeln!(f, "{:?}", f32::from_bits(bits as u32))?,
                OperandKind::Immediate { scalar: Scalar::F64, .. } => writeln!(f, "{:?}", f64::from_bits(bits))?,
                OperandKind::Immediate { scalar, .. } => {
                    let mask = u64::MAX >> (64 - 8 * scalar.size_bytes());
                    writeln!(f, "{:#x}, a {scalar:?}", bits & mask)?;
                }
                OperandKind::Label => writeln!(f, "a label")?,
                OperandKind::Labels => writeln!(f, "{LABELS} labels")?,
                OperandKind::Window => writeln!(f, "{} slots from slot {}", bits >> 16, bits & 0xffff)?,
                OperandKind::StackWindow => writeln!(f, "{bits} values")?,
                OperandKind::Function => writeln!(f, "function {bits}")?,
                OperandKind::Cache { .. } => writeln!(f, "a cache cell")?,
            }
        }
        Ok(())
    }

    /// Writes what a tier did and how it differs from the other tier.
    fn write_outcome(
        &self,
        f: &mut fmt::Formatter<'_>,
        who: &str,
        outcome: &Outcome<L::Snapshot>,
        other: &Outcome<L::Snapshot>,
    ) -> fmt::Result {
        match &outcome.run {
            Err(panic) => writeln!(f, "{who} panics: {panic}")?,
            Ok(run) => {
                writeln!(f, "{who} {}", describe(&run.outcome))?;
                if other.run.as_ref().is_ok_and(|other| other.events != run.events) {
                    writeln!(f, "  {} calls and backward jumps were counted", run.events)?;
                }
                let others = other.run.as_ref().map_or(&[][..], |run| &run.slots);
                for (slot, &bits) in run.slots.iter().enumerate() {
                    if others.get(slot).is_some_and(|&other| other != bits) {
                        writeln!(f, "  slot {slot} is {}", self.show(bits))?;
                    }
                }
                for what in &run.damaged {
                    writeln!(f, "  {what} was changed, which no op may do")?;
                }
            }
        }
        if outcome.cells != other.cells {
            writeln!(f, "  cells are {:x?}", outcome.cells)?;
        }
        if outcome.snapshot != other.snapshot {
            writeln!(f, "  state is {:?}", outcome.snapshot)?;
        }
        Ok(())
    }
}

fn describe(outcome: &OpOutcome) -> String {
    match outcome {
        OpOutcome::Continued(pc) => format!("goes to {pc}"),
        OpOutcome::Called { callee, base, ret, resumes } => {
            format!("calls function {callee} with a frame from slot {base}, to return to {ret} or {resumes}")
        }
        OpOutcome::TailCalled { callee } => format!("tail-calls function {callee}"),
        OpOutcome::Requested { callee, pc } => format!("requests a call of function {callee} at {pc}"),
        OpOutcome::Returned => "returns".to_owned(),
        OpOutcome::WrongFrame(exit) => {
            format!("leaves by the exit `{}` with the wrong frame record on top", exit.name())
        }
        OpOutcome::Threw { message, pc } => format!("throws `{message}` at {pc}"),
    }
}

/// Returns the C of one op, from its `#line` to the end of its function.
fn c_of<'c>(c: &'c str, name: &str) -> Option<&'c str> {
    let at = c.find(&format!("STENCIL op_{name}(Vm"))?;
    let start = c[..at].rfind("\n#line").map_or(at, |start| start + 1);
    let end = c[at..].find("\n}\n").map_or(c.len(), |end| at + end + 2);
    Some(&c[start..end])
}

fn write_code(f: &mut fmt::Formatter<'_>, stencil: &Stencil) -> fmt::Result {
    for (part, bytes, holes) in [("hot", stencil.hot, stencil.hot_holes), ("cold", stencil.cold, stencil.cold_holes)] {
        if bytes.is_empty() {
            continue;
        }
        writeln!(f, "its machine code, {part}, with empty holes:")?;
        for line in bytes.chunks(16) {
            let hex: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(f, "  {}", hex.join(" "))?;
        }
        for Hole { at, kind, value, addend } in holes {
            writeln!(f, "  hole at {}: {value:?} {addend:+} as {kind:?}", at.0)?;
        }
    }
    Ok(())
}
