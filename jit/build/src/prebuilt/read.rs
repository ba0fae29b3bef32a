//! The text of a file → [`Prebuilt`], or the line and the reason why it is refused.

use std::fmt;

use mimeo_def::frame::Exit;
use mimeo_def::stencil::{Arch, Convention, Hole};
use mimeo_def::{CodeOffset, Fingerprint};

use super::words::{parse_arch, parse_convention, parse_kind, parse_value};
use super::{Prebuilt, VERSION, checksum};
use crate::audit;
use crate::baseline::Baseline;
use crate::stencil::OwnedStencil;
use crate::table::{OwnedOp, OwnedTable};

/// The reason why a file is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// Line number, starting at 1.
    pub line: usize,
    /// A clause that says what is wrong.
    pub reason: String,
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for Damaged {}

/// Reads a file. Compares the checksum before anything else.
///
/// # Errors
///
/// The first invalid line.
pub fn read(text: &str) -> Result<Prebuilt, Damaged> {
    let lines: Vec<&str> = text.lines().collect();
    let damaged = |line: usize, reason: &str| Damaged { line, reason: reason.to_owned() };
    let Some((last, body)) = lines.split_last() else { return Err(damaged(1, "the file is empty")) };
    let Some(stated) = last.strip_prefix("checksum ") else {
        return Err(damaged(lines.len(), "the file has no checksum: it is truncated"));
    };
    let actual = format!("{:016x}", checksum(body.iter().copied()));
    if stated != actual {
        let reason =
            format!("the checksum is `{stated}`, but should be `{actual}`: the file was changed after it was made");
        return Err(Damaged { line: lines.len(), reason });
    }
    let mut reader = Reader { lines: body, at: 0 };
    let prebuilt = reader.file();
    prebuilt.map_err(|reason| Damaged { line: reader.at.max(1), reason })
}

/// The lines of a file, and the number of lines that have been read.
struct Reader<'a> {
    lines: &'a [&'a str],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.at).copied()
    }

    /// Returns the rest of the next line, if that starts with `word`.
    fn optional(&mut self, word: &str) -> Option<&'a str> {
        let rest = self.peek()?.strip_prefix(word)?;
        let rest = if rest.is_empty() { rest } else { rest.strip_prefix(' ')? };
        self.at += 1;
        Some(rest)
    }

    fn expect(&mut self, word: &str) -> Result<&'a str, String> {
        match self.optional(word) {
            Some(rest) => Ok(rest),
            None => {
                self.at += 1;
                Err(format!("`{word}` is missing"))
            }
        }
    }

    fn file(&mut self) -> Result<Prebuilt, String> {
        while self.peek().is_some_and(|line| line.starts_with('#')) {
            self.at += 1;
        }
        let version = self.expect("mimeo stencils")?;
        if number::<u32>(version)? != VERSION {
            return Err(format!("its format is version {version}, but this version of mimeo reads version {VERSION}"));
        }
        let abi = number(self.expect("abi")?)?;
        let arch = self.expect("arch")?;
        let arch = parse_arch(arch).ok_or_else(|| format!("`{arch}` is not a supported architecture"))?;
        let mut tables = Vec::new();
        while self.peek().is_some() {
            tables.push(self.table(arch)?);
        }
        Ok(Prebuilt { abi, arch, tables })
    }

    fn table(&mut self, arch: Arch) -> Result<OwnedTable, String> {
        let name = self.expect("set")?.to_owned();
        let baseline = self.expect("baseline")?;
        let baseline = Baseline::parse(arch, baseline)
            .ok_or_else(|| format!("`{baseline}` is not a baseline of {}", arch.name()))?;
        let convention = self.expect("convention")?;
        let convention: Convention =
            parse_convention(convention).ok_or_else(|| format!("`{convention}` is not a calling convention"))?;
        let compiler = self.expect("compiler")?.to_owned();
        let flags = self.expect("flags")?.to_owned();
        self.expect("stencil enter")?;
        let enter = self.stencil(arch)?;
        let mut exits = Vec::new();
        for exit in Exit::ALL {
            self.expect(&format!("stencil exit:{}", exit.name()))?;
            exits.push(self.stencil(arch)?);
        }
        self.expect("stencil deopt_op")?;
        let deopt_op = self.stencil(arch)?;
        self.expect("stencil poll")?;
        let poll = self.stencil(arch)?;
        self.expect("stencil graft")?;
        let graft = self.stencil(arch)?;
        let mut ops = Vec::new();
        while let Some(op) = self.optional("op") {
            let (name, fingerprint) = op.split_once(' ').ok_or("an op needs a name and a fingerprint")?;
            let fingerprint =
                Fingerprint::parse(fingerprint).ok_or_else(|| format!("`{fingerprint}` is not a fingerprint"))?;
            let handwritten = self.optional("file").map(parse_hash).transpose()?;
            let stencil = match self.optional("none") {
                Some(reason) => Err(reason.to_owned()),
                None => Ok(self.stencil(arch)?),
            };
            ops.push(OwnedOp { name: name.to_owned(), fingerprint, handwritten, required: false, stencil });
        }
        Ok(OwnedTable { name, arch, baseline, convention, compiler, flags, enter, exits, deopt_op, poll, graft, ops })
    }

    fn stencil(&mut self, arch: Arch) -> Result<OwnedStencil, String> {
        let mut stencil = OwnedStencil::default();
        for (word, bytes) in [("hot", &mut stencil.hot), ("cold", &mut stencil.cold), ("rodata", &mut stencil.rodata)] {
            while let Some(digits) = self.optional(word) {
                append_hex(bytes, digits)?;
            }
        }
        let len_bytes = stencil.hot.len() + stencil.cold.len();
        if stencil.hot.is_empty() || len_bytes > audit::BUDGET_BYTES {
            return Err(format!("a stencil cannot have {len_bytes} bytes of code"));
        }
        while let Some(line) = self.optional("hole") {
            let (part, hole) = parse_hole(line).ok_or_else(|| format!("`{line}` is not a hole"))?;
            let (code, holes) = match part {
                "hot" => (&stencil.hot, &mut stencil.hot_holes),
                "cold" => (&stencil.cold, &mut stencil.cold_holes),
                other => return Err(format!("a stencil has no part `{other}`")),
            };
            let end = hole.at.0.checked_add(hole.kind.len_bytes()).map(|end| end as usize);
            if hole.kind.arch() != arch || end.is_none_or(|end| end > code.len()) {
                return Err(format!("the hole `{line}` does not fit this code"));
            }
            if holes.last().is_some_and(|before| hole.at.0 < before.at.0 + before.kind.len_bytes()) {
                return Err(format!("the hole `{line}` overlaps the one before it"));
            }
            holes.push(hole);
        }
        if let Some(tail) = self.optional("tail") {
            stencil.tail_jump = number(tail)?;
            if usize::from(stencil.tail_jump) > stencil.hot.len() {
                return Err(format!("the jump at the end cannot have {tail} bytes"));
            }
        }
        Ok(stencil)
    }
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("`{text}` is not a valid number here"))
}

/// Parses the hash of a file.
fn parse_hash(digits: &str) -> Result<u32, String> {
    let is_hash =
        digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit));
    let hash = is_hash.then(|| u32::from_str_radix(digits, 16).ok()).flatten();
    hash.ok_or_else(|| format!("`{digits}` is not the hash of a file"))
}

/// Appends the bytes that are written as hexadecimal digits.
fn append_hex(bytes: &mut Vec<u8>, digits: &str) -> Result<(), String> {
    let value = |digit: u8| (digit as char).to_digit(16).filter(|_| !digit.is_ascii_uppercase());
    for pair in digits.as_bytes().chunks(2) {
        match *pair {
            [high, low] => match (value(high), value(low)) {
                (Some(high), Some(low)) => bytes.push((high << 4 | low) as u8),
                _ => return Err(format!("`{digits}` is not hexadecimal")),
            },
            _ => return Err(format!("`{digits}` has an odd number of digits")),
        }
    }
    Ok(())
}

/// Parses a hole: part, position, kind, value and addend.
fn parse_hole(line: &str) -> Option<(&str, Hole)> {
    let mut words = line.split(' ');
    let part = words.next()?;
    let at = CodeOffset(words.next()?.parse().ok()?);
    let kind = parse_kind(words.next()?)?;
    let value = parse_value(words.next()?)?;
    let addend = words.next()?.parse().ok()?;
    words.next().is_none().then_some((part, Hole { at, kind, value, addend }))
}
