//! The shapes of trees, and the message for each error.

use super::super::ast::{Ast, Expression, StatementKind};
use super::super::error::SyntaxError;
use super::super::source::Source;
use super::{MAX_DEPTH, parse};
use crate::steps::Steps;

fn parsed(source: &str) -> Result<Ast, SyntaxError> {
    parse(&mut Source::whole(source.into()), Steps::unlimited()).map(|(ast, _)| ast)
}

fn error(source: &str) -> String {
    match parsed(source) {
        Ok(_) => panic!("{source} is fine"),
        Err(error) => error.to_string(),
    }
}

/// Returns the only value that the chunk returns.
fn value(source: &str) -> (Ast, Expression) {
    let mut ast = parsed(&format!("return {source}")).unwrap_or_else(|error| panic!("{source}: {error}"));
    let statement = ast.main.body.statements.pop();
    let Some(StatementKind::Return(mut values)) = statement.map(|statement| statement.kind) else {
        panic!("{source} is not returned")
    };
    let value = values.pop().expect("one value");
    (ast, value)
}

/// Shows `source` with parentheses around every operation.
fn grouped(source: &str) -> String {
    let (ast, value) = value(source);
    show(&ast, &value)
}

fn show(ast: &Ast, expression: &Expression) -> String {
    let joined = |operands: &[Expression], sign: &str| {
        operands.iter().map(|operand| show(ast, operand)).collect::<Vec<_>>().join(sign)
    };
    match expression {
        Expression::Name(name) => String::from_utf8_lossy(ast.strings.text(name.id)).into_owned(),
        Expression::Number(number) => number.to_string(),
        Expression::Paren(inner) => format!("<{}>", show(ast, inner)),
        Expression::Unary { operator, operand, .. } => format!("({operator:?} {})", show(ast, operand)),
        Expression::Logic { operator, operands } => format!("({})", joined(operands, &format!(" {operator:?} "))),
        Expression::Concat { operands, .. } => format!("({})", joined(operands, " .. ")),
        Expression::Binary { first, rest } => {
            let rest = rest.iter().map(|rest| format!(" {:?} {}", rest.operator, show(ast, &rest.operand)));
            format!("({}{})", show(ast, first), rest.collect::<String>())
        }
        other => format!("{other:?}"),
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
        ("a .. (b .. c)", "(a .. <(b .. c)>)"),
        ("a .. b + c .. d", "(a .. (b Add c) .. d)"),
        ("a .. b == c .. d", "((a .. b) Equal (c .. d))"),
        ("a and b and c or d or e and f", "((a And b And c) Or d Or (e And f))"),
        ("a or b and c", "(a Or (b And c))"),
        ("a < b == c", "(a Less b Equal c)"),
        ("(a + b) * c", "(<(a Add b)> Multiply c)"),
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
        assert!(parsed(source).is_ok(), "{source}");
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
        assert!(parsed(&source).is_ok(), "{start}{part}{end}");
    }
    let targets = "a,".repeat(deep) + "a = 1";
    assert_eq!(error(&targets), "1: main function has more than 200 variable names");
}
