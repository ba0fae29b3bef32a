//! [`Lowered`] and a [`Toolchain`] → [`OwnedTable`]: compiles every op, and keeps its stencil or the reason why it has
//! none.

use std::fs;
use std::path::{Path, PathBuf};

use mimeo_def::Fingerprint;
use mimeo_def::fingerprint::hash_text;
use mimeo_def::frame::Exit;
use mimeo_def::stencil::{Arch, Convention};
use mimeo_lower::{Lowered, LoweredOp, PRELUDE, SUPPORT, StencilSource, Symbol};

use crate::audit::{self, Declared, Role};
use crate::baseline::Baseline;
use crate::extract;
use crate::object_file::Object;
use crate::refusal::Refusal;
use crate::stencil::OwnedStencil;
use crate::toolchain::{CompileError, SupportFailure, Toolchain, Unit, Unusable};

/// A [`Table`](mimeo_def::stencil::Table) that owns its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedTable {
    /// Name of the instruction set.
    pub name: String,
    /// Architecture of the code.
    pub arch: Arch,
    /// What the code may require of the processor.
    pub baseline: Baseline,
    /// Calling convention between stencils.
    pub convention: Convention,
    /// The compiler's description of itself; empty if none was used.
    pub compiler: String,
    /// The flags that the compiler was called with.
    pub flags: String,
    /// The entry stencil.
    pub enter: OwnedStencil,
    /// The exit stencils, in the order of [`Exit::ALL`].
    pub exits: Vec<OwnedStencil>,
    /// The replacement for an op without a stencil.
    pub deopt_op: OwnedStencil,
    /// Counts an event before a loop head or the first op.
    pub poll: OwnedStencil,
    /// Runs the optimized code of a loop before the loop's head.
    pub graft: OwnedStencil,
    /// The ops, in the order of the instruction set.
    pub ops: Vec<OwnedOp>,
}

/// An op's entry in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedOp {
    /// Name of the op.
    pub name: String,
    /// Fingerprint of the definition that the stencil was built from.
    pub fingerprint: Fingerprint,
    /// Hash of the C file, if the stencil is hand-written and the file exists.
    pub handwritten: Option<u32>,
    /// Whether the op has `#[vm_op(stencil = required)]`.
    pub required: bool,
    /// The stencil, or the reason why it has none.
    pub stencil: Result<OwnedStencil, String>,
}

impl OwnedTable {
    /// Creates a table without stencils. Paths of hand-written stencils are relative to `package`.
    pub fn empty(lowered: &Lowered, arch: Arch, package: &Path, reason: &str) -> OwnedTable {
        OwnedTable {
            name: lowered.name.clone(),
            arch,
            baseline: Baseline::base(arch),
            convention: Convention::C,
            compiler: String::new(),
            flags: String::new(),
            enter: OwnedStencil::default(),
            exits: Exit::ALL.map(|_| OwnedStencil::default()).to_vec(),
            deopt_op: OwnedStencil::default(),
            poll: OwnedStencil::default(),
            graft: OwnedStencil::default(),
            ops: lowered.ops.iter().map(|op| owned_op(op, package, Err(reason.to_owned()))).collect(),
        }
    }

    /// Compiles an instruction set. Paths of hand-written stencils are relative to `package`; their headers are written
    /// to `work`.
    ///
    /// # Errors
    ///
    /// If the stencils that every table needs cannot be built.
    pub fn build(lowered: &Lowered, tools: &Toolchain, package: &Path, work: &Path) -> Result<OwnedTable, Unusable> {
        let support = build_support(tools)?;
        let all = Unit { stem: &stem(lowered), text: &generated_c(lowered), include: None };
        // Usually everything compiles, and one run of the compiler is enough.
        let all = tools.compile(all).ok().and_then(|object| Object::parse(&object).ok());
        let build = Build { lowered, tools, package, work, all };
        Ok(OwnedTable {
            name: lowered.name.clone(),
            arch: tools.arch(),
            baseline: tools.baseline().clone(),
            convention: tools.convention(),
            compiler: tools.compiler().to_owned(),
            flags: tools.flags(),
            enter: support.enter,
            exits: support.exits,
            deopt_op: support.deopt_op,
            poll: support.poll,
            graft: support.graft,
            ops: lowered.ops.iter().map(|op| owned_op(op, package, build.op(op))).collect(),
        })
    }

    /// Returns `true` if each stencil begins with a landing pad.
    pub fn has_landing_pads(&self) -> bool {
        let support = [&self.enter, &self.deopt_op, &self.poll, &self.graft].into_iter().chain(&self.exits);
        let ops = self.ops.iter().filter_map(|op| op.stencil.as_ref().ok());
        support.chain(ops).all(|stencil| self.arch.begins_with_landing_pad(&stencil.hot))
    }

    /// Returns the ops that lack a required stencil, with the reasons.
    pub fn missing(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ops.iter().filter(|op| op.required).filter_map(|op| match &op.stencil {
            Ok(_) => None,
            Err(reason) => Some((op.name.as_str(), reason.as_str())),
        })
    }

    /// Checks that no op lacks a required stencil.
    ///
    /// # Errors
    ///
    /// A line for each op that does.
    pub fn check_required(&self) -> Result<(), String> {
        let missing = self.missing().map(|(op, reason)| format!("op `{op}` requires a stencil and has none: {reason}"));
        let missing: Vec<String> = missing.collect();
        if missing.is_empty() { Ok(()) } else { Err(missing.join("\n")) }
    }
}

/// Returns the C of an instruction set's generated stencils.
pub fn generated_c(lowered: &Lowered) -> String {
    let mut text = lowered.prelude.clone();
    for op in &lowered.ops {
        if let StencilSource::Generated(c) = &op.source {
            text.push('\n');
            text.push_str(c);
        }
    }
    text
}

/// Returns the header of a hand-written stencil: everything that precedes a generated one.
pub fn handwritten_header(lowered: &Lowered, header: &str) -> String {
    format!("#pragma once\n{}\n{header}", lowered.prelude)
}

/// Returns the name of an instruction set's files.
pub fn stem(lowered: &Lowered) -> String {
    format!("mimeo_{}", lowered.name)
}

/// Returns the hash of the C file of an op with a hand-written stencil.
pub fn handwritten_hash(op: &LoweredOp, package: &Path) -> Option<u32> {
    match &op.source {
        StencilSource::Handwritten { path, .. } => fs::read(package.join(path)).ok().map(|text| hash_text(&text)),
        StencilSource::Generated(_) | StencilSource::None(_) => None,
    }
}

fn owned_op(op: &LoweredOp, package: &Path, stencil: Result<OwnedStencil, String>) -> OwnedOp {
    let handwritten = handwritten_hash(op, package);
    OwnedOp { name: op.name.clone(), fingerprint: op.fingerprint, handwritten, required: op.required, stencil }
}

/// The stencils that do not belong to an op.
struct Support {
    enter: OwnedStencil,
    exits: Vec<OwnedStencil>,
    deopt_op: OwnedStencil,
    poll: OwnedStencil,
    graft: OwnedStencil,
}

/// Compiles the stencils that do not belong to an op.
fn build_support(tools: &Toolchain) -> Result<Support, Unusable> {
    let text = format!("{PRELUDE}\n{SUPPORT}");
    let failed = |symbol: &str, reason| Unusable::Support { symbol: symbol.to_owned(), reason };
    let object = tools
        .compile(Unit { stem: "mimeo_support", text: &text, include: None })
        .map_err(|error| failed("mimeo_enter", SupportFailure::Compile(error.message)))?;
    let object = Object::parse(&object).map_err(|refusal| failed("mimeo_enter", SupportFailure::Refused(refusal)))?;
    let cut = |symbol: &str, symbols: &[Symbol], role| {
        let declared = Declared { symbols, role, baseline: tools.baseline() };
        cut(tools, &object, symbol, &declared).map_err(|refusal| failed(symbol, SupportFailure::Refused(refusal)))
    };
    let symbols = Symbol::of_support();
    let stencil = |symbol: &str, role| cut(symbol, &symbols, role);
    Ok(Support {
        enter: stencil("mimeo_enter", Role::Enter)?,
        exits: Exit::ALL
            .iter()
            .map(|exit| stencil(&format!("mimeo_exit_{}", exit.name()), Role::Exit))
            .collect::<Result<_, _>>()?,
        deopt_op: stencil("mimeo_deopt_op", Role::Op { transfers: false })?,
        poll: stencil("mimeo_poll", Role::Op { transfers: false })?,
        graft: cut("mimeo_graft", &Symbol::of_graft(), Role::Op { transfers: true })?,
    })
}

fn cut(tools: &Toolchain, object: &Object, symbol: &str, declared: &Declared<'_>) -> Result<OwnedStencil, Refusal> {
    let stencil = audit::check(extract::draft(object, symbol, declared.symbols)?, declared)?;
    if tools.has_landing_pads() && !tools.arch().begins_with_landing_pad(&stencil.hot) {
        return Err(Refusal::NoLandingPad { symbol: symbol.to_owned() });
    }
    Ok(stencil)
}

/// The inputs for compiling the ops of one instruction set.
struct Build<'a> {
    lowered: &'a Lowered,
    tools: &'a Toolchain,
    package: &'a Path,
    work: &'a Path,
    /// The object with all generated ops, if all of them compile.
    all: Option<Object>,
}

impl Build<'_> {
    /// Returns an op's stencil, or the reason why it has none.
    fn op(&self, op: &LoweredOp) -> Result<OwnedStencil, String> {
        let role = Role::Op { transfers: op.transfers };
        let declared = Declared { symbols: &op.symbols, role, baseline: self.tools.baseline() };
        let cut = |object: &Object| cut(self.tools, object, &op.symbol(), &declared).map_err(|error| error.to_string());
        match (&op.source, &self.all) {
            (StencilSource::None(reason), _) => Err(reason.clone()),
            (StencilSource::Generated(_), Some(all)) => cut(all),
            (StencilSource::Generated(c), None) => cut(&self.alone(op, &format!("{}\n{c}", self.lowered.prelude))?),
            (StencilSource::Handwritten { path, header }, _) => cut(&self.handwritten(op, path, header)?),
        }
    }

    /// Compiles one op separately, to find out whether it is the one that does not compile.
    fn alone(&self, op: &LoweredOp, text: &str) -> Result<Object, String> {
        let stem = format!("{}.{}", stem(self.lowered), op.name);
        self.object(Unit { stem: &stem, text, include: None })
    }

    /// Compiles a hand-written stencil as a separate unit that includes its header.
    fn handwritten(&self, op: &LoweredOp, path: &str, header: &str) -> Result<Object, String> {
        let include = self.work.join(stem(self.lowered));
        let file = include.join(format!("{}.h", op.name));
        fs::create_dir_all(&include)
            .and_then(|()| fs::write(&file, handwritten_header(self.lowered, header)))
            .map_err(|error| format!("cannot write `{}`: {error}", file.display()))?;
        let source: PathBuf = self.package.join(path);
        if !source.is_file() {
            return Err(format!("the file `{path}` does not exist"));
        }
        let text = format!("#include \"{}\"\n", source.display());
        let stem = format!("{}.{}", stem(self.lowered), op.name);
        let unit = Unit { stem: &stem, text: &text, include: Some(&include) };
        let object = self.object(unit)?;
        self.refuse_includes(unit, &[&source, &file])?;
        Ok(object)
    }

    /// Refuses hand-written stencils that include files other than their header. The table stores only the hash of the
    /// C file, so changes of other files would go unnoticed.
    fn refuse_includes(&self, unit: Unit<'_>, known: &[&Path]) -> Result<(), String> {
        let included = self.tools.included(unit).map_err(|error| error.to_string())?;
        match included.iter().find(|file| !known.contains(&file.as_path())) {
            None => Ok(()),
            Some(other) => Err(format!(
                "it includes `{}`, whose changes the table cannot detect; move what it needs into its own file",
                other.strip_prefix(self.package).unwrap_or(other).display()
            )),
        }
    }

    fn object(&self, unit: Unit<'_>) -> Result<Object, String> {
        let describe = |error: CompileError| format!("it does not compile: {error}");
        Object::parse(&self.tools.compile(unit).map_err(describe)?).map_err(|refusal| refusal.to_string())
    }
}
