//! The words and signs of Lua, with the text that messages have for each.

use super::error::Line;
use super::interner::StringId;

/// A piece of the source.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Token {
    pub kind: TokenKind,
    /// The line in which it ends. Only a string can begin in an earlier line.
    pub line: Line,
    /// The offset of its beginning in the source, in bytes.
    pub start: usize,
    /// The offset of its end in the source, in bytes.
    pub end: usize,
}

impl Token {
    /// No token yet.
    pub const NONE: Token = Token { kind: TokenKind::End, line: Line::NONE, start: 0, end: 0 };
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TokenKind {
    /// The end of the source.
    End,
    Name(StringId),
    String(StringId),
    Number(f64),
    Symbol(Symbol),
    /// A byte that cannot start a token. The parser always refuses it.
    Other(u8),
}

macro_rules! symbols {
    ($($(#[$doc:meta])* $symbol:ident = $text:literal,)*) => {
        /// A reserved word or a sign.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Symbol {
            $($(#[$doc])* $symbol,)*
        }

        impl Symbol {
            /// Returns its text.
            pub fn text(self) -> &'static str {
                match self {
                    $(Symbol::$symbol => const { ascii($text) },)*
                }
            }

            /// Returns the symbol with this text.
            pub fn from_text(text: &[u8]) -> Option<Symbol> {
                match text {
                    $($text => Some(Symbol::$symbol),)*
                    _ => None,
                }
            }
        }
    };
}

const fn ascii(text: &'static [u8]) -> &'static str {
    match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(_) => panic!("symbols are ASCII"),
    }
}

symbols! {
    And = b"and",
    Break = b"break",
    Do = b"do",
    Else = b"else",
    ElseIf = b"elseif",
    EndWord = b"end",
    False = b"false",
    For = b"for",
    Function = b"function",
    /// Also a name: it is a jump only before another name.
    Goto = b"goto",
    If = b"if",
    In = b"in",
    Local = b"local",
    Nil = b"nil",
    Not = b"not",
    Or = b"or",
    Repeat = b"repeat",
    Return = b"return",
    Then = b"then",
    True = b"true",
    Until = b"until",
    While = b"while",
    Add = b"+",
    Subtract = b"-",
    Multiply = b"*",
    Divide = b"/",
    Modulo = b"%",
    Power = b"^",
    Length = b"#",
    Equal = b"==",
    NotEqual = b"~=",
    LessOrEqual = b"<=",
    GreaterOrEqual = b">=",
    Less = b"<",
    Greater = b">",
    Assign = b"=",
    Open = b"(",
    Close = b")",
    OpenBrace = b"{",
    CloseBrace = b"}",
    OpenBracket = b"[",
    CloseBracket = b"]",
    LabelMark = b"::",
    Semicolon = b";",
    Colon = b":",
    Comma = b",",
    Dots = b"...",
    Concat = b"..",
    Dot = b".",
}
