//! Turns tokens into the syntax tree, by recursive descent; the messages are Lua's.

mod expression;
mod statement;

use super::ast::{Ast, Block, FunctionBody, Name, Statement};
use super::error::{Line, SyntaxError};
use super::lexer::{self, Lexer};
use super::source::Source;
use super::token::{Symbol, Token, TokenKind};
use crate::steps::Steps;

/// The nesting of blocks and expressions must be less deep than this. The limit is LuaJIT's.
pub const MAX_DEPTH: u32 = 200;

/// A syntax tree, and the steps with which the work on it continues.
type Parsed<'a> = (Ast, Steps<'a>);

/// Parses a chunk.
///
/// # Errors
///
/// The first error in the chunk, or one that says that the parser was stopped.
pub fn parse<'a>(source: &'a mut Source<'_>, steps: Steps<'a>) -> Result<Parsed<'a>, SyntaxError> {
    if u32::try_from(source.text.len()).is_err() {
        return Err(SyntaxError::new(Line::FIRST, lexer::TOO_LONG));
    }
    let mut lexer = Lexer::new(source, steps);
    let token = lexer.next_token()?;
    let mut parser = Parser {
        lexer,
        token,
        ahead: None,
        last_line: Line::FIRST,
        depth: 0,
        is_vararg: true,
        function_line: Line::NONE,
    };
    let body = parser.parse_block()?;
    parser.expect_end()?;
    let end_line = parser.token.line;
    let line = Line::NONE;
    let main = FunctionBody { line, end_line, parameters: Vec::new(), is_vararg: true, body };
    Ok((Ast { strings: parser.lexer.strings, main }, parser.lexer.steps))
}

struct Parser<'a, 'parts> {
    lexer: Lexer<'a, 'parts>,
    token: Token,
    /// The token after `token`, if it was read already.
    ahead: Option<Token>,
    /// The line in which the last consumed token ends.
    last_line: Line,
    depth: u32,
    /// Whether the current function is variadic.
    is_vararg: bool,
    /// The line in which the current function begins; 0 for the chunk.
    function_line: Line,
}

impl Parser<'_, '_> {
    /// Consumes and returns the next token.
    fn advance(&mut self) -> Result<Token, SyntaxError> {
        let token = self.token;
        self.last_line = token.line;
        self.token = match self.ahead.take() {
            Some(token) => token,
            None => self.lexer.next_token()?,
        };
        Ok(token)
    }

    /// Returns the token after the next one.
    fn look_ahead(&mut self) -> Result<TokenKind, SyntaxError> {
        let token = match self.ahead {
            Some(token) => token,
            None => self.lexer.next_token()?,
        };
        self.ahead = Some(token);
        Ok(token.kind)
    }

    fn is_at(&self, symbol: Symbol) -> bool {
        self.token.kind == TokenKind::Symbol(symbol)
    }

    /// Consumes `symbol` if it is next. Returns `true` if so.
    fn accept(&mut self, symbol: Symbol) -> Result<bool, SyntaxError> {
        let is_at = self.is_at(symbol);
        if is_at {
            self.advance()?;
        }
        Ok(is_at)
    }

    fn expect(&mut self, symbol: Symbol) -> Result<(), SyntaxError> {
        if self.accept(symbol)? { Ok(()) } else { Err(self.error_expected(symbol.text())) }
    }

    /// Consumes the symbol that closes `open` of line `line`.
    fn expect_closing(&mut self, close: Symbol, open: Symbol, line: Line) -> Result<(), SyntaxError> {
        if self.accept(close)? {
            return Ok(());
        }
        if line == self.token.line {
            return Err(self.error_expected(close.text()));
        }
        Err(self.error(&format!("'{}' expected (to close '{}' at line {line})", close.text(), open.text())))
    }

    fn expect_name(&mut self) -> Result<Name, SyntaxError> {
        let id = match self.token.kind {
            TokenKind::Name(id) => id,
            TokenKind::Symbol(Symbol::Goto) => self.lexer.strings.intern(b"goto"),
            _ => return Err(self.error_expected("<name>")),
        };
        let line = self.advance()?.line;
        Ok(Name { id, line })
    }

    fn is_at_name(&self) -> bool {
        matches!(self.token.kind, TokenKind::Name(_) | TokenKind::Symbol(Symbol::Goto))
    }

    fn expect_end(&mut self) -> Result<(), SyntaxError> {
        if self.token.kind == TokenKind::End { Ok(()) } else { Err(self.error_expected("<eof>")) }
    }

    /// Returns the error `message near 'token'`.
    fn error(&self, message: &str) -> SyntaxError {
        if self.token.kind == TokenKind::Other(0) {
            // Lua shows no token for a zero byte.
            return SyntaxError::new(self.token.line, message);
        }
        lexer::error_near(self.token.line, message, &self.lexer.text(&self.token))
    }

    fn error_expected(&self, what: &str) -> SyntaxError {
        self.error(&format!("'{what}' expected"))
    }

    /// Counts a level of nesting while `parse` runs.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, SyntaxError>) -> Result<T, SyntaxError> {
        self.depth += 1;
        if self.depth >= MAX_DEPTH {
            return Err(SyntaxError::new(self.token.line, "chunk has too many syntax levels"));
        }
        let result = parse(self)?;
        self.depth -= 1;
        Ok(result)
    }

    /// Returns `true` if the next token ends a block.
    fn is_at_block_end(&self) -> bool {
        use Symbol::{Else, ElseIf, EndWord, Until};
        match self.token.kind {
            TokenKind::End => true,
            TokenKind::Symbol(symbol) => [Else, ElseIf, EndWord, Until].contains(&symbol),
            _ => false,
        }
    }

    fn parse_block(&mut self) -> Result<Block, SyntaxError> {
        self.nested(|parser| {
            let mut statements: Vec<Statement> = Vec::new();
            let mut is_last = false;
            while !is_last && !parser.is_at_block_end() {
                let statement = parser.parse_statement()?;
                is_last = statement.ends_block();
                statements.push(statement);
                parser.accept(Symbol::Semicolon)?;
            }
            Ok(Block { statements, end_line: parser.token.line })
        })
    }

    /// Parses the parameters and the body of a function whose first word is in `line`.
    fn parse_function_body(&mut self, has_self: bool, line: Line) -> Result<FunctionBody, SyntaxError> {
        let outer_is_vararg = std::mem::replace(&mut self.is_vararg, false);
        let outer_line = std::mem::replace(&mut self.function_line, line);
        self.expect(Symbol::Open)?;
        let mut parameters = Vec::new();
        if has_self {
            parameters.push(Name { id: self.lexer.strings.intern(b"self"), line });
        }
        if !self.is_at(Symbol::Close) {
            loop {
                if self.is_at_name() {
                    parameters.push(self.expect_name()?);
                } else if self.accept(Symbol::Dots)? {
                    self.is_vararg = true;
                    break;
                } else {
                    return Err(self.error("<name> or '...' expected"));
                }
                if !self.accept(Symbol::Comma)? {
                    break;
                }
            }
        }
        self.expect(Symbol::Close)?;
        let body = self.parse_block()?;
        let end_line = self.token.line;
        self.expect_closing(Symbol::EndWord, Symbol::Function, line)?;
        let is_vararg = std::mem::replace(&mut self.is_vararg, outer_is_vararg);
        self.function_line = outer_line;
        Ok(FunctionBody { line, end_line, parameters, is_vararg, body })
    }
}

#[cfg(test)]
mod tests;
