//! Functions of the sample program → their [`CodeRegion`]s, for the tests.

use mimeo::jit::{CodeView, HasJit};
use mimeo_def::CodeOffset;
use mimeo_doc_ops::{Linked, Machine};
use mimeo_jit::CodeRegion;

/// The name of the region of `divide`, which `safe_divide` calls. It calls the runtime when it throws.
pub(crate) const DIVIDE: &str = "native_divide";

/// The name of the region of the support code.
pub(crate) const SUPPORT: &str = "native_support";

/// Compiles all functions and calls `visit` with their regions, the region of the support code, and their views.
pub(crate) fn with_regions<R>(
    machine: &mut Machine,
    linked: Linked,
    visit: impl FnOnce(&[CodeRegion<'_>], &[CodeView<'_>]) -> R,
) -> R {
    let compiled = machine.compile_all(linked);
    let (jit, functions) = (machine.jit().expect("it has a tier"), machine.functions(linked).collect::<Vec<_>>());
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
    // It begins with the entry.
    regions.push(CodeRegion { name: SUPPORT, start, bytes, entries: &[CodeOffset(0)] });
    visit(&regions, &views)
}
