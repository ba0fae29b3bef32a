//! Text → tokens.

use mimeo_shell::{Diagnostic, Lexicon};

pub type Tokens = mimeo_shell::Tokens<i64>;

const LEXICON: Lexicon = Lexicon {
    comment: "//",
    words: &["else", "fn", "if", "let", "print", "return", "while"],
    symbols: &["<", "<=", ">", ">=", "==", "!=", "=", "+", "-", "*", "/", "(", ")", "{", "}", ",", ";"],
};

pub fn lex(text: &str) -> Result<Tokens, Diagnostic> {
    LEXICON.read(text, |number| number.parse().map_err(|_| format!("`{number}` is not a 64-bit integer")))
}
