//! Source text → the syntax tree. This file parses statements, and `expression.rs` expressions.

mod expression;

use crate::ast::{Arm, Ast, Expression, Function, Name, Statement};
use crate::lexer::lex;
use crate::source::{Diagnostic, Position};
use crate::token::{Symbol, Token, TokenKind};

/// Maximum nesting of blocks and expressions. It bounds the recursion of everything that walks the tree; with 200, a
/// native stack of 256 KiB is enough for debug builds.
pub const MAX_DEPTH: usize = 200;

/// Maximum number of parameters, so that a frame with all arguments is small.
const MAX_PARAMETERS: usize = 255;

/// Parses a whole program.
///
/// # Errors
///
/// Every lexical and syntax error, sorted by position. After an error, the parser continues with the next
/// statement.
pub fn parse(source: &str) -> Result<Ast<'_>, Vec<Diagnostic>> {
    let (tokens, diagnostics) = lex(source);
    let program = OpenBlock { kind: BlockKind::Program, position: Position::START, statements: Vec::new() };
    let mut parser =
        Parser { tokens, next: 0, blocks: vec![program], functions: Vec::new(), diagnostics, gave_up: false };
    parser.parse_program();
    if parser.diagnostics.is_empty() {
        // Without an error every block but the program's has been closed.
        let statements = parser.blocks.pop().map_or(Vec::new(), |program| program.statements);
        return Ok(Ast { functions: parser.functions, statements });
    }
    let mut diagnostics = parser.diagnostics;
    // The lexer's errors come first in the list, regardless of their position.
    diagnostics.sort_by_key(|diagnostic| diagnostic.position);
    // The first of several errors at one position is the cause. At the end of the file, for example, every
    // open block lacks its brace.
    diagnostics.dedup_by_key(|diagnostic| diagnostic.position);
    Err(diagnostics)
}

struct Parser<'source> {
    tokens: Vec<Token<'source>>,
    /// The index of the next token. Never beyond the last one, which is `End`.
    next: usize,
    /// The program as the outermost block, and the open blocks inside it. A list, so that nesting does
    /// not use the native stack.
    blocks: Vec<OpenBlock<'source>>,
    functions: Vec<Function<'source>>,
    diagnostics: Vec<Diagnostic>,
    /// Whether the parser skips the rest of the program, whose end must then not be reported as missing.
    gave_up: bool,
}

/// A block whose end has not been read.
struct OpenBlock<'source> {
    kind: BlockKind<'source>,
    /// Its `{`.
    position: Position,
    statements: Vec<Statement<'source>>,
}

/// What a block belongs to, with everything that has been read before it.
enum BlockKind<'source> {
    Program,
    Plain,
    Function { name: Name<'source>, parameters: Vec<Name<'source>> },
    If { earlier: Vec<Arm<'source>>, condition: Expression<'source> },
    Else { arms: Vec<Arm<'source>> },
    While { condition: Expression<'source> },
}

/// The error value for a construct that was not read to its end. The cause has already been reported.
struct Abandoned;

type Parse<T> = Result<T, Abandoned>;

impl<'source> Parser<'source> {
    /// Parses the whole program. Omits statements that contain an error.
    fn parse_program(&mut self) {
        loop {
            let parsed = match self.peek().kind {
                TokenKind::End => break,
                TokenKind::Symbol(Symbol::RightBrace) => self.parse_block_end(),
                _ => self.parse_statement(),
            };
            if let Err(Abandoned) = parsed {
                self.recover();
            }
        }
        if let [_, .., unclosed] = self.blocks.as_slice() {
            let expected = format!("`}}` to close the block that begins at {}", unclosed.position);
            self.unexpected(&expected, "");
        }
    }

    /// Skips the rest of a statement with an error: up to and including its `;` or its block, or up to the
    /// start of the next statement.
    fn recover(&mut self) {
        let mut open_braces = 0_usize;
        loop {
            if let TokenKind::Symbol(symbol) = self.peek().kind {
                match symbol {
                    Symbol::LeftBrace => open_braces += 1,
                    Symbol::RightBrace if open_braces > 1 => open_braces -= 1,
                    Symbol::RightBrace if open_braces == 1 => {
                        open_braces = 0;
                        self.advance();
                        if self.peek().kind == TokenKind::Symbol(Symbol::Else) {
                            continue;
                        }
                        return;
                    }
                    Symbol::Semicolon if open_braces == 0 => return self.advance(),
                    Symbol::RightBrace
                    | Symbol::Let
                    | Symbol::If
                    | Symbol::While
                    | Symbol::Fn
                    | Symbol::Return
                    | Symbol::Print
                        if open_braces == 0 && !self.follows_else() =>
                    {
                        return;
                    }
                    _ => {}
                }
            }
            if self.peek().kind == TokenKind::End {
                return;
            }
            self.advance();
        }
    }

    fn follows_else(&self) -> bool {
        let previous = self.next.checked_sub(1).and_then(|index| self.tokens.get(index));
        previous.is_some_and(|token| token.kind == TokenKind::Symbol(Symbol::Else))
    }

    /// Parses a statement without a block, or a statement up to the `{` of its first block.
    fn parse_statement(&mut self) -> Parse<()> {
        let Token { kind, position, .. } = self.peek();
        match (kind, self.peek_second()) {
            (TokenKind::Symbol(Symbol::Let), _) => self.parse_let(),
            (TokenKind::Symbol(Symbol::If), _) => self.parse_if(Vec::new()),
            (TokenKind::Symbol(Symbol::While), _) => self.parse_while(),
            (TokenKind::Symbol(Symbol::Fn), _) => self.parse_function(),
            (TokenKind::Symbol(Symbol::Return), _) => self.parse_return(position),
            (TokenKind::Symbol(Symbol::Print), _) => self.parse_print(),
            (TokenKind::Symbol(Symbol::LeftBrace), _) => self.open_block(BlockKind::Plain),
            (TokenKind::Name(text), TokenKind::Symbol(Symbol::Assign)) => self.parse_assign(Name { text, position }),
            (TokenKind::Symbol(Symbol::Else), _) => Err(self.unexpected("a statement", ELSE_HELP)),
            _ => {
                let value = self.parse_expression("a statement")?;
                self.expect_semicolon()?;
                self.push(Statement::Expression(value));
                Ok(())
            }
        }
    }

    /// Adds a statement to the innermost block.
    fn push(&mut self, statement: Statement<'source>) {
        if let Some(block) = self.blocks.last_mut() {
            block.statements.push(statement);
        }
    }

    /// Parses the `{` of a block.
    fn open_block(&mut self, kind: BlockKind<'source>) -> Parse<()> {
        let position = self.peek().position;
        self.expect(Symbol::LeftBrace)?;
        self.check_depth(position, 1)?;
        self.blocks.push(OpenBlock { kind, position, statements: Vec::new() });
        Ok(())
    }

    /// Parses a `}`, and an `else` after it up to the next `{`.
    fn parse_block_end(&mut self) -> Parse<()> {
        let Some(OpenBlock { kind, position, statements }) = self.blocks.pop() else {
            return Err(Abandoned);
        };
        if let BlockKind::Program = kind {
            self.unexpected("a statement", "");
            self.blocks.push(OpenBlock { kind, position, statements });
            self.advance();
            return Ok(());
        }
        self.advance();
        match kind {
            BlockKind::Program | BlockKind::Plain => self.push(Statement::Block(statements)),
            BlockKind::Function { name, parameters } => {
                let is_nested = self.blocks.len() > 1;
                self.functions.push(Function { name, parameters, body: statements, is_nested });
            }
            BlockKind::If { mut earlier, condition } => {
                earlier.push(Arm { condition, body: statements });
                return self.parse_else(earlier);
            }
            BlockKind::Else { arms } => self.push(Statement::If { arms, otherwise: statements }),
            BlockKind::While { condition } => {
                self.push(Statement::While(Arm { condition, body: statements }));
            }
        }
        Ok(())
    }

    fn parse_function(&mut self) -> Parse<()> {
        self.advance();
        let name = self.expect_name("the function's name")?;
        let parameters = self.parse_parameters(name)?;
        self.open_block(BlockKind::Function { name, parameters })
    }

    fn parse_parameters(&mut self, function: Name<'source>) -> Parse<Vec<Name<'source>>> {
        let mut parameters = Vec::new();
        self.expect(Symbol::LeftParenthesis)?;
        while self.peek().kind != TokenKind::Symbol(Symbol::RightParenthesis) {
            parameters.push(self.expect_name("a parameter")?);
            if !self.accept(Symbol::Comma) {
                break;
            }
        }
        self.expect(Symbol::RightParenthesis)?;
        if let Some(first_extra) = parameters.get(MAX_PARAMETERS) {
            let message = format!("`{}` has more than {MAX_PARAMETERS} parameters", function.text);
            self.error(first_extra.position, message);
        }
        Ok(parameters)
    }

    fn parse_let(&mut self) -> Parse<()> {
        self.advance();
        let name = self.expect_name("the variable's name")?;
        if self.peek().kind == TokenKind::Symbol(Symbol::Semicolon) {
            let help = format!(": a variable needs a value: write `let {} = 0;`", name.text);
            return Err(self.unexpected("`=`", &help));
        }
        self.expect(Symbol::Assign)?;
        let value = self.parse_value()?;
        self.push(Statement::Let { name, value });
        Ok(())
    }

    fn parse_assign(&mut self, name: Name<'source>) -> Parse<()> {
        self.advance();
        self.advance();
        let value = self.parse_value()?;
        self.push(Statement::Assign { name, value });
        Ok(())
    }

    /// Parses `if` and a condition, after the arms `earlier` of the same statement.
    fn parse_if(&mut self, earlier: Vec<Arm<'source>>) -> Parse<()> {
        self.advance();
        let condition = self.parse_expression("a condition")?;
        self.open_block(BlockKind::If { earlier, condition })
    }

    fn parse_else(&mut self, arms: Vec<Arm<'source>>) -> Parse<()> {
        if !self.accept(Symbol::Else) {
            self.push(Statement::If { arms, otherwise: Vec::new() });
            return Ok(());
        }
        if self.peek().kind == TokenKind::Symbol(Symbol::If) {
            return self.parse_if(arms);
        }
        self.open_block(BlockKind::Else { arms })
    }

    fn parse_while(&mut self) -> Parse<()> {
        self.advance();
        let condition = self.parse_expression("a condition")?;
        self.open_block(BlockKind::While { condition })
    }

    fn parse_return(&mut self, position: Position) -> Parse<()> {
        self.advance();
        if self.peek().kind == TokenKind::Symbol(Symbol::Semicolon) {
            return Err(self.unexpected("an expression", ": write `return 0;`"));
        }
        let value = self.parse_value()?;
        self.push(Statement::Return { value, position });
        Ok(())
    }

    fn parse_print(&mut self) -> Parse<()> {
        self.advance();
        let value = self.parse_value()?;
        self.push(Statement::Print(value));
        Ok(())
    }

    /// Parses an expression and the `;` after it.
    fn parse_value(&mut self) -> Parse<Expression<'source>> {
        let value = self.parse_expression("an expression")?;
        self.expect_semicolon()?;
        Ok(value)
    }

    fn peek(&self) -> Token<'source> {
        // The list is never empty and `next` stays inside it, so the fallback is never used.
        let end = Token { kind: TokenKind::End, position: Position::START, end: Position::START };
        self.tokens.get(self.next).copied().unwrap_or(end)
    }

    fn peek_second(&self) -> TokenKind<'source> {
        self.tokens.get(self.next + 1).map_or(TokenKind::End, |token| token.kind)
    }

    fn advance(&mut self) {
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
    }

    /// Consumes the next token if it is `symbol`.
    fn accept(&mut self, symbol: Symbol) -> bool {
        let is_next = self.peek().kind == TokenKind::Symbol(symbol);
        if is_next {
            self.advance();
        }
        is_next
    }

    fn expect(&mut self, symbol: Symbol) -> Parse<()> {
        if self.accept(symbol) {
            return Ok(());
        }
        let help = match (symbol, self.peek().kind) {
            (Symbol::LeftBrace, TokenKind::Symbol(Symbol::Assign)) => ": write `==` to compare",
            _ => "",
        };
        Err(self.unexpected(&format!("`{}`", symbol.text()), help))
    }

    /// Consumes the `;` that ends a statement. If it is missing, the error points after the statement, because
    /// the next token is often on another line.
    fn expect_semicolon(&mut self) -> Parse<()> {
        if self.accept(Symbol::Semicolon) {
            return Ok(());
        }
        let found = self.peek();
        let previous = self.next.checked_sub(1).and_then(|index| self.tokens.get(index));
        let position = previous.map_or(found.position, |token| token.end);
        match found.kind {
            TokenKind::Invalid => {}
            TokenKind::Symbol(Symbol::Assign) => {
                self.error(found.position, "only a variable can be assigned to");
            }
            kind => self.error(position, format!("expected `;`, found {kind}")),
        }
        Err(Abandoned)
    }

    fn expect_name(&mut self, what: &str) -> Parse<Name<'source>> {
        let Token { kind, position, .. } = self.peek();
        match kind {
            TokenKind::Name(text) => {
                self.advance();
                Ok(Name { text, position })
            }
            TokenKind::Symbol(symbol) if symbol.text().starts_with(char::is_alphabetic) => {
                Err(self.unexpected(what, ", which is a keyword"))
            }
            _ => Err(self.unexpected(what, "")),
        }
    }

    /// Checks that a tree of `height` levels does not nest too deep in the open blocks.
    fn check_depth(&mut self, position: Position, height: usize) -> Parse<()> {
        let open_blocks = self.blocks.len() - 1;
        if open_blocks + height <= MAX_DEPTH {
            return Ok(());
        }
        let message = format!("nested more than {MAX_DEPTH} levels deep: move the inner part into a function");
        self.error(position, message);
        // The following tokens are as deep, and all their closing brackets would be reported.
        self.gave_up = true;
        self.next = self.tokens.len().saturating_sub(1);
        Err(Abandoned)
    }

    /// Reports that the next token is not `expected`.
    fn unexpected(&mut self, expected: &str, help: &str) -> Abandoned {
        let Token { kind, position, .. } = self.peek();
        if kind != TokenKind::Invalid {
            self.error(position, format!("expected {expected}, found {kind}{help}"));
        }
        Abandoned
    }

    fn error(&mut self, position: Position, message: impl Into<String>) {
        if !self.gave_up {
            self.diagnostics.push(Diagnostic::new(position, message));
        }
    }
}

const ELSE_HELP: &str = ": it follows the `}` of an `if`, or of an `else if`";

#[cfg(test)]
mod tests;
