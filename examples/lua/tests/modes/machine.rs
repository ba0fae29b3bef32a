//! A program and a [`Configuration`] → what the program does, and which ops it has executed.

use std::collections::BTreeMap;
use std::io;

use lua::{Lua, Options};
use mimeo::jit::Jit;
use mimeo_corpus::{Behaviour, Captured};

use crate::configuration::Configuration;

/// What a run has shown.
#[derive(Debug)]
pub struct Outcome {
    /// How often native code has left for each op, of those for which it did.
    #[cfg_attr(not(feature = "jit"), expect(dead_code, reason = "there is no native code to leave"))]
    pub executed: BTreeMap<&'static str, u64>,
    /// How many safepoints are left to the next cycle.
    pub safepoints_left: u32,
}

/// Runs a chunk with arguments. `name` is as Lua's `load` takes it.
pub fn run(configuration: &Configuration, source: &[u8], name: &str, arguments: &[&str]) -> (Behaviour, Outcome) {
    let written = Captured::default();
    let options = Options {
        jit: configuration.mode.jit.clone(),
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
    assert!(lua.jit().is_some() == configuration.mode.jit.is_some() && reason.is_none(), "{reason:?}");
    let mut scope = lua.scope();
    let arg = scope.table();
    scope.set(&arg, 0, name.trim_start_matches(['@', '='])).expect("0 is a key");
    scope.set_global("arg", arg);
    scope.set_eager_collector(configuration.collect_every);
    let arguments: Vec<_> = arguments.iter().map(|&argument| argument.into()).collect();
    let failure = lua.load(source, name).and_then(|function| lua.call(&function, &arguments)).err();
    // To end the program is no error.
    let error = failure.filter(|failure| failure.exit.is_none()).map(|failure| failure.message);
    let error = error.map(|message| String::from_utf8_lossy(&message).into_owned());
    let gaps = lua.jit().map(|jit| jit.stats().gaps).unwrap_or_default();
    let executed = gaps.iter().map(|gap| (gap.op, gap.executions())).filter(|&(_, count)| count > 0).collect();
    // SAFETY: it gets no values.
    let safepoints_left = unsafe { lua.machine() }.vm().host.heap.eager_left();
    // Finalisers may still have something to say.
    drop(lua);
    (Behaviour { output: written.bytes(), error }, Outcome { executed, safepoints_left })
}
