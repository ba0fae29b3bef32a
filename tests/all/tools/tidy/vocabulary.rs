//! The pages on the op language show every word and every form that the lowering accepts, in an op that is compiled.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};

use super::{function, read};

/// The pages.
const PAGES: [&str; 2] = ["docs/op-language.md", "docs/op-expressions.md"];

/// The file with most of the ops that they quote.
const OPS: &str = "tests/src/reference.rs";

/// The functions of the lowering whose `match` decides which words and forms there are, and how an op or a page writes
/// such a word, which is `*` here.
const LOWERING: [(&str, &str, &str); 19] = [
    ("arguments.rs", "set", "`* = "),
    ("attributes.rs", "is_operand_attribute", "#[*"),
    ("check/call.rs", "call", "*("),
    ("check/expr.rs", "expr", "*"),
    ("check/expr.rs", "operate", "*"),
    ("check/expr.rs", "path", "*"),
    ("check/expr.rs", "unary", "*"),
    ("check/literal.rs", "literal", "*"),
    ("check/method.rs", "cell_method", ".*("),
    ("check/method.rs", "float_method", ".*("),
    ("check/method.rs", "integer_method", ".*("),
    ("check/method.rs", "machine_call", ".*("),
    ("check/method.rs", "pointer_method", ".*"),
    ("check/pattern.rs", "pattern", "*"),
    ("consts.rs", "of_number", "`*`"),
    ("nan_box/reader.rs", "read_kind", "`*`"),
    ("nan_box/reader.rs", "form", "`name: *`"),
    ("op.rs", "read_attribute", "stencil = *"),
    ("ty.rs", "from_name", "*"),
];

/// Those whose words the documentation of the macros mentions as well.
const SHORT_FORM: [&str; 4] = ["set", "is_operand_attribute", "machine_call", "read_attribute"];

/// Forms that only macros make.
const INVISIBLE: [&str; 1] = ["Expr::Group"];

/// What the arms of a function match, and the lists of texts in it: words, and forms of syntax such as `Expr::While`.
#[derive(Default)]
struct Vocabulary {
    words: BTreeSet<String>,
    forms: BTreeSet<String>,
}

impl Visit<'_> for Vocabulary {
    fn visit_arm(&mut self, arm: &syn::Arm) {
        if !refuses(&arm.body) {
            Matched(self).visit_pat(&arm.pat);
        }
        visit::visit_expr(self, &arm.body);
    }

    fn visit_expr_array(&mut self, array: &syn::ExprArray) {
        visit::visit_expr_array(&mut Matched(self), array);
    }
}

/// Finds what a pattern or a list names.
struct Matched<'a>(&'a mut Vocabulary);

impl Visit<'_> for Matched<'_> {
    fn visit_lit_str(&mut self, text: &syn::LitStr) {
        self.0.words.insert(text.value());
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() == 3 && names[0] == "syn" {
            self.0.forms.insert(names[1..].join("::"));
        }
    }
}

/// Returns `true` if the body of an arm only reports a problem.
fn refuses(body: &syn::Expr) -> bool {
    match body {
        syn::Expr::Call(call) => matches!(&*call.func, syn::Expr::Path(path) if path.path.is_ident("Err")),
        syn::Expr::MethodCall(call) => ["fail", "unsupported", "unknown_suffix"].iter().any(|name| call.method == name),
        syn::Expr::Return(ret) => ret.expr.as_deref().is_some_and(refuses),
        syn::Expr::Block(block) => match &block.block.stmts[..] {
            [syn::Stmt::Expr(only, _)] => refuses(only),
            _ => false,
        },
        _ => false,
    }
}

/// Returns what a function of the lowering decides about.
fn accepted(file: &str, name: &str) -> Vocabulary {
    let text = function(&format!("ops-def/lower/src/{file}"), name);
    // A method is only valid in an `impl` block.
    let file = syn::parse_file(&format!("impl Lowering {{ {text} }}")).expect("it is Rust");
    let mut found = Vocabulary::default();
    found.visit_file(&file);
    found.words.remove("");
    assert!(!found.words.is_empty() || !found.forms.is_empty(), "`{name}` decides about nothing");
    found
}

/// Returns the names in a list of `names.rs`.
fn reserved(list: &str) -> BTreeSet<String> {
    let file = syn::parse_file(&read("ops-def/lower/src/names.rs")).expect("it is Rust");
    let is_list = |item: &&syn::Item| matches!(item, syn::Item::Const(of) if of.ident == list);
    let mut found = Vocabulary::default();
    found.visit_item(file.items.iter().find(is_list).unwrap_or_else(|| panic!("names.rs has `{list}`")));
    found.words
}

/// Returns the text of the blocks with this language, and the names of what they quote.
fn quotations(page: &str, language: &str) -> (String, BTreeSet<String>) {
    let (mut text, mut names) = (String::new(), BTreeSet::new());
    for block in page.split(&format!("\n```{language} ")).skip(1) {
        let (head, rest) = block.split_once('\n').expect("a block has a first line");
        let (quoted, _) = rest.split_once("\n```").expect("a block ends");
        // The messages that a wrong op gets follow it.
        if !head.contains(" of tests/ui/") {
            names.extend(head.strip_suffix(&format!(" of {OPS}")).map(str::to_owned));
            text += &format!("{quoted}\n");
        }
    }
    (text, names)
}

/// Returns `true` if the text has these words, and not as a part of a longer one.
fn has(text: &str, words: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(words).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + words.len()..]);
        let joins_before = words.starts_with(part_of_word) && before.ends_with(part_of_word);
        let joins_after = words.ends_with(part_of_word) && after.starts_with(part_of_word);
        !joins_before && !joins_after
    })
}

#[test]
fn the_pages_on_the_op_language_show_all_of_it() {
    let pages = PAGES.map(read).concat();
    let (rust, quoted) = quotations(&pages, "rust");
    let ops = format!("{:?}", syn::parse_file(&rust).expect("the quotations are functions"));
    let (mut count, mut missing) = (0, Vec::new());
    for (file, name, written) in LOWERING {
        let Vocabulary { words, forms } = accepted(file, name);
        count += words.len() + forms.len();
        let place = if written.starts_with('`') { &pages } else { &rust };
        let words = words.iter().map(|word| written.replace('*', word)).filter(|word| !has(place, word));
        let forms = forms.into_iter().filter(|form| !INVISIBLE.contains(&form.as_str()) && !has(&ops, form));
        missing.extend(words.chain(forms).map(|word| format!("`{word}` (`{name}` in {file})")));
    }
    assert!(missing.is_empty(), "no op on {PAGES:?} uses {}", missing.join(", "));
    // About 40 methods, 20 types, 40 forms.
    assert!(count > 120, "{count}");
    let source = read(OPS);
    let (_, lowered) = quotations(&pages, "c");
    let heads = source.split("    #[vm_op").skip(1).filter_map(|op| op.split_once("    fn ")?.1.split_once('('));
    for (name, _) in heads {
        assert!(quoted.contains(name), "{PAGES:?} do not quote `{name}`");
        let has_c = !source.contains(&format!("#[vm_op(stencil = none)]\n    fn {name}("));
        assert_eq!(lowered.contains(name), has_c, "{PAGES:?} say what becomes of `{name}`");
    }
}

#[test]
fn the_documentation_says_what_a_module_gains() {
    let pages = PAGES.map(read).concat();
    let macros = read("ops-macros/src/lib.rs");
    for name in reserved("GENERATED").iter().filter(|name| *name != "TABLE") {
        let name = format!("`{name}`");
        assert!(pages.contains(&name) && macros.contains(&name), "{name} is not documented");
    }
    for name in reserved("ASSEMBLER") {
        assert!(pages.contains(&format!("`{name}`")), "`{name}` of the assembler is not documented");
    }
    for (file, name, written) in LOWERING.iter().filter(|(_, name, _)| SHORT_FORM.contains(name)) {
        for word in accepted(file, name).words.iter().map(|word| written.replace('*', word)) {
            assert!(macros.contains(&word), "the documentation of `#[vm_op]` does not mention `{word}`");
        }
    }
}
