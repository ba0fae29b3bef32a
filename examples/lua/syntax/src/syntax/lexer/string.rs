//! Turns quoted and long strings into their bytes.

use super::Lexer;
use crate::syntax::error::SyntaxError;
use crate::syntax::token::TokenKind;

impl Lexer<'_, '_> {
    /// Returns the level of the long bracket that opens here: the number of its `=`.
    pub(super) fn long_bracket(&self) -> Option<usize> {
        let rest = self.rest().strip_prefix(b"[")?;
        let level = rest.iter().take_while(|&&byte| byte == b'=').count();
        (self.peek_at(1 + level) == Some(b'[')).then_some(level)
    }

    pub(super) fn lex_long_string(&mut self, level: usize) -> Result<TokenKind, SyntaxError> {
        let text = self.take_long("unfinished long string", level)?;
        Ok(TokenKind::String(self.strings.intern(&text)))
    }

    /// Reads from an opening long bracket to the closing one, and returns what is between them. A newline right after
    /// the bracket is ignored, and all others become `\n`.
    pub(super) fn take_long(&mut self, unfinished: &str, level: usize) -> Result<Vec<u8>, SyntaxError> {
        let close = [b"]", &*vec![b'='; level], b"]"].concat();
        self.at += close.len();
        if matches!(self.peek(), Some(b'\n' | b'\r')) {
            self.skip_newline();
        }
        let mut text = Vec::new();
        loop {
            match self.peek() {
                None => return Err(self.error_near(unfinished, b"<eof>")),
                Some(b']') if self.rest().starts_with(&close) => {
                    self.at += close.len();
                    return Ok(text);
                }
                Some(b'\n' | b'\r') => {
                    self.skip_newline();
                    text.push(b'\n');
                }
                Some(byte) => {
                    self.at += 1;
                    text.push(byte);
                }
            }
        }
    }

    pub(super) fn lex_quoted(&mut self, quote: u8) -> Result<TokenKind, SyntaxError> {
        self.at += 1;
        let is_special = |byte: &u8| *byte == quote || matches!(byte, b'\\' | b'\n' | b'\r');
        let plain = self.rest().iter().position(is_special);
        if let Some(len) = plain.filter(|&len| self.rest()[len] == quote) {
            let text = &self.source.text[self.at..self.at + len];
            self.at += len + 1;
            return Ok(TokenKind::String(self.strings.intern(text)));
        }
        // The text starts with the quote, for messages.
        let mut text = vec![quote];
        loop {
            match self.peek() {
                None => return Err(self.error_near("unfinished string", b"<eof>")),
                Some(b'\n' | b'\r') => return Err(self.error_near("unfinished string", &text)),
                Some(b'\\') => self.take_escape(&mut text)?,
                Some(byte) => {
                    self.at += 1;
                    if byte == quote {
                        return Ok(TokenKind::String(self.strings.intern(&text[1..])));
                    }
                    text.push(byte);
                }
            }
        }
    }

    /// Reads an escape sequence.
    fn take_escape(&mut self, text: &mut Vec<u8>) -> Result<(), SyntaxError> {
        self.at += 1;
        let Some(byte) = self.peek() else {
            // The caller handles the end of the source.
            return Ok(());
        };
        let plain = match byte {
            b'a' => 0x07,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'\\' | b'"' | b'\'' => byte,
            b'\n' | b'\r' => {
                self.skip_newline();
                text.push(b'\n');
                return Ok(());
            }
            b'x' => {
                let digit = |distance| (self.peek_at(distance)? as char).to_digit(16);
                let (Some(high), Some(low)) = (digit(1), digit(2)) else {
                    return Err(self.error_escape(text));
                };
                self.at += 2;
                // Two hexadecimal digits fit into a byte.
                (high * 16 + low) as u8
            }
            b'u' => return self.take_utf8_escape(text),
            b'z' => {
                self.at += 1;
                while let Some(space) = self.peek() {
                    match space {
                        b'\n' | b'\r' => self.skip_newline(),
                        b' ' | b'\t' | 0x0b | 0x0c => self.at += 1,
                        _ => break,
                    }
                }
                return Ok(());
            }
            b'0'..=b'9' => {
                let digits = self.rest().iter().take(3).take_while(|byte| byte.is_ascii_digit());
                let (len, value) =
                    digits.fold((0, 0), |(len, value), digit| (len + 1, value * 10 + u32::from(digit - b'0')));
                let Ok(value) = u8::try_from(value) else {
                    return Err(self.error_escape(text));
                };
                self.at += len - 1;
                value
            }
            _ => return Err(self.error_escape(text)),
        };
        self.at += 1;
        text.push(plain);
        Ok(())
    }

    /// Reads `u{HEX}`, and appends the code point in UTF-8. Surrogates are refused.
    fn take_utf8_escape(&mut self, text: &mut Vec<u8>) -> Result<(), SyntaxError> {
        // A digit that is missing at the end may follow.
        self.peek_at(1);
        let inside = self.rest().strip_prefix(b"u{").and_then(|rest| rest.split(|&byte| byte == b'}').next());
        let digits = inside.filter(|digits| self.peek_at(2 + digits.len()) == Some(b'}'));
        let code = digits.filter(|digits| !digits.is_empty()).and_then(|digits| {
            let value = digits.iter().try_fold(0, |value: u32, &digit| {
                let digit = (digit as char).to_digit(16)?;
                value.checked_mul(16)?.checked_add(digit)
            });
            char::from_u32(value?)
        });
        let (Some(digits), Some(code)) = (digits, code) else {
            return Err(self.error_escape(text));
        };
        self.at += b"u{}".len() + digits.len();
        text.extend_from_slice(code.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn error_escape(&self, text: &[u8]) -> SyntaxError {
        self.error_near("invalid escape sequence", text)
    }
}
