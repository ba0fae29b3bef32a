//! Programs → the expected resolved trees or errors.

use super::*;
use crate::parser::parse;

/// Returns a resolved program, one function per line: `name/arity/slots: body`, with locals as `$0`, globals
/// as `@0` and functions as `f0`.
fn show(source: &str) -> String {
    let resolved = parse(source).and_then(|ast| resolve(&ast));
    match resolved {
        Ok(tree) => {
            let functions = tree.functions.iter().chain([&tree.main]).map(|function| {
                let Function { name, arity, slots, body, .. } = function;
                format!("{name}/{arity}/{slots}: {}", show_statements(body))
            });
            functions.collect::<Vec<_>>().join("\n")
        }
        Err(diagnostics) => {
            let lines = diagnostics.iter().map(|it| format!("{}: {}", it.position, it.message));
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

fn show_statements(statements: &[Statement]) -> String {
    let shown: Vec<_> = statements.iter().map(show_statement).collect();
    shown.join("; ")
}

fn show_statement(statement: &Statement) -> String {
    match statement {
        Statement::Store { place, value } => {
            format!("{} = {}", show_place(*place), show_expression(value))
        }
        Statement::Evaluate(value) => show_expression(value),
        Statement::Print(value) => format!("print {}", show_expression(value)),
        Statement::If { arms, otherwise } => {
            let arms: Vec<_> = arms.iter().map(show_arm).collect();
            format!("if {} else [{}]", arms.join(" "), show_statements(otherwise))
        }
        Statement::While(arm) => format!("while {}", show_arm(arm)),
        Statement::Return(value) => format!("return {}", show_expression(value)),
    }
}

fn show_arm(arm: &Arm) -> String {
    format!("{} [{}]", show_expression(&arm.condition), show_statements(&arm.body))
}

fn show_expression(expression: &Expression) -> String {
    match expression {
        Expression::Literal(value) => value.to_string(),
        Expression::Load(place) => show_place(*place),
        Expression::Unary { operator, operand, .. } => {
            format!("({operator} {})", show_expression(operand))
        }
        Expression::Binary { first, rest } => rest.iter().fold(show_expression(first), |left, operation| {
            format!("({left} {} {})", operation.operator, show_expression(&operation.operand))
        }),
        Expression::Logic { operator, operands } => {
            let operands: Vec<_> = operands.iter().map(show_expression).collect();
            format!("({})", operands.join(&format!(" {operator} ")))
        }
        Expression::Call { function, arguments, .. } => {
            let arguments: Vec<_> = arguments.iter().map(show_expression).collect();
            format!("f{}({})", function.0, arguments.join(", "))
        }
    }
}

fn show_place(place: Place) -> String {
    match place {
        Place::Local(slot) => format!("${}", slot.0),
        Place::Global(index) => format!("@{}", index.0),
    }
}

#[test]
fn names_become_places() {
    for (source, expected) in [
        ("", "main/0/0: return 0"),
        ("let a = 1; let b = a; a = b;", "main/0/0: @0 = 1; @1 = @0; @0 = @1; return 0"),
        // A block's variables are locals of `main`, and the next block has the same slots.
        (
            "let a = 1; { let b = a; { let c = b; } let d = b; } { let e = 2; }",
            "main/0/2: @0 = 1; $0 = @0; $1 = $0; $1 = $0; $0 = 2; return 0",
        ),
        // The initializer sees the outer variable.
        ("let x = 1; { let x = x; { let x = x; } }", "main/0/2: @0 = 1; $0 = @0; $1 = $0; return 0"),
        (
            "if 1 { let a = 1; } else if 2 { let b = 2; } else { let c = 3; }",
            "main/0/1: if 1 [$0 = 1] 2 [$0 = 2] else [$0 = 3]; return 0",
        ),
        // Functions see every global and every function, declared before or after.
        (
            "fn f(a, b) { let c = g; return f(b, g()); } let g = 7; fn g() { g = g + 1; }",
            "f/2/3: $2 = @0; return f0($1, f1())\ng/0/0: @0 = (@0 + 1); return 0\nmain/0/0: @0 = 7; return 0",
        ),
        (
            "fn f(n) { while n { let m = n - 1; n = m; } let k = n; }",
            "f/1/2: while $0 [$1 = ($0 - 1); $0 = $1]; $1 = $0; return 0\nmain/0/0: return 0",
        ),
        ("fn f(n) { if n { return 1; } return 2; }", "f/1/1: if $0 [return 1] else []; return 2\nmain/0/0: return 0"),
        ("print 1 < 2 || !3 && -4; 5;", "main/0/0: print ((1 < 2) || ((! 3) && -4)); 5; return 0"),
        ("fn main() { } main();", "main/0/0: return 0\nmain/0/0: f0(); return 0"),
    ] {
        assert_eq!(show(source), expected, "{source}");
    }
}

#[test]
fn nodes_that_can_fail_have_a_position() {
    let ast = parse("fn f() { }\nprint -f() +\n 1;").expect("it parses");
    let tree = resolve(&ast).expect("it resolves");
    let at = |line, column| Position { line, column };
    let [Statement::Print(Expression::Binary { first, rest }), _] = tree.main.body.as_slice() else {
        panic!("{:?}", tree.main.body);
    };
    assert_eq!(rest[0].position, at(2, 12));
    let Expression::Unary { position, operand, .. } = first.as_ref() else { panic!("{first:?}") };
    assert_eq!(*position, at(2, 7));
    let Expression::Call { position, .. } = operand.as_ref() else { panic!("{operand:?}") };
    assert_eq!(*position, at(2, 8));
    assert_eq!((tree.functions[0].position, tree.main.position), (at(1, 4), at(1, 1)));
}

#[test]
fn errors_explain_what_is_wrong_with_a_name() {
    for (source, expected) in [
        ("print x;", "1:7: unknown variable `x`"),
        ("x = 1;", "1:1: unknown variable `x`: write `let x = ...;` to declare it"),
        ("{ let x = 1; } print x;", "1:22: unknown variable `x`"),
        ("fn f(a) { } print a;", "1:19: unknown variable `a`"),
        ("print x; let x = 1;", "1:7: `x` is used before its `let` at 1:14"),
        ("let x = x;", "1:9: `x` is used before its `let` at 1:5"),
        ("{ let y = y; }", "1:11: unknown variable `y`"),
        ("f();", "1:1: unknown function `f`"),
        ("let f = 1; f(2);", "1:12: `f` is a variable, not a function"),
        ("fn f() { } print f;", "1:18: `f` is a function: write `f(...)` to call it"),
        ("fn f() { } f = 1;", "1:12: `f` is a function and cannot be assigned to"),
        ("fn f() { } f(1);", "1:12: `f` takes 0 arguments, but 1 is given"),
        ("fn f(a) { } f(1, 2);", "1:13: `f` takes 1 argument, but 2 are given"),
        ("fn f(a, b) { } f();", "1:16: `f` takes 2 arguments, but 0 are given"),
        ("fn f() { }\nfn f() { }", "2:4: function `f` is already declared at 1:4: choose another name"),
        ("fn f(a, a) { }", "1:9: parameter `a` is declared twice: choose another name"),
        (
            "let a = 1; let a = 2;",
            "1:16: variable `a` is already declared in this block at 1:5: write `a = ...;` to change it",
        ),
        (
            "fn f(a) { let a = 2; }",
            "1:15: variable `a` is already declared in this block: write `a = ...;` to change it",
        ),
        ("if 1 { fn f() { return x; } f(); }", "1:11: function `f` is inside a block: move it to the top level"),
        ("return 1;", "1:1: `return` outside a function"),
        (
            "fn f() { return x; }\nlet a = f(1) + g(y);\nb = a;",
            "\
1:17: unknown variable `x`
2:9: `f` takes 0 arguments, but 1 is given
2:16: unknown function `g`
2:18: unknown variable `y`
3:1: unknown variable `b`: write `let b = ...;` to declare it",
        ),
    ] {
        assert_eq!(show(source), expected, "{source}");
    }
}

#[test]
fn a_function_has_at_most_65535_variables() {
    let source = |count: usize| {
        let lets: Vec<_> = (0..count).map(|index| format!("let v{index} = 0;")).collect();
        format!("{{ {}\n}}", lets.join("\n"))
    };
    assert!(show(&source(65_535)).starts_with("main/0/65535: "));
    let expected = "65536:5: too many variables: a function has at most 65535";
    assert_eq!(show(&source(65_536)), expected);
}
