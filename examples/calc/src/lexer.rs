//! Source text → tokens.

use crate::source::{Diagnostic, Position};
use crate::token::{Symbol, Token, TokenKind};

/// Splits `source` into tokens, the last of which is [`TokenKind::End`].
///
/// Always reads the whole text: an invalid token is reported in the diagnostics and becomes
/// [`TokenKind::Invalid`].
#[must_use]
pub fn lex(source: &str) -> (Vec<Token<'_>>, Vec<Diagnostic>) {
    // Some editors start a file with a byte order mark.
    let rest = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut lexer = Lexer { rest, position: Position::START, diagnostics: Vec::new() };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next_token();
        tokens.push(token);
        if token.kind == TokenKind::End {
            return (tokens, lexer.diagnostics);
        }
    }
}

struct Lexer<'source> {
    rest: &'source str,
    position: Position,
    diagnostics: Vec<Diagnostic>,
}

impl<'source> Lexer<'source> {
    fn next_token(&mut self) -> Token<'source> {
        self.skip_space();
        let position = self.position;
        let kind = match self.rest.chars().next() {
            None => TokenKind::End,
            Some(first) if first.is_ascii_digit() => self.lex_integer(),
            Some(first) if is_in_name(first) => self.lex_name(),
            Some(first) => self.lex_symbol(first),
        };
        Token { kind, position, end: self.position }
    }

    /// Skips white space and comments.
    fn skip_space(&mut self) {
        loop {
            self.take_while(char::is_whitespace);
            if !self.rest.starts_with("//") {
                return;
            }
            self.take_while(|character| character != '\n');
        }
    }

    fn lex_integer(&mut self) -> TokenKind<'source> {
        let position = self.position;
        let text = self.take_while(is_in_name);
        let mut value = Some(0_u64);
        for character in text.chars().filter(|&character| character != '_') {
            let Some(digit) = character.to_digit(10) else {
                self.error(position, format!("`{text}` is not a valid number or name"));
                return TokenKind::Invalid;
            };
            value = value.and_then(|value| value.checked_mul(10)?.checked_add(u64::from(digit)));
        }
        match value {
            Some(value) if value <= i64::MIN.unsigned_abs() => TokenKind::Integer(value),
            _ => {
                self.error(position, TOO_LARGE);
                // Any number, so that the parser continues as if the literal were valid.
                TokenKind::Integer(0)
            }
        }
    }

    fn lex_name(&mut self) -> TokenKind<'source> {
        let text = self.take_while(is_in_name);
        Symbol::from_text(text).map_or(TokenKind::Name(text), TokenKind::Symbol)
    }

    fn lex_symbol(&mut self, first: char) -> TokenKind<'source> {
        // The longest spelling wins: `<=` is not `<` and `=`.
        for len_bytes in [2, 1] {
            let text = self.rest.get(..len_bytes);
            if let Some(symbol) = text.and_then(Symbol::from_text) {
                self.take(len_bytes);
                return TokenKind::Symbol(symbol);
            }
        }
        let help = match first {
            '&' => ": write `&&` for a logical and",
            '|' => ": write `||` for a logical or",
            _ => "",
        };
        // A control character would garble the terminal.
        let shown = if first.is_control() { first.escape_default().to_string() } else { first.to_string() };
        self.error(self.position, format!("unexpected character `{shown}`{help}"));
        self.take(first.len_utf8());
        TokenKind::Invalid
    }

    /// Consumes the characters at the front for which `accept` is true.
    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'source str {
        let len_bytes = self.rest.find(|character| !accept(character)).unwrap_or(self.rest.len());
        self.take(len_bytes)
    }

    /// Consumes `len_bytes` of the text, which must end at a character boundary.
    fn take(&mut self, len_bytes: usize) -> &'source str {
        let (text, rest) = self.rest.split_at(len_bytes);
        self.position = text.chars().fold(self.position, Position::after);
        self.rest = rest;
        text
    }

    fn error(&mut self, position: Position, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(position, message));
    }
}

/// The message for a number that does not fit an `i64`. The parser also uses it, because 2^63 fits only with a
/// minus sign before it.
pub const TOO_LARGE: &str = "integer literal is too large: the largest is 9223372036854775807";

fn is_in_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the tokens of `source` as they appear in messages, and the errors.
    fn lexed(source: &str) -> (String, Vec<String>) {
        let (tokens, diagnostics) = lex(source);
        let tokens: Vec<_> = tokens.iter().map(|token| token.kind.to_string()).collect();
        let errors = diagnostics.iter().map(|error| error.to_string()).collect();
        (tokens.join(" ").replace(" the end of the file", ""), errors)
    }

    #[test]
    fn text_becomes_tokens() {
        for (source, expected) in [
            ("", "the end of the file"),
            ("// only a comment", "the end of the file"),
            ("let x1=_y; // why\nletter", "`let` `x1` `=` `_y` `;` `letter`"),
            ("a<=b<c==!d!=e", "`a` `<=` `b` `<` `c` `==` `!` `d` `!=` `e`"),
            ("a&&b||c/d//e", "`a` `&&` `b` `||` `c` `/` `d`"),
            ("1_000 007 9223372036854775808", "`1000` `7` `9223372036854775808`"),
            ("\u{feff}f\r\n(x)", "`f` `(` `x` `)`"),
        ] {
            assert_eq!(lexed(source), (expected.to_string(), vec![]), "{source:?}");
        }
    }

    #[test]
    fn a_token_has_the_positions_of_its_start_and_its_end() {
        let (tokens, _) = lex("a\n  bcd");
        let at = |line, column| Position { line, column };
        assert_eq!((tokens[1].position, tokens[1].end), (at(2, 3), at(2, 6)));
        assert_eq!((tokens[2].position, tokens[2].end), (at(2, 6), at(2, 6)));
    }

    #[test]
    fn invalid_tokens_are_reported_and_skipped() {
        for (source, tokens, errors) in [
            (
                "a $ é;",
                "`a` an invalid token an invalid token `;`",
                vec!["1:3: error: unexpected character `$`", "1:5: error: unexpected character `é`"],
            ),
            (
                "a & b",
                "`a` an invalid token `b`",
                vec!["1:3: error: unexpected character `&`: write `&&` for a logical and"],
            ),
            ("12ab;", "an invalid token `;`", vec!["1:1: error: `12ab` is not a valid number or name"]),
            (
                "9223372036854775809 ;",
                "`0` `;`",
                vec!["1:1: error: integer literal is too large: the largest is 9223372036854775807"],
            ),
            (
                "99999999999999999999999;",
                "`0` `;`",
                vec!["1:1: error: integer literal is too large: the largest is 9223372036854775807"],
            ),
            ("\u{1b}", "an invalid token", vec!["1:1: error: unexpected character `\\u{1b}`"]),
        ] {
            let errors: Vec<_> = errors.into_iter().map(String::from).collect();
            assert_eq!(lexed(source), (tokens.to_string(), errors), "{source:?}");
        }
    }
}
