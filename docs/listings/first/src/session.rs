//! A machine, and the programs that run in it.

use std::io::Write as _;

use mimeo::Limits;
use mimeo::asm::FunctionIndex;
use mimeo::jit::{JitConfig, WithJit as _};
use mimeo_shell::{Diagnostic, Language, Output, Text};

use crate::compile::compile;
use crate::ops::ops::{Linked, Machine, Ops, Trap};
use crate::runtime::Host;

// ANCHOR: session
pub struct Session {
    pub machine: Machine,
}

impl Session {
    pub fn new(jit: JitConfig, limits: Limits, output: Output) -> Session {
        Session { machine: Machine::builder((), Host { output }).jit(jit).limits(limits).build() }
    }
}

impl Language for Session {
    type Ops = Ops;
    type Chunk = ();

    fn load(&mut self, text: &Text) -> Result<(Linked, ()), Vec<Diagnostic>> {
        let program = compile(text).map_err(|error| vec![error])?;
        let linked = self.machine.load(&program).map_err(|error| vec![error.into()])?;
        Ok((linked, ()))
    }

    fn run(&mut self, linked: Linked, (): ()) -> Result<(), Trap> {
        let result = self.machine.call(linked.function(FunctionIndex(0)), &[]);
        // The program notices errors of output when it prints.
        let _ignored = self.machine.vm_mut().host.output.flush();
        result.map(drop)
    }

    fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }
}
// ANCHOR_END: session
