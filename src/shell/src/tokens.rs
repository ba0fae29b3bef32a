//! The text of a program → its [`Tokens`], for languages whose words and symbols are the usual ones.

use mimeo::Position;

use crate::diagnostic::{Diagnostic, START, after};

/// A word, a number, a text or a symbol. `N` is what the language has for numbers. See [`Lexicon`] for an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<N> {
    /// A number.
    Number(N),
    /// A text in quotes, without the quotes.
    Text(String),
    /// A word that is not reserved: a letter or `_`, and then letters, digits and `_`.
    Name(String),
    /// A reserved word, an operator or a bracket.
    Symbol(&'static str),
    /// The end of the program.
    End,
}

/// The words and symbols of a language.
///
/// ```
/// use mimeo_shell::{Diagnostic, Lexicon, Token};
///
/// const LEXICON: Lexicon = Lexicon { comment: "//", words: &["print"], symbols: &["<", "<=", "(", ")", ","] };
///
/// let number = |text: &str| text.parse().map_err(|_| format!("`{text}` is not a 32-bit integer"));
/// let mut tokens = LEXICON.read("print max(1, two) // the larger one", number)?;
/// assert!(tokens.takes("print"));
/// assert_eq!(tokens.name()?, "max");
/// tokens.expect("(")?;
/// let mut arguments = Vec::new();
/// while tokens.list_goes_on(")", arguments.len())? {
///     arguments.push(tokens.peek().clone());
///     tokens.advance();
/// }
/// assert_eq!(arguments, [Token::Number(1_i32), Token::Name("two".to_owned())]);
/// assert_eq!(tokens.peek(), &Token::End);
///
/// let error = LEXICON.read("print 99999999999", number).unwrap_err();
/// assert_eq!(error.to_string(), "1:7: error: `99999999999` is not a 32-bit integer");
/// # Ok::<(), Diagnostic>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Lexicon {
    /// What begins a comment, which ends with its line.
    pub comment: &'static str,
    /// The reserved words.
    pub words: &'static [&'static str],
    /// The operators and brackets. If one begins with another, the longer one is found.
    pub symbols: &'static [&'static str],
}

impl Lexicon {
    /// Splits a text into tokens. `number` turns what begins with a digit into a number, or says what is wrong with it.
    /// In a text in double quotes, `\n`, `\t`, `\"` and `\\` stand for a line break, a tab, a quote and a backslash. See
    /// [`Lexicon`] for an example.
    ///
    /// # Errors
    ///
    /// The first character or number that no token begins with; at the end of the program, if a text does not end.
    pub fn read<N>(&self, text: &str, number: impl Fn(&str) -> Result<N, String>) -> Result<Tokens<N>, Diagnostic> {
        let mut tokens = Vec::new();
        let (mut rest, mut position) = (text, START);
        while let Some(first) = rest.chars().next() {
            let error = |message| Diagnostic::new(position, message);
            let (length, token) = if first.is_whitespace() {
                (length_of(rest, char::is_whitespace), None)
            } else if !self.comment.is_empty() && rest.starts_with(self.comment) {
                (length_of(rest, |character| character != '\n'), None)
            } else if first.is_ascii_digit() {
                let length = number_length(rest);
                (length, Some(Token::Number(number(&rest[..length]).map_err(error)?)))
            } else if first == '"' {
                let (length, text) = quoted(rest, position)?;
                (length, Some(Token::Text(text)))
            } else if first.is_alphabetic() || first == '_' {
                let length = length_of(rest, is_in_name);
                let word = self.words.iter().find(|word| **word == &rest[..length]);
                (length, Some(word.map_or_else(|| Token::Name(rest[..length].to_owned()), |word| Token::Symbol(word))))
            } else {
                let found = self.symbols.iter().filter(|symbol| !symbol.is_empty() && rest.starts_with(**symbol));
                let symbol = found.max_by_key(|symbol| symbol.len());
                let symbol = symbol.ok_or_else(|| error(format!("unexpected character {first:?}")))?;
                (symbol.len(), Some(Token::Symbol(symbol)))
            };
            tokens.extend(token.map(|token| (token, position)));
            position = after(position, &rest[..length]);
            rest = &rest[length..];
        }
        tokens.push((Token::End, position));
        Ok(Tokens { tokens, at: 0 })
    }
}

/// Returns how many bytes at the start of a text have only characters that `accept` accepts.
fn length_of(text: &str, mut accept: impl FnMut(char) -> bool) -> usize {
    text.find(|character| !accept(character)).unwrap_or(text.len())
}

fn is_in_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Returns the length of what begins with a digit: letters, digits, points, and a sign after an exponent's letter.
fn number_length(text: &str) -> usize {
    let is_decimal =
        text.as_bytes().get(1).is_none_or(|byte| !byte.is_ascii_alphabetic() || byte.eq_ignore_ascii_case(&b'e'));
    let mut before = '0';
    length_of(text, |character| {
        let follows = is_decimal && before.eq_ignore_ascii_case(&'e') && matches!(character, '+' | '-');
        before = character;
        is_in_name(character) || character == '.' || follows
    })
}

/// Returns the length of a text in quotes, with the quotes, and what it stands for.
fn quoted(rest: &str, start: Position) -> Result<(usize, String), Diagnostic> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((at + 1, text)),
            '\\' => match characters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                Some((_, other)) => {
                    let message =
                        format!("`\\{}` stands for nothing: write `\\\\` for a backslash", other.escape_debug());
                    return Err(Diagnostic::new(after(start, &rest[..at]), message));
                }
                None => break,
            },
            _ => text.push(character),
        }
    }
    Err(Diagnostic::new(after(start, rest), "the text in quotes does not end"))
}

/// The tokens of a program, of which a parser looks at one after the other. See [`Lexicon`] for an example.
#[derive(Clone, Debug)]
pub struct Tokens<N> {
    /// With their positions. The last one is [`Token::End`].
    tokens: Vec<(Token<N>, Position)>,
    at: usize,
}

impl<N> Tokens<N> {
    /// Returns the next token, at the end of the program [`Token::End`]. See [`Lexicon`] for an example.
    pub fn peek(&self) -> &Token<N> {
        &self.tokens[self.at].0
    }

    /// Returns all tokens from the next one on, with their positions.
    ///
    /// ```
    /// use mimeo_shell::{Lexicon, Token};
    ///
    /// let lexicon = Lexicon { comment: "#", words: &[], symbols: &["="] };
    /// let tokens = lexicon.read("a = b", |text| Err::<i64, _>(format!("no numbers, not even {text}")))?;
    /// assert_eq!(tokens.rest()[1].0, Token::Symbol("="));
    /// assert_eq!(tokens.rest()[2].1.column, 5);
    /// # Ok::<(), mimeo_shell::Diagnostic>(())
    /// ```
    pub fn rest(&self) -> &[(Token<N>, Position)] {
        &self.tokens[self.at..]
    }

    /// Returns the position of the next token.
    ///
    /// ```
    /// # let lexicon = mimeo_shell::Lexicon { comment: "#", words: &[], symbols: &["="] };
    /// let mut tokens = lexicon.read("a = 2", |text| text.parse::<i64>().map_err(|error| error.to_string()))?;
    /// assert_eq!(tokens.advance().column, 1);
    /// assert_eq!(tokens.position().column, 3);
    /// # Ok::<(), mimeo_shell::Diagnostic>(())
    /// ```
    pub fn position(&self) -> Position {
        self.tokens[self.at].1
    }

    /// Passes the next token, and returns its position. The end is never passed. See [`Lexicon`] for an example.
    pub fn advance(&mut self) -> Position {
        let position = self.position();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        position
    }

    /// Whether the next token is this reserved word or symbol.
    ///
    /// ```
    /// # let lexicon = mimeo_shell::Lexicon { comment: "#", words: &[], symbols: &["="] };
    /// let tokens = lexicon.read("= 2", |text| text.parse::<i64>().map_err(|error| error.to_string()))?;
    /// assert!(tokens.sees("=") && !tokens.sees("=="));
    /// # Ok::<(), mimeo_shell::Diagnostic>(())
    /// ```
    pub fn sees(&self, symbol: &str) -> bool {
        matches!(self.peek(), Token::Symbol(found) if *found == symbol)
    }

    /// Passes this reserved word or symbol. Returns `false` if the next token is another. See [`Lexicon`] for an example.
    pub fn takes(&mut self, symbol: &str) -> bool {
        let found = self.sees(symbol);
        if found {
            self.advance();
        }
        found
    }

    /// Passes this reserved word or symbol, which must come now. See [`Lexicon`] for an example.
    ///
    /// # Errors
    ///
    /// If another token is next.
    pub fn expect(&mut self, symbol: &str) -> Result<(), Diagnostic> {
        if self.takes(symbol) { Ok(()) } else { self.error(format!("expected `{symbol}`")) }
    }

    /// Passes a name, and returns it. See [`Lexicon`] for an example.
    ///
    /// # Errors
    ///
    /// If another token is next.
    pub fn name(&mut self) -> Result<String, Diagnostic> {
        let Token::Name(name) = self.peek() else { return self.error("expected a name") };
        let name = name.clone();
        self.advance();
        Ok(name)
    }

    /// Whether a list has another item after `count` items, between which are commas. Passes the comma, or the end. See
    /// [`Lexicon`] for an example.
    ///
    /// # Errors
    ///
    /// If another token is after an item.
    pub fn list_goes_on(&mut self, end: &str, count: usize) -> Result<bool, Diagnostic> {
        if self.takes(end) {
            Ok(false)
        } else if count == 0 || self.takes(",") {
            Ok(true)
        } else {
            self.error(format!("expected `,` or `{end}`"))
        }
    }

    /// Returns an error at the next token.
    ///
    /// # Errors
    ///
    /// Always.
    ///
    /// ```
    /// # let lexicon = mimeo_shell::Lexicon { comment: "#", words: &[], symbols: &["="] };
    /// let tokens = lexicon.read(" 2", |text| text.parse::<i64>().map_err(|error| error.to_string()))?;
    /// let error = tokens.error::<()>("expected a name").unwrap_err();
    /// assert_eq!(error.to_string(), "1:2: error: expected a name");
    /// # Ok::<(), mimeo_shell::Diagnostic>(())
    /// ```
    pub fn error<T>(&self, message: impl Into<String>) -> Result<T, Diagnostic> {
        Err(Diagnostic::new(self.position(), message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEXICON: Lexicon = Lexicon { comment: "//", words: &["if"], symbols: &["=", "<", "==", "/"] };

    /// Returns the tokens of a text, or its error.
    fn read(text: &str) -> String {
        let tokens = LEXICON.read(text, |number| match number.parse::<f64>() {
            Ok(number) => Ok(number.to_string()),
            Err(_) => Err(format!("`{number}` is not a number")),
        });
        let shown = |(token, position): &(Token<String>, Position)| match token {
            Token::Number(number) => format!("{position} {number}"),
            Token::Text(text) => format!("{position} {text:?}"),
            Token::Name(name) => format!("{position} {name}"),
            Token::Symbol(symbol) => format!("{position} `{symbol}`"),
            Token::End => format!("{position}"),
        };
        match tokens {
            Ok(tokens) => tokens.rest().iter().map(shown).collect::<Vec<_>>().join(", "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_text_becomes_tokens_with_positions() {
        for (text, tokens) in [
            ("", "1:1"),
            ("if iffy", "1:1 `if`, 1:4 iffy, 1:8"),
            ("a===b", "1:1 a, 1:2 `==`, 1:4 `=`, 1:5 b, 1:6"),
            ("é_1 // = \n<", "1:1 é_1, 2:1 `<`, 2:2"),
            ("a/b", "1:1 a, 1:2 `/`, 1:3 b, 1:4"),
            ("1.50<1e+3", "1:1 1.5, 1:5 `<`, 1:6 1000, 1:10"),
            (r#""a\n\t\"\\" b"#, r#"1:1 "a\n\t\"\\", 1:13 b, 1:14"#),
            ("\"\n\"", "1:1 \"\\n\", 2:2"),
        ] {
            assert_eq!(read(text), tokens, "{text:?}");
        }
    }

    #[test]
    fn an_error_is_at_what_is_wrong() {
        for (text, error) in [
            ("a $", "1:3: error: unexpected character '$'"),
            ("\n 12x", "2:2: error: `12x` is not a number"),
            ("0xe+1", "1:1: error: `0xe` is not a number"),
            // A session asks for more lines when an error is at the end.
            ("\"a\nb", "2:2: error: the text in quotes does not end"),
            ("\"a\\", "1:4: error: the text in quotes does not end"),
            (r#""ab\q""#, r"1:4: error: `\q` stands for nothing: write `\\` for a backslash"),
        ] {
            assert_eq!(read(text), error, "{text:?}");
        }
    }

    #[test]
    fn what_is_empty_is_never_found() {
        let lexicon = Lexicon { comment: "", words: &[""], symbols: &["", "+"] };
        let read = |text| lexicon.read(text, |number| Ok(number.to_owned()));
        assert_eq!(read("+ a").expect("a symbol and a name").rest().len(), 3);
        assert_eq!(read("?").unwrap_err().to_string(), "1:1: error: unexpected character '?'");
    }

    #[test]
    fn the_end_is_never_passed() {
        let mut tokens = LEXICON.read("a", |number| Ok(number.to_owned())).expect("a name");
        for _ in 0..3 {
            tokens.advance();
            assert_eq!((tokens.peek(), tokens.position().column, tokens.rest().len()), (&Token::End, 2, 1));
        }
    }

    #[test]
    fn a_list_has_commas_between_its_items() {
        let lexicon = Lexicon { comment: "", words: &[], symbols: &[",", ")"] };
        for (text, expected) in [
            (")", Ok(0)),
            ("a)", Ok(1)),
            ("a, b)", Ok(2)),
            ("a b)", Err("1:3: error: expected `,` or `)`")),
            ("a, )", Err("1:4: error: expected a name")),
            ("a, b", Err("1:5: error: expected `,` or `)`")),
        ] {
            let mut tokens = lexicon.read(text, |number| Ok(number.to_owned())).expect("tokens");
            let list = |tokens: &mut Tokens<String>| {
                let mut count = 0;
                while tokens.list_goes_on(")", count)? {
                    tokens.name()?;
                    count += 1;
                }
                Ok::<_, Diagnostic>(count)
            };
            assert_eq!(
                list(&mut tokens).map_err(|error| error.to_string()),
                expected.map_err(str::to_owned),
                "{text:?}"
            );
        }
    }
}
