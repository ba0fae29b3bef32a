//! A compiler's assembly text → assembly of the same meaning whose hot parts end in the jump to the
//! continuation, which the JIT drops when the continuation follows.
//!
//! The pass changes only jumps, labels and sections, never an instruction that computes:
//!
//! * `thread`: a branch to a lone jump goes to that jump's target, and unreachable code is dropped;
//! * `layout`: `jcc CONTINUE; jmp X` and `jcc L; jmp X; L:` are inverted, also with the short branches of AArch64 if the
//!   entry ends in them, code that ends in an exit goes to the cold section, the code that ends in `jmp CONTINUE` goes
//!   last, and branches to the continuation go to that jump.
//!
//! One instruction is rewritten: where `bsf` and `tzcnt` give the same result, compilers write `rep bsf`, which newer
//! processors execute as `tzcnt`. It becomes `bsf`, so that the audit can tell it from a `tzcnt` that requires such a
//! processor.
//!
//! The pass leaves unchanged what it does not understand. The audit does not rely on it.

mod condition;
mod layout;
mod line;
mod thread;

use mimeo_def::stencil::Arch;

use crate::object_file::Format;
use line::Line;

/// Name of the continuation, as in the prelude.
const CONTINUE: &str = "CONTINUE";

/// Prefix of the names of exits, which are cold.
const EXIT_PREFIX: &str = "EXIT_";

/// Prefix of the names of code sections.
const CODE_SECTION: &str = ".text";

/// Prefix of the names of sections with cold code.
const COLD_SECTION: &str = ".text.unlikely.";

/// The same prefix, as clang writes it for COFF.
const COLD_SECTION_COFF: &str = ".text$unlikely$";

/// Writes `rep bsf` as `bsf`.
fn plain_scans(arch: Arch, text: &str) -> String {
    if arch != Arch::X86_64 {
        return text.to_owned();
    }
    let plain = |line: &str| {
        let mut words = line.split_whitespace();
        let is_scan = matches!(words.next(), Some("rep" | "rep;" | "repz")) && words.next()?.starts_with("bsf");
        let at = line.find("bsf").filter(|_| is_scan)?;
        Some(format!("\t{}", &line[at..]))
    };
    text.lines().map(|line| plain(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}

/// Improves the output of `cc -S`. Text for Mach-O is not laid out: the format has no sections to move code to, no
/// conditional branches to symbols on aarch64, and different names for labels.
pub fn improve(arch: Arch, format: Format, text: &str) -> String {
    let text = &plain_scans(arch, text);
    if format == Format::MachO {
        return text.to_owned();
    }
    let mut lines = line::parse(arch, text);
    // Copies are not aligned, so padding inside code only costs bytes.
    lines.retain(|line| !(line.is_align() && line.section.starts_with(CODE_SECTION)));
    thread::thread(&mut lines);
    lines = layout::layout(arch, format, lines);
    thread::thread(&mut lines);
    let mut out = String::new();
    for Line { text, .. } in &lines {
        out.push_str(text);
        out.push('\n');
    }
    out
}
