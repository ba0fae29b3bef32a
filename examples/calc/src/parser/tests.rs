//! Programs → the expected trees or errors.

use super::*;
use crate::ast::Expression;

/// Returns a statement list in prefix notation.
fn show_statements(statements: &[Statement<'_>]) -> String {
    let shown: Vec<_> = statements.iter().map(show_statement).collect();
    shown.join(" ")
}

fn show_statement(statement: &Statement<'_>) -> String {
    match statement {
        Statement::Let { name, value } => format!("(let {} {})", name.text, show(value)),
        Statement::Assign { name, value } => format!("(= {} {})", name.text, show(value)),
        Statement::If { arms, otherwise } => {
            let arms: Vec<_> = arms.iter().map(show_arm).collect();
            format!("(if {} [{}])", arms.join(" "), show_statements(otherwise))
        }
        Statement::While(arm) => format!("(while {})", show_arm(arm)),
        Statement::Return { value, .. } => format!("(return {})", show(value)),
        Statement::Print(value) => format!("(print {})", show(value)),
        Statement::Expression(value) => show(value),
        Statement::Block(statements) => format!("[{}]", show_statements(statements)),
    }
}

fn show_arm(arm: &Arm<'_>) -> String {
    format!("{} [{}]", show(&arm.condition), show_statements(&arm.body))
}

fn show(expression: &Expression<'_>) -> String {
    match expression {
        Expression::Literal(value) => value.to_string(),
        Expression::Variable(name) => name.text.to_string(),
        Expression::Unary { operator, operand, .. } => format!("({operator} {})", show(operand)),
        Expression::Binary { first, rest } => rest.iter().fold(show(first), |left, operation| {
            format!("({} {left} {})", operation.operator, show(&operation.operand))
        }),
        Expression::Logic { operator, operands } => {
            let operands: Vec<_> = operands.iter().map(show).collect();
            format!("({operator} {})", operands.join(" "))
        }
        Expression::Call { function, arguments } => {
            let arguments: Vec<_> = arguments.iter().map(show).collect();
            format!("({}: {})", function.text, arguments.join(" "))
        }
    }
}

fn show_program(source: &str) -> String {
    match parse(source) {
        Ok(ast) => {
            let functions = ast.functions.iter().map(|function| {
                let parameters: Vec<_> = function.parameters.iter().map(|it| it.text).collect();
                let body = show_statements(&function.body);
                let nested = if function.is_nested { "nested " } else { "" };
                format!("({nested}fn {} ({}) [{body}])", function.name.text, parameters.join(" "))
            });
            let parts: Vec<_> = functions.chain([show_statements(&ast.statements)]).collect();
            parts.join(" ").trim().to_string()
        }
        Err(diagnostics) => {
            let lines = diagnostics.iter().map(|it| format!("{}: {}", it.position, it.message));
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

#[test]
fn expressions_follow_the_precedence_of_c() {
    for (source, expected) in [
        ("1 + 2 * 3 - 4;", "(- (+ 1 (* 2 3)) 4)"),
        ("2 * 3 % 4 / 5;", "(/ (% (* 2 3) 4) 5)"),
        ("(1 + 2) * 3;", "(* (+ 1 2) 3)"),
        ("a - (b - c);", "(- a (- b c))"),
        ("a || b && c == d < e + f * -g;", "(|| a (&& b (== c (< d (+ e (* f (- g)))))))"),
        ("a * b + c < d == e && f || g;", "(|| (&& (== (< (+ (* a b) c) d) e) f) g)"),
        ("a && b && c || d && e;", "(|| (&& a b c) (&& d e))"),
        ("a || (b || c);", "(|| a (|| b c))"),
        ("a < b <= c > d >= e;", "(>= (> (<= (< a b) c) d) e)"),
        ("a == b != c;", "(!= (== a b) c)"),
        ("!a == b;", "(== (! a) b)"),
        ("!!-a;", "(! (! (- a)))"),
        ("- - -5;", "(- (- -5))"),
        ("3 - -5;", "(- 3 -5)"),
        ("3-5;", "(- 3 5)"),
        ("-f(1)+f(2,);", "(+ (- (f: 1)) (f: 2))"),
        ("f();", "(f: )"),
        ("f(a || b, g(c), -1);", "(f: (|| a b) (g: c) -1)"),
        ("-9223372036854775808;", "-9223372036854775808"),
        ("9_223_372_036_854_775_807;", "9223372036854775807"),
    ] {
        assert_eq!(show_program(source), expected, "{source}");
    }
}

#[test]
fn statements_become_trees() {
    for (source, expected) in [
        ("", ""),
        ("let x = 1; x = x + 1; print x;", "(let x 1) (= x (+ x 1)) (print x)"),
        ("if a { b; } else if c { } else { d; e; }", "(if a [b] c [] [d e])"),
        ("if a { }", "(if a [] [])"),
        ("while (a) { { b; } }", "(while a [[b]])"),
        ("f(1); fn f(a, b,) { return a; } fn g() {}", "(fn f (a b) [(return a)]) (fn g () []) (f: 1)"),
        ("{ fn f() { } }", "(nested fn f () []) []"),
    ] {
        assert_eq!(show_program(source), expected, "{source}");
    }
}

#[test]
fn errors_name_the_expected_and_the_found_token() {
    for (source, expected) in [
        ("print 1", "1:8: expected `;`, found the end of the file"),
        ("let a = 1\nprint a;", "1:10: expected `;`, found `print`"),
        ("let a;", "1:6: expected `=`, found `;`: a variable needs a value: write `let a = 0;`"),
        ("let a 1;", "1:7: expected `=`, found `1`"),
        (
            "let if = 1;",
            "1:5: expected the variable's name, found `if`, which is a keyword\n1:8: expected a condition, found `=`",
        ),
        ("print ;", "1:7: expected an expression, found `;`"),
        ("print 1 + ;", "1:11: expected an expression, found `;`"),
        ("print (1;", "1:9: expected `)`, found `;`"),
        ("f(1 2);", "1:5: expected `)`, found `2`"),
        ("f(,);", "1:3: expected an argument, found `,`"),
        ("1 = 2;", "1:3: only a variable can be assigned to"),
        ("if a = 1 { b; } else { c; }", "1:6: expected `{`, found `=`: write `==` to compare"),
        ("if a b;", "1:6: expected `{`, found `b`"),
        ("else { }", "1:1: expected a statement, found `else`: it follows the `}` of an `if`, or of an `else if`"),
        ("while { a; }", "1:7: expected a condition, found `{`"),
        ("fn f { }", "1:6: expected `(`, found `{`"),
        ("fn (a) { }", "1:4: expected the function's name, found `(`"),
        ("fn f(1) { }", "1:6: expected a parameter, found `1`"),
        ("fn f() { return; }", "1:16: expected an expression, found `;`: write `return 0;`"),
        ("}", "1:1: expected a statement, found `}`"),
        ("while 1 {\n{ if 1 {", "2:9: expected `}` to close the block that begins at 2:8, found the end of the file"),
        ("9223372036854775808;", "1:1: integer literal is too large: the largest is 9223372036854775807"),
        ("-(9223372036854775808);", "1:3: integer literal is too large: the largest is 9223372036854775807"),
        ("let a = 1 # 2;", "1:11: unexpected character `#`"),
    ] {
        assert_eq!(show_program(source), expected, "{source}");
    }
}

#[test]
fn one_error_neither_hides_nor_causes_others() {
    let source = "\
let a = ;
if a + { print ); } else if b { print 1; } else { print 2; }
while a { print 1 print 2; let = 3; }
fn f(a b) { return a; }
print @; let b = 2
fn g() { return 1; } }
print 3";
    let expected = "\
1:9: expected an expression, found `;`
2:8: expected an expression, found `{`
3:18: expected `;`, found `print`
3:32: expected the variable's name, found `=`
4:8: expected `)`, found `b`
5:7: unexpected character `@`
5:19: expected `;`, found `fn`
6:22: expected a statement, found `}`
7:8: expected `;`, found the end of the file";
    assert_eq!(show_program(source), expected);
}

#[test]
fn a_function_has_at_most_255_parameters() {
    let source = |count: usize| {
        let parameters: Vec<_> = (0..count).map(|index| format!("p{index}")).collect();
        format!("fn f({}) {{ }}", parameters.join(","))
    };
    assert!(parse(&source(255)).is_ok());
    let position = source(255).find(')').unwrap_or(0) + 2;
    let expected = format!("1:{position}: `f` has more than 255 parameters");
    assert_eq!(show_program(&source(256)), expected);
}

/// Runs `test` with the native stack that the front end may use.
fn on_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(test);
    thread.expect("a thread starts").join().expect("the test passes");
}

/// The text that opens a level, the innermost text, the text that closes the level, and the number of levels each adds.
const NESTS: &[(&str, &str, &str, usize)] = &[
    ("!", "1", "", 1),
    ("- ", "x", "", 1),
    ("f(", "1", ")", 1),
    ("1+(", "1", "+2)", 1),
    ("1||2&&3==4<5+6*(", "7", ")", 6),
    ("(", "1", "*2+3<4==5&&6||7)", 6),
    ("f(1*!", "1", ")", 3),
    ("{", "", "}", 1),
    ("if 1 {", "", "} else { }", 1),
    ("if 0 { } else if 0 { } else {", "", "}", 1),
    ("while 1 {", "", "}", 1),
    ("fn f() {", "", "}", 1),
];

#[test]
fn nesting_has_a_limit_and_never_overflows_the_stack() {
    on_small_stack(|| {
        for &(open, inside, close, levels) in NESTS {
            let program = |depth: usize| {
                let end = if inside.is_empty() { "" } else { ";" };
                open.repeat(depth) + inside + &close.repeat(depth) + end
            };
            let fitting = program((MAX_DEPTH - 2) / levels);
            let ast = parse(&fitting).map_err(|errors| errors[0].clone());
            // The resolver also walks the tree; its errors about `f` and `x` do not matter here.
            drop(crate::resolve::resolve(&ast.expect(open)));
            for too_deep in [MAX_DEPTH + 1, 10_000] {
                let errors = parse(&program(too_deep)).expect_err(open);
                assert_eq!(errors.len(), 1, "{open}: {errors:?}");
                let message = "nested more than 200 levels deep: move the inner part into a function";
                assert_eq!(errors[0].message, message, "{open}");
                let errors = parse(&open.repeat(too_deep)).expect_err(open);
                assert_eq!(errors.len(), 1, "{open}: {errors:?}");
            }
        }
    });
}

#[test]
fn long_programs_do_not_nest_deep() {
    on_small_stack(|| {
        for source in [
            format!("print {}1{};", "(".repeat(20_000), ")".repeat(20_000)),
            format!("print {}1;", "1+".repeat(20_000)),
            format!("print {}1;", "1&&".repeat(20_000)),
            format!("print {}1;", "1*2-3<".repeat(20_000)),
            format!("if 0 {{ }} {}", "else if 1 { }".repeat(20_000)),
            "{ print 1; }".repeat(20_000),
        ] {
            let ast = parse(&source).expect("it is not deep");
            assert!(crate::resolve::resolve(&ast).is_ok());
        }
    });
}
