//! What `--dump` names → the text: the ops of a language, or the code of a loaded program.

use std::ffi::OsStr;

use mimeo::jit::{HasJit as _, Jit};
use mimeo::listing::{Listing, bodies};
use mimeo::{Disassembly, InstructionSet, Linked, Machine};

use crate::arguments::Exit;

/// What to show instead of running.
///
/// ```
/// use mimeo_doc_ops::{Ops, sample_machine};
/// use mimeo_shell::Dump;
///
/// assert!(Dump::Ir.of_ops::<Ops>().expect("it shows the ops").contains("\nadd\nb0(v0: i64, v1: i64):\n"));
/// let (mut machine, linked) = sample_machine();
/// assert!(Dump::Bytecode.of_program(&mut machine, linked)?.starts_with("sum (arity 1, locals "));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dump {
    /// The bytecode of the program.
    Bytecode,
    /// The bodies of the ops in SSA form.
    Ir,
    /// The C of the ops.
    C,
    /// The machine code of the program.
    Asm,
    /// The optimized loops in Cranelift's IR.
    #[cfg(feature = "optimize")]
    Clif,
}

impl Dump {
    const ALL: &[(&str, Dump)] = &[
        ("bytecode", Dump::Bytecode),
        ("ir", Dump::Ir),
        ("c", Dump::C),
        ("asm", Dump::Asm),
        #[cfg(feature = "optimize")]
        ("clif", Dump::Clif),
    ];

    pub(crate) fn parse(option: &str, value: &OsStr) -> Result<Dump, Exit> {
        match Self::ALL.iter().find(|(name, _)| value == *name) {
            Some(&(_, dump)) => Ok(dump),
            None => {
                let names: Vec<&str> = Self::ALL.iter().map(|&(name, _)| name).collect();
                let expected = format!("one of {}", names.join(", "));
                Err(Exit::bad_value(option, value.to_string_lossy(), expected))
            }
        }
    }

    /// Returns what this shows of the ops, or `None` if it shows programs. See [`Dump`] for an example.
    pub fn of_ops<I: InstructionSet>(self) -> Option<String> {
        match self {
            Dump::Ir => Some(bodies::<I>().expect("the ops have no errors")),
            Dump::C => Some(I::C.to_owned()),
            _ => None,
        }
    }

    /// Returns what this shows of a program, or of the ops. For its machine code, every function is compiled; those that
    /// cannot be compiled are left out. See [`Dump`] for an example.
    ///
    /// # Errors
    ///
    /// If there is no native code to show, or the program is not loaded in this machine.
    pub fn of_program<I: InstructionSet>(self, machine: &mut Machine<I>, linked: Linked<I>) -> Result<String, String> {
        if let Some(text) = self.of_ops::<I>() {
            return Ok(text);
        }
        match self {
            Dump::Asm => {
                if let Some(reason) = machine.jit().and_then(Jit::unavailable) {
                    return Err(format!("no native code: {reason}"));
                }
                machine.compile_all(linked).map_err(|error| error.to_string())?;
                let jit = machine.jit().ok_or("no native code: the machine was built without it")?;
                let codes = machine.functions(linked).filter_map(|function| Some((function, jit.code_of(function)?)));
                Ok(codes.map(|(function, code)| Listing::<I>::new(function.body(), &code).to_string()).collect())
            }
            #[cfg(feature = "optimize")]
            Dump::Clif => Ok(mimeo::optimize::clif(mimeo::jit::OptimizerSet::of::<I>(), machine.functions(linked))),
            _ => {
                let functions = machine.functions(linked);
                Ok(functions.map(|function| Disassembly::<I>::new(function.body()).to_string()).collect())
            }
        }
    }
}
