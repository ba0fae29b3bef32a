//! The tokens of a program, which the lexer produces and the parser reads.

use std::fmt;

use crate::source::Position;

/// A token and its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'source> {
    /// The kind of token.
    pub kind: TokenKind<'source>,
    /// Its first character.
    pub position: Position,
    /// The position after its last character, which is where a missing `;` is reported.
    pub end: Position,
}

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind<'source> {
    /// A number without a sign, at most 2^63. That is one more than the largest `i64`, to allow
    /// `-9223372036854775808`.
    Integer(u64),
    /// The name of a variable or function.
    Name(&'source str),
    /// A keyword, operator or punctuation mark.
    Symbol(Symbol),
    /// An invalid token, which the lexer has already reported.
    Invalid,
    /// The end of the file.
    End,
}

impl fmt::Display for TokenKind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenKind::Integer(value) => write!(f, "`{value}`"),
            TokenKind::Name(name) => write!(f, "`{name}`"),
            TokenKind::Symbol(symbol) => write!(f, "`{}`", symbol.text()),
            TokenKind::Invalid => f.write_str("an invalid token"),
            TokenKind::End => f.write_str("the end of the file"),
        }
    }
}

/// Declares every token with a fixed spelling once: the variant, its text, and the conversions between them.
macro_rules! symbols {
    ($($variant:ident $text:literal)*) => {
        /// A token with a fixed spelling.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Symbol {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
        }

        impl Symbol {
            /// Returns the text of the token.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Symbol::$variant => $text,)* }
            }

            /// Returns the token with this text.
            #[must_use]
            pub fn from_text(text: &str) -> Option<Symbol> {
                match text { $($text => Some(Symbol::$variant),)* _ => None }
            }
        }
    };
}

symbols! {
    Let "let"
    If "if"
    Else "else"
    While "while"
    Fn "fn"
    Return "return"
    Print "print"
    LeftParenthesis "("
    RightParenthesis ")"
    LeftBrace "{"
    RightBrace "}"
    Comma ","
    Semicolon ";"
    Assign "="
    Plus "+"
    Minus "-"
    Star "*"
    Slash "/"
    Percent "%"
    Less "<"
    LessEqual "<="
    Greater ">"
    GreaterEqual ">="
    Equal "=="
    NotEqual "!="
    And "&&"
    Or "||"
    Not "!"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_name_themselves_in_messages() {
        for (kind, expected) in [
            (TokenKind::Integer(7), "`7`"),
            (TokenKind::Name("fib"), "`fib`"),
            (TokenKind::Symbol(Symbol::LessEqual), "`<=`"),
            (TokenKind::End, "the end of the file"),
        ] {
            assert_eq!(kind.to_string(), expected);
        }
    }
}
