//! A chunk's tokens, of which a parser sees the next two: [`Tokens`], with Lua's messages for those that it refuses.

use super::error::{Line, SyntaxError};
use super::interner::{StringId, Strings};
use super::lexer::{self, Lexer};
use super::source::Source;
use super::token::{Symbol, Token, TokenKind};
use crate::steps::Steps;

/// A name in a declaration or a use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    /// Its text.
    pub(crate) id: StringId,
    /// Its line.
    pub(crate) line: Line,
    /// The line of the token after it, which the error has if it is one variable too many.
    pub(crate) line_after: Line,
}

/// The tokens of a chunk from some place on.
pub(crate) struct Tokens<'a, 'parts> {
    lexer: Lexer<'a, 'parts>,
    next: Token,
    /// The token after `next`, if it was read already.
    ahead: Option<Token>,
    /// The line in which the last consumed token ends.
    last_line: Line,
}

impl<'a, 'parts> Tokens<'a, 'parts> {
    /// Returns the tokens of a chunk, whose texts are added to `strings`.
    pub(crate) fn new(source: &'a mut Source<'parts>, strings: Strings, steps: Steps<'a>) -> Result<Self, SyntaxError> {
        if u32::try_from(source.text.len()).is_err() {
            return Err(SyntaxError::new(Line::FIRST, lexer::TOO_LONG));
        }
        let mut lexer = Lexer::new(source, strings, steps);
        let next = lexer.next_token()?;
        Ok(Tokens { lexer, next, ahead: None, last_line: Line::FIRST })
    }

    /// Returns the next token.
    pub(crate) fn kind(&self) -> TokenKind {
        self.next.kind
    }

    /// Returns the line of the next token.
    pub(crate) fn line(&self) -> Line {
        self.next.line
    }

    /// Returns the line in which the last consumed token ends.
    pub(crate) fn last_line(&self) -> Line {
        self.last_line
    }

    /// Returns the texts of the names and string literals so far.
    pub(crate) fn strings(&mut self) -> &mut Strings {
        &mut self.lexer.strings
    }

    pub(crate) fn into_strings(self) -> Strings {
        self.lexer.strings
    }

    /// Consumes the next token. Returns its line.
    pub(crate) fn advance(&mut self) -> Result<Line, SyntaxError> {
        self.last_line = self.next.line;
        match self.ahead.take() {
            Some(token) => self.next = token,
            None => self.lexer.read_token(&mut self.next)?,
        }
        Ok(self.last_line)
    }

    /// Returns the token after the next one.
    pub(crate) fn look_ahead(&mut self) -> Result<TokenKind, SyntaxError> {
        if self.ahead.is_none() {
            self.ahead = Some(self.lexer.next_token()?);
        }
        Ok(self.ahead.map_or(TokenKind::End, |token| token.kind))
    }

    pub(crate) fn is_at(&self, symbol: Symbol) -> bool {
        self.next.kind == TokenKind::Symbol(symbol)
    }

    /// Returns `true` if the next token is a name.
    pub(crate) fn is_at_name(&self) -> bool {
        matches!(self.next.kind, TokenKind::Name(_) | TokenKind::Symbol(Symbol::Goto))
    }

    /// Returns `true` if the next token ends a block.
    pub(crate) fn is_at_block_end(&self) -> bool {
        use Symbol::{Else, ElseIf, EndWord, Until};
        matches!(self.next.kind, TokenKind::End | TokenKind::Symbol(Else | ElseIf | EndWord | Until))
    }

    /// Consumes `symbol` if it is next. Returns `true` if so.
    pub(crate) fn accept(&mut self, symbol: Symbol) -> Result<bool, SyntaxError> {
        let is_at = self.is_at(symbol);
        if is_at {
            self.advance()?;
        }
        Ok(is_at)
    }

    pub(crate) fn expect(&mut self, symbol: Symbol) -> Result<(), SyntaxError> {
        if self.accept(symbol)? { Ok(()) } else { Err(self.error_expected(symbol.text())) }
    }

    /// Consumes the symbol that closes `open` of line `line`.
    pub(crate) fn expect_closing(&mut self, close: Symbol, open: Symbol, line: Line) -> Result<(), SyntaxError> {
        if self.accept(close)? {
            return Ok(());
        }
        if line == self.next.line {
            return Err(self.error_expected(close.text()));
        }
        Err(self.error(&format!("'{}' expected (to close '{}' at line {line})", close.text(), open.text())))
    }

    pub(crate) fn expect_name(&mut self) -> Result<Name, SyntaxError> {
        let id = match self.next.kind {
            TokenKind::Name(id) => id,
            TokenKind::Symbol(Symbol::Goto) => self.lexer.strings.intern(b"goto"),
            _ => return Err(self.error_expected("<name>")),
        };
        let line = self.advance()?;
        Ok(Name { id, line, line_after: self.next.line })
    }

    pub(crate) fn expect_end(&mut self) -> Result<(), SyntaxError> {
        if self.next.kind == TokenKind::End { Ok(()) } else { Err(self.error_expected("<eof>")) }
    }

    /// Returns the error `message near 'token'`.
    pub(crate) fn error(&self, message: &str) -> SyntaxError {
        if self.next.kind == TokenKind::Other(0) {
            // Lua shows no token for a zero byte.
            return SyntaxError::new(self.next.line, message);
        }
        lexer::error_near(self.next.line, message, &self.lexer.text(&self.next))
    }

    fn error_expected(&self, what: &str) -> SyntaxError {
        self.error(&format!("'{what}' expected"))
    }
}
