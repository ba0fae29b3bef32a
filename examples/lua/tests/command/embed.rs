//! Lua embedded in a Rust program: arguments, results, and the lifetime of objects.

use std::cell::RefCell;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use mimeo::jit::{JitConfig, Mode};

use lua::{Failure, Function, Lua, Options, Table, Value};

/// Creates a Lua that compiles everything, if there is native code.
fn new() -> Lua {
    let jit = JitConfig::new(Mode::On);
    Lua::new(Options { jit: Some(jit), ..Options::default() })
}

/// Returns the results of some code.
fn eval(lua: &mut Lua, code: &str) -> Result<Vec<Value>, Failure> {
    let function = lua.load(code, "=test")?;
    lua.call(&function, &[])
}

/// Returns the function that some code returns.
fn function(lua: &mut Lua, code: &str) -> Function {
    match eval(lua, code).as_deref() {
        Ok([Value::Function(function)]) => function.clone(),
        other => panic!("{code}: {other:?}"),
    }
}

#[test]
fn values_are_passed_in_both_directions() {
    let mut lua = new();
    let identity = function(&mut lua, "return function(...) return ... end");
    let table = lua.scope().table();
    let values: Vec<Value> = vec![
        Value::Nil,
        true.into(),
        0.5.into(),
        "text".into(),
        vec![0, 255].into(),
        table.into(),
        identity.clone().into(),
        None::<f64>.into(),
    ];
    assert_eq!(lua.call(&identity, &values).expect("it returns them"), values);
    let types: Vec<&str> = values.iter().map(Value::type_name).collect();
    assert_eq!(types, ["nil", "boolean", "number", "string", "string", "table", "function", "nil"]);
    assert_eq!(
        lua.call(&identity, &[f64::NAN.into()]).expect("it returns it")[0].as_number().map(f64::is_nan),
        Some(true)
    );
    let [Value::Other(coroutine)] = &eval(&mut lua, "return coroutine.create(print)").expect("it runs")[..] else {
        panic!("a coroutine is not a table")
    };
    assert_eq!(coroutine.type_name(), "thread");
}

#[test]
fn only_held_objects_stay_alive() {
    let mut lua = new();
    lua.scope().set_eager_collector(1);
    let makes = "local x = {'kept'} return function() local y = {} return x[1] end, {x}";
    let results = eval(&mut lua, makes).expect("it runs");
    let [Value::Function(function), Value::Table(table)] = &results[..] else { panic!("{results:?}") };
    for _ in 0..10 {
        lua.scope().collect();
        assert_eq!(lua.call(function, &[]).expect("it runs"), ["kept".into()]);
        let Value::Table(inner) = lua.scope().get(table, 1) else { panic!("it is a table") };
        assert_eq!(lua.scope().get(&inner, 1), "kept".into());
    }
    // Dropped handles release their objects.
    let mut sizes = Vec::new();
    for _ in 0..3 {
        let tables: Vec<Table> = (0..1000).map(|_| lua.scope().table()).collect();
        let copies = tables.clone();
        drop(tables);
        lua.scope().collect();
        let held = lua.scope().kilobytes();
        drop(copies);
        lua.scope().collect();
        sizes.push(lua.scope().kilobytes());
        assert!(held > sizes[0] + 50.0, "{held} while a thousand tables were held, {sizes:?} without them");
    }
    assert!(sizes.iter().all(|&size| size <= sizes[0]), "{sizes:?}");
}

#[test]
fn loaded_chunks_live_while_they_are_held() {
    let mut lua = new();
    let function = lua.load("local t = {} for i = 1, 100 do t[i] = {i} end return #t", "=held").expect("it is Lua");
    lua.scope().collect();
    // If its memory was freed, it is reused here.
    for iteration in 0..50 {
        eval(&mut lua, &format!("x = {{'{iteration}', {{}}, {{}}}}")).expect("it runs");
        lua.scope().collect();
    }
    assert_eq!(lua.call(&function, &[]).expect("it runs"), [100.into()]);
}

#[test]
fn handles_outlive_their_lua_and_are_refused_by_others() {
    let mut one = new();
    let table = one.scope().table();
    assert_eq!(table, table.clone());
    assert_ne!(table, one.scope().table());
    let mut other = new();
    let refused = catch_unwind(AssertUnwindSafe(|| other.scope().get(&table, 1)));
    assert!(refused.is_err(), "another Lua took a handle");
    drop(one);
    let copy = table.clone();
    drop((table, copy));
    // The refused call did no harm.
    assert_eq!(eval(&mut other, "return 1").expect("it runs"), [1.into()]);
}

#[test]
fn failures_own_their_messages() {
    let mut lua = new();
    let syntax = lua.load("x =", "@file.lua").expect_err("it is unfinished");
    assert_eq!(syntax.to_string(), "file.lua:1: unexpected symbol near '<eof>'");
    let failure = eval(&mut lua, "error({code = 7})").expect_err("it throws");
    assert_eq!(failure.to_string(), "(error object is not a string)");
    lua.scope().collect();
    let Value::Table(thrown) = &failure.value else { panic!("{failure:?}") };
    assert_eq!(lua.scope().get(thrown, "code"), 7.into());
    let text = eval(&mut lua, "local t = nil; t.x = 1").expect_err("it throws");
    assert_eq!(text.message, b"test:1: attempt to index local 't' (a nil value)");
    assert_eq!(text.value, text.message.clone().into());
    assert_eq!(eval(&mut lua, "error()").expect_err("it throws").value, Value::Nil);
    // The error is over: the next call is independent.
    assert_eq!(eval(&mut lua, "return pcall(error, 'caught')").expect("it is caught"), [false.into(), "caught".into()]);
}

#[test]
fn programs_call_rust_functions() {
    let mut lua = new();
    let calls = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&calls);
    lua.register("note", move |_, args| {
        seen.borrow_mut().push(args.to_vec());
        Ok(args.iter().rev().cloned().collect())
    });
    let results = eval(&mut lua, "return note(1, nil, 'x')").expect("it runs");
    assert_eq!(results, ["x".into(), Value::Nil, 1.into()]);
    assert_eq!(*calls.borrow(), [[1.into(), Value::Nil, "x".into()]]);
    assert_eq!(
        eval(&mut lua, "return type(note), select('#', note())").expect("it runs"),
        ["function".into(), 0.into()]
    );
    // The closure captures handles, and uses its Lua.
    let mut scope = lua.scope();
    let table = scope.table();
    let kept = table.clone();
    let add = scope.function("add", move |scope, args| {
        let Some(Value::Function(function)) = args.first() else { return Err(scope.error("no function")) };
        let results = scope.call(function, &args[1..])?;
        for (index, result) in (1..).zip(&results) {
            scope.set(&kept, index, result.clone()).map_err(|bad| bad.to_string())?;
        }
        Ok(vec![(results.len() as f64).into()])
    });
    scope.set_global("add", add);
    scope.set_eager_collector(1);
    let results = eval(&mut lua, "return add(function(a) local t = {} return {a}, t, a .. '!' end, 'b')");
    assert_eq!(results.expect("it runs"), [3.into()]);
    assert_eq!(lua.scope().get(&table, 3), "b!".into());
    assert_eq!(eval(&mut lua, "add(1)").expect_err("it throws").to_string(), "test:1: no function");
    // Errors pass through unchanged.
    assert_eq!(eval(&mut lua, "add(error, 'through', 0)").expect_err("it throws").to_string(), "through");
    assert_eq!(
        eval(&mut lua, "return pcall(add, function() local x = nil + 1 end)").expect("it is caught"),
        [false.into(), "test:1: attempt to perform arithmetic on a nil value".into()]
    );
}

#[test]
fn many_arguments_and_results_can_be_passed() {
    let mut lua = new();
    let code = "local function number(...) return select('#', ...) end return function(...) return (number(...)) end";
    let count = function(&mut lua, code);
    let many = |count: usize| vec![Value::from(1); count];
    assert_eq!(lua.call(&count, &many(5000)).expect("it runs"), [5000.into()]);
    let failure = lua.call(&count, &many(100_000)).expect_err("there are too many");
    assert!(failure.to_string().ends_with("stack overflow"), "{failure}");
    lua.register("many", move |_, args| Ok(vec![Value::Nil; args[0].as_number().unwrap_or(0.0) as usize]));
    assert_eq!(eval(&mut lua, "return select('#', many(3000))").expect("it runs"), [3000.into()]);
    let failure = eval(&mut lua, "many(100000)").expect_err("there are too many");
    assert!(failure.to_string().ends_with("stack overflow"), "{failure}");
}

#[test]
fn recursion_through_rust_is_limited() {
    let run = || {
        let mut lua = new();
        lua.register("through", |scope, args| match args {
            [Value::Function(f), n] => scope.call(f, std::slice::from_ref(n)),
            _ => Err("no function".into()),
        });
        let deep = function(
            &mut lua,
            "local function f(n) if n == 0 then return 0 end return 1 + through(f, n - 1) end return f",
        );
        assert_eq!(lua.call(&deep, &[150.into()]).expect("it runs"), [150.into()]);
        let failure = lua.call(&deep, &[1000.into()]).expect_err("it is too deep");
        assert!(failure.to_string().contains("overflow"), "{failure}");
        assert_eq!(eval(&mut lua, "return 1").expect("it runs"), [1.into()]);
    };
    // Every level takes native stack, and test threads have little.
    let thread = std::thread::Builder::new().stack_size(16 << 20).spawn(run).expect("there are threads");
    thread.join().expect("it is in order");
}

#[test]
fn the_end_of_a_program_is_reported_to_the_host() {
    let mut lua = new();
    lua.register("call", |scope, args| match args {
        [Value::Function(function)] => match scope.call(function, &[]) {
            Err(failure) if failure.exit.is_some() => Ok(Vec::new()),
            other => other,
        },
        _ => Err("no function".into()),
    });
    let failure = eval(&mut lua, "call(function() os.exit(3) end) passed = true").expect_err("it ends");
    assert_eq!(failure.exit.map(|exit| exit.code), Some(3));
    // Rust functions cannot stop the exit, but the host continues.
    assert_eq!(
        eval(&mut lua, "return passed, call(function() return 1 end)").expect("it runs"),
        [Value::Nil, 1.into()]
    );
}

#[test]
fn a_lua_is_not_entered_again_after_a_panic() {
    let mut lua = new();
    lua.register("panics", |_, _| panic!("on purpose"));
    lua.register("catches", |scope, _| {
        let function = scope.load("panics()", "=inner")?;
        let caught = catch_unwind(AssertUnwindSafe(|| scope.call(&function, &[])));
        assert!(caught.is_err(), "the panic comes out");
        Ok(Vec::new())
    });
    let code = "coroutine.wrap(function() local t = {} catches() t[1] = 1 end)()";
    let function = lua.load(code, "=outer").expect("it is Lua");
    let text = |panic: Box<dyn std::any::Any + Send>| panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let broken = Some("a panic has unwound through this Lua".to_owned());
    assert_eq!(catch_unwind(AssertUnwindSafe(|| lua.call(&function, &[]))).map_err(text), Err(broken.clone()));
    assert_eq!(catch_unwind(AssertUnwindSafe(|| lua.load("", "="))).map_err(text), Err(broken.clone()));
    assert_eq!(catch_unwind(AssertUnwindSafe(|| lua.scope().collect())).map_err(text), Err(broken));
}

/// Stores everything that is written.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn output_goes_to_the_given_writer() {
    let written = Written::default();
    let mut lua = Lua::new(Options { stdout: Box::new(io::BufWriter::new(written.clone())), ..Options::default() });
    eval(&mut lua, "print('one')").expect("it runs");
    lua.flush().expect("it takes all");
    assert_eq!(*written.0.borrow(), b"one\n");
    eval(&mut lua, "print('two')").expect("it runs");
    drop(lua);
    assert_eq!(*written.0.borrow(), b"one\ntwo\n");
}

#[test]
fn globals_and_tables_are_accessible_from_rust() {
    let mut lua = new();
    lua.scope().set_global("answer", 42);
    assert_eq!(eval(&mut lua, "global = {answer} return answer").expect("it runs"), [42.into()]);
    let Value::Table(table) = lua.scope().global("global") else { panic!("it is a table") };
    let mut scope = lua.scope();
    assert_eq!(scope.get(&table, 1), 42.into());
    assert_eq!(scope.get(&table, "none"), Value::Nil);
    assert_eq!(scope.set(&table, "name", "value"), Ok(()));
    assert_eq!(scope.get(&table, "name"), "value".into());
    assert_eq!(scope.set(&table, Value::Nil, 1), Err(lua::BadKey::Nil));
    assert_eq!(scope.set(&table, f64::NAN, 1), Err(lua::BadKey::NaN));
    assert_eq!(scope.globals(), scope.globals());
}
