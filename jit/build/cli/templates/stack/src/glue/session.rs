//! Texts → chunks that run one after the other in a machine. A program is one chunk.

use std::io::Write as _;
use std::mem::take;

use mimeo::Limits;
use mimeo::asm::FunctionIndex;
use mimeo::jit::{JitConfig, WithJit as _};
use mimeo_shell::{Diagnostic, Language, Output, Text};

use super::runtime::Host;
use crate::language::compiler::{Definitions, compile};
use crate::language::ops::ops::{Linked, Machine, Ops, Trap};

/// A machine, and what the chunks so far have defined.
pub struct Session {
    pub machine: Machine,
    defined: Definitions,
}

impl Session {
    pub fn new(jit: JitConfig, limits: Limits, output: Output) -> Session {
        // `perf` and debuggers see native code if the settings say so.
        let jit = jit.observed_by(mimeo_observe::open);
        let machine = Machine::builder((), Host { output, variables: Vec::new() }).jit(jit).limits(limits).build();
        Session { machine, defined: Definitions::default() }
    }
}

impl Language for Session {
    type Ops = Ops;
    type Chunk = Definitions;

    fn load(&mut self, text: &Text) -> Result<(Linked, Definitions), Vec<Diagnostic>> {
        let mut defined = self.defined.clone();
        let program = compile(text, &mut defined).map_err(|error| vec![error])?;
        let linked = self.machine.load(&program).map_err(|error| vec![error.into()])?;
        Ok((linked, defined))
    }

    fn run(&mut self, linked: Linked, defined: Definitions) -> Result<(), Trap> {
        let main = FunctionIndex(self.machine.functions(linked).count() as u32 - 1);
        let variables = take(&mut self.machine.vm_mut().host.variables);
        let result = self.machine.call(linked.function(main), &variables);
        let host = &mut self.machine.vm_mut().host;
        // The program notices errors of output when it prints.
        let _ignored = host.output.flush();
        match result {
            Ok(_) => self.defined = defined,
            Err(_) => host.variables = variables,
        }
        result.map(drop)
    }

    fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }
}
