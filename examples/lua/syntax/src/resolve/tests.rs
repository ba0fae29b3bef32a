//! How names are resolved, and which jumps are refused.

use super::{Capture, Function, LocalId, StatementKind, Tree, UpvalueId, resolve_chunk};
use crate::steps::Steps;
use crate::syntax::Source;

fn tree(source: &str) -> Tree {
    resolve_chunk(&mut Source::whole(source.into()), Steps::unlimited())
        .unwrap_or_else(|error| panic!("{source}: {error}"))
}

fn error(source: &str) -> String {
    match resolve_chunk(&mut Source::whole(source.into()), Steps::unlimited()) {
        Ok(_) => panic!("{source} is fine"),
        Err(error) => error.to_string(),
    }
}

/// Lists the locals of a function: `name`, with `c` if captured and `a` if assigned.
fn locals(tree: &Tree, function: &Function) -> String {
    let show = |local: &super::Local| {
        let name = String::from_utf8_lossy(tree.strings.text(local.name)).into_owned();
        name + if local.is_captured { ":c" } else { "" } + if local.is_assigned { ":a" } else { "" }
    };
    function.locals.iter().map(show).collect::<Vec<_>>().join(" ")
}

/// Lists the variables that a chunk returns, with their kinds.
fn returned(source: &str) -> String {
    let tree = tree(source);
    let Some(StatementKind::Return(values)) = tree.main.body.statements.last().map(|statement| &statement.kind) else {
        panic!("{source} returns nothing")
    };
    format!("{values:?}")
}

#[test]
fn names_become_locals_upvalues_and_globals() {
    let all = tree("local a, b = 1 local function f(x, ...) b = a + x + g return function() return a, x end end");
    assert_eq!(locals(&all, &all.main), "a:c b:c:a f");
    let f = &all.main.functions[0];
    assert_eq!((f.parameters, f.is_vararg, locals(&all, f)), (1, true, "x:c".into()));
    let captures: Vec<_> = f.upvalues.iter().map(|upvalue| upvalue.capture).collect();
    assert_eq!(captures, [Capture::Local(LocalId(1)), Capture::Local(LocalId(0))]);
    let inner: Vec<_> = f.functions[0].upvalues.iter().map(|upvalue| upvalue.capture).collect();
    assert_eq!(inner, [Capture::Upvalue(UpvalueId(1)), Capture::Local(LocalId(0))]);
}

#[test]
fn a_local_is_in_scope_after_its_declaration() {
    assert!(returned("local x = x return x").contains("Local(LocalId(0))"));
    let shadowed = tree("local x = 1 local x = x local function y() return y, x end");
    assert_eq!(locals(&shadowed, &shadowed.main), "x x:c y:c");
    let initial = tree("local f = function() return f end");
    assert_eq!(locals(&initial, &initial.main), "f");
    assert!(returned("do local x end return x").contains("Global"));
    assert!(returned("for i = 1, 2 do end return i").contains("Global"));
    let repeat = tree("repeat local x until x");
    let StatementKind::Repeat { condition, .. } = &repeat.main.body.statements[0].kind else { panic!("a loop") };
    assert!(format!("{condition:?}").contains("Local(LocalId(0))"));
}

#[test]
fn methods_have_self_and_parentheses_keep_one_value() {
    let method = tree("function a.b:c(x) self = x end");
    assert_eq!(locals(&method, &method.main.functions[0]), "self:a x");
    assert!(returned("return (f()), (...), (a), (a.b)").matches("First").count() == 2);
}

#[test]
fn blocks_record_which_upvalues_to_close() {
    let all = tree("while x do local a, b, c; f = function() return b end end do local d end");
    let StatementKind::While { body, .. } = &all.main.body.statements[0].kind else { panic!("a loop") };
    assert_eq!(body.closes, Some(LocalId(1)));
    assert_eq!(all.main.first_captured(&[LocalId(0), LocalId(1), LocalId(2)]), Some(LocalId(1)));
    assert_eq!(all.main.first_captured(&[LocalId(0), LocalId(2)]), None);
    let each = tree("for i = 1, 2 do f = function() return i end end");
    let StatementKind::NumericFor { body, .. } = &each.main.body.statements[0].kind else { panic!("a loop") };
    assert_eq!(body.closes, Some(LocalId(0)));
}

#[test]
fn jumps_find_their_labels() {
    let all = tree("::a:: local x do ::a:: local y goto a end goto a");
    let labels: Vec<_> = all.main.labels.iter().map(|label| label.in_scope).collect();
    assert_eq!(labels, [0, 1]);
    let StatementKind::Do(inner) = &all.main.body.statements[2].kind else { panic!("a block") };
    assert!(matches!(inner.statements[2].kind, StatementKind::Goto(label) if label.0 == 1));
    assert!(matches!(all.main.body.statements[3].kind, StatementKind::Goto(label) if label.0 == 0));
    let last = tree("local x for i = 1, 2 do goto next local y ::next:: ::more:: end");
    assert_eq!(last.main.labels.iter().map(|label| label.in_scope).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn jumps_that_are_refused() {
    for (source, message) in [
        ("goto x", "1: undefined label 'x'"),
        ("do ::x:: end\ngoto x", "2: undefined label 'x'"),
        ("::x:: function f() goto x end", "1: undefined label 'x'"),
        ("::x::\n::x::", "2: duplicate label 'x'"),
        ("goto x\nlocal a\n::x:: f()", "1: <goto x> jumps into the scope of local 'a'"),
        ("local z do goto x end local a, b ::x:: f()", "1: <goto x> jumps into the scope of local 'a'"),
        ("repeat goto x local a ::x:: until a", "1: <goto x> jumps into the scope of local 'a'"),
        ("break", "1: no loop to break"),
        ("while x do f = function()\nbreak end end", "2: no loop to break"),
        ("repeat until f(function() break end)", "1: no loop to break"),
    ] {
        assert_eq!(error(source), message, "{source}");
    }
}

#[test]
fn the_number_of_variables_is_limited() {
    let many = |count: usize| (0..count).map(|index| format!("local v{index}\n")).collect::<String>();
    tree(&many(200));
    assert_eq!(error(&many(201)), "201: main function has more than 200 local variables");
    tree(&(many(196) + "for i = 1, 2 do end"));
    assert!(error(&(many(197) + "for i = 1, 2 do end")).ends_with("main function has more than 200 local variables"));
    tree(&format!("do {} end {}", many(150), many(150)));
    let uses = |count: usize| (0..count).map(|index| format!("x = v{index} ")).collect::<String>();
    tree(&format!("{} function f() {} end", many(60), uses(60)));
    let message = error(&format!("{} function f() {} end", many(61), uses(61)));
    assert_eq!(message, "62: function at line 62 has more than 60 upvalues");
}

#[test]
fn deep_trees_are_resolved() {
    let depth = 180;
    tree(&("do ".repeat(depth) + &"end ".repeat(depth)));
    tree(&format!("x = {}1{}", "(".repeat(depth), ")".repeat(depth)));
    tree(&format!("x = {}{}", "{".repeat(depth), "}".repeat(depth)));
    tree(&format!("x = {}1{}", "f(a[".repeat(depth / 2), "])".repeat(depth / 2)));
    tree(&("x = function() ".repeat(depth / 2) + &"end ".repeat(depth / 2)));
}

#[test]
fn loading_can_be_stopped_at_every_step() {
    let source = "local t = {1, 'two', f(x), function() return t end} if t then t.x = t[1] .. 'y' end ".repeat(20);
    let run = |limit: u32| {
        let mut taken = 0;
        let mut may_continue = |steps| {
            taken += steps;
            taken <= limit
        };
        let is_whole =
            resolve_chunk(&mut Source::whole(source.clone().into()), Steps::limited(&mut may_continue)).is_ok();
        (is_whole, taken)
    };
    let (is_whole, all) = run(u32::MAX);
    assert!(is_whole && all > 500, "{all}");
    for limit in (0..all).step_by(50) {
        let (is_whole, taken) = run(limit);
        assert!(!is_whole && (limit + 1..=limit + 128).contains(&taken), "{limit}: {taken}");
    }
}
