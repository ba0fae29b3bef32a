//! Turns the bytes of a chunk into tokens, one at a time.

mod string;

use std::cell::Cell;

use super::error::{Line, SyntaxError};
use super::interner::Strings;
use super::source::Source;
use super::token::{Symbol, Token, TokenKind};
use crate::steps::{Refused, Steps};
use crate::strings::scan_number;

pub(super) struct Lexer<'a, 'parts> {
    source: &'a mut Source<'parts>,
    /// Number of bytes read.
    at: usize,
    /// Whether the end of the text was reached where more could change the token.
    is_at_end: Cell<bool>,
    line: Line,
    pub(super) strings: Strings,
    pub(super) steps: Steps<'a>,
}

/// Bytes with which a text may begin, and which are ignored.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The message for a chunk whose tokens cannot be numbered.
pub(super) const TOO_LONG: &str = "chunk has too many lines";

/// The bytes of a token that are read in one step.
const BYTES_PER_STEP: usize = 16;

impl<'a, 'parts> Lexer<'a, 'parts> {
    /// Creates a lexer that skips a byte order mark and a first line that begins with `#`.
    pub(super) fn new(source: &'a mut Source<'parts>, strings: Strings, steps: Steps<'a>) -> Lexer<'a, 'parts> {
        let is_at_end = Cell::new(false);
        let mut lexer = Lexer { source, at: 0, is_at_end, line: Line::FIRST, strings, steps };
        while lexer.text_from(0).len() < BYTE_ORDER_MARK.len() && lexer.source.read_more(0) {}
        if lexer.text_from(0).starts_with(BYTE_ORDER_MARK) {
            lexer.at = BYTE_ORDER_MARK.len();
        }
        if lexer.peek() == Some(b'#') {
            loop {
                lexer.skip_line();
                if lexer.at < lexer.source.text.len() || !lexer.source.read_more(0) {
                    break;
                }
            }
        }
        lexer
    }

    fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    fn peek_at(&self, distance: usize) -> Option<u8> {
        let byte = self.source.text.get(self.at + distance).copied();
        if byte.is_none() {
            self.is_at_end.set(true);
        }
        byte
    }

    fn rest(&self) -> &[u8] {
        self.text_from(self.at)
    }

    fn text_from(&self, at: usize) -> &[u8] {
        self.source.text.get(at..).unwrap_or_default()
    }

    /// Returns the next token.
    pub(super) fn next_token(&mut self) -> Result<Token, SyntaxError> {
        let mut token = Token::NONE;
        self.read_token(&mut token)?;
        Ok(token)
    }

    /// Replaces `token` by the next one, for which it reads as much of the source as necessary.
    #[inline]
    pub(super) fn read_token(&mut self, token: &mut Token) -> Result<(), SyntaxError> {
        if self.lex_simple(token) { Ok(()) } else { self.read_any_token(token) }
    }

    /// Replaces `token` by the next one if it is a sign of one byte or a number of few digits. Most tokens of data are.
    /// Otherwise, or if more of the source has to be read or steps to be reported, changes nothing.
    #[inline]
    fn lex_simple(&mut self, token: &mut Token) -> bool {
        let text = &*self.source.text;
        let (mut start, mut line) = (self.at, self.line);
        while let Some(space @ (b' ' | b'\n')) = text.get(start) {
            if *space == b'\n' {
                if text.get(start + 1) == Some(&b'\r') {
                    return false;
                }
                line = line.next();
            }
            start += 1;
        }
        let Some(&first) = text.get(start) else { return false };
        let (kind, end) = if let Some(symbol) = SHORT_SIGNS[first as usize] {
            if matches!(first, b'[' | b'=' | b'<' | b'>') && matches!(text.get(start + 1), Some(b'[' | b'=')) {
                return false;
            }
            (TokenKind::Symbol(symbol), start + 1)
        } else if first.is_ascii_digit()
            && let Some((number, len_bytes)) = few_digits(&text[start..])
        {
            (TokenKind::Number(number), start + len_bytes)
        } else {
            return false;
        };
        // At the end of what was read, there can be more. As long as none is reported, steps are not refused.
        let steps = 1 + (end - self.at) / BYTES_PER_STEP;
        if end == text.len() || !self.steps.take_some(steps) {
            return false;
        }
        (self.at, self.line) = (end, line);
        *token = Token { kind, line, start, end };
        true
    }

    #[inline(never)]
    fn read_any_token(&mut self, token: &mut Token) -> Result<(), SyntaxError> {
        loop {
            let (at, line, strings) = (self.at, self.line, self.strings.iter().len());
            self.is_at_end.set(false);
            let result = self.lex_token(token);
            // What follows can belong to a token at the end of the text.
            let is_known = !self.is_at_end.get() && self.at < self.source.text.len();
            if is_known || self.source.is_whole() || !self.source.read_more(self.at - at) {
                return result;
            }
            if u32::try_from(self.source.text.len()).is_err() {
                return Err(SyntaxError::new(self.line, TOO_LONG));
            }
            (self.at, self.line) = (at, line);
            self.strings.forget(strings);
        }
    }

    fn lex_token(&mut self, token: &mut Token) -> Result<(), SyntaxError> {
        let before = self.at;
        self.skip_space()?;
        let start = self.at;
        token.kind = match self.peek() {
            None => TokenKind::End,
            Some(b'0'..=b'9') => match few_digits(self.rest()) {
                Some((number, len_bytes)) => {
                    self.at += len_bytes;
                    TokenKind::Number(number)
                }
                None => self.lex_number()?,
            },
            Some(first) if is_in_name(first) => self.lex_name(),
            Some(b'.') if self.peek_at(1).is_some_and(|byte| byte.is_ascii_digit()) => self.lex_number()?,
            Some(quote @ (b'"' | b'\'')) => self.lex_quoted(quote)?,
            Some(b'[') => match self.long_bracket() {
                Some(level) => self.lex_long_string(level)?,
                None if self.peek_at(1) == Some(b'=') => {
                    let end = self.at + self.rest()[1..].iter().take_while(|&&byte| byte == b'=').count();
                    return Err(self.error_near("invalid long string delimiter", &self.source.text[self.at..=end]));
                }
                None => self.lex_sign(b'['),
            },
            Some(first) => self.lex_sign(first),
        };
        self.take_steps(1 + (self.at - before) / BYTES_PER_STEP)?;
        (token.line, token.start, token.end) = (self.line, start, self.at);
        Ok(())
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
        let text = &self.source.text[self.at..self.at + len_bytes];
        self.at += len_bytes;
        match Symbol::from_text(text) {
            Some(word) => TokenKind::Symbol(word),
            None => TokenKind::Name(self.strings.intern(text)),
        }
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
        let number = scan_number(text).ok_or_else(|| self.error_near("malformed number", text));
        self.at += len_bytes;
        number.map(TokenKind::Number)
    }

    /// Takes the longest sign that begins here.
    fn lex_sign(&mut self, first: u8) -> TokenKind {
        let rest = self.rest();
        // Only these continue a sign.
        let longest = if matches!(rest.get(1), Some(b'.' | b'=' | b':')) { 3 } else { 1 };
        let lens = (1..=longest).rev();
        let sign = lens.filter_map(|len| Some((len, Symbol::from_text(rest.get(..len)?)?))).next();
        self.at += sign.map_or(1, |(len, _)| len);
        sign.map_or(TokenKind::Other(first), |(_, symbol)| TokenKind::Symbol(symbol))
    }

    /// Returns the error `message near 'text'` in the current line.
    fn error_near(&self, message: &str, text: &[u8]) -> SyntaxError {
        error_near(self.line, message, text)
    }

    /// Returns a token's text in messages: the bytes of the source.
    pub(super) fn text(&self, token: &Token) -> Vec<u8> {
        let source = self.source.text.get(token.start..token.end).unwrap_or_default();
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

/// The signs of one byte, by that byte, unless it needs a look at what follows. For `[`, `=`, `<` and `>`, that is `[` or
/// `=`.
const SHORT_SIGNS: [Option<Symbol>; 256] = {
    let mut all = [None; 256];
    let short = [
        (b'+', Symbol::Add),
        (b'*', Symbol::Multiply),
        (b'/', Symbol::Divide),
        (b'%', Symbol::Modulo),
        (b'^', Symbol::Power),
        (b'#', Symbol::Length),
        (b'(', Symbol::Open),
        (b')', Symbol::Close),
        (b'{', Symbol::OpenBrace),
        (b'}', Symbol::CloseBrace),
        (b']', Symbol::CloseBracket),
        (b';', Symbol::Semicolon),
        (b',', Symbol::Comma),
        (b'[', Symbol::OpenBracket),
        (b'=', Symbol::Assign),
        (b'<', Symbol::Less),
        (b'>', Symbol::Greater),
    ];
    let mut index = 0;
    while index < short.len() {
        all[short[index].0 as usize] = Some(short[index].1);
        index += 1;
    }
    all
};

/// Returns the number that a text begins with, and its length, if it has only digits and maybe a point, and so few digits
/// that it is exact: an integer divided by a power of ten, both of which are doubles. Most numbers are.
#[inline]
fn few_digits(text: &[u8]) -> Option<(f64, usize)> {
    const POWERS: [f64; f64::DIGITS as usize + 1] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (mut number, mut point) = (0, None);
    for (len_bytes, &byte) in text.iter().take(f64::DIGITS as usize + 1).enumerate() {
        match byte {
            b'0'..=b'9' => number = number * 10 + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(len_bytes),
            _ if len_bytes == 0 || byte == b'.' || is_in_name(byte) => return None,
            _ => {
                let number = number as f64;
                let number = point.map_or(number, |point| number / POWERS[len_bytes - point - 1]);
                return Some((number, len_bytes));
            }
        }
    }
    None
}

/// Returns `true` for letters, digits, `_`, and everything that is not ASCII.
#[inline]
fn is_in_name(byte: u8) -> bool {
    const IN_NAME: [bool; 256] = {
        let mut all = [false; 256];
        let mut byte = 0;
        while byte < 256 {
            all[byte] = (byte as u8).is_ascii_alphanumeric() || byte == b'_' as usize || byte >= 128;
            byte += 1;
        }
        all
    };
    IN_NAME[byte as usize]
}

#[cfg(test)]
mod tests;
