//! The shapes of trees, how names are resolved, which jumps are refused, and the message for each error.

use std::collections::BTreeMap;

use super::{
    Capture, Expression, Function, Label, LabelId, Local, LocalId, MAX_DEPTH, Memory, StatementKind, Upvalue,
    UpvalueId, Variable, parse_chunk,
};
use crate::steps::Steps;
use crate::syntax::{Source, Strings, SyntaxError};

fn parse(source: &str, mut see: impl FnMut(u32, &Function<'_>)) -> Result<Strings, SyntaxError> {
    let (mut source, mut memory) = (Source::whole(source.into()), Memory::default());
    parse_chunk(&mut source, Steps::unlimited(), &mut memory, &mut |id, function| {
        see(id.0, function);
        Ok(())
    })?;
    Ok(memory.strings().clone())
}

fn error(source: &str) -> String {
    match parse(source, |_, _| ()) {
        Ok(_) => panic!("{source} is fine"),
        Err(error) => error.to_string(),
    }
}

fn accept(source: &str) {
    see(source, |_, _| ());
}

/// Parses `source`, whose functions `look` sees by their numbers. Returns its texts.
fn see(source: &str, look: impl FnMut(u32, &Function<'_>)) -> Strings {
    parse(source, look).unwrap_or_else(|error| panic!("{source}: {error}"))
}

/// What a function has besides its code.
struct Lists {
    parameters: usize,
    is_vararg: bool,
    locals: Vec<Local>,
    upvalues: Vec<Upvalue>,
    labels: Vec<Label>,
    jumps: Vec<LabelId>,
}

/// Returns the lists of all functions of a chunk, by their numbers.
fn lists(source: &str) -> (Strings, BTreeMap<u32, Lists>) {
    let mut all = BTreeMap::new();
    let strings = see(source, |id, function| {
        let &Function { parameters, is_vararg, locals, upvalues, labels, jumps, .. } = function;
        let (locals, upvalues) = (locals.to_vec(), upvalues.to_vec());
        let lists = Lists { parameters, is_vararg, locals, upvalues, labels: labels.to_vec(), jumps: jumps.to_vec() };
        all.insert(id, lists);
    });
    (strings, all)
}

/// Lists the locals of the function with this number: `name`, with `c` if captured and `a` if assigned.
fn locals(source: &str, id: u32) -> String {
    let (strings, all) = lists(source);
    let show = |local: &Local| {
        let name = String::from_utf8_lossy(strings.text(local.name)).into_owned();
        name + if local.is_captured { ":c" } else { "" } + if local.is_assigned { ":a" } else { "" }
    };
    all[&id].locals.iter().map(show).collect::<Vec<_>>().join(" ")
}

/// Calls `look` with the statements of a chunk.
fn statements(source: &str, mut look: impl FnMut(&[StatementKind<'_>])) {
    see(source, |id, function| {
        if id == 0 {
            look(&function.body.statements.iter().map(|statement| statement.kind).collect::<Vec<_>>());
        }
    });
}

/// Lists the variables that a chunk returns, with their kinds.
fn returned(source: &str) -> String {
    let mut shown = String::new();
    statements(source, |statements| {
        let Some(StatementKind::Return(values)) = statements.last() else { panic!("{source} returns nothing") };
        shown = format!("{values:?}");
    });
    shown
}

/// Shows an expression with parentheses around every operation.
fn grouped(source: &str) -> String {
    let mut shown = String::new();
    let strings = see(&format!("return {source}"), |_, function| {
        let StatementKind::Return([value]) = function.body.statements[0].kind else {
            panic!("{source} is not returned")
        };
        shown = show(value);
    });
    let texts = (0..).zip(strings.iter());
    texts.fold(shown, |shown, (index, text)| shown.replace(&format!("${index}"), &String::from_utf8_lossy(text)))
}

/// Shows names by their numbers.
fn show(expression: &Expression<'_>) -> String {
    let joined = |operands: &[Expression<'_>], sign: &str| operands.iter().map(show).collect::<Vec<_>>().join(sign);
    match expression {
        Expression::Variable { variable: Variable::Global(name), .. } => format!("${}", name.index()),
        Expression::Unary { operator, operand, .. } => format!("({operator:?} {})", show(operand)),
        Expression::Logic { operator, operands } => format!("({})", joined(operands, &format!(" {operator:?} "))),
        Expression::Concat { operands, .. } => format!("({})", joined(operands, " .. ")),
        Expression::Binary { first, rest } => {
            let rest = rest.iter().map(|rest| format!(" {:?} {}", rest.operator, show(&rest.operand)));
            format!("({}{})", show(first), rest.collect::<String>())
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn names_become_locals_upvalues_and_globals() {
    let source = "local a, b = 1 local function f(x, ...) b = a + x + g return function() return a, x end end";
    assert_eq!((locals(source, 0).as_str(), locals(source, 1).as_str()), ("a:c b:c:a f", "x:c"));
    let (_, all) = lists(source);
    assert_eq!((all[&1].parameters, all[&1].is_vararg), (1, true));
    let captures = |id| all[&id].upvalues.iter().map(|upvalue| upvalue.capture).collect::<Vec<_>>();
    assert_eq!(captures(1), [Capture::Local(LocalId(1)), Capture::Local(LocalId(0))]);
    assert_eq!(captures(2), [Capture::Upvalue(UpvalueId(1)), Capture::Local(LocalId(0))]);
}

#[test]
fn functions_are_numbered_as_they_begin_and_end_before_those_around_them() {
    let mut ended = Vec::new();
    see("function a() function b() end end while function() end do function c() end end", |id, function| {
        ended.push((id, function.line.0));
    });
    assert_eq!(ended, [(2, 1), (1, 1), (3, 1), (4, 1), (0, 0)]);
}

#[test]
fn assignments_to_upvalues_are_noted_where_they_are_declared() {
    let source = "local x, y = 1 function f() local z; function g() x, z = y end end";
    assert_eq!((locals(source, 0).as_str(), locals(source, 1).as_str()), ("x:c:a y:c", "z:c:a"));
}

#[test]
fn a_local_is_in_scope_after_its_declaration() {
    assert!(returned("local x = x return x").contains("Local(LocalId(0))"));
    assert_eq!(locals("local x = 1 local x = x local function y() return y, x end", 0), "x x:c y:c");
    assert_eq!(locals("local f = function() return f end", 0), "f");
    assert!(returned("do local x end return x").contains("Global"));
    assert!(returned("for i = 1, 2 do end return i").contains("Global"));
    statements("repeat local x until x", |statements| {
        let StatementKind::Repeat { condition, .. } = statements[0] else { panic!("a loop") };
        assert!(format!("{condition:?}").contains("Local(LocalId(0))"));
    });
}

#[test]
fn methods_have_self_and_parentheses_keep_one_value() {
    assert_eq!(locals("function a.b:c(x) self = x end", 1), "self:a x");
    assert!(returned("return (f()), (...), (a), (a.b)").matches("First").count() == 2);
}

#[test]
fn blocks_record_which_upvalues_to_close() {
    see("while x do local a, b, c; f = function() return b end end do local d end", |id, function| {
        if id == 0 {
            let StatementKind::While { body, .. } = function.body.statements[0].kind else { panic!("a loop") };
            assert_eq!(body.closes, Some(LocalId(1)));
            assert_eq!(function.first_captured(&[LocalId(0), LocalId(1), LocalId(2)]), Some(LocalId(1)));
            assert_eq!(function.first_captured(&[LocalId(0), LocalId(2)]), None);
        }
    });
    statements("for i = 1, 2 do f = function() return i end end", |statements| {
        let StatementKind::NumericFor { body, .. } = statements[0] else { panic!("a loop") };
        assert_eq!(body.closes, Some(LocalId(0)));
    });
    statements("repeat local a until f(function() return a end)", |statements| {
        let StatementKind::Repeat { body, .. } = statements[0] else { panic!("a loop") };
        assert_eq!(body.closes, Some(LocalId(0)));
    });
}

#[test]
fn jumps_find_their_labels() {
    let found = |source| {
        let (_, all) = lists(source);
        let labels: Vec<_> = all[&0].labels.iter().map(|label| label.in_scope).collect();
        (labels, all[&0].jumps.iter().map(|label| label.0).collect::<Vec<_>>())
    };
    assert_eq!(found("::a:: local x do ::a:: local y goto a end goto a"), (vec![0, 1], vec![1, 0]));
    assert_eq!(found("::a:: local x do goto a local y ::a:: end goto a"), (vec![0, 1], vec![1, 0]));
    assert_eq!(found("local x for i = 1, 2 do goto next local y ::next:: ::more:: end"), (vec![1, 1], vec![0]));
    assert_eq!(found("do local x do local y goto b end goto c end ::c:: f() ::b::"), (vec![0, 0], vec![1, 0]));
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
        // At the end of the function.
        ("function f() goto x end\n x =", "1: undefined label 'x'"),
        ("goto x\n x =", "2: unexpected symbol near '<eof>'"),
        ("do break end\n goto x", "1: no loop to break"),
    ] {
        assert_eq!(error(source), message, "{source}");
    }
}

#[test]
fn the_number_of_variables_is_limited() {
    let many = |count: usize| (0..count).map(|index| format!("local v{index}\n")).collect::<String>();
    accept(&many(200));
    // The line is that of the token after the name, as in Lua.
    assert_eq!(error(&many(201)), "202: main function has more than 200 local variables");
    accept(&(many(196) + "for i = 1, 2 do end"));
    assert!(error(&(many(197) + "for i = 1, 2 do end")).ends_with("main function has more than 200 local variables"));
    accept(&format!("do {} end {}", many(150), many(150)));
    let uses = |count: usize| (0..count).map(|index| format!("x = v{index} ")).collect::<String>();
    accept(&format!("{} function f() {} end", many(60), uses(60)));
    let message = error(&format!("{} function f() {} end", many(61), uses(61)));
    assert_eq!(message, "62: function at line 62 has more than 60 upvalues");
    assert_eq!(error(&(many(201) + "\n;")), "203: main function has more than 200 local variables");
    let message = error(&format!("{} function f()\n{}\n\n end", many(61), uses(61).replace(" x", "\nx")));
    assert_eq!(message, "125: function at line 62 has more than 60 upvalues");
}

#[test]
fn deep_trees_are_parsed() {
    let depth = 180;
    accept(&("do ".repeat(depth) + &"end ".repeat(depth)));
    accept(&format!("x = {}1{}", "(".repeat(depth), ")".repeat(depth)));
    accept(&format!("x = {}{}", "{".repeat(depth), "}".repeat(depth)));
    accept(&format!("x = {}1{}", "f(a[".repeat(depth / 2), "])".repeat(depth / 2)));
    accept(&("x = function() ".repeat(depth / 2) + &"end ".repeat(depth / 2)));
}

/// An error leaves functions open, and the memory of a chunk has its texts and numbers of functions.
#[test]
fn a_chunk_does_not_depend_on_the_one_before() {
    let mut memory = Memory::default();
    let mut parse = |source: &str| {
        let mut lines = Vec::new();
        let parsed = parse_chunk(&mut Source::whole(source.into()), Steps::unlimited(), &mut memory, &mut |id, of| {
            lines.push((id.0, of.locals.len(), of.upvalues.len()));
            Ok(())
        });
        (parsed.is_ok(), lines, memory.strings().iter().map(<[u8]>::to_vec).collect::<Vec<_>>())
    };
    let source = "local b, a = 1 function c() goto a ::a:: return a end";
    let alone = parse(source);
    assert_eq!(alone.1, [(1, 0, 1), (0, 2, 0)]);
    for other in ["x = function() local d goto e", "local z function y() return function() return z end end", "break"] {
        parse(other);
        assert_eq!(parse(source), alone, "after {other}");
    }
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
        let mut source = Source::whole(source.clone().into());
        let parsed =
            parse_chunk(&mut source, Steps::limited(&mut may_continue), &mut Memory::default(), &mut |_, _| Ok(()));
        let is_whole = parsed.is_ok();
        (is_whole, taken)
    };
    let (is_whole, all) = run(u32::MAX);
    assert!(is_whole && all > 500, "{all}");
    for limit in (0..all).step_by(50) {
        let (is_whole, taken) = run(limit);
        assert!(!is_whole && (limit + 1..=limit + 128).contains(&taken), "{limit}: {taken}");
    }
}

#[test]
fn operators_bind_as_in_the_manual() {
    for (source, expected) in [
        ("a + b - c", "(a Add b Subtract c)"),
        ("a + b * c", "(a Add (b Multiply c))"),
        ("a * b + c", "(a Multiply b Add c)"),
        ("a ^ b ^ c", "(a Power (b Power c))"),
        ("-a ^ b", "(Negate (a Power b))"),
        ("a ^ -b", "(a Power (Negate b))"),
        ("not a == b", "((Not a) Equal b)"),
        ("a .. b .. c", "(a .. b .. c)"),
        ("a .. (b .. c)", "(a .. (b .. c))"),
        ("a .. b + c .. d", "(a .. (b Add c) .. d)"),
        ("a .. b == c .. d", "((a .. b) Equal (c .. d))"),
        ("a and b and c or d or e and f", "((a And b And c) Or d Or (e And f))"),
        ("a or b and c", "(a Or (b And c))"),
        ("a < b == c", "(a Less b Equal c)"),
        ("(a + b) * c", "((a Add b) Multiply c)"),
        ("#a - -b", "((Length a) Subtract (Negate b))"),
    ] {
        assert_eq!(grouped(source), expected, "{source}");
    }
}

#[test]
fn errors_name_the_token() {
    for (source, message) in [
        ("x = = 2", "1: unexpected symbol near '='"),
        ("x", "1: '=' expected near '<eof>'"),
        ("x y", "1: '=' expected near 'y'"),
        ("if x then", "1: 'end' expected near '<eof>'"),
        ("if x then\n", "2: 'end' expected (to close 'if' at line 1) near '<eof>'"),
        ("f(\n1\n2)", "3: ')' expected (to close '(' at line 1) near '2'"),
        ("repeat\n\nx=1", "3: 'until' expected (to close 'repeat' at line 1) near '<eof>'"),
        ("f()=1", "1: unexpected symbol near '='"),
        ("a, f() = 1", "1: syntax error near '='"),
        ("(a) = 1", "1: syntax error near '='"),
        ("x=1;;", "1: unexpected symbol near ';'"),
        ("x='a\\nb' 'c'", "1: unexpected symbol near ''c''"),
        ("for i=1 do end", "1: ',' expected near 'do'"),
        ("for a.b in x do end", "1: '=' or 'in' expected near '.'"),
        ("function f(a,) end", "1: <name> or '...' expected near ')'"),
        ("function f(..., a) end", "1: ')' expected near ','"),
        ("function f() return ... end", "1: cannot use '...' outside a vararg function near '...'"),
        ("local a = f\n(print)(a)", "2: ambiguous syntax (function call x new statement) near '('"),
        ("while x do break x=1 end", "1: 'end' expected near 'x'"),
        ("return 1 x=1", "1: '<eof>' expected near 'x'"),
        ("x = {1 2}", "1: '}' expected near '2'"),
        ("goto 1", "1: '=' expected near '1'"),
        ("a.end = 1", "1: '<name>' expected near 'end'"),
        ("a:b = 1", "1: function arguments expected near '='"),
        ("x=\0", "1: unexpected symbol"),
        ("local 1", "1: '<name>' expected near '1'"),
    ] {
        assert_eq!(error(source), message, "{source:?}");
    }
}

#[test]
fn goto_is_a_name_unless_a_name_follows() {
    for source in ["goto = 1", "local goto = goto", "x.goto = {goto = 1}", "function goto.goto() end", "goto x ::x::"] {
        accept(source);
    }
}

#[test]
fn nesting_is_limited_and_length_is_not() {
    let deep = MAX_DEPTH as usize + 1;
    for part in ["(", "do ", "x={", "x=-(", "return function() ", "if x then ", "x=1^", "x=1 ..", "x=a[", "x=not "] {
        let source = if let Some(tail) = part.strip_prefix("x=") {
            format!("x={}", tail.repeat(deep))
        } else {
            part.repeat(deep)
        };
        assert_eq!(error(&source), "1: chunk has too many syntax levels", "{part}");
    }
    let long = 100_000;
    for (start, part, end) in [
        ("x=1", "+1", ""),
        ("x=1", "*1-1", ""),
        ("x=y", " and y", ""),
        ("x=y", " and y or y", ""),
        ("x=y", " < y", ""),
        ("x=a", ".b", ""),
        ("f", "()", ""),
        ("f", ":m()", ""),
        ("x={", "1,", "}"),
        ("f(", "1,", "1)"),
        ("", "x=1 ", ""),
        ("if x then ", "elseif x then ", "end"),
        ("local a", "", ""),
    ] {
        let source = format!("{start}{}{end}", part.repeat(long));
        accept(&source);
    }
    let targets = "a,".repeat(deep) + "a = 1";
    assert_eq!(error(&targets), "1: main function has more than 200 variable names");
}
