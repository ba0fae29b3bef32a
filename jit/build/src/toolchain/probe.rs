//! A target → [`Toolchain`]: finds the compiler, and tests flags and attributes on small programs.

use std::fs;
use std::path::Path;

use mimeo_def::Feature;
use mimeo_def::stencil::{Convention, HoleValue};
use mimeo_lower::Symbol;

use super::flags::{self, Family, Side};
use super::identity::Identity;
use super::{Compiler, Target, Toolchain, Unit, Unusable, run};
use crate::baseline::Baseline;
use crate::extract;

/// A program for testing which flags are accepted.
const FLAGS_PROGRAM: &str = "int mimeo_probe(int a) { return a + 1; }\n";

/// A tail call with the `musttail` attribute.
const MUSTTAIL_PROGRAM: &str = "
#if !__has_attribute(musttail)
#error musttail is unknown
#endif
extern void CONTINUE(void *vm, void *base, void *frame);
void op_probe(void *vm, void *base, void *frame) { __attribute__((musttail)) return CONTINUE(vm, base, frame); }
";

/// A tail call after a call, between functions with the `preserve_none` convention.
const PRESERVE_NONE_PROGRAM: &str = "
#if !__has_attribute(preserve_none)
#error preserve_none is unknown
#endif
typedef __attribute__((preserve_none)) void Continuation(void *vm, void *base, void *frame);
extern Continuation CONTINUE;
extern long RUNTIME_probe(void *vm);
__attribute__((preserve_none)) void op_probe(void *vm, void *base, void *frame) {
  *(long *)base = RUNTIME_probe(vm);
  return CONTINUE(vm, base, frame);
}
";

/// Finds and probes the compiler.
pub(super) fn probe(
    program: Option<&str>,
    target: &Target,
    features: &[Feature],
    work: &Path,
) -> Result<Toolchain, Unusable> {
    let arch = target.arch().ok_or_else(|| Unusable::Target { triple: target.triple.clone() })?;
    let tool = find(program, target, work)?;
    let program = tool.path().display().to_string();
    if tool.is_like_msvc() {
        return Err(Unusable::Msvc { program });
    }
    let compiler = Compiler::new(&tool);
    let broken = |error: super::CompileError| Unusable::Broken { message: error.message };
    let empty = work.join("mimeo_probe.c");
    fs::create_dir_all(work)
        .and_then(|()| fs::write(&empty, ""))
        .map_err(|error| Unusable::Broken { message: format!("cannot write `{}`: {error}", empty.display()) })?;
    let macros = run(compiler.command().args(["-dM", "-E", "-x", "c"]).arg(&empty)).map_err(broken)?;
    let identity = Identity::parse(&macros).ok_or(Unusable::Unknown { program })?;
    let (name, minimum) = identity.minimum();
    if identity.version < minimum {
        return Err(Unusable::TooOld { compiler: name, version: identity.version, minimum });
    }
    let version = run(compiler.command().arg("--version")).map_err(broken)?;
    let own_words = version.lines().next().unwrap_or(name).trim().to_owned();
    // Clang compiles for every target, gcc for one.
    let format = match (identity.family, identity.format) {
        (Family::Clang, _) => target.format(),
        (Family::Gcc, _) if identity.arch != Some(arch) => {
            return Err(Unusable::WrongArch { compiler: own_words, wanted: arch.name() });
        }
        (Family::Gcc, Some(format)) => format,
        (Family::Gcc, None) => return Err(Unusable::Format { compiler: own_words }),
    };
    let mut toolchain = Toolchain {
        compiler,
        work: work.to_owned(),
        flags: Vec::new(),
        arch,
        baseline: Baseline::new(arch, features),
        format,
        convention: Convention::C,
        landing_pads: false,
        identity: own_words,
    };
    toolchain.flags = accepted_flags(&mut toolchain, Side { family: identity.family, arch, format })?;
    for (program, define, convention) in [
        (MUSTTAIL_PROGRAM, "-DMIMEO_MUSTTAIL", Convention::C),
        (PRESERVE_NONE_PROGRAM, "-DMIMEO_PRESERVE_NONE", Convention::PreserveNone),
    ] {
        if makes_stencil(&toolchain, program) {
            toolchain.flags.push(define.to_owned());
            toolchain.convention = convention;
        }
    }
    Ok(toolchain)
}

/// Returns the compiler that the `cc` crate would use, without the flags that it would add.
fn find(program: Option<&str>, target: &Target, work: &Path) -> Result<cc::Tool, Unusable> {
    let mut build = cc::Build::new();
    if let Some(program) = program {
        build.compiler(program);
    }
    build
        .target(&target.triple)
        .host(&target.host)
        .out_dir(work)
        .opt_level(2)
        .debug(false)
        .no_default_flags(true)
        .inherit_rustflags(false)
        // This adds `-w` between the arguments of `CC` and those of `CFLAGS`.
        .warnings(false)
        .cargo_metadata(false)
        .cargo_warnings(false)
        .cargo_debug(false)
        .try_get_compiler()
        .map_err(|error| Unusable::NotFound { message: error.to_string() })
}

/// Returns the flags that the compiler accepts. Tests all at once, and each one separately if that fails.
fn accepted_flags(toolchain: &mut Toolchain, side: Side) -> Result<Vec<String>, Unusable> {
    let required: Vec<_> = flags::flags(side, true).collect();
    let optional: Vec<_> = flags::flags(side, false).collect();
    let raising = flags::raising(side.arch, toolchain.baseline.features());
    let mut accepts = |more: &[String]| {
        toolchain.flags = [required.as_slice(), more, &raising].concat();
        toolchain.compile(Unit { stem: "mimeo_probe", text: FLAGS_PROGRAM, include: None })
    };
    if accepts(&optional).is_ok() {
        return Ok([flags::in_order(side, &optional), raising].concat());
    }
    accepts(&[]).map_err(|error| Unusable::Flags { message: error.message })?;
    let accepted: Vec<_> = optional.into_iter().filter(|flag| accepts(std::slice::from_ref(flag)).is_ok()).collect();
    Ok([flags::in_order(side, &accepted), raising].concat())
}

/// Whether a program compiles to a stencil that passes the audit.
fn makes_stencil(toolchain: &Toolchain, text: &str) -> bool {
    let symbol = |name: &str, value, required| Symbol { name: name.to_owned(), value, required };
    let symbols =
        [symbol("CONTINUE", HoleValue::Continue, true), symbol("RUNTIME_probe", HoleValue::Runtime(0), false)];
    match toolchain.compile(Unit { stem: "mimeo_probe", text, include: None }) {
        Ok(object) => extract::stencil(&object, "op_probe", &symbols, &toolchain.baseline).is_ok(),
        Err(_) => false,
    }
}
