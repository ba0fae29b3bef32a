//! Compiler family, architecture and baseline → the flags for compiling stencils, each with its reason.
//!
//! They follow the user's flags that are kept ([`user`](super::user)), so that they take precedence. Many of them
//! switch off features that a compiler can be configured to enable by default.

use mimeo_def::Feature;
use mimeo_def::stencil::Arch;

use crate::object_file::Format;

/// Families of compilers with different flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// The GNU compiler collection.
    Gcc,
    /// LLVM's, Apple's included.
    Clang,
}

/// The properties of a compiler on which flags depend.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    pub(super) family: Family,
    pub(super) arch: Arch,
    pub(super) format: Format,
}

/// A flag, and the compilers that it applies to.
struct Flag {
    text: &'static str,
    family: Option<Family>,
    arch: Option<Arch>,
    format: Option<Format>,
    /// Whether stencils need it. Any other flag is omitted if the compiler does not accept it.
    required: bool,
}

const fn required(text: &'static str) -> Flag {
    Flag { text, family: None, arch: None, format: None, required: true }
}

const fn optional(text: &'static str) -> Flag {
    Flag { text, family: None, arch: None, format: None, required: false }
}

impl Flag {
    const fn gcc(self) -> Flag {
        Flag { family: Some(Family::Gcc), ..self }
    }

    const fn clang(self) -> Flag {
        Flag { family: Some(Family::Clang), ..self }
    }

    const fn x86_64(self) -> Flag {
        Flag { arch: Some(Arch::X86_64), ..self }
    }

    const fn aarch64(self) -> Flag {
        Flag { arch: Some(Arch::Aarch64), ..self }
    }

    const fn of(self, format: Format) -> Flag {
        Flag { format: Some(format), ..self }
    }

    /// Whether the flag applies to a compiler.
    fn is_for(&self, side: Side) -> bool {
        self.family.is_none_or(|family| family == side.family)
            && self.arch.is_none_or(|arch| arch == side.arch)
            && self.format.is_none_or(|format| format == side.format)
    }
}

const FLAGS: &[Flag] = &[
    // Clang compiles for every target; the format is that of the target's own objects.
    required("--target=x86_64-unknown-linux-gnu").clang().x86_64().of(Format::Elf),
    required("--target=aarch64-unknown-linux-gnu").clang().aarch64().of(Format::Elf),
    required("--target=x86_64-apple-macosx11").clang().x86_64().of(Format::MachO),
    required("--target=arm64-apple-macosx11").clang().aarch64().of(Format::MachO),
    required("--target=x86_64-w64-windows-gnu").clang().x86_64().of(Format::Coff),
    // Nobody can act on warnings about generated code.
    required("-w"),
    // The baseline, whatever the compiler was configured for: a table runs on every machine of the architecture.
    // What `raise_baseline` adds comes after it.
    required("-march=x86-64").x86_64(),
    required("-march=armv8-a").aarch64(),
    optional("-mtune=generic"),
    // x87 keeps more bits of a result than a double has.
    optional("-mfpmath=sse").x86_64(),
    // Below this level, tail calls remain calls.
    required("-O2"),
    // Debug information is useless in a copy, and complicates the assembly pass.
    required("-g0"),
    required("-ffreestanding"),
    // Prevents calls to `memset` and similar functions that are not in the source …
    required("-fno-builtin"),
    // … including those for loops, which `-fno-builtin` does not prevent.
    optional("-fno-tree-loop-distribute-patterns").gcc(),
    // PIC turns every operand into a load from the global offset table, PIE into an address computation.
    required("-fno-pic"),
    required("-fno-pie"),
    // A slot's offset then fits the displacement field of one load.
    required("-mcmodel=small").x86_64(),
    // The extractor cuts along sections.
    required("-ffunction-sections"),
    // A jump table holds addresses, which would have to be relocated with every copy …
    required("-fno-jump-tables"),
    // … and a table of values is read through an absolute address on x86-64.
    optional("-fno-tree-switch-conversion").gcc(),
    // With one address for several variables, a stencil would have to copy all of them.
    optional("-fno-section-anchors").gcc().aarch64(),
    // Link-time optimisation leaves no machine code in the object.
    optional("-fno-lto"),
    // Rust's semantics: integers wrap, pointers may alias, the null page is memory like any other.
    required("-fwrapv"),
    required("-fno-strict-aliasing"),
    optional("-fno-delete-null-pointer-checks"),
    // Rust's floats: `a * b + c` must not be fused, even with FMA in the baseline.
    optional("-fno-fast-math"),
    required("-ffp-contract=off"),
    // There is no `errno` in Rust. (There are no floating-point traps either, but `-fno-trapping-math` must not say so:
    // with it gcc 12 makes `frintz` of `(double)(int64_t)x` on aarch64, which turns -0.5 into -0.0 instead of 0.0.)
    optional("-fno-math-errno"),
    optional("-ftrapping-math"),
    // Whole-program machinery: unwinding, stack protection, landing pads (unless the author asks for them), sanitizers,
    // counters.
    optional("-fno-asynchronous-unwind-tables"),
    // aarch64 compilers emit them for C as well, between the lines of the code.
    optional("-fno-unwind-tables"),
    optional("-fno-exceptions"),
    optional("-fno-stack-protector"),
    optional("-fno-stack-clash-protection"),
    optional("-fno-sanitize=all"),
    optional("-fno-profile-arcs"),
    optional("-fno-test-coverage"),
    optional("-fno-instrument-functions").gcc(),
    optional("-fcf-protection=none").x86_64(),
    optional("-mbranch-protection=none").aarch64(),
    optional("-fomit-frame-pointer"),
    // Windows has no red zone below the stack pointer, and one table serves every system.
    required("-mno-red-zone").x86_64(),
    // gcc for Windows realigns the stack in functions with the System V convention, although their callers align it.
    required("-mincoming-stack-boundary=4").gcc().of(Format::Coff),
    // The platform register of Darwin and Windows.
    required("-ffixed-x18").aarch64(),
    // Atomics through functions of the compiler's run-time library would be calls.
    optional("-mno-outline-atomics").aarch64(),
    // Cold paths go to `.text.unlikely.<op>`, so that the hot part ends in the jump to the continuation.
    optional("-freorder-blocks-and-partition").gcc(),
    // Copies are not aligned, so padding only costs bytes.
    optional("-fno-align-functions"),
    optional("-fno-align-jumps").gcc(),
    optional("-fno-align-labels").gcc(),
    optional("-fno-align-loops").gcc(),
    // Two ops with the same code must stay two functions.
    optional("-fno-ipa-icf").gcc(),
    // Loops in ops are short, and every copy of the op would contain the unrolled loop.
    optional("-fno-unroll-loops"),
    optional("-fno-tree-vectorize").gcc(),
    optional("-fno-vectorize").clang(),
    optional("-fno-slp-vectorize").clang(),
];

/// Returns the required or the optional flags for a compiler.
pub(super) fn flags(side: Side, required: bool) -> impl Iterator<Item = String> {
    FLAGS.iter().filter(move |flag| flag.required == required && flag.is_for(side)).map(|flag| flag.text.to_owned())
}

/// Returns the required flags and those in `accepted`, in the order of the table.
pub(super) fn in_order(side: Side, accepted: &[String]) -> Vec<String> {
    FLAGS
        .iter()
        .filter(|flag| flag.is_for(side))
        .filter(|flag| flag.required || accepted.iter().any(|text| text == flag.text))
        .map(|flag| flag.text.to_owned())
        .collect()
}

/// Returns the flag without which, and the flag with which, functions begin with a landing pad.
pub(super) fn landing_pads(arch: Arch) -> (&'static str, &'static str) {
    match arch {
        Arch::X86_64 => ("-fcf-protection=none", "-fcf-protection=branch"),
        Arch::Aarch64 => ("-mbranch-protection=none", "-mbranch-protection=bti"),
    }
}

/// Returns the flags that raise the baseline by `features`, which belong to the architecture.
pub(super) fn raising(arch: Arch, features: &[Feature]) -> Vec<String> {
    match arch {
        _ if features.is_empty() => Vec::new(),
        Arch::X86_64 => features.iter().map(|feature| format!("-m{}", x86_64_name(*feature))).collect(),
        Arch::Aarch64 => {
            let names: Vec<_> = features.iter().map(|feature| feature.name()).collect();
            vec![format!("-march=armv8-a+{}", names.join("+"))]
        }
    }
}

/// Returns the compilers' name for a feature.
fn x86_64_name(feature: Feature) -> &'static str {
    match feature {
        // Rust numbers it because there is a second one.
        Feature::Bmi1 => "bmi",
        other => other.name(),
    }
}
