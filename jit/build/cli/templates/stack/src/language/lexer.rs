//! Text → tokens.

use mimeo::Position;
use mimeo_shell::{Diagnostic, START, after};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Number(i64),
    Name(String),
    /// A keyword, an operator or a bracket.
    Symbol(&'static str),
    End,
}

const KEYWORDS: &[&str] = &["else", "fn", "if", "let", "print", "return", "while"];

/// The longest first.
const SYMBOLS: &[&str] = &["<=", ">=", "==", "!=", "<", ">", "=", "+", "-", "*", "/", "(", ")", "{", "}", ",", ";"];

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
            let length = length_of(|c| c.is_alphanumeric());
            let message = format!("`{}` is not a 64-bit integer", &rest[..length]);
            let number = rest[..length].parse().map_err(|_| error(message))?;
            tokens.push((Token::Number(number), position));
            length
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
