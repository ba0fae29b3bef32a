//! A program and a [`Configuration`] → the behaviour of the program, and the ops that it has executed.

use std::collections::BTreeMap;
use std::io;

use lua::ops::ops::Ops;
use lua::{Lua, Options};
use mimeo::jit::Jit;
use mimeo_corpus::program::PLENTY_OF_FUEL;
use mimeo_corpus::{Behaviour, Captured};
use mimeo_twins::Evaluator;

use crate::configuration::Configuration;

/// The outcome of a run.
#[derive(Debug)]
pub struct Outcome {
    /// How often native code was left for each op.
    #[cfg_attr(not(feature = "jit"), expect(dead_code, reason = "there is no native code to leave"))]
    pub executed: BTreeMap<&'static str, u64>,
    /// The number of calls and backward jumps.
    pub events: u64,
    /// Number of safepoints until the next cycle.
    pub safepoints_left: u32,
    /// Accesses of evaluated bodies to slots that do not escape.
    pub hidden: Vec<String>,
    /// Places that evaluated bodies accessed under two descriptions.
    pub conflicts: Vec<String>,
}

/// Runs a chunk with arguments. `name` has the form that Lua's `load` takes.
pub fn run(configuration: &Configuration, source: &[u8], name: &str, arguments: &[&str]) -> (Behaviour, Outcome) {
    let written = Captured::default();
    let defaults = Options::default();
    let options = Options {
        jit: configuration.mode.jit.clone(),
        limits: defaults.limits.with_memory(configuration.memory),
        stdin: Box::new(io::empty()),
        stdout: Box::new(written.clone()),
        ..defaults
    };
    let tier = configuration.evaluated.map(|every| Box::new(Evaluator::<Ops>::with_exits(every)));
    let mut lua = Lua::with_builder(options, |builder| match tier {
        Some(tier) => builder.tier(tier),
        None => builder,
    });
    if configuration.moves_stacks {
        // SAFETY: no values are passed to the machine.
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
    // SAFETY: no values are passed to the machine.
    unsafe { lua.machine() }.vm_mut().set_fuel(Some(PLENTY_OF_FUEL));
    let failure = lua.load(source, name).and_then(|function| lua.call(&function, &arguments)).err();
    // Ending the program is not an error.
    let error = failure.filter(|failure| failure.exit.is_none()).map(|failure| failure.message);
    let error = error.map(|message| String::from_utf8_lossy(&message).into_owned());
    let gaps = lua.jit().map(|jit| jit.stats().gaps).unwrap_or_default();
    let executed = gaps.iter().map(|gap| (gap.op, gap.executions())).filter(|&(_, count)| count > 0).collect();
    // SAFETY: no values are passed to the machine.
    let machine = unsafe { lua.machine() };
    let tier: Option<&Evaluator<Ops>> = machine.tier();
    let hidden = tier.map(Evaluator::hidden_accesses).unwrap_or_default();
    let conflicts = tier.map(Evaluator::conflicts).unwrap_or_default();
    let vm = machine.vm();
    let safepoints_left = vm.host.heap.eager_left();
    let events = PLENTY_OF_FUEL - vm.fuel().expect("it was set");
    // Finalisers can still write output.
    drop(lua);
    // Finalisers are called when the collector finds their objects.
    let comparable = (configuration.collect_every == 0).then_some(events);
    (
        Behaviour { output: written.bytes(), error, events: comparable },
        Outcome { executed, events, safepoints_left, hidden, conflicts },
    )
}
