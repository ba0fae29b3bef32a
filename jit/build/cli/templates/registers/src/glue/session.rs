//! Texts → chunks that run one after the other in a machine. A program is one chunk.

use std::io::Write as _;

use mimeo::Limits;
use mimeo::asm::FunctionIndex;
use mimeo::jit::{JitConfig, WithJit as _};
use mimeo_shell::{Diagnostic, Language, Output, Text};

use super::runtime::Host;
use crate::language::compiler::{Definitions, compile};
use crate::language::ops::ops::{Linked, Machine, Ops, Trap, Value};

/// A machine, and what the chunks so far have defined.
pub struct Session {
    pub machine: Machine,
    defined: Definitions,
}

impl Session {
    pub fn new(jit: JitConfig, limits: Limits, output: Output) -> Session {
        // `perf` and debuggers see native code if the settings say so.
        let jit = jit.observed_by(mimeo_observe::open);
        let mut machine = Machine::builder((), Host::new(output)).jit(jit).limits(limits).build();
        let memory = machine.memory().clone();
        // Without room for the globals, there is none for a program either.
        let _refused = machine.vm_mut().host.heap.attach(&memory);
        Session { machine, defined: Definitions::default() }
    }
}

impl Language for Session {
    type Ops = Ops;
    type Chunk = Definitions;

    fn load(&mut self, text: &Text) -> Result<(Linked, Definitions), Vec<Diagnostic>> {
        let mut defined = self.defined.clone();
        let host = &mut self.machine.vm_mut().host;
        let program = compile(text, &mut defined, host).map_err(|error| vec![error])?;
        while host.heap[host.globals].items.len() < defined.globals.len() {
            let pushed = host.heap.push(host.globals, |globals| &mut globals.items, Value::NIL);
            pushed.map_err(|error| vec![error.into()])?;
        }
        let linked = self.machine.load(&program).map_err(|error| vec![error.into()])?;
        Ok((linked, defined))
    }

    fn run(&mut self, linked: Linked, defined: Definitions) -> Result<(), Trap> {
        let main = FunctionIndex(self.machine.functions(linked).count() as u32 - 1);
        let result = self.machine.call(linked.function(main), &[]);
        // The program notices errors of output when it prints.
        let _ignored = self.machine.vm_mut().host.output.flush();
        result?;
        self.defined = defined;
        Ok(())
    }

    fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }
}
