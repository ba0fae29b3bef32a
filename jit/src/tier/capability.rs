//! A configuration and a machine → [`Capability`], what a native tier can do, before any program runs.

use std::fmt;

use mimeo_def::frame::STENCIL_ABI;
use mimeo_interp::InstructionSet;

use crate::config::{JitConfig, Mode};
use crate::errors::{Diagnostic, NoStencil, Unavailable};
use crate::tier::control::Control;

/// What a native tier can do, with the reasons for what it cannot. The `Display` text is for people.
///
/// ```
/// use mimeo::jit::{JitConfig, capability};
/// use mimeo_doc_ops::Ops;
///
/// let capability = capability::<Ops>(&JitConfig::default());
/// assert_eq!(capability.instruction_set, "ops");
/// assert_eq!(capability.available, capability.reason.is_none());
/// assert!(capability.to_string().starts_with("native code: "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capability {
    /// Whether functions can be compiled. The mode decides when they are.
    pub available: bool,
    /// The reason if they cannot: the diagnostic, and a sentence that begins with its code.
    pub reason: Option<(Diagnostic, String)>,
    /// When functions are compiled.
    pub mode: Mode,
    /// [`JitConfig::threshold`].
    pub threshold: u32,
    /// Rust's name of the architecture for which the program was built.
    pub arch: &'static str,
    /// Rust's name of the operating system for which the program was built.
    pub os: &'static str,
    /// Version of the stencil ABI.
    pub abi: u32,
    /// Whether native code has a landing pad (CET, BTI) wherever it can be entered.
    pub landing_pads: bool,
    /// Name of the instruction set.
    pub instruction_set: &'static str,
    /// The ops that have a stencil.
    pub with_stencil: Vec<&'static str>,
    /// The ops that have none, with the reasons.
    pub without_stencil: Vec<(&'static str, NoStencil)>,
}

impl Capability {
    pub(crate) fn new<I: InstructionSet>(
        control: &Control,
        unavailable: Option<&Unavailable>,
        config: &JitConfig,
    ) -> Self {
        let (mut with_stencil, mut without_stencil) = (Vec::new(), Vec::new());
        for op in I::STENCILS.ops {
            match config.gaps.reason(op) {
                None => with_stencil.push(op.name),
                Some(reason) => without_stencil.push((op.name, reason)),
            }
        }
        Capability {
            available: unavailable.is_none(),
            reason: unavailable.map(|reason| (reason.code(), reason.to_string())),
            mode: control.mode(),
            threshold: control.threshold(),
            arch: std::env::consts::ARCH,
            os: std::env::consts::OS,
            abi: STENCIL_ABI,
            landing_pads: I::STENCILS.has_landing_pads(),
            instruction_set: I::NAME,
            with_stencil,
            without_stencil,
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            None => write!(f, "native code: yes")?,
            Some((_, sentence)) => write!(f, "native code: no ({sentence})")?,
        }
        let Capability { mode, threshold, arch, os, abi, instruction_set, .. } = self;
        let pads = if self.landing_pads { ", landing pads" } else { "" };
        writeln!(f, "; mode {mode}, threshold {threshold}; {arch}, {os}, stencil ABI {abi}{pads}")?;
        let (with, without) = (self.with_stencil.len(), self.without_stencil.len());
        writeln!(f, "{instruction_set}: {with} of {} ops have a stencil", with + without)?;
        // Without native code, the reasons for single ops do not matter.
        for (op, reason) in self.without_stencil.iter().filter(|_| self.available) {
            writeln!(f, "  {op}: {reason}")?;
        }
        Ok(())
    }
}
