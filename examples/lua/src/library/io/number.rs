//! Bytes of a stream → the number at their beginning, parsed like C's `scanf`.

use std::io;

use lua_syntax::strings::scan_number;

use super::stream::Stream;
use crate::runtime::Host;

/// Reads a number after white space. Bytes that cannot belong to a number stay in the stream; others are consumed.
pub(super) fn read_number(stream: &mut Stream, host: &mut Host) -> io::Result<Option<f64>> {
    let mut scan = Scan { stream, host, text: Vec::new() };
    while scan.peek()?.is_some_and(|byte| matches!(byte, b' ' | b'\t'..=b'\r')) {
        scan.stream.take(1);
    }
    scan.take_if(|byte| matches!(byte, b'+' | b'-'))?;
    match scan.peek()?.map(|byte| byte.to_ascii_lowercase()) {
        Some(b'n') => scan.word(b"nan"),
        Some(b'i') => {
            let number = scan.word(b"inf")?;
            match scan.peek()?.map(|byte| byte.to_ascii_lowercase()) {
                Some(b'i') if number.is_some() => scan.word(b"inity"),
                _ => Ok(number),
            }
        }
        _ => scan.digits(),
    }
}

struct Scan<'a> {
    stream: &'a mut Stream,
    host: &'a mut Host,
    /// The consumed bytes.
    text: Vec<u8>,
}

impl Scan<'_> {
    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.stream.ready(self.host)?.first().copied())
    }

    /// Consumes the next byte if it fits.
    fn take_if(&mut self, fits: impl FnOnce(u8) -> bool) -> io::Result<bool> {
        match self.peek()? {
            Some(byte) if fits(byte) => {
                self.stream.take(1);
                self.text.push(byte);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Parses a word, together with the bytes before it.
    fn word(&mut self, word: &[u8]) -> io::Result<Option<f64>> {
        for &letter in word {
            if !self.take_if(|byte| byte.eq_ignore_ascii_case(&letter))? {
                return Ok(None);
            }
        }
        Ok(scan_number(&self.text))
    }

    fn digits(&mut self) -> io::Result<Option<f64>> {
        let mut has_digits = self.take_if(|byte| byte == b'0')?;
        let is_hexadecimal = has_digits && self.take_if(|byte| byte.eq_ignore_ascii_case(&b'x'))?;
        has_digits &= !is_hexadecimal;
        let is_digit = |byte: u8| if is_hexadecimal { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() };
        let mut has_point = false;
        loop {
            if self.take_if(is_digit)? {
                has_digits = true;
            } else if !has_point && self.take_if(|byte| byte == b'.')? {
                has_point = true;
            } else {
                break;
            }
        }
        if !has_digits {
            return Ok(None);
        }
        let mantissa_len = self.text.len();
        let letter = if is_hexadecimal { b'p' } else { b'e' };
        if self.take_if(|byte| byte.eq_ignore_ascii_case(&letter))? {
            self.take_if(|byte| matches!(byte, b'+' | b'-'))?;
            let sign_len = self.text.len();
            while self.take_if(|byte| byte.is_ascii_digit())? {}
            // An exponent without digits is consumed, but ignored.
            if self.text.len() == sign_len {
                self.text.truncate(mantissa_len);
            }
        }
        Ok(scan_number(&self.text))
    }
}
