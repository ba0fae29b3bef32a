//! [`twins`]: random cases of every op → run in both tiers, compared, and simplified when they differ.

use std::any::Any;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::case::{Case, Reentry, Scaffold};
#[cfg(unix)]
use crate::crash::Tested;
use crate::failure::Failure;
use crate::language::value_of;
use crate::{Evaluator, Language, Random};
use mimeo::def::op::{OpInfo, OperandKind};
use mimeo::def::{OpIndex, Pc};
use mimeo::jit::{Gaps, HasJit, Jit, JitConfig, Mode, WithJit};
use mimeo::{Function, InstructionSet, Limits, Linked, Machine, Value};
use mimeo_interp::{OpOutcome, OpRun};

/// The settings of a twin test. More states find rarer differences in proportionally more time.
///
/// ```
/// use mimeo_twins::Settings;
///
/// // The settings that a failure's message suggests, as written in a test.
/// let settings = Settings::default().with_seed(0x6d696d656f).with_only("add".to_owned());
/// assert_eq!(settings.states, 300);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Number of states for each encoding of each op.
    pub states: usize,
    /// Seed of all random numbers, which a failure's message shows.
    pub seed: u64,
    /// Name of the one op to test, as in [`OpInfo::name`](mimeo::def::op::OpInfo::name).
    pub only: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { states: 300, seed: 0x6d_696d_656f, only: None }
    }
}

impl Settings {
    /// Sets [`states`](Self::states). See [`twins_with`] for an example.
    #[must_use]
    pub fn with_states(mut self, states: usize) -> Settings {
        self.states = states;
        self
    }

    /// Sets [`seed`](Self::seed). See [`Settings`] for an example.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Settings {
        self.seed = seed;
        self
    }

    /// Sets [`only`](Self::only). See [`twins_with`] for an example.
    #[must_use]
    pub fn with_only(mut self, op: impl Into<Option<String>>) -> Settings {
        self.only = op.into();
        self
    }
}

/// What was compared. A test can assert that every op was.
///
/// ```
/// use mimeo::InstructionSet;
/// use mimeo_twins::{Language, Random, Report, twins};
/// use mimeo_doc_ops::{Context, Host, Ops, Vm};
///
/// struct Examples;
///
/// // SAFETY: the values are integers.
/// unsafe impl Language<Ops> for Examples {
///     type Snapshot = Vec<i64>;
///
///     fn state(&self, _: &mut Random) -> (Context, Host) {
///         (Context::default(), Host::default())
///     }
///
///     fn snapshot(&self, vm: &Vm) -> Vec<i64> {
///         vm.host.printed.clone()
///     }
///
///     fn spaces(&self) -> Vec<(&'static str, u32)> {
///         vec![("globals", 4)]
///     }
/// }
///
/// let report: Report = twins::<Ops>(Examples);
/// assert!(report.skipped.is_empty());
/// if report.unavailable.is_none() {
///     assert_eq!((report.ops, report.without_stencil.len()), (Ops::OPS.len(), 0));
/// }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The reason why the native tier is unavailable, in which case only bodies were compared.
    pub unavailable: Option<String>,
    /// Number of ops compared. Each encoding of an op counts.
    pub ops: usize,
    /// Number of ops whose evaluated body was compared with their handler, with or without a stencil.
    pub evaluated: usize,
    /// Number of states that native code ran on.
    pub states: usize,
    /// Number of states on which native code left the op to the interpreter.
    pub deopted: usize,
    /// Ops without a stencil, with the reasons.
    pub without_stencil: Vec<(&'static str, String)>,
    /// Ops that [`Language::skip`] names, with the reasons.
    pub skipped: Vec<(&'static str, String)>,
}

/// Runs every op of an instruction set in both tiers on random and edge-case states, and by evaluating its
/// [body](mimeo::InstructionSet::IR), and compares the frame, the
/// inline-cache cells, the state ([`Language::snapshot`]) and where control went. If runtime functions call back, some
/// runs let them run the op again inside itself ([`Language::reenter`]).
///
/// Call it in a test of the language. See [`Report`] for an example. The time that it takes grows with the number of
/// ops and with [`Settings::states`].
///
/// # Panics
///
/// With `JIT_DIFFERENTIAL` if the tiers differ (test `mistakes_in_stencils_are_found`). The message has the op, the
/// simplest operands found that show the difference, what both tiers did, the op's C, its machine code, and how to
/// rerun the case. If an op ends the process by a signal, such as SIGSEGV, a line on standard error names the op. Also if the instruction set has no op that ends a function or, on a stack machine, none that pushes
/// a value (test `a_set_needs_an_op_that_ends_a_function`).
pub fn twins<I: InstructionSet>(language: impl Language<I>) -> Report {
    twins_with(language, &Settings::default())
}

/// Runs the ops as [`twins`] does, with the given [`Settings`].
///
/// # Panics
///
/// As [`twins`] does (test `mistakes_in_stencils_are_found`).
///
/// ```
/// use mimeo_twins::{Language, Random, Settings, twins_with};
/// use mimeo_doc_ops::{Context, Host, Ops, Vm};
///
/// struct Examples;
///
/// // SAFETY: the values are integers.
/// unsafe impl Language<Ops> for Examples {
///     type Snapshot = Vec<i64>;
///
///     fn state(&self, _: &mut Random) -> (Context, Host) {
///         (Context::default(), Host::default())
///     }
///
///     fn snapshot(&self, vm: &Vm) -> Vec<i64> {
///         vm.host.printed.clone()
///     }
/// }
///
/// let settings = Settings::default().with_only("add".to_owned()).with_states(1000);
/// let report = twins_with::<Ops>(Examples, &settings);
/// assert!(report.ops == 1 || report.unavailable.is_some());
/// ```
pub fn twins_with<I: InstructionSet>(language: impl Language<I>, settings: &Settings) -> Report {
    let mut report = Report::default();
    if let Err(error) = mimeo::jit::has_stencils::<I>() {
        report.unavailable = Some(error.to_string());
    }
    let scaffold = match Scaffold::find::<I>(&language.spaces()) {
        Ok(scaffold) => scaffold,
        Err(what) => panic!("the ops of `{}` cannot be tested one by one: {what}", I::NAME),
    };
    for (index, info) in I::OPS.iter().enumerate() {
        if settings.only.as_ref().is_some_and(|only| only != info.name) {
            continue;
        }
        if let Some(reason) = language.skip(info) {
            report.skipped.push((info.name, reason));
            continue;
        }
        let op = OpIndex(index as u16);
        let test = |engine| OpTest { language: &language, scaffold: &scaffold, op, engine, marker: PhantomData };
        test(Engine::Body).run(settings, &mut report);
        if report.unavailable.is_some() {
            continue;
        }
        if let Err(reason) = I::STENCILS.ops[index].stencil {
            report.without_stencil.push((info.name, reason.to_owned()));
        } else {
            test(Engine::Stencil).run(settings, &mut report);
        }
    }
    report
}

/// The number of frames that a case is run on, one after the other, with the same inline caches.
const FRAMES: usize = 8;

/// The maximum call depth, which is enough for callbacks.
const MAX_DEPTH: u32 = 32;

/// The maximum number of times that an op runs again inside itself.
const REENTRIES: u32 = 2;
/// The depth limit at which every call fails: that of the op's own frame, which has a caller.
const NO_CALLS: u32 = 2;

/// What is compared with the handler of an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Its stencil.
    Stencil,
    /// Its body, evaluated.
    Body,
}

/// One op.
struct OpTest<'a, I, L> {
    language: &'a L,
    scaffold: &'a Scaffold,
    op: OpIndex,
    engine: Engine,
    marker: PhantomData<I>,
}

/// The results of one tier for one frame.
#[derive(Debug)]
pub(crate) struct Outcome<S> {
    /// The op's result, or the text of its panic.
    pub(crate) run: Result<OpRun, String>,
    pub(crate) cells: Vec<u64>,
    pub(crate) snapshot: S,
}

/// A frame of a case on which the tiers differ.
pub(crate) struct Difference<S> {
    pub(crate) frame: usize,
    /// Whether runtime functions could run the op again.
    pub(crate) reenters: bool,
    pub(crate) interpreted: Outcome<S>,
    pub(crate) native: Outcome<S>,
}

impl<I: InstructionSet, L: Language<I>> OpTest<'_, I, L> {
    /// Creates a machine in a state. Each case has its own: a constant or a fiber of an earlier case could refer to an
    /// object of that case's host, which a collector must not find.
    fn machine(&self, state: u64, native: bool) -> Machine<I> {
        let pc = self.scaffold.pc::<I>();
        let (context, host) = self.language.state(&mut Random::new(state));
        let limits = Limits::default().with_slots(1 << 13).with_depth(MAX_DEPTH);
        let builder = Machine::builder(context, host).limits(limits);
        let spaces = self.language.spaces();
        let builder = spaces.into_iter().fold(builder, |builder, (space, len)| builder.space(space, len));
        match self.engine {
            _ if !native => builder.build(),
            Engine::Body => builder.tier(Box::new(Evaluator::<I>::at(pc))).build(),
            Engine::Stencil => {
                let machine = builder.jit(JitConfig::new(Mode::On).with_gaps(Gaps::except_at(pc))).build();
                let reason = machine.jit().and_then(Jit::unavailable);
                assert!(reason.is_none(), "the stencils of `{}` were usable before: {reason:?}", I::NAME);
                machine
            }
        }
    }

    fn run(&self, settings: &Settings, report: &mut Report) {
        let info = &I::OPS[self.op.0 as usize];
        #[cfg(unix)]
        let _tested = Tested::new(info.name, I::NAME);
        // Each op has its own random numbers, so that it can be tested alone.
        let mut random = Random::new(settings.seed ^ u64::from(self.op.0) << 32);
        let (states_before, mut left) = (report.states, settings.states);
        while left > 0 {
            let frames = left.min(FRAMES);
            left -= frames;
            let case = match Case::random(self.language, self.scaffold, self.op, frames, &mut random) {
                Ok(case) => case,
                Err(what) => panic!("`{}` of `{}` cannot be tested: {what}", info.name, I::NAME),
            };
            // Occasionally an op that calls finds no room.
            let depth = if info.control.calls && random.once_in(4) { NO_CALLS } else { MAX_DEPTH };
            if self.compare(depth, &case, Some(report)).is_some() {
                let (case, difference) = self.simplify(depth, case);
                let OpTest { language, scaffold, engine, .. } = *self;
                let failure = Failure { language, scaffold, engine, case: &case, difference, settings };
                panic!("{failure}");
            }
        }
        match self.engine {
            Engine::Stencil => report.ops += usize::from(report.states > states_before),
            Engine::Body => report.evaluated += 1,
        }
    }

    /// Runs a case in both tiers, up to the first frame on which they differ. `depth` is the maximum call depth while the
    /// op runs.
    fn compare(&self, depth: u32, case: &Case, mut report: Option<&mut Report>) -> Option<Difference<L::Snapshot>> {
        let (language, scaffold) = (self.language, self.scaffold);
        let mut reenters = false;
        let mut machines = [false, true].map(|native| self.machine(case.state, native));
        let linked = machines.each_mut().map(|machine| {
            // Only the op under test has native code; its callees have none.
            let set_mode = |machine: &Machine<I>, mode| machine.jit().map_or((), |jit| jit.control().set_mode(mode));
            set_mode(machine, Mode::Off);
            machine.limit_depth(MAX_DEPTH);
            language.prepare(machine);
            set_mode(machine, Mode::On);
            let constants = localize(language, machine, &case.constants);
            let constants = constants.into_iter().map(I::Value::to_bits).collect();
            let program = Case { constants, ..case.clone() }.program::<I>(scaffold, &language.spaces());
            let word = language.function_word(&I::OPS[usize::from(case.op.0)], machine.vm());
            let linked = machine.load_with_word(&program, word);
            let linked = linked.unwrap_or_else(|error| panic!("`{}` cannot be tested: {error}", I::NAME));
            reenters = match case.reentry {
                Reentry::None => false,
                Reentry::Operand => true,
                Reentry::Language => language.reenter(machine.vm_mut(), linked.function(Case::SUBJECT)),
            };
            // Each run has two records: its own and that of its function.
            machine.limit_depth(if reenters { NO_CALLS + 2 * REENTRIES } else { depth });
            linked
        });
        let [interpreter, native] = &mut machines;
        for (index, slots) in case.frames.iter().enumerate() {
            // Nested runs of the function have frames with the same slots.
            let slots = if reenters { &slots.repeat(1 + REENTRIES as usize) } else { slots };
            let interpreted = outcome(language, interpreter, linked[0], scaffold, slots, false)?;
            // A value that fits no hole leaves the op without native code.
            let native = outcome(language, native, linked[1], scaffold, slots, true)?;
            if let (Some(report), Engine::Stencil) = (&mut report, self.engine) {
                let deopted = native.run.as_ref().is_ok_and(|run| run.deopted);
                report.deopted += usize::from(deopted);
                report.states += usize::from(!deopted);
            }
            if !agree(language, &I::OPS[case.op.0 as usize], &interpreted, &native) {
                return Some(Difference { frame: index, reenters, interpreted, native });
            }
        }
        None
    }

    /// Simplifies a failing case while it still fails.
    fn simplify(&self, depth: u32, mut case: Case) -> (Case, Difference<L::Snapshot>) {
        let mut best = self.compare(depth, &case, None);
        let mut attempt = |test: &Self, candidate: Case, case: &mut Case| {
            let difference = test.compare(depth, &candidate, None);
            let fails = difference.is_some();
            if fails {
                *case = candidate;
                best = difference;
            }
            fails
        };
        let last = case.frames.len() - 1;
        for frame in (0..=last).rev() {
            if attempt(self, Case { frames: vec![case.frames[frame].clone()], ..case.clone() }, &mut case) {
                break;
            }
        }
        attempt(self, case.without_reentry::<I>(), &mut case);
        let edges: Vec<u64> = self.language.edges().into_iter().map(Value::to_bits).collect();
        let last = case.frames.len() - 1;
        for slot in 0..case.frames[last].len().min(64) {
            for &simpler in &edges {
                if case.fixed_slots.contains(&slot) || case.frames[last][slot] == simpler {
                    break;
                }
                let mut candidate = case.clone();
                candidate.frames[last][slot] = simpler;
                if attempt(self, candidate, &mut case) {
                    break;
                }
            }
        }
        let info = &I::OPS[self.op.0 as usize];
        for (index, operand) in info.operands.iter().enumerate() {
            let candidates = match operand.kind {
                _ if case.fixed_operands.contains(&index) => vec![],
                OperandKind::Immediate { .. } => vec![0, 1],
                OperandKind::Constant => edges.clone(),
                _ => vec![],
            };
            for simpler in candidates {
                let mut candidate = case.clone();
                match operand.kind {
                    OperandKind::Constant => candidate.constants[case.operands[index] as usize] = simpler,
                    _ => candidate.operands[index] = simpler,
                }
                if candidate == case || attempt(self, candidate, &mut case) {
                    break;
                }
            }
        }
        let difference =
            best.unwrap_or_else(|| panic!("`{}` failed once and then passed: make it deterministic", info.name));
        (case, difference)
    }
}

/// Converts the values of a case to those of a machine.
fn localize<I: InstructionSet, L: Language<I>>(
    language: &L,
    machine: &mut Machine<I>,
    values: &[u64],
) -> Vec<I::Value> {
    let vm = machine.vm_mut();
    values.iter().map(|&bits| language.localize(vm, value_of::<I>(bits))).collect()
}

fn agree<I: InstructionSet, L: Language<I>>(
    language: &L,
    op: &OpInfo,
    interpreted: &Outcome<L::Snapshot>,
    native: &Outcome<L::Snapshot>,
) -> bool {
    let same = |a: u64, b: u64| a == b || language.same(value_of::<I>(a), value_of::<I>(b));
    let runs = match (&interpreted.run, &native.run) {
        (Ok(a), Ok(b)) => {
            (a.outcome == b.outcome && a.damaged == b.damaged && a.events == b.events)
                && a.slots.iter().zip(&b.slots).all(|(&a, &b)| same(a, b))
        }
        (a, b) => a == b,
    };
    let cells = interpreted.cells.iter().zip(&native.cells).enumerate();
    let same_cells = |(word, (&a, &b)): (usize, (&u64, &u64))| language.same_cell(op, word, a, b);
    runs && { cells }.all(same_cells) && interpreted.snapshot == native.snapshot
}

/// Runs the op under test. Returns `None` if it has no native code.
fn outcome<I: InstructionSet, L: Language<I>>(
    language: &L,
    machine: &mut Machine<I>,
    linked: Linked<I>,
    scaffold: &Scaffold,
    slots: &[u64],
    native: bool,
) -> Option<Outcome<L::Snapshot>> {
    let pc = scaffold.pc::<I>();
    let slots = localize(language, machine, slots);
    let run = AssertUnwindSafe(|| machine.run_op(linked.function(Case::SUBJECT), pc, native, &slots));
    let run = match catch_unwind(run) {
        Ok(run) => Ok(run.map(|run| relative(run, machine, linked))?),
        Err(payload) => Err(panic_text(&*payload)),
    };
    let cells = machine.functions(linked).next().map(cells::<I>).unwrap_or_default();
    Some(Outcome { run, cells, snapshot: language.snapshot(machine.vm()) })
}

/// Returns the contents of a function's inline-cache cells, without the padding between fields, whose bits are
/// arbitrary.
fn cells<I: InstructionSet>(function: &Function) -> Vec<u64> {
    let body = function.body();
    let mut pc = Pc(0);
    let ops = std::iter::from_fn(|| {
        let info = I::OPS.get(usize::from(body.op_at(pc)?.0))?;
        pc.0 += u32::from(info.len_units);
        Some(info)
    });
    let operands = ops.flat_map(|info| info.operands);
    let fields = operands.flat_map(|operand| match operand.kind {
        OperandKind::Cache { fields, .. } => fields,
        _ => &[],
    });
    function.cache_words().into_iter().zip(fields).map(|(word, fields)| word & fields).collect()
}

/// Makes the id of a callee relative to its program, because the machines have loaded different numbers of programs.
fn relative<I: InstructionSet>(mut run: OpRun, machine: &Machine<I>, linked: Linked<I>) -> OpRun {
    let first = machine.functions(linked).next().map_or(0, mimeo::Function::id);
    if let OpOutcome::Called { callee, .. } = &mut run.outcome {
        *callee = callee.wrapping_sub(first);
    }
    run
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}
