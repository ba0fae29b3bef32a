//! Turns the name of a chunk into its text in messages.

/// Maximal length of the text: Lua's `LUA_IDSIZE`, without the zero at the end.
const MAX_LEN: usize = 59;

/// Returns the text for a chunk's name: `=name` is used unchanged, `@file` is a file, and anything else is the source
/// itself, whose first line is shown.
#[must_use]
pub fn shown_name(name: &[u8]) -> Vec<u8> {
    // Lua's own names are C strings.
    let name = memchr::memchr(0, name).map_or(name, |end| &name[..end]);
    match name.split_first() {
        Some((b'=', text)) => text[..text.len().min(MAX_LEN)].to_vec(),
        Some((b'@', file)) if file.len() <= MAX_LEN => file.to_vec(),
        Some((b'@', file)) => [b"...", &file[file.len() - (MAX_LEN - 3)..]].concat(),
        _ => shown_source(name),
    }
}

fn shown_source(source: &[u8]) -> Vec<u8> {
    const AROUND: usize = b"[string \"\"]".len();
    let line = memchr::memchr2(b'\n', b'\r', source).map_or(source, |end| &source[..end]);
    if line.len() == source.len() && line.len() <= MAX_LEN - AROUND {
        return [b"[string \"", line, b"\"]"].concat();
    }
    let start = &line[..line.len().min(MAX_LEN - AROUND - b"...".len())];
    [b"[string \"", start, b"...\"]"].concat()
}

#[cfg(test)]
mod tests {
    use super::shown_name;

    /// The expected texts are LuaJIT's.
    #[test]
    fn names_are_shown_by_their_first_character() {
        let y = |count| "y".repeat(count);
        for (name, shown) in [
            ("=name".into(), "name".into()),
            ("=".into(), String::new()),
            ("@file.lua".into(), "file.lua".into()),
            (String::new(), "[string \"\"]".into()),
            ("x = 1".into(), "[string \"x = 1\"]".into()),
            ("one\ntwo".into(), "[string \"one...\"]".into()),
            ("one\rtwo".into(), "[string \"one...\"]".into()),
            ("\n".into(), "[string \"...\"]".into()),
            ("x=\0=".into(), "[string \"x=\"]".into()),
            (y(48), format!("[string \"{}\"]", y(48))),
            (y(49), format!("[string \"{}...\"]", y(45))),
            (y(46) + "\nz", format!("[string \"{}...\"]", y(45))),
            (format!("@{}", y(59)), y(59)),
            (format!("@{}", y(100)), format!("...{}", y(56))),
            (format!("={}", y(100)), y(59)),
        ] {
            assert_eq!(String::from_utf8_lossy(&shown_name(name.as_bytes())), shown, "{name:?}");
        }
    }
}
