//! Names of the author → names in C.

use crate::ir::{Local, LocalId};

/// Returns the name of an operand's hole, without the prefix.
pub(super) fn hole(rust: &str) -> String {
    let mut name = String::new();
    for c in rust.trim_start_matches("r#").chars() {
        if c.is_ascii() { name.push(c) } else { name.push_str(&format!("u{:x}", u32::from(c))) }
    }
    name
}

/// Returns the name of a helper's function.
pub(super) fn helper(name: &str) -> String {
    format!("help_{}", name.replace("::", "_"))
}

/// Returns the name of a variable.
pub(super) fn local(locals: &[Local], local: LocalId) -> String {
    let Local { name, .. } = &locals[local.0];
    let clean: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    format!("{clean}_{}", local.0)
}
