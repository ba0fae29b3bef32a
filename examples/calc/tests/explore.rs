//! The page that `--explore` writes: it shows what the dumps show, and links what belongs together.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mimeo_explore::parsed::{self, Page, Pane};

/// Runs `mimeo-calc`.
fn calc(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo-calc"));
    for name in ["MIMEO_JIT", "MIMEO_OPTIMIZE", "MIMEO_STATS", "MIMEO_PERF", "MIMEO_TRACE"] {
        command.env_remove(name);
    }
    command.args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("the command runs")
}

/// Returns a file for a test, which is not there.
fn file(name: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&file);
    file
}

/// Writes the page of a program, and returns its text.
fn explored(name: &str, program: &[&str]) -> String {
    let file = file(name);
    let option = format!("--explore={}", file.display());
    let output = calc(&[&[option.as_str()], program].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("wrote {}\n", file.display()));
    fs::read_to_string(file).expect("it was written")
}

fn page(html: &str) -> Page {
    parsed::page(html).unwrap_or_else(|error| panic!("it is not well-formed: {error}"))
}

/// Returns what `--dump` prints, by function: the name, and the lines below it.
fn dumped(dump: &str, program: &[&str]) -> Vec<(String, Vec<String>)> {
    let output = calc(&[&[dump], program].concat());
    let text = String::from_utf8(output.stdout).expect("it is text");
    let mut functions = Vec::<(String, Vec<String>)>::new();
    for line in text.lines() {
        match functions.last_mut() {
            Some((_, lines)) if line.starts_with(' ') => lines.push(line.trim().to_owned()),
            _ => functions.push((line.split([' ', ':']).next().unwrap_or_default().to_owned(), Vec::new())),
        }
    }
    functions
}

/// Returns everything that the blocks of a pane belong to, once for each block.
fn links(pane: &Pane) -> Vec<u32> {
    pane.blocks.iter().flat_map(|block| block.links.iter().copied()).collect()
}

const PROGRAM: &str = "programs/collatz.calc";

#[test]
fn each_op_is_shown_once_as_the_dump_shows_it() {
    let page = page(&explored("bytecode.html", &[PROGRAM]));
    assert_eq!(page.title, PROGRAM);
    let functions = dumped("--dump=bytecode", &[PROGRAM]);
    let names: Vec<&str> = page.sections.iter().map(|section| section.name.as_str()).collect();
    assert_eq!(names, functions.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
    for (section, (_, lines)) in page.sections.iter().zip(&functions) {
        let pane = section.pane("bytecode");
        let shown: Vec<String> = pane.blocks.iter().map(|block| block.text.replace("  ", " ")).collect();
        let expected: Vec<String> = lines.iter().map(|line| line.replace("; ", "").replace("  ", " ")).collect();
        assert_eq!(shown, expected);
        for block in &pane.blocks {
            let pc: u32 = block.text[..4].parse().expect("a place");
            assert_eq!(block.links, [pc]);
        }
        let ops: BTreeSet<u32> = links(pane).into_iter().collect();
        assert_eq!(ops.len(), pane.blocks.len());
        // Each op is of one kind.
        for title in ["IR", "C"] {
            let of_kinds = links(section.pane(title));
            assert_eq!((of_kinds.len(), of_kinds.into_iter().collect::<BTreeSet<_>>()), (ops.len(), ops.clone()));
        }
    }
}

#[test]
fn lines_of_the_source_belong_to_their_ops() {
    let page = page(&explored("source.html", &[PROGRAM]));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PROGRAM);
    let text = fs::read_to_string(path).expect("the program can be read");
    let steps = &page.sections[0];
    let source = steps.pane("source");
    for block in &source.blocks {
        let (number, line) = block.text.trim_start().split_once("  ").unwrap_or((block.text.trim(), ""));
        let number: usize = number.parse().expect("a number");
        assert_eq!(Some(line), text.lines().nth(number - 1));
    }
    // Each op has a line.
    let mut of_lines = links(source);
    of_lines.sort_unstable();
    assert_eq!(of_lines, links(steps.pane("bytecode")));
    let text_of =
        |pc: &u32| &steps.pane("bytecode").blocks.iter().find(|block| block.links == [*pc]).expect("an op").text;
    let count = source.blocks.iter().find(|block| block.text.contains("count = count + 1")).expect("the line is there");
    let ops: Vec<&str> =
        count.links.iter().map(|pc| text_of(pc).split_whitespace().nth(1).unwrap_or_default()).collect();
    assert_eq!(ops, ["add", "set_local", "get_local", "push"]);
}

#[cfg(feature = "jit")]
#[test]
fn each_line_of_machine_code_belongs_to_an_op() {
    let page = page(&explored("stencils.html", &[PROGRAM]));
    let functions = dumped("--dump=asm", &[PROGRAM]);
    assert_eq!(page.sections.len(), functions.len());
    for (section, (_, lines)) in page.sections.iter().zip(functions) {
        let ops = links(section.pane("bytecode"));
        let blocks = &section.pane("stencils").blocks;
        let hot = blocks.iter().filter(|block| !block.text.contains("; cold\n"));
        assert_eq!(hot.flat_map(|block| &block.links).copied().collect::<Vec<_>>(), ops);
        // The instructions are those of the dump, and below the same op.
        let of_code = lines.iter().take_while(|line| !line.starts_with("constants") && !line.starts_with("stubs"));
        let place = |line: &String| line.split("  ").next().unwrap_or_default().to_owned();
        let expected: Vec<String> = of_code.map(place).collect();
        let shown = blocks.iter().flat_map(|block| block.text.lines()).map(|line| place(&line.to_owned()));
        assert_eq!(shown.collect::<Vec<_>>(), expected);
        for block in blocks {
            assert_eq!(block.links.len(), 1);
            assert!(block.text.starts_with(&format!("{:04}  ", block.links[0])), "{}", block.text);
        }
        let text = blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n");
        // Where an exit or a runtime function is depends on the run.
        let mut far = text.lines().filter(|line| line.contains("  exit ") || line.contains("  runtime "));
        assert!(far.all(|line| line.contains("··")), "{text}");
        for hole in ["  operand value", "  exit throw", "  runtime overflow", "  exit poll"] {
            assert!(section.name == "main" || text.contains(hole), "{} has no {hole}", section.name);
        }
    }
}

#[test]
fn two_pages_of_a_program_differ_only_in_addresses_of_optimized_code() {
    let [one, other] = ["one.html", "other.html"].map(|name| page(&explored(name, &[PROGRAM])));
    for (one, other) in one.sections.iter().zip(&other.sections) {
        for (one, other) in one.panes.iter().zip(&other.panes) {
            let text = |pane: &Pane| {
                let texts = pane.blocks.iter().map(|block| (block.links.clone(), block.text.clone()));
                texts.collect::<Vec<_>>()
            };
            if !["CLIF", "optimized code"].contains(&one.title.as_str()) {
                assert_eq!(text(one), text(other));
            }
            assert_eq!((&one.title, one.blocks.len()), (&other.title, other.blocks.len()));
        }
    }
    assert_eq!(one.sections.len(), other.sections.len());
}

#[test]
fn text_of_a_program_does_not_become_markup() {
    let code = "let x = 1; // </pre></span><script>alert('&amp;')</script> \u{202e}\nx = x + 1;\nprint x;";
    let html = explored("hostile.html", &["-e", code]);
    assert!(!html.contains("<script>alert"));
    let page = page(&html);
    let line = &page.sections[0].pane("source").blocks[0].text;
    assert_eq!(
        line.trim_start(),
        format!("1  {}", code.lines().next().unwrap_or_default().replace('\u{202e}', "\\u{202e}"))
    );
}

#[test]
fn a_function_of_many_ops_stays_small() {
    let code: String = (0..400).map(|number| format!("print {number} * 2 + 1;\n")).collect();
    let html = explored("many.html", &["-e", &code]);
    let ops = page(&html).sections[0].pane("bytecode").blocks.len();
    assert!(ops > 2_000, "{ops}");
    assert!(html.len() < ops * 1_500, "{} bytes for {ops} ops", html.len());
}

#[test]
fn mistakes_have_a_message_and_a_status() {
    let fails = |args: &[&str], message: &str, status| {
        let output = calc(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.starts_with(message) && output.stdout.is_empty(), "{args:?}: {stderr}");
        assert_eq!(output.status.code(), Some(status), "{args:?}");
    };
    fails(&["--explore"], "mimeo-calc: missing argument for option '--explore'\n", 2);
    fails(&["--explore=page.html"], "mimeo-calc: no program was given\n", 2);
    fails(&["--explore=no/such/page.html", "-e", "print 1;"], "mimeo-calc: cannot write no/such/page.html: ", 1);
    let file = file("wrong.html");
    fails(&[&format!("--explore={}", file.display()), "-e", "print 1;\nprint x;"], "-e:2:7: error: ", 1);
    assert!(!file.exists(), "there is no page of a wrong program");
}

#[cfg(not(feature = "jit"))]
#[test]
fn a_page_without_native_code_says_why() {
    let html = explored("interpreted.html", &["-e", "print 1;"]);
    let stencils =
        page(&html).sections[0].panes.iter().find(|pane| pane.title == "stencils").map(|pane| pane.blocks.len());
    assert_eq!(stencils, Some(0));
    assert!(html.contains("<small>no native code: "), "{html}");
}
