//! Programs of the tests' instruction set → their [`CodeRegion`]s, for the tests of the observers.

use mimeo_def::CodeOffset;

use super::CodeRegion;
use crate::config::{JitConfig, Mode};
use crate::tier::CodeView;
use crate::tiny::Op;
use crate::tiny::programs::{Run, checked, machine, scaled, sum};

/// Index of `checked`, which calls `scaled`; both call a runtime function.
pub(crate) const CHECKED: u32 = 0;

/// Index of `sum`, which spends all its time in native code.
pub(crate) const SUM: u32 = 2;

/// Name of the region of `scaled`.
pub(crate) const NATIVE_SCALED: &str = "native_scaled";

/// Name of the region of the support code.
pub(crate) const SUPPORT: &str = "native_support";

/// A machine with some functions, all of them compiled at their first call.
pub(crate) fn run() -> Run {
    machine(vec![checked(1), scaled(), sum(Op::Add)], Some(JitConfig::new(Mode::On)))
}

/// Compiles all functions. `visit` gets their regions and views, and those of the support code at the end.
pub(crate) fn with_regions<R>(run: &mut Run, visit: impl FnOnce(&[CodeRegion<'_>], &[CodeView<'_>]) -> R) -> R {
    let compiled = run.machine.compile_all(run.linked);
    let (jit, functions) = (run.jit(), run.machine.functions(run.linked).collect::<Vec<_>>());
    assert_eq!(compiled, Ok(functions.len()));
    let views: Vec<_> = functions.iter().map(|function| jit.code_of(function).expect("compiled")).collect();
    let starts = |view: &CodeView<'_>| view.ops.iter().map(|op| op.hot.start).collect();
    let entries: Vec<Vec<CodeOffset>> = views.iter().map(starts).collect();
    let names: Vec<String> = functions.iter().map(|function| format!("native_{}", function.body().name)).collect();
    let named = views.iter().zip(&entries).zip(&names);
    let mut regions: Vec<_> = named
        .map(|((view, entries), name)| CodeRegion { name, start: view.start, bytes: view.bytes, entries })
        .collect();
    let (start, bytes) = jit.support_code().expect("there are stencils");
    // It begins with the way in.
    regions.push(CodeRegion { name: SUPPORT, start, bytes, entries: &[CodeOffset(0)] });
    visit(&regions, &views)
}
