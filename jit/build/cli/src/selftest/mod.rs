//! Built-in objects, valid and invalid, in every format → a comparison of the expected with the actual results of
//! extraction.
//!
//! [`compiled`] has the defects that compilers can make, for tests with the compilers of a machine.
//!
//! The self-test needs no compiler, so it can run before a compiler is trusted: misread objects would produce wrong
//! stencils.

mod aarch64;
mod compiled;
mod sample;
mod x86_64;

use std::collections::BTreeSet;

use mimeo_build::object_file::{Format, Object};
use mimeo_build::{Baseline, Refusal, extract};
use mimeo_def::stencil::Arch;

pub use compiled::Compiled;
pub use sample::{Fix, Sample};

use crate::listing;

/// An object, and the expected result for its function `op_x`.
struct Case {
    name: &'static str,
    make: fn(&mut Sample),
    /// A symbol that the function must use.
    required: Option<&'static str>,
    expected: Expected,
}

enum Expected {
    /// The lines of the listing, without the name.
    Stencil(&'static str),
    /// The sentence of the refusal.
    Refusal(&'static str),
}

const fn sound(name: &'static str, make: fn(&mut Sample), lines: &'static str) -> Case {
    Case { name, make, required: None, expected: Expected::Stencil(lines) }
}

const fn broken(name: &'static str, make: fn(&mut Sample), sentence: &'static str) -> Case {
    Case { name, make, required: None, expected: Expected::Refusal(sentence) }
}

/// The combinations of format and architecture for which there are objects.
pub const FORMATS: [(Format, Arch); 5] = [
    (Format::Elf, Arch::X86_64),
    (Format::Elf, Arch::Aarch64),
    (Format::MachO, Arch::X86_64),
    (Format::MachO, Arch::Aarch64),
    (Format::Coff, Arch::X86_64),
];

fn cases(arch: Arch) -> &'static [Case] {
    match arch {
        Arch::X86_64 => x86_64::CASES,
        Arch::Aarch64 => aarch64::CASES,
    }
}

/// Returns all objects of the self-test in one format.
pub fn objects(format: Format, arch: Arch) -> Vec<(&'static str, Vec<u8>)> {
    cases(arch).iter().filter_map(|case| Some((case.name, object(case, format, arch)?))).collect()
}

fn object(case: &Case, format: Format, arch: Arch) -> Option<Vec<u8>> {
    let mut sample = Sample::new(format, arch);
    (case.make)(&mut sample);
    sample.finish()
}

/// Returns C that compilers for an architecture turn into objects which must be refused, each with the sentence.
pub fn compiled(arch: Arch) -> impl Iterator<Item = (&'static Compiled, &'static str)> {
    let refused = move |name| {
        cases(arch).iter().find_map(|case| match case.expected {
            Expected::Refusal(sentence) if case.name == name => Some(sentence),
            _ => None,
        })
    };
    let cases = compiled::CASES.iter().filter(move |case| case.arch.is_none_or(|only| only == arch));
    cases.map(move |case| (case, case.sentence.or_else(|| refused(case.name)).unwrap_or("no built-in object has it")))
}

/// Runs the self-test and returns its report.
///
/// # Errors
///
/// One paragraph for each object with an unexpected result.
pub fn run() -> Result<String, String> {
    let (mut report, mut wrong) = (String::new(), Vec::new());
    for (format, arch) in FORMATS {
        let name = format!("{} for {}", format.name(), arch.name());
        let (mut taken, mut refused, mut seen) = (0, 0, BTreeSet::new());
        for case in cases(arch) {
            let Some(bytes) = object(case, format, arch) else { continue };
            let found = examine(&bytes, case.required);
            if let Err(refusal) = &found {
                seen.insert(number(refusal));
            }
            let found = found.map_err(|refusal| refusal.to_string());
            let as_expected = match (&case.expected, &found) {
                (Expected::Stencil(lines), Ok(text)) => text.lines().eq(lines.lines().map(str::trim)),
                (Expected::Refusal(sentence), Err(text)) => *text == sentence.replace("UNKNOWN", unknown(format, arch)),
                _ => false,
            };
            match found {
                _ if as_expected => {
                    *(if matches!(case.expected, Expected::Stencil(_)) { &mut taken } else { &mut refused }) += 1
                }
                Ok(text) => wrong.push(format!("{name}: {}: accepted as\n{text}", case.name)),
                Err(text) => wrong.push(format!("{name}: {}: {text}", case.name)),
            }
        }
        damaged(format, arch, &mut seen, &mut wrong);
        for missing in (0..REFUSALS).filter(|number| !seen.contains(number) && !cannot_occur(*number, format, arch)) {
            wrong.push(format!("{name}: no object is refused for reason {missing}"));
        }
        report.push_str(&format!(
            "{name:19} {taken:2} valid objects accepted, {refused:2} invalid objects refused for {} reasons\n",
            seen.len()
        ));
    }
    if wrong.is_empty() { Ok(report) } else { Err(wrong.join("\n")) }
}

/// Returns the name of the relocation without a patch kind that the samples use.
fn unknown(format: Format, arch: Arch) -> &'static str {
    match (format, arch) {
        (Format::Elf, Arch::X86_64) => "R_X86_64_8",
        (Format::Elf, Arch::Aarch64) => "R_AARCH64_PREL32",
        (Format::MachO, Arch::X86_64) => "X86_64_RELOC_SUBTRACTOR",
        (Format::MachO, Arch::Aarch64) => "ARM64_RELOC_SUBTRACTOR",
        (Format::Coff, _) => "IMAGE_REL_AMD64_ADDR32NB",
    }
}

/// Returns the listing of `op_x`, or the reason why it is refused.
fn examine(bytes: &[u8], required: Option<&str>) -> Result<String, Refusal> {
    let object = Object::parse(bytes)?;
    let mut symbols = listing::declared(&object);
    for symbol in symbols.iter_mut().filter(|symbol| Some(symbol.name.as_str()) == required) {
        symbol.required = true;
    }
    let text = listing::entry(&object, "op_x", &symbols)?;
    Ok(text.trim_start_matches("\nop_x\n").lines().map(|line| line.trim().to_owned() + "\n").collect())
}

/// Checks that truncated files are refused, wherever they end.
fn damaged(format: Format, arch: Arch, seen: &mut BTreeSet<usize>, wrong: &mut Vec<String>) {
    let Some(bytes) = cases(arch).iter().find_map(|case| object(case, format, arch)) else { return };
    for len in 0..bytes.len().min(64) {
        match extract::stencil(&bytes[..len], "op_x", &[], &Baseline::base(arch)) {
            Err(refusal @ Refusal::Object { .. }) => drop(seen.insert(number(&refusal))),
            other => wrong.push(format!("{} truncated to {len} bytes: {other:?}", format.name())),
        }
    }
}

/// Number of reasons to refuse code.
const REFUSALS: usize = 39;

/// Returns a number for each reason.
fn number(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::Object { .. } => 0,
        Refusal::NoFunction { .. } => 1,
        Refusal::EmptyCode { .. } => 2,
        Refusal::TooLarge { .. } => 3,
        Refusal::ConstantsTooLarge { .. } => 4,
        Refusal::InvalidInstruction { .. } => 5,
        Refusal::UnknownRelocation { .. } => 6,
        Refusal::GlobalOffsetTable { .. } => 7,
        Refusal::ThreadLocal { .. } => 8,
        Refusal::WritableData { .. } => 9,
        Refusal::JumpTable { .. } => 10,
        Refusal::UndeclaredCall { .. } => 11,
        Refusal::UndeclaredSymbol { .. } => 12,
        Refusal::UnusedSymbol { .. } => 13,
        Refusal::CallsTarget { .. } => 14,
        Refusal::NotAJump { .. } => 15,
        Refusal::OffTarget { .. } => 16,
        Refusal::NotACall { .. } => 17,
        Refusal::LocalCall { .. } => 18,
        Refusal::IndirectCall { .. } => 19,
        Refusal::ForbiddenInstruction { .. } => 20,
        Refusal::RelativeData { .. } => 21,
        Refusal::AbsoluteCode { .. } => 22,
        Refusal::AbsoluteConstants { .. } => 23,
        Refusal::BadField { .. } => 24,
        Refusal::OverlappingHoles { .. } => 25,
        Refusal::Return { .. } => 26,
        Refusal::StackPointer { .. } => 27,
        Refusal::UnbalancedFrame { .. } => 28,
        Refusal::DifferentDepths { .. } => 29,
        Refusal::RunsOff { .. } => 30,
        Refusal::MidInstruction { .. } => 31,
        Refusal::OutsideBaseline { .. } => 32,
        Refusal::OutsideConstants { .. } => 33,
        Refusal::Trap { .. } => 34,
        Refusal::OutsideFrame { .. } => 35,
        Refusal::IndirectJump { .. } => 36,
        Refusal::TailJump { .. } => 37,
        Refusal::NoLandingPad { .. } => 38,
    }
}

/// Whether no code of the format and architecture can be refused for this reason.
fn cannot_occur(number: usize, format: Format, arch: Arch) -> bool {
    match (number, format, arch) {
        // Mach-O has only one relocation for each field of AArch64's instructions, and none for whole addresses in code.
        (23, Format::MachO, Arch::Aarch64) => true,
        // Instructions of AArch64 lie at multiples of 4, and so do the targets of branches.
        (31, _, Arch::Aarch64) => true,
        // An object contains neither the definition of an op, nor the claims of a table, nor the author's options.
        (36..=38, ..) => true,
        _ => false,
    }
}
