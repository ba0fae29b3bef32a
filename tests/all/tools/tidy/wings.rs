//! The modules of a crate name only modules below them.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};

use super::{read, rust_files};

/// A wing of a crate, which is a module of its root, and the wings that it names. A name with `::` is a module of
/// another crate.
type Wing = (&'static str, &'static [&'static str]);

/// The folder of a crate, and its wings, each after those that it names.
const WINGS: [(&str, &[Wing]); 4] = [
    (
        "ops-def/lower/src",
        &[
            // Tokens, problems, types.
            ("attributes", &[]),
            ("catalogue", &[]),
            ("lowered", &[]),
            ("mistake", &[]),
            ("text", &[]),
            ("ty", &[]),
            ("errors", &["catalogue", "text"]),
            ("nan_box", &["catalogue", "errors", "text", "ty"]),
            ("arguments", &["catalogue", "errors", "nan_box"]),
            ("machine", &["ty"]),
            ("names", &["catalogue", "errors", "text"]),
            ("types", &["catalogue", "errors", "text", "ty"]),
            // The items of the module.
            ("consts", &["catalogue", "errors", "text", "ty", "types"]),
            ("family", &["attributes", "catalogue", "errors", "text"]),
            ("functions", &["attributes", "catalogue", "errors", "machine", "names", "text", "ty", "types"]),
            ("op", &["attributes", "catalogue", "errors", "family", "machine", "names", "text", "ty", "types"]),
            (
                "branches",
                &["arguments", "attributes", "catalogue", "errors", "family", "machine", "op", "text", "ty", "types"],
            ),
            ("structs", &["catalogue", "errors", "names", "text", "ty", "types"]),
            (
                "module",
                &[
                    "arguments",
                    "attributes",
                    "branches",
                    "catalogue",
                    "consts",
                    "errors",
                    "family",
                    "functions",
                    "machine",
                    "names",
                    "nan_box",
                    "op",
                    "structs",
                    "text",
                    "ty",
                    "types",
                ],
            ),
            // Typed IR, and the checks.
            ("ir", &["ty"]),
            ("effects", &["ir", "ty"]),
            (
                "check",
                &["catalogue", "consts", "effects", "errors", "functions", "ir", "module", "op", "text", "ty", "types"],
            ),
            ("nan", &["catalogue", "consts", "effects", "errors", "ir", "module", "ty"]),
            // C, metadata, Rust.
            ("encode", &["ir", "module", "op", "ty"]),
            ("canonical", &["consts", "effects", "encode", "ir", "module", "op", "ty"]),
            ("c", &["consts", "effects", "encode", "functions", "ir", "lowered", "machine", "module", "op", "ty"]),
            ("ssa", &["consts", "effects", "encode", "ir", "module", "op", "ty"]),
            (
                "set",
                &[
                    "c",
                    "canonical",
                    "catalogue",
                    "check",
                    "effects",
                    "encode",
                    "errors",
                    "ir",
                    "lowered",
                    "module",
                    "nan",
                    "op",
                    "ssa",
                    "text",
                    "ty",
                ],
            ),
            (
                "rust",
                &[
                    "attributes",
                    "consts",
                    "encode",
                    "errors",
                    "functions",
                    "module",
                    "nan_box",
                    "op",
                    "set",
                    "structs",
                    "text",
                    "ty",
                    "types",
                ],
            ),
        ],
    ),
    (
        "jit/src",
        &[
            ("errors", &[]),
            ("memory", &["errors"]),
            ("observe", &["errors", "memory"]),
            ("optimize", &[]),
            ("config", &["errors", "observe", "optimize"]),
            ("compile", &["config", "errors", "memory", "observe", "optimize"]),
            ("stats", &["compile", "errors"]),
            ("tier", &["compile", "config", "errors", "memory", "observe", "optimize", "stats"]),
        ],
    ),
    (
        "examples/lua/syntax/src",
        &[
            ("steps", &[]),
            ("strings", &["steps"]),
            ("time", &[]),
            ("syntax", &["steps", "strings"]),
            ("parse", &["steps", "syntax"]),
        ],
    ),
    (
        "examples/lua/src",
        &[
            ("heap", &["ops"]),
            ("ops", &["heap", "runtime"]),
            ("runtime", &["heap", "lua_syntax::parse", "lua_syntax::strings", "ops"]),
            ("generate", &["heap", "lua_syntax::parse", "lua_syntax::syntax", "ops"]),
            ("dump", &["heap"]),
            (
                "load",
                &[
                    "dump",
                    "generate",
                    "heap",
                    "lua_syntax::Steps",
                    "lua_syntax::parse",
                    "lua_syntax::syntax",
                    "ops",
                    "runtime",
                ],
            ),
            (
                "library",
                &[
                    "dump",
                    "heap",
                    "load",
                    "lua_syntax::Steps",
                    "lua_syntax::strings",
                    "lua_syntax::syntax",
                    "lua_syntax::time",
                    "ops",
                    "runtime",
                ],
            ),
            ("embed", &["heap", "library", "load", "lua_syntax::strings", "ops", "runtime"]),
            ("deadline", &[]),
            ("state", &["deadline", "embed", "library", "load", "ops", "runtime"]),
            ("dap", &["embed", "heap", "load", "lua_syntax::strings", "ops", "runtime", "state"]),
        ],
    ),
];

/// Wings that are one level, because they name each other: the ops and the runtime of Lua, and the heap, which names the
/// values of the ops.
const LEVELS: [(&str, &[&str]); 1] = [("examples/lua/src", &["heap", "ops", "runtime"])];

/// What Lua's heap uses of the ops: values, the objects whose fields ops access, and the caches of ops.
const LUA_VALUES: &str = "AddCache BLACK BUILTIN_TAG CLOSURE_TAG Callable Callee Closure FieldCache InheritedCache \
    MAX_INTERNED NO_SHAPE Object PROTOTYPE TABLE_TAG TAG_SHIFT TEXT_SHAPE TEXT_TAG THREAD_TAG Table Text USERDATA_TAG Upvalue Value \
    upvalue_at";

/// Crates whose public items are named through the root. Only the other names count there.
const THROUGH_ROOT: [&str; 1] = ["interp/src"];

/// Crates in which the modules inside a wing name only those below them, too.
const ORDERED_INSIDE: [&str; 1] = ["ops-def/lower/src"];

/// Crates whose modules are named in lists above.
const OTHER_CRATES: [&str; 1] = ["lua_syntax"];

/// Modules of tests, which may name everything.
const FOR_TESTS: [&str; 2] = ["tests", "tiny"];

/// The path of a module from the root of its crate, or of an item.
type Names = Vec<String>;

/// A file: the module that it is, and the paths that it names.
struct File {
    path: String,
    module: Names,
    named: Vec<Names>,
}

impl File {
    fn read(folder: &str, path: String) -> File {
        let inside = path.strip_prefix(folder).expect("below its folder").trim_start_matches('/');
        let module = inside.trim_end_matches(".rs").split('/').filter(|part| !["lib", "mod"].contains(part));
        let module: Names = module.map(str::to_owned).collect();
        let tokens: TokenStream = read(&path).parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut named = Vec::new();
        find(tokens, &module, &mut named);
        File { path, module, named }
    }

    fn is_for_tests(&self) -> bool {
        self.module.iter().any(|part| FOR_TESTS.contains(&part.as_str()))
    }
}

/// Finds the paths that begin with `crate`, `super` or another crate. Comments and texts contain none, and unit tests may
/// name everything.
fn find(tokens: TokenStream, module: &[String], named: &mut Vec<Names>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                let is_tests = at >= 2 && is_word(&tokens[at - 2], "mod") && is_word(&tokens[at - 1], "tests");
                if !is_tests {
                    find(group.stream(), module, named);
                }
            }
            // The rest of a path that was found from its start.
            TokenTree::Ident(_) if at >= 2 && after_colons(&tokens, at - 2).is_some() => {}
            TokenTree::Ident(word) => {
                let word = word.to_string();
                let start = match word.as_str() {
                    "crate" => Vec::new(),
                    "super" => module[..module.len().saturating_sub(1)].to_vec(),
                    other if OTHER_CRATES.contains(&other) => vec![word],
                    _ => continue,
                };
                if let Some(after) = after_colons(&tokens, at + 1) {
                    follow(&tokens[after..], start, named);
                }
            }
            _ => {}
        }
    }
}

/// Follows a path that begins with these names: adds it to `named`, or each of those in braces.
fn follow(tokens: &[TokenTree], mut path: Names, named: &mut Vec<Names>) {
    match tokens.first() {
        Some(TokenTree::Group(group)) => {
            let list: Vec<TokenTree> = group.stream().into_iter().collect();
            let parts = list.split(|token| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ','));
            parts.filter(|part| !part.is_empty()).for_each(|part| follow(part, path.clone(), named));
        }
        Some(TokenTree::Ident(word)) => {
            match word.to_string().as_str() {
                "super" => drop(path.pop()),
                "self" => {}
                name => path.push(name.to_owned()),
            }
            match after_colons(tokens, 1) {
                Some(after) => follow(&tokens[after..], path, named),
                None => named.push(path),
            }
        }
        // `*`
        _ => named.push(path),
    }
}

/// Returns the index after the `::` at this index, if it is there.
fn after_colons(tokens: &[TokenTree], at: usize) -> Option<usize> {
    let is_colon = |token: &TokenTree| matches!(token, TokenTree::Punct(colon) if colon.as_char() == ':');
    tokens.get(at..at + 2)?.iter().all(is_colon).then_some(at + 2)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Returns the files of a library, without its root and those for tests, and the paths of all its modules.
fn files(folder: &str) -> (Vec<File>, BTreeSet<Names>) {
    let root = read(&format!("{folder}/lib.rs"));
    // The others belong to a command beside the library.
    let is_wing = |name: &String| {
        let declaration = format!("mod {name};");
        root.lines().any(|line| line == declaration || line.ends_with(&format!(" {declaration}")))
    };
    let files = rust_files(folder).into_iter().map(|path| File::read(folder, path));
    let files = files.filter(|file| file.module.first().is_some_and(is_wing) && !file.is_for_tests());
    let files: Vec<File> = files.collect();
    let modules = files.iter().flat_map(|file| (0..=file.module.len()).map(|len| file.module[..len].to_vec()));
    let modules = modules.collect();
    (files, modules)
}

/// Which module names which others, in one folder.
type Edges = BTreeMap<String, BTreeSet<String>>;

/// Returns the edges between the modules of each folder of a crate.
fn edges(folder: &str) -> BTreeMap<Names, Edges> {
    let (files, modules) = files(folder);
    let mut all: BTreeMap<Names, Edges> = BTreeMap::new();
    for file in &files {
        for depth in 0..file.module.len() {
            let edges = all.entry(file.module[..depth].to_vec()).or_default();
            edges.entry(file.module[depth].clone()).or_default();
        }
        for named in &file.named {
            if OTHER_CRATES.contains(&named[0].as_str()) {
                let names = all.entry(Vec::new()).or_default().entry(file.module[0].clone()).or_default();
                names.insert(named[..2].join("::"));
                continue;
            }
            let common = named.iter().zip(&file.module).take_while(|(one, other)| one == other).count();
            let is_inside = common > 0;
            if common == file.module.len() || is_inside && !ORDERED_INSIDE.contains(&folder) {
                continue;
            }
            let is_module = named.len() > common && modules.contains(&named[..=common]);
            if common == 0 && !is_module && THROUGH_ROOT.contains(&folder) {
                continue;
            }
            assert!(is_module, "{} names `{}` of a module that it is in", file.path, named.join("::"));
            let edges = all.entry(file.module[..common].to_vec()).or_default();
            edges.entry(file.module[common].clone()).or_default().insert(named[common].clone());
        }
    }
    all
}

/// Returns a circle among the modules of a folder, if there is one.
fn circle(edges: &Edges) -> Option<Names> {
    let mut done = BTreeSet::new();
    for start in edges.keys() {
        let mut work = vec![vec![start.clone()]];
        while let Some(path) = work.pop() {
            for next in edges.get(path.last()?).into_iter().flatten() {
                let longer = [&path[..], std::slice::from_ref(next)].concat();
                if let Some(at) = path.iter().position(|module| module == next) {
                    return Some(longer[at..].to_vec());
                }
                if !done.contains(next) {
                    work.push(longer);
                }
            }
        }
        done.insert(start.clone());
    }
    None
}

#[test]
fn wings_know_only_those_below_them() {
    for (folder, wings) in WINGS {
        let levels = LEVELS.iter().filter(|(of, _)| *of == folder);
        let levels: Vec<&[&str]> = levels.map(|(_, level)| *level).collect();
        for (index, (wing, below)) in wings.iter().enumerate() {
            let is_beside = |name: &&str| levels.iter().any(|level| level.contains(wing) && level.contains(name));
            let is_before = |name: &&str| wings[..index].iter().any(|(before, _)| before == name);
            let is_below = |name: &&str| name.contains("::") || is_before(name) || is_beside(name);
            assert!(below.iter().all(is_below), "{folder}: `{wing}` is listed before a wing that it may name");
        }
        let mut found = edges(folder).remove(&Vec::new()).expect("the crate has modules");
        for (wing, below) in wings {
            let allowed: BTreeSet<String> = below.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(found.remove(*wing), Some(allowed), "{folder}/{wing}");
        }
        assert!(found.is_empty(), "{folder} has nothing but wings: {found:?}");
    }
}

#[test]
fn no_modules_in_a_wing_name_each_other_in_a_circle() {
    for folder in ORDERED_INSIDE {
        for (inside, edges) in edges(folder) {
            // The wings themselves are in the lists.
            if !inside.is_empty() {
                assert_eq!(circle(&edges), None, "{folder}/{}", inside.join("/"));
            }
        }
    }
}

#[test]
fn no_modules_of_the_interpreter_name_each_other_in_a_circle() {
    for folder in THROUGH_ROOT {
        assert_eq!(circle(&edges(folder)[&Vec::new()]), None, "{folder}");
    }
}

#[test]
fn luas_heap_does_not_depend_on_the_machine() {
    let (files, _) = files("examples/lua/src");
    let named = files.iter().filter(|file| file.module[0] == "heap").flat_map(|file| &file.named);
    let of_ops: Vec<&Names> = named.filter(|named| named[0] == "ops").collect();
    assert!(of_ops.iter().all(|named| named[1] == "ops"), "{of_ops:?}");
    let found: BTreeSet<&str> = of_ops.iter().map(|named| named[2].as_str()).collect();
    assert_eq!(found, LUA_VALUES.split_whitespace().collect());
}

#[test]
fn a_circle_is_found() {
    let edges = |list: &[(&str, &[&str])]| -> Edges {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        list.iter().map(|&(module, below)| (module.to_owned(), names(below))).collect()
    };
    assert_eq!(circle(&edges(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])])), None);
    let found = circle(&edges(&[("a", &["b"]), ("b", &["c"]), ("c", &["d", "b"]), ("d", &[])]));
    assert_eq!(found.map(|circle| circle.join(" ")), Some("b c b".to_owned()));
}
