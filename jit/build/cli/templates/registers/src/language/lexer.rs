//! Text → tokens.

use mimeo::Position;
use mimeo_shell::{Diagnostic, START, after};

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Int(i32),
    Float(f64),
    Text(String),
    Name(String),
    /// A keyword, an operator or a bracket.
    Symbol(&'static str),
    End,
}

const KEYWORDS: &[&str] = &["else", "false", "fn", "if", "let", "nil", "return", "true", "while"];

/// The longest first.
const SYMBOLS: &[&str] =
    &["<=", ">=", "==", "!=", "<", ">", "=", "!", "+", "-", "*", "/", "(", ")", "[", "]", "{", "}", ",", ";"];

/// Returns the tokens with their positions. The last one is [`Token::End`], at the end of the text.
pub fn lex(text: &str) -> Result<Vec<(Token, Position)>, Diagnostic> {
    let mut tokens = Vec::new();
    let (mut rest, mut position) = (text, START);
    while let Some(first) = rest.chars().next() {
        let length_of = |accept: fn(char) -> bool| rest.find(|c| !accept(c)).unwrap_or(rest.len());
        let error = |message: String| Diagnostic::new(position, message);
        let length = if first.is_whitespace() {
            length_of(char::is_whitespace)
        } else if rest.starts_with("//") {
            length_of(|c| c != '\n')
        } else if first.is_ascii_digit() {
            let length = length_of(|c| c.is_alphanumeric() || c == '.');
            let number = &rest[..length];
            let int = number.parse().ok().map(Token::Int);
            let float = || number.parse().ok().map(Token::Float);
            let message = || error(format!("`{number}` is not a number"));
            tokens.push((int.or_else(float).ok_or_else(message)?, position));
            length
        } else if first == '"' {
            let end =
                rest[1..].find('"').ok_or_else(|| Diagnostic::new(after(START, text), "the string does not end"))?;
            tokens.push((Token::Text(rest[1..=end].to_owned()), position));
            end + 2
        } else if first.is_alphabetic() || first == '_' {
            let length = length_of(|c| c.is_alphanumeric() || c == '_');
            let word = &rest[..length];
            let keyword = KEYWORDS.iter().find(|keyword| **keyword == word);
            let name = || Token::Name(word.to_owned());
            tokens.push((keyword.map_or_else(name, |keyword| Token::Symbol(keyword)), position));
            length
        } else {
            let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
            let symbol = symbol.ok_or_else(|| error(format!("unexpected character {first:?}")))?;
            tokens.push((Token::Symbol(symbol), position));
            symbol.len()
        };
        position = after(position, &rest[..length]);
        rest = &rest[length..];
    }
    tokens.push((Token::End, position));
    Ok(tokens)
}
