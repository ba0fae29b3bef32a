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
                    $(Symbol::$symbol => $text,)*
                }
            }

            /// Returns the symbol with this text.
            pub fn from_text(text: &[u8]) -> Option<Symbol> {
                $(if text == $text.as_bytes() {
                    return Some(Symbol::$symbol);
                })*
                None
            }
        }
    };
}

symbols! {
    And = "and",
    Break = "break",
    Do = "do",
    Else = "else",
    ElseIf = "elseif",
    EndWord = "end",
    False = "false",
    For = "for",
    Function = "function",
    /// Also a name: it is a jump only before another name.
    Goto = "goto",
    If = "if",
    In = "in",
    Local = "local",
    Nil = "nil",
    Not = "not",
    Or = "or",
    Repeat = "repeat",
    Return = "return",
    Then = "then",
    True = "true",
    Until = "until",
    While = "while",
    Add = "+",
    Subtract = "-",
    Multiply = "*",
    Divide = "/",
    Modulo = "%",
    Power = "^",
    Length = "#",
    Equal = "==",
    NotEqual = "~=",
    LessOrEqual = "<=",
    GreaterOrEqual = ">=",
    Less = "<",
    Greater = ">",
    Assign = "=",
    Open = "(",
    Close = ")",
    OpenBrace = "{",
    CloseBrace = "}",
    OpenBracket = "[",
    CloseBracket = "]",
    LabelMark = "::",
    Semicolon = ";",
    Colon = ":",
    Comma = ",",
    Dots = "...",
    Concat = "..",
    Dot = ".",
}
