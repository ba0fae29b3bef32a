//! Text → tokens.

use mimeo_shell::{Diagnostic, Lexicon};

pub type Tokens = mimeo_shell::Tokens<Number>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Int(i32),
    Float(f64),
}

const LEXICON: Lexicon = Lexicon {
    comment: "//",
    words: &["else", "false", "fn", "if", "let", "nil", "return", "true", "while"],
    symbols: &["<", "<=", ">", ">=", "==", "!=", "=", "!", "+", "-", "*", "/", "(", ")", "[", "]", "{", "}", ",", ";"],
};

pub fn lex(text: &str) -> Result<Tokens, Diagnostic> {
    LEXICON.read(text, |number| {
        let int = number.parse().ok().map(Number::Int);
        let float = || number.parse().ok().map(Number::Float);
        int.or_else(float).ok_or_else(|| format!("`{number}` is not a number"))
    })
}
