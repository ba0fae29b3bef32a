//! Programs with hooks: native code runs as without one when the hook is gone.

use lua::ops::ops::{Assembler, ProgramBuilder};
use lua::{Lua, Options};
use mimeo::def::Pc;
use mimeo::jit::{JitConfig, Mode};

/// Programs that set a hook and get rid of it, each with `work` as a global function.
const PROGRAMS: &[(&str, &str)] = &[
    ("removed", "debug.sethook(hook, 'l') work(10) debug.sethook()"),
    ("removed by itself", "debug.sethook(function() debug.sethook() end, 'cr') work(10)"),
    ("removed after an error", "pcall(function() debug.sethook(error, 'l') work(10) end) debug.sethook()"),
    ("replaced by a count", "debug.sethook(hook, 'crl') work(10) debug.sethook(hook, '', 1e9)"),
    (
        "of a coroutine",
        "local co = coroutine.create(function() work(10) coroutine.yield() end) debug.sethook(co, hook, 'l')
        coroutine.resume(co) debug.sethook(co) coroutine.resume(co)",
    ),
    ("of a coroutine that has ended", "coroutine.wrap(function() debug.sethook(hook, 'l') work(10) end)()"),
    (
        "removed in a coroutine and outside",
        "debug.sethook(hook, 'l') coroutine.wrap(function() debug.sethook(hook, 'c') work(10) debug.sethook() end)()
        work(10) debug.sethook()",
    ),
    ("removed in a callback", "debug.sethook(hook, 'l') table.sort({2, 1}, function() debug.sethook() end) work(10)"),
];

const PRELUDE: &str = "
    local function add(a, b) return a + b end
    function work(n) local sum = 0 for i = 1, n do sum = add(sum, i) end return sum end
    function hook() hooked = true end
";

/// Returns the number of ops that the interpreter ran, and how often native code was entered.
fn counts(lua: &mut Lua) -> [u64; 2] {
    // SAFETY: no values are passed to the machine.
    let interpreted = unsafe { lua.machine() }.interpreted_ops();
    let entered = lua.jit().expect("it has a tier").stats().switches.entered.iter().sum();
    [interpreted, entered]
}

/// Returns what a call adds to the [`counts`].
fn added(lua: &mut Lua, source: &str) -> [u64; 2] {
    let function = lua.load(source, "=program").expect("it compiles");
    let before = counts(lua);
    lua.call(&function, &[]).expect("it throws no error");
    let after = counts(lua);
    [0, 1].map(|index| after[index] - before[index])
}

/// Returns `true` if the machine has a debugger: breakpoints can be set.
fn has_debugger(lua: &mut Lua) -> bool {
    let mut builder = ProgramBuilder::new();
    let function = builder.declare("f");
    let mut code = Assembler::new("f", 1, 1);
    code.ret_none();
    builder.define(function, code.finish().expect("it is whole"));
    let program = builder.finish().expect("it is whole").verify().expect("it is sound");
    // SAFETY: no values are passed to the machine.
    let machine = unsafe { lua.machine() };
    let linked = machine.load(&program).expect("there is memory");
    machine.vm_mut().set_breakpoint(linked.function(function), Pc(0), true).expect("it is loaded")
}

/// Creates a Lua that counts the ops that its interpreter runs.
fn counting(mode: Mode) -> Lua {
    let mut lua = Lua::new(Options { jit: Some(JitConfig::new(mode)), ..Options::default() });
    // SAFETY: no values are passed to the machine.
    unsafe { lua.machine() }.count_interpreted_ops();
    lua
}

#[test]
fn a_loop_continues_in_native_code_when_its_hook_is_gone() {
    const PROGRAM: &str = "
        local lines, sum = 0, 0
        debug.sethook(function() lines = lines + 1 if lines == 50 then debug.sethook() end end, 'l')
        for i = 1, 100000 do sum = sum + i end
        assert(sum == 5000050000 and lines == 50)
    ";
    for mode in [Mode::On, Mode::Auto] {
        let [interpreted, entered] = added(&mut counting(mode), PROGRAM);
        assert!(interpreted < 5000 && entered > 0, "{mode:?}: {interpreted} ops were interpreted");
    }
}

#[test]
fn native_code_runs_as_before_when_a_hook_is_gone() {
    for (name, program) in PROGRAMS {
        let mut lua = counting(Mode::On);
        let [interpreted, _] = added(&mut lua, &format!("{PRELUDE}{program}"));
        assert!(interpreted > 0, "{name}: it is stepped");
        let [interpreted, entered] = added(&mut lua, "assert(work(1000) == 500500)");
        assert_eq!(interpreted, 0, "{name}");
        // 1000 calls would leave and enter more often.
        assert!((1..50).contains(&entered), "{name}: native code was entered {entered} times");
        assert!(!has_debugger(&mut lua), "{name}");
    }
}
