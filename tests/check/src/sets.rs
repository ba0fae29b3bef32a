//! The instruction sets to check, each with its source and its reference: calc's, and those of the tests.

use mimeo::InstructionSet;
use mimeo::def::Fingerprint;
use mimeo::def::op::OpInfo;
use mimeo::def::stencil::Table;
use mimeo::jit::has_stencils;
use mimeo_lower::StencilSource;

use crate::checks::probe;

/// An instruction set, with its source.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) ops: &'static [OpInfo],
    pub(crate) table: &'static Table,
    /// The reference, as Markdown.
    pub(crate) reference: &'static str,
    /// The reason why the tier refuses the table, if it does.
    pub(crate) refused: Option<String>,
    /// Returns the differences between the verifier and the metadata of an op.
    pub(crate) probe: fn(usize, &OpInfo) -> Vec<String>,
    path: &'static str,
    source: &'static str,
}

/// An op as its source defines it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) fingerprint: Fingerprint,
    /// Whether the definition says `stencil = none`.
    pub(crate) no_stencil: bool,
}

impl Set {
    fn new<I: InstructionSet>(reference: &'static str, path: &'static str, source: &'static str) -> Set {
        Set {
            name: I::NAME,
            ops: I::OPS,
            table: I::STENCILS,
            reference,
            refused: has_stencils::<I>().err().map(|reason| reason.to_string()),
            probe: probe::disagreements::<I>,
            path,
            source,
        }
    }

    /// Lowers the source, and returns its ops.
    pub(crate) fn definitions(&self) -> Result<Vec<Definition>, String> {
        let sets =
            mimeo_lower::lower_file(self.source, self.path).map_err(|_| format!("{} is not valid Rust", self.path))?;
        let set = sets.into_iter().find(|set| set.name == self.name);
        let set = set.ok_or_else(|| format!("{} has no instruction set `{}`", self.path, self.name))?;
        let definition = |op: mimeo_lower::LoweredOp| Definition {
            no_stencil: matches!(op.source, StencilSource::None(_)),
            name: op.name,
            fingerprint: op.fingerprint,
        };
        Ok(set.ops.into_iter().map(definition).collect())
    }
}

/// Returns calc's instruction set.
pub(crate) fn calc() -> Set {
    use calc::ops::ops::Ops;
    Set::new::<Ops>(Ops::REFERENCE, "src/ops.rs", include_str!("../../../examples/calc/src/ops.rs"))
}

/// Returns the instruction sets of the tests, which together use the whole op language.
pub(crate) fn tests() -> Vec<Set> {
    use mimeo_tests::broken::broken_ops as broken;
    use mimeo_tests::callbacks::callback_ops as callbacks;
    use mimeo_tests::corners::corner_ops as corners;
    use mimeo_tests::registers::register_ops as registers;
    use mimeo_tests::stack::stack_ops as stack;
    vec![
        Set::new::<registers::Ops>(
            registers::Ops::REFERENCE,
            "src/registers.rs",
            include_str!("../../src/registers.rs"),
        ),
        Set::new::<stack::Ops>(stack::Ops::REFERENCE, "src/stack.rs", include_str!("../../src/stack.rs")),
        Set::new::<callbacks::Ops>(
            callbacks::Ops::REFERENCE,
            "src/callbacks.rs",
            include_str!("../../src/callbacks.rs"),
        ),
        Set::new::<corners::Ops>(corners::Ops::REFERENCE, "src/corners.rs", include_str!("../../src/corners.rs")),
        Set::new::<broken::Ops>(broken::Ops::REFERENCE, "src/broken.rs", include_str!("../../src/broken.rs")),
    ]
}
