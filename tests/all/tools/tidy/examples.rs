//! Every public item for authors of languages and for hosts has an example that runs, and each documented
//! panic has a test.

use std::collections::BTreeSet;

use syn::{Attribute, ImplItem, Item, TraitItem, Visibility};

use super::{CRATES, function, read, rust_files, unindented};

/// The files with these items. Items for generated code and native tiers are in other files, or hidden.
const FILES: &[&str] = &[
    "interp/src/asm.rs",
    "interp/src/asm/last.rs",
    "interp/src/callable.rs",
    "interp/src/disassemble.rs",
    "interp/src/error.rs",
    "interp/src/fiber.rs",
    "interp/src/flow.rs",
    "interp/src/function.rs",
    "interp/src/hint.rs",
    "interp/src/instruction_set.rs",
    "interp/src/machine.rs",
    "interp/src/machine/single.rs",
    "interp/src/program.rs",
    "interp/src/quiet_nan.rs",
    "interp/src/reference.rs",
    "interp/src/request.rs",
    "interp/src/stacks.rs",
    "interp/src/stored.rs",
    "interp/src/trace.rs",
    "interp/src/trap.rs",
    "interp/src/trusted.rs",
    "interp/src/value.rs",
    "interp/src/verify.rs",
    "interp/src/view.rs",
    "interp/src/vm.rs",
    "interp/src/window.rs",
    "jit/observe/src/lib.rs",
    "jit/optimize/src/compiler.rs",
    "jit/src/compile/patch.rs",
    "jit/src/config/jit_config.rs",
    "jit/src/errors/bad_setting.rs",
    "jit/src/errors/code_buf_error.rs",
    "jit/src/errors/diagnostic.rs",
    "jit/src/errors/no_stencil.rs",
    "jit/src/errors/patch_error.rs",
    "jit/src/errors/table_error.rs",
    "jit/src/errors/unavailable.rs",
    "jit/src/memory/code_buf.rs",
    "jit/src/observe/code_region.rs",
    "jit/src/observe/observer.rs",
    "jit/src/observe/observers.rs",
    "jit/src/stats/code.rs",
    "jit/src/stats/compile.rs",
    "jit/src/stats/event.rs",
    "jit/src/stats/format.rs",
    "jit/src/stats/functions.rs",
    "jit/src/stats/gap.rs",
    "jit/src/stats/json.rs",
    "jit/src/stats/mod.rs",
    "jit/src/stats/summary.rs",
    "jit/src/stats/switches.rs",
    "jit/src/stats/trace.rs",
    "jit/src/tier/capability.rs",
    "jit/src/tier/control.rs",
    "jit/src/tier/inspect.rs",
    "jit/src/tier/jit.rs",
    "jit/src/tier/settings.rs",
    "src/heap/src/collect.rs",
    "src/heap/src/heap.rs",
    "src/heap/src/intern.rs",
    "src/heap/src/object.rs",
    "src/heap/src/trace.rs",
    "src/heap/src/vector.rs",
    "src/explore/src/code.rs",
    "src/explore/src/page.rs",
    "src/lib.rs",
    "src/listing.rs",
    "src/listing/functions.rs",
    "src/shell/src/arguments.rs",
    "src/shell/src/command.rs",
    "src/shell/src/diagnostic.rs",
    "src/shell/src/dump.rs",
    "src/shell/src/editor.rs",
    "src/shell/src/explore.rs",
    "src/shell/src/interrupt.rs",
    "src/shell/src/language.rs",
    "src/shell/src/options.rs",
    "src/shell/src/output.rs",
    "src/shell/src/session.rs",
    "src/shell/src/source.rs",
    "src/shell/src/tokens.rs",
    "tests/twins/src/language.rs",
    "tests/twins/src/op.rs",
    "tests/twins/src/random.rs",
    "tests/twins/src/twins.rs",
];

/// Items without an example or a link to one, and the reason. A `*` stands for the methods of a trait.
const WITHOUT: &[(&str, &str)] = &[
    ("interp/src/function.rs: Function::cache_address", "for native tiers"),
    ("interp/src/function.rs: Function::countdown", "for native tiers"),
    ("interp/src/function.rs: Function::entry", "for native tiers"),
    ("interp/src/function.rs: Function::set_countdown", "for native tiers"),
    ("interp/src/function.rs: Function::set_entry", "for native tiers"),
    ("interp/src/function.rs: Function::sibling", "for native tiers"),
    ("interp/src/instruction_set.rs: InstructionSet::*", "only the machine calls it"),
    ("interp/src/instruction_set.rs: RuntimeFn", "for generated code and native tiers"),
    (
        "tests/twins/src/language.rs: Language::*",
        "the test calls them; the example of `Language` implements the common ones",
    ),
];

/// Files with documented panics that no test can trigger.
const WITHOUT_TEST: [&str; 10] = [
    // Their functions are private, and panic without memory, or for code that the audit has refused before.
    "interp/src/cursor.rs",
    "interp/src/driver.rs",
    "interp/src/error.rs",
    // Tools, whose panics are messages for their user.
    "tests/check/src/processes.rs",
    "tests/corpus/src/calc.rs",
    "tests/corpus/src/program.rs",
    "tests/corpus/src/runner.rs",
    "tests/mutants/tables/src/lib.rs",
    // Files that search for such sections, or write them.
    "tests/all/tools/tidy.rs",
    "tests/all/tools/tidy/examples.rs",
];

/// Returns the documentation of an item, or `None` if the item is hidden.
fn documentation(attributes: &[Attribute]) -> Option<String> {
    let mut text = String::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        match &attribute.meta {
            syn::Meta::NameValue(syn::MetaNameValue {
                value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(line), .. }),
                ..
            }) => text += &(line.value() + "\n"),
            _ => return None,
        }
    }
    Some(text)
}

/// Returns `true` if the documentation has a block that runs, which has no language such as `text`.
fn has_example(documentation: &str) -> bool {
    let fences = documentation.lines().filter_map(|line| line.trim().strip_prefix("```"));
    // Every second fence ends a block.
    fences.step_by(2).any(str::is_empty)
}

/// Returns the target of "See … for an example.", by the last part of its name.
fn link(documentation: &str) -> Option<String> {
    let words = documentation.split_whitespace().collect::<Vec<_>>().join(" ");
    let (before, _) = words.split_once(" for an example.")?;
    let (name, _) = before.rsplit_once("See [`")?.1.split_once("`]")?;
    name.rsplit("::").next().map(str::to_owned)
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Returns the public items of a file, each with the attributes that document it.
fn public_items(file: &str) -> Vec<(String, Vec<Attribute>)> {
    let mut found = Vec::new();
    let syntax = syn::parse_file(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    for item in syntax.items {
        let (visibility, name, attributes) = match item {
            Item::Fn(of) => (of.vis, of.sig.ident, of.attrs),
            Item::Struct(of) => (of.vis, of.ident, of.attrs),
            Item::Enum(of) => (of.vis, of.ident, of.attrs),
            Item::Type(of) => (of.vis, of.ident, of.attrs),
            Item::Trait(of) => {
                for method in of.items {
                    if let (TraitItem::Fn(method), true) = (method, is_public(&of.vis)) {
                        found.push((format!("{file}: {}::{}", of.ident, method.sig.ident), method.attrs));
                    }
                }
                (of.vis, of.ident, of.attrs)
            }
            Item::Impl(of) if of.trait_.is_none() => {
                let syn::Type::Path(path) = *of.self_ty else { continue };
                let name = &path.path.segments.last().expect("a path has a segment").ident;
                for method in of.items {
                    if let ImplItem::Fn(method) = method
                        && is_public(&method.vis)
                    {
                        found.push((format!("{file}: {name}::{}", method.sig.ident), method.attrs));
                    }
                }
                continue;
            }
            _ => continue,
        };
        if is_public(&visibility) {
            found.push((format!("{file}: {name}"), attributes));
        }
    }
    found
}

#[test]
fn every_public_item_of_an_author_or_host_has_an_example() {
    let items: Vec<(String, Vec<Attribute>)> = FILES.iter().copied().flat_map(public_items).collect();
    let documented = |(name, attributes): &(String, Vec<Attribute>)| Some((name.clone(), documentation(attributes)?));
    let (with, others): (Vec<_>, Vec<_>) =
        items.iter().filter_map(documented).partition(|(_, documentation)| has_example(documentation));
    let last = |name: &str| name.rsplit([':', ' ']).next().unwrap_or_default().to_owned();
    let names: BTreeSet<String> = with.iter().map(|(name, _)| last(name)).collect();
    let (linked, without): (Vec<_>, Vec<_>) =
        others.iter().partition(|(_, documentation)| link(documentation).is_some_and(|name| names.contains(&name)));
    println!("{} items have an example, {} a link to one, {} neither", with.len(), linked.len(), without.len());
    let is_for = |allowed: &str, name: &str| match allowed.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == allowed,
    };
    for (name, _) in &without {
        assert!(WITHOUT.iter().any(|(allowed, _)| is_for(allowed, name)), "{name} has no example");
    }
    for (allowed, reason) in WITHOUT {
        assert!(
            without.iter().any(|(name, _)| is_for(allowed, name)),
            "{allowed} is listed as without an example ({reason}), but has one"
        );
    }
}

#[test]
fn every_promised_panic_names_its_test() {
    let folders = CRATES.iter().map(|(_, folder)| *folder).chain(["examples/lua/tests", "examples/wasm/tests"]);
    let files = folders.flat_map(rust_files).map(|file| (read(&file), file));
    let files: Vec<(String, String)> = files.collect();
    for (text, file) in files.iter().filter(|(_, file)| !WITHOUT_TEST.contains(&file.as_str())) {
        for section in text.split("# Panics\n").skip(1) {
            let lines = section.lines().map(str::trim).skip(1);
            let lines = lines.take_while(|line| line.strip_prefix("///").is_some_and(|text| !text.is_empty()));
            let section: Vec<&str> = lines.map(|line| line.trim_start_matches('/').trim()).collect();
            let section = section.join(" ");
            let tests: Vec<&str> = section.split("(test `").skip(1).filter_map(|rest| rest.split('`').next()).collect();
            assert!(!tests.is_empty(), "{file} promises a panic that no test shows: {section}");
            for test in tests {
                let is_there = files.iter().any(|(source, _)| source.contains(&format!("fn {test}()")));
                assert!(is_there, "{file} names the test `{test}`, which is nowhere");
            }
        }
    }
}

#[test]
fn the_tour_quotes_the_ops_that_its_examples_run() {
    let ops = "tests/doc-ops/src/ops.rs";
    let page = read("src/lib.rs");
    let lines = page.lines().take_while(|line| line.starts_with("//!")).map(|line| line.get(4..).unwrap_or(""));
    let page = lines.collect::<Vec<_>>().join("\n");
    let mut blocks = page.split("```text\n").skip(1).map(|rest| rest.split("```").next().expect("it has a start"));
    let (set, build) = (blocks.next().expect("it shows ops"), blocks.next().expect("it shows a build script"));
    let names: Vec<&str> = set.split("#[vm_op]\n    fn ").skip(1).filter_map(|rest| rest.split('(').next()).collect();
    assert!(names.len() >= 3, "{names:?}");
    let set = unindented(&format!("    {}", set.split_once("pub mod ops {\n    ").expect("it is a module").1));
    for name in names {
        assert!(set.contains(&function(ops, name)), "the tour's `{name}` is not that of {ops}");
    }
    assert!(read(ops).contains("fn division_error(vm: &mut Vm, a: i64, b: i64) -> Thrown;"));
    // That of the examples also compiles the ops with objects.
    let objects = "    mimeo_build::ops(\"src/objects.rs\").compile();\n";
    assert!(read("tests/doc-ops/build.rs").replace(objects, "").ends_with(build), "{build}");
}
