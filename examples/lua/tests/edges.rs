//! Checks which modules each module of Lua's two crates uses: none depends on a module above it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of a crate, each with everything that it uses.
type Edges = &'static [(&'static str, &'static [&'static str])];

/// The crate `mimeo-lua-syntax`, from text to trees.
const SYNTAX: Edges =
    &[("strings", &[]), ("time", &[]), ("syntax", &["crate::strings"]), ("resolve", &["crate::syntax"])];

/// The crate `mimeo-lua`, from objects to the embedding and the debug adapter. The ops and the runtime are one level, because each uses the
/// other.
const LUA: Edges = &[
    ("heap", &["crate::ops"]),
    ("ops", &["crate::heap", "crate::runtime"]),
    ("runtime", &["crate::heap", "crate::ops", "lua_syntax::strings"]),
    ("generate", &["crate::heap", "crate::ops", "lua_syntax::resolve", "lua_syntax::syntax"]),
    ("dump", &["crate::heap"]),
    (
        "load",
        &["crate::dump", "crate::generate", "crate::heap", "crate::ops", "lua_syntax::resolve", "lua_syntax::syntax"],
    ),
    (
        "library",
        &[
            "crate::dump",
            "crate::heap",
            "crate::load",
            "crate::ops",
            "crate::runtime",
            "lua_syntax::strings",
            "lua_syntax::time",
        ],
    ),
    ("embed", &["crate::heap", "crate::library", "crate::load", "crate::ops", "crate::runtime", "lua_syntax::strings"]),
    ("state", &["crate::embed", "crate::library", "crate::ops", "crate::runtime"]),
    (
        "dap",
        &[
            "crate::embed",
            "crate::generate",
            "crate::heap",
            "crate::load",
            "crate::ops",
            "crate::runtime",
            "crate::state",
            "lua_syntax::strings",
        ],
    ),
];

/// The parts of the instruction set that the heap uses: values, the objects whose fields ops access, and the caches of
/// ops.
const VALUES: &str = "AddCache BLACK BUILTIN_TAG CLOSURE_TAG Callable Callee Closure FieldCache InheritedCache MAX_INTERNED \
    NO_SHAPE Object PROTOTYPE TABLE_TAG TAG_SHIFT TEXT_TAG THREAD_TAG Table Text USERDATA_TAG Upvalue Value upvalue_at";

/// Returns the text of a Rust file without its comments and its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Returns the files of a module, without its tests, and their depths below the crate's root.
fn files(source: &Path, module: &str) -> Vec<(PathBuf, usize)> {
    let mut files = vec![(source.join(module).with_extension("rs"), 1)];
    let mut folders = vec![(source.join(module), 2)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.file_name().and_then(|name| name.to_str()) {
                Some("tests" | "tests.rs") => {}
                _ if path.is_dir() => folders.push((path, depth + 1)),
                _ => files.push((path, depth)),
            }
        }
    }
    files
}

/// Returns the identifiers that follow each `path` in the code: one, or those in braces.
fn named<'a>(code: &'a str, path: &str) -> Vec<&'a str> {
    let identifier = |text: &'a str| text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let after = |(at, _): (usize, &str)| {
        let rest = &code[at + path.len()..];
        match rest.strip_prefix('{').and_then(|list| list.split_once('}')) {
            Some((list, _)) => {
                list.split(',').map(|name| identifier(name.trim())).filter(|name| !name.is_empty()).collect()
            }
            None => vec![identifier(rest)],
        }
    };
    let is_whole = |at: usize| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    code.match_indices(path).filter(|&(at, _)| is_whole(at)).flat_map(after).collect()
}

fn check(source: &str, edges: Edges) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
    let root = code(&source.join("lib.rs"));
    let modules: BTreeSet<&str> = named(&root, "mod ").into_iter().collect();
    assert_eq!(modules, edges.iter().map(|&(module, _)| module).collect(), "the modules of the crate");
    for &(module, allowed) in edges {
        let mut found = BTreeSet::new();
        for (path, depth) in files(&source, module) {
            let code = code(&path);
            for root in ["crate::", "lua_syntax::"] {
                let names = named(&code, root).into_iter().filter(|&name| name != module);
                found.extend(names.map(|name| format!("{root}{name}")));
            }
            assert!(!code.contains(&"super::".repeat(depth)), "{} leaves its module through `super`", path.display());
        }
        assert_eq!(found, allowed.iter().map(|&name| name.to_owned()).collect(), "what `{module}` uses");
    }
}

#[test]
fn syntax_uses_only_lower_modules() {
    check("syntax/src", SYNTAX);
}

#[test]
fn lua_uses_only_lower_modules() {
    check("src", LUA);
}

#[test]
fn the_heap_does_not_depend_on_the_machine() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let code: String = files(&source, "heap").iter().map(|(path, _)| code(path)).collect();
    let found: BTreeSet<&str> = named(&code, "crate::ops::ops::").into_iter().collect();
    assert_eq!(found, VALUES.split_whitespace().collect());
    assert!(named(&code, "crate::ops::").iter().all(|&name| name == "ops"));
}
