//! Turns the bytes of a chunk into tokens, one at a time.

mod string;

use super::error::{Line, SyntaxError};
use super::interner::Strings;
use super::token::{Symbol, Token, TokenKind};
use crate::steps::{Refused, Steps};
use crate::strings::scan_number;

/// The signs, in the order in which they are tried: longer ones first.
const SIGNS: [&[u8]; 27] = [
    b"...", b"==", b"~=", b"<=", b">=", b"..", b"::", b"+", b"-", b"*", b"/", b"%", b"^", b"#", b"<", b">", b"=", b"(",
    b")", b"{", b"}", b"[", b"]", b";", b":", b",", b".",
];

pub(super) struct Lexer<'source> {
    source: &'source [u8],
    /// Number of bytes read.
    at: usize,
    line: Line,
    pub(super) strings: Strings,
    pub(super) steps: Steps<'source>,
}

/// The bytes of a token that are read in one step.
const BYTES_PER_STEP: usize = 16;

impl<'source> Lexer<'source> {
    /// Creates a lexer that skips a byte order mark and a first line that begins with `#`.
    pub(super) fn new(source: &'source [u8], steps: Steps<'source>) -> Lexer<'source> {
        let mut lexer = Lexer { source, at: 0, line: Line::FIRST, strings: Strings::default(), steps };
        if source.starts_with(b"\xef\xbb\xbf") {
            lexer.at = 3;
        }
        if lexer.peek() == Some(b'#') {
            lexer.skip_line();
        }
        lexer
    }

    fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    fn peek_at(&self, distance: usize) -> Option<u8> {
        self.source.get(self.at + distance).copied()
    }

    fn rest(&self) -> &'source [u8] {
        self.source.get(self.at..).unwrap_or_default()
    }

    pub(super) fn next_token(&mut self) -> Result<Token, SyntaxError> {
        let before = self.at;
        self.skip_space()?;
        let start = self.at;
        let kind = match self.peek() {
            None => TokenKind::End,
            Some(first) if first.is_ascii_digit() => self.lex_number()?,
            Some(b'.') if self.peek_at(1).is_some_and(|byte| byte.is_ascii_digit()) => self.lex_number()?,
            Some(first) if is_in_name(first) => self.lex_name(),
            Some(quote @ (b'"' | b'\'')) => self.lex_quoted(quote)?,
            Some(b'[') => match self.long_bracket() {
                Some(level) => self.lex_long_string(level)?,
                None if self.peek_at(1) == Some(b'=') => {
                    let end = self.at + self.rest()[1..].iter().take_while(|&&byte| byte == b'=').count();
                    return Err(self.error_near("invalid long string delimiter", &self.source[self.at..=end]));
                }
                None => self.lex_sign(b'['),
            },
            Some(first) => self.lex_sign(first),
        };
        self.take_steps(1 + (self.at - before) / BYTES_PER_STEP)?;
        Ok(Token { kind, line: self.line, start, end: self.at })
    }

    /// Counts steps.
    fn take_steps(&mut self, steps: usize) -> Result<(), SyntaxError> {
        self.steps.take(steps).map_err(|Refused| SyntaxError::new(self.line, "the parser was stopped"))
    }

    /// Skips white space and comments.
    fn skip_space(&mut self) -> Result<(), SyntaxError> {
        loop {
            match self.peek() {
                Some(b'\n' | b'\r') => self.skip_newline(),
                Some(b' ' | b'\t' | 0x0b | 0x0c) => self.at += 1,
                Some(b'-') if self.peek_at(1) == Some(b'-') => {
                    self.at += 2;
                    match self.long_bracket() {
                        Some(level) => drop(self.take_long("unfinished long comment", level)?),
                        None => self.skip_line(),
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    /// Skips a line end: `\n`, `\r`, or both in any order.
    fn skip_newline(&mut self) {
        let first = self.peek();
        self.at += 1;
        if let Some(second @ (b'\n' | b'\r')) = self.peek()
            && Some(second) != first
        {
            self.at += 1;
        }
        self.line = self.line.next();
    }

    /// Skips the rest of a line, but not the line end.
    fn skip_line(&mut self) {
        self.at += self.rest().iter().take_while(|&&byte| byte != b'\n' && byte != b'\r').count();
    }

    fn lex_name(&mut self) -> TokenKind {
        let len_bytes = self.rest().iter().take_while(|&&byte| is_in_name(byte)).count();
        let text = &self.rest()[..len_bytes];
        self.at += len_bytes;
        Symbol::from_text(text).map_or_else(|| TokenKind::Name(self.strings.intern(text)), TokenKind::Symbol)
    }

    /// Takes all characters that a number could contain, then parses them.
    fn lex_number(&mut self) -> Result<TokenKind, SyntaxError> {
        let rest = self.rest();
        let is_hex = rest.first() == Some(&b'0') && matches!(rest.get(1), Some(b'x' | b'X'));
        let exponent = if is_hex { b'p' } else { b'e' };
        let mut last = 0;
        let is_part = |&&byte: &&u8| {
            let sign = matches!(byte, b'+' | b'-') && last == exponent;
            last = byte | 0x20;
            sign || byte == b'.' || is_in_name(byte)
        };
        let len_bytes = rest.iter().take_while(is_part).count();
        let text = &rest[..len_bytes];
        self.at += len_bytes;
        match scan_number(text) {
            Some(number) => Ok(TokenKind::Number(number)),
            None => Err(self.error_near("malformed number", text)),
        }
    }

    fn lex_sign(&mut self, first: u8) -> TokenKind {
        let rest = self.rest();
        let sign = SIGNS.iter().find(|sign| rest.starts_with(sign)).copied();
        self.at += sign.map_or(1, <[u8]>::len);
        sign.and_then(Symbol::from_text).map_or(TokenKind::Other(first), TokenKind::Symbol)
    }

    /// Returns the error `message near 'text'` in the current line.
    fn error_near(&self, message: &str, text: &[u8]) -> SyntaxError {
        error_near(self.line, message, text)
    }

    /// Returns a token's text in messages: the bytes of the source.
    pub(super) fn text(&self, token: &Token) -> Vec<u8> {
        let source = self.source.get(token.start..token.end).unwrap_or_default();
        match token.kind {
            TokenKind::End => b"<eof>".to_vec(),
            TokenKind::Name(_) | TokenKind::Number(_) => source.to_vec(),
            TokenKind::Symbol(symbol) => symbol.text().into(),
            // The quotes or brackets from the source, with the value of the string.
            TokenKind::String(id) => {
                let mut end = 1;
                if source.first() == Some(&b'[') {
                    end += 1 + source[1..].iter().take_while(|&&byte| byte == b'=').count();
                }
                [&source[..end], self.strings.text(id), &source[source.len() - end..]].concat()
            }
            TokenKind::Other(byte) if byte.is_ascii_control() => format!("char({byte})").into(),
            TokenKind::Other(byte) => vec![byte],
        }
    }
}

/// Returns the error `message near 'text'`. Like C, ends the text at a zero byte.
pub(super) fn error_near(line: Line, message: &str, text: &[u8]) -> SyntaxError {
    let text = text.split(|&byte| byte == 0).next().unwrap_or_default();
    SyntaxError::new(line, [message.as_bytes(), b" near '", text, b"'"].concat())
}

/// Returns `true` for letters, digits, `_`, and everything that is not ASCII.
fn is_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

#[cfg(test)]
mod tests;
