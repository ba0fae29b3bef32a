//! A chunk's text → the same program without comments, lines and the names of locals.

use std::collections::HashMap;

use super::error::SyntaxError;
use super::interner::StringId;
use super::lexer::Lexer;
use super::source::Source;
use super::token::{Symbol, TokenKind};
use crate::steps::Steps;
use crate::strings::push_quoted;
use crate::syntax::Strings;

/// Returns the text of a chunk on one line, without comments. Names that are no globals are replaced by short ones, also
/// those of labels. Every function keeps its number.
///
/// # Errors
///
/// If the text has a token that is not one of Lua, or `steps` end the work.
///
/// ```
/// use lua_syntax::Steps;
/// use lua_syntax::syntax::stripped;
///
/// let text = "local secret = 1 -- hidden\nprint(secret, t.secret, {secret = secret})";
/// let stripped = stripped(text.as_bytes(), &|name| name == b"print" || name == b"t", Steps::unlimited())?;
/// assert_eq!(stripped, b"local a = 1 print ( a , t . secret , { secret = a } )");
/// # Ok::<(), lua_syntax::syntax::SyntaxError>(())
/// ```
pub fn stripped(text: &[u8], is_global: &dyn Fn(&[u8]) -> bool, mut steps: Steps<'_>) -> Result<Vec<u8>, SyntaxError> {
    let mut source = Source::whole(text.to_vec());
    let mut lexer = Lexer::new(&mut source, Strings::default(), steps.lend());
    let (mut out, mut places, mut names) = (Vec::new(), Places::default(), Names::default());
    let mut next = lexer.next_token()?;
    while next.kind != TokenKind::End {
        let token = std::mem::replace(&mut next, lexer.next_token()?);
        if !out.is_empty() {
            out.push(b' ');
        }
        match token.kind {
            TokenKind::Name(id) if places.is_field(next.kind) => out.extend_from_slice(lexer.strings.text(id)),
            TokenKind::Name(id) => names.push(&mut out, id, &lexer.strings, is_global),
            TokenKind::String(id) => push_quoted(&mut out, lexer.strings.text(id)),
            _ => out.extend_from_slice(&text[token.start..token.end]),
        }
        places.pass(token.kind);
    }
    Ok(out)
}

/// What is open at a token, and the token before it.
#[derive(Default)]
struct Places {
    open: Vec<Symbol>,
    before: Option<Symbol>,
}

impl Places {
    /// Returns `true` if the name here, before the token `next`, is that of a field or a method.
    fn is_field(&self, next: TokenKind) -> bool {
        match self.before {
            Some(Symbol::Dot | Symbol::Colon) => true,
            Some(Symbol::OpenBrace | Symbol::Comma | Symbol::Semicolon) => {
                self.open.last() == Some(&Symbol::OpenBrace) && next == TokenKind::Symbol(Symbol::Assign)
            }
            _ => false,
        }
    }

    fn pass(&mut self, token: TokenKind) {
        use Symbol::{Close, CloseBrace, CloseBracket, EndWord, Until};
        use Symbol::{Do, Function, If, Open, OpenBrace, OpenBracket, Repeat};
        self.before = match token {
            TokenKind::Symbol(symbol) => Some(symbol),
            _ => None,
        };
        match self.before {
            Some(symbol @ (Open | OpenBrace | OpenBracket | Do | Function | If | Repeat)) => self.open.push(symbol),
            Some(Close | CloseBrace | CloseBracket | EndWord | Until) => drop(self.open.pop()),
            _ => {}
        }
    }
}

/// The short names.
#[derive(Default)]
struct Names {
    short: HashMap<StringId, Vec<u8>>,
    /// The number of the next one.
    next: usize,
}

impl Names {
    fn push(&mut self, out: &mut Vec<u8>, id: StringId, strings: &Strings, is_global: &dyn Fn(&[u8]) -> bool) {
        let name = strings.text(id);
        // Methods have a parameter that they do not declare.
        if name == b"self" || is_global(name) {
            return out.extend_from_slice(name);
        }
        let short = self.short.entry(id).or_insert_with(|| {
            loop {
                let short = letters(self.next);
                self.next += 1;
                if Symbol::from_text(&short).is_none() && short != b"self" && !is_global(&short) {
                    return short;
                }
            }
        });
        out.extend_from_slice(short);
    }
}

/// Returns a name: `a` to `z`, then `aa`, `ba`, and so on.
fn letters(mut number: usize) -> Vec<u8> {
    let mut name = Vec::new();
    loop {
        name.push(b'a' + (number % 26) as u8);
        match number / 26 {
            0 => return name,
            rest => number = rest - 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{letters, stripped};
    use crate::Steps;

    fn strip(text: &str, globals: &[&str]) -> String {
        let is_global = |name: &[u8]| globals.iter().any(|global| global.as_bytes() == name);
        let stripped = stripped(text.as_bytes(), &is_global, Steps::unlimited()).expect("all are tokens");
        String::from_utf8(stripped).expect("it is text")
    }

    #[test]
    fn only_locals_and_labels_have_other_names() {
        for (text, globals, expected) in [
            ("local x, y = x.x, a:y(x)", &["a"][..], "local b , c = b . x , a : y ( b )"),
            ("local t = {x, x = x; y = {x}, [x] = x}", &[], "local a = { b , x = b ; y = { b } , [ b ] = b }"),
            (
                "t = {function(x) local y, x = x x, y = 1 end, x = 1}",
                &["t"],
                "t = { function ( a ) local b , a = a a , b = 1 end , x = 1 }",
            ),
            ("function m.f:g(x) return self, x, ... end", &["m"], "function m . f : g ( a ) return self , a , ... end"),
            ("::again:: goto again goto = 1", &["goto"], ":: a :: goto a goto = 1"),
            (
                "for x = 1, 0x10 do repeat local x = -1.5e3 until x end",
                &[],
                "for a = 1 , 0x10 do repeat local a = - 1.5e3 until a end",
            ),
            ("-- secret\nlocal x = [[\na\r\n\"]] --[[secret]] .. 'b\\0'", &[], "local a = \"a\\\n\\\"\" .. \"b\\0\""),
            ("a = x", &["a", "x"], "a = x"),
            ("", &[], ""),
        ] {
            assert_eq!(strip(text, globals), expected, "{text}");
        }
    }

    #[test]
    fn short_names_are_all_different() {
        let names: std::collections::HashSet<_> = (0..20_000).map(letters).collect();
        assert_eq!(
            (names.len(), letters(0), letters(25), letters(26), letters(52)),
            (20_000, b"a".to_vec(), b"z".to_vec(), b"aa".to_vec(), b"ab".to_vec())
        );
        // `do` is a word, and `b` a global.
        let text: String = (0..200).map(|index| format!("local x{index} = b ")).collect();
        let stripped = strip(&text, &["b"]);
        assert!(
            !stripped.contains(" do ") && !stripped.contains("local b ") && stripped.contains("local c = b"),
            "{stripped}"
        );
    }
}
