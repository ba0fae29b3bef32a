//! Functions that are loaded and unloaded, and code that is freed while frames return into it → whether memory leaks.

use callback_ops::{Context, Ops};
use mimeo::asm::FunctionIndex;
use mimeo::jit::{Control, HasJit, JitConfig, Mode, Stats, WithJit};
use mimeo::{Limits, Machine};
use mimeo_corpus::memory::Size;
use mimeo_tests::callbacks::programs::{SUM, many_functions, program};
use mimeo_tests::callbacks::{Host, callback_ops};

use crate::check::{Check, Findings, Skipped, World};

pub(crate) const CHECK: Check = Check {
    name: "reclamation",
    proves: "The code of unloaded or recompiled functions is freed, even if frames return into it.",
    run,
};

const FUNCTIONS: u32 = 50;
const ITERATIONS: u64 = 400;
/// Iterations after which memory has reached its final size.
const WARM: u64 = 100;
/// The allocator may grow by a little; the code of all functions takes more than 7 MiB.
const MAY_GROW_BYTES: u64 = 2 << 20;

fn run(world: &World) -> Result<Findings, Skipped> {
    let churn = churn().ok_or_else(|| Skipped("resident memory can only be measured on Linux".to_owned()))?;
    let replaced = replace_under_live_frames();
    let mut findings =
        Findings { failures: [churn.judge(world.emulated), replaced.judge()].concat(), ..Findings::default() };
    findings.figure("functions", churn.stats.functions.compiled());
    findings.figure("live_bytes", churn.stats.code.live_bytes);
    findings.figure("retired_bytes", churn.stats.code.retired_bytes);
    findings.figure("reclaimed_bytes", churn.stats.code.reclaimed_bytes);
    findings.figure("mapped_growth_bytes", churn.grown.mapped_bytes);
    findings.figure("resident_growth_bytes", churn.grown.resident_bytes);
    findings.figure("recompiled_under_live_frames", replaced.stats.functions.recompiled);
    findings.figure("evicted_under_live_frames", replaced.stats.functions.evicted);
    findings.figure("reclaimed_behind_live_frames_bytes", replaced.stats.code.reclaimed_bytes);
    Ok(findings)
}

fn machine() -> Machine<Ops> {
    let config = JitConfig::new(Mode::On);
    Machine::builder(Context::default(), Host::default()).limits(Limits::default()).jit(config).build()
}

fn stats(machine: &Machine<Ops>) -> Stats {
    machine.jit().map(|jit| jit.stats()).unwrap_or_default()
}

/// The state after functions were loaded, compiled, called and unloaded.
struct Churn {
    stats: Stats,
    wrong_results: u64,
    grown: Size,
}

fn churn() -> Option<Churn> {
    let program = many_functions(FUNCTIONS as usize);
    let mut machine = machine();
    let (mut before, mut wrong_results) = (Size::default(), 0);
    for iteration in 0..ITERATIONS {
        let linked = machine.load(&program).expect("it has the spaces");
        for index in 0..FUNCTIONS {
            let result = machine.call(linked.function(FunctionIndex(index)), &[1]);
            wrong_results += u64::from(result != Ok(1 + 20 * i64::from(index)));
        }
        // SAFETY: nothing keeps a callee.
        unsafe { machine.unload(linked) }.expect("it is loaded");
        if iteration == WARM {
            before = Size::now()?;
        }
    }
    let grown = Size::now()?.growth_since(before);
    Some(Churn { stats: stats(&machine), wrong_results, grown })
}

impl Churn {
    fn judge(&self, emulated: bool) -> Vec<String> {
        let mut failures = Vec::new();
        let Churn { stats, wrong_results, grown } = self;
        let expected = ITERATIONS * u64::from(FUNCTIONS);
        let compiled = stats.functions.compiled();
        if *wrong_results > 0 {
            failures.push(format!("{wrong_results} calls gave a wrong result"));
        }
        if compiled != expected {
            failures.push(format!("{compiled} functions were compiled, not {expected}"));
        }
        failures.extend(leaked_code(stats));
        // An emulator keeps its translation of the code, which is resident in its process.
        let judged = [("mapped", grown.mapped_bytes, true), ("resident", grown.resident_bytes, !emulated)];
        for (what, bytes, _) in judged.into_iter().filter(|&(_, bytes, is_ours)| is_ours && bytes > MAY_GROW_BYTES) {
            failures.push(format!("{what} memory grew by {bytes} bytes, more than {MAY_GROW_BYTES}"));
        }
        failures
    }
}

/// Returns failures if code is left, or if none was ever freed.
fn leaked_code(stats: &Stats) -> Vec<String> {
    let code = &stats.code;
    let mut failures = Vec::new();
    if (code.live_bytes, code.retired_bytes) != (0, 0) {
        failures
            .push(format!("{} bytes of unloaded code are live and {} retired", code.live_bytes, code.retired_bytes));
    }
    if code.reclaimed_bytes == 0 {
        failures.push("no code was freed".to_owned());
    }
    failures
}

/// The state after functions were recompiled and evicted while they ran.
struct Replaced {
    stats: Stats,
    wrong_results: u64,
}

fn replace_under_live_frames() -> Replaced {
    let mut machine = machine();
    let linked = machine.load(&program()).expect("it has the spaces");
    let mut wrong_results = 0;
    let control = machine.jit().map(|jit| jit.control().clone()).unwrap_or_else(|| Control::new(&JitConfig::default()));
    for act in [|control: &Control| control.recompile(0), Control::evict_all] {
        let handle = control.clone();
        machine.vm_mut().host.on_callback = Some(Box::new(move |_| act(&handle)));
        for _ in 0..20 {
            wrong_results += u64::from(machine.call(linked.function(SUM), &[30]) != Ok(465));
        }
    }
    machine.vm_mut().host.on_callback = None;
    // SAFETY: nothing keeps a callee.
    unsafe { machine.unload(linked) }.expect("it is loaded");
    Replaced { stats: stats(&machine), wrong_results }
}

impl Replaced {
    fn judge(&self) -> Vec<String> {
        let mut failures = Vec::new();
        if self.wrong_results > 0 {
            failures.push(format!("{} calls gave a wrong result while code was replaced", self.wrong_results));
        }
        let functions = &self.stats.functions;
        if functions.recompiled == 0 || functions.evicted == 0 {
            failures.push("nothing was replaced while it ran".to_owned());
        }
        failures.extend(leaked_code(&self.stats));
        failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Churn {
        let mut stats = Stats::default();
        stats.functions.ok = ITERATIONS * u64::from(FUNCTIONS);
        stats.code.reclaimed_bytes = 1;
        Churn { stats, wrong_results: 0, grown: Size { mapped_bytes: MAY_GROW_BYTES, resident_bytes: MAY_GROW_BYTES } }
    }

    #[test]
    fn a_leak_is_found() {
        assert_eq!(good().judge(false), Vec::<String>::new());
        let spoil: [fn(&mut Churn); 7] = [
            |churn| churn.wrong_results = 1,
            |churn| churn.stats.functions.ok -= 1,
            |churn| churn.stats.code.live_bytes = 64,
            |churn| churn.stats.code.retired_bytes = 64,
            |churn| churn.stats.code.reclaimed_bytes = 0,
            |churn| churn.grown.mapped_bytes += 1,
            |churn| churn.grown.resident_bytes += 1,
        ];
        for (index, spoil) in spoil.into_iter().enumerate() {
            let mut churn = good();
            spoil(&mut churn);
            assert_eq!(churn.judge(false).len(), 1, "case {index}: {:?}", churn.judge(false));
            // Resident memory is not checked in an emulator.
            assert_eq!(churn.judge(true).len(), usize::from(index != 6), "case {index}");
        }
    }

    #[test]
    fn code_that_was_not_replaced_is_found() {
        let mut stats = Stats::default();
        stats.functions.recompiled = 3;
        stats.functions.evicted = 2;
        stats.code.reclaimed_bytes = 9;
        let judge = |wrong_results, spoil: fn(&mut Stats)| {
            let mut stats = stats.clone();
            spoil(&mut stats);
            Replaced { stats, wrong_results }.judge().len()
        };
        assert_eq!(judge(0, |_| {}), 0);
        assert_eq!(judge(2, |_| {}), 1);
        assert_eq!(judge(0, |stats| stats.functions.recompiled = 0), 1);
        assert_eq!(judge(0, |stats| stats.functions.evicted = 0), 1);
        assert_eq!(judge(0, |stats| stats.code.retired_bytes = 64), 1);
    }
}
