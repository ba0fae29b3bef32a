//! Arithmetic with number literals → its result, which is the one that the ops would have.

use lua_syntax::parse::{BinaryOperator, Expression, Operation, UnaryOperator};

use super::operation::Left;
use crate::ops::ops::modulus;

/// Returns the value of an expression of number literals, if it is known without running it.
///
/// A result that is a NaN is not, because all NaNs of a program are one value that the ops make.
pub(super) fn number_of(expression: &Expression<'_>) -> Option<f64> {
    match expression {
        Expression::Number(number) => Some(*number),
        Expression::Unary { operator: UnaryOperator::Negate, operand, .. } => number_of(operand).map(|number| -number),
        Expression::Binary { first, rest } => match fold(first, rest) {
            (Left::Number(number), []) => Some(number),
            _ => None,
        },
        _ => None,
    }
}

/// Applies the first operations, as far as the results are known. Returns the left operand of the others.
pub(super) fn fold<'a, 'r>(first: &'a Expression<'a>, rest: &'r [Operation<'r>]) -> (Left<'a>, &'r [Operation<'r>]) {
    let Some(mut number) = number_of(first) else { return (Left::Expression(first), rest) };
    for (index, operation) in rest.iter().enumerate() {
        let result = number_of(&operation.operand).and_then(|operand| calculate(operation.operator, number, operand));
        match result {
            Some(result) => number = result,
            None => return (Left::Number(number), &rest[index..]),
        }
    }
    (Left::Number(number), &[])
}

fn calculate(operator: BinaryOperator, a: f64, b: f64) -> Option<f64> {
    let result = match operator {
        BinaryOperator::Add => a + b,
        BinaryOperator::Subtract => a - b,
        BinaryOperator::Multiply => a * b,
        BinaryOperator::Divide => a / b,
        BinaryOperator::Modulo => modulus(a, b),
        BinaryOperator::Power => a.powf(b),
        BinaryOperator::Equal
        | BinaryOperator::NotEqual
        | BinaryOperator::Less
        | BinaryOperator::LessOrEqual
        | BinaryOperator::Greater
        | BinaryOperator::GreaterOrEqual => return None,
    };
    (!result.is_nan()).then_some(result)
}

#[cfg(test)]
mod tests {
    use lua_syntax::Steps;
    use lua_syntax::parse::{Memory, parse_chunk};
    use lua_syntax::syntax::Source;
    use mimeo::InstructionSet as _;
    use mimeo::def::Pc;

    use crate::generate::Generated;
    use crate::ops::ops::Ops;

    const ARITHMETIC: [&str; 7] = ["add", "subtract", "multiply", "divide", "modulo", "power", "negate"];

    /// Returns the names of the arithmetic ops of a chunk.
    fn ops(source: &str) -> Vec<&'static str> {
        let (mut source, mut code) = (Source::whole(source.into()), Generated::new(b"test".into()));
        let parsed = parse_chunk(&mut source, Steps::unlimited(), &mut Memory::default(), &mut |id, function| {
            code.add(id, function)
        });
        parsed.expect("it is well formed");
        let (mut pc, mut names) = (Pc(0), Vec::new());
        while let Some(op) = code.functions[0].op_at(pc) {
            let info = &Ops::OPS[usize::from(op.0)];
            names.extend(Some(info.name).filter(|name| ARITHMETIC.iter().any(|part| name.contains(part))));
            pc.0 += u32::from(info.len_units);
        }
        names
    }

    /// What the program `constant_folding` checks are the results.
    #[test]
    fn only_operations_whose_result_is_known_have_no_ops() {
        let cases: [(&str, &[&str]); 7] = [
            ("return -(2 ^ 32 % 7 - 3 / 4 * -1)", &[]),
            ("if 1 + 1 == 2 then for i = 1, 2 ^ 3, -1 do end end", &[]),
            ("local x = ... return x % 2 ^ 32", &["modulo_number"]),
            ("local x = ... return 2 * 3 - x * 4 * 5", &["multiply_number", "multiply_number", "number_subtract"]),
            ("return 0 / 0", &["divide_number"]),
            ("return -'2'", &["negate"]),
            ("return 2 ^ 'x'", &["power"]),
        ];
        for (source, expected) in cases {
            assert_eq!(ops(source), expected, "{source}");
        }
    }
}
