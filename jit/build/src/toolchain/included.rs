//! The preprocessor's output → the included files.
//!
//! A line marker such as `# 1 "src/half.h" 1` starts a file; that of a system header also has the flag `3`. `#line`
//! directives produce markers without the flag `1`. Format: GCC's manual of the preprocessor, section "Preprocessor
//! Output".

use std::path::PathBuf;

/// Returns the files that are not system headers.
pub(super) fn files(text: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = text.lines().filter_map(started).map(PathBuf::from).collect();
    found.sort();
    found.dedup();
    found
}

/// Returns the file that starts at a line marker.
fn started(line: &str) -> Option<String> {
    let (number, rest) = line.strip_prefix("# ")?.split_once(' ')?;
    number.parse::<u64>().ok()?;
    let (name, flags) = rest.strip_prefix('"')?.rsplit_once('"')?;
    let mut flags = flags.split_whitespace();
    let begins = flags.clone().any(|flag| flag == "1") && !flags.any(|flag| flag == "3");
    // Quotes and backslashes in a name are escaped with a backslash.
    let mut escaped = false;
    let unescape = |c: char| {
        escaped = c == '\\' && !escaped;
        (!escaped).then_some(c)
    };
    (begins && !name.starts_with('<')).then(|| name.chars().filter_map(unescape).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_markers_start_files() {
        let text = "# 0 \"unit.c\"\n# 0 \"<built-in>\"\n# 1 \"/usr/include/stdc-predef.h\" 1 3 4\n# 0 \"<command-line>\" 2\n\
                    # 1 \"unit.c\"\n# 1 \"src/half.c\" 1\n# 1 \"work/half.h\" 1\nint x; // # 1 \"no\" 1\n\
                    # 9 \"src/ops.rs\"\n# 2 \"src/half.c\" 2\n# 1 \"a \\\"b\\\\c.h\" 1\n# 3 \"src/half.c\" 2\n\
                    # 1 \"work/half.h\" 1\n";
        assert_eq!(files(text), [r#"a "b\c.h"#, "src/half.c", "work/half.h"].map(PathBuf::from));
    }
}
