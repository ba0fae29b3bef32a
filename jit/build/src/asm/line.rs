//! Assembly text → [`Line`]s, classified as labels, jumps, section changes and other lines.

use mimeo_def::stencil::Arch;

use super::condition;

/// One line of assembly.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The text to write.
    pub(super) text: String,
    /// The kind of line.
    pub(super) kind: Kind,
    /// The section that contains the line; a directive that changes the section belongs to the new one.
    pub(super) section: String,
}

/// The kind of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `name:`
    Label(String),
    /// Control goes to the symbol, and nowhere else.
    Jump(String),
    /// Control goes to the symbol or to the next instruction, by a jump of full range.
    Branch(String),
    /// Like `Branch`, by a jump of short range (`tbz`, `jrcxz`), whose target stays in the same part of the code.
    NearBranch(String),
    /// Control goes to an unknown place: an indirect jump, a return, a trap.
    End,
    /// Any other instruction.
    Instruction,
    /// Any line of inline assembly.
    Opaque,
    /// An empty line or a comment.
    Blank,
    /// `.something`
    Directive,
}

impl Line {
    /// Returns the local label or symbol that a jump of any kind goes to.
    pub(super) fn target(&self) -> Option<&str> {
        match &self.kind {
            Kind::Jump(target) | Kind::Branch(target) | Kind::NearBranch(target) => Some(target),
            _ => None,
        }
    }

    /// Whether control never falls through to the next line.
    pub(super) fn ends_flow(&self) -> bool {
        matches!(self.kind, Kind::Jump(_) | Kind::End)
    }

    /// Whether the line is, or may be, part of the code.
    pub(super) fn is_code(&self) -> bool {
        self.target().is_some() || matches!(self.kind, Kind::End | Kind::Instruction | Kind::Opaque)
    }

    /// Whether the line is an alignment directive.
    pub(super) fn is_align(&self) -> bool {
        let word = self.text.split_whitespace().next().unwrap_or_default();
        self.kind == Kind::Directive && matches!(word, ".p2align" | ".align" | ".balign")
    }

    /// Changes the target of a jump or branch to `to`.
    pub(super) fn retarget(&mut self, to: &str) {
        let Some(from) = self.target() else { return };
        if let Some(at) = self.text.rfind(from) {
            self.text = format!("{}{to}", &self.text[..at]);
        }
        match &mut self.kind {
            Kind::Jump(target) | Kind::Branch(target) | Kind::NearBranch(target) => to.clone_into(target),
            _ => {}
        }
    }

    /// Returns the words in the line, except a label that it defines. They include all names.
    pub(super) fn mentions(&self) -> impl Iterator<Item = &str> {
        let text = match self.kind {
            Kind::Label(_) | Kind::Blank => "",
            _ => &self.text,
        };
        text.split(|c| !is_name(c)).filter(|word| !word.is_empty())
    }
}

/// Whether a character can be part of a symbol's name.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.')
}

/// Splits text into lines and classifies them.
pub(super) fn parse(arch: Arch, text: &str) -> Vec<Line> {
    let mut section = ".text".to_owned();
    let mut inline = false;
    let mut lines = Vec::new();
    for text in text.lines() {
        // Comments are removed because they could mention labels.
        let mark = text.trim_start_matches([' ', '\t', '#', '/']).trim_end();
        let is_mark = text.trim_start().starts_with(['#', '/']);
        match mark {
            "APP" if is_mark => inline = true,
            "NO_APP" if is_mark => inline = false,
            _ => {}
        }
        let kind = if inline && !is_mark { Kind::Opaque } else { classify(arch, code(arch, text)) };
        let text = match kind {
            Kind::Opaque | Kind::Directive | Kind::Blank => text.to_owned(),
            _ => code(arch, text).trim_end().to_owned(),
        };
        if kind == Kind::Directive
            && let Some(name) = section_name(&text)
        {
            section = name.to_owned();
        }
        lines.push(Line { text, kind, section: section.clone() });
    }
    lines
}

/// Returns a line without its comment.
fn code(arch: Arch, text: &str) -> &str {
    let comment = match arch {
        Arch::X86_64 => text.find('#'),
        Arch::Aarch64 => text.find("//"),
    };
    comment.map_or(text, |at| &text[..at])
}

/// Classifies a line without its comment.
fn classify(arch: Arch, text: &str) -> Kind {
    let text = text.trim();
    if text.is_empty() {
        return Kind::Blank;
    }
    if let Some(name) = text.strip_suffix(':') {
        return Kind::Label(name.to_owned());
    }
    if text.starts_with('.') {
        return Kind::Directive;
    }
    // Windows' unwinder recognises tail calls by this prefix.
    let text = text.strip_prefix("rex64").map_or(text, str::trim_start);
    let (mnemonic, operands) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    let target = operands.rsplit(',').next().unwrap_or_default().trim();
    // An indirect or computed target has no name.
    let named = !target.is_empty() && target.chars().all(is_name);
    match arch {
        Arch::X86_64 => match mnemonic {
            "jmp" | "jmpq" if named => Kind::Jump(target.to_owned()),
            "jmp" | "jmpq" | "ret" | "retq" | "ud2" | "int3" => Kind::End,
            _ if named && condition::invert(arch, mnemonic).is_some() => Kind::Branch(target.to_owned()),
            _ if named && (mnemonic.starts_with('j') || mnemonic.starts_with("loop")) => {
                Kind::NearBranch(target.to_owned())
            }
            _ => Kind::Instruction,
        },
        Arch::Aarch64 => match mnemonic {
            "b" if named => Kind::Jump(target.to_owned()),
            "br" | "ret" | "brk" => Kind::End,
            "tbz" | "tbnz" if named => Kind::NearBranch(target.to_owned()),
            _ if named && condition::invert(arch, mnemonic).is_some() => Kind::Branch(target.to_owned()),
            _ => Kind::Instruction,
        },
    }
}

/// Returns the section that a directive switches to.
fn section_name(directive: &str) -> Option<&str> {
    let mut words = directive.trim().split([' ', '\t', ',']);
    match words.next()? {
        ".section" | ".pushsection" => words.next().map(|name| name.trim_matches('"')),
        ".text" => Some(".text"),
        ".data" => Some(".data"),
        ".bss" => Some(".bss"),
        // The pass does not track earlier sections. Compilers write these directives only in inline assembly.
        ".previous" | ".popsection" => Some("?"),
        _ => None,
    }
}
