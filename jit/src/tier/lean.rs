//! A build without native code → [`Native`] as a type without values, in place of the native tier.

use std::convert::Infallible;
use std::marker::PhantomData;

use mimeo_def::frame::{CodeAddr, Exit};
use mimeo_def::stencil::Table;
use mimeo_def::{OpIndex, Pc};
use mimeo_interp::tier::{Caller, NativeEntry, References};
use mimeo_interp::{Account, Function, InstructionSet, OutOfMemory};

use crate::config::JitConfig;
use crate::errors::Unavailable;
use crate::stats::Stats;
use crate::tier::control::Control;
use crate::tier::inspect::CodeView;

#[derive(Debug)]
pub(crate) struct Native<I> {
    never: Infallible,
    marker: PhantomData<fn() -> I>,
}

/// Checks whether an instruction set has stencils that this machine can run, which it never has in this build.
///
/// # Errors
///
/// Always [`Unavailable::Lean`].
pub fn has_stencils<I: InstructionSet>() -> Result<(), Unavailable> {
    Err(Unavailable::Lean)
}

impl<I: InstructionSet> Native<I> {
    pub(crate) fn new(_config: &JitConfig, _control: &Control, _table: &Table) -> Result<Self, Unavailable> {
        Err(Unavailable::Lean)
    }

    pub(crate) fn attach(&mut self, _: &Account) {
        match self.never {}
    }

    pub(crate) fn events_per_sample(&self) -> Option<u32> {
        match self.never {}
    }

    pub(crate) fn reserve(&mut self, _: usize) -> Result<(), OutOfMemory> {
        match self.never {}
    }

    pub(crate) fn stats(&self) -> Stats {
        match self.never {}
    }

    pub(crate) fn observer_failure(&self) -> Option<&str> {
        match self.never {}
    }

    pub(crate) fn code_of(&self, _function: &Function) -> Option<CodeView<'_>> {
        match self.never {}
    }

    pub(crate) fn support_code(&self) -> (CodeAddr, &[u8]) {
        match self.never {}
    }

    pub(crate) fn native_entry(&self) -> NativeEntry {
        match self.never {}
    }

    pub(crate) fn entered_at(&mut self, _: &Function) -> Option<CodeAddr> {
        match self.never {}
    }

    pub(crate) fn called(&mut self, _: &Function, _: Caller, _: References<'_>) -> Option<CodeAddr> {
        match self.never {}
    }

    pub(crate) fn looped(&mut self, _: &Function, _: Pc, _: References<'_>) -> Option<CodeAddr> {
        match self.never {}
    }

    pub(crate) fn resumed(&mut self, _: &Function, _: Pc) -> Option<CodeAddr> {
        match self.never {}
    }

    pub(crate) fn return_address(&self, _: &Function, _: Pc) -> Option<CodeAddr> {
        match self.never {}
    }

    pub(crate) fn sampled(&mut self, _: &Function, _: Pc, _: u32, _: References<'_>) {
        match self.never {}
    }

    pub(crate) fn exclude(&mut self, _: &Function, _: bool) {
        match self.never {}
    }

    pub(crate) fn left(&mut self, _: Exit, _: Option<OpIndex>) -> bool {
        match self.never {}
    }

    pub(crate) fn idle(&mut self) -> bool {
        match self.never {}
    }

    pub(crate) fn safepoint(&mut self, _: References<'_>) {
        match self.never {}
    }

    pub(crate) fn unload(&mut self, _: &Function) {
        match self.never {}
    }

    pub(crate) fn compile(&mut self, _: &Function, _: References<'_>) -> Option<CodeAddr> {
        match self.never {}
    }
}
