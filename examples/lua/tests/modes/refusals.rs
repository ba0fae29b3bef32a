//! Programs of the corpus, each of whose allocations is refused in turn: they end with an error or do not notice.

use lua::{Lua, Options};
use mimeo::Account;
use mimeo_corpus::program::{LUA, Program};
use mimeo_corpus::{Captured, Mode, runner};

/// Programs that catch no errors, so what they print before an error is the beginning of what they print without one.
const PROGRAMS: [&str; 20] = [
    "calls_deep_and_wide",
    "closures",
    "closures_many",
    "concat_basic",
    "for_generic",
    "string_find",
    "functions_recursion",
    "goto_closures",
    "string_gmatch",
    "meta_inheritance",
    "meta_vector",
    "program_bigint",
    "program_queue_heap",
    "program_text",
    "results_adjustment",
    "string_building",
    "string_gsub",
    "table_constructors",
    "table_growth",
    "table_sort_many",
];

/// How many allocations are refused in a row. A program survives one if there is a cycle before the next.
const IN_A_ROW: [u64; 2] = [1, 4];

/// A function that uses coroutines, closures, texts and tables, and what it returns.
const CHECK: &str = r#"
    local co = coroutine.wrap(function(...) return coroutine.yield(select('#', ...)) end)
    local list = {}
    for i = 1, 2000 do list[i] = function() return {i} end end
    return co(1, 2), list[2000]()[1], #("text"):rep(5000), pcall(error, "thrown", 0)
"#;

/// Creates a Lua whose output is captured.
fn new(mode: &Mode) -> (Lua, Captured, Account) {
    let written = Captured::default();
    let stdout = Box::new(written.clone());
    let options = Options { jit: mode.jit.clone(), stdin: Box::new(std::io::empty()), stdout, ..Options::default() };
    let mut lua = Lua::new(options);
    // SAFETY: no values are passed to the machine.
    let memory = unsafe { lua.machine() }.memory().clone();
    (lua, written, memory)
}

/// Runs a program. Returns the message of its error.
fn outcome(lua: &mut Lua, program: &Program) -> Result<(), String> {
    let name = format!("@{}.lua", program.name);
    let result = lua.load(program.text.as_bytes(), name.as_str()).and_then(|function| lua.call(&function, &[]));
    result.map(drop).map_err(|failure| String::from_utf8_lossy(&failure.message).into_owned())
}

/// Refuses each allocation of a program. Returns their number, and how many of the refusals the program noticed.
fn refuse_each(mode: &Mode, program: &Program) -> (u64, u64) {
    let expected = &program.expected.output;
    let (mut lua, written, memory) = new(mode);
    let before = memory.additions();
    assert_eq!(outcome(&mut lua, program), Ok(()), "{}", program.name);
    let count = memory.additions() - before;
    assert_eq!(written.bytes(), *expected, "{}", program.name);
    let mut noticed = 0;
    for (number, in_a_row) in (0..count).flat_map(|number| IN_A_ROW.map(|in_a_row| (number, in_a_row))) {
        let what = format!("{}, {mode}, addition {number} and {} more", program.name, in_a_row - 1);
        let (mut lua, written, memory) = new(mode);
        memory.refuse(number..number + in_a_row);
        let result = outcome(&mut lua, program);
        memory.refuse(0..0);
        match &result {
            Ok(()) => assert_eq!(written.bytes(), *expected, "{what}"),
            Err(message) => {
                let is_right = message.ends_with("not enough memory") || message == "error in error handling";
                assert!(is_right && expected.starts_with(&written.bytes()), "{what}: {message}");
                noticed += 1;
            }
        }
        let check = lua.load(CHECK, "=check").expect("there is memory");
        let values = lua.call(&check, &[]).expect("there is memory");
        let expected = lua.call(&check, &[]).expect("there is memory");
        assert_eq!(values, expected, "{what}");
        assert_eq!(values.len(), 5, "{what}");
        drop((check, values, expected, lua));
        assert_eq!(memory.used(), 0, "{what}: leaks");
    }
    (count, noticed)
}

fn refuse_all(mode: Mode) {
    runner::with_stack(|| {
        // Relative paths in the programs start at their directory.
        std::env::set_current_dir(LUA.folder()).expect("the folder exists");
        let mut corpus = LUA.programs(150);
        corpus.retain(|program| PROGRAMS.contains(&program.name.as_str()));
        assert_eq!(corpus.len(), PROGRAMS.len());
        let (mut count, mut noticed) = (0, 0);
        for program in &corpus {
            let (of_program, of_those) = refuse_each(&mode, program);
            count += of_program;
            noticed += of_those;
        }
        println!("{mode}: {count} allocations, {noticed} of the refusals were noticed");
        assert!(count > 200 && noticed > 100, "{count} allocations, {noticed} noticed");
    });
}

#[test]
fn each_allocation_of_the_corpus_in_the_interpreter() {
    refuse_all(Mode::interpreter());
}

#[test]
#[cfg(feature = "jit")]
fn each_allocation_of_the_corpus_in_native_code() {
    refuse_all(Mode::on());
}

#[test]
#[cfg(feature = "jit")]
fn each_allocation_of_the_corpus_in_optimized_code() {
    let [at_once, ..] = Mode::optimized();
    refuse_all(at_once);
}
