//! Builds the stencil table as every language does, then changes it as the variable `DRIFT` says.

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-env-changed=DRIFT");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let table = Path::new(&out).join("mimeo_ops.rs");
    // A table that the last run changed must not count as up to date.
    let _ = fs::remove_file(&table);
    mimeo_build::ops("src/ops.rs").compile();
    let Ok(drift) = env::var("DRIFT") else { return };
    let text = fs::read_to_string(&table).expect("the table was made");
    let changed = match drift.split_once('.') {
        None if drift == "abi" => text.replacen("abi: ", "abi: 999", 1),
        // A feature of the other architecture stands for one that this processor lacks.
        None if drift == "baseline" => {
            let other = if cfg!(target_arch = "aarch64") { "Avx2" } else { "Lse" };
            text.replacen("baseline: &[", &format!("baseline: &[::mimeo::def::Feature::{other}, "), 1)
        }
        None if drift == "foreign" => text.replace("name: \"", "name: \"other_"),
        None if drift == "longer" => {
            let last = text.rfind(ENTRY).expect("there are ops");
            text[..last].to_owned() + &text[last..].replacen("    ],\n}", "", 1) + &text[last..]
        }
        Some((op, "entry")) => {
            let (start, end) = entry(&text, op);
            text[..start].to_owned() + &text[end..]
        }
        // A hole after the end of its code: the compiler cannot detect that, the tier does.
        Some((op, "hole")) => {
            let (start, end) = entry(&text, op);
            text[..start].to_owned()
                + &text[start..end].replacen("CodeOffset(", "CodeOffset(0x1000 + ", 1)
                + &text[end..]
        }
        Some((op, part)) => {
            let (start, end) = entry(&text, op);
            let part = format!("{part}: 0x");
            text[..start].to_owned()
                + &text[start..end].replacen(&part, &format!("{part}f0f0f0f0 ^ 0x"), 1)
                + &text[end..]
        }
        None => panic!("DRIFT is `{drift}`"),
    };
    assert_ne!(text, changed, "DRIFT is `{drift}`");
    fs::write(&table, changed).expect("the table can be written");
}

const ENTRY: &str = "        ::mimeo::def::stencil::OpStencil {";

/// Returns the start and the end of the op's entry in the table.
fn entry(text: &str, op: &str) -> (usize, usize) {
    let name = text.find(&format!("name: \"{op}\"")).expect("the table has the op");
    let start = text[..name].rfind(ENTRY).expect("the op has a start");
    let end = text[name..].find(ENTRY).map_or_else(|| text.rfind("    ],\n}").expect("the table ends"), |at| name + at);
    (start, end)
}
