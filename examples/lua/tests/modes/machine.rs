//! A program and a [`Configuration`] → what the program does, and which ops it has executed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::rc::Rc;

use lua::{Lua, Options};
use mimeo::jit::Jit;

use crate::configuration::Configuration;
use crate::programs::Behaviour;

/// What a run has shown.
#[derive(Debug)]
pub struct Outcome {
    pub behaviour: Behaviour,
    /// How often native code has left for each op, of those for which it did.
    #[cfg_attr(not(feature = "jit"), expect(dead_code, reason = "there is no native code to leave"))]
    pub executed: BTreeMap<&'static str, u64>,
    /// How many safepoints are left to the next cycle.
    pub safepoints_left: u32,
}

/// A writer whose text can still be read when a machine owns a clone of it.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a chunk with arguments. `name` is as Lua's `load` takes it.
pub fn run(configuration: &Configuration, source: &[u8], name: &str, arguments: &[&str]) -> Outcome {
    let written = Written::default();
    let options = Options {
        jit: configuration.jit.clone(),
        stdin: Box::new(io::empty()),
        stdout: Box::new(written.clone()),
        ..Options::default()
    };
    let mut lua = Lua::new(options);
    if configuration.moves_stacks {
        // SAFETY: it gets no values.
        unsafe { lua.machine() }.move_stacks_at_calls();
    }
    let reason = lua.jit().and_then(Jit::unavailable);
    assert!(lua.jit().is_some() == configuration.jit.is_some() && reason.is_none(), "{reason:?}");
    let mut scope = lua.scope();
    let arg = scope.table();
    scope.set(&arg, 0, name.trim_start_matches(['@', '='])).expect("0 is a key");
    scope.set_global("arg", arg);
    scope.set_eager_collector(configuration.collect_every);
    let arguments: Vec<_> = arguments.iter().map(|&argument| argument.into()).collect();
    let failure = lua.load(source, name).and_then(|function| lua.call(&function, &arguments)).err();
    // To end the program is no error.
    let error = failure.filter(|failure| failure.exit.is_none()).map(|failure| failure.message);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let error = error.map(|message| text(&message));
    let gaps = lua.jit().map(|jit| jit.stats().gaps).unwrap_or_default();
    let executed = gaps.iter().map(|gap| (gap.op, gap.executions())).filter(|&(_, count)| count > 0).collect();
    // SAFETY: it gets no values.
    let safepoints_left = unsafe { lua.machine() }.vm().host.heap.eager_left();
    // Finalisers may still have something to say.
    drop(lua);
    let output = text(&written.0.borrow());
    Outcome { behaviour: Behaviour { output, error }, executed, safepoints_left }
}
